import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, isPositive, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { assumesHaircut, estimateAfter, largestReduction } from '../../../../src/core/risk/collateral-estimate.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { credibleLtv, distanceTo } from '../../../../src/core/risk/ltv.ts';
import type { Direction, Loan } from '../../../../src/core/model.ts';
import { holds } from '../../property.ts';
import { bybitBtc } from '../bybit-brackets.ts';

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
    holds(
      fc.property(someLoan, cents(1, 10_000), (given, amount) => {
        const more = estimateAfter(given, 'add', 'BTC', amount, prices).ltv;
        const less = estimateAfter(given, 'reduce', 'BTC', amount, prices).ltv;
        assert.ok(more !== undefined && compare(more, given.ltv!) <= 0);
        assert.ok(less === undefined || compare(less, given.ltv!) >= 0);
      }),
    );
  });

  it('of taking more is never lower than of taking less', () => {
    holds(
      fc.property(someLoan, cents(1, 1_000), cents(1, 1_000), (given, first, second) => {
        const less = estimateAfter(given, 'reduce', 'BTC', first, prices).ltv;
        const more = estimateAfter(given, 'reduce', 'BTC', add(first, second), prices).ltv;
        assert.ok(more === undefined || (less !== undefined && compare(less, more) <= 0));
      }),
    );
  });

  it('stays below the ceiling for the largest reduction that is named, and reaches it soon after', () => {
    const ceiling = d('0.7374');
    holds(
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

  it('names what can be taken of the only coin without a price, to the last of eight decimals', () => {
    // 0.8 x (1 - 0.58 / (0.7374 - 0.000001))
    assert.equal(largestReduction(loan(), 'BTC', none, d('0.7374')), '0.17076128');
  });

  it('is unknown without a valuation by the venue', () => {
    const { collateralUsd, ...unvalued } = loan();
    assert.ok(collateralUsd);
    assert.equal(estimateAfter(unvalued, 'add', 'BTC', d('1'), prices).ltv, undefined);
    assert.equal(largestReduction(unvalued, 'BTC', prices, d('0.7374')), undefined);
  });

  it('does not depend on rules that are not published', () => {
    // The price of the debt shows that the venue counts otherwise than we would.
    const withDebt = new Map([...prices, ['USDT', d('1')] as const]);
    assert.equal(estimateAfter(mixed, 'add', 'ETH', d('1'), withDebt).ltv, '0.49159818');
  });

  it('is never better than the exact figure, whatever is rounded on the way', () => {
    const tiny = loan({ ltv: d('0.5'), collateralUsd: d('0.1'), collateral: [{ coin: 'BTC', amount: d('3') }] });
    assert.ok(compare(estimateAfter(tiny, 'add', 'BTC', d('1'), none).ltv!, d('0.375')) >= 0);
    assert.ok(compare(estimateAfter(tiny, 'reduce', 'BTC', d('1'), none).ltv!, d('0.75')) >= 0);
    const raw = d('7690');
    const higher = { ...mixed, collateralUsd: d('15381') };
    for (let amount = 1; amount <= 100; amount += 1) {
      const more = d((amount / 10).toFixed(1));
      // ltv x value / (value + amount x price x value / raw) is ltv x raw / (raw + amount x price).
      const added = divide(multiply(d('0.7'), raw), add(raw, multiply(more, d('3260'))), 30, 'down');
      assert.ok(compare(estimateAfter(mixed, 'add', 'ETH', more, prices).ltv!, added) >= 0, more);
      const less = d((amount / 100).toFixed(2));
      const taken = divide(multiply(d('0.7'), raw), subtract(raw, multiply(less, d('3260'))), 30, 'down');
      assert.ok(compare(estimateAfter(higher, 'reduce', 'ETH', less, prices).ltv!, taken) >= 0, less);
    }
  });
});

describe('an estimate by published brackets', () => {
  /** 1 BTC at 20000 counts 8000 + 7000. */
  const published = loan({
    ltv: d('0.5'),
    debtUsd: d('7500'),
    collateralUsd: d('15000'),
    debts: [{ coin: 'USDT', amount: d('7500') }],
    collateral: [{ coin: 'BTC', amount: d('1') }],
    haircuts: { BTC: bybitBtc, ETH: flatRule(d('0.9')) },
  });
  const quoted = new Map([
    ['BTC', d('20000')],
    ['ETH', d('1000')],
    ['USDT', d('1')],
  ]);
  /** With 0.1 ETH more, which counts 90. */
  const two = {
    ...published,
    ltv: d('0.49701790'),
    collateralUsd: d('15090'),
    collateral: [
      { coin: 'BTC', amount: d('1') },
      { coin: 'ETH', amount: d('0.1') },
    ],
  };
  const after = (of: Loan, direction: Direction, coin: string, amount: string, at: ReadonlyMap<string, Decimal> = quoted) =>
    estimateAfter(of, direction, coin, d(amount), at).ltv;

  it('goes through them, up and down, for a coin that is pledged and for one that is not', () => {
    // 30000 counts 20000, 10000 counts 8000, and an ETH 900.
    assert.equal(after(published, 'add', 'BTC', '0.5'), '0.375');
    assert.equal(after(published, 'reduce', 'BTC', '0.5'), '0.9375');
    assert.equal(after(published, 'add', 'ETH', '1'), '0.47169812');
    assert.equal(after(two, 'add', 'ETH', '1'), '0.46904316');
  });

  it('knows nothing of taking more than there is', () => {
    assert.equal(after(published, 'reduce', 'BTC', '1.5'), undefined);
    assert.equal(after(two, 'reduce', 'ETH', '0.2'), undefined);
    assert.equal(after(published, 'reduce', 'ETH', '1'), undefined);
  });

  it('is none where the venue counts otherwise, and neither is a largest reduction', () => {
    const differing = { ...published, ltv: d('0.6') };
    assert.equal(after(differing, 'add', 'BTC', '0.5'), undefined);
    assert.equal(largestReduction(differing, 'BTC', quoted, d('0.75')), undefined);
  });

  it('takes the share of the valuation instead where no price can be believed', () => {
    for (const blind of [none, new Map([['BTC', d('0')]])]) {
      assert.equal(after(published, 'add', 'BTC', '1', blind), '0.25');
      assert.equal(after(published, 'reduce', 'BTC', '0.5', blind), '1');
    }
  });

  it('of the largest reduction stays a millionth below the ceiling', () => {
    // 15000 - 7500 / 0.749999 may go, all of it in the bracket of 0.7: 4999.98666 / 0.7 / 20000.
    const most = largestReduction(published, 'BTC', quoted, d('0.75'))!;
    assert.equal(most, '0.3571419');
    assert.ok(compare(after(published, 'reduce', 'BTC', most)!, d('0.75')) < 0);
  });

  it('says where it has to assume a haircut: of a coin whose rule is not published, and whose valuation does not show alone', () => {
    const rules = { ETH: flatRule(d('0.9')) };
    const table: [Loan, string, boolean][] = [
      [loan(), 'BTC', false],
      [loan(), 'ETH', true],
      [loan({ haircuts: rules }), 'ETH', false],
      [loan({ haircuts: rules }), 'SOL', true],
      [loan({ collateral: [] }), 'BTC', true],
      [mixed, 'ETH', true],
      [mixed, 'SOL', true],
      [{ ...mixed, haircuts: rules }, 'ETH', false],
      [{ ...mixed, collateralValuation: 'raw' }, 'ETH', false],
    ];
    for (const [index, [of, coin, assumed]] of table.entries()) assert.equal(assumesHaircut(of, coin), assumed, index.toString());
  });

  it('lets go of all of a coin only where others stay', () => {
    assert.equal(largestReduction(two, 'ETH', quoted, d('0.75')), '0.1');
    const repaid = (of: Loan): Loan => {
      const { debtUsd, ...rest } = of;
      assert.ok(debtUsd !== undefined);
      return { ...rest, ltv: d('0'), debts: [] };
    };
    assert.equal(largestReduction(repaid(published), 'BTC', quoted, d('0.75')), '0');
    assert.equal(largestReduction(repaid(two), 'ETH', quoted, d('0.75')), '0.1');
  });
});
