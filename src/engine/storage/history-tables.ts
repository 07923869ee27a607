import type { DatabaseSync } from 'node:sqlite';
import { greater, isDecimal, lesser, type Decimal } from '../../core/decimal.ts';
import { jsonIn } from '../../core/json.ts';
import { msg } from '../../core/message.ts';
import type { Bucket, HistoryAnswers, HistoryAsked, Recorded, Series, Span, Spans } from './history-protocol.ts';
import { tell } from './outlet-rows.ts';
import { interestSums, venueRows, venueSorted, venueStreams, venueTotals } from './venue-rows.ts';

// Figures in three tiers, written in the transaction of the reading itself. Rows of the same time lie next to each other, so that a reading
// touches few pages of the file.

const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;

/** From fine to coarse; each length is a multiple of the one before. Days are UTC days. */
export const tiers = [
  { ms: minuteMs, keptMs: 7 * dayMs },
  { ms: 15 * minuteMs, keptMs: 90 * dayMs },
  { ms: dayMs, keptMs: Infinity },
] as const;
/** Gaps are kept as long as a tier can tell when in a day they were. */
const gapsKeptMs = 90 * dayMs;
/** The file can grow to 50 MB. Freed pages are reused, so it never has to be rewritten. */
export const usualBoundBytes = 48_000_000;
/** How often a person is told that the history stays over its bound. */
const tellOutgrownMs = 90 * dayMs;
/** Most rows that one reading deletes. */
const sweptAtOnce = 500;
/** Most buckets in one answer. */
const mostBuckets = 1_000;
/** How long a borrow rate is used; it's read every hour. */
const rateHoldsMs = 3 * 60 * minuteMs;

export const historySchema = `
  CREATE TABLE history_series (id INTEGER PRIMARY KEY, account TEXT NOT NULL, target TEXT NOT NULL, since INTEGER NOT NULL, seen INTEGER NOT NULL,
    names TEXT NOT NULL, UNIQUE (account, target)) STRICT;
  CREATE TABLE history_points (tier INTEGER NOT NULL, at INTEGER NOT NULL, series INTEGER NOT NULL, count INTEGER NOT NULL,
    covered INTEGER NOT NULL, figures TEXT NOT NULL, PRIMARY KEY (tier, at, series)) STRICT, WITHOUT ROWID;
  CREATE TABLE history_gaps (series INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL, PRIMARY KEY (until, series, since))
    STRICT, WITHOUT ROWID;`;

/** Records the figures of a reading, in the transaction that stores the reading. If recording fails, the reading is still stored. */
export function record(db: DatabaseSync, reading: Recording, now: number, boundBytes: number): void {
  db.exec('SAVEPOINT history');
  try {
    recordFigures(db, reading);
    sweep(db, now, boundBytes);
  } catch {
    db.exec('ROLLBACK TO history');
    left.delete(db);
  }
  db.exec('RELEASE history');
}

interface Recording {
  readonly account: string;
  readonly asOf: number;
  readonly recorded: readonly Recorded[];
  /** Readings further apart than this have a gap between them. Milliseconds. */
  readonly staleMs: number;
}

/** A row that a reading goes on with. */
interface Held {
  readonly at: number;
  readonly count: number;
  readonly covered: number;
  readonly spans: Spans;
}

/** What the last reading by this connection left, so that the next one need not read and take apart all of it again. */
interface Left {
  /** As of the facts: another one after rows were changed other than by a reading. */
  readonly changes: number;
  /** By series and tier, each with the time of its series' last reading. */
  readonly rows: Map<string, Held & { readonly seen: number }>;
}

const left = new WeakMap<DatabaseSync, Left>();

/** What any connection remembers of rows is void. Within the transaction that changes them. */
export function changeHistory(db: DatabaseSync): void {
  db.exec("INSERT INTO facts (name, value) VALUES ('history', 1) ON CONFLICT DO UPDATE SET value = value + 1");
}

function leftIn(db: DatabaseSync): Left['rows'] {
  const changes = Number(db.prepare("SELECT value FROM facts WHERE name = 'history'").get()?.['value'] ?? 0);
  const known = left.get(db);
  if (known?.changes === changes) return known.rows;
  const rows: Left['rows'] = new Map();
  left.set(db, { changes, rows });
  return rows;
}

