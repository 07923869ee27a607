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
  Threshold,
} from '../core/model.ts';
import type { Maintenance, StreamSource } from './streams.ts';

/** The parts of an API key, by field id, e.g. `{ apiKey, secret, passphrase }`. Lives as long as one request. */
export type Keys = Readonly<Record<string, string>>;

/** One part of an API key, in the order of the form. */
export interface KeyField {
  readonly id: string;
  readonly label: Message;
  readonly hint?: Message;
}

/** One official address of a venue, or the loopback. */
export interface Site {
  readonly id: string;
  /** The venue's own name for it needs no translation. */
  readonly label: string | Message;
  readonly detail?: Message;
  /** Absent for the loopback site, whose address the person gives. */
  readonly baseUrl?: string;
  /** The website where accounts of it are registered. Absent for the loopback site. */
  readonly page?: string;
  /** The page of its loans, where the venue's own documentation names it. */
  readonly loansPage?: string;
  /** An example address, for the loopback site: the default of its simulated exchange. */
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
  /** The venue says of the key itself that it can only read, whatever its permissions are called. Absent where it says otherwise or nothing. */
  readonly onlyReads?: true;
  /** Addresses the key is bound to; empty when it is bound to none. */
  readonly boundAddresses: readonly string[];
  readonly accountMode?: Message;
  readonly subAccount?: boolean;
  /** The venue's clock minus ours, known once it rejected our time. Requests are corrected by it. Milliseconds. */
  readonly clockOffsetMs?: number;
  /** When the key expires, where the venue says. Milliseconds since the Unix epoch. */
  readonly expiresAt?: number;
  /** Permissions that LTV Gauge could use and the key lacks. One phrase each. */
  readonly lacks?: readonly Message[];
}

export interface LoanRef {
  readonly loanId: string;
  /** Sent whenever known; without it a venue may act on another loan. */
  readonly orderId?: string;
}

export interface CollateralChange {
  readonly kind: 'collateral';
  readonly loan: LoanRef;
  readonly direction: Direction;
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent in exactly these characters. */
  readonly amount: Decimal;
}

export interface MarginChange {
  readonly kind: 'margin';
  readonly position: PositionRef;
  readonly direction: Direction;
  /** The position's margin coin. */
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent in exactly these characters, with the sign the venue requires. */
  readonly amount: Decimal;
}

/** A part of a loan's debt, or all of it, paid from the wallet that its collateral comes from. */
export interface RepayChange {
  readonly kind: 'repay';
  readonly loan: LoanRef;
  /**
   * Always `add`: the coins go from the wallet to the loan, and LTV falls. So they leave the wallet (`walletAfter`, the limit `keepInWallet`),
   * they may go without an estimate, and no limit of LTV after a removal concerns them. Nothing takes it back: only borrowing again would.
   */
  readonly direction: 'add';
  /** The coin that is owed. */
  readonly coin: string;
  /** The venue's id of the one contract in the loan that is repaid, where it has such. From the readiness; it can be repaid whole only. */
  readonly contract?: string;
  /** Positive, exact, as the person confirmed it. Sent in exactly these characters. */
  readonly amount: Decimal;
  /** The person means all of it: `amount` is what is owed, rounded up to the decimals that the venue takes. */
  readonly all: boolean;
  /**
   * Ours, made with the change and kept in the journal with it: sent where the venue takes an id of ours, so that it knows a second copy of one
   * request. 1 to 32 letters and digits, new for each repayment that a person begins.
   */
  readonly requestId: string;
}

