import { existsSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import type { WriteRecord } from '../record.ts';
import { targetKey } from '../../../core/model.ts';
import { changeTarget } from '../write-states.ts';
import { Chain, newId, type StoredRow } from './chain.ts';
import { identityOf, inTransaction, logOf, makeFile, patiently } from '../../storage/database-file.ts';
import {
  databaseName,
  linesName,
  type Appended,
  type MovedAside,
  type Page,
  type Seen,
  type Verified,
} from '../../storage/ledger-protocol.ts';
import type { Place } from '../../storage/worker-link.ts';
import { moveAside } from './move-aside.ts';
import { isBlank, migrate, mustBeKnown } from './schema.ts';
import { LedgerFault, troubleOf } from '../../storage/trouble.ts';

/** So many rows are answered at once: about 5 ms of work for the one who reads them. */
const pageRows = 100;
/** A file that is another one each time we look cannot be relied on. */
const attempts = 3;

type Tell = (rows: number, of: number) => void;
/** Some 50 ms of work. */
const tellRows = 2_000;

interface Opened {
  readonly db: DatabaseSync;
  /** Tells this file from another one of its name. */
  readonly identity: string;
  /** The same of its log, in which the last rows are; undefined where it keeps none. */
  readonly log: string | undefined;
  chain: Chain;
}

/**
 * The ledger in its file, for one connection. Every call waits for the disk, hence the worker around it.
 * Whatever fails closes the connection: the next call reads everything again, so that only what is on the disk counts.
 */
export class LedgerFile {
  readonly #Database: typeof DatabaseSync;
  readonly #place: Place;
  readonly #path: string;
  readonly #tell: Tell;
  #opened: Opened | undefined;

  /** @param tell hears how much of a long reading is done */
  constructor(Database: typeof DatabaseSync, place: Place, tell: Tell = () => undefined) {
    this.#tell = tell;
    this.#Database = Database;
    this.#place = place;
    this.#path = path.join(place.folder, databaseName);
  }

  read(id: string | undefined, after: number, seen: readonly Seen[]): Page {
    this.#noLinesWaiting();
    const page = this.#within('DEFERRED', false, seen, ({ db, chain }): Page => {
      const from = id === chain.id ? after : 0;
      const rows = db
        .prepare('SELECT seq, hash, line FROM rows WHERE seq > ? ORDER BY seq LIMIT ?')
        .all(from, pageRows) as unknown as StoredRow[];
      const last = rows.at(-1);
      const head = last?.hash ?? (from === 0 ? chain.id : hashAt(db, from)) ?? '';
      const at = { id: chain.id, rows: last?.seq ?? from, head };
      return { lines: rows.map(({ line }) => line), at, more: at.rows < chain.at.rows };
    });
    return page ?? { lines: [], more: false };
  }

  /** @param line one whole record, checked before */
  append(line: string, seen: readonly Seen[]): Appended {
    this.#noLinesWaiting();
    return this.#writing(seen, (opened): Appended => {
      const record = JSON.parse(line) as WriteRecord;
      const takenBy = opened.chain.holders.against(record);
      if (takenBy !== undefined) return { takenBy };
      add(opened, line, record);
      return { at: opened.chain.at };
    });
  }

  /** Takes in what happened before there was a database: facts, regardless of open changes. Once for each `source`. */
  takeIn(lines: readonly string[], source: string, seen: readonly Seen[]): Seen {
    return this.#writing(seen, (opened) => {
      const { db, chain } = opened;
      if (db.prepare('INSERT OR IGNORE INTO taken_in (source) VALUES (?)').run(source).changes > 0) {
        for (const line of lines) add(opened, line, JSON.parse(line) as WriteRecord);
      }
      return chain.at;
    });
  }

  /** @throws LedgerFault with the first thing found wrong */
  verify(seen: readonly Seen[]): Verified {
    this.#noLinesWaiting();
    this.close();
    const verified = this.#within('DEFERRED', false, seen, ({ db, chain }): Verified => {
      const held = new Map(
        [...chain.holders.all()].map(([account, target, write]) => [JSON.stringify([account, target]), { target, write }]),
      );
      for (const { account, target, write } of db.prepare('SELECT account, target, write FROM open_targets').all()) {
        const key = JSON.stringify([account, target]);
        if (held.get(key)?.write !== write) throw new LedgerFault({ kind: 'held', target: String(target) });
        held.delete(key);
      }
      for (const { target } of held.values()) throw new LedgerFault({ kind: 'held', target });
      // All was just read: this takes less time.
      this.#tell(1, 1);
      const answer = Object.values(db.prepare('PRAGMA integrity_check(1)').get() ?? {})[0];
      if (answer !== 'ok') throw new LedgerFault({ kind: 'corrupt' });
      return { at: chain.at, writes: chain.holders.writes };
    });
    return verified ?? { writes: 0 };
  }

  setAside(seen: readonly Seen[]): MovedAside {
    this.close();
    const { place, ids } = moveAside(this.#Database, this.#path, this.#place.busyMs);
    const before = new Set([...ids, ...seen.map(({ id }) => id)]);
    const at = this.#writing([], ({ chain }) => chain.at, [...before]);
    return { at, place };
  }

  close(): void {
    try {
      this.#opened?.db.close();
    } catch {
      // Closed already.
    }
    this.#opened = undefined;
  }

  #noLinesWaiting(): void {
    if (existsSync(path.join(this.#place.folder, linesName))) throw new LedgerFault({ kind: 'linesWaiting' });
  }

  #writing<T>(seen: readonly Seen[], work: (opened: Opened) => T, before: readonly string[] = []): T {
    const done = this.#within('IMMEDIATE', true, seen, (opened) => ({ result: work(opened) }), before);
    if (done === undefined) throw new RangeError('a ledger that is made when it is missing is missing');
    return done.result;
  }

  /** @returns undefined when there is no ledger and none is to be made */
  #within<T>(
    mode: 'DEFERRED' | 'IMMEDIATE',
    make: boolean,
    seen: readonly Seen[],
    work: (opened: Opened) => T,
    before: readonly string[] = [],
  ): T | undefined {
    try {
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        if (this.#opened !== undefined && !this.#isThere(this.#opened)) this.close();
        this.#opened ??= this.#open(make, seen, before);
        const opened = this.#opened;
        if (opened === undefined) return undefined;
        const done = inTransaction(opened.db, mode, () => {
          // Another window may just have set it aside, or another file been put in its place.
          if (!this.#isThere(opened)) return undefined;
          mustBeKnown(opened.db);
          catchUp(opened, seen, this.#tell);
          return { result: work(opened) };
        });
        if (done !== undefined) return done.result;
      }
      throw new LedgerFault({ kind: 'failed', detail: 'the file is another one each time it is looked at' });
    } catch (error) {
      this.close();
      throw error;
    }
  }

  /** Whether what it has open is what others find under its name: a row in a log that was taken away is nowhere. */
  #isThere({ identity, log }: Opened): boolean {
    return identityOf(this.#path) === identity && (log === undefined || identityOf(logOf(this.#path)) === log);
  }

  #open(make: boolean, seen: readonly Seen[], before: readonly string[]): Opened | undefined {
    const expected = Math.max(0, ...seen.map(({ rows }) => rows));
    if (identityOf(this.#path) === undefined) {
      if (expected > 0) throw new LedgerFault({ kind: 'gone', expected });
      if (!make) return undefined;
      makeFile(this.#path);
    }
    const identity = identityOf(this.#path) ?? '';
    const db = new this.#Database(this.#path);
    try {
      db.exec(`PRAGMA busy_timeout = ${this.#place.busyMs.toString()}`);
      if (isBlank(db)) {
        if (expected > 0) throw new LedgerFault({ kind: 'shorter', rows: 0, expected });
        if (!make) {
          db.close();
          return undefined;
        }
      }
      const mode = this.#configure(db);
      migrate(db, newId, before);
      const chain = new Chain(currentId(db));
      return { db, identity, log: mode === 'wal' ? (identityOf(logOf(this.#path)) ?? '') : undefined, chain };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  /** @returns the mode of its journal */
  #configure(db: DatabaseSync): unknown {
    const mode = patiently(this.#place.busyMs, () => db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
    // Where memory cannot be shared, as on some network disks, it stays with a rollback journal, whose folder entry has to be synced too.
    db.exec(`PRAGMA synchronous = ${mode === 'wal' ? 'FULL' : 'EXTRA'}`);
    // On macOS a plain fsync does not reach the disk itself.
    db.exec('PRAGMA fullfsync = ON; PRAGMA checkpoint_fullfsync = ON; PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF');
    for (const pragma of this.#place.pragmas) db.exec(`PRAGMA ${pragma}`);
    return mode;
  }
}

const hashAt = (db: DatabaseSync, seq: number): string | undefined =>
  db.prepare('SELECT hash FROM rows WHERE seq = ?').get(seq)?.['hash'] as string | undefined;

/** @throws LedgerFault for a ledger that was set aside and has been put back */
function currentId(db: DatabaseSync): string {
  const id = db.prepare("SELECT id FROM ledgers WHERE state = 'current'").get()?.['id'];
  if (typeof id !== 'string') throw new LedgerFault({ kind: 'replaced' });
  return id;
}

/** Follows what was added, also by other windows, and looks whether it still holds what was seen before. */
function catchUp(opened: Opened, seen: readonly Seen[], tell: Tell): void {
  const { db } = opened;
  currentId(db);
  const { rows: known, head } = opened.chain.at;
  // The past is another one: look at all of it again.
  if (known > 0 && hashAt(db, known) !== head) opened.chain = new Chain(opened.chain.id);
  const { chain } = opened;
  try {
    // From the first on also those that number themselves before it.
    const after = chain.at.rows === 0 ? Number.MIN_SAFE_INTEGER : chain.at.rows;
    const rest = db.prepare('SELECT seq, prev, hash, line FROM rows WHERE seq > ? ORDER BY seq').iterate(after);
    const of = Number(db.prepare('SELECT max(seq) AS n FROM rows').get()?.['n']);
    for (const row of rest) {
      chain.follow(row as unknown as StoredRow);
      if (chain.at.rows % tellRows === 0) tell(chain.at.rows, of);
    }
  } catch (error) {
    if (troubleOf(error).kind !== 'corrupt') throw error;
    throw new LedgerFault({ kind: 'unreadable', row: chain.at.rows + 1 });
  }
  for (const { id, rows, head: hash } of seen) {
    if (rows === 0) continue;
    if (id !== chain.id) {
      if (db.prepare("SELECT 1 FROM ledgers WHERE id = ? AND state = 'set aside'").get(id) !== undefined) continue;
      throw new LedgerFault({ kind: 'replaced' });
    }
    if (rows > chain.at.rows) throw new LedgerFault({ kind: 'shorter', rows: chain.at.rows, expected: rows });
    if (hashAt(db, rows) !== hash) throw new LedgerFault({ kind: 'altered', row: rows });
  }
}

/** Adds a row and lets it take or give back its loan or position. Only within a transaction. */
function add({ db, chain }: Opened, line: string, record: WriteRecord): void {
  const target = targetKey(changeTarget(record.change));
  const key = [record.accountId, target];
  const held = db.prepare('SELECT write FROM open_targets WHERE account = ? AND target = ?').get(...key)?.['write'];
  if (held !== chain.holders.of(record)) throw new LedgerFault({ kind: 'held', target });
  const row = chain.next(line);
  db.prepare('INSERT INTO rows (seq, prev, hash, line) VALUES (?, ?, ?, ?)').run(row.seq, row.prev, row.hash, row.line);
  chain.follow(row);
  const holder = chain.holders.of(record);
  if (holder === held) return;
  db.prepare('DELETE FROM open_targets WHERE account = ? AND target = ?').run(...key);
  if (holder !== undefined) db.prepare('INSERT INTO open_targets (account, target, write) VALUES (?, ?, ?)').run(...key, holder);
}
