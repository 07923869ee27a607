import type { Direction } from '../../src/core/model.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import { Place } from './place.ts';
import { Recovery, type End } from './recovery.ts';
import type { System } from './systems.ts';
import type { Windows } from './window.ts';

/** Where a request is that has left: lost on its way in, carried out after the crash, or carried out long after. */
export type Fate = 'lost' | 'done' | 'late';

/** One crash to try. */
export interface Kill {
  readonly system: System;
  readonly direction: Direction;
  /** The step at which the process is killed, in its own words, or where the gate holds the request. */
  readonly at: string;
  /** What becomes of a request that the gate holds. */
  readonly fate?: Fate;
  /** The step of the reconciliation at which the successor is killed too. */
  readonly again?: string;
}

export interface Outcome {
  readonly kill: Kill;
  readonly kills: number;
  readonly end: End | undefined;
  readonly violations: readonly string[];
}

/** Where only a person can tell: written down as sent, and the exchange has never heard of it. */
const mayStayUnknown = ({ at, fate }: Kill): boolean =>
  ['inside sent', 'sent', 'before leaving'].includes(at) || (at === 'arrived' && fate === 'lost');

/** Kills a window in the middle of a write, opens another on what it left, and looks whether everything is as it has to be. */
export class CrashRun {
  readonly #kill: Kill;
  readonly #windows: Windows;
  readonly #violations: string[] = [];
  #kills = 0;

  constructor(kill: Kill, windows: Windows) {
    this.#kill = kill;
    this.#windows = windows;
  }

  async run(): Promise<Outcome> {
    const { system, direction, again, fate } = this.#kill;
    const place = await Place.open(system);
    let end: End | undefined;
    try {
      const change = await place.change(direction);
      await this.#crash(place, change);
      if (again !== undefined) await this.#crashAgain(place, again);
      const window = await this.#windows.take(place.setup, place.clock);
      const complain = (violation: string): void => void this.#violations.push(violation);
      const options = { place, change, complain, mayStayUnknown: mayStayUnknown(this.#kill), late: fate === 'late' };
      end = await new Recovery(options).run(window);
      await this.#windows.giveBack(window);
    } catch (error) {
      this.#violations.push(`did not come to an end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      await place.end();
    }
    return { kill: this.#kill, kills: this.#kills, end, violations: this.#violations };
  }

  async #crash(place: Place, change: Change): Promise<void> {
    const { at, fate } = this.#kill;
    const window = await this.#windows.take(place.setup, place.clock);
    await window.preview('first', change);
    const atGate = at === 'arrived' || at === 'acted';
    const held = atGate ? place.gate.hold(at === 'arrived' ? 'before' : 'after') : undefined;
    if (!atGate) window.arm(at);
    const ended = window.commit('first').then(
      () => 'ended',
      (error: unknown) => `failed: ${String(error)}`,
    );
    const reached = await Promise.race([ended, held === undefined ? window.stops() : held.then(() => at)]);
    await window.kill();
    this.#kills += 1;
    if (reached !== at) this.#violations.push(`the crash was to be at "${at}", but the write ${reached}`);
    if (at === 'acted' || fate === 'lost') await place.gate.release('drop');
    if (fate === 'done') await place.gate.release('forward');
  }

  /** A successor that is killed too, should it get so far. */
  async #crashAgain(place: Place, again: string): Promise<void> {
    const window = await this.#windows.take(place.setup, place.clock);
    place.pass(2_000);
    window.arm(again);
    const looked = window.reconcile().then(
      () => undefined,
      () => undefined,
    );
    const reached = await Promise.race([looked, window.stops()]);
    if (reached === undefined) {
      await this.#windows.giveBack(window);
      return;
    }
    await window.kill();
    this.#kills += 1;
  }
}
