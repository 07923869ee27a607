import type { Clock } from '../core/clock.ts';
import type { Account } from '../core/model.ts';
import type { Connection } from '../exchanges/exchange.ts';
import type { Journal } from './journal.ts';

export interface LedgerOptions {
  readonly journal: Journal;
  /** The account book. */
  readonly book: { get(accountId: string): Account | undefined };
  readonly connections: { get(accountId: string): Promise<Connection> };
  readonly clock: Clock;
  readonly newId: () => string;
  /** How old the figures may be that a person confirmed. Milliseconds. */
  readonly maxPreviewAgeMs: number;
  /** How long `commit` waits for proof. Milliseconds. */
  readonly proofPatienceMs: number;
}
