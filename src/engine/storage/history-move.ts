import type { DatabaseSync, SQLInputValue } from 'node:sqlite';
import { compare, greater, isComputed, lesser, type Decimal } from '../../core/decimal.ts';
import { fieldsIn, jsonIn } from '../../core/json.ts';
import type { ExportedPage, HistoryMove, MovedHistory, Span, Spans, StagedRows, Stretch } from './history-protocol.ts';
import { changeHistory, dayMs, joinedSpans, namesFrom, spansFrom, storedSpans, tiers, usedBytes } from './history-tables.ts';

// Exports the history and imports it on another computer, where the same loans may already be watched. The file is checked and staged in
// temporary tables of this connection, a slice at a time; one transaction then imports it.

/** Times that only another computer watched. */
export const movedSchema = `CREATE TABLE history_moved (series INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (series, since)) STRICT, WITHOUT ROWID;`;

const pageRows = 1_000;

/** The columns of each kind of line in the file; also shown to a person whose file has a wrong line. */
const columns = {
  series: ['account', 'target', 'n', 'since', 'seen', 'names'],
  gap: ['series', 'since', 'until'],
  list: ['account', 'kind', 'loan', 'began', 'until'],
  row: ['account', 'kind', 'at', 'id', 'type', 'forced', 'coin', 'amount', 'debt', 'rate', 'loan'],
  point: ['tier', 'at', 'series', 'count', 'covered', 'figures'],
} as const;
type Tag = keyof typeof columns;
const tags = Object.keys(columns) as Tag[];
/** So many of them tell one from another. */
const keys: Readonly<Record<Tag, number>> = { series: 2, gap: 2, list: 3, row: 4, point: 3 };

/**
 * Order of the lines: first what others refer to, then the venue's rows, then figures, coarsest and newest first, so that a size bound cuts
 * off the finest and oldest.
 */
export function exportedPage(db: DatabaseSync, { accounts, after }: Extract<HistoryMove, { do: 'exportHistory' }>): ExportedPage {
  const among = 'account IN (SELECT value FROM json_each(?))';
  const ofSeries = `series IN (SELECT id FROM history_series WHERE ${among})`;
  const read = (tag: Tag, from: string, ...given: readonly SQLInputValue[]): readonly (readonly unknown[])[] =>
    db
      .prepare(`SELECT ${columns[tag].join()} FROM ${from}`)
      .all(JSON.stringify(accounts), ...given)
      .map((row) => [tag, ...Object.values(row)]);
  const linesOf = (rows: readonly unknown[]): readonly string[] => rows.map((row) => JSON.stringify(row));
  if (after === undefined) {
    const series = read('series', `(SELECT *, id AS n FROM history_series) WHERE ${among}`);
    return {
      lines: linesOf([
        ...series.map((row) => [...row.slice(0, -1), namesFrom(row.at(-1))]),
        ...read('gap', `history_gaps WHERE ${ofSeries}`),
        ...read('list', `venue_streams WHERE ${among}`),
      ]),
      after: ['row', '', '', 0, ''],
    };
  }
  const [tag, ...key] = after;
  const limit = `LIMIT ${pageRows.toString()}`;
  const rows =
    tag === 'row'
      ? read(tag, `venue_rows WHERE ${among} AND (account, kind, at, id) > (?, ?, ?, ?) ORDER BY account, kind, at, id ${limit}`, ...key)
      : read(
          tag,
          `history_points WHERE ${ofSeries} AND (tier, at, series) < (?, ?, ?) ORDER BY tier DESC, at DESC, series DESC ${limit}`,
          ...key,
        );
  const last = rows.at(-1) as readonly (string | number)[] | undefined;
  const beyond = Number.MAX_SAFE_INTEGER;
  const next: ExportedPage['after'] =
    rows.length === pageRows && last !== undefined
      ? [tag, ...last.slice(1, 1 + keys[tag])]
      : tag === 'row'
        ? ['point', beyond, beyond, beyond]
        : undefined;
  return { lines: linesOf(rows), ...(next === undefined ? {} : { after: next }) };
}

/** A series of the file, and the one of the same loan or position here. */
interface Pair {
  readonly names: readonly string[];
  readonly since: number;
  readonly seen: number;
  readonly here?: { readonly id: number; readonly names: readonly string[]; readonly since: number; readonly seen: number };
}

