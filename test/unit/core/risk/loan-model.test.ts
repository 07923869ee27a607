import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { factorAt, ltvOf, modelOf, withCollateral, withPrices, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import type { Loan, HaircutRule } from '../../../../src/core/model.ts';
import { holds } from '../../property.ts';
import { aModel, anAmount, loanOf, pricesOf } from '../arbitrary-loans.ts';
import { bybitBtc } from '../bybit-brackets.ts';

const runs = { numRuns: 10_000 };

/** position and collateral-data of Bybit's new loans, as printed; prices recovered from its own USD figures. */
const pool: Loan = {
  id: 'pool',
  ltv: d('0.524344'),
  debtUsd: d('9638.17'),
  collateralUsd: d('18381.41'),
  collateralValuation: 'adjusted',
  debts: [
    { coin: 'BTC', amount: d('0.08800022') },
    { coin: 'ETH', amount: d('0.1') },
  ],
  collateral: [
    { coin: 'BTC', amount: d('0.12') },
    { coin: 'ETH', amount: d('2') },
    { coin: 'USDT', amount: d('4002.12') },
    { coin: 'USDC', amount: d('1000') },
  ],
  haircuts: { BTC: bybitBtc, ETH: bybitBtc, USDT: bybitBtc, USDC: { by: 'value', tiers: [{ rate: d('0.7248') }] } },
};
const poolPrices = new Map<string, Decimal>([
  ['BTC', d('106310.757')],
  ['ETH', d('2828.00')],
  ['USDT', d('1')],
  ['USDC', d('1')],
]);

const made = (loan: Loan, prices: ReadonlyMap<string, Decimal>): LoanModel => {
  const model = modelOf(loan, prices);
  assert.ok(typeof model === 'object', typeof model === 'string' ? model : '');
  return model;
};

const plain = (debt: string, quantity: string, price: string): LoanModel =>
  made(
    {
      ...pool,
      ltv: divide(d(debt), multiply(d(quantity), d(price)), 8, 'up'),
      collateralValuation: 'raw',
      debts: [{ coin: 'USDT', amount: d(debt) }],
      collateral: [{ coin: 'BTC', amount: d(quantity) }],
    },
    new Map([
      ['BTC', d(price)],
      ['USDT', d('1')],
    ]),
  );

describe('a loan as we compute it', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it("gives the venue's own LTV as long as nothing moves", () => {
    const model = made(pool, poolPrices);
    assert.equal(model.haircuts, 'published');
    assert.equal(ltvOf(model), '0.524344', 'to the last digit');
  });

  it('is refused where our recomputation differs from the venue by more than 0.5 %', () => {
    for (const ltv of ['0.5', '0.53', '0.9']) assert.equal(modelOf({ ...pool, ltv: d(ltv) }, poolPrices), 'definitions');
    assert.equal(typeof modelOf({ ...pool, ltv: d('0.5265') }, poolPrices), 'object');
  });

  it('is refused without a price, and without an LTV', () => {
    const withoutEth = new Map(poolPrices);
    withoutEth.delete('ETH');
    assert.equal(modelOf(pool, withoutEth), 'price');
    assert.equal(modelOf(pool, new Map([...poolPrices, ['ETH', d('0')]])), 'price');
    assert.equal(modelOf(without(pool, 'ltv'), poolPrices), 'ltv');
    // A coin that is only owed, and one that is only pledged.
    assert.equal(modelOf({ ...pool, debts: [...pool.debts, { coin: 'DOGE', amount: d('1') }] }, poolPrices), 'price');
    assert.equal(modelOf({ ...pool, collateral: [...pool.collateral, { coin: 'DOGE', amount: d('1') }] }, poolPrices), 'price');
  });

  it('is taken where the difference is 0.5 % to the last digit, and not a hair beyond', () => {
    const at = (ltv: string) =>
      modelOf(
        {
          id: '1',
          ltv: d(ltv),
          collateralValuation: 'raw',
          debts: [{ coin: 'USDT', amount: d('50000') }],
          collateral: [{ coin: 'BTC', amount: d('1') }],
        },
        new Map([
          ['BTC', d('100000')],
          ['USDT', d('1')],
        ]),
      );
    for (const ltv of ['0.5', '0.5025', '0.4975']) assert.equal(typeof at(ltv), 'object', ltv);
    for (const ltv of ['0.50250001', '0.49749999']) assert.equal(at(ltv), 'definitions', ltv);
    const model = at('0.5');
    assert.ok(typeof model === 'object');
    assert.equal(model.haircuts, 'published', 'where nothing is cut, nothing is guessed');
  });

  it('cannot be made of collateral that counts for nothing, nor of one whose haircut nothing tells', () => {
    const empty = pool.collateral.map(({ coin }) => ({ coin, amount: d('0') }));
    assert.equal(modelOf({ ...pool, collateral: empty }, poolPrices), 'price');
    assert.equal(modelOf({ ...pool, collateral: [] }, poolPrices), 'price');
    const unpublished = without(pool, 'haircuts');
    assert.equal(modelOf({ ...unpublished, collateral: empty }, poolPrices), 'price');
    assert.equal(modelOf(without(unpublished, 'collateralUsd'), poolPrices), 'price');
  });

  it('without a debt has an LTV of zero, and a venue that says anything else means something else', () => {
    const repaid: Loan = { ...without(pool, 'debtUsd'), debts: [] };
    assert.equal(ltvOf(made({ ...repaid, ltv: d('0') }, poolPrices)), '0');
    assert.equal(modelOf({ ...repaid, ltv: d('0.5') }, poolPrices), 'definitions');
  });

  it('is averaged as soon as the rule of a single coin is not published', () => {
    const { USDT, ...others } = pool.haircuts!;
    assert.ok(USDT !== undefined);
    assert.equal(made({ ...pool, haircuts: others }, poolPrices).haircuts, 'averaged');
  });

  it('never flatters by its own rounding, however small the excess', () => {
    const model = plain('0.50000000000000000001', '1', '1');
    assert.equal(ltvOf({ ...model, correction: d('1') }), '0.50000001');
  });

  it('recovers the haircut where none is published: exact for one coin, an average for several', () => {
    const unpublished = without(pool, 'haircuts');
    assert.equal(made(unpublished, poolPrices).haircuts, 'averaged');
    const single: Loan = {
      ...unpublished,
      ltv: d('0.58'),
      debtUsd: d('40000'),
      collateralUsd: d('68965.52'),
      debts: [{ coin: 'USDT', amount: d('40000') }],
      collateral: [{ coin: 'BTC', amount: d('0.8') }],
    };
    const model = made(
      single,
      new Map([
        ['BTC', d('88000')],
        ['USDT', d('1')],
      ]),
    );
    assert.equal(model.haircuts, 'recovered');
    assert.equal(ltvOf(model), '0.58');
  });

  it('says of a single rule too that it was recovered', () => {
    const recovered = { ...pool.haircuts!['USDC']!, recovered: true } as const;
    assert.equal(made({ ...pool, haircuts: { ...pool.haircuts, USDC: recovered } }, poolPrices).haircuts, 'recovered');
  });

  it('reads again what it says of itself', () => {
    holds(
      fc.property(aModel, (model) => {
        assert.equal(ltvOf(made(loanOf(model), pricesOf(model))), model.ltv);
      }),
      runs,
    );
  });

  it('has an LTV that more collateral never raises, and that the order of coins does not matter to', () => {
    holds(
      fc.property(aModel, anAmount, (model, more) => {
        const [first] = model.collateral;
        const richer = withCollateral(model, { ...first!, amount: add(first!.amount, more) });
        assert.ok(compare(ltvOf(richer)!, ltvOf(model)!) <= 0);
        assert.equal(ltvOf({ ...model, collateral: [...model.collateral].reverse(), debts: [...model.debts].reverse() }), ltvOf(model));
      }),
      runs,
    );
  });

  it('keeps its LTV when all prices change by one factor, as long as no haircut depends on value', () => {
    holds(
      fc.property(aModel, fc.constantFrom('0.1', '0.5', '2', '10'), (model, factor) => {
        const flat = { ...model, collateral: model.collateral.map((one) => ({ ...one, rule: { ...one.rule, by: 'amount' as const } })) };
        const coins = [...flat.collateral, ...flat.debts].map(({ coin }) => coin);
        const before = ltvOf(flat);
        if (before === undefined) return;
        assert.equal(ltvOf(withPrices(flat, new Map(coins.map((coin) => [coin, d(factor)])))), before);
      }),
      runs,
    );
  });
});

