import { levelOfAlarm } from '../../src/engine/storage/warning-protocol.ts';
import type { Snapshot } from '../../src/core/model.ts';
import { isAlarm } from '../../src/core/risk/level.ts';
import { intervalInForce, nearness } from '../../src/engine/monitor/pace.ts';
import type { Told } from '../../src/engine/watch/warnings.ts';
import type { Folder } from './folder.ts';
import type { HistoryCheck } from './history.ts';
import { loanLevel, order, positionLevel, rank, type Truth } from './levels.ts';
import { millionths, type Market } from './market.ts';
import type { WorldTime } from './time.ts';
import type { Request } from './venue.ts';
import type { Composed, SimulatedWindow } from './window.ts';

// What has to be true of every simulated world, whatever happens in it. All times are milliseconds since the world began.

const second = 1_000;
const minute = 60 * second;
/** A better level has to hold for so long. */
const quiet = 10 * minute;
const blindAfter = 5 * minute;
const handOver = 10 * second;
/** What an answer, the database and the notice take, besides two intervals. */
const slack = 2 * second;
/** What a window took that was then stopped is another's after ten seconds, at the next of its looks every 15 s. */
const taken = 25 * second;
/** A reading that hangs is overtaken by one fresh one, no sooner. */
const overtaken = 3 * second;

/** One thing that is watched. */
interface Watched {
  readonly account: string;
  readonly target: string;
  /** @param isLeft the worst level that is not left yet; @param more millionths of LTV by which a figure of ours may be off */
  readonly level: (at: number, isLeft?: boolean, more?: number) => Truth;
  /** What a person was told of it and has no reason to think over. */
  told: Truth;
  /** For a moment at least it left that level. */
  wasBetter: boolean;
  /** Since when each level has been there to be read and was not told, and the longest interval in force meanwhile: the reading that tells it shortens it. */
  readonly untold: Map<Truth, { readonly since: number; limit: number; paceMs: number }>;
  /** Since when it has been better than what was told, without a break and there to be read. */
  betterSince: number | undefined;
}

/** How an account was read. */
interface Readings {
  readonly requests: Request[];
  /** Of the last readings in full, when each arrived and when the venue had looked, the interval in force and whether it is near a line. */
  readonly read: { readonly arrived: number; readonly served: number; readonly paceMs: number; readonly isNear: boolean }[];
  /** Failures since, and when the first and the last of them ended. */
  failures: number;
  failedSince: number | undefined;
  /** The same of the last time that is over, and when it was. */
  failedBefore: { readonly since: number | undefined; readonly until: number };
  blindTold: boolean;
  /** When the newest figures were read that any window showed, in the last seconds. By the wall clock. */
  readonly newest: number[];
}

export interface OracleOptions {
  readonly market: Market;
  readonly folder: Folder;
  readonly history?: HistoryCheck | undefined;
  readonly time: WorldTime;
  readonly windows: readonly SimulatedWindow[];
  /** Milliseconds. */
  readonly intervalMs: number;
}

/** What came of a world. */
export interface Counts {
  notices: number;
  alarms: number;
  requests: number;
  /** The longest wait for a word about a worse level that was there to be read, in milliseconds, and in intervals in force while no window came or went. */
  latest: number;
  intervals: number;
  handOvers: number;
}

export class Oracle {
  readonly #options: OracleOptions;
  readonly #watched: readonly Watched[];
  readonly #readings = new Map<string, Readings>();
  readonly #shown = new Map<number, { readonly by: string; isNoted: boolean }>();
  readonly #events = new Set<string>();
  /** Times by the wall clock of which a reading says that it is from there, with what was true then. */
  readonly #truths = new Map<string, Set<number>>();
  readonly #checked = new WeakSet<Snapshot>();
  readonly faults: string[] = [];
  readonly counts: Counts = { notices: 0, alarms: 0, requests: 0, latest: 0, intervals: 0, handOvers: 0 };
  /** A window came, went, was stopped or woke, or the database failed or was mended: what was under way may begin again. */
  #disturbedAt = 0;
  #databaseBadAt = -Infinity;
  #readerSeenAt = 0;
  #fence = 0;

