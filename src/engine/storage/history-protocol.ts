import type { Decimal } from '../../core/decimal.ts';

// What is kept of the past: figures of loans and positions in tiers, and rows of the venue's own history. Times are milliseconds since the
// Unix epoch.

/** How one figure moved within some time. Exact, as it was read. */
export interface Span {
  readonly first: Decimal;
  readonly last: Decimal;
  readonly min: Decimal;
  readonly max: Decimal;
}

/**
 * By figure. Of loans `ltv`, `marginCall`, `liquidation` (the lines, fractions), `debtUsd`, `collateralUsd`, `liquidationPrice`, and by coin
 * `debt USDT`, `collateral BTC`, `price BTC`, `rate USDT` (per year, a fraction). Of positions `distance`, `mark`, `liquidationPrice`, `margin`,
 * `debt USDT`. What was not known is absent.
 */
export type Spans = Readonly<Record<string, Span>>;

/** What one reading knows of one loan or position: by figure as in `Spans`, without rates. */
export interface Recorded {
  readonly target: string;
  readonly figures: Readonly<Record<string, Decimal>>;
}

export interface Bucket {
  readonly at: number;
  /** Readings in it. */
  readonly count: number;
  /** For how long of it there were current figures. Milliseconds. */
  readonly covered: number;
  readonly figures: Spans;
}

export interface Series {
  /** Those with a reading in them, oldest first. */
  readonly buckets: readonly Bucket[];
  /** When more than three intervals passed between two readings. */
  readonly gaps: readonly Stretch[];
  /** When only another computer watched, whose history was imported. */
  readonly moved: readonly Stretch[];
}

export interface Stretch {
  readonly since: number;
  readonly until: number;
}

export interface RecordedTarget {
  /** As `targetKey` has it. */
  readonly target: string;
  /** Its first and its last reading. */
  readonly since: number;
  readonly seen: number;
}

/** One page of an export: lines of JSON, and where the next page begins unless it was the last. */
export interface ExportedPage {
  readonly lines: readonly string[];
  readonly after?: readonly [tag: 'row' | 'point', ...key: (string | number)[]];
}

/** What came of some lines of a file. */
export interface StagedRows {
  readonly rows: number;
  /** The first line that is wrong, counted from 0 over the whole file: `once` for one that is there twice, `account` for one of no account of the file, else what it should be. */
  readonly wrong?: { readonly row: number; readonly expected: string };
}

export interface MovedHistory {
  /** Ids of those that the file tells something of. */
  readonly accounts: readonly string[];
  /** New here. */
  readonly rows: number;
}

/** `event`: a row of the loan history: borrowed, repaid, collateral moved, liquidated. `interest`: one accrual as the venue booked it. */
export type VenueKind = 'event' | 'interest';

export interface VenueRow {
  readonly id: string;
  readonly at: number;
  /** The venue's own word; empty for interest. */
  readonly type: string;
  /** The venue did it against the borrower's will. */
  readonly forced: boolean;
  readonly coin: string;
  readonly amount: Decimal;
  readonly debt?: Decimal;
  /** Per year, a fraction. */
  readonly rate?: Decimal;
  /** `Loan.id`. Absent where the venue does not tell it, and for its one loan without an id. */
  readonly loan?: string;
}

/** A row of the venue that a person was not told of. */
export interface ForcedEvent extends Pick<VenueRow, 'id' | 'at' | 'type' | 'coin' | 'amount' | 'loan'> {
  readonly account: string;
}

/** How far one list of the venue was read. */
export interface VenueStream {
  readonly kind: VenueKind;
  /** `Loan.id` of the one that was asked for; empty for the whole account. */
  readonly loan: string;
  /** All rows up to here are kept. Absent before the list was read to its end once. */
  readonly until?: number;
  /** Where to go on, if the last reading of it was not to its end. */
  readonly cursor?: string;
}

/** One page of the venue's history, as it came. */
export interface VenuePage {
  readonly account: string;
  /** Whose keys it was read with: nothing of another person is kept. */
  readonly uid: string | undefined;
  readonly kind: VenueKind;
  readonly loan: string;
  readonly rows: readonly VenueRow[];
  /** What it was asked with; absent for the newest page. */
  readonly cursor?: string;
  readonly older?: string;
  /** What borrowing costs now. */
  readonly rates: readonly { readonly coin: string; readonly rate: Decimal; readonly at: number }[];
}

/** @returns whether the list is read as far as it was known before, and how many rows are new; undefined when nothing may be kept */
export type KeptPage = { readonly isDone: boolean; readonly added: number } | undefined;

/** Where a page of rows begins: at the next older row. */
export type Before = Pick<VenueRow, 'at' | 'id'>;

/** Of the tables that hold it; `HistoryMove` carries it to another computer. */
export type HistoryAsked =
  | {
      readonly do: 'historySeries';
      readonly account: string;
      readonly target: string;
      readonly from: number;
      /** Not included. */
      readonly to: number;
      readonly buckets: number;
      /** Default: all there are. Less is quicker. */
      readonly figures?: readonly string[];
    }
  | { readonly do: 'historyTargets'; readonly account: string }
  | {
      readonly do: 'venueRows';
      readonly account: string;
      readonly kind: VenueKind;
      /** Empty for the rows of which the venue tells no loan. */
      readonly loan?: string;
      readonly before?: Before;
      readonly limit: number;
    }
  | { readonly do: 'venueStreams'; readonly account: string };

export type HistoryMove =
  | { readonly do: 'exportHistory'; readonly accounts: readonly string[]; readonly after?: ExportedPage['after'] & object }
  /** `row` is the number of the first line: 0 begins anew, with an empty text it ends. Changes nothing that anybody sees. */
  | { readonly do: 'stageHistory'; readonly text: string; readonly row: number; readonly accounts: readonly string[]; readonly now: number }
  /** All that was staged or nothing of it. `isTrial`: only how much is new. */
  | {
      readonly do: 'importHistory';
      /** Whose history it is, by the file. */
      readonly owners: readonly { readonly id: string; readonly uid?: string }[];
      readonly isTrial: boolean;
      readonly now: number;
    };

/** What each request is answered with; undefined without a database. */
export interface HistoryAnswers {
  readonly historySeries: Series | undefined;
  readonly historyTargets: readonly RecordedTarget[] | undefined;
  /** Newest first. */
  readonly venueRows: readonly VenueRow[] | undefined;
  readonly venueStreams: readonly VenueStream[] | undefined;
  readonly exportHistory: ExportedPage | undefined;
  /** Undefined also when what was staged before is gone. */
  readonly stageHistory: StagedRows | undefined;
  /** Undefined also when an account is not there, or another user's. */
  readonly importHistory: MovedHistory | undefined;
}
