import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Loan, Threshold } from '../../../../src/core/model.ts';
import { setThresholds } from '../../../../src/flows/account/thresholds.ts';
import { startBybit } from '../../../../src/simulator/bybit/start.ts';
import { Setup } from '../../engine/ledger/support.ts';
import { added, Machine } from '../front.ts';
import { actingAt, goBack, leave, pick, press, Scripted, type, type Answer } from '../scripted.ts';
import { says, saysInTurn, saysLike } from '../../../texts.ts';

const table = (ltv: string): Threshold => ({ ltv: decimal(ltv), source: 'table' });
const own = { marginCall: decimal('0.7'), liquidation: decimal('0.8') };

/** An account whose loan has these thresholds, or no loan. */
async function setting(answers: readonly Answer[], facts: { readonly loan?: Partial<Loan> | 'none'; readonly own?: typeof own } = {}) {
  const setup = new Setup();
  if (facts.own !== undefined) setup.accounts.set('a', { ...setup.accounts.get('a')!, thresholds: facts.own });
  const tabled = { marginCall: table('0.75'), liquidation: table('0.85') };
  const loans = facts.loan === 'none' ? [] : [{ ...setup.venue.loan(), ...tabled, ...facts.loan }];
  const talk = new Scripted(...answers);
  const { app } = actingAt(setup, talk, { loans });
  let reads = 0;
  await setThresholds({ ...app, poller: { refresh: async () => void (reads += 1) } }, setup.accounts.get('a')!);
  assert.equal(talk.left, 0);
  return { talk, kept: setup.accounts.get('a')!.thresholds, reads };
}

describe('thresholds of one’s own', function () {
  this.timeout(60_000);
  it('are asked for beside those of the table, stored as fractions, and the account is read anew', async () => {
    const { talk, kept, reads } = await setting([type('72.5'), type('83 %')]);
    assert.deepEqual(
      talk.heard.slice(0, 2).map(({ title, detail, value }) => [title, detail, value]),
      [
        [says('thresholds.loan', 'Main'), says('thresholds.prompt', says('term.margin-call'), 'OKX'), '75'],
        [says('thresholds.loan', 'Main'), says('thresholds.prompt', says('term.liquidation'), 'OKX'), '85'],
      ],
    );
    assert.deepEqual(kept, { marginCall: '0.725', liquidation: '0.83' });
    assert.equal(reads, 1);
    assert.equal(talk.titles('notice')[0], says('thresholds.saved', 'OKX', '72.5%', '83%'));
  });

  it('are percentages in their order, each wrong one said why', async () => {
    const { talk, kept } = await setting([
      ...['', 'abc', '-5', '75,5', '75.555', '0', '100'].map(type),
      type('70'),
      ...['70', '60', '100.5'].map(type),
      type('100'),
    ]);
    assert.equal(talk.faults.length, 10);
    assert.deepEqual(talk.faults, [
      ...Array<string>(7).fill(says('thresholds.range', '0', '99.99')),
      ...Array<string>(3).fill(says('thresholds.range', '70', '100')),
    ]);
    assert.deepEqual(kept, { marginCall: '0.7', liquidation: '1' });
  });

  it('above the table are cautioned against, and are taken from who knows better', async () => {
    const { talk, kept } = await setting([type('76'), type('86')]);
    assert.deepEqual(
      talk.remarks.map(({ caution }) => caution),
      [true, true],
    );
    assert.equal(talk.remarks[0]!.sentence, says('thresholds.above-table', '75%'));
    assert.equal(talk.remarks[1]!.sentence, says('thresholds.above-table', '85%'));
    assert.deepEqual(kept, { marginCall: '0.76', liquidation: '0.86' });
  });

  for (const [where, answers] of [
    ['at the first question', [leave]],
    ['at the second question', [type('70'), leave]],
    ['after going back', [type('70'), goBack, leave]],
  ] as const) {
    it(`are not stored when they are left ${where}`, async () => {
      const { talk, kept, reads } = await setting(answers);
      assert.deepEqual([kept, reads, talk.titles('notice')], [undefined, 0, []]);
    });
  }

  it('that are there are offered to be changed, or to be given up for the table', async () => {
    const changed = await setting([pick(says('thresholds.enter')), type('71'), goBack, type('72'), type('81')], { own });
    assert.deepEqual(changed.talk.heard[0]!.choices, [says('thresholds.enter'), says('thresholds.use-table')]);
    assert.deepEqual([changed.talk.heard[1]!.value, changed.talk.heard[3]!.value], ['70', '71']);
    assert.deepEqual(changed.kept, { marginCall: '0.72', liquidation: '0.81' });
    const given = await setting([pick(says('thresholds.use-table'))], { own });
    assert.deepEqual([given.kept, given.reads], [undefined, 1]);
    assert.match(given.talk.titles('notice')[0]!, saysLike('thresholds.table-again', 'OKX'));
    assert.deepEqual((await setting([leave], { own })).kept, own);
  });

  it('would have no effect where the exchange supplies them: the limit that can be set is offered instead', async () => {
    const venue = { marginCall: { ...table('0.7'), source: 'venue' }, liquidation: { ...table('0.8'), source: 'venue' } } as const;
    const { talk, kept } = await setting([press(says('button.open-settings'))], { loan: venue });
    assert.equal(talk.titles('notice')[0], says('thresholds.supplied', 'OKX'));
    assert.deepEqual([talk.did, kept], [['openLimits'], undefined]);
  });

  it('are not asked for where there is no loan', async () => {
    const { talk } = await setting([], { loan: 'none' });
    assert.deepEqual(
      talk.heard.map(({ title, choices }) => [title, choices]),
      [[says('loan.none'), []]],
    );
  });

  it('at Bybit stand at the loans from then on, and those of the table again afterwards', async () => {
    const machine = new Machine();
    try {
      const front = await machine.front();
      const bybit = await machine.runs(startBybit({ clock: machine.clock, walk: false }));
      const id = await added(front, bybit, 'Pool', 'bybit');
      const account = () => front.engine.book.get(id)!;
      const thresholds = (): readonly string[] => front.rows('loans').filter((row) => /^(Margin call|Liquidation) \d/.test(row));
      const before = thresholds();
      assert.ok(before.some((row) => saysLike('loan.table').test(row)));
      await front.does((app) => setThresholds(app, account()), type('60'), type('70.5'));
      for (const ltv of ['60.00%', '70.50%']) {
        const isThere = (row: string): boolean => saysInTurn(ltv, says('loan.entered')).test(row);
        assert.ok(thresholds().some(isThere), thresholds().join('\n'));
      }
      await front.does((app) => setThresholds(app, account()), pick(says('thresholds.use-table')));
      assert.deepEqual(thresholds(), before);
    } finally {
      await machine.end();
    }
  });
});
