import assert from 'node:assert/strict';
import fc from 'fast-check';
import {
  absolute,
  add,
  compare,
  decimal as d,
  divide,
  isNegative,
  multiply,
  one,
  subtract,
  type Decimal,
} from '../../../../src/core/decimal.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import {
  liveEstimate,
  livePosition,
  markKey,
  measured,
  type LiveLoan,
  type LivePosition,
  type Prices,
} from '../../../../src/core/risk/live-estimate.ts';
import type { Loan, Position } from '../../../../src/core/model.ts';
import { holds } from '../../property.ts';
import { aModel, loanOf, pricesOf } from '../arbitrary-loans.ts';
import { barePosition } from '../../../bare-position.ts';

const runs = { numRuns: 10_000 };
const prices = (all: Readonly<Record<string, string>>): Prices => new Map(Object.entries(all).map(([coin, price]) => [coin, d(price)]));

/** The first loan of the simulated OKX in figures that can be checked in the head. */
const loan: Loan = {
  id: '1',
  ltv: d('0.58'),
  debtUsd: d('58000'),
  collateralUsd: d('100000'),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: d('58000') }],
  collateral: [{ coin: 'BTC', amount: d('1.25') }],
  marginCall: { ltv: d('0.725'), source: 'venue' },
  liquidation: { ltv: d('0.87'), source: 'venue' },
};
const then = prices({ BTC: '100000', USDT: '1' });

function estimated(answer: LiveLoan | LivePosition | string): LiveLoan {
  assert.ok(typeof answer === 'object' && 'ltv' in answer, JSON.stringify(answer));
  return answer;
}
function moved(answer: LivePosition | string): LivePosition {
  assert.ok(typeof answer === 'object', JSON.stringify(answer));
  return answer;
}

const aFactor = fc.integer({ min: 1, max: 40_000 }).map((units) => divide(d(units.toString()), d('10000'), 4, 'down'));
const aMovedLoan = aModel.chain((model) =>
  fc.record({
    model: fc.constant(model),
    factors: fc.tuple(...[...pricesOf(model).keys()].map((coin) => fc.tuple(fc.constant(coin), aFactor))),
  }),
);
const scaled = (all: Prices, factors: readonly (readonly [string, Decimal])[]): Prices => {
  const by = new Map(factors);
  return new Map([...all].map(([coin, price]) => [coin, multiply(price, by.get(coin) ?? one)]));
};

