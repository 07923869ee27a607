import type { DatabaseSync, SQLInputValue, StatementSync } from 'node:sqlite';
import { compare, greater, isDecimal, lesser, type Decimal } from '../../core/decimal.ts';
import type { ExportedPage, HistoryMove, MovedHistory, Span, Spans, StagedRows, Stretch } from './history-protocol.ts';
import { changeHistory, dayMs, joinedSpans, namesFrom, spansFrom, storedSpans, tiers, usedBytes } from './history-tables.ts';

// Exports the history and imports it on another computer, where the same loans may already be watched. The file is checked and staged in
// temporary tables of this connection, a slice at a time; one transaction then imports it.

/** Times that only another computer watched. */
export const movedSchema = `CREATE TABLE history_moved (series INTEGER NOT NULL, since INTEGER NOT NULL, until INTEGER NOT NULL,
    PRIMARY KEY (series, since)) STRICT, WITHOUT ROWID;`;

const pageRows = 1_000;

/** The form of each line of the file; also shown to a person whose file has a wrong line. */
const shapes = {
  series: '["series", number, account, target, since, seen, names]',
  gap: '["gap", series, since, until]',
  list: '["list", account, kind, loan, began, until]',
  row: '["row", account, kind, at, id, type, forced, coin, amount, debt, rate, loan]',
  point: '["point", series, tier, at, count, covered, figures]',
} as const;
type Tag = keyof typeof shapes;

/**
 * Order of the lines: first what others refer to, then the venue's rows, then figures, coarsest and newest first, so that a size bound cuts
 * off the finest and oldest.
 */
