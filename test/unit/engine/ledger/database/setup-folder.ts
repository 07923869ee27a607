import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { SqliteJournal, type SqliteJournalOptions } from '../../../../../src/engine/ledger/database/sqlite-journal.ts';
import { MemoryAnchor } from '../../accounts/memory-storage.ts';
import { memoryFolder } from '../../../../memory-folder.ts';

/** Built beside the tests, which run as out/test/unit/engine/… or deeper. */
export const workerFile = path.join(process.cwd(), 'out/test/unit/ledger-worker.js');

/** A folder for a ledger, what the editor remembers of it, and the windows that were opened on it. */
export class Drawer {
  readonly folder: string;
  readonly storage = new MemoryAnchor();
  readonly #journals: SqliteJournal[] = [];

  constructor() {
    this.folder = path.join(memoryFolder('ledger'), 'deep', 'storage');
  }

  get file(): string {
    return path.join(this.folder, 'ledger.sqlite');
  }

  open(more: Partial<SqliteJournalOptions> = {}): SqliteJournal {
    const journal = new SqliteJournal({ folder: this.folder, worker: workerFile, storage: this.storage, ...more });
    this.#journals.push(journal);
    return journal;
  }

  /** As any program could, that knows SQLite. */
  tamper(...statements: string[]): void {
    const db = new DatabaseSync(this.file);
    try {
      for (const statement of statements) db.exec(statement);
    } finally {
      db.close();
    }
  }

  query(sql: string): Record<string, unknown>[] {
    const db = new DatabaseSync(this.file, { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  remove(): void {
    for (const journal of this.#journals.splice(0)) journal.dispose();
    rmSync(path.dirname(path.dirname(this.folder)), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}
