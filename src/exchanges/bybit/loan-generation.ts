import type { Decimal } from '../../core/decimal.ts';
import type { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Account, Direction, HistoryRow, InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef, PageRequest } from '../exchange.ts';
import type { Call } from '../http/call.ts';

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

/** What is around the reading of loans. Times are milliseconds since the Unix epoch. */
export interface Setting {
  /** By our clock, which tells how old a figure is. */
  readonly now: () => number;
  /** By Bybit's clock as far as we know it, which tells what is overdue. */
  readonly venueNow: () => number;
  /** The person's own, asked for at every read. */
  readonly thresholds: () => Account['thresholds'];
}

/** A loan as it is now, with what of it could not be read. */
export interface LoanFound {
  readonly loan: Loan;
  /** Whether it could not be read how much of a coin is pledged: then that is neither what stands in the loan nor nothing. */
  isVague(coin: string): boolean;
  /** Whether something is owed of which it could not be read how much. */
  readonly owesMore: boolean;
}

/** Loans as one reading brought them. */
export interface LoansRead {
  readonly loans: readonly Loan[];
  /** What about them could not be read. */
  readonly trouble?: Message;
  /** The trouble is that there are none to be had here: it stays so, and is no news. */
  readonly barred?: true;
  /** When the oldest of it was read, by our clock. Milliseconds since the Unix epoch. */
  readonly asOf: number;
}

/** What a loan takes as collateral. */
export interface Taken {
  readonly coins: ReadonlySet<string>;
  /** Why it is not known whether other coins are taken as well. */
  readonly unsure?: ExchangeError;
  /** Those of them that cannot be added now, because the cap of the platform is reached. */
  readonly full: ReadonlySet<string>;
}

/** A page of adjustments, with what is known of its rows that could not be read. */
export interface AdjustmentsRead extends Page<Adjustment> {
  readonly odd: readonly OddAdjustment[];
}

/** As far as it says what it is about. */
export interface OddAdjustment {
  readonly id?: string;
  readonly coin?: string;
  readonly field: string;
}

/** One of the lists that the history of a loan is made of. */
export interface HistoryPart {
  /** Names it among the others. */
  readonly name: string;
  /** Newest first. */
  read(page: PageRequest, signal: AbortSignal | undefined): Promise<Page<HistoryRow>>;
}

export interface AdjustmentRequest extends PageRequest {
  /** Only of this collateral coin. */
  readonly coin?: string;
  /** Only the one with this id. */
  readonly id?: string;
}

/** One generation of Bybit's loans, with its own paths, names and ids. */
export interface LoanBook {
  loans(signal: AbortSignal | undefined): Promise<LoansRead>;
  /** The loan as it is now, without the dates of its debts; undefined when it is gone. */
  find(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound | undefined>;
  /** Newest first. */
  adjustments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<AdjustmentsRead>;
  /** All that Bybit keeps of what happened to a loan. For showing: proofs rest on adjustments alone. */
  history(ref: LoanRef): readonly HistoryPart[];
  interest(ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>>;
  /** The most that may be taken out now. */
  redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined>;
  addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken>;
  /** The smallest amount of a coin that may be added or taken, as far as reading the loan has told. */
  smallest(coin: string): Decimal | undefined;
  changeCall(change: CollateralChange): Call & { readonly body: string };
}
