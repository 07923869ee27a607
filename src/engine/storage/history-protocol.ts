import type { Decimal } from '../../core/decimal.ts';

// The stored history: figures of loans and positions in tiers, and the venue's own history rows. Times in milliseconds since the Unix
// epoch.

/** How one figure moved within a time span. Exact values. */
export interface Span {
  readonly first: Decimal;
  readonly last: Decimal;
  readonly min: Decimal;
  readonly max: Decimal;
}

/**
 * By figure. Loans: `ltv`, `marginCall`, `liquidation` (fractions), `debtUsd`, `collateralUsd`, `liquidationPrice`, and by coin `debt
 * USDT`, `collateral BTC`, `price BTC`, `rate USDT` (per year, a fraction). Positions: `distance`, `mark`, `liquidationPrice`, `margin`,
 * `debt USDT`. Unknown figures are absent.
 */
export type Spans = Readonly<Record<string, Span>>;

/** Figures of one loan or position in one reading, named as in `Spans`, without rates. */
export interface Recorded {
  readonly target: string;
  readonly figures: Readonly<Record<string, Decimal>>;
}

export interface Bucket {
  readonly at: number;
  /** Number of readings in it. */
  readonly count: number;
  /** How much of it was covered by current figures. Milliseconds. */
  readonly covered: number;
  readonly figures: Spans;
}

export interface Series {
  /** Only those with a reading, oldest first. */
  readonly buckets: readonly Bucket[];
  /** When more than three intervals passed between two readings. */
  readonly gaps: readonly Stretch[];
  /** Times that only another computer watched, whose history was imported. */
  readonly moved: readonly Stretch[];
}

export interface Stretch {
  readonly since: number;
  readonly until: number;
}

export interface RecordedTarget {
  /** In the form of `targetKey`. */
  readonly target: string;
  /** First and last reading. */
  readonly since: number;
  readonly seen: number;
}

/** One page of an export: lines of JSON, and where the next page begins unless it was the last. */
export interface ExportedPage {
  readonly lines: readonly string[];
  readonly after?: readonly [tag: 'row' | 'point', ...key: (string | number)[]];
}

/** The result of staging some lines. */
export interface StagedRows {
  readonly rows: number;
  /**
   * The first wrong line, counted from 0 over the whole file. `once`: a line that is there twice. `account`: a line of an account that
   * isn't in the file. Otherwise what it should be.
   */
  readonly wrong?: { readonly row: number; readonly expected: string };
}

export interface MovedHistory {
  /** Ids of the accounts in the file. */
  readonly accounts: readonly string[];
  /** New on this computer. */
  readonly rows: number;
}

/** `event`: a row of the loan history (borrowed, repaid, collateral moved, liquidated). `interest`: one accrual as the venue booked it. */
export type VenueKind = 'event' | 'interest';

export interface VenueRow {
  readonly id: string;
  readonly at: number;
  /** The venue's own word; empty for interest. */
  readonly type: string;
  /** Forced by the venue, such as a liquidation. */
  readonly forced: boolean;
  readonly coin: string;
  /** Absent if what is stored can't be read. */
  readonly amount?: Decimal;
  readonly debt?: Decimal;
  /** Per year, a fraction. */
  readonly rate?: Decimal;
  /** `Loan.id`. Absent if the venue doesn't give it, and for its one loan without an id. */
  readonly loan?: string;
}

/** A forced event that the person hasn't been told about. */
export interface ForcedEvent extends Pick<VenueRow, 'id' | 'at' | 'type' | 'coin' | 'amount' | 'loan'> {
  readonly account: string;
}

/** How far one list of the venue has been read. */
export interface VenueStream {
  readonly kind: VenueKind;
  /** `Loan.id` of the loan asked about; empty for the whole account. */
  readonly loan: string;
  /** All rows up to this time are stored. Absent until the list has been read to its end once. */
  readonly until?: number;
  /** Where to continue, if the list wasn't read to its end. */
  readonly cursor?: string;
}

/** One page of the venue's history. */
export interface VenuePage {
  readonly account: string;
  /** The owner of the keys it was read with: pages of another owner aren't stored. */
  readonly uid: string | undefined;
  readonly kind: VenueKind;
  readonly loan: string;
  readonly rows: readonly VenueRow[];
  /** The cursor it was requested with; absent for the newest page. */
  readonly cursor?: string;
  readonly older?: string;
  /** Current borrow rates. */
  readonly rates: readonly { readonly coin: string; readonly rate: Decimal; readonly at: number }[];
}

