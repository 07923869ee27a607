// A front without an editor: the real engine on a temporary folder, real exchanges over loopback, and a scripted person. Time passes only while
// something waits, and takes none.
import assert from 'node:assert/strict';
import { readdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import type { Account } from '../../../src/core/model.ts';
import { createEngine, type Engine } from '../../../src/engine/engine.ts';
import type { Limits, LimitsFault } from '../../../src/engine/ledger/limits.ts';
import type { EnginePorts } from '../../../src/engine/ports.ts';
import type { Exchange } from '../../../src/exchanges/exchange.ts';
import { exchanges } from '../../../src/exchanges/registry.ts';
import type { Acting } from '../../../src/flows/acting.ts';
import { addAccount } from '../../../src/flows/account/add.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { ActivityFeed, activityOutline } from '../../../src/views/activity.ts';
import { collateralOutline } from '../../../src/views/collateral.ts';
import type { Entry } from '../../../src/views/entry.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { statusOf } from '../../../src/views/status.ts';
import { shortTimes } from '../../../src/words/activity.ts';
import type { KeyTexts } from '../../e2e/exchange.ts';
import { FakeClock } from '../core/fake-clock.ts';
import { MemorySecrets, MemoryStorage } from '../engine/accounts/memory-storage.ts';
import { workerFile } from '../engine/ledger/database/setup-folder.ts';
import { noLimits } from '../engine/ledger/support.ts';
import { withoutThreads } from '../engine/storage/same-thread.ts';
import { text } from '../views/samples.ts';
import { pick, press, Scripted, type, type Answer } from './scripted.ts';
import { says } from '../../texts.ts';
import { Traffic } from '../traffic.ts';
import { memoryFolder } from '../../memory-folder.ts';

/** The most that passes of the clock at once. Milliseconds. */
const strideMs = 1_000;
/** Long enough for whatever is on its way inside this process: rounds of its loop. */
const quietRounds = 5;
/** What takes longer hangs, however slow this machine is. Milliseconds. */
const patienceMs = 50_000;

/**
 * Code without an injected clock, such as the limits of a venue or the exchange inside the extension, uses this one too.
 * @returns restores the real time
 */
function allGoesBy(clock: FakeClock): () => void {
  const real = { setTimeout, clearTimeout };
  const { now } = Date;
  Date.now = clock.now;
  const stops = new Map<unknown, AbortController>();
  globalThis.setTimeout = ((run: (...more: unknown[]) => void, ms = 0, ...more: unknown[]) => {
    if (ms < 100) return real.setTimeout(run, ms, ...more);
    const stop = new AbortController();
    const timer = { ref: () => timer, unref: () => timer };
    stops.set(timer, stop);
    const wake = (): void => {
      stops.delete(timer);
      run(...more);
    };
    clock.sleep(ms, stop.signal).then(wake, () => undefined);
    return timer;
  }) as unknown as typeof setTimeout;
  globalThis.clearTimeout = (timer: Parameters<typeof clearTimeout>[0]) => {
    const stop = stops.get(timer);
    stops.delete(timer);
    if (stop === undefined) real.clearTimeout(timer);
    else stop.abort();
  };
  return () => {
    Date.now = now;
    Object.assign(globalThis, real);
  };
}

/** What lasts when a window is closed: the folder, the keyring, the clock. */
export class Machine {
  readonly folder = path.join(memoryFolder('flows'), 'storage');
  readonly secrets = new MemorySecrets();
  readonly clock = new FakeClock();
  readonly #fronts: Front[] = [];
  readonly #exchanges: { close(): Promise<void> }[] = [];
  readonly #realTime = allGoesBy(this.clock);
  readonly #threads = withoutThreads();
  readonly traffic = new Traffic();
  #ids = 0;

  /** An exchange that ends with the machine. */
  async runs<T extends { close(): Promise<void> }>(started: Promise<T>): Promise<T> {
    const exchange = await started;
    this.#exchanges.push(exchange);
    return exchange;
  }

  async front(more: Partial<EnginePorts> = {}): Promise<Front> {
    const front = new Front(this, (this.#ids += 1), more);
    this.#fronts.push(front);
    await front.engine.start();
    return front;
  }

  /** The file of this name below the folder. */
  file(name: string): string {
    const found = readdirSync(this.folder, { recursive: true, encoding: 'utf8' }).find((file) => path.basename(file) === name);
    assert.ok(found !== undefined, `${name} is somewhere below ${this.folder}`);
    return path.join(this.folder, found);
  }

  async end(): Promise<void> {
    for (const front of this.#fronts) front.engine.dispose();
    await Promise.all(this.#exchanges.map((exchange) => exchange.close()));
    this.#realTime();
    this.#threads();
    this.traffic.end();
    rmSync(path.dirname(this.folder), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

/** A window on the machine. */
export class Front {
  readonly machine: Machine;
  readonly engine: Engine;
  readonly attended = new Attended();
  readonly logged: string[] = [];
  /** Every request that could change something: where it went, and its exact body. */
  readonly posted: { readonly path: string; readonly body: unknown }[] = [];
  limits: Limits | LimitsFault = noLimits;
  keepsOwnKeys = false;
  /** Between two readings. */
  intervalMs = 60_000;
  /** Substitutes for an exchange, by its address. */
  readonly routes = new Map<string, string>();

  constructor(machine: Machine, number: number, more: Partial<EnginePorts>) {
    this.machine = machine;
    const note = (line: string | Error): void => void this.logged.push(String(line));
    let ids = 0;
    const { now, uptime, sleep } = machine.clock;
    // Pauses of random length would end between two milliseconds, which no clock of a machine shows.
    const clock = { now, uptime, sleep: (ms: number, signal?: AbortSignal) => sleep(Math.ceil(ms), signal) };
    this.engine = createEngine({
      folder: machine.folder,
      worker: workerFile,
      old: new MemoryStorage(),
      secrets: machine.secrets,
      windowsShareSecrets: true,
      settings: { intervalMs: () => this.intervalMs, limits: () => this.limits },
      log: { debug: note, info: note, warn: note, error: note },
      window: `window ${number.toString()}`,
      newId: () => `id ${number.toString()}-${(ids += 1).toString()}`,
      clock,
      fetch: async (asked, init) => {
        assert.ok(typeof asked === 'string' || asked instanceof URL);
        const { origin, pathname, search, hostname } = new URL(asked);
        const here = this.routes.get(origin);
        // Nothing of a test ever leaves this machine.
        if (here === undefined && hostname !== '127.0.0.1') throw new TypeError('fetch failed');
        const address = `${here ?? origin}${pathname}${search}`;
        return machine.traffic.counted(this.#send(address, pathname, init));
      },
      ...more,
    });
  }

  async #send(address: string, pathname: string, init: RequestInit | undefined): Promise<Response> {
    if (init?.body instanceof ReadableStream) {
      const [leaves, kept] = init.body.tee();
      init.body = leaves;
      this.posted.push({ path: pathname, body: await new Response(kept).json() });
    }
    return fetch(address, init);
  }

  /** What a person at this window acts with. */
  acting(talk: Scripted): Acting {
    const { engine } = this;
    return {
      ...engine,
      talk,
      viewContext: () => this.viewContext(),
      readLimits: async () => this.limits,
      language: 'en',
      alarm: { tell: () => undefined },
      ownSettings: { read: () => undefined, write: () => Promise.reject(new Error('not to be used here')) },
      keepsOwnKeys: this.keepsOwnKeys,
    };
  }

  viewContext(): ReturnType<Acting['viewContext']> {
    const { exchanges, clock, ledger, arming, warnings } = this.engine;
    return {
      exchanges,
      now: clock.now(),
      intervalMs: this.intervalMs,
      when: (ms) => new Date(ms).toISOString(),
      zoned: (ms) => new Date(ms).toISOString(),
      openWrites: (id) => ledger.open(id),
      frozen: (id) => ledger.frozen(id),
      arming: (id) => arming.state(id),
      warnings: (id) => warnings.all().filter(({ account }) => account === id),
    };
  }

  /** Runs a flow by the script, to its end. */
  async does(flow: (app: Acting, attended: Attended) => Promise<void>, ...answers: readonly Answer[]): Promise<Scripted> {
    const talk = new Scripted(...answers);
    await this.followed(talk, flow);
    return talk;
  }

  async followed(talk: Scripted, flow: (app: Acting, attended: Attended) => Promise<void>): Promise<void> {
    await this.through(flow(this.acting(talk), this.attended));
    // What a script got wrong was told to the person it plays, as something that went wrong inside.
    assert.deepEqual(
      this.logged.filter((line) => line.startsWith('AssertionError')),
      [],
    );
    assert.equal(talk.left, 0, `asked for all of it: ${talk.heard.map(({ title }) => title).join(' / ')}`);
  }

  /** Lets time pass until it is done. */
  async through<T>(work: Promise<T>): Promise<T> {
    const state = new Set(['waiting']);
    const done = (): void => {
      state.clear();
    };
    void work.then(done, done);
    const began = performance.now();
    while (state.has('waiting')) {
      if (performance.now() - began > patienceMs) throw new Error('still waiting for an answer or the clock');
      await this.#idle();
      if (state.has('waiting')) await this.#stride(strideMs);
    }
    return work;
  }

  /** Lets some time pass. Milliseconds. */
  async passes(ms: number): Promise<void> {
    for (let left = ms; left > 0;) {
      await this.#idle();
      left -= await this.#stride(left);
    }
    await this.#idle();
  }

  /** Advances to the next timer. @returns how far. Milliseconds. */
  async #stride(most: number): Promise<number> {
    const { clock } = this.machine;
    // Overdue timers, as after a sleep of the machine, fire now.
    const ms = Math.max(Math.min(most, strideMs, clock.nextIn ?? strideMs), 0);
    await clock.advance(ms);
    return ms;
  }

  /** Until nothing is working: no request, no file. An answer that is held back waits for the clock itself. */
  async #idle(): Promise<void> {
    const began = performance.now();
    for (let rounds = 0; rounds < quietRounds;) {
      await new Promise((resolve) => setImmediate(resolve));
      const works = this.machine.traffic.isMoving || process.getActiveResourcesInfo().some((one) => one.startsWith('FSReq'));
      if (works && performance.now() - began > patienceMs) throw new Error('still waiting for an answer');
      rounds = works ? 0 : rounds + 1;
    }
  }

  /** Lets time pass until it is so. */
  async until(what: string, isSo: () => boolean | Promise<boolean>): Promise<void> {
    await this.through(
      (async () => {
        const end = this.engine.clock.now() + 300_000;
        while (!(await isSo())) {
          if (this.engine.clock.now() > end)
            throw new Error(`in vain waited for ${what}: ${JSON.stringify([this.rows('loans'), this.status()])}`);
          await this.engine.clock.sleep(100);
        }
      })(),
    );
  }

  /** Each line of a view, with all that hangs on it. */
  rows(view: 'loans' | 'positions' | 'collateral'): readonly string[] {
    const outline = { loans: loansOutline, positions: positionsOutline, collateral: collateralOutline }[view];
    return flat(outline(this.engine.store.all(), this.viewContext()));
  }

  /** The same of the Activity view, read now. */
  async activity(): Promise<readonly string[]> {
    const feed = new ActivityFeed(this.engine.ledger, (error) => {
      throw error;
    });
    await feed.read();
    const acts = { times: shortTimes('en'), more: () => undefined };
    return flat(activityOutline(this.engine.store.all(), this.viewContext(), feed.view(), acts));
  }

  /** What the page with the gauges shows. */
  gauges(): ReturnType<typeof gaugePage> {
    return gaugePage(this.engine.store.all(), this.viewContext(), text);
  }

  /** What the status bar says. */
  status(): string | undefined {
    return statusOf(this.engine.store.all(), this.viewContext())?.text.map(text).join(' · ');
  }
}

const flat = (entries: readonly Entry[]): string[] =>
  entries.flatMap(({ label, description = [], children = [] }) => [
    `${text(label)} ${description.map(text).join(' · ')}`.trim(),
    ...flat(children),
  ]);

const venueNames = { okx: 'OKX', bybit: 'Bybit' };
const sites = { okx: `${says('term.loopback-simulated')}…`, bybit: `${says('term.loopback-simulated')}…` };

/** The questions up to the parts of the key, answered for an exchange on this machine. */
export const place = (venue: keyof typeof venueNames, url: string, called: string): readonly Answer[] => [
  pick(venueNames[venue]),
  pick(sites[venue]),
  type(url),
  type(called),
];

export const parts = ({ apiKey, secret, passphrase }: KeyTexts): readonly Answer[] =>
  [apiKey, secret, ...(passphrase === undefined ? [] : [passphrase])].map(type);

/** As if some keys were of another user than the exchange says. @param owners by the first part of the key */
export function owned(owners: Readonly<Record<string, string | undefined>>): readonly Exchange[] {
  return exchanges.map((exchange) => ({
    ...exchange,
    connect: async (options) => {
      const connection = await exchange.connect(options);
      const inspect = connection.inspect.bind(connection);
      return Object.assign(connection, {
        inspect: async (signal?: AbortSignal) => {
          const { uid, ...facts } = await inspect(signal);
          const { apiKey = '' } = await options.keys();
          const owner = apiKey in owners ? owners[apiKey] : uid;
          return owner === undefined ? facts : { ...facts, uid: owner };
        },
      });
    },
  }));
}

/** Where OKX itself would be asked. */
export const okxAddress = 'https://openapi.okx.com';

/** Adds a live OKX account, answered by the test's exchange: to the engine it is real money. Reads it. @returns it */
export async function live(
  front: Front,
  { url, keys }: { readonly url: string; readonly keys: KeyTexts },
  called: string,
): Promise<Account> {
  const { engine } = front;
  const account = { id: called, venue: 'okx', site: 'global', name: called, simulated: false, readOnly: false };
  front.routes.set(okxAddress, url);
  const probe = await engine.connections.probe(account, { ...keys });
  const { uid } = await front.through(probe.inspect());
  probe.dispose();
  assert.ok(uid !== undefined);
  await engine.vault.store(account.id, { ...keys }, uid);
  await engine.book.add({ ...account, uid });
  await front.until(`${called} to be read`, () => engine.store.get(account.id)?.snapshot !== undefined);
  return engine.book.get(account.id)!;
}

/** Adds an account whose key is good, and waits until it is read. @returns its id */
export async function added(
  front: Front,
  { url, keys }: { readonly url: string; readonly keys: KeyTexts },
  called: string,
  venue: keyof typeof venueNames = 'okx',
): Promise<string> {
  await front.does(addAccount, ...place(venue, url, called), ...parts(keys), press(says('button.save')));
  const { id } = front.engine.book.list().find(({ name }) => name === called)!;
  await front.until(`${called} to be read`, () => front.engine.store.get(id)?.snapshot !== undefined);
  return id;
}