describe('a loan between two readings', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);

  it('has the venue’s own figure as long as no price moves, to its last digit', () => {
    holds(
      fc.property(aModel, (model) => {
        const all = pricesOf(model);
        assert.equal(compare(estimated(liveEstimate(loanOf(model), all, all)).ltv, model.ltv), 0);
      }),
      runs,
    );
    const long = d('0.58121234567890123');
    assert.equal(estimated(liveEstimate({ ...loan, ltv: long }, then, then)).ltv, long);
  });

  it('follows the one coin it is pledged in exactly: the haircut cancels out', () => {
    const table: readonly (readonly [btc: string, usdt: string, ltv: string])[] = [
      ['50000', '1', '1.16'],
      ['80000', '1', '0.725'],
      ['125000', '1', '0.464'],
      ['100000', '0.99', '0.5742'],
      // 0.58 / 0.9 does not end: up.
      ['90000', '1', '0.644444444445'],
    ];
    for (const [btc, usdt, ltv] of table) {
      assert.equal(estimated(liveEstimate(loan, then, prices({ BTC: btc, USDT: usdt }))).ltv, ltv);
    }
    holds(
      fc.property(fc.tuple(aFactor, aFactor), ([collateral, debt]) => {
        const { ltv } = estimated(
          liveEstimate(
            loan,
            then,
            scaled(then, [
              ['BTC', collateral],
              ['USDT', debt],
            ]),
          ),
        );
        assert.equal(ltv, divide(multiply(d('0.58'), debt), collateral, 12, 'up'));
      }),
    );
  });

  it('has the distances that belong to its figure, rounded down', () => {
    const { toMarginCall, toLiquidation } = estimated(liveEstimate(loan, then, prices({ BTC: '90000', USDT: '1' })));
    assert.equal(toMarginCall, '0.11111111');
    assert.equal(toLiquidation, '0.25925925');
    const { ltv } = estimated(liveEstimate(loan, then, prices({ BTC: '50000', USDT: '1' })));
    assert.equal(ltv, '1.16');
    const { marginCall, liquidation, ...lineless } = loan;
    assert.ok(marginCall !== undefined && liquidation !== undefined);
    assert.deepEqual(Object.keys(estimated(liveEstimate(lineless, then, then))), ['ltv', 'averaged']);
  });

  it('weighs several coins by what they count for', () => {
    const several: Loan = {
      ...loan,
      collateral: [
        { coin: 'BTC', amount: d('0.75') },
        { coin: 'ETH', amount: d('10') },
      ],
      haircuts: { BTC: flatRule(d('0.8')), ETH: flatRule(d('0.5')) },
      collateralUsd: d('80000'),
      ltv: d('0.725'),
    };
    // 60,000 and 20,000 count; a tenth less of BTC leaves 74,000.
    const before = prices({ BTC: '100000', ETH: '4000', USDT: '1' });
    assert.equal(
      estimated(liveEstimate(several, before, prices({ BTC: '90000', ETH: '4000', USDT: '1' }))).ltv,
      divide(d('58000'), d('74000'), 12, 'up'),
    );
    const { haircuts, ...unpublished } = several;
    assert.ok(haircuts !== undefined);
    const averaged = estimated(liveEstimate(unpublished, before, prices({ BTC: '90000', ETH: '4000', USDT: '1' })));
    assert.equal(averaged.averaged, true);
    assert.equal(estimated(liveEstimate(several, before, before)).averaged, false, 'with a rule for each coin nothing is averaged');
    // 75,000 and 40,000 raw.
    assert.equal(averaged.ltv, divide(multiply(d('0.725'), d('115000')), d('107500'), 12, 'up'));
  });

  it('counts brackets anew instead of scaling what they gave before', () => {
    const bracketed: Loan = {
      ...loan,
      collateral: [{ coin: 'BTC', amount: d('0.2') }],
      haircuts: { BTC: { by: 'value', tiers: [{ upTo: d('10000'), rate: d('0.8') }, { rate: d('0.5') }] } },
      debts: [{ coin: 'USDT', amount: d('6500') }],
      ltv: d('0.5'),
    };
    // 20,000 count 13,000; 10,000 count 8,000 and not 6,500.
    assert.equal(estimated(liveEstimate(bracketed, then, prices({ BTC: '50000', USDT: '1' }))).ltv, '0.8125');
  });

  it('never turns out negative or not to be a number, and its order of coins does not matter', () => {
    holds(
      fc.property(aMovedLoan, ({ model, factors }) => {
        const all = pricesOf(model);
        const now = scaled(all, factors);
        const answer = liveEstimate(loanOf(model), all, now);
        if (typeof answer === 'string') return;
        assert.match(answer.ltv, /^\d+(\.\d+)?$/);
        const turned = { ...model, collateral: [...model.collateral].reverse(), debts: [...model.debts].reverse() };
        assert.deepEqual(liveEstimate(loanOf(turned), all, now), answer);
      }),
      runs,
    );
  });

  it('gets no better when collateral falls, and no worse when a debt falls', () => {
    holds(
      fc.property(aMovedLoan, fc.nat(), ({ model, factors }, pick) => {
        const all = pricesOf(model);
        const owed = new Set(model.debts.map(({ coin }) => coin));
        const held = new Set(model.collateral.map(({ coin }) => coin));
        const now = scaled(all, factors);
        const before = estimated(liveEstimate(loanOf(model), all, now)).ltv;
        const alone = [...now].filter(([coin]) => owed.has(coin) !== held.has(coin));
        const picked = alone[pick % Math.max(1, alone.length)];
        if (picked === undefined) return;
        const [coin, price] = picked;
        const lower = new Map([...now, [coin, multiply(price, d('0.9'))]]);
        const after = estimated(liveEstimate(loanOf(model), all, lower)).ltv;
        assert.ok(held.has(coin) ? compare(after, before) >= 0 : compare(after, before) <= 0, `${coin}: ${before} → ${after}`);
      }),
      runs,
    );
  });

  it('stays as it is when all prices move alike and haircuts are one rate each', () => {
    holds(
      fc.property(aModel, aFactor, (model, factor) => {
        const flat = { ...model, collateral: model.collateral.map((pledge) => ({ ...pledge, rule: flatRule(d('0.9')) })) };
        const own = divide(
          flat.debts.reduce<Decimal>((sum, { amount, price }) => add(sum, multiply(amount, price)), d('0')),
          flat.collateral.reduce<Decimal>((sum, { amount, price }) => add(sum, multiply(multiply(amount, price), d('0.9'))), d('0')),
          18,
          'up',
        );
        const all = pricesOf(flat);
        const now = scaled(
          all,
          [...all.keys()].map((coin) => [coin, factor] as const),
        );
        assert.equal(compare(estimated(liveEstimate(loanOf({ ...flat, ltv: own }), all, now)).ltv, own), 0);
      }),
      runs,
    );
  });

  it('is carried on from the venue’s figure where that is a little off ours', () => {
    // 0.4 % above what 58,000 over 100,000 gives.
    const odd = { ...loan, ltv: d('0.58232') };
    assert.equal(estimated(liveEstimate(odd, then, prices({ BTC: '80000', USDT: '1' }))).ltv, '0.7279');
  });

  it('is not estimated, and says why, where a price or the LTV is missing or definitions differ', () => {
    assert.equal(liveEstimate(loan, then, prices({ BTC: '90000' })), 'price');
    assert.equal(liveEstimate(loan, then, prices({ BTC: '0', USDT: '1' })), 'price');
    assert.equal(liveEstimate(loan, prices({ USDT: '1' }), then), 'price');
    assert.equal(liveEstimate({ ...loan, ltv: d('0') }, then, then), 'ltv');
    const { ltv, ...silent } = loan;
    assert.ok(ltv !== undefined);
    assert.equal(liveEstimate(silent, then, then), 'ltv');
    const raw = { ...loan, collateralValuation: 'raw' as const };
    assert.equal(liveEstimate({ ...raw, ltv: d('0.464') }, then, then) instanceof Object, true);
    assert.equal(liveEstimate({ ...raw, ltv: d('0.467') }, then, then), 'definitions');
    assert.equal(liveEstimate({ ...raw, ltv: d('0.461') }, then, then), 'definitions');
  });

  it('without a debt stays at zero', () => {
    assert.equal(estimated(liveEstimate({ ...loan, ltv: d('0'), debts: [], debtUsd: d('0') }, then, then)).ltv, '0');
  });
});

