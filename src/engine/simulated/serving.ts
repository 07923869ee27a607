import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Keys } from '../../exchanges/exchange.ts';
import type { SimulatorKeys } from '../../simulator/okx/auth.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/okx/start.ts';
import { keysMissingCode } from '../accounts/failures-here.ts';
import { keysMissing, type Vault } from '../accounts/vault.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Log } from '../ports.ts';
import type { SharedState } from '../storage/shared-state.ts';
import type { ReaderLease } from '../monitor/lease.ts';
import { freeLease, type Lease } from '../storage/state-protocol.ts';
import { isServedBy, listCoins, shockPrice } from './control-client.ts';

export type Start = (options: SimulatorOptions) => Promise<Simulator>;

const loadStart = async (): Promise<Start> => (await import('../../simulator/okx/start.ts')).startSimulator;

export interface ServingOptions {
  /** Folder for the saved states, one file per account. */
  readonly folder: string;
  readonly shared: Pick<SharedState, 'ask' | 'look'>;
  readonly book: Pick<AccountBook, 'get' | 'update'>;
  readonly vault: Pick<Vault, 'read' | 'store'>;
  readonly clock: Clock;
  /** Unique among all windows. */
  readonly window: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Whether keys can be stored without a person asking, without erasing keys that another window stored. */
  readonly mayStoreKeys?: () => Promise<boolean>;
  /** Injected by tests. */
  readonly load?: () => Promise<Start>;
}

/** Several changes within this time are one write. Milliseconds. */
const saveAfterMs = 500;
/** Retry delay for serving, or for finding the window that serves. Milliseconds. */
const againMs = 500;
/** How long a caller waits until a window serves; longer than a takeover takes. Milliseconds. */
const patienceMs = 12_000;

/**
 * The simulated exchange of one account in this window: served here while this window holds its lease, otherwise by the window that does.
 * Its state is saved in a file, only by the lease holder.
 */
export class Serving {
  readonly #id: string;
  readonly #options: ServingOptions;
  readonly #lease: ReaderLease;
  readonly #end = new AbortController();
  #running: Simulator | undefined;
  #starting: Promise<void> | undefined;
  /** Why it couldn't be served here when that was last tried to the end. */
  #failure: unknown;
  #isTrying = false;
  #unsaved: string | undefined;

