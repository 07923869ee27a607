import type { Decimal } from '../../core/decimal.ts';
import type { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Account, Direction, HistoryRow, InterestRow, Loan, Page } from '../../core/model.ts';
import type { CollateralChange, InterestRequest, LoanRef, PageRequest, RepayChange } from '../exchange.ts';
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
  /** Without key: for public data. */
  readonly ask: Ask;
}

/** What reading loans needs from outside. Times are milliseconds since the Unix epoch. */
export interface Setting {
  /** By our clock, for the age of figures. */
  readonly now: () => number;
  /** By Bybit's clock, as far as known, for what is overdue. */
  readonly venueNow: () => number;
  /** The person's own, fetched at every reading. */
  readonly thresholds: () => Account['thresholds'];
}

/** A loan as it is now, and what could not be read of it. */
export interface LoanFound {
  readonly loan: Loan;
  /** Whether the pledged amount of a coin could not be read: it is then unknown, not what the loan lists and not zero. */
  isVague(coin: string): boolean;
  /** Whether the amount of some debt could not be read. */
  readonly owesMore: boolean;
}

/** Loans from one reading. */
export interface LoansRead {
  readonly loans: readonly Loan[];
  /** What could not be read. */
  readonly trouble?: Message;
  /** The reason is that this site or account has no loans: lasting, so it's not reported as news. */
  readonly barred?: true;
  /** When the oldest of it was read, by our clock. Milliseconds since the Unix epoch. */
  readonly asOf: number;
}

/** What a loan accepts as collateral. */
export interface Taken {
  readonly coins: ReadonlySet<string>;
  /** Why it is unknown whether other coins are accepted too. */
  readonly unsure?: ExchangeError;
  /** Those of them that cannot be added now, because the cap of the platform is reached. */
  readonly full: ReadonlySet<string>;
}

/** A row of Bybit's history of repayments. */
export interface Repayment extends HistoryRow {
  readonly status: Adjustment['status'];
  /** By a person or a program of theirs, not by Bybit. */
  readonly byUser: boolean;
  /** Bybit calls it "by currency". */
  readonly byCurrency?: boolean;
  /** Of fixed debts: which contracts it concerns, as written. */
  readonly details?: unknown;
}

/** A row of Bybit's history of borrowing. */
export interface Borrowed extends HistoryRow {
  readonly status: Adjustment['status'];
}

/** How Bybit lends a coin flexibly. */
export interface Lending {
  readonly places: number;
  readonly minimum?: Decimal;
  /** A year's interest as a fraction. */
  readonly rate?: Decimal;
}

/** What is owed of one coin, as far as one repayment can pay it. */
export interface DebtFound {
  /** Undefined when the loan is gone. */
  readonly found: LoanFound | undefined;
  /** Zero when it is paid. */
  readonly debt: Decimal;
  /** The unpaid interest in it. */
  readonly interest?: Decimal;
  /** A year's interest as a fraction. */
  readonly rate?: Decimal;
  /** The coin is owed with a due date too: that is repaid by contract. */
  readonly fixed?: boolean;
  /** Repaying all of it gives back what is pledged for it. */
  readonly closes?: true;
  /** The id of the contract, which can be repaid whole only. */
  readonly contract?: string;
  /** How many decimals an amount has, where `repayPlaces` doesn't say. */
  readonly places?: number;
}

/** A page of a list, and what is known of its unreadable rows. */
export interface ListRead<Row> extends Page<Row> {
  readonly odd: readonly OddAdjustment[];
}

/** As far as the row says what it is about. */
export interface OddAdjustment {
  readonly id?: string;
  readonly coin?: string;
  readonly field: string;
}

/** One of the lists that the history of a loan is made of. */
export interface HistoryPart {
  /** Its name among the lists. */
  readonly name: string;
  /** Newest first. */
  read(page: PageRequest, signal: AbortSignal | undefined): Promise<Page<HistoryRow>>;
}

export interface AdjustmentRequest extends PageRequest {
  /** Only of this coin. */
  readonly coin?: string;
  /** Only the one with this id. */
  readonly id?: string;
}

/** How one kind of debt is repaid. */
export interface RepayBook {
  /** Newest first. */
  repayments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Repayment>>;
  /** @throws ExchangeError `shape` when some of it is unreadable: that is not zero */
  owed(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<DebtFound>;
  /** How many decimals Bybit takes in an amount that is repaid; undefined where it doesn't say, or none is sent. */
  repayPlaces(coin: string, signal: AbortSignal | undefined): Promise<number | undefined>;
  repayCall(change: RepayChange): Call & { readonly body: string };
}

/** One generation of Bybit's loans, with its own paths, names and ids. */
export interface LoanBook extends RepayBook {
  loans(signal: AbortSignal | undefined): Promise<LoansRead>;
  /** The loan as it is now, without the dates of its debts; undefined when it is gone. */
  find(ref: LoanRef, signal: AbortSignal | undefined): Promise<LoanFound | undefined>;
  /** Newest first. */
  adjustments(ref: LoanRef, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Adjustment>>;
  /** Everything Bybit keeps of a loan's history. For display: proofs use adjustments only. */
  history(ref: LoanRef): readonly HistoryPart[];
  interest(ref: LoanRef, page: InterestRequest, signal: AbortSignal | undefined): Promise<Page<InterestRow>>;
  /** The most that may be taken out now. */
  redeemable(ref: LoanRef, coin: string, signal: AbortSignal | undefined): Promise<Decimal | undefined>;
  addable(ref: LoanRef, signal: AbortSignal | undefined): Promise<Taken>;
  /** The smallest amount of a coin that may be added or taken, as far as known from reading the loan. */
  smallest(coin: string): Decimal | undefined;
  changeCall(change: CollateralChange): Call & { readonly body: string };
}
