import type { Told } from '../../src/engine/watch/warnings.ts';
import type { WriteRecord } from '../../src/engine/ledger/record.ts';
import { isFreezing, isOpen } from '../../src/engine/ledger/write-states.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import type { Outcome, RawRequest } from '../../src/simulator/request.ts';
import { statusOf } from '../../src/views/status.ts';
import { ltvLevel, order, rank, type Truth } from '../watch/levels.ts';
import type { WorldTime } from '../watch/time.ts';
import type { Effect, SimulatedVenue, VenueId } from './exchange.ts';
import type { Journal } from './journal.ts';
import { saidBy, saidOf, type Said } from './request-words.ts';
import type { ChaosWindow } from './window.ts';

// What has to be true of every world, whatever happens in it. It is known from the bytes that leave, from what the simulated exchanges did, and
// from what stands written; nothing here asks the product what it thinks. Times are milliseconds since the world began.

const second = 1_000;
const minute = 60 * second;

/** A change that a person confirmed. */
interface Intent {
  readonly window: string;
  readonly venue: VenueId;
  readonly change: Change;
  readonly at: number;
  isSent: boolean;
}

/** A change that left a window. */
interface Send {
  readonly window: string;
  readonly venue: VenueId;
  readonly body: string;
  readonly said: Said;
  readonly coin: string;
  readonly at: number;
  readonly record: string | undefined;
  /** On its way. */
  isUnderWay: boolean;
  effects: readonly (() => Effect)[];
  /** It was turned away for its time alone: nobody looked at it. */
  isOutOfTime: boolean;
}

/** A person's word that changes may be sent. */
interface Armed {
  readonly venue: VenueId;
  readonly window: string | undefined;
  readonly from: number;
  readonly until: number;
}

interface Watched {
  told: Truth;
  readonly since: Map<Truth, number>;
}

export interface JudgeOptions {
  readonly time: WorldTime;
  readonly venues: readonly SimulatedVenue[];
  readonly windows: readonly ChaosWindow[];
  readonly journal: Journal;
  readonly intervalMs: number;
  /** By coin, what may be moved on an account within a day. */
  readonly perDay: Readonly<Record<string, number>>;
  readonly say: (line: string) => void;
}

/** What came of a world. */
export interface Counts {
  requests: number;
  changes: number;
  effects: number;
  alarms: number;
}

export class Judge {
  readonly #options: JudgeOptions;
  readonly #intents: Intent[] = [];
  readonly #sends: Send[] = [];
  readonly #armed: Armed[] = [];
  readonly #again: { readonly window: string; readonly at: number }[] = [];
  readonly #watched = new Map<string, Watched>();
  /** The LTVs each venue told, and when. */
  readonly #served = new Map<VenueId, { readonly at: number; readonly ltvs: ReadonlySet<string> }[]>();
  readonly #readAt = new Map<VenueId, number>();
  readonly #failedAt = new Map<VenueId, number>();
  readonly #checked = new WeakSet<object>();
  readonly #personSays = new Set<string>();
  #disturbedAt = 0;
  #diskBadAt = -Infinity;
  readonly faults: string[] = [];
  readonly counts: Counts = { requests: 0, changes: 0, effects: 0, alarms: 0 };

  constructor(options: JudgeOptions) {
    this.#options = options;
  }

