import { existsSync, renameSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { isBlank } from './schema.ts';
import { LedgerFault, troubleOf } from '../../storage/trouble.ts';

/** The files of one database. */
const endings = ['', '-wal', '-shm'];

/**
 * Renames a ledger to a dated name beside it; nothing is deleted. If it can still be written, it says of itself from then on that it was
 * set aside: a window that has it open writes no more rows where nobody will look for them.
 * @param file of a database that this thread does not have open
 * @returns where it is now, or its folder when there was none; and the ids of the ledger and of those that it knew to be set aside
 */
export function moveAside(Database: typeof DatabaseSync, file: string, busyMs: number): { place: string; ids: readonly string[] } {
  if (!endings.some((ending) => existsSync(file + ending))) return { place: path.dirname(file), ids: [] };
  const ids = mark(Database, file, busyMs);
  const place = freeName(file);
  const moved: string[] = [];
  try {
    for (const ending of endings) {
      if (!existsSync(file + ending)) continue;
      renameSync(file + ending, place + ending);
      moved.push(ending);
    }
  } catch (error) {
    for (const ending of moved) renameSync(place + ending, file + ending);
    try {
      mark(Database, file, busyMs, ids[0]);
    } catch {
      // It then says of itself that it was set aside, and can still be.
    }
    throw new LedgerFault({ kind: 'notMoved', detail: error instanceof Error ? error.message : String(error) });
  }
  return { place, ids };
}

/** @returns its ids, the current one first; none when the file cannot be read any more */
function mark(Database: typeof DatabaseSync, file: string, busyMs: number, current = ''): readonly string[] {
  let db: DatabaseSync | undefined;
  try {
    if (!existsSync(file)) return [];
    db = new Database(file);
    db.exec(`PRAGMA busy_timeout = ${busyMs.toString()}`);
    isBlank(db);
    const ids = db.prepare("SELECT id FROM ledgers ORDER BY state = 'current' DESC").all();
    db.prepare("UPDATE ledgers SET state = CASE id WHEN ? THEN 'current' ELSE 'set aside' END").run(current);
    return ids.map(({ id }) => String(id));
  } catch (error) {
    const trouble = troubleOf(error);
    // What is sound is not for us to move: a newer version needs it, or another window has it in hand right now.
    if (trouble.kind === 'newer' || trouble.kind === 'busy') throw new LedgerFault(trouble);
    // Damaged, or not ours: then it is only moved.
    return [];
  } finally {
    db?.close();
  }
}

function freeName(file: string): string {
  const { dir, name, ext } = path.parse(file);
  const stamp = new Date().toISOString().slice(0, 19).replaceAll(':', '-');
  for (let count = 1; ; count += 1) {
    const place = path.join(dir, `${name}.${stamp}${count === 1 ? '' : `-${count.toString()}`}${ext}`);
    if (!endings.some((ending) => existsSync(place + ending))) return place;
  }
}
