import { randomUUID } from 'node:crypto';
import { readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import type { DatabaseSync } from 'node:sqlite';
import { fieldsIn, jsonIn } from '../../core/json.ts';
import { carefully, identityOf, inTransaction, logOf, makeFile, patiently } from './database-file.ts';
import type { Place } from './worker-link.ts';
import type { Seen } from './ledger-protocol.ts';
import { exportedPage, importHistory, stageHistory } from './history-move.ts';
import type { HistoryAnswers, HistoryAsked, HistoryMove } from './history-protocol.ts';
import { answerHistory, forgetHistory, usualBoundBytes } from './history-tables.ts';
import { leasesIn, newsOf, share } from './readings-tables.ts';
import { LedgerFault } from './trouble.ts';
import {
  freeLease,
  lastCopyName,
  parseLastCopy,
  stateName,
  watchLease,
  type ArmedRow,
  type Changed,
  type LastCopy,
  type Looked,
  type OldState,
  type Shared,
  type StateAnswers,
  type StateAsked,
  type StateChange,
  type StateFacts,
  type Version,
} from './state-protocol.ts';
import type { OutletAnswers, OutletAsked } from './outlet-protocol.ts';
import { answerOutlets, forgetMessages } from './outlet-rows.ts';
import { isBlankState, migrateState, mustBeKnownState } from './state-schema.ts';
import type { WarningAnswers, WarningAsked } from './warning-protocol.ts';
import { answerWarnings, forgetWarnings } from './warning-rows.ts';

/** Longest wait of a plain look, so that it doesn't delay requests. Milliseconds. */
const lookBusyMs = 1_000;
/** How often to retry if the file is replaced while it is opened. */
const attempts = 3;

interface Opened {
  readonly db: DatabaseSync;
  readonly identity: string;
  /** Undefined if it has no log. */
  readonly log: string | undefined;
  readonly remade: boolean;
}

/**
 * The shared state in its file, for one connection: accounts, arming, last figures, and the ledger's position. It's separate from the
 * ledger, so that a ledger that is set aside, deleted or damaged takes neither accounts nor anchor with it. Any failure closes the
 * connection, and the next call reads everything again.
 */
export class StateFile {
  readonly #Database: typeof DatabaseSync;
  readonly #place: Place;
  readonly #path: string;
  readonly #copyPath: string;
  #opened: Opened | undefined;
  /** The last copy, as this connection knows it. */
  #copy: string | undefined;
  /** What the calling window knows, in case both file and copy are missing. */
  #given: LastCopy | undefined;

  constructor(Database: typeof DatabaseSync, place: Place) {
    this.#Database = Database;
    this.#place = place;
    this.#path = path.join(place.folder, stateName);
    this.#copyPath = path.join(place.folder, lastCopyName);
  }

  /** @throws LedgerFault, and SQLite's own errors */
  answer(asked: StateAsked): StateAnswers[StateAsked['do']] | undefined {
    switch (asked.do) {
      case 'look':
        return this.look(asked);
      case 'change':
        return this.change(asked.change);
      case 'anchor':
        return this.anchor();
      case 'noteAnchor':
        this.noteAnchor(asked.at);
        return undefined;
      case 'lead':
      case 'beat':
      case 'release':
      case 'keepReading':
      case 'keepPrices':
      case 'keepVenuePage':
      case 'seen':
      case 'forget':
        return this.share(asked);
      case 'warnings':
      case 'putWarnings':
      case 'noteFocus':
      case 'claimNotices':
      case 'noteShown':
        return this.warnings(asked);
      case 'outlets':
      case 'putOutlet':
      case 'dropOutlet':
      case 'claimMessages':
      case 'noteSent':
        return this.outlets(asked);
      case 'historySeries':
      case 'historyTargets':
      case 'venueRows':
      case 'venueStreams':
      case 'venueTotals':
      case 'venueSorted':
      case 'interestSums':
        return this.history(asked);
      case 'exportHistory':
      case 'stageHistory':
      case 'importHistory':
        return this.move(asked);
    }
  }

  look({ known, snapshots, old, copy, news: since = 0 }: Omit<Extract<StateAsked, { do: 'look' }>, 'do'>): Looked {
    const make = old !== undefined || copy !== undefined || this.#hasCopy();
    this.#given = copy;
    const looked = this.#within(make ? 'IMMEDIATE' : 'DEFERRED', make, lookBusyMs, (opened): Looked => {
      const { db, remade } = opened;
      const takenIn = old === undefined ? 0 : takeIn(db, old);
      const version = versionOf(opened);
      const leases = leasesIn(db);
      const facts = known !== undefined && isSame(version, known) ? undefined : factsOf(opened);
      // Another file has its own count.
      const news = newsOf(db, known?.file === version.file && known.place === version.place ? since : 0, snapshots !== true);
      if (facts !== undefined && make) this.#keepCopy(facts);
      return {
        ...(facts === undefined ? {} : { facts }),
        ...(snapshots === true ? { snapshots: db.prepare('SELECT account, snapshot AS text FROM snapshots').all() as never } : {}),
        lease: leases.get('') ?? freeLease,
        leases,
        ...(news === undefined ? {} : { news }),
        warnings: warningsVersion(opened),
        takenIn,
        remade,
      };
    });
    if (looked?.facts !== undefined && !this.#isCopied(looked.facts)) this.#mendCopy();
    return looked ?? { absent: true, takenIn: 0, remade: false };
  }

  change(change: StateChange): Changed {
    const changed = this.#within('IMMEDIATE', true, this.#place.busyMs, (opened): Changed => {
      const refused = apply(opened.db, change);
      if (refused !== undefined) return { refused };
      const facts = factsOf(opened);
      this.#keepCopy(facts);
      return { facts };
    });
    if (changed === undefined) throw new RangeError('a file that is made when it is missing is missing');
    return changed;
  }

  /** Handles requests about leases and readings. @returns undefined if there is no file */
  share(asked: Shared): StateAnswers[Shared['do']] {
    // What would be outdated after a power cut needn't survive one.
    const isDurable = asked.do !== 'beat' && asked.do !== 'release' && asked.do !== 'keepPrices' && asked.do !== 'seen';
    return this.#within('IMMEDIATE', false, lookBusyMs, ({ db }) => ({ answer: share(db, asked, this.#boundBytes) }), isDurable)?.answer;
  }

  anchor(): Seen | undefined {
    return this.#within('DEFERRED', false, lookBusyMs, ({ db }) => ({ at: anchorOf(db) }))?.at;
  }

  /** Keeps only the furthest position of each ledger, in whatever order they are reported. */
  noteAnchor({ id, rows, head }: Seen): void {
    this.#within('IMMEDIATE', true, this.#place.busyMs, ({ db }) => {
      db.prepare(
        `INSERT INTO anchor (one, id, rows, head) VALUES (1, ?, ?, ?) ON CONFLICT DO UPDATE SET id = excluded.id, rows = excluded.rows, head = excluded.head
         WHERE anchor.id IS NOT excluded.id OR anchor.rows < excluded.rows`,
      ).run(id, rows, head);
      return { done: true };
    });
  }

  warnings<A extends WarningAsked>(asked: A): WarningAnswers[A['do']] | undefined {
    const mode = asked.do === 'warnings' ? 'DEFERRED' : 'IMMEDIATE';
    const done = this.#within(mode, false, this.#place.busyMs, (opened) => ({
      answer: answerWarnings(opened.db, asked, () => warningsVersion(opened)),
    }));
    return done?.answer;
  }

  outlets<A extends OutletAsked>(asked: A): OutletAnswers[A['do']] | undefined {
    const [mode, make] = [asked.do === 'outlets' ? 'DEFERRED' : 'IMMEDIATE', asked.do === 'putOutlet'] as const;
    return this.#within(mode, make, this.#place.busyMs, ({ db }) => ({ answer: answerOutlets(db, asked) }))?.answer;
  }

  get #boundBytes(): number {
    return this.#place.historyBytes ?? usualBoundBytes;
  }

  /** @returns undefined when there is no file */
  history<A extends HistoryAsked>(asked: A): HistoryAnswers[A['do']] {
    return this.#within('DEFERRED', false, lookBusyMs, ({ db }) => ({ answer: answerHistory(db, asked) }))?.answer;
  }

  /** Carries the history to or from another computer. What is staged lives in this connection only. */
  move<A extends HistoryMove>(asked: A): HistoryAnswers[A['do']];
  move(asked: HistoryMove): HistoryAnswers[HistoryMove['do']] {
    const mode = asked.do === 'importHistory' && !asked.isTrial ? 'IMMEDIATE' : 'DEFERRED';
    return this.#within(mode, asked.do === 'stageHistory', this.#place.busyMs, ({ db }) => {
      switch (asked.do) {
        case 'exportHistory':
          return { answer: exportedPage(db, asked) };
        case 'stageHistory':
          return { answer: stageHistory(db, asked) };
        case 'importHistory':
          return { answer: importHistory(db, asked, this.#boundBytes) };
      }
    })?.answer;
  }

  close(): void {
    try {
      this.#opened?.db.close();
    } catch {
      // Already closed.
    }
    this.#opened = undefined;
  }

  /**
   * @param isDurable whether it must be on the disk when done
   * @returns undefined if there is no file and none should be created
   */
  #within<T>(mode: 'DEFERRED' | 'IMMEDIATE', make: boolean, busyMs: number, work: (opened: Opened) => T, isDurable = true): T | undefined {
    try {
      for (let attempt = 1; attempt <= attempts; attempt += 1) {
        if (this.#opened !== undefined && !this.#isThere(this.#opened)) this.close();
        this.#opened ??= this.#open(make, busyMs);
        const opened = this.#opened;
        if (opened === undefined) return undefined;
        opened.db.exec(`PRAGMA busy_timeout = ${busyMs.toString()}`);
        // With a write-ahead log, the file stays intact either way.
        if (opened.log !== undefined) opened.db.exec(`PRAGMA synchronous = ${isDurable ? 'FULL' : 'NORMAL'}`);
        const done = inTransaction(opened.db, mode, () => {
          // The file may have been replaced up to this moment.
          if (!this.#isThere(opened)) return undefined;
          mustBeKnownState(opened.db);
          return { result: work(opened) };
        });
        if (done === undefined) continue;
        this.#opened = { ...opened, remade: false };
        return done.result;
      }
      throw new LedgerFault({ kind: 'failed', detail: 'the file is another one each time it is looked at' });
    } catch (error) {
      // The copy may be ahead of the file now.
      this.#copy = undefined;
      this.close();
      throw error;
    }
  }

  #isThere({ identity, log }: Opened): boolean {
    return identityOf(this.#path) === identity && (log === undefined || identityOf(logOf(this.#path)) === log);
  }

  #open(make: boolean, busyMs: number): Opened | undefined {
    if (identityOf(this.#path) === undefined) {
      if (!make) return undefined;
      makeFile(this.#path);
    }
    const identity = identityOf(this.#path) ?? '';
    const db = new this.#Database(this.#path);
    try {
      db.exec(`PRAGMA busy_timeout = ${busyMs.toString()}`);
      const isNew = isBlankState(db);
      if (isNew && !make) {
        db.close();
        return undefined;
      }
      const mode = patiently(busyMs, () => db.prepare('PRAGMA journal_mode = WAL').get()?.['journal_mode']);
      db.exec(`PRAGMA synchronous = ${mode === 'wal' ? 'FULL' : 'EXTRA'}`);
      db.exec(carefully);
      for (const pragma of this.#place.pragmas) db.exec(`PRAGMA ${pragma}`);
      const copy = isNew ? (parseLastCopy(this.#readCopy()) ?? this.#given) : undefined;
      const restored = migrateState(db, () => restore(db, copy));
      return { db, identity, log: mode === 'wal' ? (identityOf(logOf(this.#path)) ?? '') : undefined, remade: restored === true };
    } catch (error) {
      db.close();
      throw error;
    }
  }

  #readCopy(): string | undefined {
    try {
      return readFileSync(this.#copyPath, 'utf8');
    } catch {
      return undefined;
    }
  }

  #hasCopy(): boolean {
    if (identityOf(this.#path) !== undefined) return false;
    return (parseLastCopy(this.#readCopy())?.accounts.length ?? 0) > 0;
  }

  #isCopied(facts: StateFacts): boolean {
    const text = copyOf(facts);
    if (text === this.#copy) return true;
    // Usually another window has already written it.
    this.#copy = this.#readCopy();
    return text === this.#copy;
  }

  /** Rewrites the copy if it was lost or couldn't be written earlier. */
  #mendCopy(): void {
    try {
      this.#within('IMMEDIATE', false, lookBusyMs, (opened) => {
        this.#keepCopy(factsOf(opened));
        return { done: true };
      });
    } catch {
      // The next look tries again.
    }
  }

  /** Runs inside the transaction of the change, under its lock, so that the later of two windows writes last. */
  #keepCopy(facts: StateFacts): void {
    if (this.#isCopied(facts)) return;
    const text = copyOf(facts);
    const beside = `${this.#copyPath}.${process.pid.toString()}-${randomUUID()}`;
    try {
      writeFileSync(beside, text, { mode: 0o600 });
      renameSync(beside, this.#copyPath);
      this.#copy = text;
    } catch {
      // Only convenience for the next start; the file is what counts.
      rmSync(beside, { force: true });
    }
  }
}

function apply(db: DatabaseSync, change: StateChange): 'taken' | 'absent' | undefined {
  switch (change.do) {
    case 'add': {
      db.prepare('DELETE FROM removed WHERE id = ?').run(change.id);
      const { changes } = db.prepare('INSERT OR IGNORE INTO accounts (id, record) VALUES (?, ?)').run(change.id, text(change.record));
      if (changes === 0) return 'taken';
      break;
    }
    case 'update': {
      const held = db.prepare('SELECT record FROM accounts WHERE id = ?').get(change.id)?.['record'];
      if (held === undefined) return 'absent';
      const record = { ...fieldsIn(held), ...change.fields };
      db.prepare('UPDATE accounts SET record = ? WHERE id = ?').run(text(record), change.id);
      break;
    }
    case 'remove':
      if (db.prepare('DELETE FROM accounts WHERE id = ?').run(change.id).changes === 0) return undefined;
      db.prepare('INSERT OR IGNORE INTO removed (id) VALUES (?)').run(change.id);
      db.prepare('DELETE FROM armed WHERE account = ?').run(change.id);
      db.prepare('DELETE FROM snapshots WHERE account = ?').run(change.id);
      db.prepare('DELETE FROM readings WHERE account = ?').run(change.id);
      db.prepare('DELETE FROM leases WHERE name IN (?, ?)').run(change.id, watchLease(change.id));
      forgetWarnings(db, change.id);
      forgetMessages(db, change.id);
      forgetHistory(db, change.id);
      break;
    case 'arm':
      db.prepare("DELETE FROM armed WHERE account = ? AND window IN ('', ?)").run(change.row.account, change.row.window);
      insertArmed(db, change.row);
      break;
    case 'takeBack':
      for (const given of change.given) db.prepare('DELETE FROM armed WHERE given = ?').run(given);
      break;
    case 'disarm':
      db.prepare('DELETE FROM armed WHERE account = ?').run(change.account);
      if (change.keep !== undefined) insertArmed(db, change.keep);
      break;
  }
  db.exec("UPDATE facts SET value = value + 1 WHERE name = 'revision'");
  return undefined;
}

function insertArmed(db: DatabaseSync, { account, window, term, whose, until, given }: ArmedRow): void {
  // No row for an account that was removed meanwhile.
  db.prepare('INSERT INTO armed (account, window, term, whose, until, given) SELECT id, ?, ?, ?, ?, ? FROM accounts WHERE id = ?').run(
    window,
    term,
    whose,
    until ?? null,
    given,
    account,
  );
}

/** @returns how many accounts were imported */
function takeIn(db: DatabaseSync, { accounts, armed, snapshots }: OldState): number {
  let count = 0;
  for (const { id, record } of accounts) {
    if (db.prepare('SELECT 1 FROM removed WHERE id = ?').get(id) !== undefined) continue;
    if (db.prepare('INSERT OR IGNORE INTO accounts (id, record) VALUES (?, ?)').run(id, text(record)).changes === 0) continue;
    count += 1;
    const whose = armed[id];
    if (whose !== undefined) insertArmed(db, { account: id, window: '', term: 'always', whose, given: randomUUID() });
    const snapshot = snapshots[id];
    if (snapshot !== undefined) {
      db.prepare('INSERT OR REPLACE INTO snapshots (account, snapshot) VALUES (?, ?)').run(id, text(snapshot));
    }
  }
  if (count > 0) db.exec("UPDATE facts SET value = value + 1 WHERE name = 'revision'");
  return count;
}

/** Restores the last copy of a lost file into a new one, with nothing armed. @returns whether there was anything to restore */
function restore(db: DatabaseSync, copy: LastCopy | undefined): boolean {
  if (copy === undefined) return false;
  for (const record of copy.accounts) {
    const { id } = record as { readonly id?: unknown };
    if (typeof id === 'string') db.prepare('INSERT OR IGNORE INTO accounts (id, record) VALUES (?, ?)').run(id, text(record));
  }
  for (const id of copy.removed) db.prepare('INSERT OR IGNORE INTO removed (id) VALUES (?)').run(id);
  return copy.accounts.length > 0;
}

const copyOf = ({ accounts, removed }: StateFacts): string =>
  `${JSON.stringify({ accounts: accounts.map((one) => jsonIn(one.text)).filter((one) => one !== undefined), removed })}\n`;

const numbersIn = (db: DatabaseSync): ReadonlyMap<string, number> =>
  new Map(
    db
      .prepare('SELECT name, value FROM facts')
      .all()
      .map(({ name, value }) => [String(name), Number(value)]),
  );

function versionOf({ db, identity }: Opened): Version {
  const facts = numbersIn(db);
  return { file: facts.get('file') ?? 0, place: identity, revision: facts.get('revision') ?? 0 };
}

function warningsVersion({ db, identity }: Opened): string {
  const facts = numbersIn(db);
  return JSON.stringify([facts.get('file'), identity, facts.get('warnings')]);
}

const isSame = (a: Version, b: Version): boolean => a.file === b.file && a.place === b.place && a.revision === b.revision;

function factsOf(opened: Opened): StateFacts {
  const { db } = opened;
  const armed = db.prepare('SELECT account, window, term, whose, until, given FROM armed').all();
  return {
    version: versionOf(opened),
    accounts: db.prepare('SELECT id, record AS text FROM accounts ORDER BY seq').all() as never,
    removed: db
      .prepare('SELECT id FROM removed ORDER BY id')
      .all()
      .map(({ id }) => String(id)),
    armed: armed.map(({ until, ...row }) => ({ ...row, ...(until === null ? {} : { until: Number(until) }) }) as unknown as ArmedRow),
  };
}

const anchorOf = (db: DatabaseSync): Seen | undefined => {
  const row = db.prepare('SELECT id, rows, head FROM anchor').get();
  return row === undefined ? undefined : { id: String(row['id']), rows: Number(row['rows']), head: String(row['head']) };
};

const text = (value: unknown): string => JSON.stringify(value);
