import { existsSync } from 'node:fs';
import { DatabaseSync, type StatementSync } from 'node:sqlite';
import type { WriteRecord } from '../../src/engine/ledger/record.ts';

/** What stands written of changes, read from the file itself. */
export class Journal {
  readonly #file: string;
  #db: DatabaseSync | undefined;
  #rows: StatementSync | undefined;
  #read = 0;
  readonly #latest = new Map<string, WriteRecord>();

  constructor(file: string) {
    this.#file = file;
  }

  /** Each change as its last row has it. */
  latest(): ReadonlyMap<string, WriteRecord> {
    if (this.#rows === undefined) {
      if (!existsSync(this.#file)) return this.#latest;
      this.#db = new DatabaseSync(this.#file, { readOnly: true });
      this.#rows = this.#db.prepare('SELECT seq, line FROM rows WHERE seq > ? ORDER BY seq');
    }
    for (const { seq, line } of this.#rows.all(this.#read)) {
      const record = JSON.parse(String(line)) as WriteRecord;
      this.#latest.set(record.id, record);
      this.#read = Number(seq);
    }
    return this.#latest;
  }

  close(): void {
    this.#db?.close();
  }
}