function recordFigures(db: DatabaseSync, { account, asOf, recorded, staleMs }: Recording): void {
  const rates = db.prepare('SELECT coin, rate FROM venue_rates WHERE account = ? AND at > ?').all(account, asOf - rateHoldsMs);
  const series = db.prepare('SELECT target, id, seen, names FROM history_series WHERE account = ?').all(account);
  const known = new Map(series.map(({ target, ...row }) => [target, row]));
  const begin = db.prepare('INSERT INTO history_series (account, target, since, seen, names) VALUES (?, ?, ?, ?, ?)');
  const go = db.prepare('UPDATE history_series SET seen = ? WHERE id = ?');
  const rename = db.prepare('UPDATE history_series SET names = ? WHERE id = ?');
  const gap = db.prepare('INSERT OR IGNORE INTO history_gaps (series, since, until) VALUES (?, ?, ?)');
  const held = db.prepare('SELECT count, covered, figures FROM history_points WHERE tier = ? AND at = ? AND series = ?');
  const put = db.prepare('INSERT OR REPLACE INTO history_points (tier, at, series, count, covered, figures) VALUES (?, ?, ?, ?, ?, ?)');
  const fill = db.prepare(
    'UPDATE history_points SET covered = min(covered + ?, tier) WHERE tier = ? AND at = ? AND series = ? AND covered < tier',
  );
  const rows = leftIn(db);
  for (const { target, figures: told } of recorded) {
    const figures = spansOf({ ...told, ...ratesOf(told, rates) });
    const before = known.get(target);
    const id = Number(before?.['id'] ?? begin.run(account, target, asOf, asOf, '[]').lastInsertRowid);
    const seen = Number(before?.['seen'] ?? asOf);
    // The same reading again.
    if (before !== undefined && seen === asOf) continue;
    const read = namesFrom(before?.['names'] ?? '[]');
    const names = [...(read.length === 0 && before !== undefined ? unreadNames(db, id) : read)];
    const more = Object.keys(figures).filter((name) => !names.includes(name));
    if (more.length > 0) rename.run(JSON.stringify((names.push(...more), names)), id);
    const isGap = asOf - seen > staleMs;
    if (isGap) gap.run(id, seen, asOf);
    go.run(asOf, id);
    for (const { ms } of tiers) {
      const [key, at] = [`${id.toString()} ${ms.toString()}`, startOf(asOf, ms)];
      const last = rows.get(key);
      const row = last?.seen === seen && last.at === at ? last : heldIn(held.get(ms, at, id), at, names);
      const covered = isGap ? 0 : Math.max(asOf - Math.max(at, seen), 0);
      const next = {
        ...{ at, seen: asOf },
        count: (row?.count ?? 0) + 1,
        covered: Math.min((row?.covered ?? 0) + covered, ms),
        spans: row === undefined ? figures : joinedSpans(row.spans, figures),
      };
      put.run(ms, at, id, next.count, next.covered, storedSpans(next.spans, names));
      rows.set(key, next);
      // The time until this reading was covered too.
      if (!isGap && seen < at) fill.run(startOf(seen, ms) + ms - seen, ms, startOf(seen, ms), id);
    }
  }
}

const heldIn = (row: Readonly<Record<string, unknown>> | undefined, at: number, names: readonly string[]): Held | undefined =>
  row && { at, count: Number(row['count']), covered: Number(row['covered']), spans: spansFrom(row['figures'], names) };

/** Borrow rates of the coins owed. */
const ratesOf = (read: Recorded['figures'], rates: readonly Record<string, unknown>[]): Recorded['figures'] =>
  Object.fromEntries(
    rates
      .filter(({ coin }) => read[`debt ${String(coin)}`] !== undefined)
      .map(({ coin, rate }) => [`rate ${String(coin)}`, rate as Decimal] as const)
      .filter(([, rate]) => isDecimal(rate)),
  );

const spansOf = (figures: Recorded['figures']): Spans =>
  Object.fromEntries(Object.entries(figures).map(([name, one]) => [name, { first: one, last: one, min: one, max: one }]));

/** Joins two spans, the later one second. Exact: highest and lowest are kept. */
export function joinedSpans(a: Spans, b: Spans): Spans {
  const joined: Record<string, Span> = { ...a };
  for (const [name, later] of Object.entries(b)) {
    const { first, min, max } = joined[name] ?? later;
    joined[name] = {
      ...{ first, last: later.last },
      // Most figures don't change and need no arithmetic.
      min: min === later.min ? min : lesser(min, later.min),
      max: max === later.max ? max : greater(max, later.max),
    };
  }
  return joined;
}

