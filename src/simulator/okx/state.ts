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

/** One accepted adjustment, as it was really carried out. */
export interface Adjustment {
  readonly ordId: string;
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
}
