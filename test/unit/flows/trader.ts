import assert from 'node:assert/strict';
import type { Account } from '../../../src/core/model.ts';
import type { Engine } from '../../../src/engine/engine.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { Limits, LimitsFault } from '../../../src/engine/ledger/limits.ts';
import type { Keys } from '../../../src/exchanges/exchange.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import type { Attended } from '../../../src/flows/open-change-news.ts';
import { startBybit, type Bybit, type BybitOptions } from '../../../src/simulator/bybit/start.ts';
import { startSimulator, type Simulator, type SimulatorOptions } from '../../../src/simulator/okx/start.ts';
import type { Entry } from '../../../src/views/entry.ts';
import type { ViewContext } from '../../../src/words/account.ts';
import type { FakeClock } from '../core/fake-clock.ts';
import { text } from '../views/samples.ts';
import { Machine, type Front } from './front.ts';
import { after, Scripted, type Answer } from './scripted.ts';

/** One accepted change as the exchange records it, in its own words. */
type Recorded = Readonly<Record<string, string | number>>;

/** A simulated exchange of one test: its prices don't move, and its control API is used as a person would. */
export class SimulatedVenue {
  #running: Simulator | Bybit;
  readonly #restart: (state: string, port: number) => Promise<Simulator | Bybit>;
  readonly url: string;
  readonly keys: Keys;
  readonly readOnlyKeys: Keys;

  private constructor(running: Simulator | Bybit, restart: (state: string, port: number) => Promise<Simulator | Bybit>) {
    this.#running = running;
    this.#restart = restart;
    this.url = running.url;
    this.keys = { ...running.keys };
    this.readOnlyKeys = { ...running.otherKeys.readOnly };
  }

  static async okx(clock: FakeClock, more: SimulatorOptions): Promise<SimulatedVenue> {
    const options = { walk: false, settleMs: 500, clock, ...more };
    const first = await startSimulator(options);
    return new SimulatedVenue(first, (state, port) => startSimulator({ ...options, keys: first.keys, state, port }));
  }

  static async bybit(clock: FakeClock, more: BybitOptions): Promise<SimulatedVenue> {
    const options = { walk: false, settleMs: 500, clock, ...more };
    const first = await startBybit(options);
    return new SimulatedVenue(first, (state, port) => startBybit({ ...options, keys: first.keys, state, port }));
  }