/**
 * Values in the order of the names, which are stored once for all rows. Most spans come from one reading, so one value stands for all four.
 */
export const storedSpans = (spans: Spans, names: readonly string[]): string =>
  names
    .map((name) => {
      const { first, last, min, max } = spans[name] ?? {};
      return [last, min, max].every((one) => one === first) ? (first ?? '') : [first, last, min, max].join(' ');
    })
    .join('|');

/** @param wanted default: all */
export const spansFrom = (text: unknown, names: readonly string[], wanted?: readonly string[]): Spans =>
  Object.fromEntries(
    String(text)
      .split('|')
      .flatMap((stored, index): [string, Span][] => {
        const name = names[index];
        if (stored === '' || name === undefined || wanted?.includes(name) === false) return [];
        const parts = stored.split(' ');
        if (!parts.every(isDecimal)) return [];
        const [first = stored as Decimal, last = first, min = first, max = first] = parts;
        return [[name, { first, last, min, max }]];
      }),
  );

/** None if they can't be read. */
export function namesFrom(text: unknown): readonly string[] {
  const names = jsonIn(text);
  return Array.isArray(names) && names.every((name) => typeof name === 'string') ? names : [];
}

/** Names for cells whose own can't be read: what comes later must not stand under the wrong one. */
function unreadNames(db: DatabaseSync, series: number): readonly string[] {
  const cells = "length(figures) - length(replace(figures, '|', '')) + 1";
  const most = db.prepare(`SELECT max(${cells}) AS n FROM history_points WHERE series = ?`).get(series)?.['n'];
  return Array.from({ length: Number(most ?? 0) }, (_, at) => `unread ${at.toString()}`);
}

const startOf = (at: number, ms: number): number => at - (at % ms);

/**
 * Deletes a little at each reading: rows that are too old, and above the size bound the finest first. Daily rows and the venue's rows stay.
 */
function sweep(db: DatabaseSync, now: number, boundBytes: number): void {
  for (const { ms, keptMs } of tiers) {
    if (keptMs !== Infinity) takeOldest(db, ms, now - keptMs);
  }
  db.prepare('DELETE FROM history_gaps WHERE until < ?').run(now - gapsKeptMs);
  // The next reading goes on with what has not ended yet.
  const [minutes, quarters, days] = tiers;
  for (const [{ ms }, until] of [
    [minutes, startOf(now, quarters.ms)],
    [quarters, startOf(now, days.ms)],
  ] as const) {
    if (usedBytes(db) <= boundBytes || takeOldest(db, ms, until) >= sweptAtOnce) return;
  }
  if (usedBytes(db) > boundBytes) tellOutgrown(db, now);
}

/** What stays for good has passed the bound: a person decides what may go. */
function tellOutgrown(db: DatabaseSync, now: number): void {
  const { changes } = db
    .prepare("INSERT INTO facts (name, value) VALUES ('outgrown', ?) ON CONFLICT DO UPDATE SET value = excluded.value WHERE value <= ?")
    .run(now, now - tellOutgrownMs);
  if (changes === 0) return;
  const sentence = msg(
    'history.outgrown',
    "The history has reached {0} MB. Daily figures and the exchange's rows are kept, finer ones only for today. To free space, remove an account.",
    (usedBytes(db) / 1e6).toFixed(0),
  );
  tell(db, { level: 'note', sentence, about: [] }, now);
}

/** @returns how many rows it took */
function takeOldest(db: DatabaseSync, tier: number, before: number): number {
  // All rows of one time or none.
  const last = db
    .prepare('SELECT max(at) AS at FROM (SELECT at FROM history_points WHERE tier = ? AND at < ? ORDER BY at LIMIT ?)')
    .get(tier, before, sweptAtOnce)?.['at'];
  if (typeof last !== 'number') return 0;
  return Number(db.prepare('DELETE FROM history_points WHERE tier = ? AND at <= ?').run(tier, last).changes);
}

export function usedBytes(db: DatabaseSync): number {
  const numberOf = (pragma: string): number => Number(Object.values(db.prepare(`PRAGMA ${pragma}`).get() ?? {})[0]);
  return (numberOf('page_count') - numberOf('freelist_count')) * numberOf('page_size');
}