interface PointRow {
  readonly tier: number;
  readonly at: number;
  readonly count: number;
  readonly covered: number;
  readonly figures: string;
}

const isStaging = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM temp.sqlite_schema WHERE name = 'moved_point'").get() !== undefined;

function endStaging(db: DatabaseSync): void {
  for (const tag of tags) db.exec(`DROP TABLE IF EXISTS temp.moved_${tag}`);
}

/** Checks and stages some lines of a file. @returns undefined if what was staged before is gone */
export function stageHistory(
  db: DatabaseSync,
  { text, row, accounts, now }: Extract<HistoryMove, { do: 'stageHistory' }>,
): StagedRows | undefined {
  if (row === 0) {
    endStaging(db);
    if (text === '') return { rows: 0 };
    for (const tag of tags) {
      // Fresh is 0 for what adds nothing here, 1 for what is only copied, 2 for what is merged or put in another order of names.
      const all = [...columns[tag], 'fresh'].join();
      const key = columns[tag].slice(0, keys[tag]).join();
      db.exec(`CREATE TEMP TABLE moved_${tag} (${all}, PRIMARY KEY (${key})) WITHOUT ROWID`);
    }
  } else if (!isStaging(db)) return undefined;
  const lines = text.split('\n').filter((line) => line.trim() !== '');
  const take = staging(db, new Set(accounts), now + dayMs);
  for (const [index, line] of lines.entries()) {
    const expected = take(line.trim().replace(/,$/, ''));
    if (expected !== undefined) return { rows: lines.length, wrong: { row: row + index, expected } };
  }
  return { rows: lines.length };
}

const isText = (value: unknown, longest = 200): value is string =>
  typeof value === 'string' && value.length <= longest && !/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(value);
const isFigure = (value: unknown): value is Decimal => typeof value === 'string' && isComputed(value);
const isWhole = (value: unknown, most = Infinity): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;

/**
 * @param latest no clock of another computer is ahead of this. Milliseconds since the Unix epoch
 * @returns what takes a line; it says what the line should be, if it is something else
 */
