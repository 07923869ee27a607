import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, divide, isPositive, lesser, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { english } from '../../../../src/core/message.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { Refusal, type Ledger, type Preview, type WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { kinds } from '../../../../src/engine/ledger/kinds/kinds.ts';
import { mustBeUndo } from '../../../../src/engine/ledger/undo-checks.ts';
import { reverseOf, undoable, undoMs } from '../../../../src/engine/ledger/undo.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { change as wordsChange, record } from '../../words/records.ts';
import { long, marginChange, short } from './market.ts';
import { account, change, d, Setup, ignore, noLimits, refused, start } from './support.ts';
import { says, saysLike } from '../../../texts.ts';

// Without a front: the rule holds for every use of the engine.

async function settles(setup: Setup, done: Promise<WriteRecord>): Promise<WriteRecord> {
  setup.venue.settle();
  setup.market.settle();
  await setup.clock.advance(5_000);
  return done;
}

async function carriedOut(setup: Setup, asked: Change, ledger: Ledger = setup.window().ledger): Promise<WriteRecord> {
  const { done } = await start(ledger, asked);
  return settles(setup, done);
}

describe('taking an addition back', () => {
  for (const asked of [change({ amount: d('0.10') }), marginChange()]) {
    it(`of ${asked.kind} is the same in the other direction, to the last character, and can be carried out`, async () => {
      const setup = new Setup();
      const added = await carriedOut(setup, asked);
      const undo = reverseOf(added, setup.clock.now());
      assert.deepEqual(undo, { ...asked, direction: 'reduce' });
      const back = await carriedOut(setup, undo);
      assert.equal(back.state, 'effective');
      assert.equal(setup.venue.pledged, '0.8');
      assert.equal(setup.market.position('linear:BTCUSDT:1')?.margin, '400');
      assert.equal(reverseOf(back, setup.clock.now()), undefined, 'what took something back is not taken back in turn');
    });

    it(`of ${asked.kind} is offered for ten minutes after it took effect`, async () => {
      const setup = new Setup();
      const added = await carriedOut(setup, asked);
      assert.notEqual(reverseOf(added, added.updatedAt + undoMs - 1), undefined);
      assert.equal(reverseOf(added, added.updatedAt + undoMs), undefined);
      assert.equal(reverseOf(added, added.updatedAt - 1), undefined, 'a clock that was set back');
    });
  }

  it('is not offered for a reduction', async () => {
    const setup = new Setup();
    const taken = await carriedOut(setup, change({ direction: 'reduce' }));
    assert.equal(taken.state, 'effective');
    assert.equal(reverseOf(taken, setup.clock.now()), undefined);
  });

  it('is not offered by a person’s word, only by proof', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const { ledger } = setup.window();
    const { done } = await start(ledger);
    await setup.clock.advance(61_000);
    await ledger.settle((await done).id, 'effective');
    const [judged] = await ledger.activity('a');
    assert.equal(judged?.state, 'effective');
    assert.equal(reverseOf(judged, setup.clock.now()), undefined);
    await assert.rejects(undoing(ledger, judged, '0.1'), over);
  });

  it('is not offered while nothing is proven, nor where something else was done', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    ledger.commit(await ledger.preview('a', change()), ignore).catch(ignore);
    const states: string[] = [];
    const undos: (Change | undefined)[] = [];
    ledger.onDidChange((one) => {
      states.push(one.state);
      undos.push(reverseOf(one, setup.clock.now()));
    });
    setup.venue.sendFault = 'wrong-amount';
    await setup.clock.advance(2_000);
    setup.venue.settle();
    await setup.clock.advance(10_000);
    assert.deepEqual(states, ['planned', 'sent', 'accepted', 'mismatch']);
    assert.deepEqual(undos, [undefined, undefined, undefined, undefined]);
  });
});

