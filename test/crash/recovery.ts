import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { english } from '../../src/core/message.ts';
import type { Change } from '../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../src/engine/ledger/ledger.ts';
import { fold, isOpen } from '../../src/engine/ledger/write-states.ts';
import type { Place } from './place.ts';
import { Failed, type Window } from './window.ts';

/** What a write came to in the end. */
export type End = 'nothing sent' | 'refused' | 'done, found by reading' | 'not done, a person says so';

export interface RecoveryOptions {
  readonly place: Place;
  readonly change: Change;
  /** Told what does not hold. */
  readonly complain: (violation: string) => void;
  /** Where only a person can tell: written down as sent, and the exchange has never heard of it. */
  readonly mayStayUnknown: boolean;
  /** Carried out by the exchange only after a window looked for it. */
  readonly late?: boolean;
}

/** What a window has to make of what another one left: the truth, by reading alone, and then the next change. */
export class Recovery {
  readonly #options: RecoveryOptions;

  constructor(options: RecoveryOptions) {
    this.#options = options;
  }

  async run(window: Window): Promise<End | undefined> {
    const { place, late = false } = this.#options;
    const sends = place.gate.writes.length;
    await this.mustHoldBack(window);
    await window.reconcile();
    if (late) {
      await this.mustHoldBack(window);
      await place.gate.release('forward');
    }
    place.pass(2_000);
    const last = await this.#settledByReading(window);
    this.#expect(place.gate.writes.length === sends, 'a successor sent something by itself');
    const end = await this.#judge(window, last);
    await this.#mustGoOn(window, end);
    await this.#mustKeepNoKey();
    const found = await window.verify();
    this.#expect(found.ok, `the journal does not verify: ${JSON.stringify(found)}`);
    return end;
  }

  /** While it is open nothing more may be sent there, and a try is refused with a pointer to it. */
  async mustHoldBack(window: Window): Promise<void> {
    const open = await window.unsettled();
    const refusal = await window.preview('too early', this.#options.change).then(
      () => undefined,
      (error: unknown) => error,
    );
    if (open === undefined) this.#expect(refusal === undefined, `nothing is open, but a new change was refused: ${String(refusal)}`);
    else {
      const pointed = refusal instanceof Failed && refusal.failure.openWrite === open.id;
      this.#expect(pointed, `a change is open, and a new one was not refused with a pointer to it: ${String(refusal)}`);
    }
  }

  #expect(holds: boolean, what: string): void {
    if (!holds) this.#options.complain(what);
  }

  /** Looks as the extension does at each read, until nothing is open or nothing changes any more. */
  async #settledByReading(window: Window): Promise<WriteRecord | undefined> {
    let before = '';
    for (let still = 0; still < 3;) {
      await window.reconcile();
      const last = [...fold(await window.rows()).values()].at(-1);
      const open = await window.unsettled();
      if (open === undefined && last?.state !== 'planned') return last;
      const now = JSON.stringify([open, last]);
      still = now === before ? still + 1 : 0;
      before = now;
      // Long enough for a recorded change to count as never sent.
      this.#options.place.pass(open === undefined ? 61_000 : 5_000);
    }
    return window.unsettled();
  }

  async #judge(window: Window, last: WriteRecord | undefined): Promise<End | undefined> {
    const { place, mayStayUnknown } = this.#options;
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
    if (last.state === 'rejected') {
      this.#expect(done === 0, 'done at the exchange, but told as refused');
      return 'refused';
    }
    if (last.state === 'effective') {
      this.#expect(done === 1, 'told as done, but the exchange did nothing');
      this.#expect(last.evidence !== undefined, 'done without evidence');
      return 'done, found by reading';
    }
    const explained = last.note !== undefined && english(last.note) !== '';
    this.#expect(isOpen(last) && done === 0 && mayStayUnknown, `left as ${last.state}, done ${done.toString()}`);
    this.#expect(last.state === 'unknown' && explained, `left as ${last.state} without a word why`);
    return 'not done, a person says so';
  }

  /** Once it is settled, if need be by a person, the next change goes through, and it alone. */
  async #mustGoOn(window: Window, end: End | undefined): Promise<void> {
    const { place, change } = this.#options;
    const before = await place.truth();
    if (end === 'not done, a person says so') {
      await this.mustHoldBack(window);
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

  async #mustKeepNoKey(): Promise<void> {
    const { folder, setup } = this.#options.place;
    const secrets = Object.values(setup.keys);
    for (const entry of await readdir(folder, { recursive: true, withFileTypes: true })) {
      if (!entry.isFile()) continue;
      const text = await readFile(path.join(entry.parentPath, entry.name), 'latin1');
      this.#expect(!secrets.some((secret) => text.includes(secret)), `a part of the API key is in ${entry.name}`);
    }
  }
}