function staging(db: DatabaseSync, accounts: ReadonlySet<unknown>, latest: number): (line: string) => string | undefined {
  const pairs = pairsIn(db);
  const isTime = (value: unknown): boolean => isWhole(value, latest);
  const orNull =
    (is: (value: unknown) => boolean) =>
    (value: unknown): boolean =>
      value === null || is(value);
  const isName = (value: unknown): boolean => isText(value, 60) && !value.includes('|');
  const checks: Readonly<Record<string, (value: unknown) => boolean>> = {
    ...{ since: isTime, seen: isTime, began: isTime, at: isTime, until: orNull(isTime) },
    ...{ n: isWhole, count: isWhole, covered: isWhole, forced: (value) => isWhole(value, 1) },
    ...{ account: isText, id: isText, type: isText, coin: isText, loan: orNull(isText) },
    ...{ amount: isFigure, debt: orNull(isFigure), rate: orNull(isFigure) },
    kind: (value) => value === 'event' || value === 'interest',
    target: (value) => isText(value, 100) && /^(loan|position):/.test(value),
    names: (value) => Array.isArray(value) && value.length <= 200 && value.every(isName),
    series: (value) => pairs.has(value),
    tier: (value) => tiers.some(({ ms }) => ms === value),
    figures: (value) => isText(value, 20_000),
  };
  const held = db.prepare(`SELECT ${pointColumns} FROM main.history_points WHERE tier = ? AND at = ? AND series = ?`);
  const known = db.prepare('SELECT loan FROM venue_rows WHERE account = ? AND kind = ? AND at = ? AND id = ?');
  const inserts = new Map(
    tags.map((tag) => [tag, db.prepare(`INSERT OR IGNORE INTO temp.moved_${tag} VALUES (?${', ?'.repeat(columns[tag].length)})`)]),
  );
  /** What of it is fresh; undefined where its parts don't go together. */
  const freshOf = (tag: Tag, row: Readonly<Record<string, unknown>>): number | undefined => {
    const { since, seen, until, loan, account, kind, at, id } = row as unknown as Record<string, number | string | null>;
    if (tag === 'series') return Number(since) > Number(seen) ? undefined : 1;
    if (tag === 'gap') return Number(since) < Number(until) ? 1 : undefined;
    if (tag === 'list') return loan === null ? undefined : 1;
    if (tag === 'row') {
      const here = known.get(account ?? '', kind ?? '', at ?? 0, id ?? '');
      return here === undefined || (here['loan'] === null && loan !== null) ? 1 : 0;
    }
    const point = row as unknown as PointRow;
    const pair = pairs.get(row['series']);
    if (pair === undefined || point.at % point.tier !== 0 || point.count === 0 || point.covered > point.tier) return undefined;
    if (!isStored(point.figures, pair.names)) return undefined;
    const there = pair.here && (held.get(point.tier, point.at, pair.here.id) as PointRow | undefined);
    if (there === undefined) return isInOrder(pair) ? 1 : 2;
    return (isInOrder(pair) && isSame(point, there)) || isSame(merged(pair, there, point), there) ? 0 : 2;
  };
  return (line) => {
    const [tag, ...fields] = parsed(line) as readonly [Tag, ...unknown[]];
    if (!tags.includes(tag)) return tags.join(' | ');
    const shape = `["${tag}", ${columns[tag].join(', ')}]`;
    const row = Object.fromEntries(columns[tag].map((name, index) => [name, fields[index]]));
    if (fields.length !== columns[tag].length || !columns[tag].every((name) => checks[name]?.(row[name]))) return shape;
    if ('account' in row && !accounts.has(row['account'])) return 'account';
    if (tag === 'series' && pairs.has(row['n'])) return 'once';
    const fresh = freshOf(tag, row);
    if (fresh === undefined) return shape;
    const values = fields.map((value) => (Array.isArray(value) ? JSON.stringify(value) : value) as SQLInputValue);
    if (inserts.get(tag)?.run(...values, fresh).changes === 0) return 'once';
    if (tag === 'series') for (const [n, pair] of pairsIn(db, values[2])) pairs.set(n, pair);
    return undefined;
  };
}

const pointColumns = 'tier, at, count, covered, figures';

function parsed(line: string): readonly unknown[] {
  const value = jsonIn(line);
  return Array.isArray(value) ? value : [];
}

/** Whether it is what `storedSpans` writes, of figures that can be. */
function isStored(text: string, names: readonly string[]): boolean {
  const cells = text.split('|');
  return (text === '' || cells.length <= names.length) && cells.every((cell) => cell === '' || isSpan(cell.split(' ')));
}

function isSpan(parts: readonly string[]): boolean {
  const [first, last, min, max] = parts;
  if (!parts.every(isFigure) || (parts.length !== 1 && parts.length !== 4)) return false;
  if (last === undefined || min === undefined || max === undefined) return true;
  return [first, last].every(
    (one) => one !== undefined && compare(min as Decimal, one as Decimal) <= 0 && compare(one as Decimal, max as Decimal) <= 0,
  );
}

/** By the number of the series in the file. @param n default: all */
function pairsIn(db: DatabaseSync, n: SQLInputValue = null): Map<unknown, Pair> {
  const rows = db
    .prepare(
      `SELECT m.n, m.since, m.seen, m.names, h.id, h.since AS began, h.seen AS ended, h.names AS known FROM temp.moved_series m
       LEFT JOIN main.history_series h ON h.account = m.account AND h.target = m.target WHERE m.n = coalesce(?, m.n)`,
    )
    .all(n);
  return new Map(
    rows.map(({ n: number, since, seen, names, id, began, ended, known }) => [
      number,
      {
        ...{ names: namesFrom(names), since: Number(since), seen: Number(seen) },
        ...(id === null ? {} : { here: { id: Number(id), names: namesFrom(known), since: Number(began), seen: Number(ended) } }),
      },
    ]),
  );
}

const namesOf = ({ names, here }: Pair): readonly string[] => [...new Set([...(here?.names ?? []), ...names])];

/**
 * One time span as both computers know it. If they watched one after the other, everything is added up. If both watched, it's unknown which
 * readings were the same: highest and lowest are kept, and no time is counted twice.
 */
