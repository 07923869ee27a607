import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, isPositive, subtract, type Decimal } from '../../../src/core/decimal.ts';
import { estimateAfter, largestReduction } from '../../../src/core/estimate.ts';
import { credibleLtv, distanceTo } from '../../../src/core/ltv.ts';
import type { Loan } from '../../../src/core/model.ts';

const none = new Map<string, Decimal>();
const prices = new Map([
  ['BTC', d('88000')],
  ['ETH', d('3260')],
  ['SOL', d('140')],
]);

function loan(facts: Partial<Loan> = {}): Loan {
  return {
    id: '12345',
    ltv: d('0.58'),
    debtUsd: d('40000'),
    collateralUsd: d('68965.52'),
    collateralValuation: 'adjusted',
    debts: [{ coin: 'USDT', amount: d('40000') }],
    collateral: [{ coin: 'BTC', amount: d('0.8') }],
    marginCall: { ltv: d('0.7374'), source: 'venue' },
    liquidation: { ltv: d('0.8374'), source: 'venue' },
    ...facts,
  };
}
const mixed = loan({
  ltv: d('0.7'),
  collateralUsd: d('7140'),
  collateral: [
    { coin: 'ETH', amount: d('1.5') },
    { coin: 'SOL', amount: d('20') },
  ],
});

describe('distance to a threshold', () => {
  const table: [string, string, string][] = [
    ['0.8374', '0.5742', '0.31430618'],
    ['0.86', '0.75', '0.12790697'],
    ['0.7374', '0.7374', '0'],
    ['0.7374', '0.73739999999999', '0'],
    ['0.7374', '0.73740000001', '-0.00000001'],
    ['0.7374', '0', '1'],
  ];
  for (const [threshold, ltv, distance] of table) {
    it(`is ${distance} from ${ltv} to ${threshold}`, () => {
      assert.equal(distanceTo(d(threshold), d(ltv)), distance);
    });
  }

  it('is unknown without both figures, and for a threshold that is none', () => {
    assert.equal(distanceTo(undefined, d('0.5')), undefined);
    assert.equal(distanceTo(d('0.7'), undefined), undefined);
    assert.equal(distanceTo(d('0'), d('0.5')), undefined);
    assert.equal(distanceTo(d('-1'), d('0.5')), undefined);
  });
});

describe('an LTV', () => {
  it('is not believed when it is negative, or zero while something is owed', () => {
    assert.equal(credibleLtv(loan({ ltv: d('-0.1') })), undefined);
    assert.equal(credibleLtv(loan({ ltv: d('0') })), undefined);
    assert.equal(credibleLtv(loan({ ltv: d('0.0000'), debts: [] })), undefined);
    assert.equal(credibleLtv({ debts: [] }), undefined);
    assert.equal(credibleLtv({ ltv: d('0'), debts: [] }), '0');
    assert.equal(credibleLtv(loan()), '0.58');
  });
});

