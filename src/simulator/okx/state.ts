import type { Decimal } from '../../core/decimal.ts';
import type { HistoryRow, InterestRow } from './history.ts';
import type { Holding } from '../holdings.ts';
import type { MarketState } from '../market.ts';
import type { Position } from './valuation.ts';

export type AdjustType = 'add' | 'reduce';

/** One loan order. */
export interface Order extends Position {
  readonly ordId: string;
}

/** Something accepted, as it was really carried out. */
export interface Accepted {
  readonly type: AdjustType;
  readonly ccy: string;
  readonly amt: Decimal;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly acceptedAt: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  /** `never`: accepted and then dropped, which only happens where a fault asks for it. */
  readonly state: 'pending' | 'effective' | 'never';
}

/** A change of the collateral of one loan. */
export interface Adjustment extends Accepted {
  readonly ordId: string;
}

/** A change of the margin of one position. */
export interface MarginChange extends Accepted {
  readonly posId: string;
  readonly instId: string;
  /** As the client said it. */
  readonly posSide: string;
}

/** One position. */
export interface OpenPosition {
  readonly posId: string;
  readonly instId: string;
  readonly side: 'long' | 'short';
  readonly mgnMode: 'isolated' | 'cross';
  /** Above zero. Contracts; for MARGIN the coins held, with the margin among them: long in the base coin, short in the quote coin. */
  readonly pos: Decimal;
  readonly avgPx: Decimal;
  readonly lever: Decimal;
  /** Zero for a cross position. */
  readonly margin: Decimal;
  /** What is owed for a MARGIN position, not below zero; long in the quote coin, short in the base coin. */
  readonly liab: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly openedAt: number;
  readonly changedAt: number;
}

/** The trading account. */
export interface TradingState {
  readonly wallet: readonly Holding[];
  /** Newest first. */
  readonly positions: readonly OpenPosition[];
  /** Oldest first. */
  readonly changes: readonly MarginChange[];
}

/** Everything the simulated exchange remembers, as plain data. */
export interface WorldState {
  readonly version: 1;
  readonly market: MarketState;
  /** The funding wallet of the one user. */
  readonly wallet: readonly Holding[];
  /** Oldest first. */
  readonly orders: readonly Order[];
  /** Oldest first. */
  readonly adjustments: readonly Adjustment[];
  /** Oldest first. */
  readonly history: readonly HistoryRow[];
  /** Oldest first; not older than 30 days. */
  readonly interest: readonly InterestRow[];
  /** The last full hour whose interest was charged. Milliseconds since the Unix epoch. */
  readonly accruedAt: number;
  readonly lastRefId: string;
  /** Absent in a state of before there were positions. */
  readonly trading?: TradingState;
}
