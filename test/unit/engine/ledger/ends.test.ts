// What a venue may make of a change, through the ledger and the adapter that compares history and loan: the right end, and words for it.
import assert from 'node:assert/strict';
import { english } from '../../../../src/core/message.ts';
import type { HistoryRow, Loan } from '../../../../src/core/model.ts';
import { judge } from '../../../../src/exchanges/okx/loan-proof.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import type { Ledger, WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { long, marginChange } from './market.ts';
import { change, d, Setup, loanId, refused, rowOf, start } from './support.ts';
import { outcomeText } from '../../../../src/words/outcome.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

type Tell = (rows: readonly HistoryRow[]) => readonly HistoryRow[];

/** A setup whose history is read as OKX's is; `tell` is what the venue makes of the list before it hands it out. */
function reading(tell: Tell = (rows) => rows, figures: (loan: Loan) => Loan = (loan) => loan): Setup {
  const setup = new Setup();
  setup.venue.prove = (asked, baseline) => judge(asked, baseline, tell(setup.venue.rows), figures(setup.venue.loan()));
  return setup;
}

async function carriedOut(
  setup: Setup,
  asked: Change = change(),
  settle = (): void => {
    setup.venue.settle();
    setup.market.settle();
  },
): Promise<{ readonly ledger: Ledger; readonly record: WriteRecord }> {
  const { ledger } = setup.window();
  const { done } = await start(ledger, asked);
  settle();
  await setup.clock.advance(61_000);
  const record = await done;
  return { ledger, record };
}

const noteOf = ({ note }: WriteRecord): string => (note === undefined ? '' : english(note));

async function isFrozen(setup: Setup, record: WriteRecord, pattern: RegExp): Promise<void> {
  assert.equal(record.state, 'mismatch');
  assert.match(noteOf(record), pattern);
  assert.match(english(outcomeText(record, 'OKX', false).sentence), saysInTurn(saysLike('outcome.mismatch'), noteOf(record)));
  for (const asked of [change(), change({ direction: 'reduce' }), marginChange()]) {
    await assert.rejects(setup.window().ledger.preview('a', asked), refused(saysLike('refusal.frozen')));
  }
  const sends = setup.venue.sends.length + setup.market.sends.length;
  await setup.clock.advance(24 * 3_600_000);
  await assert.rejects(setup.window().ledger.preview('a', change()), refused(saysLike('refusal.frozen')), 'it does not thaw by itself');
  assert.equal(setup.venue.sends.length + setup.market.sends.length, sends, 'nothing is sent again');
  await setup.window().ledger.settle(record.id, 'lift-freeze');
  await setup.window().ledger.preview('a', change());
}

