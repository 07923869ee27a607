import { greater, lesser, type Decimal } from '../../core/decimal.ts';
import type { Span, Spans } from './history-protocol.ts';

// How readings become the rows of the history's tiers. Times in milliseconds since the Unix epoch.

export const minuteMs = 60_000;
export const dayMs = 24 * 60 * minuteMs;
const quarterMs = 15 * minuteMs;

/** From fine to coarse; each length is a multiple of the one before. Days are UTC days. */
export const tiers = [
  { ms: minuteMs, keptMs: 7 * dayMs },
  { ms: quarterMs, keptMs: 90 * dayMs },
  { ms: dayMs, keptMs: Infinity },
] as const;

/** Most minutes of unchanged readings that wait to be written: a few hours. */
const stillMinutes = 240;
/** One character counts the readings of a minute. */
const mostInMinute = 35;

/** A row that a reading goes on with. */
export interface Held {
  readonly at: number;
  readonly count: number;
  readonly covered: number;
  readonly spans: Spans;
}

export interface TierRow extends Held {
  /** Length of the tier. Milliseconds. */
  readonly tier: number;
}

/** Readings of the same figures after another reading; often only one. */
export interface Run {
  /** The reading before. */
  readonly seen: number;
  /** The last of them. */
  readonly until: number;
  /** How many there are in each minute, by its start; from old to new. */
  readonly counts: ReadonlyMap<number, number>;
  /** Whether nothing covers the time before them. */
  readonly isGap: boolean;
}

/** Unchanged readings of an account that its rows don't have yet. */
export interface Still {
  /** The last reading that they have. */
  readonly base: number;
  readonly until: number;
  /** How many there are in each minute since that of `base`: digits to the base 36. */
  readonly counts: string;
}

export const startOf = (at: number, ms: number): number => at - (at % ms);

export const stillText = ({ base, until, counts }: Still): string => `${base.toString()} ${until.toString()} ${counts}`;

/** @returns undefined if there are none, or the text isn't one of ours */
export function stillFrom(text: unknown): Still | undefined {
  const [, base, until, counts] = /^(\d{1,15}) (\d{1,15}) ([\da-z]{1,240})$/.exec(String(text)) ?? [];
  return counts === undefined ? undefined : { base: Number(base), until: Number(until), counts };
}

/** With one more reading. @returns undefined if there is no room for it */
export function stillWith({ base, counts }: Still, asOf: number): Still | undefined {
  const minute = (startOf(asOf, minuteMs) - startOf(base, minuteMs)) / minuteMs;
  const count = Number.parseInt(counts[minute] ?? '0', 36) + 1;
  if (minute >= stillMinutes || minute < counts.length - 1 || count > mostInMinute) return undefined;
  return { base, until: asOf, counts: counts.slice(0, minute).padEnd(minute, '0') + count.toString(36) };
}

export function runOf({ base, until, counts }: Still): Run {
  const byMinute = Array.from(counts, (count, index) => [startOf(base, minuteMs) + index * minuteMs, Number.parseInt(count, 36)] as const);
  return { seen: base, until, counts: new Map(byMinute.filter(([, count]) => count > 0)), isGap: false };
}

/**
 * The rows that differ after a run of readings, from old to new in each tier. A quarter of an hour that lies within the run has no rows of
 * minutes: all of them would say the same, and its own row says it.
 * @param held the row of a tier that begins at a time, as it is before
 */
export function rowsAfter(run: Run, figures: Spans, held: (tier: number, at: number) => Held | undefined): readonly TierRow[] {
  const { seen, until, isGap } = run;
  return tiers.flatMap(({ ms: tier }) => {
    const counts = new Map<number, number>();
    for (const [minute, count] of run.counts) {
      const quarter = startOf(minute, quarterMs);
      if (tier === minuteMs && quarter > seen && quarter + quarterMs <= until) continue;
      const at = startOf(minute, tier);
      counts.set(at, (counts.get(at) ?? 0) + count);
    }
    const rows: TierRow[] = [];
    // The time until the first of them was covered too.
    const before = startOf(seen, tier);
    const open = isGap || seen >= startOf(run.counts.keys().next().value ?? 0, tier) ? undefined : held(tier, before);
    if (open !== undefined) rows.push({ ...open, tier, covered: Math.min(open.covered + before + tier - seen, tier) });
    for (const [at, count] of counts) {
      const row = held(tier, at);
      const covered = isGap ? 0 : Math.max(Math.min(at + tier, until) - Math.max(at, seen), 0);
      rows.push({
        ...{ tier, at },
        count: (row?.count ?? 0) + count,
        covered: Math.min((row?.covered ?? 0) + covered, tier),
        spans: row === undefined ? figures : joinedSpans(row.spans, figures),
      });
    }
    return rows;
  });
}

export const spansOf = (figures: Readonly<Record<string, Decimal>>): Spans =>
  Object.fromEntries(Object.entries(figures).map(([name, one]) => [name, { first: one, last: one, min: one, max: one }]));

/** The figures of the last reading in a row of which each reading had all of them. */
export const lastOf = (spans: Spans): Spans => spansOf(Object.fromEntries(Object.entries(spans).map(([name, { last }]) => [name, last])));

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
