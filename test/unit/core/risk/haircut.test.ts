import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, divide, multiply, subtract, type Decimal } from '../../../../src/core/decimal.ts';
import { amountToAdd, amountToTake, collateralValue, flatRule, recoveredRule } from '../../../../src/core/risk/haircut.ts';
import { holds } from '../../property.ts';
import { bybitBtc } from '../bybit-brackets.ts';
import { anAmount, aPrice, aRule } from '../arbitrary-loans.ts';
import type { HaircutRule } from '../../../../src/core/model.ts';

describe('collateral under brackets', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('is what Bybit prints for 0.12 BTC: brackets like those of a tax, not one rate for all', () => {
    const price = divide(d('9355.37'), d('0.08800022'), 9, 'half-up');
    const value = collateralValue(bybitBtc, d('0.12'), price);
    assert.ok(compare(absoluteDifference(value, d('9930.11')), d('0.02')) <= 0, value);
  });

  it("is what Bybit's help page prints for 25 ETH at 3000", () => {
    const rule: HaircutRule = {
      by: 'value',
      tiers: [
        { upTo: d('50000'), rate: d('1') },
        { upTo: d('100000'), rate: d('0.975') },
      ],
    };
    assert.equal(collateralValue(rule, d('25'), d('3000')), '74375');
    assert.equal(divide(d('60000'), d('74375'), 4, 'up'), '0.8068');
  });

  it('counts coins where the brackets are in coins: OKX prints BTC 0-20 at 0.98, 20-25 at 0.9775', () => {
    const rule: HaircutRule = {
      by: 'amount',
      tiers: [
        { upTo: d('20'), rate: d('0.98') },
        { upTo: d('25'), rate: d('0.9775') },
      ],
    };
    assert.equal(collateralValue(rule, d('20'), d('1000')), '19600');
    assert.equal(collateralValue(rule, d('22'), d('1000')), '21555');
    assert.equal(collateralValue(rule, d('30'), d('1000')), collateralValue(rule, d('25'), d('1000')), 'nothing counts beyond the end');
  });

  it('has no jump at an edge', () => {
    for (const edge of ['10000', '20000', '30000']) {
      const below = collateralValue(bybitBtc, d('1'), subtract(d(edge), d('0.000001')));
      const above = collateralValue(bybitBtc, d('1'), add(d(edge), d('0.000001')));
      assert.ok(compare(subtract(above, below), d('0.000002')) <= 0);
    }
  });

  it('never counts for more than it is worth, and more never counts for less', () => {
    holds(
      fc.property(aRule, anAmount, anAmount, aPrice, (rule, amount, more, price) => {
        const value = collateralValue(rule, amount, price);
        assert.ok(compare(value, multiply(amount, price)) <= 0);
        assert.ok(compare(collateralValue(rule, add(amount, more), price), value) >= 0);
      }),
      { numRuns: 10_000 },
    );
  });
});

