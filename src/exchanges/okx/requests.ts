import { isDecimal, isPositive } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Page } from '../../core/model.ts';
import type { CollateralChange, LoanRef, PageRequest } from '../exchange.ts';
import type { Call, Http } from '../http/client.ts';
import { endpoints } from './endpoints.ts';
import { onlyLoan } from './loan-map.ts';
import { distinct, named as namedRow, readRows, type Rows } from './schema.ts';

export function signedGet(http: Http, path: string, query: NonNullable<Call['query']>, signal: AbortSignal | undefined): Promise<unknown> {
  return http.call({ method: 'GET', path, query, signed: true }, signal);
}

/** OKX's default and maximum page. */
export const pageSize = 100;

function limitFor(page: PageRequest): number {
  return Math.min(page.limit ?? pageSize, pageSize);
}

/** `after` asks for what is older than a row, that row not included. */
export function pageQuery(loan: LoanRef | undefined, page: PageRequest): NonNullable<Call['query']> {
  return { ...orderOf(loan), after: page.cursor, limit: limitFor(page).toString() };
}

/** A page that is not full is the last; what is not understood, or told twice, counts. @param data as it came */
export function toPage<Row extends { readonly id: string }>({ rows, odd }: Rows<Row>, data: unknown, page: PageRequest): Page<Row> {
  const { rows: named } = readRows(namedRow, data);
  const last = named.at(-1);
  return {
    rows: distinct(rows),
    ...(last === undefined || rows.length + odd.length < limitFor(page) ? {} : { older: last.refId }),
    ...(odd.length === 0 ? {} : { unread: odd.length }),
  };
}

/** The order id whenever one is known. An empty one would be none to OKX, and most endpoints would then answer for the oldest order. */
export function orderOf(loan: LoanRef | undefined): { readonly ordId?: string } {
  return loan?.orderId === undefined || loan.orderId === '' ? {} : { ordId: loan.orderId };
}

/** The one request that moves collateral. The amount goes out as the very characters that were confirmed. */
export function changeCall({ loan, direction, coin, amount }: CollateralChange): Call & { readonly body: string } {
  const body = JSON.stringify({ type: direction, ...orderOf(loan), collateralCcy: coin, collateralAmt: amount });
  return { method: 'POST', path: endpoints.adjustCollateral, body, signed: true, write: true };
}

/**
 * An order's loan is called by the order's id; anything else is a confusion of loans, and OKX would take the oldest one.
 * @throws ExchangeError `refused` when it cannot be told which loan is meant.
 */
export function mustBeNamed({ loanId, orderId }: LoanRef): void {
  if (orderId === undefined ? loanId !== onlyLoan : orderId === '' || orderId !== loanId) throw ambiguous();
}

/**
 * The last look before money moves.
 * @throws ExchangeError `refused` when loan, direction, coin or amount could be meant otherwise.
 */
export function mustBeClear({ loan, direction, coin, amount }: CollateralChange): void {
  mustBeNamed(loan);
  // Also said to those who got here without the compiler.
  if (!['add', 'reduce'].includes(direction) || coin === '' || !isDecimal(amount) || !isPositive(amount)) {
    throw missing(msg('The change does not name a direction, a coin and an amount above zero, so nothing was sent. Start it again.'));
  }
}

export function missing(sentence: Message): ExchangeError {
  return new ExchangeError({ kind: 'refused', effect: 'none', sentence });
}

export function ambiguous(): ExchangeError {
  return missing(
    msg(
      'OKX names several loans here without order ids, so it cannot be said which one a change would hit. Change this loan in the OKX app.',
    ),
  );
}
