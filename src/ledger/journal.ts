import type { WriteRecord } from './record.ts';

/** Where writes are remembered. Only ever grows. */
export interface Journal {
  /** The latest of each record, oldest first. */
  load(): Promise<WriteRecord[]>;
  /** Resolves when the record is durable. */
  append(record: WriteRecord): Promise<void>;
}

/** For tests. */
export class MemoryJournal implements Journal {
  load(): Promise<WriteRecord[]> {
    return Promise.resolve([]);
  }

  append(record: WriteRecord): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${record.id}`));
  }
}

/** JSON lines in the file `writes.jsonl` of a folder. */
export class FileJournal implements Journal {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  load(): Promise<WriteRecord[]> {
    void this.#folder;
    return Promise.resolve([]);
  }

  append(record: WriteRecord): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${record.id}`));
  }
}
