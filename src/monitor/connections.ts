import type { AccountBook } from '../accounts/account-book.ts';
import type { Vault } from '../accounts/vault.ts';
import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/emitter.ts';
import type { Account } from '../core/model.ts';
import type { Connection, Exchange, Keys } from '../exchanges/exchange.ts';

export interface ConnectionsOptions {
  readonly exchanges: readonly Exchange[];
  readonly book: AccountBook;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly trace?: (line: string) => void;
  /** Where the account's venue is to be found now; starts the built-in simulated exchange when it is needed. */
  readonly locate: (account: Account) => Promise<Pick<Account, 'site' | 'baseUrl'>>;
}

/** One live connection per account. */
export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
  }

  exchange(venueId: string): Exchange | undefined {
    return this.#options.exchanges.find((exchange) => exchange.id === venueId);
  }

  get(accountId: string): Promise<Connection> {
    return Promise.reject(new Error(`not there yet: ${accountId}`));
  }

  probe(account: Pick<Account, 'venue' | 'site' | 'baseUrl'>, keys: Keys): Connection {
    void keys;
    throw new Error(`not there yet: ${account.venue}`);
  }

  dispose(): void {
    void this.#options;
  }
}
