import { ExchangeError } from '../../core/errors.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof, Receipt } from '../exchange.ts';
import type { Adjustment, AdjustmentsRead, LoanBook, OddAdjustment } from './loan-book.ts';
import { isAsked, isNewer, judge, newestOf } from './prove.ts';
import { pageSize } from './requests.ts';
import { unlike } from './schema.ts';

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
  const judged = async (rows: readonly Adjustment[], isWhole: boolean): Promise<CollateralProof> => {
    const found = await book.find(change.loan, signal);
    const proof = judge(change, baseline, rows, found?.loan, reference);
    const own = rows.find(({ id }) => id === reference);
    if (own?.status === 'done' && !isAsked(change, own)) return proof;
    // A pledged amount that could not be read is not nothing.
    if (found?.isVague(change.coin) === true) return { state: 'pending' };
    // Rows that could not be read may tell the rest, but take nothing from a row and a pledged amount that agree.
    return isWhole || proof.state === 'effective' ? proof : { state: 'pending' };
  };
  const own = reference === undefined ? undefined : await rowOf(book, change, reference, signal);
  if (own !== undefined) {
    if (own.status === 'processing') return { state: 'pending' };
    const proof = await judged([own], true);
    if (proof.state === 'effective' || (proof.state === 'pending' && proof.failed !== undefined)) return proof;
  }
  // The rows first: a loan read before its rows could miss what they tell.
  const { rows, odd } = await rowsSince(book, change, baseline, signal);
  const all = own === undefined || rows.some(({ id }) => id === own.id) ? rows : [own, ...rows];
  if (all.length === 0 || (reference !== undefined && !all.some(({ id }) => id === reference))) return { state: 'pending' };
  return judged(all, odd.length === 0);
}

/**
 * The newest id of the adjustments of a coin, also of rows of which nothing else could be read: what comes after it is new.
 * @throws ExchangeError `shape` when a row that may be of that coin does not even tell its id
 */
export function newestIdOf({ rows, odd }: AdjustmentsRead, coin: string): string | undefined {
  const own = odd.filter((one) => one.coin === undefined || one.coin === coin);
  const ids = own.map(({ id, field }) => {
    if (id === undefined) throw unlike(field);
    return { id };
  });
  return newestOf([...rows, ...ids]);
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
): Promise<Pick<AdjustmentsRead, 'rows' | 'odd'>> {
  const all: Adjustment[] = [];
  const odd: OddAdjustment[] = [];
  const isOfNow = (id: string | undefined): boolean => id === undefined || isNewer(id, newestHistoryId);
  let cursor: string | undefined;
  for (let count = 0; count < mostPages; count += 1) {
    const page = { coin, limit: pageSize, ...(cursor === undefined ? {} : { cursor }) };
    const { rows, older, odd: unread } = await book.adjustments(loan, page, signal);
    all.push(...rows.filter(({ id }) => isOfNow(id)));
    odd.push(...unread.filter((one) => isOfNow(one.id) && (one.coin === undefined || one.coin === coin)));
    if (older === undefined || rows.some(({ id }) => !isNewer(id, newestHistoryId))) break;
    cursor = older;
  }
  return { rows: all, odd };
}
