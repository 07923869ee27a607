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

  /** What a reading has of BTC, whose other parts and whose own first answer take so long, while its price becomes another. */
  async function btcAfter(partsMs: number, pricesMs: number, then: string): Promise<string | undefined> {
    let [now, price] = [0, '100'];
    const clock = { now: () => now, sleep: () => Promise.reject(new Error('nothing waits')) };
    const parts = Promise.resolve().then(async () => {
      await new Promise(setImmediate);
      [now, price] = [now + partsMs, then];
      return 'loans';
    });
    let isFirst = true;
    const [loans, prices] = await withPrices(clock, parts, async () => {
      if (isFirst) now += pricesMs;
      isFirst = false;
      return new Map([['BTC', decimal(price)]]);
    });
    assert.equal(loans, 'loans');
    return prices.get('BTC');
  }

  it('are read again where another part of the reading took long, and are none of a coin that moved meanwhile', async () => {
    assert.equal(await btcAfter(0, 0, '80'), '100');
    assert.equal(await btcAfter(3_000, 0, '80'), '100');
    for (const moved of ['80', '99.49', '100.51', '120']) assert.equal(await btcAfter(3_001, 0, moved), undefined, moved);
    for (const calm of ['99.5', '100', '100.5']) assert.equal(await btcAfter(60_000, 0, calm), calm);
  });

  it('are none where they took long themselves: what they were before is unknown', async () => {
    assert.equal(await btcAfter(0, 3_000, '100'), '100');
    assert.equal(await btcAfter(0, 3_001, '100'), undefined);
  });
});
