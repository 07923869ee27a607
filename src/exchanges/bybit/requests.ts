import { ExchangeError } from '../../core/errors.ts';
import type { Direction, Page } from '../../core/model.ts';
import type { CollateralChange, PageRequest } from '../exchange.ts';
import type { Call } from '../http/call.ts';

/** Bybit's maximum page; its default is ten. */
export const pageSize = 100;

export const limitFor = (page: PageRequest): number => Math.min(page.limit ?? pageSize, pageSize);

export function pageQuery(page: PageRequest): NonNullable<Call['query']> {
  return { limit: limitFor(page).toString(), cursor: page.cursor };
}

/** What Bybit sent as one page of a list. */
interface Sent {
  /** How many rows it had, including unreadable and repeated ones. */
  readonly count: number;
  readonly next: string;
  /** How many of them were unreadable. */
  readonly odd: number;
}

/** A page that is not full is the last, whatever its cursor. A row that appears twice counts once. */
export function toPage<Row extends { readonly id: string }>(
  rows: readonly Row[],
  { count, next, odd }: Sent,
  page: PageRequest,
): Page<Row> {
  return {
    rows: [...new Map(rows.map((row) => [row.id, row])).values()],
    ...(next === '' || count < limitFor(page) ? {} : { older: next }),
    ...notUnderstood(odd),
  };
}

/** How many rows of a page were unreadable, if any. */
export const notUnderstood = (count: number): { readonly unread?: number } => (count === 0 ? {} : { unread: count });

/**
 * Bybit's word for a direction, as text: `0` adds, `1` reduces. Some clients send 1 and 2, or a number; this is as documented for both
 * generations. Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/adjust-collateral
 */
const words: Readonly<Record<Direction, string>> = { add: '0', reduce: '1' };

/** A request that moves collateral of `target`. The amount is sent in the exact characters that were confirmed. */
export function adjustCall(path: string, target: Readonly<Record<string, string>>, { direction, amount }: CollateralChange): WriteCall {
  return writeCall(path, { ...target, amount, direction: words[direction] });
}

type WriteCall = Call & { readonly body: string };

/** A request that moves money, with its fields in this order. */
export function writeCall(path: string, fields: Readonly<Record<string, string>>): WriteCall {
  return { method: 'POST', path, body: JSON.stringify(fields), signed: true, write: true };
}

/** Answers that mean that this address lacks it: no such page, no such route. */
export function isAbsent(error: unknown): boolean {
  return ExchangeError.is(error) && ['404', '405', '410', '10017'].includes(error.code ?? '');
}
