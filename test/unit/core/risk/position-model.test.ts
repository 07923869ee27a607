import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, isPositive, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import type { Direction, Position } from '../../../../src/core/model.ts';
import {
  distanceToLiquidation,
  effectiveLeverage,
  estimateMarginChange,
  largestMarginReduction,
  leastDistanceLeft,
} from '../../../../src/core/risk/position-model.ts';
import { holds } from '../../property.ts';

/**
 * The example of Bybit's help centre for a USDT contract: 1 BTC at 20000 with 50 times leverage, initial margin 400, maintenance
 * margin 100. The long one is liquidated at 19700, the short one at 20300, and 3000 of additional margin take it to 16700.
 */
const bybit = (side: 'long' | 'short', facts: Partial<Position> = {}): Position => ({
  positionId: 'p',
  instrument: 'BTCUSDT',
  market: 'linear',
  slot: '0',
  side,
  marginCoin: 'USDT',
  contract: 'linear',
  marginMode: 'isolated',
  size: d('1'),
  exposure: d('1'),
  priceCoin: 'USDT',
  entryPrice: d('20000'),
  markPrice: d('20000'),
  liquidationPrice: d(side === 'long' ? '19700' : '20300'),
  margin: d('400'),
  maintenanceMargin: d('100'),
  ...facts,
});

/** The isolated margin position that OKX prints with its endpoint /api/v5/account/positions. */
const okx: Position = {
  positionId: '1752810569801498626',
  instrument: 'BTC-USDT',
  market: 'MARGIN',
  slot: 'net',
  side: 'long',
  marginCoin: 'BTC',
  contract: 'borrowed',
  marginMode: 'isolated',
  size: d('0.00190433573'),
  sizeCoin: 'BTC',
  exposure: d('0.00190433573'),
  priceCoin: 'USDT',
  entryPrice: d('62961.4'),
  markPrice: d('62891.9'),
  liquidationPrice: d('53615.448336593756'),
  margin: d('0.000317654'),
  maintenanceMargin: d('0.0000318005395854'),
  marginRatio: d('9.404143929947395'),
  unrealizedPnl: d('-0.0000033452492717'),
  debt: { coin: 'USDT', amount: d('99.9998177776581948') },
};

const without = (position: Position, key: keyof Position): Position =>
  Object.fromEntries(Object.entries(position).filter(([name]) => name !== key)) as unknown as Position;

const near = (a: Decimal | undefined, b: Decimal, digits: number): void => {
  assert.ok(a !== undefined);
  const apart = Math.abs(Number(divide(subtract(a, b), b, 20, 'half-up')));
  assert.ok(apart < 10 ** -digits, `${a} is not ${b} to ${digits.toString()} digits`);
};

describe('the distance to liquidation', () => {
  const table: ['long' | 'short', string, string, string | undefined][] = [
    ['long', '20000', '19700', '0.015'],
    ['short', '20000', '20300', '0.015'],
    ['long', '30000', '20000', '0.33333333'],
    ['short', '30000', '40000', '0.33333333'],
    ['long', '20000', '20000', '0'],
    ['long', '19000', '20000', '-0.05263158'],
    ['short', '21000', '20000', '-0.04761905'],
    ['long', '20000', '0', undefined],
    ['long', '0', '19700', undefined],
    ['long', '-1', '19700', undefined],
  ];
  for (const [side, mark, price, expected] of table) {
    it(`of a ${side} position at ${mark} with liquidation at ${price} is ${expected ?? 'unknown'}`, () => {
      assert.equal(distanceToLiquidation(bybit(side, { markPrice: d(mark), liquidationPrice: d(price) })), expected);
    });
  }

  it('is unknown without either price: none is not a safe one', () => {
    assert.equal(distanceToLiquidation(without(okx, 'liquidationPrice')), undefined);
    assert.equal(distanceToLiquidation(without(okx, 'markPrice')), undefined);
  });
});

