import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';

/** What a person allows at most, from the settings of the user. An absent figure is no limit. */
export interface Limits {
  readonly perActionUsd?: Decimal;
  /** Within 24 hours, per account. */
  readonly perDayUsd?: Decimal;
  /** By coin, in that coin. */
  readonly perActionByCoin: ReadonlyMap<string, Decimal>;
  readonly perDayByCoin: ReadonlyMap<string, Decimal>;
  /** By coin: what has to stay in the wallet when some of it is added. */
  readonly keepInWallet: ReadonlyMap<string, Decimal>;
  /** Fraction: 0.65 is 65 %. */
  readonly highestLtvAfterReduction?: Decimal;
}

/** Settings that cannot be read, with what to write instead. Nothing is sent while a limit is not understood. */
export interface LimitsFault {
  readonly fault: Message;
}