  get #now(): number {
    return this.#options.time.passed;
  }

  fault(sentence: string): void {
    this.#options.say(`✗ ${sentence}`);
    if (this.faults.length < 20) this.faults.push(`${(this.#now / minute).toFixed(2)} min: ${sentence}`);
  }

  disturbed(): void {
    this.#disturbedAt = this.#now;
  }

  /** The disk is broken at this moment. */
  diskIsBad(): void {
    this.#diskBadAt = this.#now;
    this.disturbed();
  }

  // What a person does.

  confirms(window: string, venue: VenueId, change: Change): void {
    this.#intents.push({ window, venue, change, at: this.#now, isSent: false });
  }

  asksAgain(window: string): void {
    this.#again.push({ window, at: this.#now });
  }

  arms(venue: VenueId, window: string | undefined, forMs: number): void {
    this.#armed.push({ venue, window, from: this.#now, until: this.#now + forMs });
  }

  disarms(venue: VenueId): void {
    for (const [at, one] of this.#armed.entries()) {
      if (one.venue === venue) this.#armed[at] = { ...one, until: Math.min(one.until, this.#now + 3 * second) };
    }
  }

  /** What became of a change, for a person who looks at the exchange: undefined while that can still change, and where it is not what was asked. */
  truthOf(record: WriteRecord): 'effective' | 'not-effective' | undefined {
    const sends = this.#sends.filter((one) => one.record === record.id);
    const effects = sends.flatMap((one) => one.effects).map((effect) => effect());
    if (sends.some(({ isUnderWay }) => isUnderWay) || effects.some(({ state }) => state === 'pending' || state === 'failing'))
      return undefined;
    const done = effects.find(({ state }) => state === 'effective');
    if (done === undefined) return 'not-effective';
    return partOf(done, saidOf(record.change)) === 1 ? 'effective' : undefined;
  }

  says(record: WriteRecord): void {
    this.#personSays.add(record.id);
  }

  // What the network sees.

  /** A request leaves. */
  left(
    venue: SimulatedVenue,
    window: string,
    request: RawRequest,
  ): { lost(): void; arrived(effects: Send['effects'], outcome: Outcome): void } {
    this.counts.requests += 1;
    if (request.method !== 'POST') return { lost: () => undefined, arrived: () => undefined };
    this.counts.changes += 1;
    const send = this.#send(venue, window, request.target, request.body.toString());
    return {
      lost: () => {
        send.isUnderWay = false;
      },
      arrived: (effects, outcome) => {
        send.isUnderWay = false;
        send.effects = effects;
        send.isOutOfTime = effects.length === 0 && isOutOfTime(outcome);
        this.counts.effects += effects.length;
        this.#options.say(`${venue.id} carries out ${String(effects.length)} of ${send.body}`);
        const all = this.#sends.filter(({ record }) => record !== undefined && record === send.record).flatMap((one) => one.effects);
        if (all.length > 1) this.fault(`one change has ${String(all.length)} effects: ${send.body}`);
      },
    };
  }

  #send(venue: SimulatedVenue, window: string, target: string, body: string): Send {
    const said = saidBy(target, body);
    const words = JSON.stringify(said);
    this.#options.say(`${window} sends ${target} ${body}`);
    const { id } = venue;
    const records = [...this.#options.journal.latest().values()];
    const mine = records.filter(
      ({ accountId, request, window: by }) => accountId === venue.account.id && request.body === body && by === window,
    );
    const record = mine.findLast(({ state, again }) => state === 'sent' || again !== undefined);
    if (record === undefined) this.fault(`${window} sends what is not written down as sent: ${words}`);
    const before = this.#sends.filter((one) => one.record !== undefined && one.record === record?.id);
    const intent = this.#intents.find(
      (one) => !one.isSent && one.window === window && one.venue === id && JSON.stringify(saidOf(one.change)) === words,
    );
    const mayRepeat = before.length > 0 && before.every(({ isOutOfTime }) => isOutOfTime);
    const isAgain = before.length > 0 && this.#isAskedAgain(window, before);
    if (before.length > 0 && !mayRepeat && !isAgain) this.fault(`${window} sends a second time: ${words}`);
    else if (before.length === 0 && intent === undefined) this.fault(`${window} sends what nobody asked for: ${words}`);
    if (before.length === 0 && intent !== undefined) intent.isSent = true;
    const send: Send = {
      ...{ window, venue: id, body, said, coin: intent?.change.coin ?? before[0]?.coin ?? '', at: this.#now, record: record?.id },
      ...{ isUnderWay: true, effects: [], isOutOfTime: false },
    };
    if (before.length === 0) this.#mayLeave(send, records);
    this.#sends.push(send);
    return send;
  }

  /** Once, in the window that sent it, within its time. */
  #isAskedAgain(window: string, before: readonly Send[]): boolean {
    const repeats = before.filter(({ isOutOfTime }) => !isOutOfTime);
    const isInTime = repeats.length <= 1 && this.#now - (before[0]?.at ?? 0) <= 22 * second;
    return isInTime && this.#again.some((one) => one.window === window && this.#now - one.at <= 22 * second);
  }

  #mayLeave({ venue, window, said, coin, record: own }: Send, records: readonly WriteRecord[]): void {
    const others = records.filter(({ id, accountId }) => id !== own && accountId === `account-${venue}`);
    const frozen = others.find(isFreezing);
    if (frozen !== undefined) this.fault(`${window} sends from an account that ${frozen.id} froze`);
    const open = others.find((one) => isOpen(one) && saidOf(one.change).target === said.target);
    if (open !== undefined) this.fault(`${window} sends though ${open.id} is ${open.state} on ${said.target}`);
    const isArmed = this.#armed.some(
      (one) => one.venue === venue && (one.window ?? window) === window && one.from <= this.#now && this.#now <= one.until + 2 * second,
    );
    if (!isArmed) this.fault(`${window} sends from ${venue}, which is not armed`);
    const moved = this.#sends.filter((one) => one.venue === venue && one.coin === coin).flatMap(({ effects }) => effects);
    const sum = moved.map((effect) => effect()).filter(({ state }) => state === 'effective' || state === 'pending');
    const all = sum.reduce((total, { amount }) => total + Number(amount), Number(said.amount));
    if (all > (this.#options.perDay[coin] ?? Infinity) + 1e-9) this.fault(`${window} moves ${String(all)} ${coin} in a day`);
  }

  /** Something was not answered as it should be. */
  failed(venue: VenueId): void {
    this.#failedAt.set(venue, this.#now);
  }

  /** An answer has arrived at a window. */
  answered({ id, venue }: SimulatedVenue, { target }: RawRequest, body: string): void {
    if (!/^\{"(?:retCode|code)":"?0"?[,}]/.test(body) || venue.api.faults.list().length > 0) this.failed(id);
    if (!target.startsWith(venue.reading)) return;
    const ltvs = new Set([...body.matchAll(venue.ltvs)].map(([, ltv]) => ltv!));
    const served = this.#served.get(id) ?? [];
    this.#served.set(id, served);
    served.push({ at: this.#now, ltvs });
    if (served.length > 2_000) served.splice(0, 1_000);
    if (ltvs.size > 0) this.#readAt.set(id, this.#now);
  }

  // What windows show.

  shown(told: readonly Told[]): void {
    for (const { account, target, says, level } of told) {
      const one = this.#watchedAs(`${account} ${target}`);
      if (says === 'alarm') this.counts.alarms += 1;
      if (says === 'alarm') one.told = rank(level) > rank(one.told) ? level : one.told;
      else if (says === 'better') one.told = 'warn';
      else if (says === 'recovered') one.told = 'calm';
    }
  }

  #watchedAs(name: string): Watched {
    const one = this.#watched.get(name) ?? { told: 'calm', since: new Map() };
    this.#watched.set(name, one);
    return one;
  }

  /** Every second. */
  look(): void {
    const awake = this.#options.windows.filter(({ isAwake }) => isAwake);
    for (const venue of this.#options.venues) this.#alarms(venue, awake.length > 0);
    this.#leases(awake);
    for (const window of awake) {
      this.#figures(window);
      if (this.#now % 5_000 < second) {
        this.#green(window);
        this.#alive(window);
      }
    }
  }

  #alarms({ id, account, venue }: SimulatedVenue, isWatched: boolean): void {
    const isReadable = isWatched && this.#failedAt.get(id) !== this.#now;
    const limit = 2 * this.#options.intervalMs + 30 * second;
    for (const { target, ltv, marginCall, liquidation } of venue.standings()) {
      const one = this.#watchedAs(`${account.id} ${target}`);
      const inMillionths = { marginCall: Math.round(marginCall * 1e6), liquidation: Math.round(liquidation * 1e6) };
      const level = ltvLevel(Math.round(ltv * 1e6), inMillionths);
      for (const at of order) {
        if (rank(at) > rank(level) || rank(at) <= rank(one.told)) one.since.delete(at);
        else if (!one.since.has(at)) one.since.set(at, this.#now);
        const since = Math.max(one.since.get(at) ?? Infinity, this.#disturbedAt, (this.#failedAt.get(id) ?? 0) + minute);
        if (!isReadable || !one.since.has(at) || this.#now - since <= limit) continue;
        this.fault(`${account.id} ${target} is at ${at} and nothing is said for ${String((this.#now - since) / second)} s`);
        one.told = at;
      }
    }
  }

  #leases(awake: readonly ChaosWindow[]): void {
    if (this.#now - this.#diskBadAt < 15 * second) return;
    const readers = awake.filter(
      ({ engine, wokeAt, openedAt }) => engine.reader.isReader && this.#now - Math.max(wokeAt, openedAt) > 2 * second,
    );
    if (readers.length > 1) this.fault(`${readers.map(({ name }) => name).join(' and ')} both read for all`);
  }

  /** Nothing is shown that no venue told, or that it told before it is said to be read. */
  #figures({ name, engine }: ChaosWindow): void {
    const began = this.#options.time.now - this.#now;
    for (const { account, snapshot } of engine.store.all()) {
      if (snapshot === undefined || this.#checked.has(snapshot)) continue;
      this.#checked.add(snapshot);
      const since = this.#served.get(account.venue as VenueId)?.filter(({ at }) => at >= snapshot.asOf - began - 2 * second) ?? [];
      for (const { id, ltv, keptFrom } of snapshot.loans) {
        if (keptFrom !== undefined || ltv === undefined || (account.venue === 'bybit' && id !== 'pool')) continue;
        if (!since.some(({ ltvs }) => ltvs.has(ltv))) this.fault(`${name} shows LTV ${ltv} of ${account.id} ${id}, which nobody told`);
      }
    }
  }

  /** No green without current data. */
  #green({ name, engine }: ChaosWindow): void {
    const { intervalMs, time } = this.#options;
    const when = String;
    const status = statusOf(engine.store.all(), {
      ...{ exchanges: engine.exchanges, now: time.now, intervalMs, when, zoned: when },
      openWrites: (id) => engine.ledger.open(id),
      frozen: (id) => engine.ledger.frozen(id),
      arming: (id) => engine.arming.state(id),
      warnings: (id) => engine.warnings.all().filter(({ account }) => account === id),
    });
    if (status === undefined || (status.level !== 'ok' && status.level !== 'watch')) return;
    const most = Math.max(3 * intervalMs, 30 * second) + 5 * second;
    for (const { id } of this.#options.venues) {
      const age = this.#now - (this.#readAt.get(id) ?? -Infinity);
      if (age > most) this.fault(`${name} shows ${status.level}, and ${id} was last read ${String(age / second)} s ago`);
    }
  }

  /** What can be read is read. */
  #alive({ name, engine, openedAt, wokeAt }: ChaosWindow): void {
    const { intervalMs, time } = this.#options;
    for (const { account, snapshot } of engine.store.all()) {
      const failedAt = this.#failedAt.get(account.venue as VenueId) ?? -Infinity;
      // After failures, five minutes at most until the next look.
      const since = Math.max(failedAt + 6 * minute, this.#disturbedAt + minute, openedAt, wokeAt);
      const age = time.now - (snapshot?.asOf ?? 0);
      if (this.#now - since > 2 * intervalMs + 30 * second && age > 2 * intervalMs + 30 * second)
        this.fault(`${name} shows figures of ${account.id} that are ${String(age / second)} s old, though nothing is in the way`);
    }
  }

  /** When all is quiet: what stands written is what the exchanges did. */
  ends(): void {
    const written = this.#options.journal.latest();
    for (const { record, body } of this.#sends)
      if (record !== undefined && !written.has(record)) this.fault(`${body} was sent and is forgotten`);
    for (const record of written.values()) this.#compare(record);
    for (const one of this.#options.windows.flatMap(({ engine, isAwake }) => (isAwake ? engine.store.all() : []))) {
      if (one.failure !== undefined && this.#failedAt.get(one.account.venue as VenueId)! < this.#now - 8 * minute)
        this.fault(`${one.account.id} is said to fail at the end: ${one.failure.error.kind}`);
    }
  }

  #compare(record: WriteRecord): void {
    const { id, state, change, evidence } = record;
    const sends = this.#sends.filter((one) => one.record === id);
    const effects = sends.flatMap((one) => one.effects).map((effect) => effect());
    const done = effects.find((one) => one.state === 'effective');
    const asked = saidOf(change);
    const part = done === undefined ? 0 : partOf(done, asked);
    // Bybit keeps no history of margin: what is about the amount can't be told from it.
    const isLikeIt = record.venue === 'bybit' && asked.kind === 'margin' && Math.abs(part - 1) <= 0.5;
    const isAsAsked = isLikeIt || part === 1;
    const said = `${id} (${JSON.stringify(asked)}) is told as ${state}`;
    const told = `the exchange has ${done === undefined ? 'done nothing' : JSON.stringify(done)}`;
    if (state === 'planned' && sends.length > 0) this.fault(`${said}, and was sent`);
    else if (state === 'effective' && !isAsAsked) this.fault(`${said}, and ${told}`);
    else if (state === 'effective' && evidence === undefined && !this.#personSays.has(id)) this.fault(`${said}, without evidence`);
    else if ((state === 'rejected' || state === 'not-effective') && done !== undefined) this.fault(`${said}, and ${told}`);
    else if (state === 'mismatch' && (done === undefined || part === 1)) this.fault(`${said}, and ${told}`);
  }
}

/** A venue whose clock is another has to be coped with. */
export const isOutOfTime = (outcome: Outcome): boolean =>
  outcome.kind === 'answer' && /"(?:retCode|code)":"?(?:10002|50102)\b/.test(outcome.answer.body);

/** How much of what was asked was done; none where it went the other way. */
const partOf = (done: Effect, asked: Said): number => (done.way === asked.way ? Number(done.amount) / Number(asked.amount) : 0);
