import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError, type ErrorKind } from '../../core/errors.ts';
import type { Snapshot } from '../../core/model.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import { failedInside, type Connections } from './connections.ts';
import type { Failure, Store } from './store.ts';
import type { Wake, Wakes } from './wakes.ts';

export interface PollerOptions {
  readonly book: AccountBook;
  readonly store: Store;
  readonly connections: Pick<Connections, 'get'>;
  readonly clock: Clock;
  /** Asked before each wait. Milliseconds. */
  readonly intervalMs: () => number;
  /** 0 up to but not including 1. */
  readonly random?: () => number;
  /** Called after each successful read of an account; the next read does not wait for it. */
  readonly onRead?: (accountId: string) => Promise<void>;
  /** Ends the waits that began before the machine slept or changed its network. */
  readonly wakes?: Pick<Wakes, 'on'>;
}

interface Line {
  /** Aborted when the account is removed or the poller disposed. */
  readonly end: AbortController;
  /** The wait before the next read; aborted to read at once. */
  wait?: AbortController;
  reading?: Promise<void>;
  /** Until then the venue wants to be left alone, by `uptimeOf`. */
  heldUntil?: number;
  /** So many failed attempts are from before the machine woke, and no reason to wait any more. */
  forgiven?: number;
}

/**
 * Reads every account again and again, each at its own pace: the wait begins when the work is done, so a slow venue is
 * never asked twice at a time and never holds up another. No account, no timer.
 */
export class Poller implements Disposable {
  readonly #options: PollerOptions;
  readonly #lines = new Map<string, Line>();
  #watch: Disposable | undefined;
  #wakes: Disposable | undefined;
  #disposed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
  }

  /** Begins to read all accounts, present and future. Returns before the first key is asked for. */
  start(): void {
    if (this.#disposed || this.#watch !== undefined) return;
    const { book } = this.#options;
    this.#watch = book.onDidChange((accountId) => {
      if (book.get(accountId) === undefined) this.#end(accountId);
      else if (!this.#lines.has(accountId)) this.#arm(accountId, this.#line(accountId), 0);
    });
    for (const { id } of book.list()) this.#arm(id, this.#line(id), 0);
  }

  /**
   * Reads now, whatever the back-off says: one account or all. A read under way is shared, not doubled.
   * Resolves when read or failed; a failure is in the store.
   */
  async refresh(accountId?: string): Promise<void> {
    const accounts = this.#options.book.list().filter(({ id }) => accountId === undefined || id === accountId);
    await Promise.all(accounts.map(({ id }) => this.#read(id)));
  }

  dispose(): void {
    this.#disposed = true;
    this.#watch?.dispose();
    for (const accountId of [...this.#lines.keys()]) this.#end(accountId);
  }

  #line(accountId: string): Line {
    const there = this.#lines.get(accountId);
    if (there !== undefined) return there;
    const line: Line = { end: new AbortController() };
    this.#lines.set(accountId, line);
    return line;
  }

  #end(accountId: string): void {
    const line = this.#lines.get(accountId);
    this.#lines.delete(accountId);
    line?.end.abort();
    line?.wait?.abort();
    if (this.#lines.size > 0) return;
    this.#wakes?.dispose();
    this.#wakes = undefined;
  }

  #arm(accountId: string, line: Line, ms: number): void {
    if (this.#watch === undefined || line.end.signal.aborted) return;
    this.#wakes ??= this.#options.wakes?.on((wake) => {
      this.#woke(wake);
    });
    line.wait?.abort();
    const wait = new AbortController();
    line.wait = wait;
    this.#options.clock.sleep(ms, wait.signal).then(
      () => {
        if (!wait.signal.aborted) void this.#read(accountId);
      },
      () => undefined,
    );
  }

  #read(accountId: string): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    const line = this.#line(accountId);
    line.wait?.abort();
    line.reading ??= this.#readOnce(accountId, line).finally(() => {
      delete line.reading;
      this.#arm(accountId, line, this.#nextIn(accountId, line));
    });
    return line.reading;
  }

  #nextIn(accountId: string, line: Line): number {
    const { clock, intervalMs, random = Math.random, store } = this.#options;
    const failure = store.get(accountId)?.failure;
    if (failure === undefined) delete line.forgiven;
    line.heldUntil = uptimeOf(clock) + (failure?.error.retryAfterMs ?? 0);
    const since = failure && { ...failure, attempts: Math.max(failure.attempts - (line.forgiven ?? 0), 1) };
    return nextReadInMs(intervalMs(), since, random());
  }

  #woke(wake: Wake): void {
    const { clock, random = Math.random, store } = this.#options;
    for (const [accountId, line] of this.#lines) {
      const failure = store.get(accountId)?.failure;
      const held = (line.heldUntil ?? 0) - uptimeOf(clock);
      const ms = readAfterWakeInMs(wake, failure, held, random());
      if (ms === undefined) continue;
      line.forgiven = failure?.attempts ?? 0;
      // Who is just reading finds out by that.
      if (line.reading === undefined) this.#arm(accountId, line, ms);
    }
  }

  async #readOnce(accountId: string, line: Line): Promise<void> {
    const { store, onRead } = this.#options;
    const ended = (): boolean => line.end.signal.aborted;
    try {
      tell(() => {
        store.begin(accountId);
      });
      const snapshot = await this.#snapshot(accountId, line.end.signal);
      if (ended()) return;
      tell(() => {
        store.succeed(accountId, snapshot);
      });
      afterwards(async () => onRead?.(accountId));
    } catch (error) {
      if (ended()) return;
      tell(() => {
        store.fail(accountId, ExchangeError.is(error) ? error : failedInside());
      });
    }
  }

  async #snapshot(accountId: string, signal: AbortSignal): Promise<Snapshot> {
    const read = async (): Promise<Snapshot> => (await this.#options.connections.get(accountId)).read(signal);
    try {
      return await read();
    } catch (error) {
      // The connection was taken away under the read because the account's address changed: the new one is asked.
      if (ExchangeError.is(error, 'aborted') && !signal.aborted) return read();
      throw error;
    }
  }
}