/** Deletes the history of an account that was removed or belongs to another user now. */
export function forgetHistory(db: DatabaseSync, account: string): void {
  changeHistory(db);
  for (const table of ['points', 'gaps', 'moved']) {
    db.prepare(`DELETE FROM history_${table} WHERE series IN (SELECT id FROM history_series WHERE account = ?)`).run(account);
  }
  db.prepare('DELETE FROM history_series WHERE account = ?').run(account);
  for (const table of ['rows', 'streams', 'rates']) db.prepare(`DELETE FROM venue_${table} WHERE account = ?`).run(account);
}

export function answerHistory<A extends HistoryAsked>(db: DatabaseSync, asked: A): HistoryAnswers[A['do']];
export function answerHistory(db: DatabaseSync, asked: HistoryAsked): HistoryAnswers[HistoryAsked['do']] {
  switch (asked.do) {
    case 'historySeries':
      return seriesOf(db, asked);
    case 'historyTargets':
      return targetsOf(db, asked.account);
    case 'venueRows':
      return venueRows(db, asked);
    case 'venueStreams':
      return venueStreams(db, asked.account);
    case 'venueTotals':
      return venueTotals(db, asked);
    case 'venueSorted':
      return venueSorted(db, asked);
    case 'interestSums':
      return interestSums(db, asked);
  }
}

interface Row extends Omit<Bucket, 'figures'> {
  readonly tier: number;
  readonly figures: string;
}

export const targetsOf = (db: DatabaseSync, account: string): HistoryAnswers['historyTargets'] =>
  db.prepare('SELECT target, since, seen FROM history_series WHERE account = ? ORDER BY target').all(account) as never;

export function seriesOf(db: DatabaseSync, asked: Extract<HistoryAsked, { do: 'historySeries' }>): Series {
  const { account, target, from, to } = asked;
  const series = db.prepare('SELECT id, names FROM history_series WHERE account = ? AND target = ?').get(account, target);
  if (series === undefined || !(from < to)) return { buckets: [], gaps: [], moved: [] };
  const [id, names] = [Number(series['id']), namesFrom(series['names'])];
  const count = Math.min(Math.max(Math.floor(asked.buckets), 1), mostBuckets);
  const width = Math.max((to - from) / count, minuteMs);
  const finest = Math.max(
    tiers.findLastIndex(({ ms }) => ms <= width),
    0,
  );
  const buckets = new Map<number, Bucket>();
  for (const { at, figures, ...row } of rowsOf(db, id, finest, from, to)) {
    const start = from + Math.floor((Math.max(at, from) - from) / width) * width;
    const before = buckets.get(start);
    const spans = spansFrom(figures, names, asked.figures);
    buckets.set(start, {
      at: start,
      count: (before?.count ?? 0) + row.count,
      covered: (before?.covered ?? 0) + row.covered,
      figures: before === undefined ? spans : joinedSpans(before.figures, spans),
    });
  }
  const stretches = (table: string): Series['gaps'] =>
    db
      .prepare(`SELECT since, until FROM ${table} WHERE until > ? AND series = ? AND since < ? ORDER BY until, since`)
      .all(from, id, to) as never;
  return { buckets: [...buckets.values()], gaps: stretches('history_gaps'), moved: stretches('history_moved') };
}

/** Each time span of the series from the finest tier that still has all of its readings, starting at the wanted tier. */
function rowsOf(db: DatabaseSync, id: number, finest: number, from: number, to: number): readonly Row[] {
  const read = db.prepare(
    'SELECT tier, at, count, covered, figures FROM history_points WHERE tier = ? AND at >= ? AND at < ? AND series = ? ORDER BY at',
  );
  const [begin, end] = [startOf(from, dayMs), startOf(to - 1, dayMs) + dayMs];
  let rows = read.all(dayMs, begin, end, id) as unknown as readonly Row[];
  for (const { ms } of tiers.slice(finest, -1).reverse()) {
    const finer = new Map((read.all(ms, begin, end, id) as unknown as readonly Row[]).map((row) => [row.at, row]));
    rows = rows.flatMap((row) => {
      const parts: Row[] = [];
      for (let at = row.at; at < row.at + row.tier; at += ms) {
        const part = finer.get(at);
        if (part !== undefined) parts.push(part);
      }
      return parts.reduce((sum, { count }) => sum + count, 0) >= row.count ? parts : [row];
    });
  }
  return rows.filter(({ at, tier }) => at + tier > from && at < to);
}