describe('the price at which a line is reached', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('is what was published', () => {
    const table: [string, string, string, string, string][] = [
      ['50000', '1', '100000', '0.7', '71428'],
      ['47944', '1', '126000', '0.8', '59930'],
      ['7500', '1', '10000', '0.86', '8720'],
    ];
    for (const [debt, quantity, price, line, expected] of table) {
      const factor = factorAt(plain(debt, quantity, price), new Set(['BTC']), d(line), 'fall');
      assert.equal(divide(multiply(factor!, d(price)), d('1'), 0, 'down'), expected);
    }
    // Opened at 75 %, liquidated at 86 %: a fall of 12.79 %.
    assert.equal(
      divide(subtract(d('1'), factorAt(plain('7500', '1', '10000'), new Set(['BTC']), d('0.86'), 'fall')!), d('1'), 6, 'half-up'),
      '0.127907',
    );
  });

  it('is where the LTV then is the line, whatever brackets are crossed on the way', () => {
    holds(
      fc.property(
        aModel,
        fc.constantFrom('1.01', '1.2', '1.5', '3'),
        fc.constantFrom('fall' as const, 'rise' as const),
        (model, beyond, way) => {
          const line = multiply(model.ltv, d(beyond));
          const coins = new Set(way === 'fall' ? model.collateral.map(({ coin }) => coin) : model.debts.map(({ coin }) => coin));
          const factor = factorAt(model, coins, line, way);
          if (factor === undefined) return;
          assert.ok(way === 'fall' ? compare(factor, d('1')) <= 0 : compare(factor, d('1')) >= 0);
          const there = ltvOf(withPrices(model, new Map([...coins].map((coin) => [coin, factor]))));
          if (there === undefined) return;
          // A factor has 18 decimals: of a fall to almost nothing few digits are left.
          const coarse = multiply(line, divide(d('0.000000000000000002'), factor, 18, 'up'));
          assert.ok(isNear(there, line, coarse), `${there} is not ${line}`);
          // Nearer to now the line is not reached.
          const half = divide(add(factor, d('1')), d('2'), 18, 'down');
          const before = ltvOf(withPrices(model, new Map([...coins].map((coin) => [coin, half]))))!;
          assert.ok(compare(before, add(line, d('0.00000002'))) <= 0);
        },
      ),
      runs,
    );
  });

  it('is the present one when the line is reached already', () => {
    const model = plain('50000', '1', '100000');
    assert.equal(factorAt(model, new Set(['BTC']), d('0.5'), 'fall'), '1');
    assert.equal(factorAt(model, new Set(['BTC']), d('0'), 'fall'), undefined);
    for (const way of ['fall', 'rise'] as const) {
      for (const line of ['0.5', '0.4']) assert.equal(factorAt(model, new Set(['BTC']), d(line), way), '1', `${line} ${way}`);
    }
  });

  it('of a coin that is owed is found above, and rounded towards now', () => {
    const owing = (usdc: string): LoanModel => ({
      collateral: [{ coin: 'USDC', amount: d(usdc), price: d('1'), rule: flatRule(d('1')) }],
      debts: [{ coin: 'ETH', amount: d('1'), price: d('3000') }],
      ltv: d('0.3'),
      correction: d('1'),
      haircuts: 'published',
    });
    const rising = (usdc: string, line: string) => factorAt(owing(usdc), new Set(['ETH']), d(line), 'rise');
    assert.equal(rising('10000', '0.6'), '2');
    assert.equal(rising('10000', '0.7'), '2.333333333333333333');
    assert.equal(factorAt(owing('10000'), new Set(['ETH']), d('0.6'), 'fall'), undefined);
  });

  it('is above zero, however little: where the coin has to become worthless there is none', () => {
    const model: LoanModel = {
      collateral: [
        { coin: 'BTC', amount: d('1'), price: d('60000'), rule: flatRule(d('1')) },
        { coin: 'USDC', amount: d('100'), price: d('1'), rule: flatRule(d('1')) },
      ],
      debts: [{ coin: 'USDT', amount: d('80'), price: d('1') }],
      ltv: d('0.001331'),
      correction: d('1'),
      haircuts: 'published',
    };
    // 80 / 0.79 is 101.265823: 1.265823 of 60000.
    assert.equal(divide(factorAt(model, new Set(['BTC']), d('0.79'), 'fall')!, d('1'), 12, 'half-up'), '0.000021097046');
    for (const line of ['0.8', '0.80000001']) assert.equal(factorAt(model, new Set(['BTC']), d(line), 'fall'), undefined, line);
  });

  it('of a rise is above now, though a fall leads there too', () => {
    const tiers = [{ upTo: d('100'), rate: d('0.9') }, { upTo: d('200'), rate: d('0.8') }, { rate: d('0.1') }];
    const model: LoanModel = {
      collateral: [{ coin: 'BTC', amount: d('2'), price: d('100'), rule: { by: 'value', tiers } }],
      debts: [
        { coin: 'USDT', amount: d('60'), price: d('1') },
        { coin: 'ETH', amount: d('0.01'), price: d('3000') },
      ],
      ltv: d('0.52941177'),
      correction: d('1'),
      haircuts: 'published',
    };
    // At half the prices 75 are owed on 90. Above, 60 + 30 f is 0.8 of 150 + 20 f.
    assert.equal(factorAt(model, new Set(['BTC', 'ETH']), d('0.8'), 'rise'), '4.285714285714285714');
  });

  it('is found beyond the edges that are crossed on the way up, whatever the order of coins', () => {
    const tiers = (first: string, second: string): HaircutRule => ({
      by: 'value',
      tiers: [
        { upTo: d(first), rate: d('0.9') },
        { upTo: d(second), rate: d('0.5') },
        { upTo: d('100000'), rate: d('0.1') },
      ],
    });
    const btc = { coin: 'BTC', amount: d('1'), price: d('100'), rule: tiers('150', '400') };
    const eth = { coin: 'ETH', amount: d('1'), price: d('100'), rule: tiers('200', '300') };
    const gone = { coin: 'SOL', amount: d('0'), price: d('100'), rule: tiers('200', '300') };
    const debts = [
      { coin: 'BTC', amount: d('0.5'), price: d('100') },
      { coin: 'ETH', amount: d('0.5'), price: d('100') },
    ];
    const model = { debts, ltv: d('0.55555556'), correction: d('1'), haircuts: 'published' as const };
    for (const collateral of [
      [btc, eth, gone],
      [gone, eth, btc],
    ]) {
      // Three times the price: debts of 300; BTC counts 135 + 75, ETH 180 + 50. Five times: 500; 135 + 125 + 10, 180 + 50 + 20.
      const table: [string, string][] = [
        ['0.681818181818181818', '3'],
        ['0.961538461538461538', '5'],
      ];
      for (const [line, expected] of table) {
        const factor = factorAt({ ...model, collateral }, new Set(['BTC', 'ETH', 'SOL']), d(line), 'rise')!;
        assert.equal(divide(factor, d('1'), 9, 'half-up'), expected, line);
      }
    }
  });

  it('does not exist for coins that do not matter', () => {
    assert.equal(factorAt(plain('50000', '1', '100000'), new Set(['ETH']), d('0.7'), 'fall'), undefined);
    assert.equal(factorAt(plain('50000', '1', '100000'), new Set(['BTC']), d('0.7'), 'rise'), undefined);
  });
});

const absolute = (value: Decimal): Decimal => (compare(value, d('0')) < 0 ? subtract(d('0'), value) : value);

/** LTVs are rounded up at eight digits. */
const isNear = (a: Decimal, b: Decimal, slack = d('0')): boolean =>
  compare(absolute(subtract(a, b)), add(slack, add(d('0.00000002'), multiply(b, d('0.0000001'))))) <= 0;

function without<Key extends keyof Loan>(loan: Loan, key: Key): Omit<Loan, Key> {
  return Object.fromEntries(Object.entries(loan).filter(([name]) => name !== key)) as unknown as Omit<Loan, Key>;
}