/** A part of a loan's debt, or all of it, paid by selling some of its collateral. How much of that goes, the venue decides when it sells. */
export interface SellChange {
  readonly kind: 'repay-collateral';
  readonly loan: LoanRef;
  /**
   * Always `reduce`: collateral leaves the loan, nothing enters or leaves the wallet, and it never goes without an estimate. LTV falls. Nothing takes
   * it back.
   */
  readonly direction: 'reduce';
  /** The coin that is owed. */
  readonly coin: string;
  /** The pledged coin that is sold. */
  readonly collateral: string;
  /** As of a repayment; here a part of a contract can be repaid too. */
  readonly contract?: string;
  /** What is repaid. Positive, exact, as the person confirmed it. Sent in exactly these characters. */
  readonly amount: Decimal;
  /** As of a repayment. */
  readonly all: boolean;
}

/** More debt on a loan that exists, of a coin that it owes already, paid out to the wallet that its collateral comes from. */
export interface BorrowChange {
  readonly kind: 'borrow';
  readonly loan: LoanRef;
  /**
   * Always `reduce`: the coins go from the loan to the wallet, and LTV rises. So they enter the wallet, they never go without an estimate, and
   * the limit of LTV after a removal concerns them. Nothing takes it back: only repaying would.
   */
  readonly direction: 'reduce';
  /** The coin that is owed. */
  readonly coin: string;
  /** Positive, exact, as the person confirmed it. Sent in exactly these characters. */
  readonly amount: Decimal;
  /** As of a repayment. */
  readonly requestId: string;
}

/** One change that moves money. */
export type Change = CollateralChange | MarginChange | RepayChange | SellChange | BorrowChange;

/** What the venue answered when it accepted a change. */
export interface Receipt {
  /**
   * The venue's own id of the change, where it gives one. If its history has a row of the change, it is that row's id: no other row proves the
   * change.
   */
  readonly reference?: string;
}

/**
 * A request that moves money as it would be sent, for a person to review. Key, signature and passphrase are masked, and no secret was read to
 * make it.
 */
export interface RequestView {
  readonly method: string;
  /** The full URL: host of the account's site, path and query, if any. */
  readonly url: string;
  /** In the order and with the names they are sent. */
  readonly headers: readonly RequestHeader[];
  /** Byte for byte what is sent. */
  readonly body: string;
}

export interface RequestHeader {
  readonly name: string;
  readonly value: string;
  /** `value` is a mask: the real one is secret. */
  readonly masked?: true;
  /** What to show instead of `value`, where that is known only on sending. */
  readonly said?: Message;
}

/** A coin that can be added or taken, and the most the venue allows. */
export interface AdjustableCoin {
  readonly coin: string;
  /** For `add` the wallet's available amount, for `reduce` the venue's redeemable maximum. Absent when it could not be read. */
  readonly limit?: Decimal;
  readonly usd?: Decimal;
  /** `usd` is ours, from an index price. */
  readonly usdEstimated?: true;
}

/** What the proof is compared with: read before sending, kept in the journal. Plain JSON. */
export interface CollateralBaseline {
  readonly kind: 'collateral';
  /** Id of the newest history row of this loan before the send; absent when there was none. */
  readonly newestHistoryId?: string;
  /** Pledged amount of the coin before the send. */
  readonly pledged: Decimal;
  /** LTV before the send. */
  readonly ltv?: Decimal;
}

/** As for collateral. Without a readable history of margin changes, the position itself is the evidence. */
export interface MarginBaseline {
  readonly kind: 'margin';
  /** Id of the newest row of the venue's history of margin before the send, "0" for none; absent where no such history is read. */
  readonly newestHistoryId?: string;
  readonly size: Decimal;
  /** Margin before the send, as shown. */
  readonly margin: Decimal;
  /** The part of the margin that only a change of margin moves, where `margin` also follows the price. */
  readonly steadyMargin?: Decimal;
  /** As set at the venue, where setting it moves margin like a change of margin. */
  readonly leverage?: Decimal;
  readonly entryPrice?: Decimal;
  readonly liquidationPrice?: Decimal;
}

