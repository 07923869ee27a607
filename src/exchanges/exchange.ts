import type { Clock } from '../core/clock.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { Account, Direction, HistoryRow, InterestRow, Loan, MaximumLoan, Page, Snapshot } from '../core/model.ts';

/** The parts of an API key, by field id, e.g. `{ apiKey, secret, passphrase }`. Lives as long as one request. */
export type Keys = Readonly<Record<string, string>>;

/** One part of an API key, in the order it is asked for. */
export interface KeyField {
  readonly id: string;
  readonly label: Message;
  readonly hint?: Message;
}

/** One official address of a venue, or the loopback. */
export interface Site {
  readonly id: string;
  readonly label: Message;
  readonly detail?: Message;
  /** Absent for the loopback site, whose address the person gives. */
  readonly baseUrl?: string;
  /** Loopback: everything about the account says *simulated*. */
  readonly simulated: boolean;
  /** The venue's own demo trading: no real money, but a real server. */
  readonly demo: boolean;
}

/** What the venue says about a key. */
export interface KeyFacts {
  readonly uid?: string;
  readonly canRead: boolean;
  readonly canTrade: boolean;
  readonly canWithdraw: boolean;
  /** Addresses the key is bound to; empty when it is bound to none. */
  readonly boundAddresses: readonly string[];
  readonly accountMode?: Message;
  readonly subAccount?: boolean;
  /** The venue's clock minus ours, where the venue had refused our time. Requests allow for it. Milliseconds. */
  readonly clockOffsetMs?: number;
}

export interface LoanRef {
  readonly loanId: string;
  /** Sent whenever known; a venue may act on another loan when it is left out. */
  readonly orderId?: string;
}

export interface CollateralChange {
  readonly loan: LoanRef;
  readonly direction: Direction;
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent as these very characters. */
  readonly amount: Decimal;
}

/** A coin that can be added or taken, with the most the venue would allow. */
export interface AdjustableCoin {
  readonly coin: string;
  /** For `add` the wallet's available amount, for `reduce` the venue's redeemable maximum. Absent when it could not be read. */
  readonly limit?: Decimal;
  readonly usd?: Decimal;
  /** `usd` is ours, from an index price. */
  readonly usdEstimated?: true;
}

/** What proof will be compared with: read before the send, kept in the journal. Plain JSON. */
export interface Baseline {
  /** Id of the newest history row of this loan before the send; absent when there was none. */
  readonly newestHistoryId?: string;
  /** Pledged amount of the coin before the send. */
  readonly pledged: Decimal;
  /** LTV before the send. */
  readonly ltv?: Decimal;
}

/** Everything a write is decided on, read freshly in one go. */
export interface Readiness {
  readonly loan: Loan;
  /** The most the venue allows for this direction and coin now. */
  readonly limit: Decimal;
  /** The coin's available amount in the wallet now. */
  readonly walletAvailable: Decimal;
  /** USD index prices of the coins concerned, as far as known. */
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly baseline: Baseline;
  readonly asOf: number;
}

/** What reading says about a change that was sent. */
export type Proof =
  /** Nothing yet that tells either way; `failed` is the venue's own row that says it tried and did nothing. */
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  /** History row and pledged amount agree: it has happened. */
  | { readonly state: 'effective'; readonly row: HistoryRow; readonly loan?: Loan }
  /** The venue did something else than was asked: other direction or other amount. */
  | { readonly state: 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

export interface PageRequest {
  /** The `older` of the page before. */
  readonly cursor?: string;
  readonly limit?: number;
}

export interface HistoryRequest extends PageRequest {
  /** Only rows of this type, in the venue's word. */
  readonly type?: string;
}

export interface InterestRequest extends PageRequest {
  /** Only what is owed in this coin. */
  readonly coin?: string;
}

/** One account's line to its venue. Reads are retried with back-off; a write is sent once. Every call rejects with an `ExchangeError` only. */
export interface Connection {
  /** What the venue says about the key; also proves that address, key, signature and clock are right. */
  inspect(signal?: AbortSignal): Promise<KeyFacts>;
  /** All loans and the collateral wallet. */
  read(signal?: AbortSignal): Promise<Snapshot>;
  history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>>;
  interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>>;
  borrowableCoins(signal?: AbortSignal): Promise<readonly string[]>;
  /** What could be borrowed of `coin`, on top of `loan` when given, with `extra` collateral on top when given. */
  maximumLoan(
    coin: string,
    loan: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined>;
  /** Coins that can be added to or taken from a loan. */
  adjustableCoins(loan: LoanRef, direction: Direction, signal?: AbortSignal): Promise<readonly AdjustableCoin[]>;
  /** Step 2 of a write: the fresh facts. Rejects when the loan is gone or any figure needed is missing. */
  prepareChange(loan: LoanRef, direction: Direction, coin: string, signal?: AbortSignal): Promise<Readiness>;
  /** The exact request that `changeCollateral` would send, without key and signature, for the journal and for showing. */
  describeChange(change: CollateralChange): { readonly method: string; readonly path: string; readonly body: string };
  /**
   * Step 5: sends once, never again. Resolves when the venue has *accepted* (not done).
   * Rejects with `effect: 'none'` when it certainly did nothing, `effect: 'unknown'` when nobody knows.
   */
  changeCollateral(change: CollateralChange, signal?: AbortSignal): Promise<void>;
  /** Step 7: reads once and compares with the baseline. */
  proveChange(change: CollateralChange, baseline: Baseline, signal?: AbortSignal): Promise<Proof>;
  dispose(): void;
}

export interface ConnectionOptions {
  readonly account: Pick<Account, 'site' | 'baseUrl'>;
  /** Asked for at every signed attempt; never kept. Rejects with an `ExchangeError` when there are none. */
  readonly keys: () => Promise<Keys>;
  readonly clock: Clock;
  /** The platform's `fetch`; injected by tests. */
  readonly fetch?: typeof globalThis.fetch;
  /** Told about each request: method, path without query, outcome and duration. Never a key, query or body. */
  readonly trace?: (line: string) => void;
}

/** What a venue must bring. One folder, one registry line. */
export interface Exchange {
  readonly id: string;
  readonly name: string;
  readonly sites: readonly Site[];
  readonly keyFields: readonly KeyField[];
  /** The wallet collateral comes from and returns to, as the venue calls it. */
  readonly collateralWallet: Message;
  /** Where the venue explains how keys are made, for a link. */
  readonly keyHelpUrl: string;
  /** Loads the venue's code, which nobody without an account of it needs. @throws ExchangeError for an address that is not the venue's. */
  connect(options: ConnectionOptions): Promise<Connection>;
}
