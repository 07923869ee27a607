import type { Decimal } from '../core/decimal.ts';
import { msg } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { MarginEstimate } from '../core/position.ts';
import type {
  Change,
  CollateralChange,
  CollateralReadiness,
  Connection,
  MarginChange,
  MarginReadiness,
  Readiness,
} from '../exchanges/exchange.ts';
import { Refusal, tooOld } from './refusal.ts';

/** What a person decides on. Good for one commit, for a short time. */
export type Preview = CollateralPreview | MarginPreview;

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
   * collateral can only be added, and only by somebody who is asked for that explicitly.
   */
  readonly doubt?: 'definitions';
  /** What the amount is worth in USD by the venue's index price. Absent when there was none. */
  readonly usd?: Decimal;
  /** When the figures were read. Milliseconds since the Unix epoch. */
  readonly readAt: number;
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
}

/** Clocks of one machine may be set back a little between two looks. */
const clockSlackMs = 5_000;

/** Whether figures read at `readAt` are too old, or from an impossible future. Milliseconds. */
export function isTooOld(readAt: number, now: number, maxAgeMs: number): boolean {
  const age = now - readAt;
  return !(age <= maxAgeMs && age >= -clockSlackMs);
}

/** Step 2: the fresh facts for a change of this kind. */
export function prepare(connection: Connection, change: Change, signal: AbortSignal | undefined): Promise<Readiness> {
  return change.kind === 'collateral'
    ? connection.prepareCollateral(change.loan, change.direction, change.coin, signal)
    : connection.prepareMargin(change.position, signal);
}

/**
 * Step 3: what would come of it, or why it must not be. The reckoning is loaded when it is first needed.
 * @throws Refusal when a figure is missing or too old, or a limit is passed. The sentence names what would be allowed.
 */
export async function previewOf(
  account: Account,
  intent: Change,
  readiness: Readiness,
  at: { readonly now: number; readonly maxAgeMs: number },
): Promise<Preview> {
  if (isTooOld(readiness.asOf, at.now, at.maxAgeMs)) throw tooOld();
  if (intent.kind === 'collateral' && readiness.kind === 'collateral') {
    return (await import('./steps.ts')).collateralPreview(account, intent, readiness);
  }
  if (intent.kind === 'margin' && readiness.kind === 'margin') {
    return (await import('./steps.ts')).marginPreview(account, intent, readiness);
  }
  throw new Refusal(msg('The figures that were read are not those of what was named. Nothing was sent. Start the change again.'));
}
