import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from '../../storage/database-file.ts';
import { LedgerFault } from '../../storage/trouble.ts';

/** Marks a file as ours, at offset 68 of its header: “LTVG”. */
const applicationId = 0x4c545647;

/**
 * What leads from each version to the next. Never change one that was released; add another.
 * The triggers keep our own mistakes and simple tools from changing what is written; what they cannot keep off, the hashes show.
 * A REPLACE fires no trigger for DELETE, hence the third.
 */
const migrations: readonly string[] = [
  `CREATE TABLE ledgers (id TEXT PRIMARY KEY NOT NULL, state TEXT NOT NULL CHECK (state IN ('current', 'set aside'))) STRICT, WITHOUT ROWID;
   CREATE TABLE rows (seq INTEGER PRIMARY KEY, prev TEXT NOT NULL, hash TEXT NOT NULL, line TEXT NOT NULL) STRICT;
   CREATE TABLE open_targets (account TEXT NOT NULL, target TEXT NOT NULL, write TEXT NOT NULL, PRIMARY KEY (account, target)) STRICT, WITHOUT ROWID;
   CREATE TABLE taken_in (source TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TRIGGER rows_are_not_changed BEFORE UPDATE ON rows BEGIN SELECT RAISE(ABORT, 'rows are never changed'); END;
   CREATE TRIGGER rows_are_not_deleted BEFORE DELETE ON rows BEGIN SELECT RAISE(ABORT, 'rows are never deleted'); END;
   CREATE TRIGGER rows_follow_each_other BEFORE INSERT ON rows
     WHEN NEW.seq IS NOT (SELECT coalesce(max(seq), 0) + 1 FROM rows)
     BEGIN SELECT RAISE(ABORT, 'rows are only added at the end'); END;`,
];

const numberOf = (db: DatabaseSync, pragma: string): number => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);

/**
 * Whether there is nothing in it yet.
 * @throws LedgerFault for what is not ours, or newer than we know; SQLite's own errors
 */
export function isBlank(db: DatabaseSync): boolean {
  const version = numberOf(db, 'user_version');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  const owner = numberOf(db, 'application_id');
  if (owner === 0 && version === 0 && tables === 0) return true;
  if (owner !== applicationId) throw new LedgerFault({ kind: 'notOurs' });
  mustBeKnown(db);
  return false;
}

/**
 * Another window may have a newer version that has just made the ledger its own.
 * @throws LedgerFault
 */
export function mustBeKnown(db: DatabaseSync): void {
  if (numberOf(db, 'user_version') > migrations.length) throw new LedgerFault({ kind: 'newer' });
}

/**
 * Brings a ledger of an older version, or a blank one, up to ours. Two windows may do so at the same moment: the second finds nothing to do.
 * @param id of the ledger, if it is only begun here
 * @param before ids of the ledgers that were set aside for it
 */
export function migrate(db: DatabaseSync, id: () => string, before: readonly string[] = []): void {
  if (numberOf(db, 'user_version') === migrations.length) return;
  inTransaction(db, 'IMMEDIATE', () => {
    const version = numberOf(db, 'user_version');
    for (const migration of migrations.slice(version)) db.exec(migration);
    if (version === 0) {
      db.prepare("INSERT INTO ledgers (id, state) VALUES (?, 'current')").run(id());
      for (const old of before) db.prepare("INSERT INTO ledgers (id, state) VALUES (?, 'set aside')").run(old);
    }
    db.exec(`PRAGMA application_id = ${applicationId.toString()}; PRAGMA user_version = ${migrations.length.toString()}`);
  });
}
