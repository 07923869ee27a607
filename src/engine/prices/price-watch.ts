import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { liveEstimate, livePosition, measured, type Prices } from '../../core/risk/live-estimate.ts';
import type { Account, Snapshot } from '../../core/model.ts';
import { setPurpose, tryOf } from '../../exchanges/purpose.ts';
import { failedInside } from '../accounts/failures-here.ts';
import { intervalInForce } from '../monitor/pace.ts';
import type { Poller } from '../monitor/poller.ts';
import { nextReadInMs, outages, patienceMs, readAfterWakeInMs } from '../monitor/waits.ts';
import type { Connections } from '../monitor/connections.ts';
import { watchEveryMs, type AccountState, type Failure, type Live, type Store } from '../monitor/store.ts';
import type { Wake, Wakes } from '../monitor/wakes.ts';
import type { SocketMaker } from '../../exchanges/streams.ts';
import type { Reader } from '../monitor/reader.ts';
import type { PricesRow } from '../storage/state-protocol.ts';
import { siteOf, Streams, type Wanted } from './streams.ts';
import { storedPrices } from '../monitor/stored-snapshot.ts';

export interface PriceWatchOptions {
  readonly store: Store;
  readonly connections: Pick<Connections, 'get'>;
  readonly clock: Clock;
  /** At least 0, less than 1. */
  readonly random?: () => number;
  /** Reports that the machine slept or changed its network. */
  readonly wakes?: Pick<Wakes, 'on'>;
  /** Tells which window asks for all, and shares the answers. */
  readonly reader: Pick<Reader, 'isReader' | 'onDidChange' | 'pass' | 'prices' | 'keepPrices' | 'onDidPrice'>;
  /** The platform's WebSocket. Without it, prices are only polled. */
  readonly WebSocket?: SocketMaker | undefined;
  /** Reads an account soon, when something has happened to it, or when its venue answers again. */
  readonly poller?: Pick<Poller, 'nudge' | 'answered'>;
  /** The person's interval. Milliseconds. */
  readonly intervalMs: () => number;
  readonly log?: { debug(line: string): void };
}

/** One site of a venue; all its accounts have the same prices. */
interface Line {
  asking: boolean;
  failure?: Failure;
  /** No request before this time after failures, by `uptimeOf`. */
  notBefore: number;
  /** The end of a pause that the venue asked for, by `uptimeOf`. */
  heldUntil: number;
  /** The venue is not asked before why it can't be read, by `uptimeOf`. */
  whyFrom: number;
}

interface Latest {
  readonly at: number;
  readonly prices: Prices;
}

/** How good the last estimates of an account's loans were. */
interface Grades {
  readonly off: Readonly<Record<string, Decimal>>;
  readonly doubted: readonly string[];
}

/** Longest time that estimates may block the window. Milliseconds. */
const sliceMs = 4;

const finelyOf = (clock: Clock): number => clock.ticks?.() ?? uptimeOf(clock);

const whyEveryMs = 60_000;

/** Asked for where no coin is held, to learn whether the venue answers. */
const anyCoin = 'BTC';

const isOut = ({ failure }: AccountState): boolean => failure !== undefined && outages.has(failure.error.kind);

const noGrades: Grades = { off: {}, doubted: [] };

/**
 * Listens to prices between the readings, or where the venue does not tell them just now asks for public index prices, once for each site and in
 * one window for all, and keeps in the store what the last readings would be at them. While readings fail they are asked for too: the answer says
 * that the venue is back. No failure of it is anybody's trouble: then there simply is no estimate. No account, no timer.
 */