/** A listener that fails is not the venue's failure and must not stop the reading. */
function tell(news: () => void): void {
  try {
    news();
  } catch {
    // The other listeners have been told.
  }
}

/** Neither awaited nor able to disturb: its own failures are its own matter. */
function afterwards(work: () => Promise<void>): void {
  work().catch(() => undefined);
}

const longestMs = 5 * 60_000;
/** Some things only a person can fix: asking often does not help and may get an address banned. */
const personsMatterMs = 60_000;
const personsMatter: ReadonlySet<ErrorKind> = new Set(['auth', 'permission', 'ip']);
/** Keeps many windows and accounts from asking in step after a common failure. */
const jitter = 0.2;

/**
 * How long to wait before the next read. After a failure the wait doubles with each further one, up to five minutes,
 * with up to 20 % more or less at random; it is never shorter than the interval, nor than what the venue asked for.
 * @param intervalMs the person's interval
 * @param random 0 up to but not including 1
 * @returns milliseconds
 */
export function nextReadInMs(intervalMs: number, failure: Failure | undefined, random: number): number {
  if (failure === undefined) return intervalMs;
  const { error, attempts } = failure;
  const doubled = Math.min(intervalMs * 2 ** Math.min(attempts - 1, 16), longestMs);
  const spread = Math.min(doubled * (1 - jitter + 2 * jitter * random), longestMs);
  const least = Math.max(intervalMs, personsMatter.has(error.kind) ? personsMatterMs : 0, error.retryAfterMs ?? 0);
  return Math.round(Math.max(spread, least));
}

/** On another network keys are no better, and asking with them is no use. */
const sameAnywhere: ReadonlySet<ErrorKind> = new Set(['auth', 'permission']);
/** All windows and accounts notice a wake at about the same moment. Milliseconds. */
const spreadMs = 1_000;

/**
 * How long to wait before the next read when the machine has woken or moved while a wait was running. What the back-off waited for may be
 * over; only what the venue asked for still holds, for it counts real time, as sleep is. After sleep figures are old, whether or not the last
 * read failed.
 * @param heldMs what is left of the time that the venue wants to be left alone for
 * @param random 0 up to but not including 1
 * @returns milliseconds; undefined when the wait goes on
 */
export function readAfterWakeInMs(wake: Wake, failure: Failure | undefined, heldMs: number, random: number): number | undefined {
  if (wake === 'moved' && (failure === undefined || sameAnywhere.has(failure.error.kind))) return undefined;
  return Math.round(Math.max(heldMs, spreadMs * random));
}