export interface RepayBaseline {
  readonly kind: 'repay';
  /** Id of the newest history row of this loan before the send; absent when there was none. */
  readonly newestHistoryId?: string;
  /** What was owed of the coin before the send, interest included. */
  readonly debt: Decimal;
  /** LTV before the send. */
  readonly ltv?: Decimal;
}

export interface SellBaseline extends Omit<RepayBaseline, 'kind'> {
  readonly kind: 'repay-collateral';
  /** Pledged amount of the coin to be sold, before the send. */
  readonly pledged: Decimal;
}

export interface BorrowBaseline {
  readonly kind: 'borrow';
  /** Id of the newest history row that a loan leaves, before the send; absent when there was none. */
  readonly newestHistoryId?: string;
  /** What was owed of the coin before the send, interest included. */
  readonly debt: Decimal;
  /** LTV before the send. */
  readonly ltv?: Decimal;
}

export type Baseline = CollateralBaseline | MarginBaseline | RepayBaseline | SellBaseline | BorrowBaseline;

/** Everything a change of collateral depends on, read together. */
export interface CollateralReadiness {
  readonly kind: 'collateral';
  readonly loan: Loan;
  /** The most the venue allows for this direction and coin now. */
  readonly limit: Decimal;
  /** The smallest amount the venue accepts, where known. Less is rejected and moves nothing. */
  readonly minimum?: Decimal;
  /** The coin's available amount in the wallet now. */
  readonly walletAvailable: Decimal;
  /** USD index prices of the coins concerned, as far as known. */
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly baseline: CollateralBaseline;
  readonly asOf: number;
}

/** Everything a change of margin depends on, for both directions, read together. */
export interface MarginReadiness {
  readonly kind: 'margin';
  readonly position: Position;
  /** The margin coin's available amount in the margin wallet now. The most that can be added. */
  readonly walletAvailable: Decimal;
  /** The most that can be taken out now. Absent when unknown: then nothing is taken. */
  readonly reducible?: { readonly amount: Decimal; readonly source: 'venue' | 'estimate' };
  /** How many decimals the venue accepts in an amount. */
  readonly places: number;
  readonly baseline: MarginBaseline;
  readonly asOf: number;
}

/** Everything a repayment depends on, read together. */
export interface RepayReadiness {
  readonly kind: 'repay';
  readonly loan: Loan;
  /** What is owed of the coin at this moment, interest included. Above zero. */
  readonly debt: Decimal;
  /** The part of `debt` that is unpaid interest, where the venue tells. It is paid first. */
  readonly interest?: Decimal;
  /** The coin's borrow rate, where known: a year's interest as a fraction. */
  readonly rate?: Decimal;
  /** The coin's available amount in the wallet now. */
  readonly walletAvailable: Decimal;
  /** The smallest amount the venue accepts, where known. */
  readonly minimum?: Decimal;
  /** `RepayChange.contract`. */
  readonly contract?: string;
  /** Another debt of the loan could not be read, so LTV after a repayment is unknown. */
  readonly owesMore?: true;
  /** The venue closes the loan once nothing is owed any more, and gives back all that is pledged. */
  readonly closesWhenPaid?: true;
  /** How many decimals the venue takes in an amount of the coin. All of a debt is `debt` rounded up to them. */
  readonly places: number;
  /** USD index prices of the coins concerned, as far as known. */
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly baseline: RepayBaseline;
  readonly asOf: number;
}

/** Everything a repayment with collateral depends on, read together. `walletAvailable` is of the owed coin, which stays where it is. */
export interface SellReadiness extends Omit<RepayReadiness, 'kind' | 'minimum' | 'baseline'> {
  readonly kind: 'repay-collateral';
  /** What the venue charges for the sale, as far as it tells. */
  readonly fee: Message;
  readonly baseline: SellBaseline;
}

