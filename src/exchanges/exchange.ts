import type { Clock } from '../core/clock.ts';
import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type {
  Account,
  Direction,
  HistoryRow,
  InterestRow,
  Loan,
  MaximumLoan,
  Page,
  Position,
  PositionRef,
  Snapshot,
} from '../core/model.ts';

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
  /** The venue's own name of it needs no translation. */
  readonly label: string | Message;
  readonly detail?: Message;
  /** Absent for the loopback site, whose address the person gives. */
  readonly baseUrl?: string;
  /** What such an address looks like, for the loopback site: the one its simulated exchange listens at unless told otherwise. */
  readonly exampleUrl?: string;
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
  /** When the key stops working, where the venue tells. Milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** Permissions the key lacks and LTV Gauge could use. One phrase each. */
  readonly lacks?: readonly Message[];
}

export interface LoanRef {
  readonly loanId: string;
  /** Sent whenever known; a venue may act on another loan when it is left out. */
  readonly orderId?: string;
}

export interface CollateralChange {
  readonly kind: 'collateral';
  readonly loan: LoanRef;
  readonly direction: Direction;
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent as these very characters. */
  readonly amount: Decimal;
}

export interface MarginChange {
  readonly kind: 'margin';
  readonly position: PositionRef;
  readonly direction: Direction;
  /** The position's margin coin. */
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent as these very characters, whatever sign the venue wants before them. */
  readonly amount: Decimal;
}

/** One change that moves money. */
export type Change = CollateralChange | MarginChange;

/** What the venue answered when it accepted a change. */
export interface Receipt {
  /** The venue's own id of the change, where it gives one. Where its history has a row of the change, the id of that row: another row proves nothing. */
  readonly reference?: string;
}

/**
 * A request that moves money as it would leave, for a person to look at before it does. Nothing stands for key, signature or
 * passphrase but a mask, and nothing was read to make it.
 */
export interface RequestView {
  readonly method: string;
  /** Whole: the host of the account's site, the path and, where there is one, the query. */
  readonly url: string;
  /** In the order and by the names they are sent with. */
  readonly headers: readonly RequestHeader[];
  /** Byte for byte what is sent. */
  readonly body: string;
}

