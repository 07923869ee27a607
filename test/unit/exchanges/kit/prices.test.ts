import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Position } from '../../../../src/core/model.ts';
import { pricesOf, withPrices } from '../../../../src/exchanges/kit/prices.ts';

const known = new Map(['BTC', 'ETH', 'SOL', 'USDT', 'USDC', 'XRP'].map((coin) => [coin, decimal('2')]));
const position = (change: Partial<Position>): Position =>
  ({ marginCoin: 'USDT', priceCoin: 'USDT', ...change }) as Partial<Position> as Position;

describe('the prices of a snapshot', () => {
  it('are those of every coin that moves a position: what is traded, what its prices are in, its margin and its debt', () => {
    const positions = [
      position({ baseCoin: 'BTC' }),
      position({ baseCoin: 'ETH', marginCoin: 'ETH', priceCoin: 'USD' }),
      position({ baseCoin: 'SOL', priceCoin: 'USDC', marginCoin: 'SOL', debt: { coin: 'USDC', amount: decimal('1') } }),
    ];
    const { prices } = pricesOf({ loans: [], wallet: [], positions }, known);
    assert.deepEqual(Object.keys(prices ?? {}).sort(), ['BTC', 'ETH', 'SOL', 'USDC', 'USDT']);
  });

  it('are absent, not empty, where none is known', () => {
    assert.deepEqual(pricesOf({ loans: [], wallet: [], positions: [position({})] }, new Map()), {});
  });

  it('are read again where another part of the reading took long, for they would be of another moment', async () => {
    for (const [ms, expected] of [
      [0, '100'],
      [3_000, '100'],
      [3_001, '80'],
      [60_000, '80'],
    ] as const) {
      let now = 0;
      const clock = { now: () => now, sleep: () => Promise.reject(new Error('nothing waits')) };
      let price = '100';
      const slow = Promise.resolve().then(async () => {
        await new Promise(setImmediate);
        [now, price] = [ms, '80'];
        return 'loans';
      });
      const [loans, prices] = await withPrices(clock, slow, () => Promise.resolve(new Map([['BTC', decimal(price)]])));
      assert.deepEqual([loans, prices.get('BTC')], ['loans', expected], `${ms.toString()} ms`);
    }
  });
});