export class PriceWatch implements Disposable {
  readonly #options: PriceWatchOptions;
  readonly #lines = new Map<string, Line>();
  /** The reading that each account's estimates start from. */
  readonly #seen = new Map<string, Snapshot>();
  readonly #grades = new Map<string, Grades>();
  /** The earlier reading of each account whose estimates the newer one has yet to grade. */
  readonly #ungraded = new Map<string, Snapshot>();
  readonly #latest = new Map<string, Latest>();
  /** Accounts with newer prices still to be applied. */
  readonly #due = new Set<string>();
  #catchingUp = false;
  readonly #end = new AbortController();
  readonly #watches: Disposable[] = [];
  #wakes: Disposable | undefined;
  #armed = false;
  /** Aborted when nothing is to be asked any more. */
  #needed: AbortController | undefined;
  readonly #streams: Streams | undefined;

  constructor(options: PriceWatchOptions) {
    this.#options = options;
    const { WebSocket, poller, log, random = Math.random } = options;
    const nudge = (accountId: string): void => poller?.nudge(accountId);
    const trace = (line: string): void => log?.debug(line);
    this.#streams = WebSocket && new Streams({ ...options, WebSocket, nudge, trace, random });
  }

  /** The announced reason for a failed reading, if the venue gave one. */
  explain(account: Account, error: ExchangeError): ExchangeError {
    return this.#streams?.explain(account, error) ?? error;
  }

  /** Starts with the readings in the store. */
  start(): void {
    if (this.#watches.length > 0 || this.#end.signal.aborted) return;
    setPurpose(this.#end.signal, 'near');
    const { store, reader } = this.#options;
    for (const { account, snapshot } of store.all()) if (snapshot !== undefined) this.#seen.set(account.id, snapshot);
    this.#watches.push(
      store.onDidChange(({ accountId, what }) => {
        // Its own estimates.
        if (what === 'live') return;
        this.#follow(accountId);
        this.#arm();
      }),
      reader.onDidPrice((row) => {
        this.#take(row);
      }),
      reader.onDidChange(() => {
        this.#arm();
      }),
    );
    for (const site of new Set(store.all().map(({ account }) => siteOf(account)))) {
      const known = reader.prices(site);
      if (known !== undefined) this.#take(known);
    }
    this.#arm();
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#streams?.dispose();
    this.#wakes?.dispose();
    this.#needed?.abort();
    this.#end.abort();
  }

  #take({ site, at, prices }: PricesRow): void {
    const known = storedPrices(prices);
    if (known === undefined) return;
    this.#latest.set(site, { at, prices: new Map(Object.entries(known)) });
    for (const { account } of this.#options.store.all()) if (siteOf(account) === site) this.#due.add(account.id);
    void this.#catchUp();
  }

  /** Updates estimates with the newest prices, longest waiting account first. Yields between loans when it takes long. */
  async #catchUp(): Promise<void> {
    if (this.#catchingUp) return;
    this.#catchingUp = true;
    const { clock } = this.#options;
    let since = finelyOf(clock);
    const isLong = (): boolean => finelyOf(clock) - since >= sliceMs;
    try {
      // Accounts added in the meantime come last.
      for (const id of this.#due) {
        if (isLong()) since = await this.#pause();
        this.#due.delete(id);
        const steps = this.#steps(id);
        while (steps.next().done !== true) if (isLong()) since = await this.#pause();
      }
    } catch {
      // Disposed in the meantime.
    } finally {
      this.#catchingUp = false;
    }
  }

  /** @returns when it ended */
  async #pause(): Promise<number> {
    const { clock } = this.#options;
    await clock.sleep(0, this.#end.signal);
    return finelyOf(clock);
  }

  #follow(accountId: string): void {
    const state = this.#options.store.get(accountId);
    const snapshot = state?.snapshot;
    if (state === undefined || snapshot === undefined) {
      this.#seen.delete(accountId);
      this.#grades.delete(accountId);
      this.#ungraded.delete(accountId);
      return;
    }
    const before = this.#seen.get(accountId);
    if (before === snapshot && state.live !== undefined) return;
    if (before !== undefined && before !== snapshot) this.#ungraded.set(accountId, before);
    this.#seen.set(accountId, snapshot);
    if (before !== snapshot && state.failure === undefined) this.#streams?.noteRead(state.account, snapshot.asOf);
    this.#due.add(accountId);
    void this.#catchUp();
  }