const done = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' }, plannedAt: 1_000, sentAt: 1_001, updatedAt: 2_000 });
const soon = 3_000;
const taken = (amount: string, more: Parameters<typeof record>[0] = {}) =>
  record({
    id: 'w2',
    change: { ...wordsChange, direction: 'reduce', amount: d(amount) },
    state: 'effective',
    evidence: { kind: 'history', id: 'h3' },
    plannedAt: 2_500,
    sentAt: 2_501,
    updatedAt: 2_800,
    ...more,
  });
const offered = (...records: ReturnType<typeof record>[]): readonly string[] =>
  undoable(records, undefined, soon).map(
    ({ record: { id }, change: { direction, amount, coin } }) => `${id} ${direction} ${amount} ${coin}`,
  );

describe('what can be undone', () => {
  it('is an addition that was proven, as a reduction of the same amount', () => {
    assert.deepEqual(offered(done), ['w1 reduce 0.1 BTC']);
    assert.deepEqual(offered(record({ state: 'accepted' })), []);
    assert.deepEqual(offered(taken('0.1', { plannedAt: 500 })), []);
  });

  it('is nothing any more when the ten minutes are over', () => {
    assert.equal(undoable([done], undefined, done.updatedAt + undoMs + 1).length, 0);
  });

  it('is only the one that was named', () => {
    assert.equal(undoable([done], 'w1', soon).length, 1);
    assert.equal(undoable([done], 'other', soon).length, 0);
  });

  it('is not what may have been taken out of the same loan since', () => {
    assert.deepEqual(offered(taken('0.1'), done), []);
    assert.deepEqual(offered(taken('0.1', { state: 'unknown' }), done), [], 'it may have happened');
    assert.deepEqual(offered(taken('0.04'), done), ['w1 reduce 0.06 BTC'], 'the rest of it');
    assert.deepEqual(offered(taken('0.1', { state: 'rejected' }), done), ['w1 reduce 0.1 BTC'], 'it did not happen');
    assert.deepEqual(offered(taken('0.1', { state: 'not-effective' }), done), ['w1 reduce 0.1 BTC'], 'the exchange says that it failed');
    const { evidence, ...judged } = taken('0.1', { state: 'not-effective' });
    assert.ok(evidence !== undefined);
    assert.deepEqual(offered(judged, done), [], 'it may be done late, whatever a person said');
    const { sentAt, ...never } = judged;
    assert.ok(sentAt !== undefined);
    assert.deepEqual(offered(never, done), ['w1 reduce 0.1 BTC'], 'it never left');
    assert.deepEqual(offered(taken('0.1', { plannedAt: 900 }), done), ['w1 reduce 0.1 BTC'], 'it was before');
    assert.deepEqual(offered(taken('0.1', { accountId: 'a2' }), done), ['w1 reduce 0.1 BTC'], 'it was elsewhere');
  });
});

/** Previews an undo of this amount, as any user of the ledger can. */
const undoing = (ledger: Ledger, added: Pick<WriteRecord, 'id' | 'change'> | undefined, amount: string, more: Partial<Change> = {}) =>
  ledger.preview('a', { ...added!.change, direction: 'reduce', amount: d(amount), ...more } as Change, { undoOf: added!.id });

/** Marked, so that the caller can tell it from any other refusal. */
const over = (error: unknown): boolean => {
  refused(saysLike('undo.nothing'))(error);
  assert.deepEqual((error as Refusal).undo, { kind: 'over' });
  return true;
};

const notIts = (error: unknown): boolean => {
  refused(saysLike('undo.not-its-reverse'))(error);
  assert.equal((error as Refusal).undo, undefined);
  return true;
};

/** @returns the most that is safe, as the refusal names it */
async function unsafe(previewing: Promise<unknown>): Promise<Decimal> {
  const error = await previewing.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  refused(saysLike('change.at-most', says('change.more-than-safe'), /[\d.]+/, 'BTC'))(error);
  const { undo } = error as Refusal;
  assert.ok(undo?.kind === 'unsafe');
  return undo.most;
}

