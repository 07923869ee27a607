import type { Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import type { MarketState } from '../market.ts';

/** As the API encodes it: `0` adds collateral, `1` reduces it. */
export const directions = ['0', '1'] as const;
export type Direction = (typeof directions)[number];

/** What is owed flexibly in one coin. */
export interface FlexibleDebt {
  readonly ccy: string;
  readonly principal: Decimal;
  readonly interest: Decimal;
}

/** One fixed contract. */
export interface FixedDebt {
  readonly loanId: string;
  readonly orderId: string;
  readonly ccy: string;
  readonly principal: Decimal;
  readonly penalty: Decimal;
  readonly interestPaid: Decimal;
  readonly annualRate: Decimal;
  readonly termDays: number;
  /** Milliseconds since the Unix epoch. */
  readonly borrowedAt: number;
  readonly repayType: '0' | '1' | '2';
}

/** The one pool of the newer loan. */
export interface Pool {
  readonly flexible: readonly FlexibleDebt[];
  /** Oldest first. */
  readonly fixed: readonly FixedDebt[];
  readonly collateral: readonly Holding[];
  /** Lent out; does not back the loan. */
  readonly supply: readonly Holding[];
}

/** One order of the older loan: one coin borrowed against one coin. */
export interface LegacyOrder {
  readonly orderId: string;
  readonly loan: Holding;
  readonly interest: Decimal;
  readonly hourlyRate: Decimal;
  readonly collateral: Holding;
}

/** One accepted adjustment, as it was really carried out. */
export interface Adjustment {
  readonly adjustId: string;
  /** The order of the older loan; absent for the pool. */
  readonly orderId?: string;
  readonly direction: Direction;
  readonly ccy: string;
  readonly amt: Decimal;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly acceptedAt: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  /** `never`: accepted and then dropped; `failing`: will come to nothing. Both only where a fault asks for it. */
  readonly state: 'pending' | 'failing' | 'never' | 'effective' | 'failed';
  readonly ltvBefore: Decimal;
  /** Reckoned in advance while it is on its way. */
  readonly ltvAfter: Decimal;
}

/** The platform's cap of a collateral: -1 unknown, 0 off, 1 near, 2 reached. */
export const capLevels = ['-1', '0', '1', '2'] as const;
export type CapLevel = (typeof capLevels)[number];

/** How the whole account holds its positions, as the API calls it. */
export const marginModes = ['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN'] as const;
export type MarginMode = (typeof marginModes)[number];

/** At which price margins are reckoned: Bybit says mark, a printed sample of isolated margin has entry. */
export const marginPrices = ['mark', 'entry'] as const;

/** One coin of the unified account, with what orders and spot orders hold of it. */
export interface UnifiedCoin extends Holding {
  readonly orderIM: Decimal;
  readonly locked: Decimal;
  readonly bonus: Decimal;
}

/** One open position. */
export interface HeldPosition {
  readonly symbol: string;
  /** 0 one-way, 1 the long side, 2 the short side. */
  readonly positionIdx: number;
  readonly side: 'Buy' | 'Sell';
  /** In the base coin; for an inverse contract in USD. */
  readonly size: Decimal;
  readonly avgPrice: Decimal;
  readonly leverage: Decimal;
  /** Margin that was added to what opening took. */
  readonly extra: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One accepted change of margin. */
export interface MarginChange {
  readonly symbol: string;
  readonly positionIdx: number;
  /** Signed, as it was asked for. */
  readonly margin: Decimal;
  /** Signed, as it really is carried out. */
  readonly moved: Decimal;
  readonly acceptedAt: number;
  readonly dueAt: number;
  readonly state: 'pending' | 'never' | 'effective' | 'failed';
}

/** A position that was liquidated. */
export interface ClosedPosition extends Pick<HeldPosition, 'symbol' | 'side' | 'size' | 'avgPrice' | 'leverage'> {
  readonly orderId: string;
  /** What it was worth at entry and at the end, the fee of closing and what was lost in all, in the coin of its margin. */
  readonly entryValue: Decimal;
  readonly exitValue: Decimal;
  readonly fee: Decimal;
  readonly lost: Decimal;
  /** The price at which nothing of the margin is left. */
  readonly exitPrice: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What was paid back since this world began, which only a liquidation does. */
export interface Repayment extends Holding {
  readonly repayId: string;
  /** Contracts that were paid back; absent for a flexible debt. */
  readonly loans?: readonly { readonly loanId: string; readonly amt: Decimal }[];
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The unified account: its coins and its positions. */
export interface Trading {
  readonly marginMode: MarginMode;
  readonly marginPrice: (typeof marginPrices)[number];
  readonly coins: readonly UnifiedCoin[];
  readonly positions: readonly HeldPosition[];
  /** Oldest first. */
  readonly changes: readonly MarginChange[];
  /** Oldest first. */
  readonly closed: readonly ClosedPosition[];
}

/** Everything the simulated Bybit remembers, as plain data. */
export interface WorldState {
  readonly version: 'bybit-1';
  readonly market: MarketState;
  /** The funding wallet of the one user. */
  readonly wallet: readonly Holding[];
  readonly pool: Pool;
  /** Oldest first. */
  readonly legacyOrders: readonly LegacyOrder[];
  /** Of both generations, oldest first. */
  readonly adjustments: readonly Adjustment[];
  readonly trading: Trading;
  /** Oldest first. */
  readonly repaid: readonly Repayment[];
  readonly cap: CapLevel;
  /** When this world began; its past is told from there. Milliseconds since the Unix epoch. */
  readonly begunAt: number;
  /** The last full hour whose interest was charged. Milliseconds since the Unix epoch. */
  readonly accruedAt: number;
  /** How many adjustments were ever accepted. */
  readonly counted: number;
}