describe('how good an estimate was', () => {
  const now = prices({ BTC: '80000', USDT: '1' });
  const after = (ltv: string, change: Partial<Loan> = {}): Loan => ({ ...loan, ltv: d(ltv), ...change });

  it('is the difference to the venue’s next figure, at that reading’s own prices', () => {
    assert.deepEqual(measured(loan, then, after('0.7252'), now), { off: '-0.0002', differs: false });
    assert.deepEqual(measured(loan, then, after('0.7248'), now), { off: '0.0002', differs: false });
    assert.deepEqual(measured(loan, then, after('0.725'), now), { off: '0', differs: false });
  });

  it('tells that definitions differ beyond 0.5 % of the venue’s figure, either way', () => {
    // 0.725 is the estimate.
    const table: readonly (readonly [ltv: string, differs: boolean])[] = [
      ['0.7286', false],
      ['0.7287', true],
      ['0.7214', false],
      ['0.7213', true],
    ];
    for (const [ltv, differs] of table) assert.equal(measured(loan, then, after(ltv), now)?.differs, differs, ltv);
  });

  it('cannot be told when amounts have changed, a figure is missing or nothing has moved', () => {
    assert.equal(measured(loan, then, after('0.9', { debts: [{ coin: 'USDT', amount: d('58000.01') }] }), now), undefined);
    assert.equal(measured(loan, then, after('0.9', { collateral: [{ coin: 'ETH', amount: d('1.25') }] }), now), undefined);
    assert.equal(measured(loan, then, after('0.9', { collateral: [] }), now), undefined);
    assert.equal(measured(loan, then, after('0.725'), prices({ BTC: '80000' })), undefined);
    assert.equal(measured(loan, then, loan, then), undefined);
    assert.equal(measured(loan, then, after('0'), now), undefined);
    const { ltv, ...silent } = loan;
    assert.ok(ltv !== undefined);
    assert.equal(measured(loan, then, silent, now), undefined);
  });

  it('sees a venue’s figure that moves while nothing else does', () => {
    assert.equal(measured(loan, then, after('0.59'), then)?.differs, true);
  });

  it('sees a venue’s figure that stands still while prices move', () => {
    assert.equal(measured(loan, then, after('0.58'), now)?.differs, true);
  });

  it('cannot be told when one of several amounts has changed, or one more coin is there', () => {
    const eth = { coin: 'ETH', amount: d('10') };
    const dear = (more: Parameters<typeof prices>[0]) => prices({ BTC: '80000', USDT: '1', ...more });
    const debts = [...loan.debts, { coin: 'ETH', amount: d('0.001') }];
    const owing = { ...loan, debts };
    const [then4, now4] = [prices({ BTC: '100000', USDT: '1', ETH: '4000' }), dear({ ETH: '4000' })];
    assert.ok(measured(owing, then4, after('0.725', { debts }), now4), 'all as it was');
    const repaid = [...loan.debts, { coin: 'ETH', amount: d('0.0005') }];
    assert.equal(measured(owing, then4, after('0.725', { debts: repaid }), now4), undefined);
    assert.equal(measured(loan, then4, after('0.725', { debts: [...loan.debts, eth] }), now4), undefined);
  });

  it('does not care for zeros at the end of an amount', () => {
    assert.ok(measured(loan, then, after('0.725', { debts: [{ coin: 'USDT', amount: d('58000.00') }] }), now));
  });
});

