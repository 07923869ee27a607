import type { Clock } from '../../core/clock.ts';
import { add, compare, greater, isNegative, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import type { Loan } from '../../core/model.ts';
import { mostInterest } from '../../core/risk/interest.ts';
import type { BorrowBaseline, BorrowChange, BorrowProof, Receipt } from '../exchange.ts';
import { isNewer } from '../kit/changes.ts';
import { stamped } from '../kit/parts.ts';
import type { AdjustmentRequest, Borrowed } from './loan-generation.ts';
import { toHistoryRow } from './loan-map.ts';
import { ownRow, rowsSince } from './loan-proof.ts';
import type { Pool } from './pool.ts';

/** A reading to judge by. */
interface Reading {
  readonly rows: readonly Borrowed[];
  /** Owed of the coin now, as the baseline's was. */
  readonly debt: Decimal;
  /** Undefined when Bybit no longer has it. */
  readonly loan: Loan | undefined;
  /** When the debt was read. */
  readonly asOf: number;
}

const dayMs = 86_400_000;

/**
 * Compares Bybit's history of borrowing and the debt with what was to be borrowed, as `judgeRepayment` does, the other way round. If Bybit gave
 * it an id, only the row with that id counts. Effective needs status 1, the right amount, and a debt above the baseline's; contradicted is a row
 * with another amount, or a debt that went down by what should have come on top. Without an id only a single row of exactly this amount can be
 * tied to it, and only if the rows since explain the debt. Source of the procedure:
 * https://bybit-exchange.github.io/docs/v5/new-crypto-loan/flexible/loan-orders
 */
export function judgeBorrowing(change: BorrowChange, baseline: BorrowBaseline, reading: Reading, reference?: string): BorrowProof {
  const { debt, loan, asOf } = reading;
  const fresh = reading.rows.filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const own = reference === undefined ? onlyMatch(change, fresh) : fresh.find(({ id }) => id === reference);
  if (own === undefined || own.status === 'processing') return { state: 'pending' };
  const row = toHistoryRow(own);
  const found = loan === undefined ? {} : { loan };
  const since = fresh.filter(({ coin, status }) => coin === change.coin && status === 'done');
  const lent = add(baseline.debt, sum(since.map(({ amount }) => amount)));
  const isInterest = (more: Decimal): boolean => !isNegative(more) && compare(more, mostInterest(lent, asOf - own.at)) <= 0;
  const isExplained = isInterest(subtract(debt, lent));
  if (own.status === 'failed') return isExplained ? { state: 'pending', failed: row } : { state: 'pending' };
  const known = reference !== undefined;
  if (known && !isAsked(change, own)) return { state: 'contradicted', row, ...found };
  if (compare(debt, baseline.debt) > 0)
    return known || isExplained ? { state: 'effective', row, ...found, debt, asOf } : { state: 'pending' };
  // Days later a fall may be anything.
  const repaid = greater(subtract(baseline.debt, change.amount), zero);
  const isTaken = known && compare(debt, baseline.debt) < 0 && asOf - own.at < dayMs && isInterest(subtract(debt, repaid));
  return isTaken ? { state: 'contradicted', row, ...found } : { state: 'pending' };
}

/** The only row that may be of it when the answer was lost: with two alike it is unknown which, and whether it was done twice. */
function onlyMatch(change: BorrowChange, rows: readonly Borrowed[]): Borrowed | undefined {
  const [match, ...more] = rows.filter((row) => isAsked(change, row));
  return more.length === 0 ? match : undefined;
}

const isAsked = ({ coin, amount }: BorrowChange, row: Borrowed): boolean => row.coin === coin && compare(row.amount, amount) === 0;

/** Reads the evidence once and judges it. */
export async function proveBorrowing(
  pool: Pick<Pool, 'borrowings' | 'owed'>,
  clock: Clock,
  change: BorrowChange,
  baseline: BorrowBaseline,
  { reference }: Receipt,
  signal: AbortSignal | undefined,
): Promise<BorrowProof> {
  const { loan: ref, coin } = change;
  const read = (page: AdjustmentRequest) => pool.borrowings(page, signal);
  const judged = async (rows: readonly Borrowed[]): Promise<BorrowProof> => {
    const { value, at } = await stamped(clock, pool.owed(ref, coin, signal));
    return judgeBorrowing(change, baseline, { rows, debt: value.debt, loan: value.found?.loan, asOf: at }, reference);
  };
  // Rows first: a debt read before its rows could lack their effect.
  const own = reference === undefined ? undefined : await ownRow(read, reference);
  if (own?.status === 'processing') return { state: 'pending' };
  if (own?.status === 'done') return judged([own]);
  const { rows, odd } = await rowsSince(read, coin, baseline.newestHistoryId);
  const all = own === undefined || rows.some(({ id }) => id === own.id) ? rows : [own, ...rows];
  if (all.length === 0 || (reference !== undefined && !all.some(({ id }) => id === reference))) return { state: 'pending' };
  // An unreadable row may be the one that counts, or its twin.
  return odd.length === 0 ? judged(all) : { state: 'pending' };
}
