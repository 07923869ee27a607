import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { isTime } from '../../core/clock.ts';
import { add, compare, isDecimal, zero, type Decimal } from '../../core/decimal.ts';
import { fieldsIn } from '../../core/json.ts';
import type {
  Before,
  ForcedEvent,
  HistoryAsked,
  InterestSum,
  KeptPage,
  RowsOf,
  RowTotal,
  VenuePage,
  VenueRow,
  VenueStream,
} from './history-protocol.ts';

// The venue's own history rows. Venues drop most of them after a month; here they stay.

const hourMs = 60 * 60_000;
/** A list is read until rows are older than the newest known one by this much, because some rows are booked late. */
const overlapMs = hourMs;
/** New rows older than this (as of the first reading of the list) cause no warning. */
const newsMs = 24 * hourMs;

export const venueSchema = `
  CREATE TABLE venue_rows (account TEXT NOT NULL, kind TEXT NOT NULL, at INTEGER NOT NULL, id TEXT NOT NULL, type TEXT NOT NULL,
    forced INTEGER NOT NULL, coin TEXT NOT NULL, amount TEXT NOT NULL, debt TEXT, rate TEXT, loan TEXT, told INTEGER NOT NULL,
    PRIMARY KEY (account, kind, at, id)) STRICT, WITHOUT ROWID;
  CREATE INDEX venue_untold ON venue_rows (told) WHERE told = 0;
  CREATE TABLE venue_streams (account TEXT NOT NULL, kind TEXT NOT NULL, loan TEXT NOT NULL, began INTEGER NOT NULL, until INTEGER,
    newest INTEGER, cursor TEXT, PRIMARY KEY (account, kind, loan)) STRICT, WITHOUT ROWID;
  CREATE TABLE venue_rates (account TEXT NOT NULL, coin TEXT NOT NULL, at INTEGER NOT NULL, rate TEXT NOT NULL, PRIMARY KEY (account, coin))
    STRICT, WITHOUT ROWID;`;

/**
 * Stores one page and how far its list has been read, so that no gap is left: a list that wasn't read until known rows continues there
 * before it starts at its newest row again.
 */
export function keepVenuePage(db: DatabaseSync, page: VenuePage, now: number): KeptPage {
  const { account, uid, kind, loan, rows, older, rates } = page;
  const record = db.prepare('SELECT record FROM accounts WHERE id = ?').get(account)?.['record'];
  if (record === undefined || fieldsIn(record)['uid'] !== uid) return undefined;
  const stream = db.prepare('SELECT until, newest, cursor FROM venue_streams WHERE account = ? AND kind = ? AND loan = ?');
  const before = stream.get(account, kind, loan);
  const cursor = before?.['cursor'] ?? undefined;
  // Another window continued meanwhile. Starting over is always right.
  if (page.cursor !== undefined && page.cursor !== cursor) return undefined;
  const until = typeof before?.['until'] === 'number' ? before['until'] : undefined;
  const isNews = newsTest(db, account, until, now);
  const kept = rows.map((row) => [row, keepRow(db, page, row, isNews(row))] as const);
  const added = kept.filter(([, how]) => how === 'added');
  if (kept.some(([row, how]) => how !== 'known' && isNews(row))) db.exec("UPDATE facts SET value = value + 1 WHERE name = 'warnings'");
  const times = [...rows.map(({ at }) => at), ...(page.cursor === undefined ? [] : [Number(before?.['newest'] ?? 0)])];
  const newest = Math.max(0, ...times);
  const isKnown = until !== undefined && rows.some(({ at }) => at < until - overlapMs);
  const isDone = isKnown || older === undefined || older === page.cursor;
  // A row dated in the future would hide all rows before its time.
  const readTo = isDone ? Math.max(until ?? 0, Math.min(newest, now)) : (until ?? null);
  db.prepare(
    `INSERT INTO venue_streams (account, kind, loan, began, until, newest, cursor) VALUES (?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET until = excluded.until, newest = excluded.newest, cursor = excluded.cursor`,
  ).run(account, kind, loan, now, readTo, newest, isDone ? null : older);
  for (const { coin, rate, at } of rates) {
    db.prepare(
      `INSERT INTO venue_rates (account, coin, at, rate) VALUES (?, ?, ?, ?)
       ON CONFLICT DO UPDATE SET at = excluded.at, rate = excluded.rate WHERE excluded.at >= at`,
    ).run(account, coin, at, rate);
  }
  return { isDone, added: added.length };
}