describe('the effective leverage', () => {
  it('is value, or debt, over what a loss has left of the margin; a profit does not count', () => {
    assert.equal(effectiveLeverage(bybit('long')), '50');
    assert.equal(effectiveLeverage(bybit('long', { contract: 'inverse', exposure: d('10000'), margin: d('0.1') })), '5');
    // 99.9998177776581948 / 62891.9 / (0.000317654 - 0.0000033452492717)
    near(effectiveLeverage(okx), d('5.05880596'), 8);
    const flat = { ...okx, unrealizedPnl: d('0') };
    near(effectiveLeverage(flat), d('5.00553112'), 8);
    assert.equal(effectiveLeverage({ ...okx, unrealizedPnl: d('0.0001') }), effectiveLeverage(flat));
    assert.equal(effectiveLeverage({ ...okx, unrealizedPnl: d('-0.000317654') }), undefined, 'nothing is left');
    const shortOfBase: Position = {
      ...flat,
      side: 'short',
      marginCoin: 'USDT',
      sizeCoin: 'USDT',
      margin: d('20'),
      debt: { coin: 'BTC', amount: d('0.001') },
    };
    assert.equal(effectiveLeverage(shortOfBase), '3.144595');
    // What is owed in the coin of the margin needs no price, and what does not come out even is rounded up.
    const inQuote: Position = { ...flat, marginCoin: 'USDT', margin: d('30'), debt: { coin: 'USDT', amount: d('100') } };
    assert.equal(effectiveLeverage(inQuote), '3.33333334');
  });

  it('is unknown where a figure is missing or nonsense', () => {
    for (const key of ['margin', 'markPrice', 'exposure'] as const) assert.equal(effectiveLeverage(without(bybit('long'), key)), undefined);
    assert.equal(effectiveLeverage(without(okx, 'debt')), undefined);
    assert.equal(effectiveLeverage(without(bybit('long', { contract: 'inverse' }), 'exposure')), undefined);
    assert.equal(effectiveLeverage(bybit('long', { margin: d('0') })), undefined);
    assert.equal(effectiveLeverage(bybit('long', { contract: 'other' })), undefined);
  });
});

