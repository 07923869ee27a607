import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { troubleOf } from './trouble.ts';

/** Identifies a file, so that another file of the same name can be told apart. Undefined if there is none. */
export function identityOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev.toString()}:${stats.ino.toString()}`;
}

/** SQLite's write-ahead log of a database. */
export const logOf = (file: string): string => `${file}-wal`;

/** How each connection to a file of ours works. */
export const carefully =
  'PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF; PRAGMA temp_store = MEMORY';

/** Creates a file that only its owner can read; SQLite gives its other files the same permissions. */
export function makeFile(file: string): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  try {
    // Only if it doesn't exist: closing an existing one would release the locks that another connection of this process holds on it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  for (const each of [folder, path.dirname(folder)]) syncFolder(each);
}

/**
 * A new file is durable only once its folder entry is. Where folders can't be synced (Windows, some network disks), nothing better is
 * possible.
 */
function syncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch {
    // Folders can't be synced here.
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** Runs `work` in a transaction. `IMMEDIATE` takes the write lock at once, so that what is read stays true until the end. */
export function inTransaction<T>(db: DatabaseSync, mode: 'DEFERRED' | 'IMMEDIATE', work: () => T): T {
  db.exec(`BEGIN ${mode}`);
  try {
    const result = work();
    db.exec('COMMIT');
    return result;
  } catch (error) {
    try {
      db.exec('ROLLBACK');
    } catch {
      // Some errors have already rolled it back.
    }
    throw error;
  }
}

/** SQLite doesn't wait for the lock that a change of the journal mode needs. */
export function patiently<T>(ms: number, work: () => T): T {
  const until = Date.now() + ms;
  const pause = new Int32Array(new SharedArrayBuffer(4));
  for (;;) {
    try {
      return work();
    } catch (error) {
      if (troubleOf(error).kind !== 'busy' || Date.now() > until) throw error;
      Atomics.wait(pause, 0, 0, 10);
    }
  }
}
