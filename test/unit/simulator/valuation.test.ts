import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal, type Decimal } from '../../../src/core/decimal.ts';
import { coins, knownCoin, type Coin } from '../../../src/simulator/okx/coins.ts';
import { Market, newMarket } from '../../../src/simulator/market.ts';
import { discountedAmount, valuate } from '../../../src/simulator/okx/valuation.ts';
import { holds } from '../property.ts';
import { holdings } from './bench.ts';

const market = new Market(coins, newMarket(coins, 'still', false, 0));

describe('how the simulated exchange values collateral', () => {
  it('reproduces a published example of progressive tiers', () => {
    // 25 ETH at 3000, up to 50000 USD in full and up to 100000 USD at 97.5 %: 74375 USD. In coins: the first 16.666… in full.
    const coin: Coin = {
      ...knownCoin('ETH'),
      tiers: [
        { above: decimal('0'), rate: decimal('1') },
        { above: decimal('16.66666667'), rate: decimal('0.975') },
      ],
    };
    const usd = Number(discountedAmount(coin, decimal('25'))) * 3000;
    assert.ok(Math.abs(usd - 74_375) < 0.001);
  });

  const amounts: readonly (readonly [amt: string, counts: string])[] = [
    ['0', '0'],
    ['0.8', '0.784'],
    ['20', '19.6'],
    ['20.000001', '19.6000009775'],
    ['25', '24.4875'],
    ['30', '29.3375'],
  ];
  for (const [amt, counts] of amounts) {
    it(`lets ${amt} BTC count as ${counts}`, () => {
      assert.equal(compare(discountedAmount(knownCoin('BTC'), decimal(amt)), decimal(counts)), 0);
    });
  }

  it('rounds an LTV up at four decimals, however small the rest', () => {
    const at = (debt: string): string =>
      valuate({ debts: holdings(['USDT', debt]), collateral: holdings(['USDC', '1000']) }, market).curLtv ?? '';
    assert.equal(at('500'), '0.5');
    assert.equal(at('500.0000000001'), '0.5001');
    assert.equal(at('0'), '0');
  });

  it('has no LTV, no thresholds and no liquidation price without collateral', () => {
    const value = valuate({ debts: holdings(['USDT', '1']), collateral: [] }, market);
    assert.deepEqual([value.curLtv, value.marginCallLtv, value.liqLtv, value.risk], [undefined, undefined, undefined, undefined]);
  });

  it('gives the price of a single pair at which the LTV is the liquidation LTV', () => {
    const position = { debts: holdings(['USDT', '40000']), collateral: holdings(['BTC', '0.8']) };
    const { risk, liqLtv } = valuate(position, market);
    const fallen = new Market(coins, newMarket(coins, 'still', false, 0));
    fallen.set('BTC', risk?.liqPx ?? '0');
    assert.equal(valuate(position, fallen).curLtv, liqLtv);
  });

  it('reaches the liquidation LTV before the liquidation price is passed, for any debt and amount', () => {
    const cents = fc.integer({ min: 1, max: 5_000_000 });
    holds(
      fc.property(cents, cents, (debt, pledged) => {
        const position = { debts: holdings(['USDT', `${debt.toString()}.01`]), collateral: holdings(['BTC', `0.${pledged.toString()}`]) };
        const { risk, liqLtv } = valuate(position, market);
        assert.ok(risk !== undefined && liqLtv !== undefined);
        const { curLtv } = valuate(position, priced(risk.liqPx));
        assert.ok(curLtv !== undefined && compare(curLtv, liqLtv) <= 0);
      }),
      { numRuns: 100 },
    );
  });

  function priced(btc: Decimal): Market {
    const moved = new Market(coins, newMarket(coins, 'still', false, 0));
    moved.set('BTC', btc);
    return moved;
  }
});
