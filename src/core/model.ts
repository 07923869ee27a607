import type { Decimal } from './decimal.ts';
import type { Message } from './message.ts';

/** An amount of one coin. `usd` is the venue's own valuation, or with `usdEstimated` ours, from an index price. */
export interface CoinAmount {
  readonly coin: string;
  readonly amount: Decimal;
  readonly usd?: Decimal;
  readonly usdEstimated?: true;
}

/** One bracket of a haircut rule. */
export interface Tier {
  /** Where the bracket ends, in the measure of its rule. Absent on a last bracket without an end. */
  readonly upTo?: Decimal;
  /** The part of the value in this bracket that counts as collateral: 0.8 is a haircut of 20 %. */
  readonly rate: Decimal;
}

/**
 * How a venue values one collateral coin. Brackets work like income tax: each rate applies only to the part inside its bracket; nothing beyond
 * the last bracket counts.
 * - `value`: brackets in USD (Bybit, https://bybit-exchange.github.io/docs/v5/new-crypto-loan/collateral-coin)
 * - `amount`: brackets in the coin (OKX, https://www.okx.com/docs-v5/en/#public-data-rest-api-get-discount-rate-and-interest-free-quota)
 */
export interface HaircutRule {
  readonly by: 'value' | 'amount';
  /** Ascending. */
  readonly tiers: readonly Tier[];
  /** Not the published rule, which disagrees with the venue's own valuation: recovered from that valuation. */
  readonly recovered?: true;
}

/** A loan-to-value ratio at which the venue acts, and where we know it from. */
export interface Threshold {
  /** Fraction: 0.7374 is 73.74 %. */
  readonly ltv: Decimal;
  /** `venue`: in the venue's answer. `table`: from a dated table of ours. `person`: entered by the person. */
  readonly source: 'venue' | 'table' | 'person';
  /** Where and when a figure of a table was looked up. */
  readonly from?: { readonly url: string; readonly date: string };
  /** What the table says, where the person's figure replaces it. Fraction. */
  readonly table?: Decimal;
}

/** The price of one instrument at which the venue says it would liquidate. */
export interface LiquidationPrice {
  /** The venue's instrument, e.g. `BTC-USDT`. */
  readonly instrument: string;
  /** In the quote coin of the instrument. */
  readonly price: Decimal;
}

/** What has one loan-to-value ratio and is liquidated separately. An absent figure is unknown: not zero, not safe. */
export interface Loan {
  /** Stable within the account; the venue's order id where there is one. */
  readonly id: string;
  /** The id that requests about this loan carry. Absent where the venue gives none. */
  readonly orderId?: string;
  /** Current LTV as the venue gives it. Fraction. */
  readonly ltv?: Decimal;
  readonly debtUsd?: Decimal;
  readonly collateralUsd?: Decimal;
  /** Whether `collateralUsd` is after the venue's haircut. */
  readonly collateralValuation: 'adjusted' | 'raw';
  readonly debts: readonly CoinAmount[];
  readonly collateral: readonly CoinAmount[];
  /** By coin: how the venue values it as collateral of this loan, also for coins that are not pledged yet. Absent where it does not publish that. */
  readonly haircuts?: Readonly<Record<string, HaircutRule>>;
  readonly marginCall?: Threshold;
  readonly liquidation?: Threshold;
  readonly liquidationPrice?: LiquidationPrice;
  /** Pledged coins of which the venue takes no more now. Absent where it does not tell. */
  readonly capped?: readonly string[];
  /** Debt coins of which hardly any is left to borrow. Absent where the venue does not tell. */
  readonly drained?: readonly string[];
  /** By debt coin: a year's interest as a fraction, where the venue tells it beside the debt. */
  readonly rates?: Readonly<Record<string, Decimal>>;
  /** When it was read, if earlier than the rest of its snapshot: kept because the newest reading lacked it. Milliseconds since the Unix epoch. */
  readonly keptFrom?: number;
  /** Debts with a date, soonest first. Overdue is danger, whatever the LTV. */
  readonly due?: readonly DueDebt[];
}

/** A part of a debt that has to be repaid by a date. */
export interface DueDebt extends Omit<CoinAmount, 'amount'> {
  /** Interest and penalty included. Absent where a part of it could not be read. */
  readonly amount?: Decimal;
  /** Milliseconds since the Unix epoch, by the venue's clock. */
  readonly at: number;
  readonly overdue: boolean;
  /** The venue's id of the contract, where the debt is a contract of a larger loan. From the wallet it can be repaid whole only. */
  readonly contract?: string;
  /** What the venue does at that date. */
  readonly then?: Message;
}

/** A coin in the wallet that collateral comes from and returns to. */
export interface WalletCoin extends CoinAmount {
  /** Whether the venue takes it as loan collateral now. Unknown when the venue did not say. */
  readonly pledgeable?: boolean;
}

