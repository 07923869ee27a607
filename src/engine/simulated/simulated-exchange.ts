import path from 'node:path';
import type { AccountBook } from '../accounts/account-book.ts';
import { keysMissing, type Vault } from '../accounts/vault.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Disposable } from '../../core/emitter.ts';
import type { Account } from '../../core/model.ts';
import type { Log } from '../ports.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/okx/start.ts';
import { isBuiltIn, isBuiltInId, isPortTaken, loadStart, newBuiltInId, notStarted, startFrom, storedKeys, type Start } from './start.ts';
import type * as ControlClient from './control-client.ts';
import { realDelay, StateFile, type Delay } from './state-file.ts';

/** How soon a window notices that the one that served the exchange is gone. Milliseconds. */
const watchMs = 1_500;

export interface SimulatedExchangeOptions {
  /** Folder for the saved states, one file per account. */
  readonly folder: string;
  readonly book: Pick<AccountBook, 'list' | 'get' | 'add' | 'update' | 'onDidChange'>;
  readonly vault: Pick<Vault, 'read' | 'store' | 'delete'>;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Whether storing keys, without a person having asked for it, wipes none that another window stored. */
  readonly mayStoreKeys?: () => Promise<boolean>;
  /** Injected by tests. */
  readonly start?: Start;
  readonly delay?: Delay;
}

/** How a window talks to the one that serves; loaded with the first account that needs it. */
const control = (): Promise<typeof ControlClient> => import('./control-client.ts');

const isServedBy = async (url: string, id: string): Promise<boolean> => (await control()).isServedBy(url, id);

/** An exchange that this window serves, or that another window serves for us. */
interface Place {
  readonly url: string;
  readonly simulator?: Simulator;
  readonly file?: StateFile;
  stopWatching?: () => void;
}

/**
 * The simulated exchange inside the extension host. It is started when an account of it is first needed, goes on from
 * its saved state, and ends with its account. Of several windows one serves it; the others use that one and take over
 * when it goes away.
 */
export class SimulatedExchange implements Disposable {
  readonly #options: SimulatedExchangeOptions;
  readonly #delay: Delay;
  readonly #places = new Map<string, Promise<Place>>();
  readonly #settled = new Map<string, Place>();
  readonly #subscription: { dispose(): void };
  #disposed = false;

