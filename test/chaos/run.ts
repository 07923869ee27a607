import fs from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { ExchangeError } from '../../src/core/errors.ts';
import { Refusal } from '../../src/engine/ledger/ledger.ts';
import { limitsFrom, type Limits } from '../../src/engine/ledger/limits.ts';
import { isFreezing } from '../../src/engine/ledger/write-states.ts';
import { StateTrouble } from '../../src/engine/storage/shared-state.ts';
import { StateFile } from '../../src/engine/storage/state-file.ts';
import { systems, wayOf } from '../crash/systems.ts';
import { memoryFolder } from '../memory-folder.ts';
import { withoutThreads } from '../unit/engine/storage/same-thread.ts';
import { inDatabase, withoutReality } from '../watch/banned.ts';
import { Random } from '../watch/random.ts';
import { WorldTime } from '../watch/time.ts';
import { Disk } from './disk.ts';
import { SimulatedVenue, venueIds, type VenueId } from './exchange.ts';
import { Journal } from './journal.ts';
import { Judge, type Counts } from './judge.ts';
import { Network } from './network.ts';
import { planOf, type Plan, type Step } from './plan.ts';
import { ChaosWindow, here } from './window.ts';

/** What came of one seed. */
export interface Outcome extends Counts {
  readonly faults: readonly string[];
  readonly plan: Plan;
  readonly hours: number;
}

export interface RunOptions {
  readonly isShort?: boolean;
  readonly say?: (line: string) => void;
  /** Instead of what the seed says. */
  readonly plan?: Plan;
}

const timedOut = new DOMException('timed out', 'TimeoutError');
const second = 1_000;
const minute = 60 * second;
const mostWindows = 3;
/** At the end nothing is in the way any more: so long until all is known that can be. */
const quietMs = 10 * minute;
/** Falls of one percent. */
const mostFalls = 90;

/** Lives through the world of one seed. */
export async function run(
  seed: string,
  number: number,
  { isShort = false, say = () => undefined, plan }: RunOptions = {},
): Promise<Outcome> {
  const random = new Random(`${seed}/${String(number)}`);
  return new Life(plan ?? planOf(random.for('plan'), isShort), random, say).run();
}

class Life {
  readonly #plan: Plan;
  readonly #random: Random;
  readonly #time = new WorldTime();
  readonly #folder = memoryFolder('chaos');
  readonly #windows: ChaosWindow[] = [];
  readonly #venues: readonly SimulatedVenue[];
  readonly #journal: Journal;
  readonly #judge: Judge;
  readonly #network: Network;
  readonly #disk: Disk;
  readonly #secrets = new Map<string, string>();
  /** Of requests, while they run. */
  readonly #timeouts = new Set<AbortController>();
  readonly #say: (line: string) => void;

  constructor(plan: Plan, random: Random, say: (line: string) => void) {
    const time = this.#time;
    this.#plan = plan;
    this.#random = random.for('life');
    this.#say = (line) => {
      say(`${(time.passed / minute).toFixed(3)} ${line}`);
    };
    this.#venues = venueIds.map((id) => new SimulatedVenue(id, { now: () => time.now }, random.for(id).next().toString()));
    this.#journal = new Journal(path.join(this.#folder, 'shared', 'journal', 'ledger.sqlite'));
    this.#disk = new Disk(time);
    const judged = { time, venues: this.#venues, windows: this.#windows, journal: this.#journal };
    this.#judge = new Judge({ ...judged, intervalMs: plan.intervalMs, perDay: plan.perDay, say: this.#say });
    this.#network = new Network({ time, random: random.for('network'), venues: this.#venues, judge: this.#judge });
  }

