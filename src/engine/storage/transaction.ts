import type { DatabaseSync } from 'node:sqlite';
import { troubleOf } from './trouble.ts';

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

/** SQLite does not wait by itself for the lock that a change of the journal mode needs. */
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
