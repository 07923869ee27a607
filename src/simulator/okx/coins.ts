import { decimal, type Decimal } from '../../core/decimal.ts';
import type { MarketCoin } from '../market.ts';

/** One step of a discount table: coins above `above` (in coin units) count at `rate`, until the next step begins. */
export interface DiscountTier {
  readonly above: Decimal;
  readonly rate: Decimal;
}

/** What the simulated exchange knows about a coin. The figures are invented, in the shape of the real ones. */
export interface Coin extends MarketCoin {
  /** Ascending, the first one above 0. */
  readonly tiers: readonly DiscountTier[];
  /** LTV at which a loan backed by this coin alone is called. Fraction. */
  readonly marginCallLtv: Decimal;
  /** LTV at which a loan backed by this coin alone is liquidated. Fraction. */
  readonly liqLtv: Decimal;
  /** Present where it can be borrowed. */
  readonly borrow?: {
    /** Annual rate as a fraction. */
    readonly rate: Decimal;
    /** Most that one user may owe, in the coin. */
    readonly quota: Decimal;
  };
}

function tiers(...steps: readonly (readonly [above: string, rate: string])[]): DiscountTier[] {
  return steps.map(([above, rate]) => ({ above: decimal(above), rate: decimal(rate) }));
}

export const coins: readonly Coin[] = [
  {
    ccy: 'BTC',
    startPrice: decimal('88000'),
    pricePlaces: 1,
    walks: true,
    tiers: tiers(['0', '0.98'], ['20', '0.9775'], ['25', '0.97']),
    marginCallLtv: decimal('0.7374'),
    liqLtv: decimal('0.8374'),
    borrow: { rate: decimal('0.0112'), quota: decimal('120') },
  },
  {
    ccy: 'ETH',
    startPrice: decimal('3260'),
    pricePlaces: 2,
    walks: true,
    tiers: tiers(['0', '0.98'], ['250', '0.975'], ['1000', '0.96']),
    marginCallLtv: decimal('0.7274'),
    liqLtv: decimal('0.8274'),
  },
  {
    ccy: 'SOL',
    startPrice: decimal('140'),
    pricePlaces: 2,
    walks: true,
    tiers: tiers(['0', '0.93'], ['500', '0.9'], ['2500', '0.85']),
    marginCallLtv: decimal('0.6774'),
    liqLtv: decimal('0.7774'),
  },
  {
    ccy: 'USDT',
    startPrice: decimal('1'),
    pricePlaces: 4,
    walks: false,
    tiers: tiers(['0', '1'], ['1000000', '0.99']),
    marginCallLtv: decimal('0.85'),
    liqLtv: decimal('0.93'),
    borrow: { rate: decimal('0.0498'), quota: decimal('3395000') },
  },
  {
    ccy: 'USDC',
    startPrice: decimal('1'),
    pricePlaces: 4,
    walks: false,
    tiers: tiers(['0', '1'], ['1000000', '0.99']),
    marginCallLtv: decimal('0.85'),
    liqLtv: decimal('0.93'),
    borrow: { rate: decimal('0.0612'), quota: decimal('2500000') },
  },
];

/** The coin called `ccy`, spelt exactly so. */
export function findCoin(ccy: string): Coin | undefined {
  return coins.find((coin) => coin.ccy === ccy);
}

/**
 * The coin called `ccy`.
 * @throws RangeError when there is none.
 */
export function knownCoin(ccy: string): Coin {
  const coin = findCoin(ccy);
  if (coin === undefined) throw new RangeError(`no such coin: ${ccy}`);
  return coin;
}
