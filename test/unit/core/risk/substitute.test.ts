import assert from 'node:assert/strict';
import fc from 'fast-check';
import { decimal as d, type Decimal } from '../../../../src/core/decimal.ts';
import { compareUrgency, isAlarm, judgeLoan, judgePosition, levelOf, levelOfPosition } from '../../../../src/core/risk/level.ts';
import type { Loan, Position } from '../../../../src/core/model.ts';
import { holds } from '../../property.ts';

const option: Position = {
  positionId: 'o',
  instrument: 'BTC-USD-261225-90000-C',
  market: 'OPTION',
  slot: 'net',
  side: 'short',
  marginCoin: 'BTC',
  contract: 'other',
  marginMode: 'isolated',
  size: d('1'),
  priceCoin: 'BTC',
  markPrice: d('0.05'),
};

const long: Position = {
  ...option,
  instrument: 'BTC-USDT-SWAP',
  contract: 'linear',
  side: 'long',
  marginCoin: 'USDT',
  priceCoin: 'USDT',
  exposure: d('1'),
  markPrice: d('100'),
};

const loan: Loan = {
  id: '1',
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: d('80') }],
  collateral: [{ coin: 'BTC', amount: d('1') }],
};
const call = { marginCall: { ltv: d('0.8'), source: 'venue' }, liquidation: { ltv: d('0.9'), source: 'venue' } } as const;

describe('a position whose liquidation price is missing', () => {
  const table: [string, string | undefined][] = [
    // margin ratio, level it raises
    ['1.02', 'danger'],
    ['1', 'danger'],
    ['-0.2', 'danger'],
    ['1.49999', 'danger'],
    ['1.5', 'warn'],
    ['2.99', 'warn'],
    ['3', undefined],
    ['940', undefined],
    ['0', undefined],
  ];
  for (const [ratio, level] of table) {
    it(`is ${level ?? 'unknown'} by a margin ratio of ${ratio}, old figures or not`, () => {
      const verdict = level === undefined ? { level: 'unknown' } : { level, by: 'marginRatio' };
      for (const fresh of [true, false]) assert.deepEqual(judgePosition({ ...option, marginRatio: d(ratio) }, fresh), verdict);
    });
  }

  it('alarms by what a loss has left of its margin, as ratio or as a distance of price', () => {
    const level = (margin: string, pnl: string, maintenance?: string) =>
      judgePosition(
        {
          ...long,
          margin: d(margin),
          unrealizedPnl: d(pnl),
          ...(maintenance === undefined ? {} : { maintenanceMargin: d(maintenance) }),
        },
        true,
      );
    assert.deepEqual(level('10', '-10'), { level: 'danger', by: 'marginLeft' });
    assert.deepEqual(level('10', '-4', '5'), { level: 'danger', by: 'marginLeft' });
    assert.deepEqual(level('15', '-1', '5'), { level: 'warn', by: 'marginLeft' });
    // (5 - 0.5) / 105 is 4.3 %, though the ratio is 10.
    assert.deepEqual(level('5', '0', '0.5'), { level: 'danger', by: 'marginLeft' });
    assert.deepEqual(level('10', '0', '0.5'), { level: 'warn', by: 'marginLeft' });
    assert.deepEqual(level('20', '0', '0.5'), { level: 'unknown' });
    assert.deepEqual(level('0', '0', '0.5'), { level: 'unknown' }, 'no margin is a hole');
  });

  it('hears nothing else where the price is told, but a ratio at which the venue liquidates', () => {
    const far = { ...long, liquidationPrice: d('50') };
    assert.deepEqual(judgePosition({ ...far, marginRatio: d('1.4'), margin: d('1'), unrealizedPnl: d('-1') }, true), { level: 'ok' });
    assert.deepEqual(judgePosition({ ...far, marginRatio: d('1') }, true), { level: 'danger', by: 'marginRatio' });
  });
});

