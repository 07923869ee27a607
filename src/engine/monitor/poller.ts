import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError, type ErrorKind } from '../../core/errors.ts';
import type { Snapshot } from '../../core/model.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import { failedInside, type Connections } from './connections.ts';
import type { Pass } from '../storage/state-protocol.ts';
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
  /** Whether this window reads for all, and by what right the next standing read is made. Default: for itself. */
  readonly reader?: { readonly isReader: boolean; pass(): Promise<Pass | undefined> };
  /**
   * Called after each successful read of an account; the next read does not wait for it.
   * @param isRoutine whether nobody asked for it, and it is not the first of these
   */
  readonly onRead?: (accountId: string, isRoutine: boolean) => Promise<void>;
  /** Ends the waits that began before the machine slept or changed its network. */
  readonly wakes?: Pick<Wakes, 'on'>;
}

interface Line {
  /** Aborted when the account is removed or the poller disposed. */
  readonly end: AbortController;
  /** The wait before the next read; aborted to read at once. */
  wait?: AbortController;
  reading?: Promise<void>;
  /** Aborted when the standing reads end. */
  standing?: AbortController;
  /** Somebody waits for the read under way: it goes on when the standing reads end. */
  isAsked?: boolean;
  /** The standing reads of this account have begun. */
  isRoutine?: boolean;
  /** The window that reads for all is late with this account. */
  isLate?: boolean;
  /** That one cannot read it, as when it does not find the keys, and this one can. */
  isOrphan?: boolean;
  /** Until then the venue wants to be left alone, by `uptimeOf`. */
  heldUntil?: number;
  /** So many failed attempts are from before the machine woke, and no reason to wait any more. */
  forgiven?: number;
}

/** How soon it is asked again whether this window may read, when that could not be told. Milliseconds. */
const askAgainMs = 1_000;
/** A window that reads for all may be late by this much, and others are spread over as much again. Milliseconds. */
const lateMs = 10_000;

/**
 * Reads every account again and again, each at its own pace: the wait begins when the work is done, so a slow venue is
 * never asked twice at a time and never holds up another. No account, no timer. Where another window reads for all, this one only reads
 * what a person asks for, and what that one is late with.
 */
