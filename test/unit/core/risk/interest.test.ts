import assert from 'node:assert/strict';
import fc from 'fast-check';
import { add, compare, decimal as d, multiply, type Decimal } from '../../../../src/core/decimal.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { accrued, afterInterest, dailyInterest, hourlyInterest, hoursUntil } from '../../../../src/core/risk/interest.ts';
import { ltvOf, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import { holds } from '../../property.ts';
import { aModel, anAmount } from '../arbitrary-loans.ts';

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
    // 10 % a year on 70000, 5000 away: ln(75 / 70) / ln(1 + 0.1 / 8760) is 6043.9. Without interest on interest it were 6257.
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0.1')]])), '6043');
    for (const line of ['0.7', '0.6']) assert.equal(hoursUntil(loan, d(line), new Map([['USDT', d('0.1')]])), '0', line);
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0')]])), undefined);
    assert.equal(hoursUntil(loan, d('0.75'), new Map()), undefined);
  });

  it('carries it there in no time where the line is reached, whatever the rate, and asks for no rate of what is not owed', () => {
    assert.equal(hoursUntil(loan, d('0.7'), new Map([['USDT', d('0')]])), '0');
    assert.equal(hoursUntil(loan, d('0.6'), new Map([['USDT', d('0')]])), '0');
    const repaid = { ...loan, debts: [...loan.debts, { coin: 'ETH', amount: d('0'), price: d('3000') }] };
    assert.equal(hoursUntil(repaid, d('0.75'), new Map([['USDT', d('0.1')]])), '6043');
    assert.equal(afterInterest(repaid, new Map([['USDT', d('0.1')]]), 1)?.debts[1]?.amount, '0');
  });

  it('counts the hour that ends just at the line', () => {
    // 100 % a year on 8760 is 1 in the first hour.
    const round: LoanModel = {
      ...loan,
      collateral: [{ coin: 'BTC', amount: d('1'), price: d('10000'), rule: flatRule(d('1')) }],
      debts: [{ coin: 'USDT', amount: d('8760'), price: d('1') }],
    };
    assert.equal(hoursUntil(round, d('0.8761'), new Map([['USDT', d('1')]])), '1');
    assert.equal(hoursUntil(round, d('0.87609999'), new Map([['USDT', d('1')]])), '0');
  });

  it('adds up debts and prices of any number of digits', () => {
    const mixed: LoanModel = {
      ...loan,
      debts: [
        { coin: 'USDT', amount: d('30000'), price: d('1') },
        { coin: 'ETH', amount: d('10.123456789012'), price: d('3000.1') },
        { coin: 'DOGE', amount: d('5000.5'), price: d('0.123456789') },
      ],
    };
    const rates = new Map([
      ['USDT', d('0.1')],
      ['ETH', d('0.051234')],
      ['DOGE', d('2')],
    ]);
    const hours = Number(hoursUntil(mixed, d('0.65'), rates));
    assert.ok(hours > 100, hours.toString());
    assert.ok(compare(ltvOf(afterInterest(mixed, rates, hours)!)!, d('0.65000001')) <= 0);
    assert.ok(compare(ltvOf(afterInterest(mixed, rates, hours + 1)!)!, d('0.65')) > 0);
  });

  it('is told in hours for as long as ten years, and beyond without interest on interest', () => {
    // 0.1 % a year: ln(75 / 70) / ln(1 + 0.001 / 8760) is 604,377 hours; 0.00799087 USDT an hour are 625,714.
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0.001')]])), '625714');
    // 0.689 % a year: 87,718 hours with interest on interest, a little more than ten years.
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0.00689')]])), '90814');
    assert.equal(hoursUntil(loan, d('0.75'), new Map([['USDT', d('0.0069')]])), '87590');
  });

  it('has carried it there an hour later, and not before', function () {
    this.timeout(120_000);
    holds(
      fc.property(aModel, fc.integer({ min: 10, max: 200 }), (model, percent) => {
        const line = d((Number(model.ltv) * 1.2).toFixed(8));
        const rates = new Map(model.debts.map(({ coin }) => [coin, d((percent / 100).toFixed(2))]));
        const hours = Number(hoursUntil(model, line, rates));
        const ltvAfter = (more: number) => ltvOf(afterInterest(model, rates, hours + more)!)!;
        assert.ok(compare(ltvAfter(0), d((Number(line) + 0.00000002).toFixed(8))) <= 0);
        assert.ok(compare(ltvAfter(1), d((Number(line) - 0.00000002).toFixed(8))) >= 0);
      }),
      { numRuns: 200 },
    );
  });

  it('bears interest itself, hour by hour, each rounded up at 8 decimals', () => {
    const owed = d('0.86599309');
    assert.equal(accrued(owed, d('0.41'), 0), '0');
    assert.equal(accrued(owed, d('0.41'), 1), '0.00004054', 'as OKX prints it');
    assert.equal(accrued(owed, d('0.41'), 2), '0.00008108');
    // 10 % a year on 70000 for 30 days: (1 + 0.1 / 8760) ^ 720 - 1 is 0.82530 %.
    assert.match(accrued(d('70000'), d('0.1'), 720), /^577\.71\d+$/);
    assert.equal(accrued(d('0'), d('0.41'), 5), '0');
    assert.equal(accrued(owed, d('0'), 5), '0');
    assert.equal(accrued(owed, d('-0.1'), 5), '0');
    for (const hours of [-1, 0.5, Number.NaN, Number.POSITIVE_INFINITY]) assert.throws(() => accrued(owed, d('0.41'), hours), RangeError);
  });

  it('is that of one hour after the other, however it is cut, of amounts of any length', () => {
    const aRate = fc.integer({ min: 0, max: 3_000_000 }).map((millionths) => d((millionths / 1e6).toFixed(6)));
    const aDebt = fc.oneof(
      anAmount,
      fc.constantFrom(d('0.000000000000000001'), d('1.7921483143067599'), d('158292.621793314105231'), d('5')),
    );
    holds(
      fc.property(aDebt, aRate, fc.nat(30), fc.nat(30), (debt, rate, first, second) => {
        let owed: Decimal = debt;
        for (let hour = 0; hour < first + second; hour += 1) owed = add(owed, hourlyInterest(owed, rate));
        const whole = accrued(debt, rate, first + second);
        assert.equal(compare(add(debt, whole), owed), 0);
        const once = accrued(debt, rate, first);
        assert.equal(compare(add(once, accrued(add(debt, once), rate, second)), whole), 0);
        assert.ok(compare(whole, multiply(hourlyInterest(debt, rate), d((first + second).toString()))) >= 0, 'never less than without');
      }),
      { numRuns: 300 },
    );
  });

  it('raises LTV at flat prices, where all rates are known', () => {
    const later = afterInterest(loan, new Map([['USDT', d('0.1')]]), 720)!;
    assert.match(later.debts[0]!.amount, /^70577\.71/);
    assert.match(ltvOf(later)!, /^0\.705777/);
    assert.equal(afterInterest(loan, new Map(), 720), undefined);
    const two = { ...loan, debts: [...loan.debts, { coin: 'ETH', amount: d('1'), price: d('3000') }] };
    assert.equal(afterInterest(two, new Map([['USDT', d('0.1')]]), 720), undefined, 'one rate for two debts');
    assert.equal(
      afterInterest(
        two,
        new Map([
          ['USDT', d('0.1')],
          ['ETH', d('0')],
        ]),
        720,
      )?.debts[1]?.amount,
      '1',
    );
  });
});