describe('a loan whose LTV or lines are missing', () => {
  it('alarms by debt and collateral in USD, the venue’s or of its coins', () => {
    const worth = (debtUsd: string, collateralUsd: string): Loan => ({
      ...loan,
      ...call,
      debtUsd: d(debtUsd),
      collateralUsd: d(collateralUsd),
    });
    assert.deepEqual(judgeLoan(worth('80', '100'), true), { level: 'danger', by: 'usd' });
    assert.deepEqual(judgeLoan(worth('73', '100'), false), { level: 'warn', by: 'usd' });
    assert.deepEqual(judgeLoan(worth('10', '100'), true), { level: 'unknown' });
    assert.deepEqual(judgeLoan(worth('80', '0'), true), { level: 'danger', by: 'usd' });
    assert.deepEqual(judgeLoan({ ...worth('80', '100'), ltv: d('0') }, true), { level: 'danger', by: 'usd' }, 'an LTV of zero is none');
    const coins: Loan = {
      ...loan,
      ...call,
      debts: [{ coin: 'USDT', amount: d('80'), usd: d('80') }],
      collateral: [{ coin: 'BTC', amount: d('1'), usd: d('100'), usdEstimated: true }],
    };
    assert.deepEqual(judgeLoan(coins, true), { level: 'danger', by: 'usd' });
    assert.deepEqual(judgeLoan({ ...loan, debtUsd: d('95'), collateralUsd: d('100') }, true), { level: 'warn', by: 'usd' });
  });

  it('alarms near 100 % where neither line is told', () => {
    assert.deepEqual(judgeLoan({ ...loan, ltv: d('1') }, true), { level: 'danger', by: 'whole' });
    assert.deepEqual(judgeLoan({ ...loan, ltv: d('0.951') }, true), { level: 'danger', by: 'whole' });
    assert.deepEqual(judgeLoan({ ...loan, ltv: d('0.881') }, true), { level: 'warn', by: 'whole' });
    assert.deepEqual(judgeLoan({ ...loan, ltv: d('0.88') }, true), { level: 'unknown' });
    assert.deepEqual(judgeLoan({ ...loan, ltv: d('0.95'), marginCall: { ltv: d('0'), source: 'venue' } }, true), {
      level: 'warn',
      by: 'whole',
    });
  });

  it('alarms by the price at which the venue liquidates it, on either side', () => {
    const at = (price: string): Loan => ({
      ...loan,
      collateral: [{ coin: 'BTC', amount: d('2'), usd: d('200') }],
      liquidationPrice: { instrument: 'BTC-USDT', price: d(price) },
    });
    assert.deepEqual(judgeLoan(at('95'), true), { level: 'warn', by: 'price' });
    assert.deepEqual(judgeLoan(at('101'), true), { level: 'danger', by: 'price' });
    assert.deepEqual(judgeLoan(at('60'), true), { level: 'unknown' });
    assert.deepEqual(judgeLoan(at('-3'), true), { level: 'unknown' });
    const worthless = [{ coin: 'BTC', amount: d('2'), usd: d('0.000000000001') }];
    assert.deepEqual(judgeLoan({ ...at('95'), collateral: worthless }, true), { level: 'unknown' }, 'no price to divide by');
    const short: Loan = {
      ...at('105'),
      collateral: [{ coin: 'USDT', amount: d('300') }],
      debts: [{ coin: 'BTC', amount: d('2'), usd: d('200') }],
    };
    assert.deepEqual(judgeLoan(short, true), { level: 'warn', by: 'price' });
    assert.deepEqual(judgeLoan({ ...at('95'), ltv: d('0.3'), ...call }, true), { level: 'ok' }, 'the LTV speaks where it is told');
  });

  it('is OK where it is told to owe nothing, and only there', () => {
    const free: Loan = { ...loan, debts: [], debtUsd: d('0') };
    assert.deepEqual(
      [true, false].map((fresh) => levelOf(free, fresh)),
      ['ok', 'unknown'],
    );
    assert.equal(levelOf({ ...loan, debts: [{ coin: 'USDT', amount: d('0') }] }, true), 'ok');
    assert.equal(levelOf({ ...loan, debts: [], ltv: d('0') }, true), 'ok');
    assert.equal(levelOf({ ...loan, debts: [] }, true), 'unknown', 'no list is no zero');
    assert.equal(levelOf({ ...free, ltv: d('0.4') }, true), 'unknown', 'figures that differ tell nothing');
    assert.equal(levelOf({ ...free, due: [{ coin: 'USDT', amount: d('1'), at: 1, overdue: true }] }, true), 'danger');
  });
});

