import type { Decimal } from './decimal.ts';
import type { Message } from './message.ts';

/** An amount of one coin. `usd` is the venue's own valuation, or with `usdEstimated` ours, from an index price. */
export interface CoinAmount {
  readonly coin: string;
  readonly amount: Decimal;
  readonly usd?: Decimal;
  readonly usdEstimated?: true;
}

/** A loan-to-value ratio at which the venue acts, with where we know it from. */
export interface Threshold {
  /** Fraction: 0.7374 is 73.74 %. */
  readonly ltv: Decimal;
  /** `venue`: in the venue's answer. `table`: from a dated table of ours. `person`: entered by the person. */
  readonly source: 'venue' | 'table' | 'person';
}

/** The price of one instrument at which the venue says it would liquidate. */
export interface LiquidationPrice {
  /** The venue's instrument, e.g. `BTC-USDT`. */
  readonly instrument: string;
  /** In the quote coin of the instrument. */
  readonly price: Decimal;
}

/**
 * One thing that has one loan-to-value ratio and is liquidated by itself. An absent figure is unknown:
 * not zero, not safe.
 */
export interface Loan {
  /** Stable within the account; the venue's order id where there is one. */
  readonly id: string;
  /** What the venue wants to be told to act on this loan. Absent where the venue gives no id. */
  readonly orderId?: string;
  /** Current LTV as the venue gives it. Fraction. */
  readonly ltv?: Decimal;
  readonly debtUsd?: Decimal;
  readonly collateralUsd?: Decimal;
  /** Whether `collateralUsd` is after the venue's haircut. */
  readonly collateralValuation: 'adjusted' | 'raw';
  readonly debts: readonly CoinAmount[];
  readonly collateral: readonly CoinAmount[];
  readonly marginCall?: Threshold;
  readonly liquidation?: Threshold;
  readonly liquidationPrice?: LiquidationPrice;
}

/** A coin in the wallet that collateral comes from and returns to. */
export interface WalletCoin extends CoinAmount {
  /** Whether the venue takes it as loan collateral now. Unknown when the venue did not say. */
  readonly pledgeable?: boolean;
}

/** Everything read from one account at one moment. */
export interface Snapshot {
  readonly loans: readonly Loan[];
  readonly wallet: readonly WalletCoin[];
  /** Why the wallet could not be read while the loans could; `wallet` is empty then. */
  readonly walletTrouble?: Message;
  /** When the oldest of its parts was read, by our clock. Milliseconds since the Unix epoch. */
  readonly asOf: number;
}

export type Direction = 'add' | 'reduce';

/** A row of the venue's own loan history. */
export interface HistoryRow {
  readonly id: string;
  /** The venue's word, e.g. `collateral_locked`. */
  readonly type: string;
  /** Whether the row tells of something the venue did against the borrower's will. */
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
  readonly debt: Decimal;
  readonly interest: Decimal;
  /** Annual percentage yield as a fraction: 0.41 is 41 %. */
  readonly rate: Decimal;
  readonly at: number;
}

/** One page of rows, newest first. `older` is what to ask with for the next page; absent on the last. */
export interface Page<Row> {
  readonly rows: readonly Row[];
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
}
