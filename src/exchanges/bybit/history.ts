import * as v from 'valibot';
import { msg } from '../../core/message.ts';
import type { HistoryRow, Page } from '../../core/model.ts';
import type { PageRequest } from '../exchange.ts';
import type { HistoryPart } from './loan-book.ts';
import { limitFor, notUnderstood, refused } from './requests.ts';
import * as schema from './schema.ts';

/** Pages of one list that are read in a row without a row in them that belongs here. */
const mostPages = 10;

const row = v.object({
  id: v.string(),
  type: v.string(),
  forced: v.boolean(),
  coin: v.string(),
  amount: schema.amount,
  at: v.number(),
});
/**
 * Where the reading of several lists stands: of each list that is not at its end the rows that were read and not yet given
 * out, and where to read on. Nothing is asked for twice, so whatever is booked meanwhile neither doubles nor hides a row.
 */
const standing = v.record(v.string(), v.object({ rows: v.array(row), cursor: v.optional(v.string()) }));

/** One list on its way. */
interface Strand {
  readonly part: HistoryPart;
  rows: readonly HistoryRow[];
  /** Rows that were read for this page and not understood. */
  unread: number;
  /** Where to read on; undefined at the end. `null` is the beginning. */
  next: string | null | undefined;
}

/**
 * One page of several lists as one, newest first. Each list keeps its own order. A row that cannot be read is missing, and it is said.
 * @throws ExchangeError when one of them cannot be read at all: a history that hides a liquidation is worse than none.
 */
export async function mergedPage(
  parts: readonly HistoryPart[],
  page: PageRequest,
  signal: AbortSignal | undefined,
): Promise<Page<HistoryRow>> {
  const limit = limitFor(page);
  const strands = page.cursor === undefined ? parts.map(atBeginning) : resumed(parts, page.cursor);
  const rows: HistoryRow[] = [];
  while (rows.length < limit) {
    await Promise.all(strands.map((strand) => fill(strand, limit, signal)));
    // One whose next row is not known might have the newest.
    if (strands.some((strand) => strand.rows.length === 0 && strand.next !== undefined)) break;
    const newest = newestOf(strands);
    const [first, ...rest] = newest?.rows ?? [];
    if (newest === undefined || first === undefined) break;
    rows.push(first);
    newest.rows = rest;
  }
  const left = strands.filter((strand) => strand.rows.length > 0 || strand.next !== undefined);
  return { rows, ...(left.length === 0 ? {} : { older: cursorOf(left) }), ...notUnderstood(sumOf(strands)) };
}

const atBeginning = (part: HistoryPart): Strand => ({ part, rows: [], unread: 0, next: null });

/** A list that the cursor does not name is at its end. */
function resumed(parts: readonly HistoryPart[], cursor: string): readonly Strand[] {
  const known = v.safeParse(standing, parsed(cursor));
  const left = known.success ? known.output : {};
  const strands = parts.flatMap((part) => {
    const own = Object.hasOwn(left, part.name) ? left[part.name] : undefined;
    if (own === undefined) return [];
    // Before its first page there is neither.
    const next = own.cursor ?? (own.rows.length === 0 ? null : undefined);
    return [{ part, rows: own.rows, unread: 0, next }];
  });
  if (strands.length === 0) throw refused(msg('This is not where the history of a Bybit loan goes on. Open the history again.'));
  return strands;
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return undefined;
  }
}

function cursorOf(strands: readonly Strand[]): string {
  const entries = strands.map(({ part, rows, next }) => [part.name, { rows, ...(typeof next === 'string' ? { cursor: next } : {}) }]);
  return JSON.stringify(Object.fromEntries(entries));
}

const sumOf = (strands: readonly Strand[]): number => strands.reduce((sum, { unread }) => sum + unread, 0);

/** Reads until there is a row or no more to come. */
async function fill(strand: Strand, limit: number, signal: AbortSignal | undefined): Promise<void> {
  for (let count = 0; count < mostPages && strand.rows.length === 0 && strand.next !== undefined; count += 1) {
    const cursor = strand.next;
    const { rows, older, unread = 0 } = await strand.part.read({ limit, ...(cursor === null ? {} : { cursor }) }, signal);
    strand.unread += unread;
    strand.rows = rows;
    // A cursor that leads to itself would repeat its page forever.
    strand.next = older === cursor ? undefined : older;
  }
}

function newestOf(strands: readonly Strand[]): Strand | undefined {
  return strands.reduce<Strand | undefined>((best, strand) => {
    const [first] = strand.rows;
    if (first === undefined) return best;
    return best?.rows[0] === undefined || first.at > best.rows[0].at ? strand : best;
  }, undefined);
}
