import type { DatabaseSync } from 'node:sqlite';
import { forgetHistory, record } from './history-tables.ts';
import type { KeptPage } from './history-protocol.ts';
import { keepVenuePage } from './venue-rows.ts';
import type { Kept, Lease, NewReading, News, Pass, PricesRow, ReadingRow, Shared } from './state-protocol.ts';

// What one window reads for all: who it is, and what was read last. The rules are kept here, in the transactions of the database: a window
// that was stopped and wakes knows nothing of what happened meanwhile.

const dayMs = 24 * 60 * 60_000;

/** Within a transaction that holds the lock for writing. */
export function share(db: DatabaseSync, asked: Shared, historyBytes: number): boolean | Kept | KeptPage {
  switch (asked.do) {
    case 'lead':
      return lead(db, asked.window, asked.seen);
    case 'beat':
      return beat(db, asked.window, asked.fence);
    case 'release':
      return release(db, asked.window, asked.fence);
    case 'keepReading':
      return keepReading(db, asked.reading, asked.now, asked.pass, historyBytes);
    case 'keepPrices':
      return keepPrices(db, asked.prices, asked.now, asked.pass);
    case 'keepVenuePage':
      return mayWrite(db, asked.pass) ? keepVenuePage(db, asked.page, asked.now) : undefined;
    case 'forget':
      forget(db, asked.account, asked.now);
      return undefined;
  }
}

export function leaseOf(db: DatabaseSync): Lease {
  const row = db.prepare('SELECT fence, beat, holder FROM reader').get();
  // A row that somebody took away must not keep every window from reading.
  if (row === undefined) return { fence: 0, beat: 0, holder: '' };
  return { fence: Number(row['fence']), beat: Number(row['beat']), holder: String(row['holder']) };
}

/** Of two windows that saw the same, the second one finds it changed. */
function lead(db: DatabaseSync, window: string, seen: Lease): boolean {
  db.exec("INSERT OR IGNORE INTO reader (one, fence, beat, holder) VALUES (1, 0, 0, '')");
  const taken = db
    .prepare('UPDATE reader SET fence = fence + 1, beat = beat + 1, holder = ? WHERE fence = ? AND beat = ? AND holder = ?')
    .run(window, seen.fence, seen.beat, seen.holder);
  return Number(taken.changes) === 1;
}

const beat = (db: DatabaseSync, window: string, fence: number): boolean =>
  Number(db.prepare('UPDATE reader SET beat = beat + 1 WHERE fence = ? AND holder = ?').run(fence, window).changes) === 1;

const release = (db: DatabaseSync, window: string, fence: number): boolean =>
  Number(db.prepare("UPDATE reader SET holder = '' WHERE fence = ? AND holder = ?").run(fence, window).changes) === 1;

function mayWrite(db: DatabaseSync, pass: Pass): boolean {
  if (pass.fence === undefined) return true;
  const { fence, holder } = leaseOf(db);
  return fence === pass.fence && holder === pass.window;
}

function nextNews(db: DatabaseSync): number {
  return Number(db.prepare("UPDATE facts SET value = value + 1 WHERE name = 'news' RETURNING value").get()?.['value']);
}

/** A time in the future comes from a clock that was wrong, and would never be overtaken. */
const isNewer = (known: unknown, than: number, now: number): boolean => typeof known === 'number' && known > than && known <= now;

/** The newest figures stay. Their text is only written when one of them changed: the age alone is not worth it. */
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

/** All but the time of it. */
function figuresIn(text: string): string {
  try {
    return JSON.stringify({ ...(JSON.parse(text) as object), asOf: undefined });
  } catch {
    return text;
  }
}

/** A reading that began before does not bring them back. */
function forget(db: DatabaseSync, account: string, now: number): void {
  db.prepare('DELETE FROM snapshots WHERE account = ?').run(account);
  forgetHistory(db, account);
  const news = nextNews(db);
  db.prepare(
    `INSERT INTO readings (account, at, as_of, news, figures) SELECT id, ?, ?, ?, ? FROM accounts WHERE id = ?
     ON CONFLICT DO UPDATE SET at = excluded.at, as_of = excluded.as_of, failure = NULL, news = excluded.news, figures = excluded.figures`,
  ).run(now, now, news, news, account);
}

function keepPrices(db: DatabaseSync, { site, at, prices }: PricesRow, now: number, pass: Pass): Kept {
  if (!mayWrite(db, pass)) return 'fence';
  if (isNewer(db.prepare('SELECT at FROM prices WHERE site = ?').get(site)?.['at'], at, now)) return 'older';
  // Sites come and go, as the simulated exchange does with its port.
  db.prepare('DELETE FROM prices WHERE at < ?').run(now - dayMs);
  db.prepare('INSERT OR REPLACE INTO prices (site, at, prices, news) VALUES (?, ?, ?, ?)').run(site, at, prices, nextNews(db));
  return 'kept';
}

/** @param withTexts also the figures that are new; undefined when there is nothing new */
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
