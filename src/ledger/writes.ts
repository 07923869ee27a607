import type { Clock } from '../core/clock.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import type { Journal } from './journal.ts';
import type { WriteRecord } from './record.ts';
import { fold, isFreezing, isOpen, merge, next, restored, sameLoan, type WriteEvent } from './write-machine.ts';

/** All writes as this window knows them: the journal's, and those it is just carrying out itself. */
export class Writes implements Disposable {
  readonly #journal: Journal;
  readonly #clock: Clock;
  /** What the journal and this window say. */
  readonly #told = new Map<string, WriteRecord>();
  /** The same, as it has to be taken: what nobody is known to work on may have been left behind by a crash. */
  readonly #records = new Map<string, WriteRecord>();
  readonly #plannedForAtMostMs: number;
  /** Writes this window is carrying out: what it knows of them is ahead of the journal. */
  readonly #underWay = new Set<string>();
  readonly #changed = new Emitter<WriteRecord>();
  readonly onDidChange = this.#changed.on;

  /** @param plannedForAtMostMs after this long a planned write can no longer be sent by anybody. Milliseconds. */
  constructor(journal: Journal, clock: Clock, plannedForAtMostMs: number) {
    this.#journal = journal;
    this.#clock = clock;
    this.#plannedForAtMostMs = plannedForAtMostMs;
  }

  get(id: string): WriteRecord | undefined {
    return this.#records.get(id);
  }

  open(accountId?: string): readonly WriteRecord[] {
    return [...this.#records.values()].filter((record) => isOpen(record) && (accountId === undefined || record.accountId === accountId));
  }

  openOn(loan: Pick<WriteRecord, 'accountId' | 'change'>): WriteRecord | undefined {
    return this.open(loan.accountId).find((record) => sameLoan(record, loan));
  }

  frozen(accountId: string): WriteRecord | undefined {
    return [...this.#records.values()].find((record) => record.accountId === accountId && isFreezing(record));
  }

  /** Rows of the venue's history that belong to other writes than `record`. */
  claimedBesides(record: WriteRecord): ReadonlySet<string> {
    const others = [...this.#records.values()].filter(({ id, accountId }) => id !== record.id && accountId === record.accountId);
    return new Set(others.map(({ historyId }) => historyId).filter((id) => id !== undefined));
  }

  /**
   * Takes over what the journal says, this window's past and other windows' present.
   * @throws what the journal threw.
   */
  async sync(): Promise<void> {
    for (const row of fold(await this.#journal.load()).values()) {
      if (this.#underWay.has(row.id)) continue;
      const told = merge(this.#told.get(row.id), row);
      const held = this.#records.get(row.id);
      const record = restored(told);
      this.#told.set(record.id, told);
      this.#records.set(record.id, record);
      const news = held === undefined ? isOpen(record) || isFreezing(record) : JSON.stringify(held) !== JSON.stringify(record);
      if (news) this.#announce(record);
      if (told.state === 'planned') await this.#closePlanned(record);
    }
  }

  /**
   * Nothing that was only planned is left lying about. But another window may just be about to send it, so this waits until
   * its figures are too old for that. Should the journal fail, the next look repeats it.
   */
  async #closePlanned(record: WriteRecord): Promise<void> {
    if (this.#clock.now() - record.plannedAt <= this.#plannedForAtMostMs) return;
    this.#told.set(record.id, record);
    await this.#journal.append(record).catch(() => undefined);
  }

  /** Every row of the journal, as it is now. */
  rows(): Promise<readonly WriteRecord[]> {
    return this.#journal.load();
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
    await this.#journal.append(record);
    this.#put(record);
  }

  /** As `apply`, but nothing changes unless the journal has it. @throws what the journal threw. */
  async applyDurably(id: string, event: WriteEvent): Promise<WriteRecord | undefined> {
    const record = this.#after(id, event);
    if (record === undefined) return undefined;
    await this.#journal.append(record);
    // Something else may have closed it while the disk was busy, and comes later in the journal: that stands.
    const now = this.#after(id, event);
    if (now !== undefined) this.#put({ ...now, updatedAt: record.updatedAt });
    return this.#records.get(id);
  }

  /**
   * Notes what has already happened. It is true whether or not the journal can take it: should it fail, a restart
   * finds the state before, reads at the venue and comes to the same end.
   */
  async apply(id: string, event: WriteEvent): Promise<void> {
    const record = this.#after(id, event);
    if (record === undefined) return;
    this.#put(record);
    await this.#journal.append(record).catch(() => undefined);
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
    this.#announce(record);
  }

  #announce(record: WriteRecord): void {
    try {
      this.#changed.fire(record);
    } catch {
      // A view that fails must not come between the journal and the venue.
    }
  }
}