describe('an estimate', () => {
  it('halves the LTV when the only coin is doubled, and needs no price for it', () => {
    assert.equal(estimateAfter(loan(), 'add', 'BTC', d('0.8'), none).ltv, '0.29');
  });

  it('doubles the LTV when half of the only coin is taken', () => {
    assert.equal(estimateAfter(loan(), 'reduce', 'BTC', d('0.4'), none).ltv, '1.16');
  });

  it('counts what is added with the average haircut', () => {
    // Raw value 1.5 x 3260 + 20 x 140 = 7690; 7140 / 7690 = 0.92847854; one ETH counts 3026.84004040.
    assert.equal(estimateAfter(mixed, 'add', 'ETH', d('1'), prices).ltv, '0.49159818');
  });

  it('counts what is taken in full, because its own haircut is not known', () => {
    // 0.7 x 7140 / (7140 - 3260)
    assert.equal(estimateAfter(mixed, 'reduce', 'ETH', d('1'), prices).ltv, '1.28814433');
  });

  it('takes the higher of two valuations when something is taken', () => {
    const valuedHigher = { ...mixed, collateralUsd: d('15380') };
    // The venue values at twice our prices: one ETH counts 6520.
    assert.equal(estimateAfter(valuedHigher, 'reduce', 'ETH', d('1'), prices).ltv, '1.21512416');
  });

  it('is unknown without price, LTV or collateral value, and when everything would be taken', () => {
    assert.equal(estimateAfter(mixed, 'add', 'DOGE', d('1'), prices).ltv, undefined);
    assert.equal(estimateAfter(mixed, 'add', 'ETH', d('1'), new Map([['ETH', d('3260')]])).ltv, undefined);
    assert.equal(estimateAfter(mixed, 'add', 'ETH', d('1'), new Map([...prices, ['SOL', d('0')]])).ltv, undefined);
    assert.equal(estimateAfter(loan({ ltv: d('0') }), 'add', 'BTC', d('1'), none).ltv, undefined);
    const { ltv, ...withoutLtv } = loan();
    assert.ok(ltv);
    assert.equal(estimateAfter(withoutLtv, 'add', 'BTC', d('1'), none).ltv, undefined);
    assert.equal(estimateAfter(loan({ collateralUsd: d('0') }), 'add', 'BTC', d('1'), none).ltv, undefined);
    assert.equal(estimateAfter(loan(), 'reduce', 'BTC', d('0.8'), none).ltv, undefined);
    assert.equal(estimateAfter(loan(), 'reduce', 'BTC', d('9'), none).ltv, undefined);
    assert.equal(estimateAfter(loan(), 'reduce', 'BTC', d('-0.1'), none).ltv, undefined);
  });

  const cents = (min: number, max: number): fc.Arbitrary<Decimal> =>
    fc.integer({ min, max }).map((units) => d(`${Math.floor(units / 100).toString()}.${(units % 100).toString().padStart(2, '0')}`));
  const someLoan = fc
    .record({ btc: cents(1, 1_000_00), eth: cents(0, 1_000_00), value: cents(1_00, 90_000_00), ltv: cents(1, 95) })
    .map(({ btc, eth, value, ltv }) =>
      loan({
        ltv,
        collateralUsd: value,
        collateral: isPositive(eth)
          ? [
              { coin: 'BTC', amount: btc },
              { coin: 'ETH', amount: eth },
            ]
          : [{ coin: 'BTC', amount: btc }],
      }),
    );

  it('never rises by adding and never falls by taking', () => {
    fc.assert(
      fc.property(someLoan, cents(1, 10_000), (given, amount) => {
        const more = estimateAfter(given, 'add', 'BTC', amount, prices).ltv;
        const less = estimateAfter(given, 'reduce', 'BTC', amount, prices).ltv;
        assert.ok(more !== undefined && compare(more, given.ltv!) <= 0);
        assert.ok(less === undefined || compare(less, given.ltv!) >= 0);
      }),
    );
  });

  it('of taking more is never lower than of taking less', () => {
    fc.assert(
      fc.property(someLoan, cents(1, 1_000), cents(1, 1_000), (given, first, second) => {
        const less = estimateAfter(given, 'reduce', 'BTC', first, prices).ltv;
        const more = estimateAfter(given, 'reduce', 'BTC', add(first, second), prices).ltv;
        assert.ok(more === undefined || (less !== undefined && compare(less, more) <= 0));
      }),
    );
  });

  it('stays below the ceiling for the largest reduction that is named, and reaches it soon after', () => {
    const ceiling = d('0.7374');
    fc.assert(
      fc.property(someLoan, (given) => {
        const most = largestReduction(given, 'BTC', prices, ceiling)!;
        const pledged = given.collateral[0]!.amount;
        assert.ok(compare(most, pledged) <= 0 && compare(most, d('0')) >= 0);
        if (!isPositive(most)) return;
        const after = estimateAfter(given, 'reduce', 'BTC', most, prices).ltv;
        assert.ok(after !== undefined && compare(after, ceiling) < 0, `${String(after)} after ${most}`);
        if (compare(most, pledged) < 0) {
          const beyond = estimateAfter(given, 'reduce', 'BTC', add(most, d('0.01')), prices).ltv;
          assert.ok(beyond === undefined || compare(beyond, subtract(ceiling, d('0.01'))) > 0);
        }
      }),
    );
  });

  it('names no reduction for a loan at its ceiling, for a coin that is not pledged, or without figures', () => {
    assert.equal(largestReduction(loan({ ltv: d('0.7374') }), 'BTC', prices, d('0.7374')), '0');
    assert.equal(largestReduction(loan({ ltv: d('0.9') }), 'BTC', prices, d('0.7374')), '0');
    assert.equal(largestReduction(loan(), 'ETH', prices, d('0.7374')), '0');
    assert.equal(largestReduction(loan({ ltv: d('0') }), 'BTC', prices, d('0.7374')), undefined);
    assert.equal(largestReduction(loan(), 'BTC', prices, d('0')), undefined);
    assert.equal(largestReduction(mixed, 'ETH', none, d('0.7374')), undefined);
  });
});
