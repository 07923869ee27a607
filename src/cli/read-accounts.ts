import type { Clock } from '../core/clock.ts';
import { ExchangeError } from '../core/errors.ts';
import { english } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import { AccountBook } from '../engine/accounts/account-book.ts';
import { Poller } from '../engine/monitor/poller.ts';
import { newsOf } from '../engine/monitor/reading-news.ts';
import { Store, type AccountState } from '../engine/monitor/store.ts';
import { Wakes } from '../engine/monitor/wakes.ts';
import type { Connection, Exchange } from '../exchanges/exchange.ts';
import { exchanges } from '../exchanges/registry.ts';
import { accountIn, type FiledAccount } from './account-file.ts';
import { Complaint } from './complaint.ts';
import type { RequestCounts } from './metrics.ts';

export interface ReadingOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Where systemd puts credentials. */
  readonly credentials: string | undefined;
  /** Default: that of the process. */
  readonly fetch?: typeof globalThis.fetch;
}

/** All that is had of a connection here: nothing that changes an account. */
type Reading = Pick<Connection, 'inspect' | 'read' | 'isLimited' | 'dispose'>;

/** Reads accounts by keys of its own, in this process alone: nothing is stored. */
export class AccountsReader {
  readonly requests: RequestCounts;
  readonly #store: Store;
  readonly #poller: Poller;
  readonly #end: () => void;

  private constructor(accounts: ReadonlyMap<Account, Reading>, requests: RequestCounts, { clock, intervalMs }: ReadingOptions) {
    this.requests = requests;
    const never = { dispose: () => undefined };
    const book = bookOf([...accounts.keys()]);
    const connections = new Map([...accounts].map(([{ id }, connection]) => [id, connection]));
    const storage = { get: () => undefined, keep: () => undefined, forget: () => undefined, onDidLoad: () => never };
    this.#store = new Store({ book, storage, clock, newsOf, intervalMs: () => intervalMs });
    this.#poller = new Poller({
      ...{ book, store: this.#store, clock, intervalMs: () => intervalMs, wakes: new Wakes(clock) },
      connections: {
        get: (id) => {
          const connection = connections.get(id);
          return connection === undefined ? Promise.reject(new RangeError(id)) : Promise.resolve(connection);
        },
      },
    });
    this.#end = () => {
      this.#poller.dispose();
      for (const connection of connections.values()) connection.dispose();
      this.#store.dispose();
      book.dispose();
    };
  }

  /**
   * Judges all keys before anything is read.
   * @throws Complaint if a key can do more than read, or that can't be told
   */
  static async open(files: readonly string[], options: ReadingOptions): Promise<AccountsReader> {
    const requests = new Map<string, Map<string, number>>();
    const accounts = new Map<Account, Reading>();
    const end = (): void => {
      for (const connection of accounts.values()) connection.dispose();
    };
    try {
      for (const filed of files.map((file) => accountIn(file, exchanges, options.credentials))) {
        const { exchange, site, name, baseUrl } = filed;
        const id = JSON.stringify([exchange.id, site.id, name]);
        if ([...accounts.keys()].some((account) => account.id === id))
          throw new Complaint(`Two accounts of ${exchange.name} have one name.\n`);
        const connection = await readingOnly(filed, options, requests);
        const place = { venue: exchange.id, site: site.id, ...(baseUrl === undefined ? {} : { baseUrl }) };
        accounts.set({ id, ...place, name, simulated: site.simulated, readOnly: true }, connection);
        await judge(filed, connection);
      }
    } catch (error) {
      end();
      throw error;
    }
    return new AccountsReader(accounts, requests, options);
  }

  states(): readonly AccountState[] {
    return this.#store.all();
  }

  /** Reads each account at its own pace from now on. */
  start(): void {
    this.#poller.start();
  }

  /** Reads all accounts once. */
  once(): Promise<void> {
    return this.#poller.refresh();
  }

  end(): void {
    this.#end();
  }
}

/** Of the connection, only what reads is passed on; besides, no change gets a key, and nothing but GET leaves. */
export async function readingOnly(
  { exchange, site, baseUrl, keys }: FiledAccount,
  { clock, fetch = globalThis.fetch }: ReadingOptions,
  requests: Map<string, Map<string, number>>,
): Promise<Reading> {
  const connection = await exchange.connect({
    account: { site: site.id, ...(baseUrl === undefined ? {} : { baseUrl }) },
    keys: (write) => (write === true ? Promise.reject(refused()) : Promise.resolve(keys)),
    clock,
    fetch: (where, how) => (how?.method === 'GET' ? fetch(where, how) : Promise.reject(refused())),
    trace: (line) => {
      count(requests, exchange, line);
    },
  });
  return {
    inspect: (signal) => connection.inspect(signal),
    read: (signal) => connection.read(signal),
    isLimited: () => connection.isLimited?.() === true,
    dispose: () => {
      connection.dispose();
    },
  };
}

/** By what the exchange says of the key itself, not by the names of its permissions. */
async function judge({ file, exchange }: FiledAccount, connection: Reading): Promise<void> {
  try {
    const { onlyReads } = await connection.inspect();
    if (onlyReads !== true) throw new Complaint(`${file}: ${exchange.name} doesn't say that this key is read-only, so it isn't used.\n`);
  } catch (error) {
    if (!ExchangeError.is(error)) throw error;
    throw new Complaint(`${file}: the key can't be checked. ${spoken(english(error.sentence))}\n`);
  }
}

/** In the editor a key is replaced by a command, here in the file. */
const spoken = (sentence: string): string => sentence.replace(/[^.]*"Update Keys…"[^.]*\./, ' Correct it in the file.');

function count(requests: Map<string, Map<string, number>>, { id }: Exchange, line: string): void {
  const outcome = /: ([a-z]+)/.exec(line)?.[1] ?? 'failed';
  const outcomes = requests.get(id) ?? new Map<string, number>();
  outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
  requests.set(id, outcomes);
}

/** A book that nobody writes in. */
function bookOf(accounts: readonly Account[]): AccountBook {
  const never = (): Promise<never> => Promise.reject(refused());
  return new AccountBook({
    accounts: () => accounts,
    addAccount: never,
    updateAccount: never,
    removeAccount: never,
    onDidChangeAccount: () => ({ dispose: () => undefined }),
  });
}

const refused = (): Error => new Error('this program only reads');
