import { closeSync, fsyncSync, mkdirSync, openSync, statSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { troubleOf } from './trouble.ts';

/** What tells a file from another one of its name. Undefined when there is none. */
export function identityOf(file: string): string | undefined {
  const stats = statSync(file, { bigint: true, throwIfNoEntry: false });
  return stats === undefined ? undefined : `${stats.dev.toString()}:${stats.ino.toString()}`;
}

/** Where SQLite keeps the last rows of a database with a write-ahead log. */
export const logOf = (file: string): string => `${file}-wal`;

/** For its owner only: SQLite gives its other files the same rights. */
export function makeFile(file: string): void {
  const folder = path.dirname(file);
  mkdirSync(folder, { recursive: true });
  try {
    // Never one that is there: closing it here would give up the locks that another connection of this process has on it.
    closeSync(openSync(file, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  }
  for (const each of [folder, path.dirname(folder)]) syncFolder(each);
}

/** A new file is only durable once its folder entry is. Where folders cannot be synced (Windows, some network disks) nothing better is to be had. */
function syncFolder(folder: string): void {
  let handle: number | undefined;
  try {
    handle = openSync(folder, 'r');
    fsyncSync(handle);
  } catch {
    // Not here, then.
  } finally {
    if (handle !== undefined) closeSync(handle);
  }
}

/** All of `work` or nothing of it. `IMMEDIATE` takes the lock for writing at once, so that what is read in it stays true until it ends. */
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
      // Some errors have rolled it back already.
    }
    throw error;
  }
}

/** SQLite does not wait for the lock that a change of the journal mode needs. */
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
