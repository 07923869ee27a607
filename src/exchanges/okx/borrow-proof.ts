import type { Clock } from '../../core/clock.ts';
import { absolute, add, compare, greater, isNegative, subtract, zero } from '../../core/decimal.ts';
import { mostInterest } from '../../core/risk/interest.ts';
import type { BorrowBaseline, BorrowChange, BorrowProof } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { isNewer } from '../kit/changes.ts';
import { readSince } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import type { RepaidRead } from './repay-proof.ts';
import { distinct } from './schema.ts';

const repaid = 'repaid';
const borrowed = 'borrowed';

/**
 * Compares OKX's history and the loan with what was to be borrowed. Effective needs both: a new row `borrowed` with its coin and amount, and a
 * debt that has moved since. When the loan is gone, that takes a forced row: nothing else closes a loan that has just borrowed more.
 * As for repayments, the type of a row gives the direction, and one row that differs contradicts when the debt moved as it says, but for interest.
 */
export function judgeBorrowed(change: BorrowChange, baseline: BorrowBaseline, { rows, loan, isWhole, asOf }: RepaidRead): BorrowProof {
  const since = distinct(rows).filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const ours = since.filter(({ coin, type }) => coin === change.coin && (type === repaid || type === borrowed));
  const forced = since.some((row) => row.forced);
  const debt = loan?.debts.find(({ coin }) => coin === change.coin)?.amount ?? zero;
  const found = loan === undefined ? {} : { loan };
  const match = ours.find((row) => row.type === borrowed && compare(absolute(row.amount), change.amount) === 0);
  if (match !== undefined) {
    const isShown = forced || (loan !== undefined && compare(debt, baseline.debt) !== 0);
    return isShown ? { state: 'effective', row: match, ...found, debt, asOf } : { state: 'pending' };
  }
  const [other, ...more] = ours;
  if (other === undefined || more.length > 0 || forced || !isWhole) return { state: 'pending' };
  const moved = other.type === repaid ? subtract(baseline.debt, absolute(other.amount)) : add(baseline.debt, absolute(other.amount));
  const grown = subtract(debt, moved);
  const agrees = !isNegative(grown) && compare(grown, mostInterest(greater(moved, baseline.debt), asOf - other.at)) <= 0;
  return agrees ? { state: 'contradicted', row: other, ...found } : { state: 'pending' };
}

/** Reads the evidence once and judges it. @throws ExchangeError */
export async function readBorrowed(
  { http, clock, loans }: { readonly http: Http; readonly clock: Clock; readonly loans: Loans },
  change: BorrowChange,
  baseline: BorrowBaseline,
  signal: AbortSignal | undefined,
): Promise<BorrowProof> {
  const asOf = clock.now();
  const read = await readSince(http, loans, change.loan, undefined, baseline.newestHistoryId, signal);
  if (read === undefined) return { state: 'pending' };
  const { rows, found, isGone, isWhole } = read;
  // An unreadable loan is not gone, and an unreadable debt is not zero.
  const isUnclear = found === undefined ? !isGone : found.owed.unnamed || found.owed.coins.has(change.coin);
  return isUnclear ? { state: 'pending' } : judgeBorrowed(change, baseline, { rows, loan: found?.loan, isWhole, asOf });
}