  async run(): Promise<Outcome> {
    const unhandled = (error: unknown): void => {
      this.#judge.fault(`nobody handles ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    };
    const threads = withoutThreads((thread) => windowHere().carrier(thread));
    const { watch } = fs;
    // News of the last copy comes by looking at the database too.
    fs.watch = (() => ({ close: () => undefined, on: () => undefined })) as unknown as typeof watch;
    process.on('unhandledRejection', unhandled);
    try {
      return await withoutReality(() => this.#live(), {
        now: () => this.#time.now,
        random: () => windowHere().random.next(),
        timeout: (ms) => {
          const [one, { clock }] = [new AbortController(), windowHere()];
          const stop = (): void => {
            this.#timeouts.delete(one);
            one.abort(timedOut);
          };
          this.#timeouts.add(one);
          this.#time.after(ms, stop, clock);
          return one.signal;
        },
      });
    } finally {
      process.off('unhandledRejection', unhandled);
      fs.watch = watch;
      threads();
      this.#time.end();
      this.#journal.close();
      fs.rmSync(this.#folder, { recursive: true, force: true });
    }
  }

  async #live(): Promise<Outcome> {
    const { windows, steps, lastsMs } = this.#plan;
    this.#begin();
    for (let at = 0; at < windows; at += 1) this.#time.after(at * 1_500, this.#open);
    for (const step of steps) {
      this.#time.after(step.at, () => {
        this.#happens(step);
      });
    }
    const look = (): void => {
      if (this.#disk.fault !== undefined) this.#judge.diskIsBad();
      this.#judge.look();
      this.#time.after(second, look);
    };
    this.#time.after(second, look);
    await this.#time.run(lastsMs);
    this.#quiet();
    await this.#time.run(quietMs);
    this.#judge.ends();
    const { faults, counts } = this.#judge;
    const outcome = { ...counts, faults: [...faults], plan: this.#plan, hours: (lastsMs + quietMs) / (60 * minute) };
    await this.#letGo();
    return outcome;
  }

  /** Here a crash ends no process: what waits for an abort that never comes is kept by Node, and holds its whole world. */
  async #letGo(): Promise<void> {
    for (const window of this.#windows) {
      window.crash();
      window.run(() => {
        window.engine.dispose();
      });
    }
    for (const one of this.#timeouts) one.abort(timedOut);
    await this.#time.run(0);
  }

  #begin(): void {
    inDatabase(() => {
      const file = new StateFile(DatabaseSync, { folder: path.join(this.#folder, 'shared', 'state'), busyMs: 0, pragmas: [] });
      for (const { account } of this.#venues) file.change({ do: 'add', id: account.id, record: account });
      file.close();
    });
    for (const { account, keys } of this.#venues)
      this.#secrets.set(`ltvGauge.keys.${account.id}`, JSON.stringify({ ...keys, 'ltvGauge.owner': account.uid }));
  }

  /** Nothing fails any more, and somebody watches. */
  #quiet(): void {
    this.#say('all is quiet');
    this.#judge.disturbed();
    this.#network.heal();
    this.#disk.heal();
    for (const venue of this.#venues) {
      venue.clearFaults();
      venue.control('walk', { running: false });
      venue.control('settle', { ms: 1_500 });
      venue.control('clock', { offsetMs: 0 });
      this.#judge.failed(venue.id);
    }
    if (!this.#windows.some(({ isOpen }) => isOpen)) this.#open();
  }

  readonly #open = (): void => {
    if (this.#windows.filter(({ isOpen }) => isOpen).length >= mostWindows) return;
    const name = `window${String(this.#windows.length)}`;
    this.#say(`${name} opens`);
    this.#judge.disturbed();
    this.#windows.push(
      new ChaosWindow({
        ...{ name, time: this.#time, random: this.#random, folder: this.#folder, worker: path.join(__dirname, workerName) },
        ...{ disk: this.#disk, network: this.#network, intervalMs: this.#plan.intervalMs, limits: this.#limits(), secrets: this.#secrets },
        shown: (told) => {
          this.#say(`${name} says ${JSON.stringify(told)}`);
          this.#judge.shown(told);
        },
      }),
    );
  };

  #limits(): Limits {
    const perDayByCoin = Object.fromEntries(Object.entries(this.#plan.perDay).map(([coin, most]) => [coin, String(most)]));
    return limitsFrom({ perDayByCoin }) as Limits;
  }

  #happens(step: Step): void {
    this.#say(JSON.stringify(step));
    const venue = 'venue' in step ? this.#venues.find(({ id }) => id === step.venue) : undefined;
    const from = this.#time.passed;
    switch (step.do) {
      case 'open':
        this.#open();
        return;
      case 'price':
        venue?.control('price', { coin: step.coin, percent: String(step.percent) });
        return;
      case 'near':
        fall(venue!, step.left);
        return;
      case 'fault':
        venue?.control('fault', { fault: step.fault, times: step.times });
        return;
      case 'clock':
        venue?.control('clock', { offsetMs: step.offsetMs });
        return;
      case 'settle':
        venue?.control('settle', { ms: step.ms });
        return;
      case 'network':
        this.#network.fail({ venue: step.venue, kind: step.kind, from, to: from + step.forMs });
        return;
      case 'hold':
        this.#network.hold(step.venue, step.forMs);
        return;
      case 'disk':
        this.#disk.fail({ kind: step.kind, from, to: from + step.forMs });
        this.#judge.diskIsBad();
        return;
      case 'sleep':
        for (const window of this.#windows) this.#stop(window, step.forMs, step.window < 0.5 ? 'slept' : 'slept, timers count it');
        return;
      default:
        this.#inWindow(step);
    }
  }

  #inWindow(step: Step): void {
    const awake = this.#windows.filter(({ isAwake }) => isAwake);
    const window = awake[Math.floor(step.window * awake.length)];
    if (window === undefined) return;
    switch (step.do) {
      case 'close':
        this.#judge.disturbed();
        void this.#does(window, () => window.close());
        return;
      case 'crash':
        this.#judge.disturbed();
        window.crash();
        return;
      case 'stop':
        this.#stop(window, step.forMs, 'stopped');
        return;
      case 'focus':
        window.run(() => {
          window.engine.warnings.noteFocus();
        });
        return;
      case 'cancel':
        window.run(() => window.stop?.abort());
        return;
      default:
        void this.#does(window, () => this.#presses(window, step));
    }
  }

  #stop(window: ChaosWindow, forMs: number, how: Parameters<ChaosWindow['wake']>[0]): void {
    if (!window.isAwake) return;
    window.clock.stop();
    this.#judge.disturbed();
    this.#time.after(forMs, () => {
      this.#judge.disturbed();
      window.wake(how);
    });
  }

  /** Whatever a person does may be refused, in words. */
  async #does(window: ChaosWindow, work: () => Promise<void>): Promise<void> {
    try {
      await window.run(work);
    } catch (error) {
      const isTold = error instanceof Refusal || ExchangeError.is(error) || error instanceof StateTrouble;
      this.#say(`${window.name}: ${error instanceof Error ? error.message : String(error)}`);
      if (!isTold) this.#judge.fault(`${window.name} throws ${error instanceof Error ? (error.stack ?? '') : String(error)}`);
    }
  }

  async #presses(window: ChaosWindow, step: Step): Promise<void> {
    const { engine, name } = window;
    switch (step.do) {
      case 'refresh':
        await engine.poller.refresh();
        return;
      case 'arm': {
        const { account } = this.#venueOf(step.venue);
        const terms = { quarter: 15 * minute, restart: Infinity, always: Infinity };
        this.#judge.arms(step.venue, step.term === 'restart' ? name : undefined, terms[step.term]);
        await engine.arming.arm(account.id, step.term, { typedName: account.name });
        return;
      }
      case 'disarm':
        await engine.arming.disarm(this.#venueOf(step.venue).account.id);
        this.#judge.disarms(step.venue);
        return;
      case 'again': {
        const open = engine.ledger.open().find(({ state, window: by }) => state === 'unknown' && by === name);
        if (open === undefined || !(await engine.ledger.canAskAgain(open))) return;
        this.#judge.asksAgain(name);
        await engine.ledger.askAgain(open);
        return;
      }
      case 'resolve':
        await this.#resolves(window);
        return;
      case 'press':
        await this.#changes(window, step);
        return;
      default:
        throw new RangeError(`nobody does ${step.do}`);
    }
  }

  /** A person who looks at the exchange, and says what is so. */
  async #resolves({ engine }: ChaosWindow): Promise<void> {
    for (const { account } of this.#venues) {
      const frozen = engine.ledger.frozen(account.id);
      if (frozen !== undefined && isFreezing(frozen)) await engine.ledger.settle(frozen.id, 'lift-freeze');
    }
    for (const open of engine.ledger.open()) {
      const truth = this.#judge.truthOf(open);
      if (truth === undefined) continue;
      this.#judge.says(open);
      await engine.ledger.settle(open.id, truth);
    }
  }

  async #changes(window: ChaosWindow, { system: which, turn, thinkMs }: Extract<Step, { do: 'press' }>): Promise<void> {
    const { engine, clock, name } = window;
    const system = systems[which]!;
    const { account } = this.#venueOf(system.venue);
    const snapshot = engine.store.get(account.id)?.snapshot;
    if (snapshot === undefined) return;
    const asked = changeFrom(() => system.change(snapshot, wayOf(system, turn)));
    if (asked === undefined) return;
    const change = 'requestId' in asked ? { ...asked, requestId: idFrom(window.random) } : asked;
    const preview = await engine.ledger.preview(account.id, change);
    await clock.sleep(thinkMs);
    await engine.ledger.rehearse(preview);
    this.#judge.confirms(name, system.venue, change);
    window.stop = new AbortController();
    const record = await engine.ledger.commit(preview, () => undefined, { signal: window.stop.signal, withoutEstimate: true });
    this.#say(`${name}: ${record.id} is ${record.state}`);
  }

  #venueOf(id: VenueId): SimulatedVenue {
    return this.#venues.find((one) => one.id === id)!;
  }
}

function fall({ venue: { standings }, control }: SimulatedVenue, left: number): void {
  const nearest = (): number => Math.min(...standings().map(({ ltv, marginCall }) => 1 - ltv / marginCall));
  for (let falls = 0; falls < mostFalls && nearest() > left; falls += 1) control('price', { coin: 'BTC', percent: '-1' });
}

/** The loan or position may be gone by now. */
function changeFrom<T>(make: () => T): T | undefined {
  try {
    return make();
  } catch (error) {
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

const idFrom = (random: Random): string => Array.from({ length: 32 }, () => random.whole(0, 15).toString(16)).join('');

/** Beside this bundle. */
const workerName = 'ledger-worker.js';

function windowHere(): ChaosWindow {
  const window = here.getStore();
  if (window === undefined) throw new Error('no window does this');
  return window;
}
