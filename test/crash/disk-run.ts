import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Direction } from '../../src/core/model.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../src/engine/ledger/ledger.ts';
import { fold } from '../../src/engine/ledger/write-states.ts';
import { allowWriting, damages, forbidWriting, gather, setRights, SmallDisk } from './broken-disk.ts';
import { Place } from './place.ts';
import { Recovery, type End } from './recovery.ts';
import type { System } from './systems.ts';
import { Failed, type Window, type Windows } from './window.ts';
import { saysLike } from '../texts.ts';

/** Something that is wrong with the disk. */
export type Breakage =
  /** No room is left, or every write fails, from right before a row is written; the window lives on, or is killed too. */
  | { readonly kind: 'full' | 'no write'; readonly at: string; readonly killed: boolean }
  /** One append of the window fails, before or after the row is on the disk. */
  | { readonly kind: 'one append'; readonly at: string; readonly when: 'before' | 'after' }
  /** From before a window opens, which then finds a write that was sent and never answered. */
  | { readonly kind: 'read-only' }
  /** Found by a window that opens; the write before it came to its end. */
  | { readonly kind: 'damaged'; readonly how: keyof typeof damages }
  /** Under a window that has a change open, which the exchange accepted and does not carry out. */
  | { readonly kind: 'damaged while open'; readonly how: 'not a database' | 'the file is gone' };

export interface DiskCase {
  readonly system: System;
  readonly direction: Direction;
  readonly breakage: Breakage;
}

export interface DiskOutcome {
  readonly disk: DiskCase;
  readonly end: End | 'set aside' | undefined;
  readonly violations: readonly string[];
}

/** What each venue refuses anything with. */
const refusals = { okx: '51010', bybit: '10024' } as const;

function endpointOf({ venue, kind }: System): string {
  if (kind === 'repay' || kind === 'repay-collateral' || kind === 'borrow') return `/${kind}`;
  if (kind === 'collateral') return venue === 'okx' ? 'adjust-collateral' : '/adjust-ltv';
  return venue === 'okx' ? 'margin-balance' : '/add-margin';
}

/** Breaks the disk under a write, looks that nothing is sent without being written down, mends it, and looks that nothing was lost. */
export class DiskRun {
  readonly #case: DiskCase;
  readonly #windows: Windows;
  readonly #violations: string[] = [];
  /** Windows that may have files open on the disk. */
  readonly #opened: Window[] = [];

  constructor(disk: DiskCase, windows: Windows) {
    this.#case = disk;
    this.#windows = windows;
  }

  async run(): Promise<DiskOutcome> {
    const { system, direction, breakage } = this.#case;
    const disk = breakage.kind === 'full' || breakage.kind === 'read-only' ? SmallDisk.make() : undefined;
    const place = await Place.open(system, disk?.folder);
    let end: DiskOutcome['end'];
    try {
      const change = await place.change(direction);
      if (breakage.kind === 'damaged') end = await this.#damaged(place, change, breakage.how);
      else if (breakage.kind === 'damaged while open') end = await this.#damagedWhileOpen(place, change, breakage.how);
      else if (breakage.kind === 'one append') end = await this.#oneAppend(place, change, breakage);
      else if (breakage.kind === 'read-only') end = await this.#readOnly(place, change, disk);
      else end = await this.#inTheMiddle(place, change, breakage, disk);
    } catch (error) {
      this.#violations.push(`did not come to an end: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    } finally {
      await Promise.all(this.#opened.map((window) => window.kill()));
      await place.end();
      disk?.end();
    }
    return { disk: this.#case, end, violations: this.#violations };
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#violations.push(what);
  }

  async #open(place: Place): Promise<Window> {
    const window = await this.#windows.take(place.setup, place.clock);
    this.#opened.push(window);
    return window;
  }

  /** The window lives on and checks: then every window must know the outcome, and none is blocked by it. */
  async #oneAppend(
    place: Place,
    change: Change,
    { at, when }: Extract<Breakage, { readonly kind: 'one append' }>,
  ): Promise<End | undefined> {
    const refused = at === 'rejected';
    const window = await this.#open(place);
    await window.preview('first', change);
    if (refused) await place.control('fault', { fault: refusals[place.system.venue], endpoint: endpointOf(place.system), times: 1 });
    window.arm(`fail ${when} ${at}`);
    const end = await window.commit('first').catch((error: unknown) => error);
    window.arm();
    if (at === 'planned' || at === 'sent') this.#mustHaveRefused(end, place);
    else {
      const state = end instanceof Error ? String(end) : (end as WriteRecord).state;
      // A proof counts only once it is written down; the next look finds it again.
      this.#expect(state === (refused ? 'rejected' : 'effective'), `the write came to ${state}`);
      this.#expect(place.gate.writes.length === 1, `${place.gate.writes.length.toString()} requests left`);
    }
    place.pass(61_000);
    await window.reconcile();
    const other = await this.#open(place);
    const told = async (one: Window): Promise<string> =>
      JSON.stringify([await one.unsettled(), [...fold(await one.rows()).values()].map(({ id, state }) => [id, state])]);
    this.#expect((await told(window)) === (await told(other)), 'another window reads something else');
    this.#expect((await other.unsettled()) === undefined, 'it holds something up still');
    return this.#recovered(place, change, other);
  }

