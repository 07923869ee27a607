import { staleAfterMs, uptimeOf, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Snapshot } from '../../core/model.ts';
import { isAlarm } from '../../core/risk/level.ts';
import type { Connection } from '../../exchanges/exchange.ts';
import { setPurpose, setReadElsewhere, tryOf, type Purpose } from '../../exchanges/purpose.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import { failedInside, keyFailures, keysHere } from '../accounts/failures-here.ts';
import type { Pass } from '../storage/state-protocol.ts';
import type { Line } from './line.ts';
import { intervalInForce, nearness, isCurrent } from './pace.ts';
import { isAsWhole, type Store } from './store.ts';
import { twinsIn } from './twins.ts';
import { longestMs, longestNearMs, longestReadingMs, nextReadInMs, outages, patienceMs, readAfterWakeInMs, spreadMs } from './waits.ts';
import type { Wake, Wakes } from './wakes.ts';
import { isLeftToWatcher, leftToWatcherMs, noteWatcher, ownKeyEveryMs } from './watched.ts';

export interface PollerOptions {
  readonly book: AccountBook;
  readonly store: Store;
  readonly connections: { get(accountId: string): Promise<Pick<Connection, 'read' | 'isLimited'>> };
  readonly clock: Clock;
  /** The person's setting, read before each wait. Milliseconds. */
  readonly intervalMs: () => number;
  readonly onDidChangeInterval?: ((listener: () => void) => Disposable) | undefined;
  /** 0 up to but not including 1. */
  readonly random?: () => number;
  /** Whether this window reads for all, and the pass for its next regular reading. Default: it reads for itself. */
  readonly reader?: { readonly isReader: boolean; pass(): Promise<Pass | undefined>; isSeen?(): Promise<boolean> };
  /** Whether this window must read the account itself, whatever a watcher reads. Default: it need not. */
  readonly mustRead?: (accountId: string) => boolean;
  /**
   * Called after each successful reading; the next one doesn't wait for it.
   * @param isRoutine whether it was a regular reading, and not the first one
   */
  readonly onRead?: (accountId: string, isRoutine: boolean) => Promise<void>;
  /** Reports that the machine slept or changed its network. */
  readonly wakes?: Pick<Wakes, 'on'>;
  /** When this window was opened. Default: now. Milliseconds since the Unix epoch. */
  readonly began?: number;
}

/** So much longer than the last one a reading may take before it counts as hanging. Milliseconds. */
const usualMoreMs = 1_000;
/** Retry delay when it can't be told whether this window may read. Milliseconds. */
const askAgainMs = 1_000;
/** How late the reading window may be before others read too; they spread over the same time again. Milliseconds. */
const lateMs = 10_000;
/** Delay after a nudge, so that events close together cause one reading. Milliseconds. */
const nudgeMs = 1_000;
/** Shortest time between nudged readings. Milliseconds. */
const nudgeEveryMs = 2_000;
/** Retry delay while this window doesn't find the keys. Milliseconds. */
const keylessMs = 5 * 60_000;

/**
 * Reads each account at its own pace. Each wait begins when the reading has ended, so a slow venue is left alone in between and never delays
 * other accounts; near a line, and after a failure, what the reading took counts, up to half an interval. Near a line a reading that hangs
 * for an interval is overtaken by one fresh one. Without accounts there is no timer. While another window reads for all, this one reads only on request, or
 * when that window is late. An exchange account added twice is read once, as long as the keys of both are known to work.
 */
export class Poller implements Disposable {
  readonly #options: PollerOptions;
  readonly #lines = new Map<string, Line>();
  #watch: Disposable | undefined;
  #live: Disposable | undefined;
  #interval: Disposable | undefined;
  #wakes: Disposable | undefined;
  readonly #began: number;
  #disposed = false;

  constructor(options: PollerOptions) {
    this.#options = options;
    this.#began = options.began ?? options.clock.now();
  }