/** Everything that borrowing more depends on, read together. */
export interface BorrowReadiness {
  readonly kind: 'borrow';
  readonly loan: Loan;
  /** What is owed of the coin at this moment, interest included. */
  readonly debt: Decimal;
  /** The coin's borrow rate, where known: a year's interest as a fraction. */
  readonly rate?: Decimal;
  /** The coin's available amount in the wallet now. */
  readonly walletAvailable: Decimal;
  /** The most that the venue lends on this loan now. */
  readonly limit: Decimal;
  /** What is left of the coin to lend, or of the account's quota, whichever is less; absent where the venue says neither. */
  readonly room?: Decimal;
  /** The highest LTV at which the venue lends, where that is known otherwise than by `limit`. */
  readonly startLtv?: Threshold;
  /** The smallest amount the venue accepts, where known. */
  readonly minimum?: Decimal;
  /** Some debt of the loan could not be read, so LTV afterwards is unknown. */
  readonly owesMore?: true;
  /** How many decimals the venue takes in an amount of the coin. */
  readonly places: number;
  /** USD index prices of the coins concerned, as far as known. */
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly baseline: BorrowBaseline;
  readonly asOf: number;
}

export type Readiness = CollateralReadiness | MarginReadiness | RepayReadiness | SellReadiness | BorrowReadiness;

