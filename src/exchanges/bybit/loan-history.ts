import * as v from 'valibot';
import { decimalFrom, isPositive, type Decimal } from '../../core/decimal.ts';
import { jsonIn } from '../../core/json.ts';
import type { HistoryRow, Page } from '../../core/model.ts';
import type { LoanRef, PageRequest } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import { refused } from '../kit/failure.ts';
import { unnamed } from '../refusals.ts';
import { endpoints } from './endpoints.ts';
import type { AdjustmentRequest, Borrowed, HistoryPart, Line, ListRead, LoanBook, Repayment } from './loan-generation.ts';
import { ends, toHistoryRow } from './loan-map.ts';
import { isAbsent, limitFor, notUnderstood, pageQuery, toPage } from './requests.ts';
import * as schema from './schema.ts';
import { named, onceEach, readRows, textIn } from './schema.ts';

/** Pages of one list to read in a row without finding a row that belongs here. */
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
 * The position in several lists: for each unfinished list, the rows read but not yet returned, and the next cursor. Nothing is read twice, so new
 * bookings neither duplicate nor hide a row.
 */
const standing = v.record(v.string(), v.object({ rows: v.array(row), cursor: v.optional(v.string()) }));

/** One list being read. */
interface Strand {
  readonly part: HistoryPart;
  rows: readonly HistoryRow[];
  /** Unreadable rows of this page. */
  unread: number;
  /** The next cursor; undefined at the end, `null` at the beginning. */
  next: string | null | undefined;
}

