import { steadyNow, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { TargetTaken, type Journal } from './journal.ts';
import { dayMs } from './ledger-options.ts';
import { isSameOwner, type Holder } from './owner.ts';
import type { WriteRecord } from './record.ts';
import { unreadable } from './refusal.ts';
import {
  fold,
  isFreezing,
  isOpen,
  knowsMore,
  mayHaveMoved,
  merge,
  next,
  numberedIn,
  restored,
  sameChange,
  sameTarget,
  type Finding,
  type Intended,
  type WriteEvent,
} from './write-states.ts';

/** All writes as this window knows them: the journal's, and those it is just carrying out itself. */
export class Writes implements Disposable {
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** What the journal and this window say. */
  readonly #told = new Map<string, WriteRecord>();
  /** The same, as it counts: what no window is working on may have been left behind by a crash. */
  readonly #records = new Map<string, WriteRecord>();
  /** The journal as it was last read. */
  #rows: readonly WriteRecord[] = [];
  /** The same as one record each; rebuilt only for new rows, for there may be thousands. */
  #folded = new Map<string, WriteRecord>();
  /** As `steadyNow` of clock.ts, since this window began. */
  readonly steadyNow: () => number;
  readonly #plannedForAtMostMs: number;
  /** Writes this window is carrying out: what it knows of them is ahead of the journal. */
  readonly #underWay = new Set<string>();
  /** Appends that are on their way, by write: what they say is not written a second time meanwhile. */
  readonly #writing = new Map<string, number>();
  readonly #changed = new Emitter<WriteRecord>();
  readonly onDidChange = this.#changed.on;

  /** @param plannedForAtMostMs after this long a planned write can no longer be sent by anybody. Milliseconds. */
  constructor(journal: Journal, clock: Clock, plannedForAtMostMs: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.steadyNow = steadyNow(clock);
    this.#plannedForAtMostMs = plannedForAtMostMs;
  }

  get(id: string): WriteRecord | undefined {
    return this.#records.get(id);
  }

  /** In the order they were planned, as far as is known here. */
  all(accountId?: string): WriteRecord[] {
    const all = [...this.#records.values()].filter((record) => accountId === undefined || record.accountId === accountId);
    return all.sort((a, b) => a.plannedAt - b.plannedAt);
  }

  /** All that are open, or those on the account at the exchange, from whichever account here they were made. */
  open(of?: Holder): readonly WriteRecord[] {
    return [...this.#records.values()].filter((record) => isOpen(record) && (of === undefined || isSameOwner(record, of)));
  }

  /** The open write on the loan or position that `intended` is about. */
  openOn(intended: Intended): WriteRecord | undefined {
    return this.open().find((record) => sameTarget(record, intended));
  }

  /** Writes on the loan or position that `intended` is about that may have changed it. */
  sentOn(intended: Intended): readonly WriteRecord[] {
    return [...this.#records.values()].filter((record) => sameTarget(record, intended) && mayHaveMoved(record));
  }

  /** The write sent right before `record` on its loan or position, if it requested the same and a person marked it as not executed. */
  givenUpBefore(record: WriteRecord): WriteRecord | undefined {
    const sentAt = record.sentAt ?? record.plannedAt;
    const earlier = this.sentOn(record).filter((other) => other.id !== record.id && (other.sentAt ?? 0) <= sentAt);
    const last = earlier.sort((a, b) => (a.sentAt ?? 0) - (b.sentAt ?? 0)).at(-1);
    return last?.state === 'not-effective' && last.evidence === undefined && sameChange(last, record) ? last : undefined;
  }

  /** Whether, by the journal as it was last read, another write on its target was sent in its stead. */
  neverLeft(record: WriteRecord): boolean {
    return neverLeft(this.#rows, record);
  }

  /** A mismatch on the account at the exchange, from whichever account here it was made. */
  frozen(of: Holder): WriteRecord | undefined {
    return [...this.#records.values()].find((record) => isSameOwner(record, of) && isFreezing(record));
  }

  /** Rows of the venue's history that belong to other writes, among those numbered as `record`'s. */
  claimedBesides(record: WriteRecord): ReadonlySet<string> {
    const others = [...this.#records.values()].filter(
      (other) => other.id !== record.id && isSameOwner(other, record) && numberedIn(other.change) === numberedIn(record.change),
    );
    return new Set(others.flatMap(({ evidence }) => (evidence?.kind === 'history' ? [evidence.id] : [])));
  }

  /**
   * Takes over what the journal says, this window's past and other windows' present. Of what this window is carrying out
   * itself it knows more than the journal, unless another window closed it. What the journal could not take when it happened
   * is written down now; should it fail again, the next look repeats it.
   * @throws what the journal threw when it was read.
   */
  async sync(): Promise<void> {
    await this.#takeOver();
    await this.tellAgain().catch(() => undefined);
  }

  async #takeOver(): Promise<void> {
    const plans: WriteRecord[] = [];
    const rows = await this.#journal.load();
    if (rows !== this.#rows) this.#folded = fold(rows);
    this.#rows = rows;
    for (const row of this.#folded.values()) {
      const known = this.#told.get(row.id);
      const isHere = this.#underWay.has(row.id);
      const told = isHere && known !== undefined ? merge(row, known) : merge(known, row);
      const held = this.#records.get(row.id);
      const record = isHere ? told : restored(told);
      this.#told.set(record.id, told);
      this.#records.set(record.id, record);
      const news =
        held === undefined ? isOpen(record) || isFreezing(record) : held !== record && JSON.stringify(held) !== JSON.stringify(record);
      if (news) this.#changed.tell(record);
      if (told.state === 'planned' && !isHere) plans.push(record);
    }
    for (const plan of plans) await this.#closePlanned(plan);
  }

  /**
   * What this window knows of writes and the journal, as it was last read, does not: because an append failed, or because
   * another window set the journal aside.
   */
  untold(): readonly WriteRecord[] {
    return [...this.#told.values()].filter((record) => {
      const row = this.#folded.get(record.id);
      return !this.#writing.has(record.id) && (row === undefined ? this.#counts(record) : knowsMore(record, row));
    });
  }

  /**
   * Records what is `untold`. That reopens nothing: what another window or a person decided meanwhile outranks a row of what happened
   * before (see `merge`).
   * @throws what the journal threw.
   */
  async tellAgain(): Promise<void> {
    for (const record of this.untold()) {
      if (this.#folded.has(record.id)) await this.#append(record);
      else await this.#writeAnew(record);
    }
  }

  /** Whether it holds something up, or counts towards a daily limit. */
  #counts(record: WriteRecord): boolean {
    return isOpen(record) || isFreezing(record) || (mayHaveMoved(record) && this.steadyNow() - (record.sentAt ?? 0) < dayMs);
  }

  /** In a journal that does not have it: first as it was once sent, so that it holds its loan or position. */
  async #writeAnew(record: WriteRecord): Promise<void> {
    try {
      if (isOpen(record)) await this.#append({ ...record, state: 'sent' });
      if (record.state !== 'sent') await this.#append(record);
    } catch (error) {
      // Another write of the same loan or position was sent meanwhile: then this one is open beside it.
      if (!(error instanceof TargetTaken)) throw error;
      await this.#append(restored(record));
    }
  }

  async #append(record: WriteRecord): Promise<void> {
    const { id } = record;
    this.#writing.set(id, (this.#writing.get(id) ?? 0) + 1);
    try {
      await this.#journal.append(record);
      // Until the journal is read again, which then is what counts.
      this.#folded.set(id, merge(this.#folded.get(id), record));
    } finally {
      const left = (this.#writing.get(id) ?? 1) - 1;
      if (left === 0) this.#writing.delete(id);
      else this.#writing.set(id, left);
    }
  }

  /**
   * Nothing that was only planned is left lying about. But another window may just be about to send it, so this waits until
   * its figures are too old for that. Should the journal fail, the next look repeats it.
   */
  async #closePlanned(record: WriteRecord): Promise<void> {
    if (this.#clock.now() - record.plannedAt <= this.#plannedForAtMostMs) return;
    // Not held for told before it is read back: should the other window have sent it after all, that counts.
    await this.#append(record).catch(() => undefined);
  }

  /** Every row of the journal, as it is now. */
  rows(): Promise<readonly WriteRecord[]> {
    return this.#journal.load();
  }

  /**
   * Moves the journal aside and starts a new one with what this window knows to be unfinished or to count towards a limit, so that neither
   * is forgotten. @returns where the old one is. @throws what the journal threw.
   */
  async setAside(): Promise<string> {
    const place = await this.#journal.setAside();
    const kept = [...this.#told.values()].filter((record) => this.#counts(record));
    this.#told.clear();
    this.#records.clear();
    for (const record of kept) {
      this.#told.set(record.id, record);
      this.#records.set(record.id, this.#underWay.has(record.id) ? record : restored(record));
    }
    for (const record of kept) await this.#writeAnew(record);
    await this.sync();
    return place;
  }

  isUnderWay(id: string): boolean {
    return this.#underWay.has(id);
  }

  /** From now on this window knows better than the journal. */
  begin(id: string): void {
    this.#underWay.add(id);
  }

  end(id: string): void {
    this.#underWay.delete(id);
  }

  /** Puts a record down, first in the journal and only then here. @throws what the journal threw. */
  async putDurably(record: WriteRecord): Promise<void> {
    await this.#append(record);
    this.#put(record);
  }

  /** As `apply`, but nothing changes unless the journal has it. @throws what the journal threw. */
  async applyDurably(id: string, event: WriteEvent): Promise<WriteRecord | undefined> {
    const record = this.#after(id, event);
    if (record === undefined) return undefined;
    await this.#takingTarget(record);
    // Something else may have closed it while the disk was busy, and comes later in the journal: that stands.
    const now = this.#after(id, event);
    if (now !== undefined) this.#put({ ...now, updatedAt: record.updatedAt });
    return this.#records.get(id);
  }

  /** Appends; a loan or position that is only held by what is known here to be closed is given back first. */
  async #takingTarget(record: WriteRecord): Promise<void> {
    try {
      await this.#append(record);
    } catch (error) {
      if (!(error instanceof TargetTaken)) throw error;
      const holder = this.#told.get(error.writeId);
      if (holder === undefined || isOpen(holder) || holder.state === 'planned') throw error;
      await this.#append(holder);
      await this.#append(record);
    }
  }

  /**
   * Notes what has already happened. It is true whether or not the journal can take it: should it fail, the next look
   * of this window writes it down (see `tellAgain`). Should the window end before, a restart finds the state before and reads
   * at the venue; where that cannot tell, a person has to.
   */
  async apply(id: string, event: WriteEvent): Promise<void> {
    const record = this.#after(id, event);
    if (record === undefined) return;
    this.#put(record);
    await this.#append(record).catch(() => undefined);
  }

  /**
   * Notes what reading found. A proof counts only once the journal has it: there another window
   * may have been first to take the same row for another write. A contradiction counts at once, because it holds things up.
   * @throws what the journal threw; then the write is as open as before.
   */
  async applyFound(id: string, event: Finding): Promise<void> {
    if (event.type === 'contradicted') return this.apply(id, event);
    const record = this.#after(id, event);
    if (record === undefined) return;
    await this.#append(record);
    await this.sync();
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #after(id: string, event: WriteEvent): WriteRecord | undefined {
    const record = this.#records.get(id);
    return record === undefined ? undefined : next(record, event, this.#clock.now());
  }

  #put(record: WriteRecord): void {
    this.#told.set(record.id, record);
    this.#records.set(record.id, record);
    this.#changed.tell(record);
  }
}

/** Takes over what the journal says now. @throws Refusal when it cannot be read. */
export async function syncOrRefuse(writes: Writes): Promise<void> {
  try {
    await writes.sync();
  } catch (error) {
    throw unreadable(error);
  }
}

/**
 * The write on the same target because of which `mine` must not go: one that another window had put down as sent before it and
 * that is open, or that is closed by now but was not yet `known` when the figures for `mine` were read. Of two windows that
 * write `sent` at the same moment, exactly one is first in the journal and may go on.
 *
 * @param known ids of writes that were closed before the figures were read
 */
export function sentBefore(rows: readonly WriteRecord[], mine: WriteRecord, known: ReadonlySet<string>): WriteRecord | undefined {
  return sentEarlier(rows, mine.id).find(
    (record) => sameTarget(record, mine) && (isOpen(record) || (mayHaveMoved(record) && !known.has(record.id))),
  );
}

/** The writes, as they stand now, that the journal had as sent before it said so of the write `id`. */
export function sentEarlier(rows: readonly WriteRecord[], id: string): readonly WriteRecord[] {
  const limit = rows.findIndex((row) => row.id === id && row.state === 'sent');
  const before = new Set(
    rows
      .slice(0, Math.max(limit, 0))
      .filter(({ sentAt }) => sentAt !== undefined)
      .map((row) => row.id),
  );
  return [...fold(rows).values()].filter((record) => record.id !== id && before.has(record.id));
}

/**
 * Whether, by the journal, `mine` cannot have left, because a write on the same target had gone before it and was not closed
 * yet when `mine` was planned: its window died before it took its plan back. Without a history of the venue nothing else
 * tells the effect of the one from that of the other.
 */
export function neverLeft(rows: readonly WriteRecord[], mine: WriteRecord): boolean {
  const planned = rows.findIndex(({ id }) => id === mine.id);
  const closed = [...fold(rows.slice(0, Math.max(planned, 0))).values()].filter((record) => record.state !== 'planned' && !isOpen(record));
  return sentBefore(rows, mine, new Set(closed.map(({ id }) => id))) !== undefined;
}
