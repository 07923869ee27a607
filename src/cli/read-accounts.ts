import type { Clock } from '../core/clock.ts';
import { ExchangeError } from '../core/errors.ts';
import { english } from '../core/message.ts';
import type { Account, Snapshot } from '../core/model.ts';
import { aliasOf } from '../agent/named.ts';
import { AccountBook } from '../engine/accounts/account-book.ts';
import { ownerOf } from '../engine/ledger/owner.ts';
import { Poller } from '../engine/monitor/poller.ts';
import { newsOf } from '../engine/monitor/reading-news.ts';
import { Store, type AccountState } from '../engine/monitor/store.ts';
import { Wakes } from '../engine/monitor/wakes.ts';
import type { Connection, Exchange } from '../exchanges/exchange.ts';
import { exchanges } from '../exchanges/registry.ts';
import { accountIn, type FiledAccount } from './account-file.ts';
import { Complaint } from './complaint.ts';
import type { EditorsReadings } from './keep-watched.ts';
import { reasonOf } from './mcp.ts';
import type { RequestCounts } from './metrics.ts';

export interface ReadingOptions {
  readonly clock: Clock;
  readonly intervalMs: number;
  /** Where systemd puts credentials. */
  readonly credentials: string | undefined;
  /** Default: that of the process. */
  readonly fetch?: typeof globalThis.fetch;
  /** Where the editor finds what is read, if it has the account. */
  readonly editor?: Pick<EditorsReadings, 'accountOf' | 'keep' | 'end'>;
  /** Told whether the editor finds it, each time that changes. */
  readonly say?: (line: string) => void;
}

/** All that is had of a connection here: nothing that changes an account. */
type Reading = Pick<Connection, 'inspect' | 'read' | 'isLimited' | 'dispose'>;

/** One account that is read. */
interface Line {
  account: Account;
  readonly connection: Reading;
  /** The account at the exchange, where the exchange says whose the key is. */
  readonly owner: string | undefined;
  /** Why the editor doesn't get its last reading; empty before the first. */
  unkept: string | undefined;
}

/** Reads accounts by keys of its own. What it reads stays in this process, and in the editor's database if the editor has the account. */
export class AccountsReader {
  readonly requests: RequestCounts;
  readonly #store: Store;
  readonly #poller: Poller;
  readonly #end: () => void;

  private constructor(lines: readonly Line[], requests: RequestCounts, options: ReadingOptions) {
    const { clock, intervalMs, editor } = options;
    this.requests = requests;
    const never = { dispose: () => undefined };
    const book = bookOf(() => lines.map(({ account }) => account));
    const connections = new Map(
      lines.map((line) => [line.account.id, editor === undefined ? line.connection : keeping(line, editor, options)]),
    );
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
      // It is gone soon anyway.
      tried(() => editor?.end());
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
    const lines: Line[] = [];
    const opened: Reading[] = [];
    const end = (): void => {
      for (const connection of opened) connection.dispose();
    };
    try {
      for (const filed of files.map((file) => accountIn(file, exchanges, options.credentials))) {
        const { exchange, site, name, baseUrl } = filed;
        const id = JSON.stringify([exchange.id, site.id, name]);
        if (lines.some(({ account }) => account.id === id)) throw new Complaint(`Two accounts of ${exchange.name} have one name.\n`);
        const thresholds = (): Account['thresholds'] => lines.find(({ account }) => account.id === id)?.account.thresholds;
        const connection = await readingOnly(filed, options, requests, thresholds);
        opened.push(connection);
        const place = { venue: exchange.id, site: site.id, ...(baseUrl === undefined ? {} : { baseUrl }) };
        const uid = await judge(filed, connection);
        const owner = ownerOf({ ...place, ...(uid === undefined ? {} : { uid }) });
        lines.push({ account: { id, ...place, name, simulated: site.simulated, readOnly: true }, connection, owner, unkept: '' });
      }
    } catch (error) {
      end();
      throw error;
    }
    return new AccountsReader(lines, requests, options);
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
  thresholds: () => Account['thresholds'] = () => undefined,
): Promise<Reading> {
  const connection = await exchange.connect({
    account: { site: site.id, ...(baseUrl === undefined ? {} : { baseUrl }) },
    keys: (write) => (write === true ? Promise.reject(refused()) : Promise.resolve(keys)),
    clock,
    thresholds,
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

/** Stores each reading for the editor, by the editor's own thresholds and levels. */
function keeping(line: Line, editor: NonNullable<ReadingOptions['editor']>, { clock, say = () => undefined }: ReadingOptions): Reading {
  const { connection, owner } = line;
  const keep = (snapshot: Snapshot, thresholds: Account['thresholds']): string | undefined => {
    if (owner === undefined) return "the exchange doesn't say whose key this is.";
    try {
      return editor.keep({ owner, snapshot, thresholds }, clock.now());
    } catch (error) {
      return `${reasonOf(error)}.`;
    }
  };
  return {
    ...connection,
    read: async (signal) => {
      tried(() => {
        if (owner !== undefined) line.account = withRules(line.account, editor.accountOf(owner));
      });
      const { thresholds } = line.account;
      const snapshot = await connection.read(signal);
      const why = keep(snapshot, thresholds);
      if (why !== line.unkept)
        say(
          `${aliasOf(line.account)}: the editor ${why === undefined ? 'gets' : "doesn't get"} what is read${why === undefined ? '.' : `: ${why}`}\n`,
        );
      line.unkept = why;
      return snapshot;
    },
  };
}

/** By the same thresholds as in the editor, and near when the editor says so. */
function withRules({ thresholds: _thresholds, levels: _levels, ...account }: Account, editors: Account | undefined): Account {
  const { thresholds, levels } = editors ?? {};
  return { ...account, ...(thresholds === undefined ? {} : { thresholds }), ...(levels === undefined ? {} : { levels }) };
}

/** What fails here is told where it counts. */
function tried(work: () => void): void {
  try {
    work();
  } catch {
    // Told when a reading is stored.
  }
}

/**
 * By what the exchange says of the key itself, not by the names of its permissions.
 * @returns the exchange's id of its user
 */
async function judge({ file, exchange }: FiledAccount, connection: Reading): Promise<string | undefined> {
  try {
    const { onlyReads, uid } = await connection.inspect();
    if (onlyReads !== true) throw new Complaint(`${file}: ${exchange.name} doesn't say that this key is read-only, so it isn't used.\n`);
    return uid;
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
function bookOf(accounts: () => readonly Account[]): AccountBook {
  const never = (): Promise<never> => Promise.reject(refused());
  return new AccountBook({
    accounts,
    addAccount: never,
    updateAccount: never,
    removeAccount: never,
    onDidChangeAccount: () => ({ dispose: () => undefined }),
  });
}

const refused = (): Error => new Error('this program only reads');