  constructor(options: SimulatedExchangeOptions) {
    this.#options = options;
    this.#delay = options.delay ?? realDelay;
    this.#subscription = options.book.onDidChange((accountId) => {
      if (isBuiltInId(accountId) && options.book.get(accountId) === undefined) this.#end(accountId);
    });
  }

  /** The account of the built-in exchange, if there is one. */
  account(): Account | undefined {
    return this.#options.book.list().find(isBuiltIn);
  }

  /**
   * Where an account's exchange is to be found; the built-in one is started first when it is not running.
   * For `Connections`. @throws ExchangeError when it cannot be started.
   */
  async locate(account: Account): Promise<Pick<Account, 'site' | 'baseUrl'>> {
    const { site, baseUrl } = account;
    if (!isBuiltIn(account)) return baseUrl === undefined ? { site } : { site, baseUrl };
    try {
      return { site, baseUrl: (await this.#place(account)).url };
    } catch (error) {
      throw notStarted(error);
    }
  }

  /** Makes a new account with an exchange and keys of its own. Leaves nothing behind when it fails. */
  async create(name: string): Promise<Account> {
    const { book } = this.#options;
    const id = newBuiltInId();
    try {
      const place = await this.#serve({ id });
      this.#settle(id, place);
      const account: Account = { id, venue: 'okx', site: 'loopback', baseUrl: place.url, name, simulated: true, readOnly: false };
      await book.add(account);
      return account;
    } catch (error) {
      this.#end(id);
      await this.#options.vault.delete(id);
      throw error;
    }
  }

  /** The coins whose price can be moved. */
  async coins(account: Account): Promise<readonly string[]> {
    const [{ listCoins }, { url }] = await Promise.all([control(), this.#place(account)]);
    return listCoins(url);
  }

  /** Moves the price of `coin` by `percent`, whichever window serves the exchange: -10 is a fall by a tenth. */
  async movePrice(account: Account, coin: string, percent: Decimal): Promise<void> {
    const [{ shockPrice }, { url }] = await Promise.all([control(), this.#place(account)]);
    await shockPrice(url, coin, percent);
  }

  /** Saves at once and stops serving; another window takes over from the saved state. */
  dispose(): void {
    this.#disposed = true;
    this.#subscription.dispose();
    for (const place of this.#settled.values()) this.#close(place, 'keep');
    this.#settled.clear();
    this.#places.clear();
  }

  #place(account: Account): Promise<Place> {
    const known = this.#places.get(account.id);
    if (known !== undefined) return known;
    if (this.#disposed) return Promise.reject(new Error('this window is closing'));
    const starting = this.#open(account);
    this.#places.set(account.id, starting);
    starting.then(
      (place) => {
        if (this.#places.get(account.id) === starting) this.#settle(account.id, place);
        else this.#close(place, this.#disposed ? 'keep' : 'forget');
      },
      () => {
        // The next one who asks tries again.
        if (this.#places.get(account.id) === starting) this.#places.delete(account.id);
      },
    );
    return starting;
  }

  #settle(accountId: string, place: Place): void {
    if (this.#disposed) {
      this.#close(place, 'keep');
      return;
    }
    this.#places.set(accountId, Promise.resolve(place));
    this.#settled.set(accountId, place);
    if (place.simulator === undefined) this.#watch(accountId, place);
  }

  async #open(account: Account): Promise<Place> {
    const { book, log } = this.#options;
    if (account.baseUrl !== undefined) {
      // Two windows may try at once; the port decides, and the one that lost finds the other answering.
      if (await isServedBy(account.baseUrl, account.id)) return { url: account.baseUrl };
      try {
        return await this.#serve(account);
      } catch (error) {
        if (!isPortTaken(error)) throw error;
        if (await isServedBy(account.baseUrl, account.id)) return { url: account.baseUrl };
        log.warn(`simulated exchange: ${account.baseUrl} is taken by something else; another port is used`);
      }
    }
    const place = await this.#serve({ id: account.id });
    await book.update(account.id, { baseUrl: place.url });
    return place;
  }

  async #serve(account: Pick<Account, 'id' | 'baseUrl'>): Promise<Place> {
    const { log } = this.#options;
    const file = this.#file(account.id);
    const keys = await storedKeys(this.#options.vault, account.id);
    const isListed = this.#options.book.get(account.id) !== undefined;
    if (keys === undefined && isListed && (await this.#options.mayStoreKeys?.()) === false) throw keysMissing();
    const state = await file.read();
    const options: SimulatorOptions = {
      id: account.id,
      ...(account.baseUrl === undefined ? {} : { port: Number(new URL(account.baseUrl).port) }),
      ...(keys === undefined ? {} : { keys }),
      onChange: (changed) => {
        file.schedule(changed);
      },
    };
    const given = this.#options.start;
    const simulator = await startFrom(given === undefined ? loadStart : () => Promise.resolve(given), state, options, (error) => {
      log.warn(`simulated exchange: saved state not usable, starting anew: ${String(error)}`);
    });
    try {
      if (keys === undefined) await this.#options.vault.store(account.id, { ...simulator.keys });
    } catch (error) {
      await simulator.close();
      throw error;
    }
    log.info(`simulated exchange: serving at ${simulator.url}`);
    return { url: simulator.url, simulator, file };
  }

  /** Another window serves: look now and then whether it still does, and take over when it does not. */
  #watch(accountId: string, place: Place): void {
    place.stopWatching = this.#delay(watchMs, () => {
      void isServedBy(place.url, accountId).then((alive) => {
        if (this.#disposed || this.#settled.get(accountId) !== place) return;
        if (alive) {
          this.#watch(accountId, place);
          return;
        }
        this.#settled.delete(accountId);
        this.#places.delete(accountId);
        const account = this.#options.book.get(accountId);
        if (account === undefined) return;
        this.#options.log.info('simulated exchange: the window that served it is gone; this one takes over');
        this.#place(account).catch((error: unknown) => {
          this.#options.log.warn(`simulated exchange: could not take over yet: ${String(error)}`);
          if (!this.#disposed && !this.#places.has(accountId)) this.#settle(accountId, place);
        });
      });
    });
  }

  #end(accountId: string): void {
    const place = this.#settled.get(accountId);
    this.#settled.delete(accountId);
    this.#places.delete(accountId);
    if (place !== undefined) this.#close(place, 'forget');
    this.#file(accountId).delete();
  }

  #file(accountId: string): StateFile {
    const onError = (error: unknown): void => {
      this.#options.log.warn(`simulated exchange: state file: ${String(error)}`);
    };
    return new StateFile(path.join(this.#options.folder, `${accountId}.json`), onError, this.#delay);
  }

  #close(place: Place, state: 'keep' | 'forget'): void {
    place.stopWatching?.();
    if (place.simulator === undefined) return;
    if (state === 'forget') place.file?.delete();
    else place.file?.schedule(place.simulator.saveState());
    place.file?.flush();
    place.simulator.close().catch((error: unknown) => {
      this.#options.log.warn(`simulated exchange: did not close cleanly: ${String(error)}`);
    });
  }
}