  #arm(): void {
    const { clock, store, reader } = this.#options;
    if (this.#end.signal.aborted) return;
    this.#listen();
    if (store.all().length === 0 || !reader.isReader) {
      this.#wakes?.dispose();
      this.#needed?.abort();
      this.#wakes = this.#needed = undefined;
      this.#armed = false;
      return;
    }
    if (this.#armed) return;
    this.#wakes ??= this.#options.wakes?.on((wake) => {
      this.#woke(wake);
    });
    this.#armed = true;
    this.#needed ??= new AbortController();
    clock.sleep(watchEveryMs, this.#needed.signal).then(
      () => {
        this.#armed = false;
        this.#look();
        this.#arm();
      },
      () => undefined,
    );
  }

  #look(): void {
    const { clock, reader } = this.#options;
    const now = clock.now();
    if (!reader.isReader) return;
    for (const [site, all] of bySite(this.#options.store.all())) {
      // Without the prices it was read at there is nothing to start from.
      const priced = all.filter(({ snapshot }) => snapshot?.prices !== undefined);
      const line = this.#line(site);
      const isDown = all.some(isOut);
      if (isDown) void this.#askWhy(site, line, all);
      // What was read just now needs no estimate.
      const isOld = priced.some(({ snapshot }) => snapshot !== undefined && now - snapshot.asOf >= watchEveryMs);
      const isDue = isDown || (isOld && this.#streams?.isFresh(site) !== true);
      const coins = coinsOf(priced);
      if (!isDue || line.asking || uptimeOf(clock) < line.notBefore) continue;
      if (coins.length > 0) void this.#ask(site, line, priced, coins);
      else if (isDown) void this.#ask(site, line, all, [anyCoin]);
    }
  }

  /** The window that reads listens for all. */
  #listen(): void {
    if (this.#streams === undefined) return;
    const read = this.#options.reader.isReader ? this.#options.store.all().filter(({ snapshot }) => snapshot !== undefined) : [];
    this.#streams.want(new Map([...bySite(read)].map(([site, states]) => [site, wantedBy(states)])));
  }

  /** Failed sites are asked at the next look, without back-off. */
  #woke(wake: Wake): void {
    const now = uptimeOf(this.#options.clock);
    this.#streams?.renew();
    for (const line of this.#lines.values()) {
      const ms = line.failure && readAfterWakeInMs(wake, line.failure, line.heldUntil - now, 0);
      if (ms === undefined) continue;
      line.notBefore = now + ms;
      delete line.failure;
    }
  }

  async #ask(site: string, line: Line, states: readonly AccountState[], coins: readonly string[]): Promise<void> {
    const { connections, clock, reader, poller } = this.#options;
    line.asking = true;
    const pass = await reader.pass();
    // The time of the request: the answer may arrive after a newer reading.
    const [at, began] = [clock.now(), uptimeOf(clock)];
    try {
      if (pass === undefined) return;
      // After a failure, try another account of the site: its connection may work.
      const asked = states[(line.failure?.attempts ?? 0) % states.length];
      if (asked === undefined) return;
      const connection = await connections.get(asked.account.id);
      const paceMs = this.#paceAt(site);
      // While accounts can't be read, the answer shows that the venue is back: what hangs since before doesn't.
      const until = paceMs === undefined ? Infinity : began + patienceMs(paceMs);
      const prices = await connection.indexPrices(coins, tryOf(this.#end.signal, { until }));
      if (this.#end.signal.aborted) return;
      if (Object.keys(prices).length === 0) throw failedInside();
      delete line.failure;
      reader.keepPrices({ site, at, prices: JSON.stringify(prices) }, pass);
      for (const { account } of this.#outAt(site)) poller?.answered(account.id);
    } catch (error) {
      if (this.#end.signal.aborted) return;
      const { failure } = line;
      const known = ExchangeError.is(error) ? error : failedInside();
      line.failure = { error: known, since: failure?.since ?? at, at, attempts: (failure?.attempts ?? 0) + 1 };
      const { waitMs, isDown } = this.#waitAt(site, line.failure, uptimeOf(clock) - began);
      line.notBefore = uptimeOf(clock) + waitMs;
      line.heldUntil = uptimeOf(clock) + (known.retryAfterMs ?? 0);
      if (!isDown || this.#needed === undefined) return;
      // That the venue is back is found out in time, not only at the next regular look.
      clock.sleep(waitMs, this.#needed.signal).then(
        () => {
          this.#look();
        },
        () => undefined,
      );
    } finally {
      line.asking = false;
    }
  }

  /** Nothing waits for it: the next failure is explained by it. */
  async #askWhy(site: string, line: Line, states: readonly AccountState[]): Promise<void> {
    const { connections, clock } = this.#options;
    const streams = this.#streams;
    const [asked] = states;
    if (streams === undefined || asked === undefined || uptimeOf(clock) < line.whyFrom) return;
    line.whyFrom = uptimeOf(clock) + whyEveryMs;
    try {
      const all = await (await connections.get(asked.account.id)).maintenance?.(this.#end.signal);
      if (all !== undefined) streams.note(site, all);
    } catch {
      // Then nothing is known of why.
    }
  }

  /** While accounts can't be read, no longer than the shortest of their intervals, from when the request began, but at least half of it. */
  #waitAt(site: string, failure: Failure, tookMs: number): { readonly waitMs: number; readonly isDown: boolean } {
    const { random = Math.random } = this.#options;
    const mostMs = this.#paceAt(site);
    const everyMs = Math.min(watchEveryMs, mostMs ?? watchEveryMs);
    const ms = nextReadInMs(everyMs, failure, random(), mostMs);
    return {
      waitMs: mostMs === undefined ? ms : Math.max(ms - Math.min(tookMs, everyMs / 2), failure.error.retryAfterMs ?? 0),
      isDown: mostMs !== undefined,
    };
  }

  /** The shortest interval in force of the accounts that can't be read; undefined if all can be. */
  #paceAt(site: string): number | undefined {
    const { intervalMs } = this.#options;
    const paces = this.#outAt(site).map((state) => intervalInForce(state.snapshot, intervalMs(), state));
    return paces.length === 0 ? undefined : Math.min(...paces);
  }

  #outAt(site: string): readonly AccountState[] {
    return this.#options.store.all().filter((state) => isOut(state) && siteOf(state.account) === site);
  }

  #line(site: string): Line {
    const there = this.#lines.get(site);
    if (there !== undefined) return there;
    const line: Line = { asking: false, notBefore: 0, heldUntil: 0, whyFrom: 0 };
    this.#lines.set(site, line);
    return line;
  }

  /** Updates the estimates of an account, loan by loan. */
  *#steps(id: string): Generator<undefined> {
    const { account, snapshot, live } = this.#options.store.get(id) ?? {};
    if (account === undefined || snapshot === undefined) return;
    try {
      const before = this.#ungraded.get(id);
      if (before !== undefined) {
        this.#ungraded.delete(id);
        const grades = yield* graded(before, snapshot, this.#grades.get(id) ?? gradesIn(before));
        // Unless it was forgotten in the meantime.
        if (this.#seen.get(id) === snapshot || this.#ungraded.get(id) === snapshot) this.#grades.set(id, grades);
      }
      const grades = this.#grades.get(id) ?? gradesIn(snapshot);
      const latest = this.#latest.get(siteOf(account));
      const isNewer = latest !== undefined && latest.at > snapshot.asOf;
      if (!isNewer && live === undefined && grades === noGrades) return;
      const figures = isNewer ? { at: latest.at, ...(yield* figuresOf(snapshot, latest.prices, grades)) } : { loans: {}, positions: {} };
      this.#options.store.estimate(id, snapshot, { ...figures, ...grades });
    } catch {
      // A failing listener must not stop the watch.
    }
  }
}

function bySite(states: readonly AccountState[]): ReadonlyMap<string, readonly AccountState[]> {
  const sites = new Map<string, AccountState[]>();
  for (const state of states) sites.set(siteOf(state.account), [...(sites.get(siteOf(state.account)) ?? []), state]);
  return sites;
}

/** Of what an earlier reading could tell only there are no prices of the time. */
function* figuresOf(snapshot: Snapshot, now: Prices, { doubted }: Grades): Generator<undefined, Pick<Live, 'loans' | 'positions'>> {
  const then = pricesIn(snapshot);
  const [loans, positions]: [Record<string, Live['loans'][string]>, Record<string, Live['positions'][string]>] = [{}, {}];
  for (const loan of snapshot.loans) {
    yield;
    if (loan.keptFrom === undefined) loans[loan.id] = doubted.includes(loan.id) ? 'definitions' : liveEstimate(loan, then, now);
  }
  for (const position of snapshot.positions) {
    yield;
    if (position.keptFrom === undefined) positions[position.positionId] = livePosition(position, then, now);
  }
  return { loans, positions };
}

/** Grades the estimates from the earlier reading by the newer one. Loans that can't be compared keep their last grade. */
function* graded(before: Snapshot, after: Snapshot, known: Grades): Generator<undefined, Grades> {
  const [then, now] = [pricesIn(before), pricesIn(after)];
  const off: Record<string, Decimal> = {};
  const doubted: string[] = [];
  for (const loan of after.loans) {
    yield;
    const earlier = before.loans.find(({ id }) => id === loan.id);
    const comparable = earlier !== undefined && earlier.keptFrom === undefined && loan.keptFrom === undefined;
    const grade = comparable ? measured(earlier, then, loan, now) : undefined;
    const last = grade?.off ?? known.off[loan.id];
    if (last !== undefined) off[loan.id] = last;
    if (grade?.differs ?? known.doubted.includes(loan.id)) doubted.push(loan.id);
  }
  return Object.keys(off).length === 0 && doubted.length === 0 ? noGrades : { off, doubted };
}

/** What an earlier window or start left of them. */
const gradesIn = ({ doubted }: Snapshot): Grades => (doubted === undefined ? noGrades : { off: {}, doubted });

const pricesIn = ({ prices }: Snapshot): Prices => new Map(Object.entries(prices ?? {}));

/** Only coins that the venue gives a price for: otherwise the prices would never be complete. */
function wantedBy(states: readonly AccountState[]): Wanted {
  const priced = new Set(states.flatMap(({ snapshot }) => Object.keys(snapshot?.prices ?? {})));
  const isolated = states.flatMap(({ snapshot }) => (snapshot?.positions ?? []).filter(({ marginMode }) => marginMode === 'isolated'));
  return {
    accounts: states.map(({ account }) => account.id),
    coins: coinsOf(states).filter((coin) => priced.has(coin)),
    positions: [...new Map(isolated.map(({ instrument, market }) => [instrument, { instrument, market }])).values()],
    holders: states.filter(({ snapshot }) => (snapshot?.positions.length ?? 0) > 0).map(({ account }) => account.id),
  };
}

/** Every coin whose price affects a loan or isolated position. */
function coinsOf(states: readonly AccountState[]): readonly string[] {
  const coins = states.flatMap(({ snapshot }) => [
    ...(snapshot?.loans ?? []).flatMap(({ debts, collateral }) => [...debts, ...collateral].map(({ coin }) => coin)),
    ...(snapshot?.positions ?? [])
      .filter(({ marginMode }) => marginMode === 'isolated')
      .flatMap(({ baseCoin, priceCoin }) => (baseCoin === undefined ? [] : [baseCoin, priceCoin])),
  ]);
  return [...new Set(coins)];
}
