import { ExchangeError } from '../../core/errors.ts';
import type { Page } from '../../core/model.ts';
import type { Change, LoanRef, PageRequest, Requests } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { refused } from '../kit/failure.ts';
import { onlyLoan } from './loan-map.ts';
import { distinct, named as namedRow, readRows, type Rows } from './schema.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';

/** A request to OKX with the account's key. @throws ExchangeError */
export function signedGet(http: Http, path: string, query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<unknown> {
  return http.call({ method: 'GET', path, query, signed: true }, signal);
}

/** OKX's default and maximum page. */
export const pageSize = 100;

function limitFor(page: PageRequest): number {
  return Math.min(page.limit ?? pageSize, pageSize);
}

/** `after` requests rows older than a row, excluding it. */
export function pageQuery(loan: LoanRef | undefined, page: PageRequest): NonNullable<Call['query']> {
  return { ...orderOf(loan), after: page.cursor, limit: limitFor(page).toString() };
}

/**
 * A page that is not full is the last; unreadable and repeated rows count. @param data raw
 */
export function toPage<Row extends { readonly id: string }>({ rows, odd }: Rows<Row>, data: unknown, page: PageRequest): Page<Row> {
  const { rows: named } = readRows(namedRow, data);
  const last = named.at(-1);
  return {
    rows: distinct(rows),
    ...(last === undefined || rows.length + odd.length < limitFor(page) ? {} : { older: last.refId }),
    ...(odd.length === 0 ? {} : { unread: odd.length }),
  };
}

/** The order id whenever known. OKX treats an empty one as none, and most endpoints then answer for the oldest order. */
export function orderOf(loan: LoanRef | undefined): { readonly ordId?: string } {
  return loan?.orderId === undefined || loan.orderId === '' ? {} : { ordId: loan.orderId };
}

/**
 * An order's loan has the order's id; anything else mixes up loans, and OKX would use the oldest one.
 * @throws ExchangeError `refused` when it is unclear which loan is meant.
 */
export function mustBeNamed({ loanId, orderId }: LoanRef): void {
  if (orderId === undefined ? loanId !== onlyLoan : orderId === '' || orderId !== loanId) throw ambiguous();
}

/** Refuses what could mean several loans. */
export function ambiguous(): ExchangeError {
  return refused(why.ambiguous(venue));
}

/** OKX knows an id of ours for a minute. A copy is answered so: the first one is done, or under way. */
const copies: ReadonlySet<string | undefined> = new Set(['51016', '51784']);

/** Requests that carry an id of ours, which can be asked again. */
export function withId<C extends Change>(requests: Requests<C>): Requests<C> {
  return {
    ...requests,
    async again(change, signal) {
      try {
        return await requests.send(change, signal);
      } catch (error) {
        if (ExchangeError.is(error) && copies.has(error.code)) return {};
        throw error;
      }
    },
  };
}
