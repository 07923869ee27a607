import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import type { Loan, Position } from '../../../src/core/model.ts';
import { msg } from '../../../src/core/message.ts';
import type { StressTable } from '../../../src/core/protocol.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { gaugePage, preparePage } from '../../../src/views/gauges.ts';
import { exposures, stressView } from '../../../src/views/stress.ts';
import { aLoan, anAccount, aScene, aState, now, say } from './gauge-scenes.ts';
import { holds } from '../property.ts';
import { position } from './samples.ts';
import { says, saysLike } from '../../texts.ts';

const prices: Readonly<Record<string, Decimal>> = {
  BTC: decimal('85753.03'),
  ETH: decimal('3000'),
  USDT: decimal('1'),
  USDC: decimal('1'),
};

function holding(
  loans: readonly Loan[],
  positions: readonly Position[] = [],
  change: Partial<AccountState> = {},
  ageMs = 1_000,
): AccountState {
  return { ...aState([], { snapshot: { loans, wallet: [], positions, prices, asOf: now - ageMs } }), ...change };
}

function tables(...accounts: AccountState[]): readonly StressTable[] {
  return stressView(exposures(accounts, aScene()), say)?.tables ?? [];
}

function only(...accounts: AccountState[]): StressTable {
  const all = tables(...accounts);
  assert.equal(all.length, 1);
  return all[0]!;
}

const textsOf = ({ shocks }: StressTable): readonly string[] =>
  shocks.map(({ label, cells }) => [label, ...cells.map(({ text }) => text)].join(' | '));

/** 57.421 % with margin call at 73.74 % and liquidation at 83.74 %; one coin, so that its haircut follows from its value. */
const loan = aLoan({ collateral: [{ coin: 'BTC', amount: decimal('0.9') }] });
const long = position({ baseCoin: 'BTC' });
/** Owes 10 ETH against USDC. */
const owing = aLoan({
  id: '7',
  orderId: '7',
  ltv: decimal('0.6'),
  debtUsd: decimal('30000'),
  collateralUsd: decimal('50000'),
  debts: [{ coin: 'ETH', amount: decimal('10') }],
  collateral: [{ coin: 'USDC', amount: decimal('50000') }],
});

