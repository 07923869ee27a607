import type { DatabaseSync } from 'node:sqlite';
import { fieldsIn } from '../../core/json.ts';
import { forgetHistory, record } from './history-tables.ts';
import type { KeptPage } from './history-protocol.ts';
import {
  freeLease,
  watchLease,
  type Kept,
  type Lease,
  type LeaseName,
  type NewReading,
  type News,
  type Pass,
  type PricesRow,
  type ReadingRow,
  type Shared,
} from './state-protocol.ts';
import { keepVenuePage } from './venue-rows.ts';
import { forgetWarnings } from './warning-rows.ts';

// What one window reads for all: which window it is, and the last readings. The rules are enforced here, in the database's transactions,
// because a window that was suspended doesn't know what happened meanwhile.

/** One row per task that one window does for all. The empty name is the reader's. */
export const leaseSchema = `CREATE TABLE leases (name TEXT PRIMARY KEY NOT NULL, fence INTEGER NOT NULL, beat INTEGER NOT NULL, holder TEXT NOT NULL)
     STRICT, WITHOUT ROWID;
   INSERT INTO leases (name, fence, beat, holder) SELECT '', fence, beat, holder FROM reader;
   DROP TABLE reader;`;

const dayMs = 24 * 60 * 60_000;

/** Runs inside a transaction that holds the write lock. */
export function share(db: DatabaseSync, asked: Shared, historyBytes: number): boolean | number | Kept | KeptPage {
  switch (asked.do) {
    case 'lead':
      return lead(db, asked.window, asked.seen, asked.of);
    case 'beat':
      return beat(db, asked.window, asked.fence, asked.of);
    case 'release':
      return release(db, asked.window, asked.fence, asked.of);
    case 'keepReading':
      return keepReading(db, asked.reading, asked.now, asked.pass, historyBytes);
    case 'keepPrices':
      return keepPrices(db, asked.prices, asked.now, asked.pass);
    case 'seen':
      return seenAt(db, asked.isSeen, asked.now);
    case 'keepVenuePage':
      return mayWrite(db, asked.pass) ? keepVenuePage(db, asked.page, asked.now) : undefined;
    case 'forget':
      forget(db, asked.account, asked.now);
      return undefined;
  }
}

function seenAt(db: DatabaseSync, isSeen: boolean, now: number): number {
  if (isSeen) db.prepare("INSERT INTO facts (name, value) VALUES ('seen', ?) ON CONFLICT DO UPDATE SET value = excluded.value").run(now);
  return Number(db.prepare("SELECT value FROM facts WHERE name = 'seen'").get()?.['value'] ?? 0);
}

/** A deleted row must not keep every window from reading. */
export const leaseOf = (db: DatabaseSync): Lease => leasesIn(db).get('') ?? freeLease;

export const leasesIn = (db: DatabaseSync): ReadonlyMap<LeaseName, Lease> =>
  new Map(
    db
      .prepare('SELECT name, fence, beat, holder FROM leases')
      .all()
      .map(({ name, fence, beat: at, holder }) => [String(name), { fence: Number(fence), beat: Number(at), holder: String(holder) }]),
  );

/** If two windows saw the same lease, the second one fails because it has changed. */
function lead(db: DatabaseSync, window: string, seen: Lease, of: LeaseName = ''): boolean {
  db.prepare("INSERT OR IGNORE INTO leases (name, fence, beat, holder) VALUES (?, 0, 0, '')").run(of);
  const taken = db
    .prepare('UPDATE leases SET fence = fence + 1, beat = beat + 1, holder = ? WHERE name = ? AND fence = ? AND beat = ? AND holder = ?')
    .run(window, of, seen.fence, seen.beat, seen.holder);
  return Number(taken.changes) === 1;
}

const beat = (db: DatabaseSync, window: string, fence: number, of: LeaseName = ''): boolean =>
  Number(db.prepare('UPDATE leases SET beat = beat + 1 WHERE name = ? AND fence = ? AND holder = ?').run(of, fence, window).changes) === 1;

const release = (db: DatabaseSync, window: string, fence: number, of: LeaseName = ''): boolean =>
  Number(db.prepare("UPDATE leases SET holder = '' WHERE name = ? AND fence = ? AND holder = ?").run(of, fence, window).changes) === 1;

function mayWrite(db: DatabaseSync, pass: Pass): boolean {
  if (pass.fence === undefined) return true;
  const { fence, holder } = leaseOf(db);
  return fence === pass.fence && holder === pass.window;
}

export interface Watching {
  readonly account: string;
  /** Unique among all watchers. */
  readonly watcher: string;
  /** A watcher that stored nothing for this long is considered gone. Milliseconds. */
  readonly goneMs: number;
  readonly now: number;
}

/** Whether no other watcher reads this account. A time in the future comes from a wrong clock. */
export function mayWatch(db: DatabaseSync, { account, watcher, goneMs, now }: Watching): boolean {
  const { holder, beat: at } = leasesIn(db).get(watchLease(account)) ?? freeLease;
  return holder === '' || holder === watcher || now - at > goneMs || at > now;
}

/**
 * Stores what a watcher read, unless a newer reading is there or another watcher reads the account. Runs inside the transaction in which
 * the figures were compared with the stored ones.
 */
export function keepWatched(db: DatabaseSync, watching: Watching, reading: NewReading & { readonly asOf: number }, bytes: number): Kept {
  const { account, watcher, now } = watching;
  if (!mayWatch(db, watching)) return 'fence';
  const kept = keepReading(db, reading, now, {}, bytes);
  if (kept === 'kept')
    db.prepare(
      `INSERT INTO leases (name, fence, beat, holder) VALUES (?, 1, ?, ?) ON CONFLICT DO UPDATE SET fence = fence + (holder <> excluded.holder),
       beat = excluded.beat, holder = excluded.holder`,
    ).run(watchLease(account), reading.asOf, watcher);
  return kept;
}

