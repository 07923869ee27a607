import * as v from 'valibot';
import { isDecimal, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Page } from '../../core/model.ts';
import type { LoanRef, PageRequest } from '../exchange.ts';
import type { Call } from '../http.ts';
import type { HistoryPart, Line, LoanBook } from './loan-book.ts';
import { ends, toHistoryRow } from './map.ts';
import { isAbsent, pageQuery, toPage } from './requests.ts';
import * as schema from './schema.ts';

/* Borrowings and repayments as Bybit lists them. An id counts in its own list only, so the name of the list goes before it. */

/** The documentation says number and prints text. Either keeps its digits. */
const amount = v.pipe(
  schema.digits,
  v.custom<Decimal>((text) => typeof text === 'string' && isDecimal(text)),
);

/** Sources: `flexible/loan-orders` and `flexible/repay-orders` of https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ */
export const borrowings = v.object({
  list: v.array(
    v.object({
      orderId: schema.id,
      borrowTime: schema.time,
      loanCurrency: schema.coin,
      initialLoanAmount: amount,
      status: schema.status,
    }),
  ),
  nextPageCursor: schema.cursor,
});
/** Also `fixed/repay-history` there and `repay-transaction` of https://bybit-exchange.github.io/docs/v5/crypto-loan/ */
export const repayments = v.object({
  list: v.array(
    v.object({
      repayId: schema.id,
      repayTime: schema.time,
      loanCurrency: schema.coin,
      repayAmount: amount,
      repayStatus: schema.status,
      repayType: schema.choice,
      /** Of the old loans only. */
      orderId: v.optional(schema.id),
    }),
  ),
  nextPageCursor: schema.cursor,
});

type Borrowing = Omit<v.InferOutput<typeof borrowings>['list'][number], 'status'> & { readonly status?: 'done' | 'processing' | 'failed' };
type Repayment = v.InferOutput<typeof repayments>['list'][number];

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
      const { rows, older } = await book.adjustments(ref, page, signal);
      return { rows: rows.map(toHistoryRow), ...(older === undefined ? {} : { older }) };
    },
  };
}

interface List<Row> {
  readonly list: readonly Row[];
  readonly nextPageCursor: string;
}

/** A list that Bybit may not have at this address; then it has nothing to tell. */
export function listOf<Row>(
  line: Line,
  list: {
    readonly name: string;
    readonly path: string;
    readonly query?: NonNullable<Call['query']>;
    read(result: unknown): List<Row>;
    toRow(name: string, row: Row): HistoryRow | undefined;
  },
): HistoryPart {
  const { name, path, query } = list;
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
      const { list: rows, nextPageCursor } = list.read(result);
      const { older } = toPage(rows, nextPageCursor, page);
      return { rows: rows.flatMap((row) => list.toRow(name, row) ?? []), ...(older === undefined ? {} : { older }) };
    },
  };
}