  async #inTheMiddle(
    place: Place,
    change: Change,
    { kind, at, killed }: Extract<Breakage, { readonly killed: boolean }>,
    disk: SmallDisk | undefined,
  ): Promise<End | undefined> {
    const window = await this.#open(place);
    await window.preview('first', change);
    window.arm(`before ${at}`);
    const commit = window.commit('first').catch((error: unknown) => error);
    await Promise.race([commit, window.stops()]);
    if (kind === 'full') disk?.fill();
    else forbidWriting(window);
    window.arm();
    window.go();
    const end = await commit;
    if (at === 'planned' || at === 'sent') this.#mustHaveRefused(end, place);
    else {
      const state = end instanceof Error ? String(end) : (end as WriteRecord).state;
      this.#expect(state === 'accepted', `the write came to ${state}, though its end could not be written down`);
      this.#expect(place.gate.writes.length === 1, `${place.gate.writes.length.toString()} requests left`);
    }
    await this.#mustOnlyRead(place, window, change);
    if (killed) await window.kill();
    if (kind === 'full') disk?.free();
    else if (!killed) allowWriting(window);
    return this.#recovered(place, change, killed ? await this.#open(place) : window);
  }

  /** A window finds a disk that cannot be written, and on it a write that was sent. */
  async #readOnly(place: Place, change: Change, disk: SmallDisk | undefined): Promise<End | undefined> {
    const first = await this.#open(place);
    await first.preview('first', change);
    const held = place.gate.hold('after');
    const commit = first.commit('first').catch(() => undefined);
    await Promise.race([held, commit]);
    await first.kill();
    await place.gate.release('drop');
    const folder = path.join(place.folder, 'journal');
    if (disk === undefined) setRights(folder, 'ro');
    else disk.remount('ro');
    const window = await this.#open(place);
    place.pass(2_000);
    await window.reconcile();
    await this.#mustOnlyRead(place, window, change);
    if (disk === undefined) setRights(folder, 'rw');
    else disk.remount('rw');
    return this.#recovered(place, change, window);
  }

  async #damaged(place: Place, change: Change, how: keyof typeof damages): Promise<'set aside'> {
    const first = await this.#open(place);
    await first.preview('first', change);
    const { state } = await first.commit('first');
    this.#expect(state === 'effective', `the first change came to ${state}`);
    await first.kill();
    const file = path.join(place.folder, 'journal', 'ledger.sqlite');
    gather(file);
    damages[how](file);
    place.pass(61_000);
    const window = await this.#open(place);
    await window.reconcile();
    await this.#mustOnlyRead(place, window, change);
    const found = await window.verify().catch((error: unknown) => error);
    this.#expect(found instanceof Failed || !(found as { ok: boolean }).ok, 'verified in spite of the damage');
    const aside = (await window.call({ name: 'setAside' })) as string;
    this.#expect(how === 'the file is gone' || existsSync(aside), 'what was set aside is not there');
    this.#expect((await window.verify()).ok, 'what was begun anew does not verify');
    place.pass(61_000);
    await window.preview('second', change);
    const record = await window.commit('second');
    this.#expect(record.state === 'effective', `the next change came to ${record.state}`);
    const { done } = await place.truth();
    this.#expect(done === 2, `${done.toString()} changes were done`);
    return 'set aside';
  }

  /** What is open must not be forgotten with the ledger that told of it. */
  async #damagedWhileOpen(place: Place, change: Change, how: keyof typeof damages): Promise<'set aside'> {
    const window = await this.#open(place);
    await window.preview('first', change);
    await place.control('fault', { fault: 'never-settled', times: 1 });
    const { id, state } = await window.commit('first');
    this.#expect(state === 'accepted', `the first change came to ${state}`);
    const file = path.join(place.folder, 'journal', 'ledger.sqlite');
    gather(file);
    damages[how](file);
    await this.#mustOnlyRead(place, window, change);
    await window.call({ name: 'setAside' });
    this.#expect((await window.verify()).ok, 'what was begun anew does not verify');
    for (const each of [window, await this.#open(place)]) {
      place.pass(5_000);
      const refusal = await each.preview('too early', change).catch((error: unknown) => error);
      const pointed = refusal instanceof Failed && refusal.failure.openWrite === id;
      this.#expect(pointed, `what was open is forgotten: ${String(refusal)}`);
    }
    place.pass(61_000);
    await window.settle(id, 'not-effective');
    await window.preview('second', change);
    const record = await window.commit('second');
    this.#expect(record.state === 'effective', `the next change came to ${record.state}`);
    const { accepted, done } = await place.truth();
    this.#expect(accepted === 2 && done === 1, `${accepted.toString()} changes were accepted, ${done.toString()} done`);
    return 'set aside';
  }

  #mustHaveRefused(end: unknown, place: Place): void {
    const isRefusal = end instanceof Failed && end.failure.name === 'Refusal';
    this.#expect(isRefusal, `not refused: ${String(end)}`);
    this.#expect(isRefusal && saysLike('ledger.unavailable').test(end.failure.sentence), `refused without saying why: ${String(end)}`);
    this.#expect(place.gate.writes.length === 0, 'sent, though it could not be written down');
  }

  /** While the disk is broken nothing more is sent in any way, and loans and positions are still shown. */
  async #mustOnlyRead(place: Place, window: Window, change: Change): Promise<void> {
    const before = place.gate.writes.length;
    place.pass(5_000);
    const refusal = await window
      .preview('meanwhile', change)
      .then(() => window.commit('meanwhile'))
      .catch((error: unknown) => error);
    this.#expect(refusal instanceof Failed && refusal.failure.name === 'Refusal', `not refused: ${JSON.stringify(refusal)}`);
    this.#expect(place.gate.writes.length === before, 'sent while the disk was broken');
    place.pass(5_000);
    this.#expect((await window.read()) > 0, 'nothing is shown any more');
  }

  async #recovered(place: Place, change: Change, window: Window): Promise<End | undefined> {
    place.pass(5_000);
    const complain = (violation: string): void => void this.#violations.push(violation);
    return new Recovery({ place, change, complain, mayStayUnknown: false }).run(window);
  }
}
