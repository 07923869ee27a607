import type { AccountBook } from '../accounts/account-book.ts';
import type { RecordStorage } from '../accounts/storage.ts';
import type { Clock } from '../core/clock.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import type { ExchangeError } from '../core/errors.ts';
import type { Account, Snapshot } from '../core/model.ts';

/** Reads of an account that failed, one after the other. Times are milliseconds since the Unix epoch. */
export interface Failure {
  readonly error: ExchangeError;
  /** When the first of the row failed. */
  readonly since: number;
  /** When the last one failed. */
  readonly at: number;
  readonly attempts: number;
}

export interface AccountState {
  readonly account: Account;
  /** The last figures read, however old: their age is `snapshot.asOf`. */
  readonly snapshot?: Snapshot;
  readonly failure?: Failure;
  readonly reading: boolean;
}

/** `account`: added, removed or renamed. `state`: anything read or failed. */
export interface StoreChange {
  readonly accountId: string;
  readonly what: 'account' | 'state';
}

export interface StoreOptions {
  readonly book: AccountBook;
  readonly storage: RecordStorage;
  readonly clock: Clock;
}

/** What is known of every account. */
export class Store implements Disposable {
  readonly #options: StoreOptions;
  readonly #changed = new Emitter<StoreChange>();
  readonly onDidChange = this.#changed.on;

  constructor(options: StoreOptions) {
    this.#options = options;
  }

  all(): readonly AccountState[] {
    return this.#options.book.list().map((account) => ({ account, reading: false }));
  }

  get(accountId: string): AccountState | undefined {
    return this.all().find((state) => state.account.id === accountId);
  }

  begin(accountId: string): void {
    this.#changed.fire({ accountId, what: 'state' });
  }

  succeed(accountId: string, snapshot: Snapshot): void {
    void snapshot;
    this.#changed.fire({ accountId, what: 'state' });
  }

  fail(accountId: string, error: ExchangeError): void {
    void error;
    this.#changed.fire({ accountId, what: 'state' });
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