const limits = { numRuns: 400, interruptAfterTimeLimit: 3_000, endOnFailure: true } as const;
const figure: fc.Arbitrary<Decimal> = fc
  .tuple(fc.integer({ min: -200, max: 20_000 }), fc.constantFrom(0, 1, 2))
  .map(([digits, places]) => d((digits / 10 ** places).toFixed(places)));

/** The object with only those of the keys that were chosen. */
const some = <One extends object>(one: One, keys: readonly (keyof One)[]): Partial<One> =>
  Object.fromEntries(Object.entries(one).filter(([name]) => keys.includes(name as keyof One))) as Partial<One>;

describe('a substitute raises alarms and never clears one', () => {
  const extras = ['marginRatio', 'margin', 'maintenanceMargin', 'unrealizedPnl'] as const;
  const position: fc.Arbitrary<Position> = fc
    .record({
      side: fc.constantFrom<Position['side']>('long', 'short'),
      contract: fc.constantFrom<Position['contract']>('linear', 'inverse', 'borrowed', 'other'),
      marginMode: fc.constantFrom<Position['marginMode']>('isolated', 'cross'),
      price: fc.option(figure, { nil: undefined }),
      mark: figure,
    })
    .map(({ price, mark, ...rest }) => ({
      ...long,
      ...rest,
      markPrice: mark,
      ...(price === undefined ? {} : { liquidationPrice: price }),
    }));

  it('for positions: whatever else is told, an alarm by the price stays, and only one that cannot be liquidated gets better than unknown', () => {
    holds(
      fc.property(
        position,
        fc.tuple(figure, figure, figure, figure),
        fc.subarray([...extras]),
        fc.boolean(),
        (bare, figures, told, fresh) => {
          const full = Object.fromEntries(extras.map((name, at) => [name, figures[at]])) as unknown as Position;
          const without = levelOfPosition(bare, fresh);
          const verdict = judgePosition({ ...bare, ...some(full, told) }, fresh);
          if (isAlarm(without)) assert.ok(compareUrgency(verdict.level, without) <= 0);
          if (verdict.by !== undefined) assert.ok(isAlarm(verdict.level));
          if (without === 'unknown' && !isAlarm(verdict.level) && verdict.level !== 'unknown') {
            assert.ok(told.length >= 3 && bare.marginMode === 'isolated', 'only margin, loss and maintenance together clear');
          }
        },
      ),
      limits,
    );
  });

  it('for loans: whatever else is told, nothing becomes calmer for it', () => {
    const extra = fc.record({
      debtUsd: figure,
      collateralUsd: figure,
      liquidationPrice: figure.map((price) => ({ instrument: 'BTC-USDT', price })),
    });
    const bare = fc
      .record({ ltv: fc.option(figure, { nil: undefined }), call: fc.option(figure, { nil: undefined }) })
      .map(({ ltv, call: line }): Loan => ({
        ...loan,
        collateral: [{ coin: 'BTC', amount: d('1'), usd: d('100') }],
        ...(ltv === undefined ? {} : { ltv }),
        ...(line === undefined ? {} : { marginCall: { ltv: line, source: 'venue' as const } }),
      }));
    holds(
      fc.property(
        bare,
        extra,
        fc.subarray(['debtUsd', 'collateralUsd', 'liquidationPrice'] as const),
        fc.boolean(),
        (one, figures, told, fresh) => {
          const before = levelOf(one, fresh);
          assert.ok(compareUrgency(levelOf({ ...one, ...some(figures, told) }, fresh), before) <= 0);
        },
      ),
      limits,
    );
  });
});