  async control(method: 'GET' | 'POST' | 'DELETE', name: string, body?: unknown): Promise<unknown> {
    const response = await fetch(`${this.url}/__simulator/${name}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const answer: unknown = await response.json();
    assert.ok(response.ok, `${name}: ${JSON.stringify(answer)}`);
    return answer;
  }

  /** The next change meets with this. */
  async fault(fault: string, more: { readonly endpoint?: string; readonly times?: number } = { times: 1 }): Promise<void> {
    await this.control('POST', 'fault', { fault, ...more });
  }

  /** What was done to loans, oldest first: the truth that words are held against. */
  async adjustments(): Promise<readonly Recorded[]> {
    return ((await this.control('GET', 'record')) as { adjustments: Recorded[] }).adjustments;
  }

  /** The same of margins. */
  async margins(): Promise<readonly Recorded[]> {
    return ((await this.control('GET', 'record')) as { margins: Recorded[] }).margins;
  }

  /** How many requests arrived at endpoints that end so. */
  async requests(endpoint: string): Promise<number> {
    const { requests } = (await this.control('GET', 'record')) as { requests: Record<string, number> };
    return Object.entries(requests).reduce((sum, [name, count]) => (name.endsWith(endpoint) ? sum + count : sum), 0);
  }

  movePrice(coin: string, percent: string): void {
    this.#running.movePrice(coin, percent);
  }

  /** Dies without a word; what it knew is there again after `revive`. */
  async kill(): Promise<{ revive(): Promise<void> }> {
    const state = this.#running.saveState();
    await this.#running.close();
    return {
      revive: async () => {
        this.#running = await this.#restart(state, Number(new URL(this.url).port));
      },
    };
  }

  close(): Promise<void> {
    return this.#running.close().catch(() => undefined);
  }
}

/** What a person looked at, line by line, as it is read. */
export type View = (states: readonly ReturnType<Engine['store']['all']>[number][], viewContext: ViewContext) => readonly Entry[];

/** Presses Cancel in what goes on, as soon as it says this. */
export interface Stop {
  readonly stops: string;
}
export const stop = (stops: string): Stop => ({ stops });

/** A person who moves collateral and margin at a window on the whole engine, with simulated exchanges behind HTTP. */
export class Trader {
  readonly #machine: Machine;
  readonly #front: Front;
  /** What a window learns about changes. */
  readonly heard: WriteRecord[] = [];

  private constructor(machine: Machine, front: Front) {
    this.#machine = machine;
    this.#front = front;
    this.engine.ledger.onDidChange((record) => this.heard.push(record));
  }

  static async open(machine = new Machine()): Promise<Trader> {
    return new Trader(machine, await machine.front());
  }

  /** With an account called Main at a simulated OKX, read once. */
  static async atOkx(more: SimulatorOptions = {}): Promise<{ readonly trader: Trader; readonly okx: SimulatedVenue }> {
    const trader = await Trader.open();
    const okx = await trader.openOkx(more);
    await trader.addAccount('main', 'Main', okx);
    return { trader, okx };
  }

  get engine(): Engine {
    return this.#front.engine;
  }

  get clock(): FakeClock {
    return this.#machine.clock;
  }

  get attended(): Attended {
    return this.#front.attended;
  }

  /** Every request of this window that could change something: where it went, and its exact body. */
  get posted(): Front['posted'] {
    return this.#front.posted;
  }

  get limits(): Limits | LimitsFault {
    return this.#front.limits;
  }

  set limits(limits: Limits | LimitsFault) {
    this.#front.limits = limits;
  }

  openOkx(more: SimulatorOptions = {}): Promise<SimulatedVenue> {
    return this.#machine.runs(SimulatedVenue.okx(this.clock, more));
  }

  openBybit(more: BybitOptions = {}): Promise<SimulatedVenue> {
    return this.#machine.runs(SimulatedVenue.bybit(this.clock, more));
  }

  /** One more window of the same person, which finds what is there. */
  async openWindow(): Promise<Trader> {
    const window = await Trader.open(this.#machine);
    await window.refresh();
    return window;
  }

  async addAccount(id: string, name: string, venue: SimulatedVenue, more: Partial<Account> & { keys?: Keys } = {}): Promise<void> {
    const { keys = venue.keys, ...facts } = more;
    const { passphrase } = venue.keys as { readonly passphrase?: string };
    const account: Account = {
      ...{ id, name, venue: passphrase === undefined ? 'bybit' : 'okx', site: 'loopback', baseUrl: venue.url },
      ...{ simulated: true, readOnly: false },
      ...facts,
    };
    const { vault, book, poller } = this.engine;
    const added = async (): Promise<void> => {
      await vault.store(id, keys);
      await book.add(account);
      await poller.refresh(id);
    };
    await this.until(added());
    assert.ok(this.engine.store.get(id)?.snapshot !== undefined, `${name} was read`);
  }

  /** Runs a command with these answers; each must be used. */
  async goes(command: (app: Acting, attended: Attended) => Promise<void>, ...script: readonly (Answer | Stop)[]): Promise<Scripted> {
    const answers = script.filter((one): one is Answer => !('stops' in one));
    // Exchanges count requests by this clock too, and no person answers instantly.
    const talk = new Scripted(...answers.map((answer) => after(() => this.clock.sleep(2_000), answer)));
    const patience = script.find((one): one is Stop => 'stops' in one);
    if (patience !== undefined) talk.stops = patience.stops;
    await this.#front.followed(talk, command);
    return talk;
  }

  app(talk: Scripted): Acting {
    return this.#front.acting(talk);
  }

  viewContext(): ViewContext {
    return this.#front.viewContext();
  }

  /** The lines of a view, those that are folded away too. */
  lines(view: View): readonly string[] {
    return linesOf(view(this.engine.store.all(), this.viewContext()));
  }

  refresh(): Promise<void> {
    return this.until(this.engine.poller.refresh());
  }

  /** Lets time pass while no answer is awaited, until it is done. */
  until<T>(done: Promise<T>): Promise<T> {
    return this.#front.through(done);
  }

  passes(ms: number): Promise<void> {
    return this.#front.passes(ms);
  }

  /** So much later, with nothing looked at between: cheaper than `passes`. */
  later(ms: number): Promise<void> {
    this.clock.jump(ms);
    return this.passes(3_000);
  }

  end(): Promise<void> {
    return this.#machine.end();
  }
}

function linesOf(entries: readonly Entry[]): readonly string[] {
  return entries.flatMap(({ label, description = [], children = [] }) => [
    [label, ...description].map(text).join(' · '),
    ...linesOf(children),
  ]);
}