/** Which way a position gains. */
export type Side = 'long' | 'short';

/** Names one position to its venue. */
export interface PositionRef {
  /** Stable within the account as long as the position is open. */
  readonly positionId: string;
  /** The venue's name, e.g. `BTC-USDT-SWAP`. */
  readonly instrument: string;
  /** The venue's word for the kind of instrument: OKX `instType`, Bybit `category`. */
  readonly market: string;
  /** The venue's word for which of the positions of one instrument is meant: OKX `posSide`, Bybit `positionIdx`. */
  readonly slot: string;
  readonly side: Side;
  /** The coin its margin is in. */
  readonly marginCoin: string;
}

/** One position. An absent figure is unknown: not zero, not safe. */
export interface Position extends PositionRef {
  /**
   * What decides how its value moves with the price:
   * - `linear` a contract whose margin is in the coin the price is in
   * - `inverse` a contract whose margin is in the coin that is traded
   * - `borrowed` coins bought or sold with borrowed ones; its size includes the margin when that is in the coin held
   * - `other` anything else, e.g. options: nothing is estimated
   */
  readonly contract: 'linear' | 'inverse' | 'borrowed' | 'other';
  /** Only an isolated position is liquidated separately, and only its margin can be changed. */
  readonly marginMode: 'isolated' | 'cross';
  /** Above zero, whatever the venue's sign means. In `sizeCoin`, or in contracts where that is absent. */
  readonly size: Decimal;
  readonly sizeCoin?: string;
  /** What the size stands for: linear and borrowed in the coin that is traded, inverse in the coin the price is in. */
  readonly exposure?: Decimal;
  /** The coin whose price moves it, e.g. BTC for `BTC-USDT-SWAP`. */
  readonly baseCoin?: string;
  /** The coin all prices here are in. */
  readonly priceCoin: string;
  readonly entryPrice?: Decimal;
  readonly markPrice?: Decimal;
  readonly lastPrice?: Decimal;
  /** The mark price at which the venue says it would liquidate. */
  readonly liquidationPrice?: Decimal;
  /** Leverage as set at the venue. */
  readonly leverage?: Decimal;
  /** In the margin coin, as the venue gives it. */
  readonly margin?: Decimal;
  readonly maintenanceMargin?: Decimal;
  /** The venue's own maintenance ratio, where it has one: 9.4 is 940 %, and liquidation comes at 1. */
  readonly marginRatio?: Decimal;
  /** Profit or loss by mark price, in the margin coin. */
  readonly unrealizedPnl?: Decimal;
  /** What is owed for it, above zero, interest included. */
  readonly debt?: CoinAmount;
  /** As for a loan: when it was read, where that was earlier than the rest. */
  readonly keptFrom?: number;
  /** Why its margin cannot be changed. Absent when it can. */
  readonly fixedMargin?: Message;
  /** What the venue is doing to it now, e.g. liquidating. */
  readonly distress?: Message;
}

/** Which loan or position of an account something is about. */
export interface Target {
  readonly kind: 'loan' | 'position';
  /** `Loan.id` or `Position.positionId`. */
  readonly id: string;
}

/** A target as one text. Stored in journals, so its form never changes. */
export const targetKey = ({ kind, id }: Target): string => `${kind}:${id}`;

/** A loan or position that the venue no longer lists and that was not closed from here. Times as `Snapshot.asOf`. */
export interface Vanished extends Target {
  /** The instrument of a position; of a loan the venue's order id, or ours. */
  readonly name: string;
  /** `Loan.orderId`, to ask the venue for its history. */
  readonly orderId?: string;
  readonly side?: Side;
  /** It was at neither warning nor danger when last seen. It may still have been liquidated since. */
  readonly calm?: true;
  /** How far it was from liquidation, or a loan from its margin call, when it was last seen; a fraction. */
  readonly distance?: Decimal;
  /** It alarmed only because of an overdue debt, not by its LTV. */
  readonly overdue?: true;
  /** A repayment of all that was owed was sent from here: that, and no liquidation, is why it closed, unless the repayment failed. */
  readonly repaid?: true;
  readonly lastSeen: number;
  /** When it was first missed. */
  readonly noticed: number;
}

/** A term of a loan that the venue has changed. Fractions: an LTV, the part of the pledged amount that counts, a year's interest. */
export interface TermChange {
  /** `Loan.id` */
  readonly loan: string;
  readonly what: 'marginCall' | 'liquidation' | 'tiers' | 'rate';
  /** Of tiers and rates. */
  readonly coin?: string;
  readonly before: Decimal;
  readonly after: Decimal;
  /** It brings the loan closer to its margin call or liquidation. */
  readonly worse?: true;
  /** Milliseconds since the Unix epoch. */
  readonly noticed: number;
}