export function exportedPage(db: DatabaseSync, { accounts, after }: Extract<HistoryMove, { do: 'exportHistory' }>): ExportedPage {
  const ids = JSON.stringify(accounts);
  const among = 'account IN (SELECT value FROM json_each(?))';
  const read = (tag: Tag, sql: string, ...given: readonly SQLInputValue[]): readonly (readonly unknown[])[] =>
    db
      .prepare(sql)
      .all(ids, ...given)
      .map((row) => [tag, ...Object.values(row)]);
  if (after === undefined) {
    const series = read('series', `SELECT id, account, target, since, seen, names FROM history_series WHERE ${among} ORDER BY id`);
    const lines = [
      ...series.map((row) => [...row.slice(0, -1), namesFrom(row.at(-1))]),
      ...read('gap', `SELECT g.* FROM history_gaps g JOIN history_series s ON s.id = g.series WHERE s.${among} ORDER BY g.series, g.since`),
      ...read('list', `SELECT account, kind, loan, began, until FROM venue_streams WHERE ${among}`),
    ];
    return { lines: lines.map((line) => JSON.stringify(line)), after: ['row', '', '', 0, ''] };
  }
  const [tag, ...key] = after;
  const rows =
    tag === 'row'
      ? read(
          'row',
          `SELECT account, kind, at, id, type, forced, coin, amount, debt, rate, loan FROM venue_rows WHERE ${among}
           AND (account, kind, at, id) > (?, ?, ?, ?) ORDER BY account, kind, at, id LIMIT ${pageRows.toString()}`,
          ...key,
        )
      : read(
          'point',
          `SELECT series, tier, at, count, covered, figures FROM history_points
           WHERE series IN (SELECT id FROM history_series WHERE ${among}) AND (tier, at, series) < (?, ?, ?)
           ORDER BY tier DESC, at DESC, series DESC LIMIT ${pageRows.toString()}`,
          ...key,
        );
  const lines = rows.map((line) => JSON.stringify(line));
  const last = rows.at(-1) as readonly (string | number)[] | undefined;
  if (rows.length === pageRows && last !== undefined) {
    const [, first, second, third] = last;
    return { lines, after: tag === 'row' ? ['row', ...last.slice(1, 5)] : ['point', second ?? 0, third ?? 0, first ?? 0] };
  }
  const beyond = Number.MAX_SAFE_INTEGER;
  return { lines, ...(tag === 'row' ? { after: ['point', beyond, beyond, beyond] } : {}) };
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

const stagingSchema = `
  CREATE TEMP TABLE moved_series (n INTEGER PRIMARY KEY, account TEXT, target TEXT, since INTEGER, seen INTEGER, names TEXT,
    here INTEGER, UNIQUE (account, target));
  CREATE TEMP TABLE moved_gaps (series INTEGER, since INTEGER, until INTEGER, PRIMARY KEY (series, since)) WITHOUT ROWID;
  CREATE TEMP TABLE moved_lists (account TEXT, kind TEXT, loan TEXT, began INTEGER, until INTEGER, PRIMARY KEY (account, kind, loan)) WITHOUT ROWID;
  CREATE TEMP TABLE moved_rows (account TEXT, kind TEXT, at INTEGER, id TEXT, type TEXT, forced INTEGER, coin TEXT, amount TEXT, debt TEXT,
    rate TEXT, loan TEXT, fresh INTEGER, PRIMARY KEY (account, kind, at, id)) WITHOUT ROWID;
  -- Fresh is 0 for what adds nothing here, 1 for what is only copied, 2 for what is merged or put in another order of names.
  CREATE TEMP TABLE moved_points (tier INTEGER, at INTEGER, series INTEGER, count INTEGER, covered INTEGER, figures TEXT, fresh INTEGER,
    PRIMARY KEY (tier, at, series)) WITHOUT ROWID;`;

const isStaging = (db: DatabaseSync): boolean =>
  db.prepare("SELECT 1 FROM temp.sqlite_schema WHERE name = 'moved_points'").get() !== undefined;

function endStaging(db: DatabaseSync): void {
  for (const table of ['series', 'gaps', 'lists', 'rows', 'points']) db.exec(`DROP TABLE IF EXISTS temp.moved_${table}`);
}

/** Checks and stages some lines of a file. @returns undefined if what was staged before is gone */
export function stageHistory(db: DatabaseSync, asked: Extract<HistoryMove, { do: 'stageHistory' }>): StagedRows | undefined {
  if (asked.row === 0) {
    endStaging(db);
    if (asked.text === '') return { rows: 0 };
    db.exec(stagingSchema);
  } else if (!isStaging(db)) return undefined;
  const lines = asked.text.split('\n').filter((line) => line.trim() !== '');
  const staging = new Staging(db, asked.accounts, asked.now);
  for (const [index, line] of lines.entries()) {
    const expected = staging.take(line.trim().replace(/,$/, ''));
    if (expected !== undefined) return { rows: lines.length, wrong: { row: asked.row + index, expected } };
  }
  return { rows: lines.length };
}

const isText = (value: unknown, longest = 200): value is string =>
  typeof value === 'string' && value.length <= longest && !/[\p{Cc}\u2028-\u202e\u2066-\u2069]/u.test(value);
const isFigure = (value: unknown): value is Decimal => typeof value === 'string' && isDecimal(value);
const isCount = (value: unknown, most: number): value is number =>
  Number.isSafeInteger(value) && Number(value) >= 0 && Number(value) <= most;
const isKind = (value: unknown): boolean => value === 'event' || value === 'interest';
const orNull = (value: unknown, is: (one: unknown) => boolean): boolean => value === null || is(value);

class Staging {
  readonly #db: DatabaseSync;
  readonly #accounts: ReadonlySet<unknown>;
  readonly #pairs: Map<unknown, Pair>;
  /** Other computers' clocks are at most a day ahead of ours. */
  readonly #latest: number;
  readonly #statements = new Map<string, StatementSync>();

  constructor(db: DatabaseSync, accounts: readonly string[], now: number) {
    this.#db = db;
    this.#accounts = new Set(accounts);
    this.#pairs = pairsIn(db);
    this.#latest = now + dayMs;
  }

  /** @returns the expected form, if the line is wrong */
  take(line: string): string | undefined {
    const [tag, ...fields] = parsed(line);
    const shape = shapes[tag as Tag] as string | undefined;
    if (shape === undefined) return Object.keys(shapes).join(' | ');
    const row = this.#checked(tag as Tag, fields);
    if (row === undefined || fields.length !== shape.split(',').length - 1) return shape;
    if (['series', 'list', 'row'].includes(tag as Tag) && !this.#accounts.has(row.account)) return 'account';
    const { changes } = this.#run(
      `INSERT OR IGNORE INTO temp.moved_${row.table} VALUES (${row.values.map(() => '?').join(', ')})`,
      row.values,
    );
    if (changes === 0) return 'once';
    if (tag === 'series') for (const [n, pair] of pairsIn(this.#db, row.values[0])) this.#pairs.set(n, pair);
    return undefined;
  }

  #checked(
    tag: Tag,
    fields: readonly unknown[],
  ): { readonly table: string; readonly values: readonly SQLInputValue[]; readonly account?: unknown } | undefined {
    const isTime = (value: unknown): value is number => isCount(value, this.#latest);
    const values = fields as readonly SQLInputValue[];
    switch (tag) {
      case 'series': {
        const [n, account, target, since, seen, names] = fields;
        const isNamed = Array.isArray(names) && names.length <= 200 && names.every((one) => isText(one, 60) && !one.includes('|'));
        const isOurs = isText(target, 100) && /^(loan|position):/.test(target);
        if (!isTime(since) || !isTime(seen) || since > seen || !isNamed || !isOurs || !Number.isSafeInteger(n)) return undefined;
        return { table: 'series', account, values: [...values.slice(0, 5), JSON.stringify(names), null] };
      }
      case 'gap': {
        const [series, since, until] = fields;
        if (!this.#pairs.has(series) || !isTime(since) || !isTime(until) || since >= until) return undefined;
        return { table: 'gaps', values };
      }
      case 'list': {
        const [account, kind, loan, began, until] = fields;
        if (!isKind(kind) || !isText(loan) || !isTime(began) || !orNull(until, isTime)) return undefined;
        return { table: 'lists', account, values };
      }
      case 'row': {
        const [account, kind, at, id, type, forced, coin, amount, debt, rate, loan] = fields;
        if (!isKind(kind) || !isTime(at) || !isText(id) || id === '' || !isText(type) || !isText(coin, 60) || !isFigure(amount))
          return undefined;
        if ((forced !== 0 && forced !== 1) || !orNull(debt, isFigure) || !orNull(rate, isFigure) || !orNull(loan, isText)) return undefined;
        const held = this.#get('SELECT loan FROM venue_rows WHERE account = ? AND kind = ? AND at = ? AND id = ?', values.slice(0, 4));
        const isFresh = held === undefined || (held['loan'] === null && loan !== null);
        return { table: 'rows', account, values: [...values, isFresh ? 1 : 0] };
      }
      case 'point': {
        const [series, tier, at, count, covered, figures] = fields;
        const pair = this.#pairs.get(series);
        if (pair === undefined || !tiers.some(({ ms }) => ms === tier) || !isTime(at) || at % Number(tier) !== 0) return undefined;
        if (!isCount(count, 1e9) || count === 0 || !isCount(covered, Number(tier)) || !isStored(figures, pair.names)) return undefined;
        const point = { tier: Number(tier), at, count, covered, figures };
        const held = pair.here && this.#held(point, pair.here.id);
        const isIn = held !== undefined && (isSame(point, held) && isInOrder(pair) ? true : isSame(merged(pair, held, point), held));
        return {
          table: 'points',
          values: [
            ...[point.tier, at, Number(series), count, covered, isIn ? '' : figures],
            isIn ? 0 : held === undefined && isInOrder(pair) ? 1 : 2,
          ],
        };
      }
    }
  }

  #held({ tier, at }: PointRow, id: number): PointRow | undefined {
    return this.#get(`SELECT ${pointColumns} FROM main.history_points WHERE tier = ? AND at = ? AND series = ?`, [tier, at, id]) as never;
  }

  #get(sql: string, given: readonly SQLInputValue[]): Record<string, unknown> | undefined {
    return this.#prepared(sql).get(...given);
  }

  #run(sql: string, given: readonly SQLInputValue[]): { readonly changes: number | bigint } {
    return this.#prepared(sql).run(...given);
  }

  #prepared(sql: string): StatementSync {
    const statement = this.#statements.get(sql) ?? this.#db.prepare(sql);
    this.#statements.set(sql, statement);
    return statement;
  }
}