describe('the estimate of a change of margin', () => {
  it("reproduces the exchange's own example of a linear contract", () => {
    assert.equal(estimateMarginChange(bybit('long'), 'add', d('3000')).liquidationPrice, '16700');
    assert.equal(estimateMarginChange(bybit('short'), 'reduce', d('100')).liquidationPrice, '20200');
  });

  it('errs towards danger where venues differ about the maintenance margin', () => {
    // 3000 / 1.005 instead of 3000, and 100 / 0.995 instead of 100.
    assert.equal(estimateMarginChange(bybit('short'), 'add', d('3000')).liquidationPrice, '23285.0746268656716417');
    assert.equal(estimateMarginChange(bybit('long'), 'reduce', d('100')).liquidationPrice, '19800.5025125628140704');
  });

  it('tells margin, leverage, price and distance, and leaves out what it does not know', () => {
    assert.deepEqual(estimateMarginChange(bybit('long'), 'add', d('3000')), {
      margin: '3400',
      leverage: '5.88235295',
      liquidationPrice: '16700',
      distance: '0.165',
    });
    assert.deepEqual(estimateMarginChange(without(bybit('long'), 'markPrice'), 'add', d('3000')), {
      margin: '3400',
      liquidationPrice: '16700',
    });
    assert.deepEqual(estimateMarginChange(without(bybit('long'), 'margin'), 'add', d('3000')), {
      liquidationPrice: '16700',
      distance: '0.165',
    });
    assert.deepEqual(estimateMarginChange(bybit('long'), 'add', d('20000')), {
      margin: '20400',
      leverage: '0.98039216',
      unreachable: true,
    });
    assert.deepEqual(estimateMarginChange(bybit('long', { contract: 'other' }), 'reduce', d('1')), { margin: '399' });
  });

  it('takes the larger of the maintenance margin that is told and the one behind a margin ratio', () => {
    const reduced = (facts: Partial<Position>) => {
      const position = { ...bybit('long'), unrealizedPnl: d('-100'), marginRatio: d('1.5'), ...facts };
      return estimateMarginChange(position, 'reduce', d('100')).liquidationPrice;
    };
    // (400 - 100) / 1.5 is 200 of 20000, so 100 / 0.99; (400 - 100) / 5 is less than 100, so 100 / 0.995.
    const [byRatio, asTold] = ['19801.0101010101010102', '19800.5025125628140704'];
    assert.equal(reduced({}), byRatio);
    assert.equal(reduced({ marginRatio: d('5') }), asTold);
    assert.equal(reduced({ marginRatio: d('0') }), asTold, 'no ratio is zero');
    const whole = { ...bybit('long'), unrealizedPnl: d('-100'), marginRatio: d('1.5') };
    for (const [key, expected] of [
      ['unrealizedPnl', asTold],
      ['marginRatio', asTold],
      ['margin', asTold],
      ['maintenanceMargin', undefined],
    ] as const) {
      assert.equal(estimateMarginChange(without(whole, key), 'reduce', d('100')).liquidationPrice, expected, key);
    }
  });

  it("agrees with the formulas behind the exchange's printed sample of a position on borrowed coins", () => {
    const [rate, fee, owed, mark] = [d('0.02'), d('0.001'), d('99.9998177776581948'), d('62891.9')];
    const borrowed = divide(owed, mark, 30, 'half-up');
    near(divide(okx.maintenanceMargin!, borrowed, 30, 'half-up'), rate, 9);
    const charged = multiply(multiply(owed, add(d('1'), rate)), add(d('1'), fee));
    near(divide(charged, okx.size, 30, 'half-up'), okx.liquidationPrice!, 9);
    const needed = add(okx.maintenanceMargin!, multiply(multiply(fee, add(d('1'), rate)), borrowed));
    near(divide(add(okx.margin!, okx.unrealizedPnl!), needed, 30, 'half-up'), okx.marginRatio!, 9);
    // What is added to the margin is added to the size, and the debt stays.
    for (const amount of ['0', '0.00000001', '0.0001', '0.001']) {
      near(estimateMarginChange(okx, 'add', d(amount)).liquidationPrice, divide(charged, add(okx.size, d(amount)), 30, 'half-up'), 9);
    }
    for (const amount of ['0', '0.00000001', '0.0001']) {
      near(
        estimateMarginChange(okx, 'reduce', d(amount)).liquidationPrice,
        divide(charged, subtract(okx.size, d(amount)), 30, 'half-up'),
        9,
      );
    }
  });

  it('is rounded once', () => {
    // 1 / (1 / 90000 + 1 / 180000) is 60000, though neither of the two has an end. The maintenance margin is half of the value.
    const figures = { exposure: d('180000'), liquidationPrice: d('90000'), markPrice: d('100000'), maintenanceMargin: d('0.9') };
    const inverse = bybit('long', { contract: 'inverse', ...figures });
    assert.equal(estimateMarginChange(inverse, 'add', d('1.5')).liquidationPrice, '60000');
    // A maintenance margin of a third of the value takes a quarter of what is added.
    const short = bybit('short', { exposure: d('3'), markPrice: d('1'), maintenanceMargin: d('1'), liquidationPrice: d('2') });
    assert.equal(estimateMarginChange(short, 'add', d('4')).liquidationPrice, '3');
  });

  it('reproduces an inverse contract solved from its equation', () => {
    // 10000 USD long at 20000 with 0.1 BTC: 0.1 + 10000 (1/20000 - 1/P) = 0.005 x 10000 / P gives P = 16750; with 0.2 BTC 14357.142857...
    const inverse = bybit('long', {
      contract: 'inverse',
      exposure: d('10000'),
      margin: d('0.1'),
      maintenanceMargin: d('0.0025'),
      liquidationPrice: d('16750'),
    });
    near(estimateMarginChange(inverse, 'add', d('0.1')).liquidationPrice, d('14357.14285714'), 9);
    // Taking errs further: by the whole amount over the exposure. 1 / (1/16750 - 0.05 / 10000)
    near(estimateMarginChange(inverse, 'reduce', d('0.05')).liquidationPrice, d('18281.0368349249'), 9);
  });

  it('reproduces a short inverse contract solved from its equation', () => {
    // 0.1 + 10000 (1/P - 1/20000) = 0.005 x 10000 / P gives P = 24875; with 0.05 less 22111.111...
    const inverse = bybit('short', {
      contract: 'inverse',
      exposure: d('10000'),
      margin: d('0.1'),
      maintenanceMargin: d('0.0025'),
      liquidationPrice: d('24875'),
    });
    near(estimateMarginChange(inverse, 'reduce', d('0.05')).liquidationPrice, d('22111.11111111'), 9);
    // Adding errs nearer: by the whole amount over the exposure. 1 / (1/24875 - 0.1 / 10000)
    near(estimateMarginChange(inverse, 'add', d('0.1')).liquidationPrice, d('33111.48086522'), 9);
  });

  it('says that no price is left only where margin was added', () => {
    const far = estimateMarginChange(bybit('long'), 'add', d('20000'));
    assert.deepEqual([far.unreachable, far.liquidationPrice, far.distance], [true, undefined, undefined]);
    // With a margin of less than nothing the figure would be a price below zero or beyond any: that is not safety.
    for (const position of [
      bybit('short', { margin: d('30000') }),
      bybit('long', { contract: 'inverse', exposure: d('100'), margin: d('30000'), maintenanceMargin: d('0.000025') }),
    ]) {
      const gone = estimateMarginChange(position, 'reduce', d('29999'));
      assert.deepEqual([gone.unreachable, gone.liquidationPrice, gone.distance], [undefined, undefined, undefined]);
    }
  });

  it('knows the margin whatever else is unknown, and makes nothing up', () => {
    for (const position of [
      without(okx, 'liquidationPrice'),
      without(okx, 'exposure'),
      { ...okx, sizeCoin: 'USDT' },
      { ...okx, contract: 'other' as const },
    ]) {
      const after = estimateMarginChange(position, 'add', d('0.0001'));
      assert.equal(after.margin, '0.000417654');
      assert.deepEqual([after.liquidationPrice, after.distance, after.unreachable], [undefined, undefined, undefined]);
    }
    assert.equal(estimateMarginChange(without(okx, 'margin'), 'add', d('1')).margin, undefined);
    assert.equal(estimateMarginChange(without(bybit('long'), 'maintenanceMargin'), 'reduce', d('1')).liquidationPrice, undefined);
    assert.equal(estimateMarginChange(bybit('long', { maintenanceMargin: d('20000') }), 'reduce', d('1')).liquidationPrice, undefined);
  });
});