/** Another watcher can begin at once. */
export function endWatch(db: DatabaseSync, watcher: string): void {
  db.prepare("UPDATE leases SET holder = '' WHERE holder = ? AND name LIKE 'watch:%'").run(watcher);
}

function nextNews(db: DatabaseSync): number {
  return Number(db.prepare("UPDATE facts SET value = value + 1 WHERE name = 'news' RETURNING value").get()?.['value']);
}

/** A time in the future comes from a wrong clock, and nothing would ever be newer. */
export const isNewer = (known: unknown, than: number, now: number): boolean => typeof known === 'number' && known > than && known <= now;

/** Stores a reading unless a newer one is there. The text is only written if a figure changed: a new age alone isn't worth it. */
function keepReading(db: DatabaseSync, reading: NewReading, now: number, pass: Pass, historyBytes: number): Kept {
  const { account, at } = reading;
  if (!mayWrite(db, pass)) return 'fence';
  if (db.prepare('SELECT 1 FROM accounts WHERE id = ?').get(account) === undefined) return 'absent';
  const known = db.prepare('SELECT at, as_of FROM readings WHERE account = ?').get(account);
  if ('failure' in reading) {
    if (isNewer(known?.['at'], at, now)) return 'older';
    db.prepare(
      `INSERT INTO readings (account, at, failure, news, figures) VALUES (?, ?, ?, ?, 0)
       ON CONFLICT DO UPDATE SET at = excluded.at, failure = excluded.failure, news = excluded.news`,
    ).run(account, at, reading.failure, nextNews(db));
    return 'kept';
  }
  if (isNewer(known?.['as_of'], reading.asOf, now)) return 'older';
  const news = nextNews(db);
  const held = db.prepare('SELECT snapshot FROM snapshots WHERE account = ?').get(account)?.['snapshot'];
  const isChanged = held === undefined || figuresIn(String(held)) !== figuresIn(reading.text);
  if (isChanged) {
    db.prepare('INSERT INTO snapshots (account, snapshot) VALUES (?, ?) ON CONFLICT DO UPDATE SET snapshot = excluded.snapshot').run(
      account,
      reading.text,
    );
  }
  db.prepare(
    `INSERT INTO readings (account, at, as_of, news, figures) VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET at = excluded.at,
     as_of = excluded.as_of, failure = NULL, news = excluded.news, figures = iif(?, excluded.figures, figures)`,
  ).run(account, at, reading.asOf, news, news, isChanged ? 1 : 0);
  const { recorded = [], staleMs = 0 } = reading;
  record(db, { account, asOf: reading.asOf, recorded, staleMs }, now, historyBytes);
  return 'kept';
}

/** The text without its time. */
function figuresIn(text: string): string {
  return JSON.stringify({ ...fieldsIn(text), asOf: undefined });
}

/** Readings that began before this don't bring the figures back. */
function forget(db: DatabaseSync, account: string, now: number): void {
  db.prepare('DELETE FROM snapshots WHERE account = ?').run(account);
  forgetHistory(db, account);
  // What was acknowledged or snoozed was another user's alarm.
  forgetWarnings(db, account);
  const news = nextNews(db);
  db.prepare(
    `INSERT INTO readings (account, at, as_of, news, figures) SELECT id, ?, ?, ?, ? FROM accounts WHERE id = ?
     ON CONFLICT DO UPDATE SET at = excluded.at, as_of = excluded.as_of, failure = NULL, news = excluded.news, figures = excluded.figures`,
  ).run(now, now, news, news, account);
}

function keepPrices(db: DatabaseSync, { site, at, prices }: PricesRow, now: number, pass: Pass): Kept {
  if (!mayWrite(db, pass)) return 'fence';
  if (isNewer(db.prepare('SELECT at FROM prices WHERE site = ?').get(site)?.['at'], at, now)) return 'older';
  // Sites come and go, such as the simulated exchange with its port.
  db.prepare('DELETE FROM prices WHERE at < ?').run(now - dayMs);
  db.prepare('INSERT OR REPLACE INTO prices (site, at, prices, news) VALUES (?, ?, ?, ?)').run(site, at, prices, nextNews(db));
  return 'kept';
}

/** @param withTexts whether to include new figures; undefined if nothing is new */
export function newsOf(db: DatabaseSync, since: number, withTexts: boolean): News | undefined {
  const upTo = Number(db.prepare("SELECT value FROM facts WHERE name = 'news'").get()?.['value']);
  if (upTo === since) return undefined;
  const readings = db
    .prepare(
      `SELECT r.account, r.at, r.as_of, r.failure, r.figures, s.snapshot FROM readings r LEFT JOIN snapshots s ON s.account = r.account
       WHERE r.news > ?`,
    )
    .all(since)
    .map(({ account, at, as_of: asOf, failure, figures, snapshot }): ReadingRow => ({
      account: String(account),
      at: Number(at),
      ...(asOf === null ? {} : { asOf: Number(asOf) }),
      ...(failure === null ? {} : { failure: String(failure) }),
      ...(withTexts && Number(figures) > since ? { text: snapshot === null ? null : String(snapshot) } : {}),
    }));
  return { upTo, readings, prices: db.prepare('SELECT site, at, prices FROM prices WHERE news > ?').all(since) as never };
}
