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

/** Bill types and sub-types that are written: margin by hand in and out, by OKX itself; liquidations of contracts and of borrowed coins. */
export const billKinds = {
  '160': '6',
  '161': '6',
  '162': '6',
  '104': '5',
  '105': '5',
  '106': '5',
  '107': '5',
} as const;
export type BillSubType = keyof typeof billKinds;

/** One bill of the trading account. Bills name no position and no side. */
export interface Bill {
  /** Longer than a JavaScript number can hold; grows with time. */
  readonly billId: string;
  readonly subType: BillSubType;
  readonly instId: string;
  readonly mgnMode: OpenPosition['mgnMode'];
  readonly ccy: string;
  /** Signed changes of the account's cash and of the position's margin, and what there is afterwards. */
  readonly balChg: Decimal;
  readonly bal: Decimal;
  readonly posBalChg: Decimal;
  readonly posBal: Decimal;
  readonly sz: Decimal;
  /** Only of a liquidation. */
  readonly px?: Decimal;
  readonly pnl: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A position that was liquidated. */
export interface ClosedPosition {
  readonly position: OpenPosition;
  /** As it was called when it ended. */
  readonly posSide: string;
  readonly ccy: string;
  /** The mark price that ended it. */
  readonly price: Decimal;
  /** Profit at that price (negative), and what was taken beyond it, not above zero. */
  readonly pnl: Decimal;
  readonly penalty: Decimal;
  /** Realized over margin, or over initial margin for a cross position. */
  readonly ratio: Decimal | '';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** The trading account. */
export interface TradingState {
  readonly wallet: readonly Holding[];
  /** Newest first. */
  readonly positions: readonly OpenPosition[];
  /** Oldest first. */
  readonly changes: readonly MarginChange[];
  /** Oldest first. */
  readonly bills: readonly Bill[];
  /** Oldest first. */
  readonly closed: readonly ClosedPosition[];
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