/** A positive figure with up to four decimals. */
const figure = (min: number, max: number): fc.Arbitrary<Decimal> =>
  fc.integer({ min: Math.round(min * 10_000), max: Math.round(max * 10_000) }).map((units) => d((units / 10_000).toFixed(4)));

/** Positions with liquidation on the right side of the mark price, and an amount below their margin. */
const positions: fc.Arbitrary<Position> = fc
  .record({
    contract: fc.constantFrom('linear' as const, 'inverse' as const, 'borrowed' as const),
    side: fc.constantFrom('long' as const, 'short' as const),
    mark: figure(1, 90_000),
    away: figure(0.0001, 0.9),
    margin: figure(0.01, 9_000),
    maintenance: figure(0.0001, 0.2),
    exposure: figure(0.1, 90_000),
  })
  .map(({ contract, side, mark, away, margin, maintenance, exposure }) => {
    const liquidationPrice = multiply(mark, side === 'long' ? subtract(d('1'), away) : add(d('1'), away));
    const value = contract === 'inverse' ? divide(exposure, mark, 16, 'up') : multiply(exposure, mark);
    const size = contract === 'borrowed' ? add(exposure, margin) : exposure;
    return bybit(side, {
      contract,
      markPrice: mark,
      liquidationPrice,
      margin,
      size,
      exposure,
      maintenanceMargin: add(multiply(value, maintenance), d('0.0001')),
      ...(contract === 'borrowed' ? { sizeCoin: 'USDT', debt: { coin: 'USDT', amount: exposure } } : {}),
    });
  });
const parts = fc.tuple(fc.integer({ min: 1, max: 499 }), fc.integer({ min: 1, max: 499 }));
const partOf = (position: Position, part: number): Decimal => divide(multiply(position.margin!, d(part.toString())), d('1000'), 8, 'up');
const directions = fc.constantFrom<Direction>('add', 'reduce');

/** How near liquidation is, as a number for comparing: unreachable is farthest, no figure after a reduction is nearest. */
const nearness = (position: Position, direction: Direction, amount: Decimal): Decimal => {
  const after = estimateMarginChange(position, direction, amount);
  return after.distance ?? d(direction === 'add' ? '999999999' : '-999999999');
};
const notBelow = (a: Decimal, b: Decimal, slack: Decimal): void => {
  assert.ok(compare(add(a, slack), b) >= 0, `${a} is below ${b}`);
};
/** Own rounding of distances and prices. */
const slack = d('0.0000001');

/** The position as it would be after the change, for another one. */
function applied(position: Position, direction: Direction, amount: Decimal): Position | undefined {
  const { margin, liquidationPrice } = estimateMarginChange(position, direction, amount);
  if (margin === undefined || liquidationPrice === undefined) return undefined;
  const size = direction === 'add' ? add(position.size, amount) : subtract(position.size, amount);
  return { ...position, margin, liquidationPrice, ...(position.contract === 'borrowed' ? { size } : {}) };
}

