import { Holders } from '../../../../src/engine/ledger/open-writes.ts';
import { TargetTaken, type Journal, type Verification } from '../../../../src/engine/ledger/journal.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { fromLine, toLine, type RecordFormat } from '../../../../src/engine/ledger/record-format.ts';

/** Forgets everything with its process. */
export class MemoryJournal implements Journal {
  #rows: readonly WriteRecord[] = [];
  #holders = new Holders();
  readonly #format: RecordFormat;

  constructor(format: RecordFormat = { fromLine, toLine }) {
    this.#format = format;
  }

  load(): Promise<readonly WriteRecord[]> {
    return Promise.resolve(this.#rows);
  }

  append(record: WriteRecord): Promise<void> {
    const row = this.#format.fromLine(this.#format.toLine(record));
    const holder = this.#holders.against(row);
    if (holder !== undefined) return Promise.reject(new TargetTaken(holder));
    this.adopt(row);
    return Promise.resolve();
  }

  /** Takes a row in as one of an older journal, in which two open writes could be on one loan or position. */
  adopt(record: WriteRecord): void {
    const row = this.#format.fromLine(this.#format.toLine(record));
    this.#holders.add(row);
    this.#rows = [...this.#rows, row];
  }

  verify(): Promise<Verification> {
    return Promise.resolve({ ok: true, rows: this.#rows.length, writes: this.#holders.writes });
  }

  setAside(): Promise<string> {
    this.#rows = [];
    this.#holders = new Holders();
    return Promise.resolve('memory');
  }

  dispose(): void {
    // Nothing is held.
  }
}