  constructor(accountId: string, options: ServingOptions, Lease: typeof ReaderLease) {
    const { shared, window, clock, book } = options;
    this.#id = accountId;
    this.#options = options;
    this.#lease = new Lease({
      window,
      clock,
      // A window that doesn't find its keys leaves it to one that does.
      isNeeded: () => book.get(accountId) !== undefined && !isKeysMissing(this.#failure),
      lead: (seen) => shared.ask({ do: 'lead', window, seen, of: accountId }),
      beat: (fence) => shared.ask({ do: 'beat', window, fence, of: accountId }),
      release: (fence) => shared.ask({ do: 'release', window, fence, of: accountId }),
      look: () => shared.look(),
      onChange: () => {
        this.#turn();
      },
    });
  }

  /** Takes the result of a look; undefined if the database couldn't be read. */
  see(leases: ReadonlyMap<string, Lease> | undefined): void {
    this.#lease.see(leases === undefined ? undefined : (leases.get(this.#id) ?? freeLease));
    this.#turn();
  }

  /** The URL where it is served. @throws ExchangeError if no window serves it in time */
  async url(): Promise<string> {
    const { clock, book } = this.#options;
    const until = uptimeOf(clock) + patienceMs;
    for (;;) {
      if (this.#running !== undefined) return this.#running.url;
      const url = book.get(this.#id)?.baseUrl;
      if (url !== undefined && (await isServedBy(url, this.#id))) return url;
      const isLate = uptimeOf(clock) >= until;
      // The try under way may end better than the one before.
      if (!this.#isTrying || isLate) {
        const failure = this.#failure ?? (isLate ? new Error('no window serves it') : undefined);
        // Tried again: the keyring may be unlocked by then.
        this.#failure = undefined;
        if (failure !== undefined) throw notStarted(failure);
      }
      await clock.sleep(againMs, this.#end.signal).catch(notServed);
    }
  }

  /** Starts it for a new account. Whichever window serves it later continues from this first state. */
  async create(): Promise<string> {
    const simulator = await this.#start();
    this.#running = simulator;
    this.#write(simulator.saveState());
    return simulator.url;
  }

  async coins(): Promise<readonly string[]> {
    return listCoins(await this.url());
  }

  async movePrice(coin: string, percent: Decimal): Promise<void> {
    await shockPrice(await this.url(), coin, percent);
  }

  /** @param state what happens to the saved state. Resolves when another window can serve it */
  async end(state: 'keep' | 'forget'): Promise<void> {
    if (this.#end.signal.aborted) return;
    this.#end.abort(new Error('this window is closing'));
    const running = this.#running;
    if (state === 'forget')
      this.#onDisk(() => {
        rmSync(this.#file, { force: true });
      });
    else if (running !== undefined && this.#lease.isReader) this.#write(running.saveState());
    // The next window retries until the port is free.
    await Promise.all([this.#stop(), this.#lease.end()]);
  }

  get #file(): string {
    return path.join(this.#options.folder, `${this.#id}.json`);
  }

  /** Starts or stops serving, according to the lease. */
  #turn(): void {
    if (this.#end.signal.aborted) return;
    if (this.#lease.isReader) this.#starting ??= this.#serve().finally(() => (this.#starting = undefined));
    else if (this.#lease.isDecided) void this.#stop();
  }

  /** Retries until it is served here, or another window holds the lease. */
  async #serve(): Promise<void> {
    const { log, clock, book } = this.#options;
    while (this.#isMine()) {
      const { baseUrl } = book.get(this.#id) ?? {};
      if (this.#running !== undefined && this.#running.url === baseUrl) return;
      try {
        if (this.#running === undefined) {
          this.#isTrying = true;
          this.#running = await this.#startAt(baseUrl).finally(() => (this.#isTrying = false));
          this.#failure = undefined;
          log.info(`simulated exchange: serving at ${this.#running.url}`);
        }
        if (!this.#isMine()) break;
        if (this.#running.url !== baseUrl) await book.update(this.#id, { baseUrl: this.#running.url });
        return;
      } catch (error) {
        // The other window closes, or this one takes over when it is gone.
        if (error instanceof ServedElsewhere) await clock.sleep(againMs, this.#end.signal).catch(() => undefined);
        else {
          if (String(error) !== String(this.#failure)) log.warn(`simulated exchange: ${String(error)}`);
          this.#failure = error;
        }
      }
      await clock.sleep(againMs, this.#end.signal).catch(() => undefined);
    }
    await this.#stop();
  }

  #isMine(): boolean {
    return this.#lease.isReader && !this.#end.signal.aborted;
  }

  /** The state isn't saved: the lease holder continues from what it found. */
  async #stop(): Promise<void> {
    const running = this.#running;
    this.#running = undefined;
    this.#unsaved = undefined;
    await running?.close().catch((error: unknown) => {
      this.#options.log.warn(`simulated exchange: did not close cleanly: ${String(error)}`);
    });
  }

  async #startAt(baseUrl: string | undefined): Promise<Simulator> {
    try {
      return await this.#start(baseUrl === undefined ? undefined : Number(new URL(baseUrl).port));
    } catch (error) {
      if (baseUrl === undefined || !isPortTaken(error)) throw error;
      // By a window that just lost the lease or can't use the database.
      if (await isServedBy(baseUrl, this.#id)) throw new ServedElsewhere();
      this.#options.log.warn(`simulated exchange: ${baseUrl} is taken by something else; another port is used`);
      return this.#start();
    }
  }

  async #start(port?: number): Promise<Simulator> {
    const { vault, book, mayStoreKeys, log } = this.#options;
    const keys = await storedKeys(vault, this.#id);
    if (keys === undefined && book.get(this.#id) !== undefined && (await mayStoreKeys?.()) === false) throw keysMissing();
    const state = await readFile(this.#file, 'utf8').catch(() => undefined);
    const options: SimulatorOptions = {
      id: this.#id,
      ...(port === undefined ? {} : { port }),
      ...(keys === undefined ? {} : { keys }),
      onChange: (changed) => {
        this.#save(changed);
      },
    };
    // A failure to load the code says nothing about the state.
    const start = await (this.#options.load ?? loadStart)();
    const simulator = await (state === undefined
      ? start(options)
      : start({ ...options, state }).catch((error: unknown) => {
          if (isPortTaken(error)) throw error;
          log.warn(`simulated exchange: saved state not usable, starting anew: ${String(error)}`);
          return start(options);
        }));
    try {
      if (keys === undefined) await vault.store(this.#id, { ...simulator.keys });
    } catch (error) {
      await simulator.close();
      throw error;
    }
    return simulator;
  }

  /** Saves soon, unless another window holds the lease by then: this one may have been suspended. */
  #save(state: string): void {
    const isScheduled = this.#unsaved !== undefined;
    this.#unsaved = state;
    if (isScheduled) return;
    this.#options.clock
      .sleep(saveAfterMs, this.#end.signal)
      .then(() => this.#lease.pass())
      .then((pass) => {
        const unsaved = this.#unsaved;
        this.#unsaved = undefined;
        if (pass !== undefined && unsaved !== undefined && !this.#end.signal.aborted) this.#write(unsaved);
      })
      .catch(() => undefined);
  }

  /**
   * Writes to a temporary file and renames it, so that a torn write never replaces a complete file. Synchronous, because the editor doesn't
   * wait when it closes.
   */
  #write(state: string): void {
    this.#onDisk(() => {
      mkdirSync(this.#options.folder, { recursive: true });
      const draft = `${this.#file}.new`;
      writeFileSync(draft, state, { mode: 0o600 });
      renameSync(draft, this.#file);
    });
  }

  #onDisk(work: () => void): void {
    try {
      work();
    } catch (error) {
      this.#options.log.warn(`simulated exchange: state file: ${String(error)}`);
    }
  }
}

class ServedElsewhere extends Error {
  constructor() {
    super('another window still serves it');
  }
}

const isKeysMissing = (error: unknown): boolean => ExchangeError.is(error, 'auth') && error.code === keysMissingCode;

/** Whether something else listens on the port already. */
function isPortTaken(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

/** The failed start as the kind of error that pollers and views know. */
function notStarted(error: unknown): ExchangeError {
  if (ExchangeError.is(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ExchangeError({
    kind: 'unavailable',
    sentence: msg('simulated.exchange-not-started', "The simulated exchange couldn't start: {0}", reason),
    effect: 'none',
  });
}

const notServed = (error: unknown): never => {
  throw notStarted(error);
};

/**
 * The stored keys of a simulated account, or undefined if there are none: new ones are made then, because simulated keys are worth nothing.
 * Rejects if the keyring can't be read at all.
 */
async function storedKeys(vault: Pick<Vault, 'read'>, accountId: string): Promise<SimulatorKeys | undefined> {
  let keys: Keys;
  try {
    keys = await vault.read(accountId);
  } catch (error) {
    if (isKeysMissing(error)) return undefined;
    throw error;
  }
  const { apiKey, secret, passphrase } = keys as Partial<Record<string, string>>;
  return apiKey === undefined || secret === undefined || passphrase === undefined ? undefined : { apiKey, secret, passphrase };
}
