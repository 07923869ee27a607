import { add, decimal, divide, multiply, one, round, type Decimal } from '../../core/decimal.ts';
import type { Market } from '../market.ts';

export const categories = ['linear', 'inverse'] as const;

/** What liquidation is computed from, beside the position itself. */
export interface Terms {
  readonly inverse: boolean;
  /** Digits behind the point of a price. */
  readonly places: number;
  /** No liquidation price at or above this is printed; nor one at or below the smallest step. */
  readonly ceiling: Decimal;
  /** Maintenance margin over the value of the position. */
  readonly maintenance: Decimal;
  /** Fee of an order that closes the position, over its value. */
  readonly fee: Decimal;
}

/** One contract that can be held. Figures are invented where none are printed. */
export interface Contract extends Terms {
  readonly category: (typeof categories)[number];
  readonly symbol: string;
  readonly base: string;
  /** The coin of margin and profit. */
  readonly settle: string;
  /** A long and a short side at once (positionIdx 1 and 2) instead of one position (0). */
  readonly hedged: boolean;
  /** How far the mark price stands off the index, as a fraction. */
  readonly premium: Decimal;
}

function contract(symbol: string, base: string, settle: string, places: number, premium: string, hedged = false): Contract {
  const inverse = settle === base;
  return {
    category: inverse ? 'inverse' : 'linear',
    symbol,
    base,
    settle,
    places,
    hedged,
    premium: decimal(premium),
    inverse,
    ceiling: decimal('999999'),
    maintenance: decimal('0.005'),
    fee: decimal('0.00055'),
  };
}

export const contracts: readonly Contract[] = [
  contract('BTCUSDT', 'BTC', 'USDT', 1, '0.0002', true),
  contract('ETHUSDT', 'ETH', 'USDT', 2, '-0.0001'),
  contract('SOLUSDT', 'SOL', 'USDT', 2, '0.0003'),
  contract('BTCPERP', 'BTC', 'USDC', 1, '-0.0002'),
  contract('BTCUSD', 'BTC', 'BTC', 1, '0.0001'),
  contract('ETHUSD', 'ETH', 'ETH', 2, '0.0004'),
];

/** The contract called `symbol`, spelt exactly so. */
export function findContract(symbol: string): Contract | undefined {
  return contracts.find((one) => one.symbol === symbol);
}

/** Which positions of a contract there can be. */
export function slotsOf({ hedged }: Contract): readonly number[] {
  return hedged ? [1, 2] : [0];
}

/** Index price: in USD for an inverse contract, else in the coin of the margin. */
export function indexPrice({ base, settle, inverse, places }: Contract, market: Market): Decimal {
  return divide(market.price(base), inverse ? one : market.price(settle), places, 'half-up');
}

/** Mark price: the index with the contract's premium. */
export function markPrice(contract: Contract, market: Market): Decimal {
  return round(multiply(indexPrice(contract, market), add(one, contract.premium)), contract.places, 'half-up');
}