describe('a position between two readings', () => {
  const position: Position = {
    ...barePosition,
    size: d('20'),
    baseCoin: 'BTC',
    markPrice: d('100100'),
    liquidationPrice: d('80080'),
  };

  it('has the venue’s own distance as long as no price moves', () => {
    assert.deepEqual(livePosition(position, then, then), { markPrice: '100100', distance: '0.2' });
    const fine = { ...position, markPrice: d('100100.1234567890123456') };
    assert.equal(moved(livePosition(fine, then, then)).markPrice, '100100.1234567890123456');
  });

  it('moves its mark price with the index of its coin, premium and all', () => {
    assert.deepEqual(livePosition(position, then, prices({ BTC: '90000', USDT: '1' })), { markPrice: '90090', distance: '0.11111111' });
    const short = { ...position, side: 'short' as const, liquidationPrice: d('120120') };
    assert.deepEqual(livePosition(short, then, prices({ BTC: '110000', USDT: '1' })), { markPrice: '110110', distance: '0.09090909' });
  });

  it('stands at the mark price that was told since, exactly as it was told', () => {
    const told = prices({ BTC: '100000', USDT: '1', [markKey(position.instrument)]: '88088.123456789012345' });
    assert.equal(moved(livePosition(position, then, told)).markPrice, '88088.123456789012345');
    assert.deepEqual(livePosition(position, then, prices({ [markKey(position.instrument)]: '100100' })), {
      markPrice: '100100',
      distance: '0.2',
    });
    assert.equal(livePosition({ ...position, contract: 'other' }, then, told), 'contract');
    assert.deepEqual(livePosition({ ...position, instrument: 'ETH-USDT-SWAP' }, then, told), { markPrice: '100100', distance: '0.2' });
    const nothing = prices({ BTC: '90000', USDT: '1', [markKey(position.instrument)]: '0' });
    assert.equal(moved(livePosition(position, then, nothing)).markPrice, '90090');
  });

  it('counts by how both coins move where its prices are in another coin', () => {
    const cross = { ...position, baseCoin: 'ETH', priceCoin: 'BTC', markPrice: d('0.04'), liquidationPrice: d('0.03') };
    const before = prices({ BTC: '100000', ETH: '4000' });
    assert.equal(moved(livePosition(cross, before, prices({ BTC: '50000', ETH: '2000' }))).markPrice, '0.04');
    assert.equal(moved(livePosition(cross, before, prices({ BTC: '125000', ETH: '4000' }))).markPrice, '0.032');
  });

  it('needs no price of the dollar, which inverse contracts are told in', () => {
    const inverse = { ...position, contract: 'inverse' as const, priceCoin: 'USD', marginCoin: 'BTC' };
    assert.equal(moved(livePosition(inverse, then, prices({ BTC: '90000' }))).markPrice, '90090');
  });

  it('has a distance that is rounded once', () => {
    const cross = { ...position, baseCoin: 'ETH', priceCoin: 'BTC', markPrice: d('1'), liquidationPrice: d('1') };
    // 1 over 0.9 has no end, and the liquidation price is a tenth below it.
    assert.equal(moved(livePosition(cross, prices({ BTC: '1', ETH: '1' }), prices({ BTC: '0.9', ETH: '1' }))).distance, '0.1');
  });

  it('rounds the mark price towards liquidation', () => {
    const odd = prices({ BTC: '70000', USDT: '0.9' });
    const long = moved(livePosition(position, then, odd)).markPrice;
    const short = moved(livePosition({ ...position, side: 'short' }, then, odd)).markPrice;
    assert.equal(compare(short, long), 1);
    assert.ok(compare(subtract(short, long), d('0.000000000001')) <= 0);
  });

  it('never turns out negative or not to be a number, and its distance only shrinks with the price against it', () => {
    holds(
      fc.property(fc.constantFrom('long' as const, 'short' as const), aFactor, aFactor, (side, first, second) => {
        const at = (factor: Decimal): LivePosition => moved(livePosition({ ...position, side }, then, scaled(then, [['BTC', factor]])));
        const [low, high] = compare(first, second) <= 0 ? [at(first), at(second)] : [at(second), at(first)];
        assert.ok(!isNegative(low.markPrice) && /^\d+(\.\d+)?$/.test(low.markPrice));
        const better = compare(high.distance, low.distance);
        assert.ok(side === 'long' ? better >= 0 : better <= 0);
        assert.equal(
          compare(
            absolute(subtract(low.distance, moved(livePosition({ ...position, side, markPrice: low.markPrice }, then, then)).distance)),
            d('0'),
          ),
          0,
        );
      }),
      runs,
    );
  });

  it('is not estimated where the arithmetic is not plain or a price is missing', () => {
    const { baseCoin, ...nameless } = position;
    const { liquidationPrice, ...endless } = position;
    const { markPrice, ...unmarked } = position;
    assert.ok(baseCoin !== undefined && liquidationPrice !== undefined && markPrice !== undefined);
    for (const one of [
      { ...position, contract: 'other' as const },
      { ...position, marginMode: 'cross' as const },
      { ...position, liquidationPrice: d('0') },
      nameless,
      endless,
      unmarked,
    ]) {
      assert.equal(livePosition(one, then, then), 'contract');
    }
    assert.equal(livePosition(position, then, prices({ BTC: '90000' })), 'price');
    assert.equal(livePosition(position, prices({ USDT: '1' }), then), 'price');
    assert.equal(livePosition(position, then, prices({ BTC: '0', USDT: '1' })), 'price');
  });
});