describe('The table of shocks', () => {
  it('tells LTV of loans and distance of positions, each with its level in a word', () => {
    const table = only(holding([loan], [long]));
    assert.deepEqual(
      table.members.map(({ title, detail }) => [title, detail]),
      [
        ['Loan 12345', 'OKX · Main, LTV'],
        ['BTC-USDT-SWAP long', `OKX · Main, ${says('gauge.liquidation')}`],
      ],
    );
    assert.deepEqual(textsOf(table), [
      // 57.421 / 0.7 is 82.03 to the last digit, and that is what is shown.
      'BTC −10.0% | 63.81% · Watch | 2.6% · Danger',
      `BTC −20.0% | 71.78% · Danger | ${says('term.liquidation')}`,
      `BTC −30.0% | 82.03% · ${says('term.margin-call')} | Liquidation`,
      `BTC −40.0% | 95.71% · ${says('term.liquidation')} | ${says('term.liquidation')}`,
      `BTC −50.0% | 114.85% · ${says('term.liquidation')} | ${says('term.liquidation')}`,
    ]);
    assert.deepEqual(
      table.shocks.map(({ cells }) => cells.map(({ level }) => level)),
      [
        ['watch', 'danger'],
        ['danger', 'danger'],
        ['danger', 'danger'],
        ['danger', 'danger'],
        ['danger', 'danger'],
      ],
    );
    assert.match(table.caption, saysLike('stress.caption'));
  });

  it('has rows that belong to gauges, in their order', () => {
    const accounts = [holding([loan], [long]), holding([owing], [], { account: anAccount({ id: 'b', name: 'B' }) })];
    const { state } = gaugePage(accounts, aScene(), say, { shocks: '' });
    assert.deepEqual(
      state.stress?.tables[0]?.members.map(({ key }) => key),
      state.gauges.map(({ key }) => key),
    );
  });

  it('shocks each coin alone where there are several, and lets rise what is owed or sold short', () => {
    const table = only(holding([loan, owing], [position({ baseCoin: 'BTC', side: 'short', liquidationPrice: decimal('75000') })]));
    assert.deepEqual(
      table.shocks.map(({ label }) => label),
      [
        ...['−10.0%', '−20.0%', '−30.0%', '−40.0%', '−50.0%', '+20.0%'].map((change) => `${says('stress.all-coins')} ${change}`),
        ...['−20.0%', '−40.0%', '+20.0%'].map((change) => `BTC ${change}`),
        ...['−20.0%', '−40.0%', '+20.0%'].map((change) => `ETH ${change}`),
      ],
    );
    const rise = table.shocks.find(({ label }) => label === 'ETH +20.0%')!;
    assert.deepEqual(
      rise.cells.map(({ text }) => text),
      ['57.43% · Watch', '72.00% · Danger', '25.0% · OK'],
    );
  });

  describe('with shocks of the person', () => {
    const both = holding([loan, owing]);
    const own = (text: string) => stressView(exposures([both], aScene()), say, text)!;
    const labels = (text: string) =>
      own(text)
        .tables[0]!.shocks.slice(0, 2)
        .map(({ label }) => label);

    it('has them first: of all coins, or of one', () => {
      assert.deepEqual(labels('-35, eth +12.5%'), [`${says('stress.all-coins')} −35.0%`, 'ETH +12.5%']);
      assert.deepEqual(labels('−7.5；BTC 300'), [`${says('stress.all-coins')} −7.5%`, 'BTC +300.0%']);
      assert.equal(own('-10').own.refused, undefined);
      const [typed, ...usual] = own('-10').tables[0]!.shocks;
      assert.deepEqual(typed?.cells, usual[0]?.cells);
    });

    it('says what it leaves out: what is no shock, what falls below zero, and coins that nobody holds', () => {
      assert.deepEqual(labels('x, -100, 0, DOGE -5, -12.34, BTC'), labels(''));
      assert.equal(own('x, -100, DOGE -5').own.refused, `${says('stress.refused')}: x; -100; DOGE -5`);
      assert.equal(own('-1,-2,-3,-4,-5,-6,-7').own.refused, `${says('stress.refused')}: -7`);
    });

    it('takes any text', () => {
      holds(
        fc.property(fc.string(), (text) => {
          assert.ok(own(text).tables[0]!.shocks.length >= labels('').length);
        }),
        { numRuns: 50 },
      );
    });
  });

  it('says unknown of a loan without a known line, never that it is safe', () => {
    const table = only(holding([aLoan({ collateral: loan.collateral }, 'marginCall', 'liquidation')]));
    assert.deepEqual(
      table.shocks.map(({ cells }) => cells[0]?.text),
      // Near 100 % nothing is left, whatever the line: that alarms, and nothing else is said.
      ['63.81% · Unknown', '71.78% · Unknown', '82.03% · Unknown', '95.71% · Danger', '114.85% · Danger'],
    );
  });

  it('has no shocks where no price matters', () => {
    const stable = { ...owing, debts: [{ coin: 'USDT', amount: decimal('30000') }] };
    const table = only(holding([stable]));
    assert.deepEqual([table.shocks, table.first, table.leftOut], [[], [], []]);
  });
});

