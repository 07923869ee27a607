import { decimal, divide, multiply, round, type Decimal } from '../../core/decimal.ts';
import { contractOf } from './trading.ts';
import type { HeldPosition, Trading, UnifiedCoin } from './state.ts';

const coin = (ccy: string, amt: string, orderIM = '0', locked = '0', bonus = '0'): UnifiedCoin => ({
  ccy,
  amt: decimal(amt),
  orderIM: decimal(orderIM),
  locked: decimal(locked),
  bonus: decimal(bonus),
});

/** The size and leverage of the position printed in the documentation of add-margin, and its entry. */
const printedEntry = decimal('1812.70004844');

/** Entry as a part of the price, or the printed one. */
const held: readonly (readonly [
  symbol: string,
  idx: number,
  side: 'Buy' | 'Sell',
  size: string,
  at: string,
  leverage: string,
  extra: string,
])[] = [
  ['BTCUSDT', 1, 'Buy', '0.5', '0.98', '10', '0'],
  ['BTCUSDT', 2, 'Sell', '0.2', '1.01', '5', '250'],
  ['ETHUSDT', 0, 'Buy', '3', '0.97', '3', '100.25'],
  ['BTCPERP', 0, 'Sell', '0.05', '1', '20', '100'],
  ['ETHUSD', 0, 'Buy', '200', 'printed', '12', '0.01'],
];

const hourMs = 3_600_000;

/** The unified account of the first day, at these prices in USD. Nothing in it is in danger at once. */
export function firstTrading(prices: Readonly<Record<string, Decimal>>, now: number): Trading {
  const price = (ccy: string): Decimal => prices[ccy] ?? decimal('1');
  const positions = held.map(([symbol, positionIdx, side, size, at, leverage, extra], rank): HeldPosition => {
    const { base, settle, places } = contractOf({ symbol });
    const index = divide(price(base), price(settle), 12, 'half-up');
    const createdAt = now - (rank + 2) * 50 * hourMs;
    return {
      symbol,
      positionIdx,
      side,
      size: decimal(size),
      avgPrice: at === 'printed' ? printedEntry : round(multiply(index, decimal(at)), places, 'half-up'),
      leverage: decimal(leverage),
      extra: decimal(extra),
      createdAt,
      updatedAt: createdAt + hourMs,
    };
  });
  return {
    marginMode: 'ISOLATED_MARGIN',
    marginPrice: 'mark',
    coins: [coin('USDT', '20000.5', '150', '100', '10'), coin('USDC', '1500'), coin('ETH', '0.5'), coin('BTC', '0.25')],
    positions,
    changes: [],
    closed: [],
  };
}