  constructor(options: OracleOptions) {
    this.#options = options;
    const { market } = options;
    const watched = (account: string, target: string, level: Watched['level']): Watched => ({
      ...{ account, target, level, told: 'calm', wasBetter: false, untold: new Map(), betterSince: undefined },
    });
    this.#watched = market.accounts.flatMap(({ account: { id }, loans, positions }) => [
      ...loans.map((loan) => watched(id, `level loan:${loan.id}`, (at, isLeft, more) => loanLevel(market, loan, at, isLeft, more))),
      ...positions.map((one) => watched(id, `level position:${one.id}`, (at, isLeft) => positionLevel(market, one, at, isLeft))),
    ]);
    for (const { account } of market.accounts) {
      const readings: Readings = {
        requests: [],
        read: [],
        failures: 0,
        failedSince: undefined,
        failedBefore: { since: undefined, until: 0 },
        blindTold: false,
        newest: [],
      };
      this.#readings.set(account.id, readings);
    }
  }

  get #now(): number {
    return this.#options.time.passed;
  }

  fault(sentence: string): void {
    const at = `${(this.#now / minute).toFixed(2)} min`;
    if (this.faults.length < 20) this.faults.push(`${at}: ${sentence}`);
  }

  disturbed(): void {
    this.#disturbedAt = this.#now;
  }

  /** Once a second. */
  look(): void {
    const now = this.#now;
    if (this.#options.folder.faultAt(now) !== undefined) {
      this.#databaseBadAt = now;
      this.disturbed();
    }
    for (const lost of this.#options.history?.lost(now, this.#disturbedAt) ?? []) this.fault(lost);
    const awake = this.#options.windows.filter((window) => window.isAwake);
    for (const window of awake) this.#figures(window);
    for (const account of this.#readings.keys()) this.#together(account, awake);
    this.#leaseAt(now, awake);
    for (const one of this.#watched) this.#levels(one, now, awake.length > 0);
    for (const [account, readings] of this.#readings) this.#blind(account, readings, now, awake.length > 0);
  }

  began(request: Request): void {
    this.counts.requests += 1;
    const { account, window, began } = request;
    const { requests, ...readings } = this.#readingsOf(account);
    const open = requests.filter(({ ended }) => ended === undefined && this.#window(window)?.isAwake);
    const isShared = began - this.#databaseBadAt > 15 * second;
    if (isShared) {
      if (open.length > 1 || open.some((other) => other.window !== window || began - other.began < overtaken))
        this.fault(`${account} is asked for twice at a time by ${window}`);
      const lease = this.#options.folder.lease();
      const last = requests.at(-1);
      const allowed = Math.max(this.#waitOf(readings), this.#options.intervalMs) + 10 * second;
      const isLate = began - Math.max(last?.began ?? 0, this.#window(window)?.openedAt ?? 0) > allowed;
      if (lease !== undefined && lease.holder !== window && !isLate) {
        this.fault(`${window} reads ${account} though ${lease.holder || 'nobody'} holds the lease`);
      }
    }
    requests.push(request);
    if (requests.length > 100) requests.shift();
  }

  ended(request: Request, asOf: number): void {
    const { account, end, served = 0 } = request;
    const readings = this.#readingsOf(account);
    if (end === 'read' || end === 'partial') {
      this.#truths.set(`${account} ${String(asOf)}`, (this.#truths.get(`${account} ${String(asOf)}`) ?? new Set()).add(served));
      if (this.#truths.size > 2_000) this.#truths.delete([...this.#truths.keys()][0]!);
    }
    if (end === 'read') {
      const { market, intervalMs, history } = this.#options;
      history?.read(account, asOf, this.#now);
      const snapshot = market.snapshot(account, served, asOf);
      const [paceMs, isNear] = [intervalInForce(snapshot, intervalMs), isAlarm(nearness(snapshot))];
      readings.read.push({ arrived: this.#now, served, paceMs, isNear });
      if (readings.read.length > 100) readings.read.shift();
      readings.failedBefore = { since: readings.failedSince, until: this.#now };
      Object.assign(readings, { failures: 0, failedSince: undefined, blindTold: false });
    } else if (end !== 'given up') {
      readings.failures += end === 'failed' ? 1 : 0;
      readings.failedSince ??= this.#now;
    }
  }

  noted(window: SimulatedWindow): void {
    for (const shown of this.#shown.values()) if (shown.by === window.name) shown.isNoted = true;
  }

  shown(window: SimulatedWindow, { id, at, told }: Composed): void {
    this.counts.notices += 1;
    const before = this.#shown.get(id);
    const isShared = at - this.#databaseBadAt > 15 * second;
    if (before !== undefined && isShared) {
      const first = this.#window(before.by);
      // Who was stopped or killed right after it had shown it could not say so.
      if (before.isNoted || first?.isAwake === true)
        this.fault(`notice ${String(id)} is shown by ${before.by} and again by ${window.name}`);
    }
    if (before === undefined) this.#shown.set(id, { by: window.name, isNoted: false });
    if (before !== undefined) return;
    for (const one of told) this.#told(one, at, isShared);
  }

  #told(told: Told, at: number, isShared: boolean): void {
    const { account, target, says, level, since } = told;
    const readings = this.#readingsOf(account);
    const event = JSON.stringify([account, target, says, level, since]);
    if (says === 'alarm') {
      this.counts.alarms += 1;
      if (this.#events.has(event) && isShared) this.fault(`told twice: ${event}`);
      this.#events.add(event);
    }
    if (target === 'blind') {
      this.#toldBlind(account, readings, at);
      return;
    }
    const one = this.#watched.find((watched) => watched.account === account && watched.target === target);
    if (one === undefined) {
      this.fault(`nobody knows of ${target}`);
      return;
    }
    const readBy = readings.read.findLast(({ arrived }) => arrived <= at)?.served ?? 0;
    if (says === 'alarm' || says === 'again') {
      const worst = this.#worstSince(one, readBy, at);
      const isSo =
        says === 'alarm' ? rank(worst) >= rank(level) : worst !== 'calm' && (level === 'warn' || levelOfAlarm(worst) === 'danger');
      if (!isSo) this.fault(`false alarm: ${says} ${level} of ${account} ${target}, where the worst was ${worst}`);
      if (isShared && says === 'alarm') {
        const read = one.level(readBy);
        if (rank(read) > rank(level)) this.fault(`${level} is told of ${account} ${target}, which was read at ${read}`);
        const isAgain = rank(level) <= rank(one.told) && !one.wasBetter;
        if (isAgain) this.fault(`${level} is told anew of ${account} ${target}, which never left ${one.told}`);
      }
      if (rank(level) > rank(one.told)) this.#spoke(one, level);
    } else if (says === 'gone') this.fault(`${account} ${target} is told as gone`);
    else {
      const now = one.level(readBy, true);
      // Both ends of the quiet time may be a moment off.
      const lately = readings.read.filter(({ served }) => served > at - quiet + 5 * second && served <= at);
      if (lately.some(({ served }) => rank(one.level(served)) >= rank(says === 'better' ? 'danger' : level)))
        this.fault(`${account} ${target} is told as ${says} too soon`);
      if (says === 'recovered' && now !== 'calm') this.fault(`${account} ${target} is told as recovered, and stands at ${now}`);
      if (says === 'better' && rank(now) > rank('warn')) this.fault(`${account} ${target} is told as better, and stands at ${now}`);
      one.told = says === 'recovered' ? 'calm' : 'warn';
    }
  }

  #spoke(one: Watched, level: Truth): void {
    for (const [untold, { since, paceMs }] of one.untold) {
      if (rank(untold) > rank(level)) continue;
      const waited = this.#now - Math.max(since, this.#disturbedAt);
      this.counts.latest = Math.max(this.counts.latest, waited);
      // Who was stopped right after he took the word is waited for.
      if (since > this.#disturbedAt) this.counts.intervals = Math.max(this.counts.intervals, waited / paceMs);
    }
    one.told = level;
    one.wasBetter = false;
    one.betterSince = undefined;
  }

  #toldBlind(account: string, { failedSince: now, failedBefore, read }: Readings, at: number): void {
    // A reading may have come since it was composed.
    const failedSince = at <= failedBefore.until ? failedBefore.since : now;
    const { windows, intervalMs } = this.#options;
    const lastRead = read.findLast(({ arrived }) => arrived <= at)?.arrived ?? 0;
    const began = windows.filter(({ isOpen }) => isOpen).map(({ openedAt, wokeAt }) => Math.max(openedAt, wokeAt));
    if (at - Math.max(lastRead, this.#disturbedAt) >= blindAfter + intervalMs) {
      // Nothing fails, but nothing comes either, though somebody watches all the time.
    } else if (at - lastRead >= blindAfter && began.some((up) => up > lastRead && at - up >= minute)) {
      // Who opened or woke finds old figures, and had time to try again.
    } else if (failedSince === undefined || at - failedSince < blindAfter - 2 * second) {
      this.fault(`false alarm: ${account} is told as blind after ${String(at - (failedSince ?? at))} ms`);
    }
    this.#readingsOf(account).blindTold = true;
  }

  #levels(one: Watched, now: number, isWatched: boolean): void {
    const level = one.level(now);
    const readings = this.#readingsOf(one.account);
    const isReadable = isWatched && this.#options.market.lastFailing(now) < now;
    const [pace, wait] = [this.#paceOf(readings), this.#waitOf(readings)];
    for (const at of order) {
      const isUntold = isReadable && rank(at) <= rank(level) && rank(at) > rank(one.told);
      if (!isUntold) one.untold.delete(at);
      else if (!one.untold.has(at)) one.untold.set(at, { since: now, limit: 0, paceMs: pace });
    }
    for (const [at, untold] of one.untold) {
      const waited = now - Math.max(untold.since, this.#disturbedAt);
      // Two intervals, whatever the back-off.
      untold.paceMs = Math.max(untold.paceMs, pace);
      untold.limit = Math.max(untold.limit, 2 * pace + slack, this.#disturbedAt >= untold.since ? taken : 0);
      if (waited <= untold.limit) continue;
      this.fault(
        `${one.account} ${one.target} is at ${at} and nothing is said for ${String(waited / second)} s, more than ${String(untold.limit / second)} s`,
      );
      this.#spoke(one, at);
    }
    // Beyond doubt the product has seen for long enough that it is better: from now on a worse level has to be told again.
    const holds = one.level(now, true);
    one.wasBetter ||= rank(holds) < rank(one.told);
    if (one.told === 'calm' || !isReadable || rank(holds) >= rank(one.told)) one.betterSince = undefined;
    else one.betterSince = Math.max(one.betterSince ?? now, this.#disturbedAt);
    if (one.betterSince !== undefined && now - one.betterSince > quiet + 3 * wait + minute) one.told = holds;
  }

  #blind(account: string, readings: Readings, now: number, isWatched: boolean): void {
    const { failedSince, blindTold, read, requests } = readings;
    if (failedSince === undefined || blindTold || !isWatched) return;
    const { intervalMs } = this.#options;
    const lastRead = read.at(-1)?.arrived ?? Infinity;
    // Who sleeps does not watch either: what failed since counts from the last figures, unless a part of it could be read.
    const isMissed =
      now - lastRead > blindAfter + 2 * intervalMs + minute && requests.every(({ began, end }) => began <= lastRead || end !== 'partial');
    // It is looked every 15 s, and where each window read for itself, what they share may have failed up to 12 s later.
    if (now - failedSince <= blindAfter + 30 * second && !isMissed) return;
    // Who just woke tries for a minute and an interval.
    if (now - this.#disturbedAt <= minute + intervalMs + 30 * second) return;
    this.fault(`${account} can't be read for ${String((now - failedSince) / second)} s and nothing is said`);
    readings.blindTold = true;
  }

  #leaseAt(now: number, awake: readonly SimulatedWindow[]): void {
    const { fence = 0 } = this.#options.folder.lease() ?? {};
    if (fence !== this.#fence) {
      this.counts.handOvers += 1;
      // Whoever took it may be stopped right after.
      this.#readerSeenAt = now;
    }
    if (fence < this.#fence) this.fault(`the fence falls from ${String(this.#fence)} to ${String(fence)}`);
    this.#fence = fence;
    const able = awake.filter(({ openedAt, wokeAt }) => now - Math.max(openedAt, wokeAt) >= handOver);
    if (able.length === 0 || awake.some(({ reader }) => reader.isReader)) this.#readerSeenAt = now;
    if (now - this.#readerSeenAt > handOver) {
      this.fault(`nobody reads for ${String((now - this.#readerSeenAt) / second)} s`);
      this.#readerSeenAt = now;
    }
    if (now - this.#databaseBadAt < 15 * second) return;
    const readers = awake.filter(({ reader, wokeAt }) => reader.isReader && now - wokeAt > 2 * second);
    if (readers.length > 1) this.fault(`${readers.map(({ name }) => name).join(' and ')} both read for all`);
  }

  /** What one window shows, all show two seconds later. */
  #together(account: string, awake: readonly SimulatedWindow[]): void {
    const { newest } = this.#readingsOf(account);
    const shown = awake.map((window) => ({ window, asOf: window.store.get(account)?.snapshot?.asOf ?? 0 }));
    newest.push(Math.max(0, ...shown.map(({ asOf }) => asOf)));
    const before = newest.length > 3 ? newest.shift()! : 0;
    // What was read while something was wrong may be known to one window alone, until the next reading.
    const { time } = this.#options;
    if (before - (time.now - time.passed) < this.#disturbedAt + 15 * second) return;
    for (const { window, asOf } of shown) {
      if (asOf < before) this.fault(`${window.name} shows figures of ${account} that are older than those of another window`);
    }
  }

  /** Nothing is shown that was not so when it says it was read. */
  #figures(window: SimulatedWindow): void {
    const { market } = this.#options;
    for (const { account, snapshot } of window.store.all()) {
      if (snapshot === undefined || this.#checked.has(snapshot)) continue;
      this.#checked.add(snapshot);
      const truths = this.#truths.get(`${account.id} ${String(snapshot.asOf)}`) ?? [];
      for (const loan of snapshot.loans) {
        if (loan.keptFrom !== undefined) continue;
        const facts = market.facts(account.id).loans.find(({ id }) => id === loan.id)!;
        if (![...truths].some((at) => millionths(market.ltv(facts, at)) === loan.ltv)) {
          this.fault(`${window.name} shows ${loan.ltv ?? 'nothing'} of ${account.id} ${loan.id} as read at ${String(snapshot.asOf)}`);
        }
      }
    }
  }

  #worstSince(one: Watched, from: number, to: number): Truth {
    let worst: Truth = 'calm';
    for (let at = from; at <= to + 5 * second; at += second) {
      // An estimate is carried on from a rounded figure.
      const level = one.level(Math.min(at, to), false, 3);
      if (rank(level) > rank(worst)) worst = level;
    }
    return worst;
  }

  /** The interval in force. */
  #paceOf({ read }: Pick<Readings, 'read'>): number {
    return read.at(-1)?.paceMs ?? this.#options.intervalMs;
  }

  /** After so long an account is read again, at most. */
  #waitOf(readings: Pick<Readings, 'failures' | 'read'>): number {
    const { failures, read } = readings;
    const paceMs = this.#paceOf(readings);
    if (failures === 0) return paceMs;
    // Back-off: doubled with each failure, half a minute at most near a line, else five; and what a limit error asked for.
    const most = read.at(-1)?.isNear === true ? 30 * second : 5 * minute;
    return Math.max(paceMs, Math.min(paceMs * 2 ** (failures - 1), most)) + 5 * second;
  }

  #window(name: string): SimulatedWindow | undefined {
    return this.#options.windows.find((window) => window.name === name);
  }

  #readingsOf(account: string): Readings {
    return this.#readings.get(account)!;
  }
}