/** What a reading shows about a change of collateral that was sent. */
export type CollateralProof =
  /** Undecided; `failed` is the venue's own row saying that it tried and did nothing. */
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  /** History row and pledged amount agree: it happened. */
  | { readonly state: 'effective'; readonly row: HistoryRow; readonly loan?: Loan }
  /** The venue did something other than requested: another direction or amount. */
  | { readonly state: 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

/** The same about a repayment. */
export type RepayProof =
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  /** The venue's own row says that it happened, and the debt has moved or the loan is gone. */
  | {
      readonly state: 'effective';
      readonly row: HistoryRow;
      /** Absent when the venue has closed it. */
      readonly loan?: Loan;
      /** What is owed of the coin now, read as the baseline's was. Zero when it is paid. */
      readonly debt: Decimal;
      /** When that was read: until then interest may have come on top. */
      readonly asOf: number;
      /** What the venue gave back when it closed the loan. */
      readonly released?: readonly HistoryRow[];
    }
  /** The venue did something other than requested: another amount, or it lent more. */
  | { readonly state: 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

/** The same about more that was borrowed. */
export type BorrowProof =
  | { readonly state: 'pending'; readonly failed?: HistoryRow }
  /** The venue's own row says that it happened, and the debt has moved or the loan is gone. */
  | {
      readonly state: 'effective';
      readonly row: HistoryRow;
      /** Absent when the venue has closed it since. */
      readonly loan?: Loan;
      /** What is owed of the coin now, read as the baseline's was. */
      readonly debt: Decimal;
      /** When that was read: until then interest may have come on top. */
      readonly asOf: number;
    }
  /** The venue did something other than requested: another amount, or it took a repayment. */
  | { readonly state: 'contradicted'; readonly row: HistoryRow; readonly loan?: Loan };

/**
 * The same about a change of margin. `position` is as it is now; absent when it is gone. `row` is the venue's record of the change, if it has
 * one.
 */
export type MarginProof =
  | { readonly state: 'pending'; readonly position?: Position }
  /** The margin moved as requested. */
  | { readonly state: 'effective'; readonly position: Position; readonly row?: HistoryRow }
  /** Done, by the venue's own row; the position is gone. */
  | { readonly state: 'over'; readonly row: HistoryRow; readonly position?: undefined }
  /** The margin moved in a way that only another change of margin can explain. */
  | { readonly state: 'contradicted'; readonly position: Position; readonly row?: HistoryRow };

export interface PageRequest {
  /** The `older` of the previous page. */
  readonly cursor?: string;
  readonly limit?: number;
}

export interface HistoryRequest extends PageRequest {
  /** Only rows of this type, in the venue's word. */
  readonly type?: string;
}

export interface InterestRequest extends PageRequest {
  /** Only debt in this coin. */
  readonly coin?: string;
}

/** The request of one kind of change, built in one place: as text for the journal, as a preview, and to be sent. */
export interface Requests<C extends Change> {
  /** The exact request that `send` would send, without key and signature. @throws ExchangeError `refused` where `send` would not send */
  describe(change: C): { readonly method: string; readonly path: string; readonly body: string };
  /**
   * What `send` would send now, except key, signature and time. Reads no key and sends nothing.
   * @throws ExchangeError `refused` where `send` would refuse to send at all
   */
  rehearse(change: C): RequestView;
  /**
   * Step 5: sends once, never again. Resolves when the venue has *accepted* (not done). Rejects with `effect: 'none'` when it certainly did
   * nothing, else with `effect: 'unknown'`.
   */
  send(change: C, signal?: AbortSignal): Promise<Receipt>;
  /**
   * Sends the same request once more, where the venue tells a copy by an id of ours and carries it out once. Resolves when the venue has it, by either
   * of the two. Absent where a copy would be another change.
   */
  again?(change: C, signal: AbortSignal): Promise<Receipt>;
}

/** One kind of change as a venue carries it out. `Asked` is the input to prepare it. */
export interface Action<C extends Change, Asked extends keyof C, R extends Readiness, B extends Baseline, Proof> extends Requests<C> {
  /** Step 2 of a write: the fresh facts. Rejects when its target is gone or is another one now, or when a figure is missing. */
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

/** Adding margin to a position and taking some out. `prepare` rejects a position that is not isolated. */
export type MarginAction = Action<MarginChange, 'position', MarginReadiness, MarginBaseline, MarginProof>;

/**
 * Repaying a loan. `prepare` rejects a coin that isn't owed. That the venue knows our `requestId` already (it happened, or is under way) is no
 * refusal: `send` then rejects with `effect: 'unknown'`, and reading tells.
 */
export type RepayAction = Action<RepayChange, 'loan' | 'coin' | 'contract', RepayReadiness, RepayBaseline, RepayProof>;

/** Repaying by selling collateral. `prepare` rejects a coin that isn't owed or pledged. What is proven is as of a repayment. */
export type SellAction = Action<SellChange, 'loan' | 'coin' | 'collateral' | 'contract', SellReadiness, SellBaseline, RepayProof>;

/** Borrowing more. `prepare` rejects a coin that isn't owed. As to `requestId`, as for repaying. */
export type BorrowAction = Action<BorrowChange, 'loan' | 'coin', BorrowReadiness, BorrowBaseline, BorrowProof>;

/** The changes that can be made over a connection, by kind. One that the venue or the site does not offer is absent. */
export interface Actions {
  readonly collateral?: CollateralAction;
  readonly margin?: MarginAction;
  readonly repay?: RepayAction;
  readonly 'repay-collateral'?: SellAction;
  readonly borrow?: BorrowAction;
}

/** What can be read about loans besides their state. */
export interface LoanReads {
  history(loan: LoanRef | undefined, page: HistoryRequest, signal?: AbortSignal): Promise<Page<HistoryRow>>;
  interest(loan: LoanRef | undefined, page: InterestRequest, signal?: AbortSignal): Promise<Page<InterestRow>>;
  /** Whether `interest` lists each accrual as it was booked; else it tells what has accrued up to now and is not paid. */
  readonly booksInterest: boolean;
  borrowableCoins(signal?: AbortSignal): Promise<readonly string[]>;
  /** How much of `coin` could be borrowed: on top of `loan` if given, with `extra` collateral if given. */
  maximumLoan(
    coin: string,
    loan: LoanRef | undefined,
    extra: readonly { readonly coin: string; readonly amount: Decimal }[],
    signal?: AbortSignal,
  ): Promise<MaximumLoan | undefined>;
}

/**
 * One account's connection to its venue. Reads are retried with back-off; a write is sent once. Every call rejects with an `ExchangeError` only.
 */
export interface Connection {
  /** What the venue says about the key; also proves that address, key, signature and clock are right. */
  inspect(signal?: AbortSignal): Promise<KeyFacts>;
  /**
   * All loans, the collateral wallet and all positions. Rejects only when nothing could be read; the snapshot says what failed.
   * @param signal says by `setPurpose` what it is for, and by `tryOf` until when it waits
   */
  read(signal?: AbortSignal): Promise<Snapshot>;
  /**
   * The USD price of each coin now, from the same source as `Snapshot.prices`: public, unsigned, at most one request. A coin the venue does not
   * price, or whose price cannot be read, is absent.
   */
  indexPrices(coins: readonly string[], signal?: AbortSignal): Promise<Readonly<Record<string, Decimal>>>;
  /**
   * The venue's clock minus ours, as needed for signed requests: 0 while they work with our own time. Right after one that worked it is reliable,
   * whatever our clock, because venues reject times that are seconds off. Milliseconds.
   */
  clockOffsetMs?(): number;
  /** Whether the venue said within the last minute that the account is asked too often, which is not our doing. */
  isLimited?(): boolean;
  /** What the venue tells by itself, over sockets. Absent where the site has none that is documented. */
  readonly streams?: StreamSource | undefined;
  /** All maintenance that is announced and not over. Absent where the venue only tells of it. */
  maintenance?(signal?: AbortSignal): Promise<readonly Maintenance[]>;
  /** Absent where there are no loans. */
  readonly loans?: LoanReads;
  readonly actions: Actions;
  /** Why actions are absent, in the venue's own words. */
  readonly absent?: Readonly<Partial<Record<keyof Actions, Message>>>;
  dispose(): void;
}

export interface ConnectionOptions {
  readonly account: Pick<Account, 'site' | 'baseUrl'>;
  /** The person's own thresholds, fetched at every reading. They replace a table's, never the venue's. */
  readonly thresholds?: () => Account['thresholds'];
  /**
   * Fetched for every signed attempt right before sending; never kept. Rejects with an `ExchangeError` when there are none, or when a request
   * (with `write`, a change) must no longer be sent.
   */
  readonly keys: (write?: boolean) => Promise<Keys>;
  readonly clock: Clock;
  /** Whose account it is at the venue, where that is known: all that is asked for one user counts together. */
  readonly owner?: string;
  /** The platform's `fetch`; injected by tests. */
  readonly fetch?: typeof globalThis.fetch;
  /** Logs each request: method, path without query, outcome and duration. Never a key, query or body. */
  readonly trace?: (line: string) => void;
}

/** What a venue provides. One folder, one registry line. */
export interface Exchange {
  readonly id: string;
  readonly name: string;
  readonly sites: readonly Site[];
  readonly keyFields: readonly KeyField[];
  /** The wallet collateral comes from and returns to, as the venue calls it. */
  readonly collateralWallet: Message;
  /** The wallet the margin of positions comes from and returns to, as the venue calls it. */
  readonly marginWallet: Message;
  /** Whether a loan can be repaid from here by `Actions.repay`. Absent where none can: then it is offered nowhere. */
  repays?(loan: Pick<Loan, 'id' | 'orderId'>): boolean;
  /** Whether it can be repaid by selling its collateral. Absent where none can. */
  sells?(loan: Pick<Loan, 'id' | 'orderId'>): boolean;
  /** The same of borrowing more by `Actions.borrow`. */
  borrows?(loan: Pick<Loan, 'id' | 'orderId'>): boolean;
  /** The `slot` of an instrument's only position. In any other slot, long and short are two positions. */
  readonly oneWaySlot: string;
  /** Where the venue explains how keys are made, for a link. */
  readonly keyHelpUrl: string;
  /** Loads the venue's code, needed only with an account there. @throws ExchangeError for an address that is not the venue's. */
  connect(options: ConnectionOptions): Promise<Connection>;
}
