import { ExchangeError } from '../../core/errors.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof, Receipt } from '../exchange.ts';
import type { Adjustment, LoanBook } from './loan-book.ts';
import { isNewer, judge } from './prove.ts';
import { pageSize } from './requests.ts';

/** Pages of history that are read for a proof. A thousand changes of one coin are more than anybody makes. */
const mostPages = 10;

/**
 * Reads what tells of a change, once, and judges it. With an id from Bybit its one row is asked for first, and the rest only
 * when row and pledged amount do not settle it, because somebody else changed the same collateral.
 */
export async function readProof(
  book: LoanBook,
  change: CollateralChange,
  baseline: CollateralBaseline,
  { reference }: Receipt,
  signal: AbortSignal | undefined,
): Promise<CollateralProof> {
  const own = reference === undefined ? undefined : await rowOf(book, change, reference, signal);
  if (own !== undefined) {
    if (own.status === 'processing') return { state: 'pending' };
    const proof = judge(change, baseline, [own], await book.find(change.loan, signal), reference);
    if (proof.state === 'effective' || (proof.state === 'pending' && proof.failed !== undefined)) return proof;
  }
  // The rows first: a loan read before its rows could miss what they tell.
  const rows = await rowsSince(book, change, baseline, signal);
  const all = own === undefined || rows.some(({ id }) => id === own.id) ? rows : [own, ...rows];
  if (all.length === 0 || (reference !== undefined && !all.some(({ id }) => id === reference))) return { state: 'pending' };
  return judge(change, baseline, all, await book.find(change.loan, signal), reference);
}

async function rowOf(
  book: LoanBook,
  { loan }: CollateralChange,
  reference: string,
  signal: AbortSignal | undefined,
): Promise<Adjustment | undefined> {
  try {
    const { rows } = await book.adjustments(loan, { id: reference, limit: pageSize }, signal);
    return rows.find(({ id }) => id === reference);
  } catch (error) {
    // The list that the row stands in may still be read.
    if (ExchangeError.is(error, 'refused')) return undefined;
    throw error;
  }
}

async function rowsSince(
  book: LoanBook,
  { loan, coin }: CollateralChange,
  { newestHistoryId }: CollateralBaseline,
  signal: AbortSignal | undefined,
): Promise<readonly Adjustment[]> {
  const all: Adjustment[] = [];
  let cursor: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const page = { coin, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const { rows, older } = await book.adjustments(loan, page, signal);
    all.push(...rows.filter(({ id }) => isNewer(id, newestHistoryId)));
    if (older === undefined || rows.some(({ id }) => !isNewer(id, newestHistoryId))) break;
    cursor = older;
  }
  return all;
}