export interface RequestHeader {
  readonly name: string;
  readonly value: string;
  /** `value` is a mask: what really stands there is secret. */
  readonly masked?: true;
  /** What to show a person instead of `value`, where that is not decided before the request leaves. */
  readonly said?: Message;
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
export interface CollateralBaseline {
  readonly kind: 'collateral';
  /** Id of the newest history row of this loan before the send; absent when there was none. */
  readonly newestHistoryId?: string;
  /** Pledged amount of the coin before the send. */
  readonly pledged: Decimal;
  /** LTV before the send. */
  readonly ltv?: Decimal;
}

/** As for collateral. Where the venue keeps no history of changes of margin, or it cannot be read, the position itself has to tell. */
export interface MarginBaseline {
  readonly kind: 'margin';
  /** Id of the newest row of the venue's history of margin before the send, "0" for none; absent where no such history is read. */
  readonly newestHistoryId?: string;
  readonly size: Decimal;
  /** Margin before the send, as shown. */
  readonly margin: Decimal;
  /** The part of the margin that only a change of margin moves, where `margin` also moves on its own. */
  readonly steadyMargin?: Decimal;
  /** As set at the venue, where setting it again moves margin as a change of margin does. */
  readonly leverage?: Decimal;
  readonly entryPrice?: Decimal;
  readonly liquidationPrice?: Decimal;
}

export type Baseline = CollateralBaseline | MarginBaseline;

/** Everything a change of collateral is decided on, read freshly in one go. */
export interface CollateralReadiness {
  readonly kind: 'collateral';
  readonly loan: Loan;
  /** The most the venue allows for this direction and coin now. */
  readonly limit: Decimal;
  /** The smallest amount the venue takes, where it tells. Less is refused, and moves nothing. */
  readonly minimum?: Decimal;
  /** The coin's available amount in the wallet now. */
  readonly walletAvailable: Decimal;
  /** USD index prices of the coins concerned, as far as known. */
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly baseline: CollateralBaseline;
  readonly asOf: number;
}

/** Everything a change of margin is decided on, for both directions, read freshly in one go. */
export interface MarginReadiness {
  readonly kind: 'margin';
  readonly position: Position;
  /** The margin coin's available amount in the margin wallet now. The most that can be added. */
  readonly walletAvailable: Decimal;
  /** The most that can be taken out now. Absent when it cannot be told: then nothing is taken. */
  readonly reducible?: { readonly amount: Decimal; readonly source: 'venue' | 'estimate' };
  /** How many decimals the venue takes in an amount. */
  readonly places: number;
  readonly baseline: MarginBaseline;
  readonly asOf: number;
}

export type Readiness = CollateralReadiness | MarginReadiness;

/** What reading says about a change of collateral that was sent. */
export type CollateralProof =
  /** Nothing yet that tells either way; `failed` is the venue's own row that says it tried and did nothing. */
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  /** History row and pledged amount agree: it has happened. */
  | { readonly state: 'effective'; readonly row: HistoryRow; readonly loan?: Loan }
  /** The venue did something else than was asked: other direction or other amount. */
  | { readonly state: 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

/** The same about a change of margin. `position` is as it is now; absent when it is gone. `row` is the venue's own of the change, where it has one. */
export type MarginProof =
  | { readonly state: 'pending'; readonly position?: Position }
  /** The margin moved as asked. */
  | { readonly state: 'effective'; readonly position: Position; readonly row?: HistoryRow }
  /** It was done, by the venue's own row; the position is there no more. */
  | { readonly state: 'over'; readonly row: HistoryRow; readonly position?: undefined }
  /** The margin moved in a way that nothing but another change of margin can explain. */
  | { readonly state: 'contradicted'; readonly position: Position; readonly row?: HistoryRow };

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

/** The request of one kind of change, which is built in one place: as text for the journal, as it would leave, and sent. */
export interface Requests<C extends Change> {
  /** The exact request that `send` would send, without key and signature. @throws ExchangeError `refused` where `send` would refuse to send at all */
  describe(change: C): { readonly method: string; readonly path: string; readonly body: string };
  /**
   * What `send` would send now, every byte of it but key, signature and time. Reads no key and sends nothing.
   * @throws ExchangeError `refused` where `send` would refuse to send at all
   */
  rehearse(change: C): RequestView;
  /**
   * Step 5: sends once, never again. Resolves when the venue has *accepted* (not done).
   * Rejects with `effect: 'none'` when it certainly did nothing, `effect: 'unknown'` when that is not known.
   */
  send(change: C, signal?: AbortSignal): Promise<Receipt>;
}

/** One kind of change as a venue carries it out. `Asked` is what has to be known to prepare it. */
export interface Action<C extends Change, Asked extends keyof C, R extends Readiness, B extends Baseline, Proof> extends Requests<C> {
  /** Step 2 of a write: the fresh facts. Rejects when what is to be changed is gone or another one by now, or when a figure is missing. */
  prepare(asked: Pick<C, Asked>, signal?: AbortSignal): Promise<R>;
  /** Step 7: reads once and compares with the baseline. */
  prove(change: C, baseline: B, receipt: Receipt, signal?: AbortSignal): Promise<Proof>;
}

/** Adding collateral to a loan and taking some out. */
export interface CollateralAction extends Action<
  CollateralChange,
  'loan' | 'direction' | 'coin',
  CollateralReadiness,
  CollateralBaseline,
  CollateralProof
> {
  /** Coins that can be added to or taken from a loan. */
  options(loan: LoanRef, direction: Direction, signal?: AbortSignal): Promise<readonly AdjustableCoin[]>;
}

/** Adding margin to a position and taking some out. Rejects to prepare one that is not isolated. */
export type MarginAction = Action<MarginChange, 'position', MarginReadiness, MarginBaseline, MarginProof>;

/** The changes that can be made over a connection, by kind. One that the venue or the site does not offer is absent. */
export interface Actions {
  readonly collateral?: CollateralAction;
  readonly margin?: MarginAction;
}

/** What can be asked about loans besides their state. */
export interface LoanReads {
  history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>>;
  interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>>;
  /** Whether `interest` lists each accrual as it was booked; else it tells what has accrued up to now and is not paid. */
  readonly booksInterest: boolean;
  borrowableCoins(signal?: AbortSignal): Promise<readonly string[]>;
  /** What could be borrowed of `coin`, on top of `loan` when given, with `extra` collateral on top when given. */
  maximumLoan(
    coin: string,
    loan: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined>;
}

/** One account's line to its venue. Reads are retried with back-off; a write is sent once. Every call rejects with an `ExchangeError` only. */
export interface Connection {
  /** What the venue says about the key; also proves that address, key, signature and clock are right. */
  inspect(signal?: AbortSignal): Promise<KeyFacts>;
  /** All loans, the collateral wallet and all positions. Rejects only when nothing at all could be read; what failed in part is told in the snapshot. */
  read(signal?: AbortSignal): Promise<Snapshot>;
  /**
   * What one of each coin is worth now, in USD, from the very source of `Snapshot.prices`: public, unsigned, one request at most.
   * A coin the venue does not price, or whose price cannot be read, is absent.
   */
  indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>>;
  /**
   * The venue's clock minus ours, as far as signed requests have needed it: where they go through with our own time, it is 0. Good right after
   * one that went through, whatever our clock was set to, because a venue refuses those whose time is off by more than seconds. Milliseconds.
   */
  clockOffsetMs?(): number;
  /** Absent where there are no loans to be had. */
  readonly loans?: LoanReads;
  readonly actions: Actions;
  /** Why actions are absent, in the venue's own words. */
  readonly absent?: Readonly<Partial<Record<keyof Actions, Message>>>;
  dispose(): void;
}

export interface ConnectionOptions {
  readonly account: Pick<Account, 'site' | 'baseUrl'>;
  /** The person's own thresholds, asked for at every read. They stand instead of a table's, never instead of the venue's. */
  readonly thresholds?: () => Account['thresholds'];
  /**
   * Asked for at every signed attempt, right before it leaves; never kept. Rejects with an `ExchangeError` when there are none, or when a
   * request, or with `write` a change, must not leave any more.
   */
  readonly keys: (write?: boolean) => Promise<Keys>;
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
  /** The wallet the margin of positions comes from and returns to, as the venue calls it. */
  readonly marginWallet: Message;
  /** The `slot` of a position that is the only one of its instrument. In any other, long and short are two positions. */
  readonly oneWaySlot: string;
  /** Where the venue explains how keys are made, for a link. */
  readonly keyHelpUrl: string;
  /** Loads the venue's code, which is needed only with an account of it. @throws ExchangeError for an address that is not the venue's. */
  connect(options: ConnectionOptions): Promise<Connection>;
}