async function added(asked: Change = change(), setup = new Setup()) {
  const { ledger } = setup.window();
  const write = await carriedOut(setup, asked, ledger);
  assert.equal(write.state, 'effective');
  const sent = () => setup.venue.sends.length + setup.market.sends.length - 1;
  return { setup, ledger, write, sent };
}

async function commits(setup: Setup, ledger: Ledger, preview: Preview): Promise<WriteRecord> {
  const committed = ledger.commit(preview, ignore);
  committed.catch(ignore);
  await settled();
  return settles(setup, committed);
}

describe('the ledger lets an undo take only what is not undone yet', () => {
  for (const [asked, part, rest, more] of [
    [change(), '0.04', '0.06', '0.06000001'],
    [marginChange(), '4', '6', '6.0001'],
  ] as const) {
    it(`of ${asked.kind}: all of it once, or parts of it`, async () => {
      const { setup, ledger, write, sent } = await added(asked);
      assert.equal((await commits(setup, ledger, await undoing(ledger, write, part))).state, 'effective');
      await assert.rejects(undoing(ledger, write, asked.amount), over);
      await assert.rejects(undoing(ledger, write, more), over);
      const preview = await undoing(ledger, write, rest);
      assert.equal(preview.undoOf, write.id);
      assert.equal((await commits(setup, ledger, preview)).state, 'effective');
      await assert.rejects(undoing(ledger, write, part), over);
      assert.equal(sent(), 2);
      assert.equal(setup.venue.pledged, '0.8');
      assert.equal(setup.market.position(long)?.margin, '400');
    });

    it(`of ${asked.kind}: never more than was added, which an ordinary reduction may be`, async () => {
      const { ledger, write, sent } = await added(asked);
      const twice = add(asked.amount, d(part));
      await assert.rejects(undoing(ledger, write, twice), over);
      const ordinary = await ledger.preview('a', { ...asked, direction: 'reduce', amount: twice });
      assert.equal(ordinary.undoOf, undefined);
      assert.equal(sent(), 0);
    });
  }

  it('counts what a person took out by hand meanwhile', async () => {
    const { setup, ledger, write } = await added();
    await carriedOut(setup, change({ direction: 'reduce', amount: d('0.03') }), ledger);
    await assert.rejects(undoing(ledger, write, '0.08'), over);
    await undoing(ledger, write, '0.07');
  });

  it('from two windows on one journal: the preview of one is no good after the other has sent', async () => {
    const { setup, ledger, write, sent } = await added();
    const other = setup.window().ledger;
    const [mine, theirs] = [await undoing(ledger, write, '0.1'), await undoing(other, write, '0.1')];
    const [first, second] = [ledger.commit(mine, ignore), other.commit(theirs, ignore)];
    const refusals: unknown[] = [];
    for (const one of [first, second]) one.catch((error: unknown) => refusals.push(error));
    await settled();
    await settles(setup, Promise.any([first, second]));
    assert.equal(sent(), 1);
    assert.equal(refusals.length, 1);
    for (const one of [ledger, other]) await assert.rejects(undoing(one, write, '0.1'), over);
    assert.equal(setup.venue.pledged, '0.8');
  });

  it('and reads the journal anew behind the figures, for another window may have undone it meanwhile', async () => {
    const { setup, write } = await added();
    const other = setup.window().ledger;
    let between = async (): Promise<void> => undefined;
    const { ledger } = setup.window({ gate: async (what) => (what === 'before prepareCollateral' ? between() : undefined) });
    between = async () => {
      between = async () => undefined;
      await commits(setup, other, await undoing(other, write, '0.1'));
    };
    await assert.rejects(undoing(ledger, write, '0.1'), over);
  });

  it('from two accounts here that are one at the exchange', async () => {
    const setup = new Setup();
    setup.accounts.set('a', account({ uid: '7' }));
    setup.accounts.set('b', account({ id: 'b', uid: '7' }));
    const { ledger, write } = await added(change(), setup);
    const asked = { ...write.change, direction: 'reduce' } as Change;
    const theirs = await ledger.preview('b', { ...asked, amount: d('0.06') }, { undoOf: write.id });
    assert.equal((await commits(setup, ledger, theirs)).accountId, 'b');
    await assert.rejects(undoing(ledger, write, '0.05'), over);
    await undoing(ledger, write, '0.04');
  });

  it('and nothing while another is on its way, or nobody knows what became of it', async () => {
    const { setup, ledger, write, sent } = await added();
    const second = setup.window().ledger;
    const preview = await undoing(second, write, '0.05');
    setup.venue.sendFault = 'lost-before';
    const lost = ledger.commit(await undoing(ledger, write, '0.05'), ignore);
    lost.catch(ignore);
    await settled();
    await assert.rejects(
      undoing(ledger, write, '0.05'),
      refused(new RegExp(`${saysLike('refusal.unfinished').source}|${saysLike('refusal.being-sent').source}`)),
    );
    await assert.rejects(second.commit(preview, ignore), refused(saysLike('refusal.unfinished')));
    await setup.clock.advance(61_000);
    assert.equal((await lost).state, 'unknown');
    await assert.rejects(undoing(second, write, '0.05'), refused(saysLike('refusal.unfinished')));
    await ledger.settle((await lost).id, 'not-effective');
    setup.venue.sendFault = 'none';
    await assert.rejects(undoing(second, write, '0.06'), over, 'a person’s word is no proof that it is not done late');
    await undoing(second, write, '0.05');
    assert.equal(sent(), 1);
  });

  it('for ten minutes, and what was previewed in time may still be confirmed', async () => {
    const { setup, ledger, write } = await added();
    await setup.clock.advance(write.updatedAt + undoMs - 10 - setup.clock.now());
    const preview = await undoing(ledger, write, '0.1');
    await setup.clock.advance(30_000);
    await assert.rejects(undoing(ledger, write, '0.1'), over);
    assert.equal((await commits(setup, ledger, preview)).state, 'effective');
  });
});