describe('the end of a change', () => {
  it('is effective when its row is told twice', async () => {
    const { record } = await carriedOut(reading((rows) => rows.flatMap((row) => [row, row])));
    assert.equal(record.state, 'effective');
    assert.equal(noteOf(record), '');
  });

  it('is effective when rows come in any order, older ones among them', async () => {
    const setup = reading((rows) => [...rows].reverse());
    setup.venue.row('add', d('0.1'));
    setup.venue.row('reduce', d('0.1'));
    const { record } = await carriedOut(setup);
    assert.equal(record.state, 'effective');
    assert.equal(rowOf(record), '1003', 'not the older row that is alike');
  });

  it('is told by no row that is older than it, even when the venue moved the pledge meanwhile', async () => {
    const setup = reading((rows) => rows.filter(({ id }) => id === '1001'));
    setup.venue.row('add', d('0.1'));
    const { record } = await carriedOut(setup);
    assert.equal(record.state, 'accepted', 'the row of this change is not there yet');
  });

  for (const asked of [change(), change({ direction: 'reduce' })]) {
    it(`is frozen when another amount was booked (${asked.direction})`, async () => {
      const setup = reading();
      setup.venue.sendFault = 'wrong-amount';
      setup.venue.pledged = d('4');
      const { record } = await carriedOut(setup, change({ direction: asked.direction, amount: d('0.05') }));
      await isFrozen(setup, record, saysLike('collateral.booked-instead', undefined, /−?0\.5/, 'BTC'));
    });

    it(`is frozen when the direction was reversed (${asked.direction})`, async () => {
      const setup = reading();
      setup.venue.sendFault = 'wrong-way';
      const { record } = await carriedOut(setup, asked);
      await isFrozen(
        setup,
        record,
        asked.direction === 'add'
          ? saysLike('collateral.booked-instead', 'collateral_released', '0.1', 'BTC')
          : saysLike('collateral.booked-instead', 'collateral_locked', '−0.1', 'BTC'),
      );
    });

    it(`is frozen when it was done twice (${asked.direction})`, async () => {
      const setup = reading();
      const amount = d('0.05');
      const { record } = await carriedOut(setup, change({ direction: asked.direction, amount }), () => {
        setup.venue.taken.push({ type: asked.direction, amount });
        setup.venue.settle();
      });
      await isFrozen(setup, record, saysLike('collateral.may-be-twice', says('collateral.in-coin', 'BTC'), '0.8', /0\.[79]/));
    });

    it(`is frozen when LTV went the other way and neither debt nor collateral explains that (${asked.direction})`, async () => {
      const ltv = asked.direction === 'add' ? '0.6' : '0.5';
      const setup = reading(undefined, (loan) => ({ ...loan, ltv: d(ltv) }));
      const { record } = await carriedOut(setup, asked);
      await isFrozen(setup, record, saysLike('collateral.ltv-unexplained', '58.00%', /(60|50)\.00%/));
    });

    it(`is effective when the market took LTV the other way, and says so loudly (${asked.direction})`, async () => {
      const setup = reading();
      const { record } = await carriedOut(setup, asked, () => {
        setup.venue.price = d(asked.direction === 'add' ? '70000' : '110000');
        setup.venue.settle();
      });
      assert.equal(record.state, 'effective');
      assert.match(noteOf(record), saysLike('collateral.something-else', says('term.ltv'), '58.00%'));
    });
  }

  it('waits for a second reading when LTV alone contradicts: it may lag behind the amounts', async () => {
    let lags = true;
    const setup = reading(undefined, (loan) => (lags ? { ...loan, ltv: d('0.581') } : loan));
    const { ledger } = setup.window();
    const { done } = await start(ledger);
    setup.venue.settle();
    await setup.clock.advance(8_000);
    assert.equal((await ledger.activity('a'))[0]?.state, 'accepted');
    lags = false;
    await setup.clock.advance(10_000);
    assert.equal((await done).state, 'effective');
    assert.equal(ledger.frozen('a'), undefined);
  });

  it('says so when the pledge moved by something else too', async () => {
    const setup = reading();
    const { record } = await carriedOut(setup, change(), () => {
      setup.venue.taken.push({ type: 'add', amount: d('0.03') });
      setup.venue.settle();
    });
    assert.equal(record.state, 'effective');
    assert.match(noteOf(record), saysLike('collateral.something-else', says('collateral.in-coin', 'BTC'), '0.8', '0.93'));
  });

  it('says so when the new LTV is not told', async () => {
    const setup = reading(undefined, (loan) => {
      const silent: { ltv?: unknown } = { ...loan };
      delete silent.ltv;
      return silent as Loan;
    });
    const { record } = await carriedOut(setup);
    assert.equal(record.state, 'effective');
    assert.equal(record.ltvAfter, undefined);
    assert.match(noteOf(record), saysLike('collateral.refresh-for-ltv'));
  });

  it('is found late, in whatever window, and is the same', async () => {
    const setup = reading();
    const { ledger, record } = await carriedOut(setup, change(), () => undefined);
    assert.equal(record.state, 'accepted', 'accepted is not done');
    await assert.rejects(ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
    await setup.clock.advance(3 * 24 * 3_600_000);
    setup.venue.settle();
    const later = setup.window().ledger;
    await later.reconcile('a');
    const [found] = await later.activity('a');
    assert.equal(found?.state, 'effective');
    assert.equal(rowOf(found), '1001');
    assert.deepEqual(later.open('a'), []);
    await later.preview('a', change());
  });

  it('that never comes leaves it accepted for ever: nothing is sent over it until a person says what became of it', async () => {
    const setup = reading();
    const { ledger, record } = await carriedOut(setup, change(), () => undefined);
    await setup.clock.advance(30 * 24 * 3_600_000);
    await setup.window().ledger.reconcile('a');
    await assert.rejects(setup.window().ledger.preview('a', change()), (error) => {
      refused(saysLike('refusal.unfinished'))(error);
      return (error as { openWrite?: WriteRecord }).openWrite?.id === record.id;
    });
    assert.equal(setup.venue.sends.length, 1);
    await ledger.settle(record.id, 'not-effective');
    assert.match(noteOf((await ledger.activity('a'))[0]!), saysLike('change.marked-by-you'));
    await ledger.preview('a', change());
  });

  it('on a loan that is gone meanwhile is the row’s word, and says that the LTV could not be read', async () => {
    const setup = reading();
    setup.venue.prove = (asked, baseline) => judge(asked, baseline, setup.venue.rows, undefined);
    const { record } = await carriedOut(setup);
    assert.equal(record.state, 'effective');
    assert.match(noteOf(record), saysLike('collateral.refresh-for-ltv'));
  });

  it('is not told by the figures of another loan', async () => {
    const setup = reading(undefined, (loan) => ({ ...loan, id: `${loanId}9` }));
    const { record } = await carriedOut(setup);
    assert.equal(record.state, 'accepted');
  });
});

describe('the end of a change of margin', () => {
  for (const direction of ['add', 'reduce'] as const) {
    for (const [name, fault] of [
      ['reversed', 'wrong-way'],
      ['done by another amount', 'wrong-amount'],
    ] as const) {
      it(`is frozen when it was ${name} (${direction})`, async () => {
        const setup = new Setup();
        setup.venue.sendFault = fault;
        const { record } = await carriedOut(setup, marginChange({ direction }));
        await isFrozen(setup, record, saysLike('change.not-as-requested', says('position.margin'), '400', /(390|410|430|370) USDT/));
      });
    }

    it(`is frozen when an adapter calls effective what moved by far too much (${direction})`, async () => {
      const setup = new Setup();
      setup.market.prove = (asked) => ({ state: 'effective', position: setup.market.position(asked.position.positionId)! });
      setup.venue.sendFault = 'wrong-amount';
      const { record } = await carriedOut(setup, marginChange({ direction }));
      await isFrozen(setup, record, saysLike('change.not-as-requested', says('position.margin'), '400'));
    });

    it(`is frozen when the liquidation price went the other way (${direction})`, async () => {
      const setup = new Setup();
      const wrong = d(direction === 'add' ? '19750' : '19650');
      setup.market.shapeProof = (proof) =>
        proof.position === undefined ? proof : { ...proof, position: { ...proof.position, liquidationPrice: wrong } };
      const { record } = await carriedOut(setup, marginChange({ direction }));
      await isFrozen(setup, record, saysLike('change.not-as-requested', says('term.liquidation-price'), '19,700', /19,[67]50 USDT/));
    });
  }

  it('that never comes leaves it accepted until a person says', async () => {
    const setup = new Setup();
    const { ledger, record } = await carriedOut(setup, marginChange(), () => undefined);
    assert.equal(record.state, 'accepted');
    await assert.rejects(ledger.preview('a', marginChange()), refused(saysLike('refusal.unfinished')));
    await setup.clock.advance(24 * 3_600_000);
    setup.market.settle();
    await ledger.reconcile('a');
    assert.equal((await ledger.activity('a'))[0]?.state, 'effective', 'settled late');
    assert.equal(setup.market.position(long)?.margin, '410');
  });
});
