import type { AccountBook } from '../accounts/account-book.ts';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/emitter.ts';
import type { Connections } from './connections.ts';
import type { Store } from './store.ts';

export interface PollerOptions {
  readonly book: AccountBook;
  readonly store: Store;
  readonly connections: Pick<Connections, 'get'>;
  readonly clock: Clock;
  /** Asked anew before each wait. Milliseconds. */
  readonly intervalMs: () => number;
  /** 0 up to but not including 1. */
  readonly random?: () => number;
  /** Called after each successful read of an account. */
  readonly onRead?: (accountId: string) => Promise<void>;
}

/** Reads every account again and again, each at its own pace. */
export class Poller implements Disposable {
  readonly #options: PollerOptions;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  start(): void {
    void this.#options;
  }

  /** Reads now: one account or all. Resolves when read or failed; a failure is in the store. */
  refresh(accountId?: string): Promise<void> {
    void accountId;
    return Promise.resolve();
  }

  dispose(): void {
    void this.#options;
  }
}