describe('the ledger lets an undo be only the reverse of a proven addition', () => {
  it('of the same account at the exchange', async () => {
    const { setup, ledger, write, sent } = await added();
    setup.accounts.set('b', account({ id: 'b' }));
    const asked = { ...write.change, direction: 'reduce' } as Change;
    await assert.rejects(ledger.preview('b', asked, { undoOf: write.id }), notIts);
    await ledger.preview('b', asked);
    assert.equal(sent(), 0);
  });

  it('of the same owner, should the account have the keys of another by now', async () => {
    const setup = new Setup();
    setup.accounts.set('a', account({ uid: '7' }));
    const { ledger, write } = await added(change(), setup);
    await undoing(ledger, write, '0.1');
    setup.accounts.set('a', account({ uid: '8' }));
    await assert.rejects(undoing(ledger, write, '0.1'), notIts);
  });

  it('of the same loan, position and coin, as a reduction', async () => {
    const { setup, ledger, write, sent } = await added();
    setup.venue.shape = (readiness) => ({ ...readiness, loan: { ...readiness.loan, id: 'other', orderId: 'other' } });
    await assert.rejects(undoing(ledger, write, '0.05', { loan: { loanId: 'other' } }), notIts);
    setup.venue.shape = (readiness) => readiness;
    await assert.rejects(undoing(ledger, write, '0.05', { direction: 'add' }), notIts);
    await assert.rejects(ledger.preview('a', marginChange({ direction: 'reduce' }), { undoOf: write.id }), notIts);
    setup.venue.shape = (readiness) => {
      const collateralUsd = add(readiness.loan.collateralUsd!, d('1000'));
      const collateral = [...readiness.loan.collateral, { coin: 'USDT', amount: d('1000') }];
      const loan = { ...readiness.loan, collateral, collateralUsd, ltv: divide(d('40000'), collateralUsd, 4, 'up') };
      const baseline = { ...readiness.baseline, pledged: d('1000') };
      return { ...readiness, loan, baseline, prices: new Map([...readiness.prices, ['USDT', d('1')]]) };
    };
    await ledger.preview('a', change({ direction: 'reduce', coin: 'USDT', amount: d('0.05') }));
    await assert.rejects(undoing(ledger, write, '0.05', { coin: 'USDT' }), notIts);
    assert.equal(sent(), 0);
  });

  it('not of the other side of a hedge, nor of a position that was turned round since', async () => {
    const { setup, ledger, write } = await added(marginChange());
    await undoing(ledger, write, '10');
    await assert.rejects(ledger.preview('a', marginChange({ direction: 'reduce' }, short), { undoOf: write.id }), notIts);
    setup.market.held.set(long, { side: 'short', size: d('1'), entry: d('20000'), steady: d('410') });
    const turned = { ...marginChange({}, short).position, positionId: long, slot: '1' };
    await assert.rejects(ledger.preview('a', marginChange({ direction: 'reduce', position: turned }), { undoOf: write.id }), notIts);
  });

  it('and no write that is unknown, not proven, not done, or a reduction', async () => {
    const { setup, ledger, write } = await added();
    await assert.rejects(undoing(ledger, { id: 'nowhere', change: write.change }, '0.1'), over);
    const back = await carriedOut(setup, change({ direction: 'reduce', amount: d('0.01') }), ledger);
    await assert.rejects(undoing(ledger, back, '0.01'), over);
    setup.venue.sendFault = 'refused';
    await assert.rejects(undoing(ledger, await carriedOut(setup, change(), ledger), '0.1'), over);
    setup.venue.sendFault = 'none';
    const { done: open } = await start(ledger);
    const pending = (await ledger.activity()).find(({ state }) => state === 'accepted');
    await assert.rejects(undoing(ledger, pending, '0.1'), refused(saysLike('refusal.unfinished')));
    await settles(setup, open);
  });
});