describe('the amount that counts for so much', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('to add is rounded up: it is enough, and a step less is not', () => {
    holds(
      fc.property(aRule, anAmount, aPrice, anAmount, fc.integer({ min: 0, max: 8 }), (rule, held, price, more, places) => {
        const amount = amountToAdd(rule, held, price, more, places);
        if (amount === undefined) {
          assert.ok(compare(collateralValue(rule, d('999999999999999'), price), add(collateralValue(rule, held, price), more)) < 0);
          return;
        }
        const gain = (of: Decimal): Decimal => subtract(collateralValue(rule, add(held, of), price), collateralValue(rule, held, price));
        assert.ok(compare(gain(amount), more) >= 0);
        const less = subtract(amount, step(places));
        if (compare(less, d('0')) > 0) assert.ok(compare(gain(less), more) < 0);
      }),
      { numRuns: 10_000 },
    );
  });

  it('to take is rounded down: what it releases is not too much, and a step more is, or is more than is held', () => {
    holds(
      fc.property(aRule, anAmount, aPrice, anAmount, fc.integer({ min: 0, max: 8 }), (rule, held, price, less, places) => {
        const amount = amountToTake(rule, held, price, less, places);
        assert.ok(compare(amount, d('0')) >= 0 && compare(amount, held) <= 0);
        const loss = (of: Decimal): Decimal =>
          subtract(collateralValue(rule, held, price), collateralValue(rule, subtract(held, of), price));
        assert.ok(compare(loss(amount), less) <= 0);
        const more = add(amount, step(places));
        if (compare(more, held) <= 0) assert.ok(compare(loss(more), less) > 0);
      }),
      { numRuns: 10_000 },
    );
  });

  it('is rounded once', () => {
    // 0.65492212 and 0.08 count for 29,275.66 more; a price or a bracket that was rounded before made 0.09 of it.
    const rule = flatRule(d('0.86'));
    assert.equal(amountToAdd(rule, d('0.65492212'), d('425518.3817'), d('29275.62210888'), 2), '0.08');
    // Whole amounts stay whole, whatever the price.
    for (const price of ['3', '7', '0.0000003', '700000000000']) {
      const worth = multiply(multiply(d(price), d('0.7')), d('11'));
      for (const by of ['value', 'amount'] as const) {
        const rate: HaircutRule = { by, tiers: [{ rate: d('0.7') }] };
        assert.equal(amountToAdd(rate, d('0'), d(price), worth, 0), '11', price);
        assert.equal(amountToTake(rate, d('11'), d(price), worth, 0), '11', price);
        assert.equal(amountToTake(rate, d('12'), d(price), worth, 0), '11', price);
      }
    }
    // A fraction that no decimal is: 1 in 3 USD at 1 USD, to the last step.
    assert.equal(amountToAdd(flatRule(d('1')), d('0'), d('1'), { of: d('1'), by: d('3') }, 2), '0.34');
    assert.equal(amountToTake(flatRule(d('1')), d('1'), d('1'), { of: d('2'), by: d('3') }, 2), '0.66');
  });

  it('is nothing for nothing, unknown without a price, and unreachable beyond the end of the brackets', () => {
    assert.equal(amountToAdd(bybitBtc, d('1'), d('5000'), d('0'), 8), '0');
    assert.equal(amountToAdd(bybitBtc, d('1'), d('0'), d('10'), 8), undefined);
    assert.equal(amountToAdd({ by: 'value', tiers: [{ upTo: d('10'), rate: d('1') }] }, d('0'), d('1'), d('11'), 8), undefined);
    assert.equal(amountToTake(bybitBtc, d('1'), d('5000'), d('0'), 8), '0');
    // Without a price nothing tells what would be left.
    assert.equal(amountToTake(bybitBtc, d('1'), d('0'), d('10'), 8), '0');
    // What is held may be finer than the grid; that is no reason to add a step.
    assert.equal(amountToAdd(bybitBtc, d('0.123456789012345'), d('5000'), d('0'), 2), '0');
  });

  it('passes over a bracket that counts for nothing, as it is written in tables that go down to zero and up again', () => {
    const rule: HaircutRule = {
      by: 'value',
      tiers: [{ upTo: d('100'), rate: d('0.9') }, { upTo: d('200'), rate: d('0') }, { rate: d('0.5') }],
    };
    // 100 at 0.9 and 50 at 0.5.
    assert.equal(amountToAdd(rule, d('0'), d('1'), d('115'), 2), '250');
    assert.equal(amountToTake(rule, d('250'), d('1'), d('25'), 2), '150');
  });

  it('reaches the very end of the brackets also where that is finer than the grid', () => {
    const rule: HaircutRule = { by: 'amount', tiers: [{ upTo: d('1.00005'), rate: d('1') }] };
    assert.equal(amountToAdd(rule, d('0'), d('1'), d('1.00005'), 0), '2');
    assert.equal(amountToTake(rule, d('3'), d('1'), d('0.00005'), 0), '2');
  });

  it('takes one step more for a hair more', () => {
    assert.equal(amountToAdd(flatRule(d('1')), d('0'), d('10'), d('10'), 4), '1');
    assert.equal(amountToAdd(flatRule(d('1')), d('0'), d('10'), d('10.0000000000000000001'), 4), '1.0001');
  });
});

describe('a haircut that is not published', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('is recovered from what the venue prints', () => {
    assert.deepEqual(recoveredRule(d('980'), d('1000')), { by: 'amount', tiers: [{ rate: '0.98' }] });
    for (const raw of ['0', '-1000']) assert.equal(recoveredRule(d('980'), d(raw)), undefined);
  });

  it('never counts for more than the venue says', () => {
    assert.deepEqual(recoveredRule(d('200'), d('300'))!.tiers, [{ rate: '0.666666666666666666' }]);
  });
});

const absoluteDifference = (a: Decimal, b: Decimal): Decimal => (compare(a, b) >= 0 ? subtract(a, b) : subtract(b, a));
const step = (places: number): Decimal => (places === 0 ? d('1') : d(`0.${'0'.repeat(places - 1)}1`));
