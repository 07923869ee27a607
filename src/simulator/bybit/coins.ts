import { decimal, type Decimal } from '../../core/decimal.ts';
import type { MarketCoin } from '../market.ts';

/** One bracket of a collateral table: what is worth more than `aboveUsd` counts at `ratio`, until the next bracket begins. */
export interface Bracket {
  readonly aboveUsd: Decimal;
  readonly ratio: Decimal;
}

/** What the simulated Bybit knows about a coin. Figures are invented where none are printed, in the shape of the real ones. */
export interface Coin extends MarketCoin {
  /** Ascending, the first one above 0. Absent where the coin is not accepted as collateral. */
  readonly brackets?: readonly Bracket[];
  /** Rank in which collateral is sold. */
  readonly liquidationOrder: number;
  /** Present where it can be borrowed. */
  readonly borrow?: {
    /** Fraction per hour, flexible. */
    readonly hourlyRate: Decimal;
    /** The same per year, as printed beside fixed terms. */
    readonly annualRate: Decimal;
    /** Digits behind the point of an amount that is borrowed. */
    readonly places: number;
    readonly least: Decimal;
    /** Most that one user may owe, in the coin. */
    readonly quota: Decimal;
  };
}

function brackets(...steps: readonly (readonly [aboveUsd: string, ratio: string])[]): Bracket[] {
  return steps.map(([aboveUsd, ratio]) => ({ aboveUsd: decimal(aboveUsd), ratio: decimal(ratio) }));
}

/** The table printed in the documentation. */
const printed = brackets(['0', '0.8'], ['10000', '0.7'], ['20000', '0.5'], ['30000', '0.4']);
const stable = brackets(['0', '0.8'], ['1000000', '0.75']);

export const coins: readonly Coin[] = [
  {
    ccy: 'BTC',
    startPrice: decimal('88000'),
    pricePlaces: 2,
    walks: true,
    brackets: printed,
    liquidationOrder: 1,
    borrow: {
      hourlyRate: decimal('0.0000001361462'),
      annualRate: decimal('0.0012'),
      places: 4,
      least: decimal('0.001'),
      quota: decimal('100'),
    },
  },
  {
    ccy: 'ETH',
    startPrice: decimal('3260'),
    pricePlaces: 2,
    walks: true,
    brackets: printed,
    liquidationOrder: 2,
    borrow: {
      hourlyRate: decimal('0.00000188498892'),
      annualRate: decimal('0.022'),
      places: 4,
      least: decimal('0.1'),
      quota: decimal('1100'),
    },
  },
  {
    ccy: 'SOL',
    startPrice: decimal('140'),
    pricePlaces: 2,
    walks: true,
    brackets: brackets(['0', '0.75'], ['50000', '0.6']),
    liquidationOrder: 3,
  },
  {
    ccy: 'USDT',
    startPrice: decimal('1'),
    pricePlaces: 4,
    walks: false,
    brackets: stable,
    liquidationOrder: 5,
    borrow: {
      hourlyRate: decimal('0.0000064231735'),
      annualRate: decimal('0.0581'),
      places: 2,
      least: decimal('20'),
      quota: decimal('10000000'),
    },
  },
  {
    ccy: 'USDC',
    startPrice: decimal('1'),
    pricePlaces: 4,
    walks: false,
    brackets: stable,
    liquidationOrder: 4,
    borrow: {
      hourlyRate: decimal('0.0000070205479'),
      annualRate: decimal('0.0634'),
      places: 2,
      least: decimal('20'),
      quota: decimal('5000000'),
    },
  },
  { ccy: 'MNT', startPrice: decimal('1.2'), pricePlaces: 4, walks: true, liquidationOrder: 6 },
];

/** The coin called `ccy`, spelt exactly so. */
export function findCoin(ccy: string): Coin | undefined {
  return coins.find((coin) => coin.ccy === ccy);
}

/** Thresholds of the newer loan. They are not in the API: help pages name them, and the printed maximum reaches the margin call. */
export const poolLtv = { initial: decimal('0.8'), marginCall: decimal('0.85') } as const;

/** Thresholds of the older loan, as printed. */
export const legacyLtv = { initial: decimal('0.8'), marginCall: decimal('0.87'), liquidation: decimal('0.95') } as const;

/** Digits behind the point of an amount of collateral, in both generations. */
export const collateralPlaces = 8;