/** Everything read from one account at one moment. */
export interface Snapshot {
  readonly loans: readonly Loan[];
  /** Why some or all loans could not be read; `loans` holds those that could. */
  readonly loansTrouble?: Message;
  /** The key lacks the permission to read loans: lasts until the key is changed, so it's not reported as news. */
  readonly loansBarred?: true;
  readonly wallet: readonly WalletCoin[];
  /** Why some or all of the wallet could not be read; `wallet` holds what could. */
  readonly walletTrouble?: Message;
  readonly positions: readonly Position[];
  /** Why some or all positions could not be read; `positions` holds those that could. */
  readonly positionsTrouble?: Message;
  /** As for loans. */
  readonly positionsBarred?: true;
  /** What disappeared since earlier readings, newest first. Venues don't report this, so we keep it. */
  readonly vanished?: readonly Vanished[];
  /** Terms that the venue has changed between readings. Kept by us. Newest first. */
  readonly changed?: readonly TermChange[];
  /** By loan and coin: the borrow rates that were told last, which the next reading is compared with. */
  readonly ratesFrom?: Readonly<Record<string, Readonly<Record<string, Decimal>>>>;
  /** By `Loan.id`: loans of which our estimate didn't match the venue's next figure, so that nothing of them is estimated. Kept by us. */
  readonly doubted?: readonly string[];
  /** The last time, within a day, that nothing was read for long. Kept by us. Milliseconds since the Unix epoch. */
  readonly unwatched?: { readonly from: number; readonly to: number };
  /** What one coin is worth in USD, by the venue's index: for each coin owed, pledged, held or traded here, where known. For estimates only. */
  readonly prices?: Readonly<Record<string, Decimal>>;
  /** When the oldest of its parts was read, by our clock. Milliseconds since the Unix epoch. */
  readonly asOf: number;
}

export type Direction = 'add' | 'reduce';

/** A row of the venue's own loan history. */
export interface HistoryRow {
  readonly id: string;
  /** The venue's word, e.g. `collateral_locked`. */
  readonly type: string;
  /** Whether the venue did it without the borrower's request, e.g. a liquidation. */
  readonly forced: boolean;
  readonly coin: string;
  /** Signed as the venue prints it. */
  readonly amount: Decimal;
  /** Milliseconds since the Unix epoch, by the venue's clock. */
  readonly at: number;
}

/** One accrual of interest as the venue booked it. */
export interface InterestRow {
  readonly id: string;
  readonly coin: string;
  readonly debt?: Decimal;
  readonly interest: Decimal;
  /** Annual percentage yield as a fraction: 0.41 is 41 %. */
  readonly rate?: Decimal;
  readonly at: number;
}

/** One page of rows, newest first. `older` is the cursor of the next page; absent on the last. */
export interface Page<Row> {
  readonly rows: readonly Row[];
  /** How many more rows the page has that were not understood. Absent when there is none. */
  readonly unread?: number;
  readonly older?: string;
}

/** What could be borrowed of one coin. */
export interface MaximumLoan {
  readonly coin: string;
  readonly amount: Decimal;
  readonly usd?: Decimal;
  /** What is left of the account's quota, in `coin`. */
  readonly remainingQuota?: Decimal;
}

/** Distances at which the levels of a loan or position begin. Fractions. */
export interface Levels {
  readonly watch: Decimal;
  readonly warn: Decimal;
  readonly danger: Decimal;
}

/** What is remembered of what a venue says about a key. Times are milliseconds since the Unix epoch. */
export interface KeyNote {
  readonly asOf: number;
  readonly expiresAt?: number;
  /** It can trade, from any address. */
  readonly unbound?: true;
}

/** An account as it is remembered: everything but its keys. */
export interface Account {
  readonly id: string;
  readonly venue: string;
  /** Id of one of the venue's sites. */
  readonly site: string;
  /** Only for a loopback site. */
  readonly baseUrl?: string;
  readonly name: string;
  /** Talks to a simulated exchange: no real money. */
  readonly simulated: boolean;
  /** True when the key may not trade: nothing can be changed. */
  readonly readOnly: boolean;
  /** The venue's user id of the keys' owner, known after a connection test. Shown only in part. */
  readonly uid?: string;
  /** What the venue last said of the key. */
  readonly key?: KeyNote;
  /** The person's own figures, which replace a table's but never the venue's. */
  readonly thresholds?: { readonly marginCall: Decimal; readonly liquidation: Decimal };
  /** What may be borrowed within 24 hours, in USD, and on whose account a person allowed it. Absent: nothing. */
  readonly borrowing?: { readonly perDayUsd: Decimal; readonly whose: string };
  /** By `targetKey`: the person's own levels of single loans and positions. */
  readonly levels?: Readonly<Record<string, Levels>>;
  /** By `targetKey`: what the person prepared for single loans and positions, as stored; `rescueOf` reads it. */
  readonly rescues?: Readonly<Record<string, unknown>>;
}
