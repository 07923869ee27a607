import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, multiply } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/haircut.ts';
import { dailyInterest, hourlyInterest, hoursUntil } from '../../../src/core/interest.ts';
import { ltvOf, withDebt, type LoanModel } from '../../../src/core/loan-model.ts';
import { aModel } from './arbitrary-loans.ts';

const loan: LoanModel = {
  collateral: [{ coin: 'BTC', amount: d('1'), price: d('100000'), rule: flatRule(d('1')) }],
  debts: [{ coin: 'USDT', amount: d('70000'), price: d('1') }],
  ltv: d('0.7'),
  correction: d('1'),
  haircuts: 'published',
};

describe('interest', function () {
  // Thousands of loans take a while on a busy machine.
  this.timeout(120_000);
  it('of an hour is what OKX prints: 0.86599309 USDC at 41 % a year is 0.00004054', () => {
    assert.equal(hourlyInterest(d('0.86599309'), d('0.41')), '0.00004054');
  });

  it('of a day is 24 such hours, and nothing where nothing is owed', () => {
    assert.equal(dailyInterest(d('0.86599309'), d('0.41')), '0.00097296');
    assert.equal(hourlyInterest(d('0'), d('0.41')), '0');
    assert.equal(hourlyInterest(d('10'), d('-0.1')), '0');
  });

  it('carries a loan to its margin call in a number of hours', () => {
    // 10 % a year on 70000 is 0.79908676 an hour; 75000 is 5000 away.
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0.1')]])), '6257');
    for (const line of ['0.7', '0.6']) assert.equal(hoursUntil(loan, d(line), new Map([['USDT', d('0.1')]])), '0', line);
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0')]])), undefined);
    assert.equal(hoursUntil(loan, d('0.75'), new Map()), undefined);
  });

  it('has not carried it there an hour before', () => {
    fc.assert(
      fc.property(aModel, fc.integer({ min: 1, max: 200 }), (model, percent) => {
        const line = d((Number(model.ltv) * 1.2).toFixed(8));
        const rates = new Map(model.debts.map(({ coin }) => [coin, d((percent / 100).toFixed(2))]));
        const hours = hoursUntil(model, line, rates);
        if (hours === undefined || compare(hours, d('1000000')) > 0) return;
        const before = model.debts.reduce(
          (at, { coin, amount }) => withDebt(at, coin, add(amount, multiply(hourlyInterest(amount, rates.get(coin)!), hours))),
          model,
        );
        assert.ok(compare(ltvOf(before)!, d((Number(line) + 0.00000002).toFixed(8))) <= 0);
      }),
      { numRuns: 1_000 },
    );
  });
});