describe('whatever the position', () => {
  it('more margin never brings liquidation nearer, and less never takes it further away', () => {
    holds(
      fc.property(positions, parts, (position, [one, two]) => {
        const [less, more] = [partOf(position, Math.min(one, two)), partOf(position, Math.max(one, two))];
        const now = distanceToLiquidation(position)!;
        notBelow(nearness(position, 'add', less), now, slack);
        notBelow(nearness(position, 'add', more), nearness(position, 'add', less), slack);
        notBelow(now, nearness(position, 'reduce', less), slack);
        notBelow(nearness(position, 'reduce', less), nearness(position, 'reduce', more), slack);
        assert.equal(estimateMarginChange(position, 'reduce', more).unreachable, undefined);
      }),
    );
  });

  it('two changes after one another come to the same as both at once', () => {
    holds(
      fc.property(positions, directions, parts, (position, direction, [one, two]) => {
        const between = applied(position, direction, partOf(position, one));
        if (between === undefined) return;
        const stepwise = estimateMarginChange(between, direction, partOf(position, two));
        const atOnce = estimateMarginChange(position, direction, add(partOf(position, one), partOf(position, two)));
        assert.equal(stepwise.margin, atOnce.margin);
        if (stepwise.liquidationPrice === undefined || atOnce.liquidationPrice === undefined || stepwise.distance === undefined) return;
        // A reciprocal of a price is kept to 16 digits, so a high price is less exact.
        const apart = subtract(stepwise.distance, atOnce.distance ?? d('0'));
        notBelow(d('0.00001'), apart, d('0'));
        notBelow(apart, d('-0.00001'), d('0'));
      }),
    );
  });

  it('adding and taking the same never ends better than it began', () => {
    holds(
      fc.property(positions, parts, (position, [part]) => {
        const amount = partOf(position, part);
        const added = applied(position, 'add', amount);
        if (added === undefined) return;
        notBelow(distanceToLiquidation(position)!, nearness(added, 'reduce', amount), slack);
      }),
    );
  });

  it('prices are rounded towards the mark price and never flatter', () => {
    const borrowed = (side: 'long' | 'short'): Position =>
      bybit(side, {
        contract: 'borrowed',
        sizeCoin: 'USDT',
        size: d('3'),
        debt: { coin: 'USDT', amount: d('2') },
        liquidationPrice: d('10'),
      });
    for (const direction of ['add', 'reduce'] as const) {
      for (const side of ['long', 'short'] as const) {
        const amount = d('0.1');
        const linear = bybit(side, { exposure: d('3'), size: d('3') });
        const price = estimateMarginChange(linear, direction, amount).liquidationPrice!;
        const rate = divide(d('100'), d('60000'), 40, 'half-up');
        const takesRate = (side === 'short') === (direction === 'add');
        const factor = takesRate ? (side === 'short' ? add(d('1'), rate) : subtract(d('1'), rate)) : d('1');
        const move = divide(amount, multiply(d('3'), factor), 40, 'half-up');
        const exact =
          (side === 'long') === (direction === 'add') ? subtract(linear.liquidationPrice!, move) : add(linear.liquidationPrice!, move);
        assert.equal(compare(price, exact), side === 'long' ? 1 : -1, `linear ${side} ${direction}`);
        const size = direction === 'add' ? d('3.1') : d('2.9');
        const ofDebt = side === 'long' ? divide(d('30'), size, 40, 'half-up') : divide(multiply(d('10'), size), d('3'), 40, 'half-up');
        const estimated = estimateMarginChange(borrowed(side), direction, amount).liquidationPrice!;
        assert.equal(compare(estimated, ofDebt), side === 'long' ? 1 : -1, `borrowed ${side} ${direction}`);
      }
    }
  });

  it('prices of inverse contracts are rounded towards the mark price as well, whether the coin is cheap or dear', () => {
    // A reciprocal of a high price has few digits, and so has a low price itself.
    for (const mark of [20, 80_000]) {
      const value = d((10_000 / mark).toString());
      const amount = multiply(value, d('0.001'));
      for (let step = 1; step <= 20; step += 1) {
        for (const [side, direction] of [
          ['long', 'add'],
          ['long', 'reduce'],
          ['short', 'add'],
          ['short', 'reduce'],
        ] as const) {
          const liquidationPrice = d((mark * (side === 'long' ? 1 - step / 70 : 1 + step / 70)).toFixed(1));
          const position = bybit(side, {
            contract: 'inverse',
            exposure: d('10000'),
            markPrice: d(mark.toString()),
            margin: value,
            maintenanceMargin: multiply(value, d('0.005')),
            liquidationPrice,
          });
          // Of an inverse contract the careful move takes the rate where a long one is added to or a short one taken from.
          const grows = side === 'long' ? d('1.005') : d('0.995');
          const factor = (side === 'long') === (direction === 'add') ? grows : d('1');
          const move = divide(amount, multiply(d('10000'), factor), 40, 'half-up');
          const now = divide(d('1'), liquidationPrice, 40, 'half-up');
          const exact = divide(d('1'), (side === 'long') === (direction === 'add') ? add(now, move) : subtract(now, move), 30, 'half-up');
          const price = estimateMarginChange(position, direction, amount).liquidationPrice!;
          const what = `${side} ${direction} at ${liquidationPrice}: ${price} for ${exact}`;
          assert.equal(compare(price, exact), side === 'long' ? 1 : -1, what);
          near(price, exact, 9);
        }
      }
    }
  });

  it('ten times the position with ten times the margin is as near to liquidation', () => {
    const tenfold = (amount: Decimal): Decimal => multiply(amount, d('10'));
    holds(
      fc.property(positions, directions, parts, (position, direction, [part]) => {
        const amount = partOf(position, part);
        const large: Position = {
          ...position,
          size: tenfold(position.size),
          exposure: tenfold(position.exposure!),
          margin: tenfold(position.margin!),
          maintenanceMargin: tenfold(position.maintenanceMargin!),
          ...(position.debt === undefined ? {} : { debt: { coin: position.debt.coin, amount: tenfold(position.debt.amount) } }),
        };
        const [a, b] = [estimateMarginChange(position, direction, amount), estimateMarginChange(large, direction, tenfold(amount))];
        assert.equal(b.margin, tenfold(a.margin!));
        notBelow(a.distance ?? d('0'), b.distance ?? d('0'), slack);
        notBelow(b.distance ?? d('0'), a.distance ?? d('0'), slack);
      }),
    );
  });

  it('the largest reduction keeps its distance, and one step more would not', () => {
    holds(
      fc.property(positions, figure(0, 9_000), fc.integer({ min: 0, max: 8 }), (position, ceiling, decimals) => {
        const most = largestMarginReduction(position, ceiling, decimals);
        if (estimateMarginChange(position, 'reduce', d('0')).distance === undefined) {
          assert.equal(most, undefined);
          return;
        }
        assert.ok(most !== undefined && compare(most, ceiling) <= 0);
        const step = divide(d('1'), d(`1${'0'.repeat(decimals)}`), decimals, 'down');
        const holds = (amount: Decimal): boolean => {
          const after = estimateMarginChange(position, 'reduce', amount);
          return after.distance !== undefined && compare(after.distance, leastDistanceLeft) >= 0 && isPositive(after.margin!);
        };
        if (isPositive(most)) assert.ok(holds(most));
        const more = add(most, step);
        assert.ok(compare(more, ceiling) > 0 || !holds(more), `${more} could be taken too`);
      }),
    );
  });
});