const pointColumns = 'tier, at, count, covered, figures';

function parsed(line: string): readonly unknown[] {
  try {
    const value: unknown = JSON.parse(line);
    return Array.isArray(value) ? value : [];
  } catch {
    return [];
  }
}

/** Whether it has the form that `storedSpans` writes, with plausible figures. */
function isStored(text: unknown, names: readonly string[]): text is string {
  if (typeof text !== 'string' || text.length > 20_000) return false;
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
  const found = db.prepare('SELECT account FROM temp.moved_series UNION SELECT account FROM temp.moved_rows').all();
  const count = (table: string): number => Number(db.prepare(`SELECT count(*) AS n FROM temp.moved_${table} WHERE fresh`).get()?.['n']);
  const moved = { accounts: found.map(({ account }) => String(account)), rows: count('points') + count('rows') };
  if (isTrial) return moved;
  for (const account of moved.accounts) {
    const record = db.prepare('SELECT record FROM accounts WHERE id = ?').get(account)?.['record'];
    if (record === undefined) return undefined;
    if ((JSON.parse(String(record)) as { readonly uid?: string }).uid !== owners.find(({ id }) => id === account)?.uid) return undefined;
  }
  changeHistory(db);
  thin(db, boundBytes);
  takeFigures(db, now);
  db.exec(`INSERT INTO venue_rows SELECT account, kind, at, id, type, forced, coin, amount, debt, rate, loan, 1 FROM temp.moved_rows WHERE fresh
    ON CONFLICT DO UPDATE SET loan = coalesce(loan, excluded.loan)`);
  // The venue's lists continue from where either computer got to.
  db.prepare(
    `INSERT INTO venue_streams (account, kind, loan, began, until) SELECT account, kind, loan, began, min(until, ?) FROM temp.moved_lists WHERE true
     ON CONFLICT DO UPDATE SET began = min(began, excluded.began), until = max(coalesce(until, excluded.until), coalesce(excluded.until, until))`,
  ).run(now);
  endStaging(db);
  return moved;
}