describe('What breaks first', () => {
  it('is told nearest first, for all that falls together', () => {
    assert.deepEqual(only(holding([loan], [long])).first, [
      `BTC −12.4%: BTC-USDT-SWAP long · ${says('term.liquidation')}; −22.1%: Loan 12345 · ${says('term.margin-call')}; −31.4%: Loan 12345 · ${says('term.liquidation')}`,
    ]);
  });

  it('is told for each coin that several depend on, and names the account where there are several', () => {
    const table = only(
      holding([loan], [], { account: anAccount({ id: 'a', name: 'A' }) }),
      holding([owing], [long], { account: anAccount({ id: 'b', name: 'B' }) }),
    );
    assert.deepEqual(table.first, [
      `${says('stress.all-coins')} −12.4%: BTC-USDT-SWAP long (OKX · B) · ${says('term.liquidation')}; −22.1%: Loan 12345 (OKX · A) · ${says('term.margin-call')}; −31.4%: Loan 12345 (OKX · A) · ${says('term.liquidation')}`,
      `${says('stress.all-coins')} +22.9%: Loan 7 (OKX · B) · ${says('term.margin-call')}; +39.5%: Loan 7 (OKX · B) · ${says('term.liquidation')}`,
      `BTC −12.4%: BTC-USDT-SWAP long (OKX · B) · ${says('term.liquidation')}; −22.1%: Loan 12345 (OKX · A) · ${says('term.margin-call')}; −31.4%: Loan 12345 (OKX · A) · ${says('term.liquidation')}`,
    ]);
  });

  it('says apart what is reached already', () => {
    const gone = position({ positionId: 'gone', instrument: 'GONE', baseCoin: 'BTC', liquidationPrice: decimal('61000') });
    const called = { ...loan, id: '9', orderId: '9', marginCall: { ltv: decimal('0.5'), source: 'venue' as const } };
    assert.deepEqual(only(holding([called], [gone])).first, [
      says('stress.reached-already', 'Loan 9 · Margin call; GONE long · Liquidation'),
      `BTC −31.4%: Loan 9 · ${says('term.liquidation')}`,
    ]);
  });

  it('counts what is too much to name', () => {
    const many = Array.from({ length: 4 }, (_, index) => ({ ...loan, id: index.toString(), orderId: index.toString() }));
    assert.match(only(holding(many)).first[0]!, /; … \(\+4\)$/);
  });

  it('says that nothing does where no line is known', () => {
    assert.deepEqual(only(holding([aLoan({ collateral: loan.collateral }, 'marginCall', 'liquidation')])).first, [
      says('stress.no-known-line'),
    ]);
  });
});

describe('Who is left out of the shocks', () => {
  const other = (change: Partial<Loan>): Loan => ({ ...loan, id: '6', orderId: '6', ...change });
  const cases: readonly (readonly [string, AccountState, string])[] = [
    ['figures that are not current', holding([loan], [], {}, 600_000), says('stress.left-out', says('estimate.stale'), 'Loan 12345')],
    ['a loan kept from before', holding([other({ keptFrom: now - 60_000 })]), says('stress.left-out', says('estimate.stale'), 'Loan 6')],
    [
      'a loan that we compute otherwise',
      holding([other({ haircuts: { BTC: { by: 'amount', tiers: [{ rate: decimal('0.5') }] } } })]),
      says('stress.left-out', says('estimate.mismatch'), 'Loan 6'),
    ],
    [
      'a coin without a price',
      holding([other({ debts: [{ coin: 'XYZ', amount: decimal('1') }] })]),
      says('stress.left-out', says('estimate.price-unknown'), 'Loan 6'),
    ],
    ['a loan without LTV', holding([aLoan({}, 'ltv')]), says('stress.left-out', says('term.ltv-unknown'), 'Loan 12345')],
    [
      'a position without a liquidation price',
      holding([], [position({ baseCoin: 'BTC' }, 'liquidationPrice')]),
      says('stress.left-out', says('line.unknown', says('preview.liquidation')), 'BTC-USDT-SWAP long'),
    ],
    ['a position of no known coin', holding([], [position()]), says('stress.left-out', says('stress.contract'), 'BTC-USDT-SWAP long')],
    [
      'an option',
      holding([], [position({ baseCoin: 'BTC', contract: 'other' })]),
      says('stress.left-out', says('stress.contract'), 'BTC-USDT-SWAP long'),
    ],
    [
      'cross margin',
      holding([], [position({ baseCoin: 'BTC', marginMode: 'cross' })]),
      says('stress.left-out', says('term.cross-margin'), 'BTC-USDT-SWAP long'),
    ],
    [
      'an old position',
      holding([], [position({ baseCoin: 'BTC', keptFrom: now - 60_000 })]),
      says('stress.left-out', says('estimate.stale'), 'BTC-USDT-SWAP long'),
    ],
  ];
  for (const [what, account, sentence] of cases) {
    it(`is ${what}, with the reason`, () => {
      const table = only(account);
      assert.deepEqual([table.leftOut, table.members, table.shocks], [[sentence], [], []]);
    });
  }

  it('is an account that was not read, or in part only', () => {
    const partial = holding([loan]);
    const table = only(
      { ...partial, snapshot: { ...partial.snapshot!, positionsTrouble: msg('test', 'No.') } },
      { account: anAccount({ id: 'b', name: 'B' }), reading: true },
    );
    assert.deepEqual(table.leftOut, [
      `${says('stress.left-out', says('account.partly-read'), 'OKX')} · Main`,
      `${says('stress.left-out', says('account.not-read'), 'OKX')} · B`,
    ]);
  });
});

