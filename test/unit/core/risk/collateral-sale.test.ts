import assert from 'node:assert/strict';
import fc from 'fast-check';
import { amountOf, compare, decimal as d, subtract } from '../../../../src/core/decimal.ts';
import { mostFromSale, saleOf, sellingTo } from '../../../../src/core/risk/collateral-sale.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { ltvOf, type LoanModel } from '../../../../src/core/risk/loan-model.ts';
import { holds } from '../../property.ts';

/** 50,000 USDT on 1 BTC at 100,000 that counts for 80 % and 10 ETH at 3,000 for 75 %: LTV 48.78 %. */
const model: LoanModel = {
  debts: [{ coin: 'USDT', amount: d('50000'), price: d('1') }],
  collateral: [
    { coin: 'BTC', amount: d('1'), price: d('100000'), rule: flatRule(d('0.8')) },
    { coin: 'ETH', amount: d('10'), price: d('3000'), rule: flatRule(d('0.75')) },
  ],
  ...{ ltv: d('0.48780488'), correction: d('1'), haircuts: 'published' },
};

describe('a repayment by selling collateral', () => {
  it('takes as much as the debt is worth, which counts only after haircut', () => {
    // 40,000 owed on 102,500 - 8,000.
    assert.deepEqual(saleOf(model, 'USDT', d('10000'), 'BTC'), { sold: '0.1', ltv: '0.42328043' });
    assert.deepEqual(saleOf(model, 'USDT', d('60000'), 'BTC'), { sold: '0.5', ltv: '0' }, 'no more than is owed');
    assert.equal(mostFromSale(model, 'USDT', 'ETH', 2), '30000');
  });

  it('is not possible with more than is pledged, of a coin that is not, or for what is not owed', () => {
    assert.deepEqual(saleOf(model, 'USDT', d('30001'), 'ETH'), { sold: '10.00033334', ltv: undefined });
    assert.equal(saleOf(model, 'USDT', d('1'), 'SOL'), undefined);
    assert.equal(saleOf(model, 'USDC', d('1'), 'BTC'), undefined);
    assert.equal(mostFromSale(model, 'USDC', 'BTC', 2), undefined);
  });

  it('counts the coin in full where only the average haircut is known', () => {
    assert.equal(saleOf({ ...model, haircuts: 'averaged' }, 'USDT', d('10000'), 'BTC')?.ltv, '0.43243244');
  });

  it('raises LTV where more is owed than counts', () => {
    const under = { ...model, debts: [{ coin: 'USDT', amount: d('140000'), price: d('1') }] };
    const after = saleOf(under, 'USDT', d('10000'), 'BTC')!.ltv!;
    assert.ok(compare(after, ltvOf(under)!) > 0);
  });

  it('brings LTV to a target by the least step that does, or says why it does not', () => {
    const debt = { coin: 'USDT', places: 2 };
    const found = sellingTo(model, d('0.45'), debt, 'BTC')!;
    const [step] = found.way.steps;
    assert.deepEqual([step?.act, step?.sold, found.shortBy], ['sell', 'BTC', undefined]);
    assert.ok(compare(found.way.ltv, d('0.45')) <= 0);
    assert.ok(compare(saleOf(model, 'USDT', subtract(step!.amount, d('0.01')), 'BTC')!.ltv!, d('0.45')) > 0, 'one step less is not enough');
    assert.equal(ltvOf(found.way.after), found.way.ltv);
    const few = sellingTo(model, d('0.1'), debt, 'ETH')!;
    assert.deepEqual([few.way.steps[0]!.amount, few.shortBy], ['30000', 'limit']);
    const part = sellingTo(model, d('0.1'), { ...debt, most: d('1000.001') }, 'BTC')!;
    assert.deepEqual([part.way.steps[0]!.amount, part.shortBy], ['1000.001', 'debt']);
    assert.equal(sellingTo(model, d('0.1'), debt, 'SOL'), undefined);
  });

  it('always lowers LTV below 1, the more the larger it is', () => {
    const amount = fc.bigInt({ min: 1n, max: 2_999_999n }).map((steps) => amountOf(steps, 2));
    holds(
      fc.property(amount, amount, (one, other) => {
        const [less, more] = compare(one, other) <= 0 ? [one, other] : [other, one];
        const [first, second] = [less, more].map((some) => saleOf(model, 'USDT', some, 'ETH')!.ltv!);
        assert.ok(compare(first!, ltvOf(model)!) <= 0 && compare(second!, first!) <= 0);
      }),
    );
  });
});