/** Leaves out what has no room, finest and oldest first; never daily rows. */
function thin(db: DatabaseSync, boundBytes: number): void {
  const cut = db
    .prepare(
      `SELECT tier, at FROM (SELECT tier, at, sum(length(figures) + 40) OVER (ORDER BY tier DESC, at DESC) AS bytes FROM temp.moved_points
       WHERE fresh) WHERE bytes > ? AND tier < ? ORDER BY tier DESC, at DESC LIMIT 1`,
    )
    .get(boundBytes - usedBytes(db), dayMs);
  if (cut === undefined) return;
  db.prepare('UPDATE temp.moved_points SET fresh = 0 WHERE (tier, at) <= (?, ?)').run(Number(cut['tier']), Number(cut['at']));
}

function takeFigures(db: DatabaseSync, now: number): void {
  const pairs = pairsIn(db);
  const ids = new Map<unknown, number>();
  const begin = db.prepare(
    'INSERT INTO history_series (account, target, since, seen, names) SELECT account, target, since, min(seen, ?), names FROM temp.moved_series WHERE n = ?',
  );
  const place = db.prepare('UPDATE temp.moved_series SET here = ? WHERE n = ?');
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
    const theirs = gapsOf('temp.moved_gaps', Number(n));
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
     FROM temp.moved_points p JOIN temp.moved_series s ON s.n = p.series
     LEFT JOIN main.history_points h ON h.tier = p.tier AND h.at = p.at AND h.series = s.here WHERE p.fresh = 2 OR (p.fresh AND h.at IS NOT NULL)`,
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
  db.exec(`INSERT OR IGNORE INTO history_points SELECT p.tier, p.at, s.here, p.count, p.covered, p.figures
    FROM temp.moved_points p JOIN temp.moved_series s ON s.n = p.series WHERE p.fresh = 1`);
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