/** At which 0.9 BTC leave about 0.05 BTC that can be taken out safely: the safe line is twelve per cent below the margin call at 73.74 %. */
const lowPrice = d('72521');
const safeLine = d('0.648912');
/** Where LTV is as far above as the price is below. */
const fallTo = (line: Decimal): Decimal => divide(multiply(lowPrice, safeLine), line, 6, 'up');

describe('the ledger lets an undo take at most the safe maximum', () => {
  it('at the preview, to the last digit, which an ordinary reduction may pass', async () => {
    const { setup, ledger, write, sent } = await added();
    setup.venue.price = lowPrice;
    const most = await unsafe(undoing(ledger, write, '0.1'));
    assert.match(most, /^0\.0[45]\d*$/);
    assert.equal(await unsafe(undoing(ledger, write, add(most, d('0.00000001')))), most);
    const preview = await undoing(ledger, write, most);
    assert.ok(preview.kind === 'collateral' && compare(preview.ltvAfter!, safeLine) <= 0);
    assert.equal((await commits(setup, ledger, preview)).state, 'effective');
    assert.equal(sent(), 1);
    await ledger.preview('a', change({ direction: 'reduce', amount: d('0.05') }));
  });

  it('and nothing where nothing is safe', async () => {
    const { setup, ledger, write } = await added();
    setup.venue.price = d('66000');
    assert.equal(await unsafe(undoing(ledger, write, '0.00000001')), '0');
  });

  it('at the last look with half a point of slack for the price, and no more', async () => {
    for (const [line, sends] of [
      ['0.6533', 1],
      ['0.65385', 1],
      ['0.65395', 0],
      ['0.67', 0],
    ] as const) {
      const { setup, ledger, write, sent } = await added();
      setup.venue.price = lowPrice;
      const preview = await undoing(ledger, write, await unsafe(undoing(ledger, write, '0.1')));
      setup.venue.price = fallTo(d(line));
      const committed = commits(setup, ledger, preview);
      if (sends === 1) assert.equal((await committed).state, 'effective', line);
      else {
        const now = await unsafe(committed);
        assert.ok(compare(now, preview.change.amount) < 0);
        assert.equal(await unsafe(undoing(ledger, write, preview.change.amount)), now, 'the strict maximum of now');
        assert.equal((await ledger.activity())[0]?.id, write.id, 'not even a plan is left');
      }
      assert.equal(sent(), sends, line);
    }
  });

  it('never past the highest LTV of the person’s own, also at the last look', async () => {
    const { setup, ledger, write, sent } = await added();
    setup.limits = { ...noLimits, highestLtvAfterReduction: d('0.635') };
    setup.venue.price = lowPrice;
    // Their own limit is named as such.
    await assert.rejects(undoing(ledger, write, '0.1'), refused(saysLike('limit.ltv-after', undefined, '63.50%')));
    setup.limits = noLimits;
    const most = await unsafe(undoing(ledger, write, '0.1'));
    const preview = await undoing(ledger, write, most);
    for (const [own, price] of [
      ['0.645', lowPrice],
      ['0.65', fallTo(d('0.6533'))],
    ] as const) {
      setup.limits = { ...noLimits, highestLtvAfterReduction: d(own) };
      setup.venue.price = price;
      await assert.rejects(ledger.preview('a', preview.change, { undoOf: write.id }), refused(saysLike('limit.ltv-after')), own);
    }
    await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('limit.ltv-after')));
    assert.equal(sent(), 0);
  });

  it('with their own highest LTV as the line of what is safe, where nothing else has held it back', async () => {
    const { setup, ledger, write } = await added();
    setup.venue.price = lowPrice;
    const figures = await undoing(ledger, write, '0.04');
    const writes = await ledger.activity();
    const checked = (own: string, shown?: Preview) => async () => {
      mustBeUndo(kinds, write.id, figures, writes, { own: d(own), shown });
    };
    for (const shown of [undefined, figures]) {
      const most = await unsafe(checked('0.635', shown)());
      assert.ok(isPositive(most) && compare(most, d('0.04')) < 0);
      await checked('0.645', shown)();
    }
  });

  it('of margin what keeps the distance that every reduction keeps, without slack', async () => {
    const { setup, ledger, write, sent } = await added(marginChange({ amount: d('200') }));
    setup.market.shape = (readiness) => ({ ...readiness, reducible: { amount: d('200'), source: 'venue' } });
    // Liquidation is at 19500: 1 % below the mark price is 19602.
    setup.market.mark = d('19800');
    await assert.rejects(undoing(ledger, write, '101.4849'), refused(saysLike('margin.distance-after', undefined, '1.0%')));
    const preview = await undoing(ledger, write, '101.4848');
    setup.market.mark = d('19799');
    await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('margin.distance-after', undefined, '1.0%')));
    assert.equal(sent(), 0);
    setup.market.mark = d('19800');
    assert.equal((await commits(setup, ledger, await undoing(ledger, write, '101.4848'))).state, 'effective');
  });

  it('is not got round by a preview of one’s own making', async () => {
    const { ledger, write } = await added();
    const ordinary = await ledger.preview('a', change({ direction: 'reduce', amount: d('0.05') }));
    await assert.rejects(ledger.commit({ ...ordinary, undoOf: write.id }, ignore), refused(saysLike('refusal.used-before')));
    const undo = await undoing(ledger, write, '0.05');
    const { undoOf, ...without } = undo;
    assert.equal(undoOf, write.id);
    await assert.rejects(ledger.commit(without, ignore), refused(saysLike('refusal.used-before')));
    assert.throws(() => Object.assign(undo, { undoOf: 'other' }), TypeError);
  });
});