function merged(pair: Pair, held: PointRow, file: PointRow): PointRow {
  const { here } = pair;
  if (here === undefined) return file;
  const [ours, theirs] = [spansFrom(held.figures, here.names), spansFrom(file.figures, pair.names)];
  const isAfter = pair.seen <= here.since;
  const isApart = isAfter || here.seen <= pair.since;
  const spans = isApart
    ? isAfter
      ? joinedSpans(theirs, ours)
      : joinedSpans(ours, theirs)
    : file.covered > held.covered
      ? widened(theirs, ours)
      : widened(ours, theirs);
  return {
    ...{ tier: held.tier, at: held.at },
    count: isApart ? held.count + file.count : Math.max(held.count, file.count),
    covered: isApart ? Math.min(held.covered + file.covered, held.tier) : Math.max(held.covered, file.covered),
    figures: storedSpans(spans, namesOf(pair)),
  };
}

/** First and last of one side, highest and lowest of both. */
function widened(spans: Spans, by: Spans): Spans {
  const wide: Record<string, Span> = { ...by };
  for (const [name, span] of Object.entries(spans)) {
    const { min, max } = by[name] ?? span;
    wide[name] = { ...span, min: lesser(span.min, min), max: greater(span.max, max) };
  }
  return wide;
}

/** Names may have been added since; they become empty cells. */
const isSame = (a: PointRow, b: PointRow): boolean =>
  a.count === b.count && a.covered === b.covered && a.figures.replace(/\|+$/, '') === b.figures.replace(/\|+$/, '');

/**
 * Imports the staged lines, or only counts what is new.
 * @returns undefined if they are gone, or an account isn't there or belongs to another user
 */
export function importHistory(
  db: DatabaseSync,
  { owners, isTrial, now }: Extract<HistoryMove, { do: 'importHistory' }>,
  boundBytes: number,
): MovedHistory | undefined {
  if (!isStaging(db)) return undefined;
  const found = db.prepare('SELECT account FROM temp.moved_series UNION SELECT account FROM temp.moved_row').all();
  const count = (table: string): number => Number(db.prepare(`SELECT count(*) AS n FROM temp.moved_${table} WHERE fresh`).get()?.['n']);
  const moved = { accounts: found.map(({ account }) => String(account)), rows: count('point') + count('row') };
  if (isTrial) return moved;
  for (const account of moved.accounts) {
    const record = db.prepare('SELECT record FROM accounts WHERE id = ?').get(account)?.['record'];
    if (record === undefined) return undefined;
    if (fieldsIn(record)['uid'] !== owners.find(({ id }) => id === account)?.uid) return undefined;
  }
  changeHistory(db);
  thin(db, boundBytes);
  takeFigures(db, now);
  db.exec(`INSERT INTO venue_rows SELECT account, kind, at, id, type, forced, coin, amount, debt, rate, loan, 1 FROM temp.moved_row WHERE fresh
    ON CONFLICT DO UPDATE SET loan = coalesce(loan, excluded.loan)`);
  // The venue's lists continue from where either computer got to.
  db.prepare(
    `INSERT INTO venue_streams (account, kind, loan, began, until) SELECT account, kind, loan, began, min(until, ?) FROM temp.moved_list WHERE true
     ON CONFLICT DO UPDATE SET began = min(began, excluded.began), until = max(coalesce(until, excluded.until), coalesce(excluded.until, until))`,
  ).run(now);
  endStaging(db);
  return moved;
}

/** Leaves out what has no room, finest and oldest first; never daily rows. */
function thin(db: DatabaseSync, boundBytes: number): void {
  const cut = db
    .prepare(
      `SELECT tier, at FROM (SELECT tier, at, sum(length(figures) + 40) OVER (ORDER BY tier DESC, at DESC) AS bytes FROM temp.moved_point
       WHERE fresh) WHERE bytes > ? AND tier < ? ORDER BY tier DESC, at DESC LIMIT 1`,
    )
    .get(boundBytes - usedBytes(db), dayMs);
  if (cut === undefined) return;
  db.prepare('UPDATE temp.moved_point SET fresh = 0 WHERE (tier, at) <= (?, ?)').run(Number(cut['tier']), Number(cut['at']));
}

