import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal, multiply, subtract } from '../../../../src/core/decimal.ts';
import { levelOf, levelOfPosition } from '../../../../src/core/risk/level.ts';
import { estimateAfter } from '../../../../src/core/risk/collateral-estimate.ts';
import { flatRule } from '../../../../src/core/risk/haircut.ts';
import { distanceTo } from '../../../../src/core/risk/ltv.ts';
import { estimateMarginChange } from '../../../../src/core/risk/position-model.ts';
import { loanRemedy, positionRemedy } from '../../../../src/engine/targets/remedy.ts';
import { holds } from '../../property.ts';
import { loan, position, snapshot } from '../../views/samples.ts';

const d = decimal;

describe('what brings a loan or position back to Watch', () => {
  it('is enough of the largest collateral coin, and hardly more', () => {
    holds(
      fc.property(fc.integer({ min: 650, max: 950 }), fc.integer({ min: 20_000, max: 90_000 }), (thousandths, price) => {
        const ltv = d((thousandths / 1_000).toString());
        const debt = d(((price * thousandths) / 1_000).toFixed(3));
        const near = loan({
          ltv,
          debtUsd: debt,
          collateralUsd: d(price.toString()),
          collateral: [{ coin: 'BTC', amount: d('1') }],
          debts: [{ coin: 'USDT', amount: debt }],
        });
        const prices = { BTC: d(price.toString()), USDT: d('1') };
        const remedy = loanRemedy(near, snapshot({ loans: [near], prices }));
        assert.equal(remedy?.coin, 'BTC');
        const after = (amount: typeof ltv) => estimateAfter(near, 'add', 'BTC', amount, new Map(Object.entries(prices))).ltv;
        const ltvAfter = after(remedy.amount);
        assert.ok(ltvAfter !== undefined);
        assert.equal(levelOf({ ...near, ltv: ltvAfter, debts: [], collateral: [] }, true), 'watch');
        const less = after(multiply(remedy.amount, d('0.99')));
        assert.ok(less === undefined || compare(distanceTo(near.marginCall?.ltv, less) ?? d('0'), d('0.12')) < 0);
      }),
    );
  });

  it('is nothing where the amount might not be enough, or the coin is not accepted', () => {
    const prices = { BTC: d('62900'), ETH: d('2000'), USDT: d('1') };
    const near = loan({ ltv: d('0.70274'), collateralUsd: d('56920'), collateral: [{ coin: 'BTC', amount: d('1') }] });
    const live = { ltv: d('0.72'), averaged: false };
    const wallet = (pledgeable?: boolean) => [{ coin: 'BTC', amount: d('1'), ...(pledgeable === undefined ? {} : { pledgeable }) }];
    for (const pledgeable of [undefined, true]) {
      const accepted = snapshot({ loans: [near], prices, wallet: wallet(pledgeable) });
      for (const estimate of [undefined, live]) assert.equal(loanRemedy(near, accepted, estimate)?.coin, 'BTC');
    }
    assert.equal(loanRemedy(near, snapshot({ loans: [near], prices, wallet: wallet(false) })), undefined);

    const two = { ...near, collateral: [...near.collateral, { coin: 'ETH', amount: d('1') }] };
    assert.equal(loanRemedy(two, snapshot({ loans: [two], prices })), undefined, 'an average haircut');
    const [BTC, ETH] = [d('0.9'), d('0.155')].map(flatRule);
    const known = { ...two, haircuts: { BTC: BTC!, ETH: ETH! } };
    const read = snapshot({ loans: [known], prices });
    assert.equal(loanRemedy(known, read)?.coin, 'BTC');
    assert.equal(loanRemedy(known, read, live), undefined, 'an estimate of two coins');
  });

  it('is enough margin, in the coin of the margin', () => {
    holds(
      fc.property(fc.integer({ min: 1, max: 119 }), (thousandths) => {
        const near = position({ markPrice: d('60000'), liquidationPrice: d((60_000 * (1 - thousandths / 1_000)).toFixed(0)) });
        const remedy = positionRemedy(near, snapshot({ positions: [near], prices: { USDT: d('1') } }));
        assert.equal(remedy?.coin, 'USDT');
        const { liquidationPrice } = estimateMarginChange(near, 'add', remedy.amount);
        assert.ok(liquidationPrice !== undefined);
        assert.ok(['watch', 'ok'].includes(levelOfPosition({ ...near, liquidationPrice }, true)));
        const { distance } = estimateMarginChange(near, 'add', subtract(remedy.amount, d('0.01')));
        assert.ok(distance === undefined || compare(distance, d('0.12')) < 0 || compare(remedy.amount, d('0.02')) < 0);
      }),
    );
  });

  it('is nothing where it cannot be computed, or where margin cannot be changed', () => {
    assert.equal(loanRemedy(loan(), snapshot({ prices: {} })), undefined);
    for (const fixed of [
      position({ marginMode: 'cross' }),
      position({ fixedMargin: { template: 'No.', args: [] } }),
      position({ contract: 'other' }),
    ]) {
      assert.equal(positionRemedy({ ...fixed, liquidationPrice: d('58000') }, snapshot()), undefined);
    }
  });
});
