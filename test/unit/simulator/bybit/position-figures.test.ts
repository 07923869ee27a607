// The formulas of isolated margin against figures that Bybit printed, and as properties.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { absolute, add, compare, decimal, divide, multiply, subtract } from '../../../../src/core/decimal.ts';
import { findContract, type Terms } from '../../../../src/simulator/bybit/instruments.ts';
import { figures, isReached, liquidationPrice, type Stake } from '../../../../src/simulator/bybit/position-figures.ts';
import { holds } from '../../property.ts';

const linear: Terms = findContract('BTCUSDT')!;
const inverse: Terms = findContract('ETHUSD')!;

function stake(side: 'Buy' | 'Sell', size: string, avgPrice: string, leverage: string, extra = '0'): Stake {
  return { side, size: decimal(size), avgPrice: decimal(avgPrice), leverage: decimal(leverage), extra: decimal(extra) };
}

describe('isolated margin at the simulated Bybit', function () {
  this.timeout(20_000);
  // Help page "Liquidation Price (USDT Contract)": 1 BTC at 20000, 50x, maintenance margin rate 0.5 %.
  for (const [side, extra, expected] of [
    ['Buy', '0', '19700'],
    ['Sell', '0', '20300'],
    ['Buy', '3000', '16700'],
    ['Sell', '3000', '23300'],
  ] as const) {
    it(`liquidates ${side} 1 BTC at 20000 with 50x and ${extra} added at ${expected}`, () => {
      assert.equal(liquidationPrice(stake(side, '1', '20000', '50', extra), linear), expected);
    });
  }

  it('liquidates an inverse short by the formula of its help page', () => {
    // 60000 USD at 50000 with 10x: 1.2 BTC of value, 0.12 and 0.006 of margin.
    const price = liquidationPrice(stake('Sell', '60000', '50000', '10'), findContract('BTCUSD')!);
    assert.equal(price, divide(decimal('60000'), decimal('1.086'), 1, 'down'));
  });

  it('comes to the position printed in the documentation of add-margin', () => {
    // ETHUSD 200 at 1812.70004844, 12x, 0.01 ETH added; closing fee 0.06 % at that time. Margin at entry prices then.
    const printed = stake('Buy', '200', '1812.70004844', '12', '0.01');
    const then: Terms = { ...inverse, fee: decimal('0.0006') };
    const { value, initial } = figures(printed, then, printed.avgPrice);
    assert.deepEqual([value, initial], ['0.11033265', '0.01926611']);
    assert.equal(figures(printed, then, decimal('1812.90')).profit, '0.00001217');
    // Printed 1550.80: funding that was paid is not in the formula.
    const apart = absolute(subtract(liquidationPrice(printed, inverse)!, decimal('1550.80')));
    assert.ok(compare(apart, decimal('0.2')) < 0, apart);
  });

  it('gives no price outside the band', () => {
    assert.equal(liquidationPrice(stake('Buy', '1', '20000', '1', '0'), linear), '100');
    assert.equal(liquidationPrice(stake('Buy', '1', '20000', '1', '100'), linear), undefined);
    assert.equal(liquidationPrice(stake('Buy', '1', '20000', '50', '30000'), linear), undefined);
    assert.equal(liquidationPrice(stake('Sell', '1', '20000', '50', '979700'), linear), undefined);
    assert.equal(liquidationPrice(stake('Sell', '200', '2000', '1'), inverse), '400000');
    assert.equal(liquidationPrice(stake('Sell', '200', '2000', '1', '0.1'), inverse), undefined);
  });

  const whole = (most: number) => fc.integer({ min: 1, max: most }).map(String);
  const any = fc.record({
    side: fc.constantFrom<'Buy' | 'Sell'>('Buy', 'Sell'),
    size: fc.integer({ min: 1, max: 5_000_000 }).map((n) => divide(decimal(n.toString()), decimal('1000'), 3, 'down')),
    avgPrice: whole(200_000).map((n) => decimal(`${n}.5`)),
    leverage: fc.integer({ min: 2, max: 100 }).map((n) => decimal(n.toString())),
    extra: whole(10_000_000).map((n) => divide(decimal(n), decimal('10000'), 4, 'down')),
  });
  const terms = fc.constantFrom(linear, inverse);

  it('liquidates only on the losing side of the entry, and more margin never nearer', () => {
    holds(
      fc.property(any, terms, whole(1000), (one, which, more) => {
        const price = liquidationPrice(one, which);
        if (price === undefined) return;
        const long = one.side === 'Buy';
        assert.ok(compare(price, one.avgPrice) * (long ? 1 : -1) <= 0, price);
        const later = liquidationPrice({ ...one, extra: add(one.extra, decimal(more)) }, which);
        if (later !== undefined) assert.ok(compare(later, price) * (long ? 1 : -1) <= 0, later);
        assert.equal(isReached(one.side, price, price), true);
      }),
    );
  });

  it('moves the initial margin by exactly what is added, and nothing else', () => {
    holds(
      fc.property(any, terms, whole(100_000), (one, which, n) => {
        const more = divide(decimal(n), decimal('10000'), 4, 'down');
        const before = figures(one, which, one.avgPrice);
        const after = figures({ ...one, extra: add(one.extra, more) }, which, one.avgPrice);
        assert.deepEqual(after, { ...before, initial: add(before.initial, more) });
      }),
    );
  });

  it('never prints less margin than value over leverage with what was added', () => {
    holds(
      fc.property(any, (one) => {
        const { initial } = figures(one, linear, one.avgPrice);
        const least = add(divide(multiply(one.size, one.avgPrice), one.leverage, 12, 'down'), one.extra);
        assert.ok(compare(initial, least) >= 0);
      }),
    );
  });
});
