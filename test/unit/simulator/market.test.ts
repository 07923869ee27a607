import assert from 'node:assert/strict';
import fc from 'fast-check';
import { compare, decimal, divide, subtract, absolute } from '../../../src/core/decimal.ts';
import { coins } from '../../../src/simulator/okx/coins.ts';
import { Market, newMarket } from '../../../src/simulator/market.ts';
import { holds } from '../property.ts';

const prices = (market: Market): string[] => coins.map(({ ccy }) => market.price(ccy));

describe('the market of the simulated exchange', () => {
  it('walks the same way for the same seed and another way for another', () => {
    const [one, same, other] = ['a', 'a', 'b'].map((seed) => {
      const market = new Market(coins, newMarket(coins, seed, true, 0));
      market.advance(60_000);
      return prices(market);
    });
    assert.deepEqual(one, same);
    assert.notDeepEqual(one, other);
    assert.deepEqual(one?.slice(3), ['1', '1'], 'stablecoins stand still');
  });

  it('comes to the same prices however often it is looked at', () => {
    holds(
      fc.property(fc.array(fc.integer({ min: 0, max: 20_000 }), { maxLength: 20 }), (pauses) => {
        const often = new Market(coins, newMarket(coins, 'x', true, 0));
        let now = 0;
        for (const pause of pauses) {
          now += pause;
          often.advance(now);
        }
        const once = new Market(coins, newMarket(coins, 'x', true, 0));
        once.advance(now);
        assert.deepEqual(prices(often), prices(once));
      }),
      { numRuns: 30 },
    );
  });

  it('stands still while paused and does not catch up afterwards', () => {
    const market = new Market(coins, newMarket(coins, 'x', true, 0));
    market.setWalking(false, 0);
    market.advance(1_000_000);
    assert.deepEqual(prices(market), ['88000', '3260', '140', '1', '1']);
    market.setWalking(true, 1_000_000);
    market.advance(1_001_999);
    assert.deepEqual(prices(market)[0], '88000');
  });

  it('can be stepped while paused', () => {
    const market = new Market(coins, newMarket(coins, 'x', false, 0));
    market.step();
    assert.notEqual(market.price('BTC'), '88000');
  });

  it('stays near where it was put, also after a month away', () => {
    const market = new Market(coins, newMarket(coins, 'far', true, 0));
    market.move('BTC', '-10');
    for (let day = 1; day <= 30; day += 1) {
      market.advance(day * 86_400_000);
      const away = divide(absolute(subtract(market.price('BTC'), decimal('79200'))), decimal('79200'), 6, 'up');
      assert.ok(compare(away, decimal('0.02')) < 0, market.price('BTC'));
    }
  });

  const moves: readonly (readonly [ccy: string, percent: string, price: string])[] = [
    ['BTC', '-10', '79200'],
    ['ETH', '2.5', '3341.5'],
    ['SOL', '-0.01', '139.99'],
    ['USDT', '-1.23', '0.9877'],
    ['BTC', '-99.9999999', '0.1'],
    ['BTC', '100', '176000'],
  ];
  for (const [ccy, percent, price] of moves) {
    it(`moves ${ccy} by ${percent} % to ${price}`, () => {
      const market = new Market(coins, newMarket(coins, 'x', false, 0));
      market.move(ccy, percent);
      assert.equal(market.price(ccy), price);
    });
  }

  for (const [ccy, percent] of [
    ['BTC', '-100'],
    ['BTC', '-250'],
    ['BTC', 'ten'],
    ['BTC', ''],
    ['BTC', '1e3'],
    ['DOGE', '1'],
  ] as const) {
    it(`refuses to move ${ccy} by "${percent}"`, () => {
      assert.throws(() => {
        new Market(coins, newMarket(coins, 'x', false, 0)).move(ccy, percent);
      }, RangeError);
    });
  }
});
