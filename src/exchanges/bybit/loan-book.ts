import type { Decimal } from '../../core/decimal.ts';
import type { Direction, HistoryRow, InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, HistoryRequest, InterestRequest, LoanRef } from '../exchange.ts';
import type { Call } from '../http.ts';

/** A row of Bybit's history of adjustments. */
export interface Adjustment extends HistoryRow {
  readonly direction: Direction;
  readonly status: 'done' | 'processing' | 'failed';
  readonly ltvBefore?: Decimal;
  readonly ltvAfter?: Decimal;
}

type Ask = (path: string, query: NonNullable<Call['query']>, signal: AbortSignal | undefined) => Promise<unknown>;

/** Asks Bybit. The payload is the `result` of its answer. @throws ExchangeError */
export interface Line {
  readonly get: Ask;
  /** Without key: for what anybody may know. */
  readonly ask: Ask;
}

/** One generation of Bybit's loans, with its own paths, names and ids. */
export interface LoanBook {
  loans(signal: AbortSignal | undefined): Promise<readonly Loan[]>;
  /** The loan as it is now; undefined when it is gone. */
  find(ref: LoanRef, signal: AbortSignal | undefined): Promise<Loan | undefined>;
  /** Newest first. `coin`: only of this collateral coin. */
  adjustments(ref: LoanRef, page: HistoryRequest & { readonly coin?: string }, signal: AbortSignal | undefined): Promise<Page<Adjustment>>;
  interest(ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>>;
  /** The most that may be taken out now. */
  redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined>;
  /** The coins that can be added now. */
  addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<ReadonlySet<string>>;
  changeCall(change: CollateralChange): Call & { readonly body: string };
}