function takeFigures(db: DatabaseSync, now: number): void {
  const pairs = pairsIn(db);
  const ids = new Map<unknown, number>();
  const begin = db.prepare(
    'INSERT INTO history_series (account, target, since, seen, names) SELECT account, target, since, min(seen, ?), names FROM temp.moved_series WHERE n = ?',
  );
  // From here on `fresh` of a series is its id here.
  const place = db.prepare('UPDATE temp.moved_series SET fresh = ? WHERE n = ?');
  const widen = db.prepare('UPDATE history_series SET since = min(since, ?), seen = max(seen, ?), names = ? WHERE id = ?');
  const gapsOf = (table: string, id: number): readonly Stretch[] =>
    db.prepare(`SELECT since, until FROM ${table} WHERE series = ? ORDER BY since`).all(id) as never;
  const putGap = db.prepare('INSERT OR IGNORE INTO history_gaps (series, since, until) VALUES (?, ?, ?)');
  const putMoved = db.prepare('INSERT OR IGNORE INTO history_moved (series, since, until) VALUES (?, ?, ?)');
  for (const [n, pair] of pairs) {
    const { since, seen, here } = pair;
    const id = here?.id ?? Number(begin.run(now, Number(n)).lastInsertRowid);
    ids.set(n, id);
    place.run(id, Number(n));
    const theirs = gapsOf('temp.moved_gap', Number(n));
    const unwatched = here === undefined ? [{ since: 0, until: Infinity }] : around(here.since, gapsOf('history_gaps', id), here.seen);
    if (here !== undefined) {
      widen.run(since, Math.min(seen, now), JSON.stringify(namesOf(pair)), id);
      db.prepare('DELETE FROM history_gaps WHERE series = ?').run(id);
    }
    for (const gap of both(unwatched, around(since, theirs, seen))) {
      if (gap.since > 0 && gap.until < Infinity) putGap.run(id, gap.since, gap.until);
    }
    for (const stretch of both(unwatched, [{ since, until: Math.min(seen, now) }])) putMoved.run(id, stretch.since, stretch.until);
  }
  const put = db.prepare('INSERT OR REPLACE INTO history_points (tier, at, series, count, covered, figures) VALUES (?, ?, ?, ?, ?, ?)');
  const rows = db.prepare(
    `SELECT p.series, p.tier, p.at, p.count, p.covered, p.figures, h.count AS n, h.covered AS known, h.figures AS held
     FROM temp.moved_point p JOIN temp.moved_series s ON s.n = p.series
     LEFT JOIN main.history_points h ON h.tier = p.tier AND h.at = p.at AND h.series = s.fresh WHERE p.fresh = 2 OR (p.fresh AND h.at IS NOT NULL)`,
  );
  for (const row of rows.all()) {
    const [pair, id] = [pairs.get(row['series']), ids.get(row['series'])];
    if (pair === undefined || id === undefined) continue;
    const file = row as unknown as PointRow;
    const before = { ...file, count: Number(row['n']), covered: Number(row['known']), figures: String(row['held']) };
    const renamed = { ...file, figures: storedSpans(spansFrom(file.figures, pair.names), namesOf(pair)) };
    const { count, covered, figures } = row['held'] === null ? renamed : merged(pair, before, file);
    put.run(file.tier, file.at, id, count, covered, figures);
  }
  db.exec(`INSERT OR IGNORE INTO history_points SELECT p.tier, p.at, s.fresh, p.count, p.covered, p.figures
    FROM temp.moved_point p JOIN temp.moved_series s ON s.n = p.series WHERE p.fresh = 1`);
}

/** Whether its figures are in the order of the names here. */
const isInOrder = ({ names, here }: Pair): boolean => here === undefined || names.every((name, index) => name === here.names[index]);

/** All unwatched time: before, between and after. */
const around = (since: number, gaps: readonly Stretch[], seen: number): readonly Stretch[] => [
  { since: 0, until: since },
  ...gaps,
  { since: seen, until: Infinity },
];

function both(a: readonly Stretch[], b: readonly Stretch[]): readonly Stretch[] {
  return a.flatMap((one) =>
    b.flatMap((other) => {
      const [since, until] = [Math.max(one.since, other.since), Math.min(one.until, other.until)];
      return since < until ? [{ since, until }] : [];
    }),
  );
}