describe('the largest reduction', () => {
  it('of the example keeps one percent to the mark price, in the decimals asked for', () => {
    // 19700 + x / 0.995 may be 19800.
    assert.equal(largestMarginReduction(bybit('long'), d('399'), 4), '99.5');
    assert.equal(largestMarginReduction(bybit('short'), d('399'), 4), '100');
    assert.equal(largestMarginReduction(bybit('long'), d('60.98765'), 2), '60.98');
    assert.equal(largestMarginReduction(bybit('long'), d('60.98765'), 0), '60');
    assert.equal(largestMarginReduction(bybit('long'), d('0.0001'), 4), '0.0001');
  });

  it('is nothing where liquidation is near or reached, or nobody else allows anything', () => {
    for (const mark of ['19890', '19700', '19000'])
      assert.equal(largestMarginReduction(bybit('long', { markPrice: d(mark) }), d('399'), 4), '0');
    for (const ceiling of ['0', '-5.5', '0.00001']) assert.equal(largestMarginReduction(bybit('long'), d(ceiling), 4), '0');
  });

  it('is unknown where the estimate is', () => {
    for (const key of ['margin', 'liquidationPrice', 'markPrice', 'exposure', 'maintenanceMargin'] as const) {
      assert.equal(largestMarginReduction(without(bybit('long'), key), d('399'), 4), undefined, key);
    }
    assert.equal(largestMarginReduction(bybit('long', { contract: 'other' }), d('399'), 4), undefined);
  });

  it('never takes the last of the margin, however far away liquidation is', () => {
    assert.equal(largestMarginReduction(bybit('long', { liquidationPrice: d('100') }), d('400'), 2), '399.99');
  });
});