/**
 * One page of several lists as one, newest first. Each list keeps its own order. An unreadable row is left out and reported.
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
    // A list whose next row is unknown might have the newest.
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
  const known = v.safeParse(standing, jsonIn(cursor));
  const left = known.success ? known.output : {};
  const strands = parts.flatMap((part) => {
    const own = Object.hasOwn(left, part.name) ? left[part.name] : undefined;
    if (own === undefined) return [];
    // Before its first page there is neither.
    const next = own.cursor ?? (own.rows.length === 0 ? null : undefined);
    return [{ part, rows: own.rows, unread: 0, next }];
  });
  if (strands.length === 0) throw refused(unnamed);
  return strands;
}

function cursorOf(strands: readonly Strand[]): string {
  const entries = strands.map(({ part, rows, next }) => [part.name, { rows, ...(typeof next === 'string' ? { cursor: next } : {}) }]);
  return JSON.stringify(Object.fromEntries(entries));
}

const sumOf = (strands: readonly Strand[]): number => strands.reduce((sum, { unread }) => sum + unread, 0);

/** Reads until there is a row or the list ends. */
async function fill(strand: Strand, limit: number, signal: AbortSignal | undefined): Promise<void> {
  for (let count = 0; count < mostPages && strand.rows.length === 0 && strand.next !== undefined; count += 1) {
    const cursor = strand.next;
    const { rows, older, unread = 0 } = await strand.part.read({ limit, ...(cursor === null ? {} : { cursor }) }, signal);
    strand.unread += unread;
    strand.rows = rows;
    // A cursor that repeats itself would repeat its page forever.
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

/* Borrowings and repayments as Bybit lists them. An id counts in its own list only, so the name of the list goes before it. */

/** Documented as number, printed as text. Either keeps its digits. */
const amount = v.pipe(
  schema.digits,
  v.transform((text) => decimalFrom(text)),
  v.custom<Decimal>((value) => value !== undefined),
);
/** Unreadable means neither done nor failed. */
const status = v.fallback(schema.status, 'processing');

/** Sources: `flexible/loan-orders` and `flexible/repay-orders` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ */
export const borrowing = v.object({
  orderId: schema.id,
  borrowTime: schema.time,
  loanCurrency: schema.coin,
  initialLoanAmount: amount,
  status,
});
/** Source: `fixed/borrow-order` there. */
export const fixedBorrowing = v.object({
  orderId: schema.id,
  orderTime: schema.time,
  orderCurrency: schema.coin,
  /** What was lent of it: nothing more comes once it is filled or cancelled. */
  filledQty: amount,
  state: v.fallback(schema.choice, 'unknown'),
});
/** Also `fixed/repay-history` there and `repay-transaction` of https://bybit-exchange.github.io/docs/v5/crypto-loan/ */
export const repayment = v.object({
  repayId: schema.id,
  repayTime: schema.time,
  loanCurrency: schema.coin,
  repayAmount: amount,
  repayStatus: status,
  repayType: v.fallback(schema.choice, 'unknown'),
  /** Of the old loans only. */
  orderId: v.fallback(v.optional(schema.id), undefined),
  /** Of fixed debts only. */
  details: v.optional(v.unknown()),
});

type Borrowing = Omit<v.InferOutput<typeof borrowing>, 'status'> & { readonly status?: 'done' | 'processing' | 'failed' };
type RepaymentRow = v.InferOutput<typeof repayment>;

/** Bybit's numbers as our words. */
const words: Readonly<Record<string, string>> = {
  '1': 'repaid',
  '2': 'repaid_by_liquidation',
  '3': 'repaid_automatically',
  '4': 'repaid_overdue',
  '5': 'repaid_by_delisting',
  '6': 'repaid_by_delayed_liquidation',
  '7': 'repaid_by_currency',
  '8': 'became_flexible',
};
/** Not requested: liquidation, overdue debt, delisting, delayed liquidation. */
const forced: ReadonlySet<string> = new Set(['2', '4', '5', '6']);

export function toBorrowing(name: string, row: Borrowing): HistoryRow {
  return {
    id: `${name}-${row.orderId}`,
    type: `borrowed${ends[row.status ?? 'done']}`,
    forced: false,
    coin: row.loanCurrency,
    amount: row.initialLoanAmount,
    at: row.borrowTime,
  };
}

/** An order is a borrowing as far as it is filled. 1 is looking for lenders. */
export function toFixedBorrowing(name: string, row: v.InferOutput<typeof fixedBorrowing>): HistoryRow | undefined {
  const { orderId, orderTime: borrowTime, orderCurrency: loanCurrency, filledQty: initialLoanAmount, state } = row;
  if (!isPositive(initialLoanAmount)) return undefined;
  return toBorrowing(name, { orderId, borrowTime, loanCurrency, initialLoanAmount, status: state === '1' ? 'processing' : 'done' });
}

export function toRepayment(name: string, row: RepaymentRow): HistoryRow {
  const word = Object.hasOwn(words, row.repayType) ? words[row.repayType] : undefined;
  return {
    id: `${name}-${row.repayId}`,
    type: (word ?? `repaid_type_${row.repayType}`) + ends[row.repayStatus],
    forced: forced.has(row.repayType) && row.repayStatus !== 'failed',
    coin: row.loanCurrency,
    amount: row.repayAmount,
    at: row.repayTime,
  };
}

/**
 * One page of repayments with the ids that Bybit gave them. Two rows of one id that differ are as good as unreadable.
 * @param orderId whose rows: of an old order only
 */
export async function readRepayments(
  line: Line,
  path: string,
  page: AdjustmentRequest,
  signal: AbortSignal | undefined,
  orderId?: string,
): Promise<ListRead<Repayment>> {
  const query = { orderId, repayId: page.id, loanCurrency: page.coin, ...pageQuery(page) };
  const { list, nextPageCursor } = schema.read(schema.list, await line.get(path, query, signal));
  const read = readRows(repayment, list);
  const ours = read.rows.filter((row) => orderId === undefined || row.orderId === undefined || row.orderId === orderId);
  const once = onceEach(ours, ({ repayId }) => repayId);
  const untied = once.rows.filter((row) => orderId !== undefined && row.orderId === undefined);
  const odd = [
    ...read.odd.map(({ raw, field }) => ({ field, ...known(raw) })),
    ...[...once.unclear, ...untied.map(({ repayId }) => repayId)].map((id) => ({ field: named('result.list', id), id })),
  ];
  const rows = once.rows
    .filter((row) => !untied.includes(row))
    .map((row): Repayment => ({
      ...toRepayment('repaid', row),
      id: row.repayId,
      status: row.repayStatus,
      byUser: row.repayType === '1',
      byCurrency: row.repayType === '7',
      details: row.details,
    }));
  return { ...toPage(rows, { count: list.length, next: nextPageCursor, odd: odd.length }, page), odd };
}

/** The same of what was borrowed flexibly. */
export async function readBorrowings(line: Line, page: AdjustmentRequest, signal: AbortSignal | undefined): Promise<ListRead<Borrowed>> {
  const query = { orderId: page.id, loanCurrency: page.coin, ...pageQuery(page) };
  const { list, nextPageCursor } = schema.read(schema.list, await line.get(endpoints.borrowings, query, signal));
  const read = readRows(borrowing, list);
  const once = onceEach(read.rows, ({ orderId }) => orderId);
  const odd = [
    ...read.odd.map(({ raw, field }) => ({ field, ...known(raw, 'orderId') })),
    ...[...once.unclear].map((id) => ({ field: named('result.list', id), id })),
  ];
  const rows = once.rows.map((row): Borrowed => ({ ...toBorrowing('borrowed', row), id: row.orderId, status: row.status }));
  return { ...toPage(rows, { count: list.length, next: nextPageCursor, odd: odd.length }, page), odd };
}

/** What an unreadable row is about, as far as it says. */
function known(raw: unknown, name: 'repayId' | 'orderId' = 'repayId'): { readonly id?: string; readonly coin?: string } {
  const told = v.safeParse(v.object({ [name]: schema.id }), raw);
  const coin = textIn(raw, 'loanCurrency');
  const id = told.success ? told.output[name] : undefined;
  return { ...(id === undefined ? {} : { id }), ...(coin === undefined ? {} : { coin }) };
}

/** Changes of collateral keep their ids, by which proofs and people find them. */
export function adjustmentsOf(book: LoanBook, ref: LoanRef): HistoryPart {
  return {
    name: 'adjusted',
    async read(page, signal) {
      const { rows, older, unread = 0 } = await book.adjustments(ref, page, signal);
      return { rows: newestFirst(rows.map(toHistoryRow)), ...(older === undefined ? {} : { older }), ...notUnderstood(unread) };
    },
  };
}

/** As Bybit lists them, however it does now. */
const newestFirst = (rows: readonly HistoryRow[]): readonly HistoryRow[] => [...rows].sort((a, b) => b.at - a.at);

/** A list that Bybit may not have at this address; then it is empty. */
export function listOf<Schema extends v.GenericSchema>(
  line: Line,
  from: {
    readonly name: string;
    readonly path: string;
    readonly query?: NonNullable<Call['query']>;
    readonly row: Schema;
    toRow(name: string, row: v.InferOutput<Schema>): HistoryRow | undefined;
  },
): HistoryPart {
  const { name, path, query } = from;
  return {
    name,
    async read(page: PageRequest, signal): Promise<Page<HistoryRow>> {
      let result: unknown;
      try {
        result = await line.get(path, { ...query, ...pageQuery(page) }, signal);
      } catch (error) {
        if (page.cursor === undefined && isAbsent(error)) return { rows: [] };
        throw error;
      }
      const { list, nextPageCursor } = schema.read(schema.list, result);
      const { rows, odd } = readRows(from.row, list);
      return toPage(
        newestFirst(rows.flatMap((row) => from.toRow(name, row) ?? [])),
        { count: list.length, next: nextPageCursor, odd: odd.length },
        page,
      );
    },
  };
}
