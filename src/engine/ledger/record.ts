import type { Decimal } from '../../core/decimal.ts';
import type { Instead } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { HistoryRow } from '../../core/model.ts';
import type { Baseline, Change } from '../../exchanges/exchange.ts';

/**
 * Where a write stands.
 * - `planned` written down, nothing sent
 * - `sent` written down as sent; the bytes may have left
 * - `accepted` the venue took it; it is not done yet
 * - `effective` proven by the venue's own history or figures
 * - `rejected` certainly nothing was done
 * - `unknown` the answer was lost or does not say
 * - `not-effective` closed as never done: by a person, by the venue's own row that says so, or because nothing had left
 * - `mismatch` the venue did something else than was asked: writes on the account are frozen until a person lifts it
 */
export type WriteState = 'planned' | 'sent' | 'accepted' | 'effective' | 'rejected' | 'unknown' | 'not-effective' | 'mismatch';

/**
 * What settled a write: a row of the venue's history, or, for margin where no history tells, the position itself. A write that is closed
 * without evidence is closed by a person's word.
 */
export type Evidence =
  | { readonly kind: 'history'; readonly id: string; /** The row itself, as the venue had it. */ readonly row?: ProvingRow }
  | { readonly kind: 'position' };

export interface ProvingRow {
  /** The venue's word. */
  readonly type: string;
  readonly coin: string;
  /** Signed as the venue prints it. */
  readonly amount: Decimal;
  /** By the venue's clock. */
  readonly at: number;
}

/** The venue's row, so that the basis of the proof can be seen later. */
export function historyEvidence({ id, type, coin, amount, at }: HistoryRow): Evidence {
  return { kind: 'history', id, row: { type, coin, amount, at } };
}

/** What a change was decided on, as it was read right before it was sent. */
export interface DecidedOn {
  readonly readAt: number;
  readonly walletAvailable: Decimal;
  /** The most the venue allowed. Absent when it could not tell. */
  readonly limit?: Decimal;
  /** What the amount was worth in USD, by the venue's index price. Absent when there was none. */
  readonly usd?: Decimal;
  /** Of a sale: how much of the pledged coin it takes, by our estimate. */
  readonly sold?: Decimal;
  /** The venue's own valuation of the loan, against which its next LTV is held. */
  readonly collateralUsd?: Decimal;
  readonly debtUsd?: Decimal;
  /** The venue's clock minus ours, as it was then; absent where that is not known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

/** What came back when it was sent. */
export interface Answer {
  readonly at: number;
  readonly kind: 'accepted' | 'refused' | 'lost' | 'neverLeft';
  /** The venue's own code, when it gave one. */
  readonly code?: string;
  /** What would lead on instead, when it was refused. */
  readonly instead?: readonly Instead[];
}

/** One intended change and its outcome. Times are milliseconds since the Unix epoch. */
export interface WriteRecord {
  readonly id: string;
  readonly accountId: string;
  /** Whose account at the exchange (see `ownerOf`). Absent where that was not known, and in records from before it was kept. */
  readonly owner?: string;
  readonly venue: string;
  readonly accountName: string;
  readonly change: Change;
  /** Without key and signature. */
  readonly request: { readonly method: string; readonly path: string; readonly body: string };
  /** Of the same kind as the change. */
  readonly baseline: Baseline;
  /** Absent in records from before this was kept, as is `window`. */
  readonly figures?: DecidedOn;
  /** Which window made it: a name that means nothing but itself. */
  readonly window?: string;
  readonly answer?: Answer;
  /** The same request was sent once more, by a person's decision (see ask-again.ts). Milliseconds since the Unix epoch. */
  readonly again?: { readonly at: number; readonly answer?: Answer };
  /** The venue's own id of the change, from its answer. */
  readonly reference?: string;
  /** Loan-to-value ratios are of changes of a loan only. */
  readonly ltvBefore?: Decimal;
  readonly ltvEstimate?: Decimal;
  /** Liquidation prices are of changes of margin only. */
  readonly liquidationBefore?: Decimal;
  readonly liquidationEstimate?: Decimal;
  readonly state: WriteState;
  readonly plannedAt: number;
  readonly sentAt?: number;
  readonly updatedAt: number;
  readonly ltvAfter?: Decimal;
  readonly liquidationAfter?: Decimal;
  readonly evidence?: Evidence;
  /** Why, in words. */
  readonly note?: Message;
  /** When a person lifted the freeze that a `mismatch` put on the account. */
  readonly freezeLiftedAt?: number;
}

/** A write of one kind. */
export type WriteOf<K extends Change['kind']> = WriteRecord & {
  readonly change: Extract<Change, { readonly kind: K }>;
  readonly baseline: Extract<Baseline, { readonly kind: K }>;
};
export type CollateralWrite = WriteOf<'collateral'>;
export type MarginWrite = WriteOf<'margin'>;
export type RepayWrite = WriteOf<'repay'>;
export type SellWrite = WriteOf<'repay-collateral'>;
export type BorrowWrite = WriteOf<'borrow'>;

/** Whether both what was asked and what the proof is compared with are of this kind. */
export const isWriteOf = <K extends Change['kind']>(record: WriteRecord, kind: K): record is WriteOf<K> =>
  record.change.kind === kind && record.baseline.kind === kind;

export const isCollateralWrite = (record: WriteRecord): record is CollateralWrite => isWriteOf(record, 'collateral');

export const isMarginWrite = (record: WriteRecord): record is MarginWrite => isWriteOf(record, 'margin');