export class Poller implements Disposable {
  readonly #options: PollerOptions;
  readonly #lines = new Map<string, Line>();
  #watch: Disposable | undefined;
  #wakes: Disposable | undefined;
  readonly #began: number;
  #disposed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#began = options.clock.now();
  }

  /**
   * Begins to read all accounts, those of now and those to come: at once, or where another window reads or has read since this one opened,
   * when that is due. Returns before the first key is asked for.
   */
  start(): void {
    if (this.#disposed || this.#watch !== undefined) return;
    const { book } = this.#options;
    this.#watch = book.onDidChange((accountId) => {
      if (book.get(accountId) === undefined) this.#end(accountId);
      else if (!this.#lines.has(accountId)) this.#begin(accountId, this.#line(accountId));
    });
    for (const { id } of book.list()) this.#begin(id, this.#line(id));
  }

  /** This window begins or ends to read for all. What a person waits for is read to its end. */
  turn(): void {
    for (const [accountId, line] of this.#lines) {
      delete line.isRoutine;
      if (this.#options.reader?.isReader === false && line.isAsked !== true) line.standing?.abort();
      this.#begin(accountId, line);
    }
  }

  /** Another window has read the account: the next standing read counts from that. */
  follow(accountId: string): void {
    const line = this.#lines.get(accountId);
    if (line === undefined || line.reading !== undefined) return;
    delete line.isLate;
    delete line.isOrphan;
    this.#arm(accountId, line, this.#nextIn(accountId, line));
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

  #begin(accountId: string, line: Line): void {
    const { store, reader } = this.#options;
    if (line.reading !== undefined) return;
    const isAtOnce = reader?.isReader !== false && (store.readAt(accountId) ?? 0) < this.#began;
    this.#arm(accountId, line, isAtOnce ? 0 : this.#nextIn(accountId, line));
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
      () => this.#readIfMay(accountId, line, wait.signal),
      () => undefined,
    );
  }

  /** @param wait aborted when it is not wanted any more */
  async #readIfMay(accountId: string, line: Line, wait: AbortSignal): Promise<void> {
    const { reader, random = Math.random } = this.#options;
    const right = reader === undefined ? {} : await reader.pass();
    if (wait.aborted) return;
    if (right !== undefined) void this.#read(accountId, right);
    else if (reader?.isReader === true) this.#arm(accountId, line, askAgainMs);
    else if (line.isLate === true) void this.#read(accountId, {});
    else {
      // After sleep all windows find it late, before the one that reads has.
      line.isLate = true;
      this.#arm(accountId, line, lateMs * (1 + random()));
    }
  }

  /** @param right none for what a person asks for */
  #read(accountId: string, right?: Pass): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    const { store } = this.#options;
    const line = this.#line(accountId);
    line.wait?.abort();
    if (right === undefined) {
      // What was given up brings nothing.
      if (line.standing?.signal.aborted === true && line.reading !== undefined) return line.reading.then(() => this.#read(accountId));
      line.isAsked = true;
    }
    line.reading ??= this.#readOnce(accountId, line, right).finally(() => {
      delete line.reading;
      delete line.isAsked;
      if (line.isLate === true) line.isOrphan = store.get(accountId)?.failure === undefined;
      delete line.isLate;
      this.#arm(accountId, line, this.#nextIn(accountId, line));
    });
    return line.reading;
  }

  #nextIn(accountId: string, line: Line): number {
    const { clock, intervalMs, random = Math.random, store } = this.#options;
    const failure = store.get(accountId)?.failure;
    if (failure === undefined) delete line.forgiven;
    const passed = Math.max(clock.now() - (store.readAt(accountId) ?? clock.now()), 0);
    line.heldUntil = uptimeOf(clock) + (failure?.error.retryAfterMs ?? 0) - passed;
    const isPatient = this.#isPatient(line);
    const since = failure && { ...failure, attempts: Math.max(failure.attempts - (isPatient ? 0 : (line.forgiven ?? 0)), 1) };
    return Math.max(nextReadInMs(intervalMs(), since, isPatient ? 1 : random()) + (isPatient ? intervalMs() : 0) - passed, 0);
  }

  #woke(wake: Wake): void {
    const { clock, random = Math.random, store } = this.#options;
    for (const [accountId, line] of this.#lines) {
      const failure = store.get(accountId)?.failure;
      const held = (line.heldUntil ?? 0) - uptimeOf(clock);
      const ms = readAfterWakeInMs(wake, failure, held, random());
      if (ms === undefined) continue;
      line.forgiven = failure?.attempts ?? 0;
      // Who is just reading finds out by that. The window that reads for all need not have slept: one may be stopped alone.
      if (line.reading === undefined && !this.#isPatient(line)) this.#arm(accountId, line, ms);
    }
  }

  /** Another window reads this account. */
  #isPatient({ isOrphan }: Line): boolean {
    return this.#options.reader?.isReader === false && isOrphan !== true;
  }

  async #readOnce(accountId: string, line: Line, right: Pass | undefined): Promise<void> {
    const { store, onRead } = this.#options;
    const standing = new AbortController();
    line.standing = standing;
    const isRoutine = right !== undefined && line.isRoutine === true;
    const signal = AbortSignal.any([line.end.signal, standing.signal]);
    // What somebody waits for is newer than what another window has, or is refused.
    const pass = (): Pass => (line.isAsked === true ? {} : (right ?? {}));
    const told = (news: () => void): boolean => {
      if (!line.end.signal.aborted)
        tell(
          standing.signal.aborted
            ? () => {
                store.giveUp(accountId);
              }
            : news,
        );
      return !signal.aborted;
    };
    try {
      tell(() => {
        store.begin(accountId);
      });
      const snapshot = await this.#snapshot(accountId, signal);
      const isRead = told(() => {
        store.succeed(accountId, snapshot, pass());
      });
      if (!isRead) return;
      if (right !== undefined) line.isRoutine = true;
      afterwards(async () => onRead?.(accountId, isRoutine && line.isAsked !== true));
    } catch (error) {
      told(() => {
        store.fail(accountId, ExchangeError.is(error) ? error : failedInside(), pass());
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
