import type { DatabaseSync } from 'node:sqlite';
import { isDecimal, type Decimal } from '../../core/decimal.ts';
import { jsonIn } from '../../core/json.ts';
import { msg } from '../../core/message.ts';
import type { Bucket, HistoryAnswers, HistoryAsked, Recorded, Series, Span, Spans } from './history-protocol.ts';
import {
  dayMs,
  joinedSpans,
  lastOf,
  minuteMs,
  rowsAfter,
  runOf,
  spansOf,
  startOf,
  stillFrom,
  stillText,
  stillWith,
  tiers,
  type Held,
  type Run,
  type Still,
  type TierRow,
} from './history-rows.ts';
import { tell } from './outlet-rows.ts';
import { interestSums, venueRows, venueSorted, venueStreams, venueTotals } from './venue-rows.ts';

// Figures in three tiers, written in the transaction of the reading itself. Rows of the same time lie next to each other, so that a reading
// touches few pages of the file. A reading that changes no figure of its account writes only that it was: rows follow with the next change.

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

export const stillSchema = 'ALTER TABLE readings ADD COLUMN still TEXT;';

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

/** What the last reading by this connection left, so that the next one need not read and take apart all of it again. */
interface Left {
  /** As of the facts: another one after rows were changed other than by a reading. */
  readonly changes: number;
  /** By series and tier, each with the time of its series' last reading. */
  readonly rows: Map<string, Held & { readonly seen: number }>;
  /** The last reading of each account. */
  readonly readings: Map<string, LastReading>;
}

interface LastReading {
  readonly seen: number;
  /** All its figures. */
  readonly figures: string;
  /** Whether the last figures of its rows are its own, so that readings of the same figures can follow from them. */
  readonly isTold: boolean;
}

const left = new WeakMap<DatabaseSync, Left>();

/** What any connection remembers of rows is void. Within the transaction that changes them. */
export function changeHistory(db: DatabaseSync): void {
  db.exec("INSERT INTO facts (name, value) VALUES ('history', 1) ON CONFLICT DO UPDATE SET value = value + 1");
}

function leftIn(db: DatabaseSync): Left {
  const changes = Number(db.prepare("SELECT value FROM facts WHERE name = 'history'").get()?.['value'] ?? 0);
  const known = left.get(db);
  if (known?.changes === changes) return known;
  const fresh: Left = { changes, rows: new Map(), readings: new Map() };
  left.set(db, fresh);
  return fresh;
}

interface OneSeries {
  readonly id: number;
  readonly names: readonly string[];
}

const heldBy = (db: DatabaseSync): ((series: OneSeries, tier: number, at: number) => Held | undefined) => {
  const held = db.prepare('SELECT count, covered, figures FROM history_points WHERE tier = ? AND at = ? AND series = ?');
  return ({ id, names }, tier, at) => heldIn(held.get(tier, at, id), at, names);
};

/** Writes what follows from a run of readings. */
function runWriter(db: DatabaseSync): (series: OneSeries, run: Run, figures: (held: HeldAt) => Spans | undefined) => readonly TierRow[] {
  const put = db.prepare('INSERT OR REPLACE INTO history_points (tier, at, series, count, covered, figures) VALUES (?, ?, ?, ?, ?, ?)');
  const { rows } = leftIn(db);
  const stored = heldBy(db);
  return (series, run, figuresOf) => {
    const { id, names } = series;
    const keyOf = (tier: number): string => `${id.toString()} ${tier.toString()}`;
    const held: HeldAt = (tier, at) => {
      const last = rows.get(keyOf(tier));
      return last?.seen === run.seen && last.at === at ? last : stored(series, tier, at);
    };
    const figures = figuresOf(held);
    if (figures === undefined) return [];
    const after = rowsAfter(run, figures, held);
    for (const { tier, ...row } of after) {
      put.run(tier, row.at, id, row.count, row.covered, storedSpans(row.spans, names));
      rows.set(keyOf(tier), { ...row, seen: run.until });
    }
    return after;
  };
}

type HeldAt = (tier: number, at: number) => Held | undefined;

/** The figures that unchanged readings repeat. Undefined if their row is gone. */
const repeated = (held: HeldAt, base: number): Spans | undefined => {
  const row = held(minuteMs, startOf(base, minuteMs));
  return row && lastOf(row.spans);
};

const stillIn = (db: DatabaseSync, account: string): ReturnType<typeof stillFrom> =>
  // The program outside the editor reads files of before, too.
  stillFrom(db.prepare('SELECT * FROM readings WHERE account = ?').get(account)?.['still']);

/** Writes the rows of all unchanged readings. Within a transaction that may write. @param account default: of all accounts */
export function settle(db: DatabaseSync, account?: string): void {
  const waiting = db
    .prepare('SELECT account, still FROM readings WHERE still IS NOT NULL AND account = ifnull(?, account)')
    .all(account ?? null);
  if (waiting.length === 0) return;
  const write = runWriter(db);
  for (const { account: whose, still: text } of waiting) {
    const still = stillFrom(text);
    if (still !== undefined) {
      const series = db.prepare('SELECT id, names FROM history_series WHERE account = ? AND seen = ?').all(whose as string, still.base);
      const run = runOf(still);
      for (const one of series) write({ id: Number(one['id']), names: namesFrom(one['names']) }, run, (held) => repeated(held, still.base));
      db.prepare('UPDATE history_series SET seen = ? WHERE account = ? AND seen = ?').run(still.until, whose as string, still.base);
    }
    db.prepare('UPDATE readings SET still = NULL WHERE account = ?').run(whose as string);
  }
}

