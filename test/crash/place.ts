import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import type { Direction, Snapshot } from '../../src/core/model.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import { exchanges } from '../../src/exchanges/registry.ts';
import { startBybit } from '../../src/simulator/bybit/start.ts';
import { startSimulator } from '../../src/simulator/okx/start.ts';
import { Gate } from './gate.ts';
import type { Setup } from './protocol.ts';
import type { System } from './systems.ts';
import { RunClock } from './window.ts';

/** How long an accepted change of collateral takes at the simulated exchange. Milliseconds. */
export const settleMs = 1_000;

/** What the exchange itself says it was made to do, on the loan or position in question. */
export interface Truth {
  readonly accepted: number;
  readonly done: number;
  readonly rows: readonly Readonly<Record<string, unknown>>[];
}

interface Recorded {
  readonly adjustments: readonly Readonly<Record<string, unknown>>[];
  readonly margins: readonly Readonly<Record<string, unknown>>[];
}

const snapshots = new Map<string, Snapshot>();

/** A simulated exchange behind a gate, a folder for the journal, and a time of its own. */
export class Place {
  readonly system: System;
  readonly clock: RunClock;
  readonly gate: Gate;
  readonly folder: string;
  readonly setup: Setup;
  /** Of the exchange itself, past the gate. */
  readonly url: string;
  readonly #end: () => Promise<void>;

  private constructor(system: System, clock: RunClock, gate: Gate, setup: Setup, url: string, end: () => Promise<void>) {
    this.system = system;
    this.clock = clock;
    this.gate = gate;
    this.folder = setup.folder;
    this.setup = setup;
    this.url = url;
    this.#end = end;
  }

  static async open(system: System, within = os.tmpdir()): Promise<Place> {
    const clock = new RunClock();
    const options = { walk: false, settleMs, clock };
    const simulator = system.venue === 'okx' ? await startSimulator(options) : await startBybit(options);
    const gate = await Gate.open(simulator.url);
    const folder = await mkdtemp(path.join(within, 'ltv-gauge-crash-'));
    const kept = await mkdtemp(path.join(os.tmpdir(), 'ltv-gauge-kept-'));
    const setup = { folder, storage: path.join(kept, 'storage.json'), venue: system.venue, baseUrl: gate.url, keys: { ...simulator.keys } };
    return new Place(system, clock, gate, setup, simulator.url, async () => {
      await gate.close();
      await simulator.close();
      // Where an open file cannot be removed, a window may take a moment to close its own.
      for (const each of [folder, kept]) await rm(each, { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
    });
  }

  /** The change in question; the first day of a venue is always the same, so it is read once. */
  async change(direction: Direction): Promise<Change> {
    const { venue } = this.system;
    const snapshot = snapshots.get(venue) ?? (await this.#read());
    snapshots.set(venue, snapshot);
    return this.system.change(snapshot, direction);
  }

  pass(ms: number): void {
    this.clock.time += ms;
  }

  async truth(): Promise<Truth> {
    const { adjustments, margins } = (await (await fetch(`${this.url}/__simulator/record`)).json()) as Recorded;
    const rows = (this.system.kind === 'margin' ? margins : adjustments).filter((row) => this.system.concerns(row));
    return { accepted: rows.length, done: rows.filter(({ state }) => state === 'effective').length, rows };
  }

  async control(what: string, body: object): Promise<void> {
    const { ok, status } = await fetch(`${this.url}/__simulator/${what}`, { method: 'POST', body: JSON.stringify(body) });
    if (!ok) throw new Error(`the simulator answered ${status.toString()} to ${what}`);
  }

  end(): Promise<void> {
    return this.#end();
  }

  async #read(): Promise<Snapshot> {
    const exchange = exchanges.find(({ id }) => id === this.system.venue);
    if (exchange === undefined) throw new RangeError('no such exchange');
    const { keys } = this.setup;
    const { clock } = this;
    const connection = await exchange.connect({
      account: { site: 'loopback', baseUrl: this.url },
      keys: () => Promise.resolve(keys),
      clock: { now: clock.now, sleep: () => Promise.resolve() },
    });
    try {
      return await connection.read();
    } finally {
      connection.dispose();
    }
  }
}
