import type { DatabaseSync } from 'node:sqlite';
import { inTransaction } from './database-file.ts';
import { movedSchema } from './history-move.ts';
import { historySchema } from './history-tables.ts';
import { outletSchema } from './outlet-rows.ts';
import { leaseSchema } from './readings-tables.ts';
import { LedgerFault } from './trouble.ts';
import { venueSchema } from './venue-rows.ts';
import { warningSchema } from './warning-rows.ts';

/** Marks a file as ours, at offset 68 of its header: “LTVS”. */
const applicationId = 0x4c545653;

/** The migration from each version to the next. Never change one that was released; add another. */
const migrations: readonly string[] = [
  `CREATE TABLE facts (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
   INSERT INTO facts (name, value) VALUES ('file', abs(random() % 9007199254740991)), ('revision', 1);
   CREATE TABLE accounts (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
   CREATE TABLE removed (id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
   CREATE TABLE armed (account TEXT NOT NULL, window TEXT NOT NULL, term TEXT NOT NULL, whose TEXT NOT NULL, until INTEGER, given TEXT NOT NULL,
     PRIMARY KEY (account, window)) STRICT, WITHOUT ROWID;
   CREATE TABLE snapshots (account TEXT PRIMARY KEY NOT NULL, snapshot TEXT NOT NULL) STRICT;
   CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, rows INTEGER NOT NULL, head TEXT NOT NULL) STRICT;`,
  // One window reads for all. `news` counts readings, so that the others only ask for new ones.
  `CREATE TABLE reader (one INTEGER PRIMARY KEY CHECK (one = 1), fence INTEGER NOT NULL, beat INTEGER NOT NULL, holder TEXT NOT NULL) STRICT;
   INSERT INTO reader (one, fence, beat, holder) VALUES (1, 0, 0, '');
   INSERT INTO facts (name, value) VALUES ('news', 0);
   CREATE TABLE readings (account TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL, as_of INTEGER, failure TEXT, news INTEGER NOT NULL,
     figures INTEGER NOT NULL) STRICT;
   CREATE TABLE prices (site TEXT PRIMARY KEY NOT NULL, at INTEGER NOT NULL, prices TEXT NOT NULL, news INTEGER NOT NULL) STRICT;`,
  warningSchema,
  leaseSchema,
  outletSchema,
  historySchema + venueSchema,
  movedSchema,
];

const numberOf = (db: DatabaseSync, pragma: string): number => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);

/**
 * Whether the file is empty.
 * @throws LedgerFault if the file isn't ours or is newer; SQLite's own errors
 */
export function isBlankState(db: DatabaseSync): boolean {
  const version = numberOf(db, 'user_version');
  const owner = numberOf(db, 'application_id');
  const tables = Number(db.prepare('SELECT count(*) AS n FROM sqlite_schema').get()?.['n']);
  if (owner === 0 && version === 0 && tables === 0) return true;
  if (owner !== applicationId) throw new LedgerFault({ kind: 'notOurs' });
  mustBeKnownState(db);
  return false;
}

/** How the file's version compares with this one; an empty file is older. @throws LedgerFault if it isn't ours */
export function stateVersion(db: DatabaseSync): 'older' | 'same' | 'newer' {
  const version = numberOf(db, 'user_version');
  if (version > 0 && numberOf(db, 'application_id') !== applicationId) throw new LedgerFault({ kind: 'notOurs' });
  return version < migrations.length ? 'older' : version > migrations.length ? 'newer' : 'same';
}

/** Another window with a newer version may have just migrated the file. @throws LedgerFault */
export function mustBeKnownState(db: DatabaseSync): void {
  if (numberOf(db, 'user_version') > migrations.length) throw new LedgerFault({ kind: 'newer' });
}

/**
 * Migrates an older or empty file to the current version. Two windows may do so at the same moment: the second finds nothing to do.
 * @param begin fills a file that is created here
 * @returns the result of `begin`, if it was called
 */
export function migrateState<T>(db: DatabaseSync, begin: () => T): T | undefined {
  if (numberOf(db, 'user_version') === migrations.length) return undefined;
  return inTransaction(db, 'IMMEDIATE', () => {
    const version = numberOf(db, 'user_version');
    for (const migration of migrations.slice(version)) db.exec(migration);
    const begun = version === 0 ? begin() : undefined;
    db.exec(`PRAGMA application_id = ${applicationId.toString()}; PRAGMA user_version = ${migrations.length.toString()}`);
    return begun;
  });
}
