import type { AccountBook } from '../accounts/account-book.ts';
import type { Vault } from '../accounts/vault.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Disposable } from '../../core/emitter.ts';
import type { Account } from '../../core/model.ts';
import type { SharedState } from '../storage/shared-state.ts';
import { isBuiltIn, isBuiltInId, newBuiltInId } from './built-in.ts';
import type { Serving, ServingOptions } from './serving.ts';

export interface SimulatedExchangeOptions extends ServingOptions {
  readonly shared: Pick<SharedState, 'ask' | 'look' | 'onDidLook'>;
  readonly book: Pick<AccountBook, 'list' | 'get' | 'add' | 'update' | 'onDidChange'>;
  readonly vault: Pick<Vault, 'read' | 'store' | 'delete'>;
}

/**
 * The simulated exchange inside the extension host. The window that holds its lease serves it, and the others use that one. Any window
 * continues from its saved state; it ends with its account. Its code is loaded with the first account that needs it.
 */
export class SimulatedExchange implements Disposable {
  readonly #options: SimulatedExchangeOptions;
  readonly #loading = new Map<string, Promise<Serving>>();
  readonly #served = new Map<string, Serving>();
  readonly #watches: readonly Disposable[];
  #disposed = false;

  constructor(options: SimulatedExchangeOptions) {
    const { shared, book } = options;
    this.#options = options;
    this.#watches = [
      shared.onDidLook((found) => {
        for (const { id } of book.list().filter(isBuiltIn)) {
          const serving = this.#served.get(id);
          if (serving !== undefined) serving.see(found?.leases);
          // The next look tries again.
          else this.#of(id).catch(() => undefined);
        }
      }),
      book.onDidChange((accountId) => {
        if (isBuiltInId(accountId) && book.get(accountId) === undefined) this.#end(accountId);
      }),
    ];
  }

  /** The account of the built-in exchange, if there is one. */
  account(): Account | undefined {
    return this.#options.book.list().find(isBuiltIn);
  }

  /**
   * Resolves to the address of an account's exchange; waits until a window serves the built-in one.
   * For `Connections`. @throws ExchangeError if none does
   */
  async locate(account: Account): Promise<Pick<Account, 'site' | 'baseUrl'>> {
    const { site, baseUrl } = account;
    if (!isBuiltIn(account)) return baseUrl === undefined ? { site } : { site, baseUrl };
    return { site, baseUrl: await (await this.#of(account.id)).url() };
  }

  /** Creates an account with an exchange and keys of its own. Leaves nothing behind if it fails. */
  async create(name: string): Promise<Account> {
    const id = newBuiltInId();
    try {
      const baseUrl = await (await this.#of(id)).create();
      const account: Account = { id, venue: 'okx', site: 'loopback', baseUrl, name, simulated: true, readOnly: false };
      await this.#options.book.add(account);
      return account;
    } catch (error) {
      this.#end(id);
      await this.#options.vault.delete(id);
      throw error;
    }
  }

  /** The coins whose price can be moved. */
  async coins({ id }: Account): Promise<readonly string[]> {
    return (await this.#of(id)).coins();
  }

  /** Moves the price of `coin` by `percent`, in whichever window serves the exchange: -10 is a fall by a tenth. */
  async movePrice({ id }: Account, coin: string, percent: Decimal): Promise<void> {
    await (await this.#of(id)).movePrice(coin, percent);
  }

  /** Saves and stops serving. Resolves when another window can continue. */
  async close(): Promise<void> {
    this.#disposed = true;
    await Promise.all([...this.#served.values()].map((serving) => serving.end('keep')));
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    void this.close();
  }

  /** Loaded once; after a failure the next call tries again. */
  #of(accountId: string): Promise<Serving> {
    const known = this.#loading.get(accountId);
    if (known !== undefined) return known;
    const loading = this.#load(accountId);
    this.#loading.set(accountId, loading);
    loading.catch(() => this.#loading.delete(accountId));
    return loading;
  }

  async #load(accountId: string): Promise<Serving> {
    const [part, { ReaderLease }] = await Promise.all([import('./serving.ts'), import('../monitor/lease.ts')]);
    if (this.#disposed) throw new Error('this window is closing');
    const serving = new part.Serving(accountId, this.#options, ReaderLease);
    this.#served.set(accountId, serving);
    // The lease holder is known only after the next look.
    this.#options.shared.look().catch(() => undefined);
    return serving;
  }

  #end(accountId: string): void {
    void this.#served.get(accountId)?.end('forget');
    this.#served.delete(accountId);
    this.#loading.delete(accountId);
  }
}