/** Events from before the account was added, or found by the first reading of a list, cause no warning. */
function newsTest(db: DatabaseSync, account: string, until: number | undefined, now: number): (row: VenueRow) => boolean {
  const began = Number(db.prepare('SELECT min(began) AS began FROM venue_streams WHERE account = ?').get(account)?.['began'] ?? now);
  return ({ forced, at }) => forced && (at > began || (until !== undefined && at > began - newsMs));
}

/** @returns whether the row was known before, and was already forced if it is now */
function keepRow(db: DatabaseSync, { account, kind, loan }: VenuePage, row: VenueRow, isNews: boolean): 'added' | 'forced' | 'known' {
  const before = db
    .prepare('SELECT forced FROM venue_rows WHERE account = ? AND kind = ? AND at = ? AND id = ?')
    .get(account, kind, row.at, row.id);
  // A row can change its type (from processing to done), or become forced only later. The loan is known only when that loan's rows are
  // requested.
  db.prepare(
    `INSERT INTO venue_rows (account, kind, at, id, type, forced, coin, amount, debt, rate, loan, told) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
     ON CONFLICT DO UPDATE SET type = excluded.type, forced = excluded.forced, amount = excluded.amount, loan = coalesce(excluded.loan, loan),
     told = iif(excluded.forced AND NOT forced, excluded.told, told)`,
  ).run(
    ...[account, kind, row.at, row.id, row.type, row.forced ? 1 : 0, row.coin, row.amount ?? '', row.debt ?? null, row.rate ?? null],
    loan === '' ? null : loan,
    isNews ? 0 : 1,
  );
  return before === undefined ? 'added' : row.forced && before['forced'] === 0 ? 'forced' : 'known';
}

/** Events the person hasn't been told about, oldest first. */
export const untoldEvents = (db: DatabaseSync): readonly ForcedEvent[] =>
  db
    .prepare("SELECT account, at, id, type, coin, amount, loan FROM venue_rows WHERE told = 0 AND kind = 'event' ORDER BY at, id")
    .all()
    .flatMap(readable) as never;

export function noteTold(db: DatabaseSync, events: readonly Pick<ForcedEvent, 'account' | 'at' | 'id'>[]): void {
  const note = db.prepare("UPDATE venue_rows SET told = 1 WHERE account = ? AND kind = 'event' AND at = ? AND id = ?");
  for (const { account, at, id } of events) note.run(account, at, id);
}

const columns = 'at, id, type, forced, coin, amount, debt, rate, loan';

export function venueRows(db: DatabaseSync, asked: Extract<HistoryAsked, { do: 'venueRows' }>): readonly VenueRow[] {
  const { account, kind, loan, limit } = asked;
  const { at, id }: Before = asked.before ?? { at: Number.MAX_SAFE_INTEGER, id: '' };
  return db
    .prepare(
      `SELECT ${columns} FROM venue_rows WHERE account = ? AND kind = ? AND (at, id) < (?, ?)
       AND (? IS NULL OR coalesce(loan, '') = ?) ORDER BY at DESC, id DESC LIMIT ?`,
    )
    .all(account, kind, at, id, loan ?? null, loan ?? null, limit)
    .flatMap(toRows);
}

const toRows = (row: Readonly<Record<string, unknown>>): readonly VenueRow[] =>
  readable(row).map((known) => ({ ...known, forced: row['forced'] === 1 })) as never;

/** The rows of a loan, to be continued with further conditions. */
const ofLoan = "FROM venue_rows WHERE account = ? AND kind = ? AND coalesce(loan, '') IN (SELECT value FROM json_each(?))";
const argsOf = ({ account, kind, loans }: RowsOf): SQLInputValue[] => [account, kind, JSON.stringify(loans)];