describe('Real and simulated money', () => {
  it('never stand in one table, and real money comes first', () => {
    const simulated = anAccount({ id: 's', name: 'S', simulated: true, site: 'loopback' });
    const demo = anAccount({ id: 'd', name: 'D', site: 'global-demo' });
    const all = tables(holding([loan], [], { account: simulated }), holding([loan], [], { account: demo }), holding([loan]));
    assert.deepEqual(
      all.map(({ simulatedMark, members }) => [simulatedMark, members.map(({ detail }) => detail)]),
      [
        [undefined, ['OKX · Main, LTV']],
        [says('preview.simulated'), ['OKX · S, LTV']],
        [says('preview.demo'), ['OKX · D, LTV']],
      ],
    );
    assert.ok(all.every(({ first }) => first.length === 1 && !first[0]!.includes('(')));
  });

  it('are not calculated while nobody looks at them; their section stays, and what a fall brings first', () => {
    const { state } = gaugePage([holding([loan])], aScene(), say);
    assert.equal('stress' in state, false);
    assert.ok(state.sections.some(({ id }) => id === 'stress'));
    assert.ok(state.summaries[0]!.facts.some((fact) => saysLike('overview.first-fall').test(fact)));
  });

  it('leave no section on a page without gauges', () => {
    const { state } = gaugePage([holding([])], aScene(), say, { shocks: '' });
    assert.deepEqual(['stress' in state, state.sections], [false, []]);
  });
});

describe('A page with many loans', () => {
  const many = (): AccountState =>
    holding(
      Array.from({ length: 30 }, (_, index) => ({ ...(index % 2 === 0 ? loan : owing), id: index.toString() })),
      [long],
    );
  /** Every look at the clock takes three milliseconds. @returns how often something else had its turn */
  async function prepared(account: AccountState, isOvertaken = (): boolean => false): Promise<number> {
    let [time, pauses] = [0, 0];
    await preparePage([account], aScene(), say, '-35', {
      ticks: () => (time += 3),
      pause: async () => {
        pauses += 1;
      },
      isOvertaken,
    });
    return pauses;
  }

  it('is prepared in slices, and then the same as one that is made at once', async () => {
    const account = many();
    assert.ok((await prepared(account)) > 20);
    const asked = { shocks: '-35' };
    assert.deepEqual(gaugePage([account], aScene(), say, asked).state, gaugePage([many()], aScene(), say, asked).state);
  });

  it('is prepared no further when it is overtaken', async () => {
    assert.equal(await prepared(many(), () => true), 1);
  });
});
