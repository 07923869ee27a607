import type { Clock } from '../../core/clock.ts';
import type { Account } from '../../core/model.ts';
import type { Connection } from '../../exchanges/exchange.ts';
import type { Arming } from './arming.ts';
import type { Kinds } from './change-kind.ts';
import type { Journal } from './journal.ts';
import type { LimitsFault, LimitsInForce } from './limits.ts';

export interface LedgerOptions {
  readonly journal: Journal;
  /** The account book. */
  readonly book: { get(accountId: string): Account | undefined };
  readonly connections: { get(accountId: string): Promise<Connection> };
  readonly clock: Clock;
  readonly newId: () => string;
  /** How old the figures may be that a person confirmed, looked up each time, at most `longestPreviewAgeMs`. Milliseconds. */
  readonly maxPreviewAgeMs: () => number;
  /** How long `commit` waits for proof. Milliseconds. */
  readonly proofPatienceMs: number;
  /** A name for this window in what it writes down; means nothing but itself. */
  readonly window: string;
  /** Which accounts may be written on. */
  readonly arming: Pick<Arming, 'state'>;
  /** The person's limits, looked up at each check. */
  readonly limits: () => LimitsInForce | LimitsFault | Promise<LimitsInForce | LimitsFault>;
  /** The kinds of change it knows: those of kinds/kinds.ts, where nothing else is said. */
  readonly kinds?: Kinds;
}

/** After this long no figures are acted on, whatever the settings say. Milliseconds. */
export const longestPreviewAgeMs = 60_000;

/** The span of a daily limit: for so long no write is forgotten. Milliseconds. */
export const dayMs = 24 * 60 * 60_000;