export function venueTotals(db: DatabaseSync, asked: RowsOf): readonly RowTotal[] {
  const totals = new Map<string, RowTotal>();
  for (const row of db.prepare(`SELECT type, coin, amount ${ofLoan}`).iterate(...argsOf(asked))) {
    const { type, coin, amount } = row as Readonly<Record<'type' | 'coin' | 'amount', string>>;
    const key = `${type} ${coin}`;
    const { rows, amount: before } = totals.get(key) ?? { rows: 0, amount: zero };
    totals.set(key, { type, coin, rows: rows + 1, ...(before !== undefined && isDecimal(amount) ? { amount: add(before, amount) } : {}) });
  }
  return [...totals.values()];
}

/** One page of the rows in an order. SQLite knows no exact decimals, so by amount all are sorted here. */
export function venueSorted(db: DatabaseSync, asked: Extract<HistoryAsked, { do: 'venueSorted' }>): readonly VenueRow[] {
  const { by, descending, offset, limit } = asked;
  const way = descending ? 'DESC' : 'ASC';
  const only = asked.only && JSON.stringify(asked.only.map(({ type, coin }) => `${type} ${coin}`));
  const wanted = `${ofLoan} AND (? IS NULL OR type || ' ' || coin IN (SELECT value FROM json_each(?)))`;
  const args = [...argsOf(asked), only ?? null, only ?? null];
  if (by !== 'amount') {
    const order = by === 'at' ? `at ${way}, id ${way}` : `${by} ${way}, at DESC, id DESC`;
    return db
      .prepare(`SELECT ${columns} ${wanted} ORDER BY ${order} LIMIT ? OFFSET ?`)
      .all(...args, limit, offset)
      .flatMap(toRows);
  }
  const sign = descending ? -1 : 1;
  return db
    .prepare(`SELECT ${columns} ${wanted} ORDER BY at DESC, id DESC`)
    .all(...args)
    .flatMap(toRows)
    .sort((a, b) => sign * compare(a.amount ?? zero, b.amount ?? zero))
    .slice(offset, offset + limit);
}

export function interestSums(db: DatabaseSync, asked: Extract<HistoryAsked, { do: 'interestSums' }>): readonly InterestSum[] {
  const { coin, from, to, width } = asked;
  const sums = new Map<number, Decimal | 'unknown'>();
  const rows = db
    .prepare(`SELECT at, amount ${ofLoan} AND at >= ? AND at < ? AND coin = ? ORDER BY at`)
    .iterate(...argsOf({ ...asked, kind: 'interest' }), from, to, coin);
  for (const row of rows) {
    const at = Number(row['at']);
    const start = at - (at % width);
    const [before = zero, amount] = [sums.get(start), String(row['amount'])];
    // Less than all of it would be another amount.
    sums.set(start, before !== 'unknown' && isDecimal(amount) ? add(before, amount) : 'unknown');
  }
  return [...sums].flatMap(([at, amount]) => (amount === 'unknown' ? [] : [{ at, amount }]));
}

export const venueStreams = (db: DatabaseSync, account: string): readonly VenueStream[] =>
  db.prepare('SELECT kind, loan, until, cursor FROM venue_streams WHERE account = ?').all(account).map(present) as never;

/** What can be read of a row: no figure that isn't one, and no row without a time. */
function readable(row: Readonly<Record<string, unknown>>): readonly Readonly<Record<string, unknown>>[] {
  if (!isTime(row['at'])) return [];
  const isKnown = (name: string): boolean => !figures.includes(name) || isDecimal(String(row[name]));
  return [Object.fromEntries(Object.entries(present(row)).filter(([name]) => isKnown(name)))];
}

const figures: readonly string[] = ['amount', 'debt', 'rate'];

/** A row without unknown columns. */
function present(row: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  return Object.fromEntries(Object.entries(row).filter(([, value]) => value !== null));
}
