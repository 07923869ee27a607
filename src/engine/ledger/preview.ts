import type { Decimal } from '../../core/decimal.ts';
import type { Account } from '../../core/model.ts';
import type { MarginEstimate } from '../../core/risk/position-model.ts';
import type {
  BorrowChange,
  BorrowReadiness,
  Change,
  CollateralChange,
  CollateralReadiness,
  MarginChange,
  MarginReadiness,
  Readiness,
  RepayChange,
  RepayReadiness,
  SellChange,
  SellReadiness,
} from '../../exchanges/exchange.ts';

/** What a person decides on. Good for one commit, for a short time. */
export type Preview = AnyPreview & PreviewMarks;

/** A preview of any kind of change. */
export type AnyPreview = CollateralPreview | MarginPreview | RepayPreview | SellPreview | BorrowPreview;

/** What the ledger demands besides a person's yes. */
interface PreviewMarks {
  /** Nothing was ever sent from this account, and something is at stake: the exact request has to be shown before (see `Ledger.rehearse`). */
  readonly firstChange?: true;
  /** This exact request was already shown, for a first change. */
  readonly requestShown?: true;
  /** The write that it takes back (see `PreviewOptions.undoOf`). */
  readonly undoOf?: string;
}

/** What previews of all kinds tell. */
interface PreviewOf<C extends Change, R extends Readiness> {
  readonly kind: C['kind'];
  readonly change: C;
  readonly account: Account;
  readonly readiness: R;
  /**
   * What we compute of things as they are now differs from the venue's own figure by more than 0.5 %, so nothing is estimated: it can only be
   * added, and only on explicit request (see `CommitOptions.withoutEstimate`).
   */
  readonly doubt?: 'definitions';
  /** Of the coin, in the wallet that it comes from and returns to. */
  readonly walletAfter?: Decimal;
  /** What the amount is worth in USD by the venue's index price. Absent when there was none. */
  readonly usd?: Decimal;
  /** When the figures were read. Milliseconds since the Unix epoch. */
  readonly readAt: number;
  /** The venue's clock minus ours then, where that is known. Milliseconds. */
  readonly clockOffsetMs?: number;
}

/** What previews of changes of a loan tell. */
interface LoanPreviewOf<C extends Change, R extends Readiness> extends PreviewOf<C, R> {
  readonly ltvNow?: Decimal;
  /** Our own estimate, rounded up. */
  readonly ltvAfter?: Decimal;
  /** To margin call, rounded down. */
  readonly distanceNow?: Decimal;
  readonly distanceAfter?: Decimal;
}

export type LoanPreview = CollateralPreview | RepayPreview | SellPreview | BorrowPreview;

export type CollateralPreview = LoanPreviewOf<CollateralChange, CollateralReadiness>;

export interface RepayPreview extends LoanPreviewOf<RepayChange, RepayReadiness> {
  /** What would be owed of the coin afterwards, by what was read: interest may be added until the exchange executes it. */
  readonly debtAfter: Decimal;
  readonly walletAfter: Decimal;
}

export interface SellPreview extends LoanPreviewOf<SellChange, SellReadiness> {
  readonly debtAfter: Decimal;
  /** Our estimate of what is sold, by index prices and before the venue's fee. */
  readonly sold: Decimal;
}

export interface BorrowPreview extends LoanPreviewOf<BorrowChange, BorrowReadiness> {
  /** What would be owed of the coin afterwards, by what was read. */
  readonly debtAfter: Decimal;
  readonly walletAfter: Decimal;
}

export interface MarginPreview extends PreviewOf<MarginChange, MarginReadiness> {
  /** The venue's margin and liquidation price, and what we make of them. */
  readonly now: Omit<MarginEstimate, 'unreachable'>;
  /** Our own estimate. */
  readonly after: MarginEstimate;
  readonly walletAfter: Decimal;
}

/** Clocks of one machine may be set back a little between two looks. */
const clockSlackMs = 5_000;

/** Whether figures read at `readAt` are too old, or from an impossible future. Milliseconds. */
export function isTooOld(readAt: number, now: number, maxAgeMs: number): boolean {
  const age = now - readAt;
  return !(age <= maxAgeMs && age >= -clockSlackMs);
}
