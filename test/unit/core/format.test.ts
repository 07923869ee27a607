import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal as d, divide, inPercent, multiply, round, withPlaces, type Decimal } from '../../../src/core/decimal.ts';
import {
  formatAmount,
  formatCoinUsd,
  formatDistance,
  formatLeverage,
  formatLiquidationPrice,
  formatLtv,
  formatMarginRatio,
  formatRate,
  formatUsd,
} from '../../../src/core/format.ts';
import { holds } from '../property.ts';

const back = (text: string): Decimal => d(text.replace(/[%$,]/g, '').replace('−', '-'));

describe('text of a figure', () => {
  it('rounds an LTV up', () => {
    const table: [string, string][] = [
      ['0.5742', '57.42%'],
      ['0.80004', '80.01%'],
      ['0.8', '80.00%'],
      ['0.7374000000000001', '73.75%'],
      ['0', '0.00%'],
      ['0.0000001', '0.01%'],
      ['12.3456', '1,234.56%'],
    ];
    for (const [ltv, text] of table) assert.equal(formatLtv(d(ltv)), text);
    assert.equal(formatRate(d('0.41')), '41.00%');
  });

  it('rounds a distance down, also below zero', () => {
    const table: [string, string][] = [
      ['0.31430618', '31.4%'],
      ['0.0009', '0.0%'],
      ['0', '0.0%'],
      ['-0.0001', '−0.1%'],
      ['-0.25', '−25.0%'],
    ];
    for (const [distance, text] of table) assert.equal(formatDistance(d(distance)), text);
  });

  it('rounds leverage up, with no more digits than it takes', () => {
    const table: [string, string][] = [
      ['5', '5×'],
      ['4.981', '4.99×'],
      ['3.20000001', '3.21×'],
      ['1234.5', '1,234.5×'],
    ];
    for (const [leverage, text] of table) assert.equal(formatLeverage(d(leverage)), text);
  });

  it('rounds a liquidation price to seven digits towards the mark price', () => {
    const table: [string, string, string][] = [
      ['53615.448336593756', '53,615.45', '53,615.44'],
      ['53615.4', '53,615.4', '53,615.4'],
      ['0.000012345678', '0.00001234568', '0.00001234567'],
      ['0.5', '0.5', '0.5'],
      ['9999999.5', '10,000,000', '9,999,999'],
      ['123456789', '123,456,789', '123,456,789'],
      ['00.10', '0.1', '0.1'],
      // Leading zeros are no digits, zeros between and behind are.
      ['0020304.12345', '20,304.13', '20,304.12'],
      ['100200.98765', '100,201', '100,200.9'],
      ['30', '30', '30'],
    ];
    for (const [price, long, short] of table) {
      assert.equal(formatLiquidationPrice(d(price), 'long'), long);
      assert.equal(formatLiquidationPrice(d(price), 'short'), short);
    }
  });

  it('keeps every digit of an amount', () => {
    const table: [string, string][] = [
      ['1.7921483143067599', '1.7921483143067599'],
      ['158292.621793314105231', '158,292.621793314105231'],
      ['-1234567', '−1,234,567'],
      ['0.10', '0.10'],
      ['999', '999'],
      ['1000', '1,000'],
    ];
    for (const [amount, text] of table) assert.equal(formatAmount(d(amount)), text);
  });

  it('shows a debt not below and a possession not above its value', () => {
    assert.equal(formatUsd(d('0.8661285'), 'debt'), '$0.87');
    assert.equal(formatUsd(d('0.8661285'), 'asset'), '$0.86');
    assert.equal(formatUsd(d('158292.621793314105231'), 'asset'), '$158,292.62');
    assert.equal(formatUsd(d('-3'), 'asset'), '−$3.00');
    assert.equal(formatUsd(d('-0.001'), 'debt'), '$0.00');
    assert.equal(formatUsd(d('-0.001'), 'asset'), '−$0.01');
  });

  it('marks the value of a coin when it is our estimate, and has none for what nobody valued', () => {
    assert.equal(formatCoinUsd({ usd: d('12.345') }, 'asset'), '$12.34');
    assert.equal(formatCoinUsd({ usd: d('12.345'), usdEstimated: true }, 'debt'), '≈ $12.35');
    assert.equal(formatCoinUsd({}, 'asset'), undefined);
  });

  it('shows a margin ratio not above what it is', () => {
    assert.equal(formatMarginRatio(d('9.4041')), '940.4%');
    assert.equal(formatMarginRatio(d('1.00999')), '100.9%');
  });

  it('says of a distance beyond ten times the price only that it is beyond', () => {
    assert.equal(formatDistance(d('10')), '1,000.0%');
    assert.equal(formatDistance(d('10.00000001')), '>1,000%');
    assert.equal(formatDistance(d('8051536.081')), '>1,000%');
    assert.equal(formatDistance(d('-10')), '−1,000.0%');
    assert.equal(formatDistance(d('-965678')), '<−1,000%');
    assert.equal(formatMarginRatio(d('222.18893603782877')), '22,218.8%', 'a ratio is no distance');
  });

  it('never understates risk, whatever the figure', () => {
    const units = fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n });
    const any = units.map((value) => divide(d(value.toString()), d('1000000000000'), 12, 'down'));
    const hundred = d('100');
    holds(
      fc.property(any, (value) => {
        assert.ok(compare(divide(back(formatLtv(value)), hundred, 8, 'half-up'), value) >= 0);
        const distance = formatDistance(value);
        if (compare(value, d('-10')) < 0) assert.equal(distance, '<−1,000%');
        else assert.ok(compare(divide(back(distance.replace('>', '')), hundred, 8, 'half-up'), value) <= 0);
        assert.ok(compare(back(formatUsd(value, 'debt')), value) >= 0);
        assert.ok(compare(back(formatUsd(value, 'asset')), value) <= 0);
        assert.equal(formatAmount(value).replaceAll(',', '').replace('−', '-'), value);
      }),
    );
  });

  it('writes a percentage as it comes out step by step', () => {
    const figure = fc
      .tuple(fc.bigInt({ min: -(10n ** 24n), max: 10n ** 24n }), fc.nat(30))
      .map(([digits, places]) => divide(d(digits.toString()), d(`1${'0'.repeat(places)}`), places, 'down'));
    holds(
      fc.property(figure, fc.constantFrom(1, 2), fc.constantFrom('up' as const, 'down' as const), (value, places, rounding) => {
        const stepwise = withPlaces(round(multiply(value, d('100')), places, rounding), places);
        assert.equal(inPercent(value, places, rounding), stepwise);
      }),
    );
  });

  it('copes with the longest figures', () => {
    const long = d('9'.repeat(80));
    assert.equal(back(formatAmount(long).slice(0, 3)), '99');
    assert.doesNotThrow(() => formatLtv(long));
    assert.doesNotThrow(() => formatUsd(d(`0.${'1'.repeat(78)}`), 'debt'));
  });
});
