import type { Decimal } from '../core/decimal.ts';
import type { Message } from '../core/message.ts';
import type { CollateralBaseline, CollateralChange } from '../exchanges/exchange.ts';

/**
 * Where a write stands.
 * - `planned` written down, nothing sent
 * - `sent` written down as sent; the bytes may have left
 * - `accepted` the venue took it; it is not done yet
 * - `effective` proven by the venue's own history and figures
 * - `rejected` certainly nothing was done
 * - `unknown` the answer was lost or does not say
 * - `not-effective` closed as never done
 * - `mismatch` the venue did something else than was asked: writes on the account are frozen until a person lifts it
 */
export type WriteState = 'planned' | 'sent' | 'accepted' | 'effective' | 'rejected' | 'unknown' | 'not-effective' | 'mismatch';

/** One intended change of collateral and what became of it. Times are milliseconds since the Unix epoch. */
export interface WriteRecord {
  readonly id: string;
  readonly accountId: string;
  readonly venue: string;
  readonly accountName: string;
  readonly change: CollateralChange;
  /** Without key and signature. */
  readonly request: { readonly method: string; readonly path: string; readonly body: string };
  readonly baseline: CollateralBaseline;
  readonly ltvBefore?: Decimal;
  readonly ltvEstimate?: Decimal;
  readonly state: WriteState;
  readonly plannedAt: number;
  readonly sentAt?: number;
  readonly updatedAt: number;
  readonly ltvAfter?: Decimal;
  /** The row of the venue's history that proves or contradicts it. */
  readonly historyId?: string;
  /** Why, in words. */
  readonly note?: Message;
  /** When a person lifted the freeze that a `mismatch` put on the account. */
  readonly freezeLiftedAt?: number;
}
