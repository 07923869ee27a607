import * as v from 'valibot';
import { decimalFrom, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Page } from '../../core/model.ts';
import type { LoanRef, PageRequest } from '../exchange.ts';
import type { Call } from '../http.ts';
import type { HistoryPart, Line, LoanBook } from './loan-book.ts';
import { ends, toHistoryRow } from './map.ts';
import { isAbsent, notUnderstood, pageQuery, toPage } from './requests.ts';
import { readRows } from './rows.ts';
import * as schema from './schema.ts';

/* Borrowings and repayments as Bybit lists them. An id counts in its own list only, so the name of the list goes before it. */

/** The documentation says number and prints text. Either keeps its digits. */
const amount = v.pipe(
  schema.digits,
  v.transform((text) => decimalFrom(text)),
  v.custom<Decimal>((value) => value !== undefined),
);
/** What cannot be read says neither that it is done nor that it failed. */
const status = v.fallback(schema.status, 'processing');

/** Sources: `flexible/loan-orders` and `flexible/repay-orders` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ */
export const borrowing = v.object({
  orderId: schema.id,
  borrowTime: schema.time,
  loanCurrency: schema.coin,
  initialLoanAmount: amount,
  status,
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
});

type Borrowing = Omit<v.InferOutput<typeof borrowing>, 'status'> & { readonly status?: 'done' | 'processing' | 'failed' };
type Repayment = v.InferOutput<typeof repayment>;

/** Bybit's numbers in words of ours. */
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
/** What nobody asked for: liquidation, a debt that was overdue, delisting, delayed liquidation. */
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

export function toRepayment(name: string, row: Repayment): HistoryRow {
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

/** Changes of collateral keep their ids: proofs and people find them by these. */
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

/** A list that Bybit may not have at this address; then it has nothing to tell. */
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