describe('of every amount', () => {
  const hundredth = (n: number): Decimal => d((n / 1_000).toFixed(3));

  it('an undo passes exactly where it is left and safe', async function () {
    this.timeout(10_000);
    const amount = fc.integer({ min: 1, max: 150 });
    const price = fc.integer({ min: 60_000, max: 95_000 });
    const own = fc.option(fc.integer({ min: 550, max: 800 }), { nil: undefined });
    await holds(
      fc.asyncProperty(amount, fc.integer({ min: 0, max: 99 }), price, price, own, async (asked, before, at, later, highest) => {
        const { setup, ledger, write, sent } = await added();
        if (before > 0) await carriedOut(setup, change({ direction: 'reduce', amount: hundredth(before) }), ledger);
        const already = sent();
        if (highest !== undefined) setup.limits = { ...noLimits, highestLtvAfterReduction: hundredth(highest) };
        setup.venue.price = d(at.toString());
        const line = highest === undefined ? safeLine : lesser(safeLine, hundredth(highest));
        const left = subtract(d('0.1'), hundredth(before));
        const reduction = change({ direction: 'reduce', amount: hundredth(asked) });
        const ordinary = await ledger.preview('a', reduction).catch((error: unknown) => error);
        const undo = await ledger.preview('a', reduction, { undoOf: write.id }).catch((error: unknown) => error);
        if (ordinary instanceof Refusal) {
          assert.ok(
            undo instanceof Refusal && english(undo.sentence) === english(ordinary.sentence),
            'what stops a reduction stops an undo',
          );
          return;
        }
        const { ltvAfter } = ordinary as { readonly ltvAfter: Decimal };
        if (undo instanceof Refusal) {
          if (undo.undo?.kind === 'over') assert.ok(compare(reduction.amount, left) > 0);
          else {
            assert.ok(undo.undo !== undefined && compare(undo.undo.most, reduction.amount) < 0);
            // A millionth of LTV is kept besides.
            assert.ok(compare(ltvAfter, subtract(line, d('0.00001'))) > 0, `${ltvAfter} was safe`);
            if (isPositive(undo.undo.most)) await undoing(ledger, write, undo.undo.most);
          }
          return;
        }
        assert.ok(compare(reduction.amount, left) <= 0);
        assert.ok(compare(ltvAfter, line) <= 0, `${ltvAfter} is not safe`);
        setup.venue.price = d(later.toString());
        const ended = await commits(setup, ledger, undo as Preview).catch((error: unknown) => error);
        if (ended instanceof Refusal) {
          assert.equal(sent(), already);
          assert.ok(later < at);
          return;
        }
        assert.equal(sent(), already + 1);
        const slackened = add(safeLine, d('0.005'));
        const highestNow = highest === undefined ? slackened : lesser(slackened, hundredth(highest));
        assert.ok(compare((ended as WriteRecord).ltvEstimate!, highestNow) <= 0);
      }),
      { numRuns: 200 },
    );
  });

  it('all undos of two windows together take no more than was added', async function () {
    this.timeout(10_000);
    const attempt = fc.record({
      mine: fc.boolean(),
      amount: fc.integer({ min: 1, max: 110 }),
      settles: fc.boolean(),
      faulty: fc.boolean(),
    });
    await holds(
      fc.asyncProperty(fc.array(attempt, { maxLength: 8 }), async (attempts) => {
        const { setup, ledger, write } = await added();
        const other = setup.window().ledger;
        for (const { mine, amount, settles: after, faulty } of attempts) {
          const one = mine ? ledger : other;
          const preview = await undoing(one, write, hundredth(amount)).catch(ignore);
          if (preview === undefined) continue;
          setup.venue.sendFault = faulty ? 'lost-after' : 'none';
          one.commit(preview, ignore).catch(ignore);
          await settled();
          if (!after) continue;
          setup.venue.settle();
          await setup.clock.advance(5_000);
        }
        const out = setup.venue.sends.filter(({ direction }) => direction === 'reduce').reduce((sum, one) => add(sum, one.amount), d('0'));
        assert.ok(compare(out, write.change.amount) <= 0, out);
      }),
    );
  });
});
