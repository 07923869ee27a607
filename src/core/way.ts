import type { Decimal } from './decimal.ts';
import type { HaircutRule } from './haircut.ts';
import type { LoanModel } from './loan-model.ts';

/** A coin that could be pledged. */
export interface AddableCoin {
  readonly coin: string;
  /** The most that can be added: what is in the wallet, or less where the venue takes less. */
  readonly available: Decimal;
  readonly price: Decimal;
  readonly rule: HaircutRule;
  /** Decimals of the venue's grid of amounts. */
  readonly places: number;
}

/** A coin of the collateral that could be taken out. */
export interface TakeableCoin {
  readonly coin: string;
  /** The most the venue would release now. */
  readonly limit: Decimal;
  readonly places: number;
}

/** A debt that could be repaid. */
export interface PayableDebt {
  readonly coin: string;
  /** In the wallet. */
  readonly available: Decimal;
  readonly places: number;
}

export interface Means {
  readonly addable: readonly AddableCoin[];
  readonly takeable: readonly TakeableCoin[];
  readonly payable: readonly PayableDebt[];
}

export interface Step {
  readonly act: 'add' | 'reduce' | 'repay';
  readonly coin: string;
  /** On the venue's grid: what is added or repaid is rounded up, what is taken out down. */
  readonly amount: Decimal;
}

/** One way to bring a loan to a target. Its LTV is an estimate. */
export interface Way {
  readonly steps: readonly Step[];
  /** What moves, at today's prices. USD. */
  readonly usd: Decimal;
  readonly ltv: Decimal;
  /** The model afterwards, for distances. */
  readonly after: LoanModel;
  /** What is left of each coin in the wallet; what is taken out arrives there. */
  readonly left: readonly { readonly coin: string; readonly amount: Decimal }[];
}

/** A way that does not lead there, how near it comes, and why it ends. */
export interface DeadEnd {
  readonly act: Step['act'];
  readonly coin: string;
  /**
   * - `wallet` the wallet does not hold enough
   * - `limit` the venue releases no more
   * - `haircut` no amount of this coin counts for so much
   * - `debt` even without this debt the loan stays above the target
   */
  readonly reason: 'wallet' | 'limit' | 'haircut' | 'debt';
  /** The farthest this way leads. Absent when it leads nowhere. */
  readonly nearest?: Way;
}

export interface Answer {
  /** In the order: one coin each, dearest to the wallet last; then a mix, where it takes one. */
  readonly ways: readonly Way[];
  readonly deadEnds: readonly DeadEnd[];
  /** The loan is at the target already, within one step of LTV, or one step of any coin to take would miss it. */
  readonly there: boolean;
}
