import type { Clock } from '../../core/clock.ts';
import { absolute, add, compare, isNegative, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import { isWholeDebt, mostInterest } from '../../core/risk/interest.ts';
import type { RepayBaseline, RepayChange, RepayProof } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { isNewer } from '../kit/changes.ts';
import { readSince, released } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import { distinct } from './schema.ts';

const repaid = 'repaid';
const borrowed = 'borrowed';

/** What was read for the proof of a repayment. `loan` is absent when OKX no longer has it. */
export interface RepaidRead {
  readonly rows: readonly HistoryRow[];
  readonly loan: Loan | undefined;
  /** Whether all rows are readable: with an unreadable one, nothing contradicts a repayment. */
  readonly isWhole: boolean;
  readonly asOf: number;
}

/**
 * Compares OKX's history and the loan with the requested repayment. Effective needs both: a new row `repaid` with its coin and amount, and a debt
 * that has moved since. When the loan is gone, that takes a row by which its collateral was released: a full repayment closes an order so.
 * The sign of a row's amount is documented for one type only, so the type gives the direction and the amount is used without sign.
 *
 * What is left of a debt grows by interest. So one row that differs from the request contradicts it when the debt moved as that row says, but for
 * what interest can have added.
 */
export function judgeRepaid(change: RepayChange, baseline: RepayBaseline, { rows, loan, isWhole, asOf }: RepaidRead): RepayProof {
  const since = distinct(rows).filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const ours = since.filter(({ coin, type }) => coin === change.coin && (type === repaid || type === borrowed));
  const forced = since.some((row) => row.forced);
  const back = since.filter(({ type }) => type === released);
  const debt = loan?.debts.find(({ coin }) => coin === change.coin)?.amount ?? zero;
  const match = ours.find((row) => row.type === repaid && isAmountOf(row, change, baseline));
  if (match !== undefined) {
    const isShown = loan === undefined ? back.length > 0 || forced : forced || compare(debt, baseline.debt) !== 0;
    if (!isShown) return { state: 'pending' };
    return loan === undefined
      ? { state: 'effective', row: match, debt, asOf, released: back }
      : { state: 'effective', row: match, loan, debt, asOf };
  }
  const [other, ...more] = ours;
  if (other === undefined || more.length > 0 || forced || !isWhole) return { state: 'pending' };
  const moved = other.type === repaid ? subtract(baseline.debt, absolute(other.amount)) : add(baseline.debt, absolute(other.amount));
  const grown = subtract(debt, moved);
  const agrees = !isNegative(grown) && compare(grown, mostInterest(baseline.debt, asOf - other.at)) <= 0;
  return agrees ? { state: 'contradicted', row: other, ...(loan === undefined ? {} : { loan }) } : { state: 'pending' };
}

function isAmountOf(row: HistoryRow, { amount, all }: RepayChange, baseline: RepayBaseline): boolean {
  const booked: Decimal = absolute(row.amount);
  return compare(booked, amount) === 0 || (all && isWholeDebt(booked, baseline.debt, amount));
}

/** Reads the evidence for a repayment once and judges it. @throws ExchangeError */
export async function readRepaid(
  { http, clock, loans }: { readonly http: Http; readonly clock: Clock; readonly loans: Loans },
  change: RepayChange,
  baseline: RepayBaseline,
  signal: AbortSignal | undefined,
): Promise<RepayProof> {
  const asOf = clock.now();
  const read = await readSince(http, loans, change.loan, undefined, baseline.newestHistoryId, signal);
  if (read === undefined) return { state: 'pending' };
  const { rows, found, isGone, isWhole } = read;
  // An unreadable loan is not gone, and an unreadable debt is not zero.
  const isUnclear = found === undefined ? !isGone : found.owed.unnamed || found.owed.coins.has(change.coin);
  return isUnclear ? { state: 'pending' } : judgeRepaid(change, baseline, { rows, loan: found?.loan, isWhole, asOf });
}
