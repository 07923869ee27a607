import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { english } from '../../src/core/message.ts';
import type { Direction } from '../../src/core/model.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../src/ledger/ledger.ts';
import { fold, isOpen } from '../../src/ledger/write-machine.ts';
import { Place } from './place.ts';
import type { System } from './systems.ts';
import { Failed, type Window, type Windows } from './window.ts';

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

/** What it came to in the end. */
export type End = 'nothing sent' | 'done, found by reading' | 'not done, a person says so';

export interface Outcome {
  readonly kill: Kill;
  readonly kills: number;
  readonly end: End | undefined;
  readonly violations: readonly string[];
}

/** Where only a person can tell: written down as sent, and the exchange has never heard of it. */
const mayStayUnknown = (at: string, fate: Fate | undefined): boolean =>
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
    const { system, direction } = this.#kill;
    const place = await Place.open(system);
    let end: End | undefined;
    try {
      const change = await place.change(direction);
      await this.#crash(place, change);
      end = await this.#recover(place, change);
    } catch (error) {
      this.#violations.push(`did not come to an end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      await place.end();
    }
    return { kill: this.#kill, kills: this.#kills, end, violations: this.#violations };
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#violations.push(what);
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
    this.#expect(reached === at, `the crash was to be at "${at}", but the write ${reached}`);
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
      this.#windows.giveBack(window);
      return;
    }
    await window.kill();
    this.#kills += 1;
  }

  async #recover(place: Place, change: Change): Promise<End | undefined> {
    const { again, fate } = this.#kill;
    const sends = place.gate.writes.length;
    if (again !== undefined) await this.#crashAgain(place, again);
    const window = await this.#windows.take(place.setup, place.clock);
    await this.#mustHoldBack(window, change);
    await window.reconcile();
    if (fate === 'late') {
      await this.#mustHoldBack(window, change);
      await place.gate.release('forward');
    }
    place.pass(2_000);
    const last = await settledByReading(place, window);
    this.#expect(place.gate.writes.length === sends, 'a successor sent something by itself');
    const end = await this.#judge(place, window, last);
    await this.#mustGoOn(place, window, change, end);
    await this.#mustKeepNoKey(place);
    await this.#verified(window);
    this.#windows.giveBack(window);
    return end;
  }

  /** While it is open nothing more may be sent there, and who tries is told of the open one. */
  async #mustHoldBack(window: Window, change: Change): Promise<void> {
    const open = await window.unsettled();
    const refusal = await window.preview('too early', change).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (open === undefined) this.#expect(refusal === undefined, `nothing is open, but a new change was refused: ${String(refusal)}`);
    else {
      const pointed = refusal instanceof Failed && refusal.failure.openWrite === open.id;
      this.#expect(pointed, `a change is open, and a new one was not refused with a pointer to it: ${String(refusal)}`);
    }
  }

  async #judge(place: Place, window: Window, last: WriteRecord | undefined): Promise<End | undefined> {
    const { at, fate } = this.#kill;
    const { accepted, done, rows } = await place.truth();
    this.#expect(accepted <= 1 && done === accepted, `the exchange has ${accepted.toString()} adjustments: ${JSON.stringify(rows)}`);
    const history = (await window.rows()).map(({ state }) => state);
    this.#expect(history.filter((state) => state === 'sent').length <= 1, `written down as sent twice: ${history.join(', ')}`);
    this.#expect(history.length === 0 || history[0] === 'planned', `not begun with a plan: ${history.join(', ')}`);
    if (place.gate.writes.length > 0) this.#expect(history.includes('sent'), 'left without being written down as sent');
    if (last === undefined || last.state === 'not-effective') {
      this.#expect(done === 0, `done at the exchange, but ${last === undefined ? 'forgotten' : 'closed as not done'}`);
      return 'nothing sent';
    }
    if (last.state === 'effective') {
      this.#expect(done === 1, 'told as done, but the exchange did nothing');
      this.#expect(last.evidence !== undefined, 'done without evidence');
      return 'done, found by reading';
    }
    const explained = last.note !== undefined && english(last.note) !== '';
    this.#expect(isOpen(last) && done === 0 && mayStayUnknown(at, fate), `left as ${last.state}, done ${done.toString()}`);
    this.#expect(last.state === 'unknown' && explained, `left as ${last.state} without a word why`);
    return 'not done, a person says so';
  }

  /** Once it is settled, if need be by a person, the next change goes through, and it alone. */
  async #mustGoOn(place: Place, window: Window, change: Change, end: End | undefined): Promise<void> {
    const before = await place.truth();
    if (end === 'not done, a person says so') {
      await this.#mustHoldBack(window, change);
      place.pass(61_000);
      const open = await window.unsettled();
      await window.settle(open?.id ?? '', 'not-effective');
    }
    place.pass(61_000);
    await window.preview('second', change);
    const record = await window.commit('second');
    const after = await place.truth();
    this.#expect(record.state === 'effective', `the next change came to ${record.state}`);
    this.#expect(after.done === before.done + 1, `the next change was done ${(after.done - before.done).toString()} times`);
  }

  async #mustKeepNoKey(place: Place): Promise<void> {
    const secrets = Object.values(place.setup.keys);
    for (const entry of await readdir(place.folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
      this.#expect(!secrets.some((secret) => text.includes(secret)), `a part of the API key is in ${entry.name}`);
    }
  }

  async #verified(window: Window): Promise<void> {
    const found = (await window.call({ name: 'verify' })) as { readonly ok: boolean } | undefined;
    this.#expect(found?.ok !== false, `the journal does not verify: ${JSON.stringify(found)}`);
  }
}

/** Looks as the extension does at each read, until nothing is open or nothing changes any more. */
async function settledByReading(place: Place, window: Window): Promise<WriteRecord | undefined> {
  let before = '';
  for (let still = 0; still < 3;) {
    await window.reconcile();
    const last = [...fold(await window.rows()).values()].at(-1);
    const open = await window.unsettled();
    if (open === undefined && last?.state !== 'planned') return last;
    const now = JSON.stringify([open, last]);
    still = now === before ? still + 1 : 0;
    before = now;
    // Long enough for a plan that nobody sent to be taken for one.
    place.pass(open === undefined ? 61_000 : 5_000);
  }
  return window.unsettled();
}