/** Whether the list now connects to what was known before, and how many rows are new; undefined if nothing was stored. */
export type KeptPage = { readonly isDone: boolean; readonly added: number } | undefined;

/** The rows of one loan. */
export interface RowsOf {
  readonly account: string;
  readonly kind: VenueKind;
  /** `Loan.id`; empty for rows that the venue assigns to no loan. Rows of any of these. */
  readonly loans: readonly string[];
}

/** All rows of one type and coin. */
export interface RowTotal {
  /** The venue's own word; empty for interest. */
  readonly type: string;
  readonly coin: string;
  readonly rows: number;
  /** The exact sum, signed as the venue prints it. Absent if one of them can't be read. */
  readonly amount?: Decimal;
}

export type RowOrder = 'at' | 'type' | 'coin' | 'amount';

/** Interest that the venue booked within one stretch of time. */
export interface InterestSum {
  readonly at: number;
  readonly amount: Decimal;
}

/** A page begins with the next older row. */
export type Before = Pick<VenueRow, 'at' | 'id'>;

/** Requests to the history tables; `HistoryMove` moves them to another computer. */
export type HistoryAsked =
  | {
      readonly do: 'historySeries';
      readonly account: string;
      readonly target: string;
      readonly from: number;
      /** Exclusive. */
      readonly to: number;
      readonly buckets: number;
      /** Default: all. Fewer are faster. */
      readonly figures?: readonly string[];
    }
  | { readonly do: 'historyTargets'; readonly account: string }
  | {
      readonly do: 'venueRows';
      readonly account: string;
      readonly kind: VenueKind;
      /** Empty for rows that the venue assigns to no loan. */
      readonly loan?: string;
      readonly before?: Before;
      readonly limit: number;
    }
  | { readonly do: 'venueStreams'; readonly account: string }
  | ({ readonly do: 'venueTotals' } & RowsOf)
  | ({
      readonly do: 'venueSorted';
      /** Default: all types and coins. */
      readonly only?: readonly Pick<RowTotal, 'type' | 'coin'>[];
      readonly by: RowOrder;
      readonly descending: boolean;
      readonly offset: number;
      readonly limit: number;
    } & RowsOf)
  | ({
      readonly do: 'interestSums';
      readonly coin: string;
      readonly from: number;
      /** Exclusive. */
      readonly to: number;
      /** Length of a stretch; the first begins at a multiple of it. */
      readonly width: number;
    } & Omit<RowsOf, 'kind'>);

export type HistoryMove =
  | { readonly do: 'exportHistory'; readonly accounts: readonly string[]; readonly after?: ExportedPage['after'] & object }
  /** `row`: number of the first line; 0 starts over, and an empty text ends it. Changes nothing visible. */
  | { readonly do: 'stageHistory'; readonly text: string; readonly row: number; readonly accounts: readonly string[]; readonly now: number }
  /** Imports all staged lines or none. `isTrial`: only counts what is new. */
  | {
      readonly do: 'importHistory';
      /** The owners, according to the file. */
      readonly owners: readonly { readonly id: string; readonly uid?: string }[];
      readonly isTrial: boolean;
      readonly now: number;
    };

/** Answers by request; undefined without a database. */
export interface HistoryAnswers {
  readonly historySeries: Series | undefined;
  readonly historyTargets: readonly RecordedTarget[] | undefined;
  /** Newest first. */
  readonly venueRows: readonly VenueRow[] | undefined;
  readonly venueStreams: readonly VenueStream[] | undefined;
  readonly venueTotals: readonly RowTotal[] | undefined;
  readonly venueSorted: readonly VenueRow[] | undefined;
  /** Only stretches with a row, oldest first. */
  readonly interestSums: readonly InterestSum[] | undefined;
  readonly exportHistory: ExportedPage | undefined;
  /** Also undefined if what was staged before is gone. */
  readonly stageHistory: StagedRows | undefined;
  /** Also undefined if an account isn't there, or belongs to another user. */
  readonly importHistory: MovedHistory | undefined;
}