/** Whether the reading changes nothing of the last one, and was noted as such: a few bytes, however many loans there are. */
function isStill(db: DatabaseSync, { account, asOf, staleMs }: Recording, figures: string): boolean {
  const { readings } = leftIn(db);
  const last = readings.get(account);
  if (last?.figures !== figures || !last.isTold || !(asOf > last.seen) || asOf - last.seen > staleMs) return false;
  const still = stillIn(db, account);
  const seen = still?.until ?? db.prepare('SELECT max(seen) AS seen FROM history_series WHERE account = ?').get(account)?.['seen'];
  // Another window has recorded one since.
  if (seen !== last.seen) return false;
  const next = stillWith(still ?? { base: last.seen, until: last.seen, counts: '' }, asOf);
  if (next === undefined) return false;
  db.prepare('UPDATE readings SET still = ? WHERE account = ?').run(stillText(next), account);
  readings.set(account, { ...last, seen: asOf });
  return true;
}

function recordFigures(db: DatabaseSync, reading: Recording): void {
  const { account, asOf, staleMs } = reading;
  const rates = db.prepare('SELECT coin, rate FROM venue_rates WHERE account = ? AND at > ?').all(account, asOf - rateHoldsMs);
  const recorded = reading.recorded.map(({ target, figures }) => ({ target, figures: { ...figures, ...ratesOf(figures, rates) } }));
  const all = JSON.stringify(recorded);
  if (isStill(db, reading, all)) return;
  settle(db, account);
  const series = db.prepare('SELECT target, id, seen, names FROM history_series WHERE account = ?').all(account);
  const known = new Map(series.map(({ target, ...row }) => [target, row]));
  const begin = db.prepare('INSERT INTO history_series (account, target, since, seen, names) VALUES (?, ?, ?, ?, ?)');
  const go = db.prepare('UPDATE history_series SET seen = ? WHERE id = ?');
  const rename = db.prepare('UPDATE history_series SET names = ? WHERE id = ?');
  const gap = db.prepare('INSERT OR IGNORE INTO history_gaps (series, since, until) VALUES (?, ?, ?)');
  const write = runWriter(db);
  let isTold = true;
  for (const { target, figures } of recorded) {
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
    const counts = new Map([[startOf(asOf, minuteMs), 1]]);
    const rows = write({ id, names }, { seen, until: asOf, counts, isGap }, () => spansOf(figures));
    const minute = rows.findLast(({ tier }) => tier === minuteMs);
    isTold &&= Object.keys(minute?.spans ?? {}).length === Object.keys(figures).length;
  }
  leftIn(db).readings.set(account, { seen: asOf, figures: all, isTold });
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
  const base = db.prepare('SELECT min(CAST(still AS INTEGER)) AS base FROM readings').get()?.['base'];
  const open = Math.min(now, Number(base ?? now));
  for (const [{ ms }, until] of [
    [minutes, startOf(open, quarters.ms)],
    [quarters, startOf(open, days.ms)],
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

/** Rows as they will be once unchanged readings are settled. */
function waitingRows(db: DatabaseSync, series: OneSeries, still: Still): readonly Row[] {
  const held = heldBy(db);
  const heldAt: HeldAt = (tier, at) => held(series, tier, at);
  const figures = repeated(heldAt, still.base);
  if (figures === undefined) return [];
  return rowsAfter(runOf(still), figures, heldAt).map(({ spans, ...row }) => ({ ...row, figures: storedSpans(spans, series.names) }));
}

export function targetsOf(db: DatabaseSync, account: string): HistoryAnswers['historyTargets'] {
  const still = stillIn(db, account);
  return db
    .prepare('SELECT target, since, iif(seen = ?, ?, seen) AS seen FROM history_series WHERE account = ? ORDER BY target')
    .all(still?.base ?? -1, still?.until ?? -1, account) as never;
}

export function seriesOf(db: DatabaseSync, asked: Extract<HistoryAsked, { do: 'historySeries' }>): Series {
  const { account, target, from, to } = asked;
  const series = db.prepare('SELECT id, names, seen FROM history_series WHERE account = ? AND target = ?').get(account, target);
  if (series === undefined || !(from < to)) return { buckets: [], gaps: [], moved: [] };
  const [id, names] = [Number(series['id']), namesFrom(series['names'])];
  const count = Math.min(Math.max(Math.floor(asked.buckets), 1), mostBuckets);
  const width = Math.max((to - from) / count, minuteMs);
  const finest = Math.max(
    tiers.findLastIndex(({ ms }) => ms <= width),
    0,
  );
  const buckets = new Map<number, Bucket>();
  const still = stillIn(db, account);
  const waiting = still === undefined || still.base !== series['seen'] ? [] : waitingRows(db, { id, names }, still);
  for (const { at, figures, ...row } of rowsOf(db, id, finest, from, to, waiting)) {
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

/**
 * Each time span of the series from the finest tier that still has all of its readings, starting at the wanted tier.
 * @param waiting instead of those in the file
 */
function rowsOf(db: DatabaseSync, id: number, finest: number, from: number, to: number, waiting: readonly Row[]): readonly Row[] {
  const stored = db.prepare(
    'SELECT tier, at, count, covered, figures FROM history_points WHERE tier = ? AND at >= ? AND at < ? AND series = ? ORDER BY at',
  );
  const [begin, end] = [startOf(from, dayMs), startOf(to - 1, dayMs) + dayMs];
  const read = (tier: number): ReadonlyMap<number, Row> => {
    const rows = new Map((stored.all(tier, begin, end, id) as unknown as readonly Row[]).map((row) => [row.at, row]));
    // They come last, so the order stays.
    for (const row of waiting) if (row.tier === tier && row.at >= begin && row.at < end) rows.set(row.at, row);
    return rows;
  };
  let rows: readonly Row[] = [...read(dayMs).values()];
  for (const { ms } of tiers.slice(finest, -1).reverse()) {
    const finer = read(ms);
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