  /**
   * Starts reading all present and future accounts: at once, or when due if another window reads or has read since this one was opened.
   * Returns before any key is read.
   */
  start(): void {
    if (this.#disposed || this.#watch !== undefined) return;
    const { book, store, reader } = this.#options;
    this.#noteRole();
    this.#watch = book.onDidChange((accountId) => {
      const line = this.#lines.get(accountId);
      if (book.get(accountId) === undefined) this.#end(accountId);
      else if (line === undefined) this.#begin(accountId, this.#line(accountId));
      else if (line.keylessUntil !== undefined && line.reading === undefined) {
        delete line.keylessUntil;
        this.#arm(accountId, line, 0);
      }
    });
    this.#interval = this.#options.onDidChangeInterval?.(() => {
      for (const [accountId, line] of this.#lines) {
        if (line.reading === undefined) this.#armBy(accountId, line, this.#nextIn(accountId, line));
      }
    });
    // By an estimate it may be near its line by now.
    this.#live = store.onDidChange(({ accountId, what }) => {
      const line = this.#lines.get(accountId);
      if (what !== 'live' || line === undefined || line.reading !== undefined || reader?.isReader === false) return;
      const state = store.get(accountId);
      // Only once while it fails: redrawing the random wait each time would defeat the back-off.
      const isNews = state?.failure === undefined || line.isNear !== true;
      if (isNews && isAlarm(nearness(state?.snapshot, state))) this.#armBy(accountId, line, this.#nextIn(accountId, line));
    });
    for (const { id } of book.list()) this.#begin(id, this.#line(id));
  }

  /** Called when this window starts or stops reading for all. A reading that a person waits for is finished. */
  turn(): void {
    this.#noteRole();
    for (const [accountId, line] of this.#lines) {
      delete line.isRoutine;
      if (this.#options.reader?.isReader === false && line.isAsked !== true) line.standing?.abort();
      this.#begin(accountId, line);
    }
  }

  /** Another window, or a watcher, has read the account: the next regular reading counts from that. */
  follow(accountId: string): void {
    const line = this.#lines.get(accountId);
    const state = this.#options.store.get(accountId);
    if (line !== undefined) noteWatcher(line, state);
    if (line === undefined || line.reading !== undefined) return;
    const isWatched = state?.watched === true;
    // This window's own next reading stays due.
    if (isWatched && this.#options.reader?.isReader !== false && !this.#isLeftToWatcher(accountId, line)) return;
    delete line.isLate;
    delete line.isOrphan;
    if (!isWatched) line.isFollowed = true;
    delete line.tookMs;
    if (state?.failure === undefined) delete line.forgiven;
    this.#arm(accountId, line, this.#nextIn(accountId, line));
  }

  /**
   * Something happened at the venue: reads within about a second, once for all events until then, and at most every two seconds. Does
   * nothing if another window reads, or if asking again wouldn't help.
   */
  nudge(accountId: string): void {
    const { clock, reader, store } = this.#options;
    const line = this.#lines.get(accountId);
    if (line === undefined || reader?.isReader === false || line.keylessUntil !== undefined) return;
    // The reading in progress may have started before the event.
    line.isWanted = true;
    if (line.reading !== undefined) line.isNudged = true;
    const failure = store.get(accountId)?.failure;
    if (line.reading !== undefined || (failure !== undefined && keyFailures.has(failure.error.kind))) return;
    const now = uptimeOf(clock);
    const at = Math.max(now + nudgeMs, (line.nudgedAt ?? -Infinity) + nudgeEveryMs, line.heldUntil ?? 0);
    if (this.#armBy(accountId, line, at - now)) line.nudgedAt = at;
  }

  /**
   * The venue answers: an account that an outage kept from being read is read within two intervals of its last attempt, at random, and not
   * after the rest of its back-off. After the machine woke, or near a line, it doesn't wait for that.
   */
  answered(accountId: string): void {
    const { reader, store, random = Math.random } = this.#options;
    const line = this.#lines.get(accountId);
    const kind = store.get(accountId)?.failure?.error.kind;
    if (line?.reading !== undefined) line.isBack = true;
    if (line === undefined || reader?.isReader === false || kind === undefined || !outages.has(kind)) return;
    // Once for each attempt: the least of many draws would be no back-off.
    if (line.reading !== undefined || line.isAnswered === true) return;
    line.isAnswered = true;
    const ms = this.#nextIn(accountId, line, line.isNear === true ? 1 : 2);
    const heldMs = (line.heldUntil ?? 0) - uptimeOf(this.#options.clock);
    this.#armBy(accountId, line, Math.max(line.forgiven === undefined ? ms : heldMs, Math.round(spreadMs * random())));
  }

  /**
   * Reads now, whatever the back-off says: one account or all. A read under way is shared, not doubled.
   * Resolves when read or failed; a failure is in the store.
   */
  async refresh(accountId?: string): Promise<void> {
    const { book, store } = this.#options;
    const accounts = book.list().filter(({ id }) => accountId === undefined || id === accountId);
    await Promise.all(
      accounts.map(async ({ id }, index) => {
        const twins = twinsIn(book, id);
        const twin = accounts.slice(0, index).find((other) => twins.includes(other.id));
        if (twin !== undefined) {
          await this.#read(twin.id);
          const [own, its] = [store.get(id), store.get(twin.id)];
          if (own?.failure === undefined && its?.failure === undefined && own?.snapshot?.asOf === its?.snapshot?.asOf) return;
        }
        await this.#read(id);
      }),
    );
  }

  dispose(): void {
    this.#disposed = true;
    this.#watch?.dispose();
    this.#live?.dispose();
    this.#interval?.dispose();
    for (const accountId of [...this.#lines.keys()]) this.#end(accountId);
  }

  #noteRole(): void {
    setReadElsewhere(this.#options.clock, this.#options.reader?.isReader === false);
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
    line.isWanted = true;
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
    line.dueAt = uptimeOf(this.#options.clock) + ms;
    this.#options.clock.sleep(ms, wait.signal).then(
      () => this.#readIfMay(accountId, line, wait.signal),
      () => undefined,
    );
  }

  /** Like `#arm`, unless the reading is due sooner. @returns whether it was moved forward */
  #armBy(accountId: string, line: Line, ms: number): boolean {
    const isSooner = ms < (line.dueAt ?? 0) - uptimeOf(this.#options.clock);
    if (isSooner) this.#arm(accountId, line, ms);
    return isSooner;
  }

  /** @param wait aborted when this reading is no longer wanted */
  async #readIfMay(accountId: string, line: Line, wait: AbortSignal): Promise<void> {
    const { reader, random = Math.random } = this.#options;
    const right = reader === undefined ? {} : await reader.pass();
    const isUnseen = right !== undefined && this.#mayRest(accountId, line) && (await reader?.isSeen?.()) === false;
    if (wait.aborted) return;
    const twin = twinsIn(this.#options.book, accountId).find((id) => this.#lines.get(id)?.reading !== undefined);
    if (twin !== undefined) {
      // The twin's reading usually covers this account; otherwise this one is still due.
      await this.#lines.get(twin)?.reading;
      await this.#readIfMay(accountId, line, wait);
    } else if (right !== undefined) {
      const state = this.#options.store.get(accountId);
      const isLeft = state !== undefined && this.#isLeftToWatcher(accountId, line);
      const leftMs = isLeft ? leftToWatcherMs(line, state, this.#options.clock.now(), this.#options.intervalMs()) : 0;
      line.isWanted = leftMs === 0;
      if (leftMs > 0) this.#arm(accountId, line, leftMs);
      else if (isUnseen) this.#arm(accountId, line, this.#restMs());
      else void this.#read(accountId, right);
    } else if (reader?.isReader === true) this.#arm(accountId, line, askAgainMs);
    else if (line.isLate === true) void this.#read(accountId, {});
    else {
      // After sleep, every window finds the account late before the reading window has had a chance.
      line.isLate = true;
      this.#arm(accountId, line, lateMs * (1 + random()));
    }
  }

  #isLeftToWatcher(accountId: string, line: Line): boolean {
    const { store, clock, mustRead } = this.#options;
    const state = store.get(accountId);
    return state !== undefined && isLeftToWatcher(line, state, uptimeOf(clock)) && mustRead?.(accountId) !== true;
  }

  /** An account far from its lines is read half as often while nobody looks, but at least every five minutes. */
  #mayRest(accountId: string, line: Line): boolean {
    const state = this.#options.store.get(accountId);
    if (line.isWanted === true || line.isLimited === true || state?.failure !== undefined || this.#restMs() <= 0) return false;
    // A watcher that stopped was waited for already.
    if (state?.watched === true) return false;
    return nearness(state?.snapshot, state) === 'ok';
  }

  readonly #restMs = (): number => Math.min(this.#options.intervalMs(), longestMs - this.#options.intervalMs());

  /** @param right undefined for a reading that a person asked for */
  #read(accountId: string, right?: Pass): Promise<void> {
    if (this.#disposed) return Promise.resolve();
    const { store } = this.#options;
    const line = this.#line(accountId);
    line.wait?.abort();
    if (right === undefined) {
      // The abandoned reading brings no figures.
      if (line.standing?.signal.aborted === true && line.reading !== undefined) return line.reading.then(() => this.#read(accountId));
      line.isAsked = true;
      if (line.signal !== undefined) setPurpose(line.signal, 'command');
    }
    line.reading ??= this.#readOnce(accountId, line, right).then((twins) => {
      const { isNudged, isBack } = line;
      delete line.isNudged;
      delete line.isBack;
      delete line.isAnswered;
      delete line.reading;
      delete line.signal;
      delete line.isAsked;
      delete line.isWanted;
      if (line.isLate === true) line.isOrphan = store.get(accountId)?.failure === undefined;
      delete line.isLate;
      this.#arm(accountId, line, this.#nextIn(accountId, line));
      // After this account is scheduled, so that the reading continues.
      for (const id of twins) {
        this.follow(id);
        // This window read it.
        delete this.#line(id).isFollowed;
      }
      if (isNudged === true) this.nudge(accountId);
      if (isBack === true) this.answered(accountId);
    });
    return line.reading;
  }

  /** @param most so many failed attempts count */
  #nextIn(accountId: string, line: Line, most = Infinity): number {
    const { clock, intervalMs, random = Math.random, store } = this.#options;
    const state = store.get(accountId);
    const failure = state?.failure;
    const sinceRead = Math.max(clock.now() - (store.readAt(accountId) ?? clock.now()), 0);
    const heldMs = (failure?.error.retryAfterMs ?? 0) - sinceRead;
    line.heldUntil = uptimeOf(clock) + heldMs;
    const isPatient = this.#isPatient(line);
    const attempts = Math.min(Math.max((failure?.attempts ?? 0) - (isPatient ? 0 : (line.forgiven ?? 0)), 1), most);
    const since = failure && { ...failure, attempts };
    const everyMs = intervalInForce(state?.snapshot, intervalMs(), state);
    line.isNear = isAlarm(nearness(state?.snapshot, state));
    const paceMs = line.isLimited === true ? Math.max(everyMs, Math.min(2 * everyMs, longestMs)) : everyMs;
    const ms = nextReadInMs(paceMs, since, isPatient ? 1 : random(), line.isNear ? longestNearMs : longestMs);
    const untilKeys = (line.keylessUntil ?? 0) - uptimeOf(clock);
    const isPressing = line.isNear || failure !== undefined;
    const passed = sinceRead + (isPressing ? Math.min(line.tookMs ?? 0, everyMs / 2) : 0);
    return Math.max(Math.round(ms - passed) + (isPatient ? intervalMs() : 0), heldMs, untilKeys, 0);
  }

  /** Whether another window reads this account. */
  #isPatient({ isOrphan }: Line): boolean {
    return this.#options.reader?.isReader === false && isOrphan !== true;
  }

  #woke(wake: Wake): void {
    const { clock, random = Math.random, store } = this.#options;
    for (const [accountId, line] of this.#lines) {
      const failure = store.get(accountId)?.failure;
      const held = (line.heldUntil ?? 0) - uptimeOf(clock);
      const ms = readAfterWakeInMs(wake, failure, held, random());
      if (ms === undefined) continue;
      line.forgiven = failure?.attempts ?? 0;
      line.isWanted = true;
      // A reading in progress shows the new state itself. The reading window may not have slept: windows can be suspended one by one.
      if (line.reading === undefined && !this.#isPatient(line)) this.#arm(accountId, line, ms);
    }
  }

  /** Never rejects. @returns accounts that shared this reading */
  async #readOnce(accountId: string, line: Line, right: Pass | undefined): Promise<readonly string[]> {
    const { store, clock, intervalMs, reader } = this.#options;
    const standing = new AbortController();
    const began = uptimeOf(clock);
    const twins = twinsIn(this.#options.book, accountId);
    line.standing = standing;
    const signal = AbortSignal.any([line.end.signal, standing.signal]);
    line.signal = signal;
    setPurpose(signal, right === undefined ? 'command' : this.#purposeOf(accountId));
    // A reading that a person asked for is stored even without a pass.
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
      const snapshot = await this.#first(accountId, line, signal, right === undefined ? Infinity : longestReadingMs);
      delete line.keylessUntil;
      delete line.isFollowed;
      delete line.forgiven;
      line.ownAt = uptimeOf(clock);
      line.usualMs = line.ownAt - began;
      const isRead = told(() => {
        store.succeed(accountId, snapshot, pass());
      });
      // This looks at the database: another window may have changed the owner of an account.
      if (isRead && twins.length > 0) await reader?.pass();
      return isRead && !signal.aborted ? this.#share(accountId, snapshot, right, line.isAsked === true, twins) : [];
    } catch (error) {
      delete line.ownAt;
      const failure = ExchangeError.is(error) ? error : failedInside();
      if (keysHere.has(failure.code)) line.keylessUntil = uptimeOf(clock) + keylessMs;
      else delete line.keylessUntil;
      told(() => {
        const state = store.get(accountId);
        // Another window has the keys and reads this account.
        const isLeft = line.keylessUntil !== undefined && line.isFollowed === true && line.isAsked !== true && state !== undefined;
        if (isLeft && isCurrent(state, clock.now(), intervalMs())) {
          // If that window is gone, its figures become out of date, and then the missing keys are reported.
          line.keylessUntil = uptimeOf(clock) + staleAfterMs(intervalInForce(state.snapshot, intervalMs(), state));
          store.giveUp(accountId);
        } else store.fail(accountId, failure, pass());
      });
      return [];
    } finally {
      line.tookMs = uptimeOf(clock) - began;
    }
  }

  /**
   * The first figures that come. Near a line a reading that hangs is overtaken by a fresh one, which gets less time: a venue that hung and
   * answers again is noticed within two intervals.
   * @param mostMs time for what isn't overtaken; infinite if a person asked for it
   */
  async #first(accountId: string, line: Line, signal: AbortSignal, mostMs: number): Promise<Snapshot> {
    const { clock, intervalMs, store } = this.#options;
    const state = store.get(accountId);
    const paceMs = patienceMs(intervalInForce(state?.snapshot, intervalMs(), state));
    const [over, unneeded] = [new AbortController(), new AbortController()];
    const read = (ms: number, isOvertaking: boolean): Promise<Snapshot> =>
      this.#snapshot(accountId, line, tryOf(signal, { until: uptimeOf(clock) + ms, stop: over.signal, isOvertaking }));
    const first = read(mostMs, false);
    if (!isAlarm(nearness(state?.snapshot, state))) return first;
    first.catch(() => {
      unneeded.abort();
    });
    const second = clock
      .sleep(Math.max(paceMs, (line.usualMs ?? 0) + usualMoreMs), AbortSignal.any([signal, over.signal, unneeded.signal]))
      .then(() => read(paceMs, true));
    try {
      return await Promise.any([first, second]);
    } catch (error) {
      const { errors } = error as AggregateError;
      throw errors.findLast((one) => ExchangeError.is(one)) ?? errors[0];
    } finally {
      over.abort();
    }
  }

  /** A person waits for the first reading. */
  #purposeOf(accountId: string): Purpose {
    const { store } = this.#options;
    if ((store.readAt(accountId) ?? 0) < this.#began) return 'command';
    const state = store.get(accountId);
    return isAlarm(nearness(state?.snapshot, state)) ? 'near' : 'standing';
  }

  /**
   * Gives a reading to the account's twins as well, except twins whose own keys failed or weren't used lately, or that can read more.
   * @param before its twins when the reading began; later ones may have another owner
   */
  #share(accountId: string, snapshot: Snapshot, right: Pass | undefined, isAsked: boolean, before: readonly string[]): readonly string[] {
    const { store, clock, onRead } = this.#options;
    const now = uptimeOf(clock);
    const twins = twinsIn(this.#options.book, accountId).filter((id) => {
      const { failure, snapshot: held } = store.get(id) ?? {};
      const isKnown = before.includes(id) && now - (this.#lines.get(id)?.ownAt ?? -Infinity) < ownKeyEveryMs;
      return isKnown && failure === undefined && isAsWhole(snapshot, held);
    });
    for (const id of twins) {
      tell(() => {
        store.succeed(id, snapshot, isAsked ? {} : (right ?? {}));
      });
    }
    for (const id of [accountId, ...twins]) {
      const line = this.#line(id);
      const isRoutine = right !== undefined && line.isRoutine === true && !isAsked;
      if (right !== undefined) line.isRoutine = true;
      afterwards(async () => onRead?.(id, isRoutine));
    }
    return twins;
  }

  async #snapshot(accountId: string, line: Line, signal: AbortSignal): Promise<Snapshot> {
    const read = async (): Promise<Snapshot> => {
      const connection = await this.#options.connections.get(accountId);
      try {
        return await connection.read(signal);
      } finally {
        line.isLimited = connection.isLimited?.() === true;
      }
    };
    try {
      return await read();
    } catch (error) {
      // The connection was replaced during the reading because the account's address changed: read again with the new one.
      if (ExchangeError.is(error, 'aborted') && !signal.aborted) return read();
      throw error;
    }
  }
}

/** A failing listener isn't a failure of the venue and must not stop the reading. */
function tell(news: () => void): void {
  try {
    news();
  } catch {
    // The other listeners have been called.
  }
}

/** Runs work without waiting for it; its failures are ignored. */
function afterwards(work: () => Promise<void>): void {
  work().catch(() => undefined);
}
