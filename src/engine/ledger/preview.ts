import { multiply, round, type Decimal } from '../../core/decimal.ts';
import type { Account } from '../../core/model.ts';
import type { MarginEstimate } from '../../core/risk/position-model.ts';
import type { CollateralChange, CollateralReadiness, MarginChange, MarginReadiness } from '../../exchanges/exchange.ts';

/** What a person decides on. Good for one commit, for a short time. */
export type Preview = (CollateralPreview | MarginPreview) & PreviewMarks;

/** What the ledger demands besides a person's yes. */
interface PreviewMarks {
  /** Nothing was ever sent from this account, and something is at stake: the exact request has to be shown before (see `Ledger.rehearse`). */
  readonly firstChange?: true;
  /** This very request was shown already, beside a first change. */
  readonly requestShown?: true;
}

export interface CollateralPreview {
  readonly kind: 'collateral';
  readonly change: CollateralChange;
  readonly account: Account;
  readonly readiness: CollateralReadiness;
  readonly ltvNow?: Decimal;
  /** Our own estimate, rounded up. */
  readonly ltvAfter?: Decimal;
  /** To margin call, rounded down. */
  readonly distanceNow?: Decimal;
  readonly distanceAfter?: Decimal;
  readonly walletAfter?: Decimal;
  /**
   * Our recomputation of the loan as it is now differs from the venue's own figure by more than 0.5 %, so nothing is estimated:
   * collateral can only be added, and only by somebody who says so explicitly (see `CommitOptions.withoutEstimate`).
   */
  readonly doubt?: 'definitions';
  /** What the amount is worth in USD by the venue's index price. Absent when there was none. */
  readonly usd?: Decimal;
  /** When the figures were read. Milliseconds since the Unix epoch. */
  readonly readAt: number;
  /** The venue's clock minus ours then, where that is known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

export interface MarginPreview {
  readonly kind: 'margin';
  readonly change: MarginChange;
  readonly account: Account;
  readonly readiness: MarginReadiness;
  /** The venue's margin and liquidation price, and what we make of them. */
  readonly now: Omit<MarginEstimate, 'unreachable'>;
  /** Our own estimate. */
  readonly after: MarginEstimate;
  /** Of the margin coin, in the wallet margin comes from and returns to. */
  readonly walletAfter: Decimal;
  /** What the amount is worth in USD by the venue's index price. Absent when there was none. */
  readonly usd?: Decimal;
  /** When the figures were read. Milliseconds since the Unix epoch. */
  readonly readAt: number;
  /** The venue's clock minus ours then, where that is known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

/** What an amount is worth in USD, rounded up to 8 digits. */
export function usdOf(amount: Decimal, price: Decimal | undefined): Decimal | undefined {
  return price === undefined ? undefined : round(multiply(amount, price), 8, 'up');
}

/** Clocks of one machine may be set back a little between two looks. */
const clockSlackMs = 5_000;

/** Whether figures read at `readAt` are too old, or from an impossible future. Milliseconds. */
export function isTooOld(readAt: number, now: number, maxAgeMs: number): boolean {
  const age = now - readAt;
  return !(age <= maxAgeMs && age >= -clockSlackMs);
}
