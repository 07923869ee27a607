import type { Clock } from '../../core/clock.ts';
import { add, compare, decimal, isPositive, isZero, multiply, subtract, sum, type Decimal } from '../../core/decimal.ts';
import type { Loan } from '../../core/model.ts';
import type { Receipt, RepayBaseline, RepayChange, RepayProof } from '../exchange.ts';
import { isNewer } from '../kit/changes.ts';
import { stamped } from '../kit/parts.ts';
import type { LoanBook, Repayment } from './loan-generation.ts';
import { toHistoryRow } from './loan-map.ts';
import { ownRow, rowsSince } from './loan-proof.ts';

/** A reading to judge a repayment by. */
interface Reading {
  readonly rows: readonly Repayment[];
  /** Owed of the coin now, as the baseline's was. */
  readonly debt: Decimal;
  /** Undefined when Bybit no longer has it. */
  readonly loan: Loan | undefined;
  /** When the debt was read. */
  readonly asOf: number;
}

/**
 * Compares Bybit's history of repayments and the debt with the requested repayment. Rows not newer than the baseline can't be of it.
 *
 * If Bybit gave the repayment an id, only the row with that id counts. Effective needs status 1, the right amount, and a debt below the
 * baseline's; contradicted is a row with another amount, or a debt that went up by what should have gone off it. Status 3 says that Bybit tried
 * and did nothing, if the debt agrees. Without an id only a single user's row of exactly this amount can be tied to it, and only if the rows
 * since explain the debt. Everything else is pending: interest and borrowing elsewhere move the debt too. Source of the procedure:
 * https://bybit-exchange.github.io/docs/v5/new-crypto-loan/flexible/repay-orders
 */
export function judgeRepayment(change: RepayChange, baseline: RepayBaseline, reading: Reading, reference?: string): RepayProof {
  const fresh = reading.rows.filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const since = fresh.filter(({ coin }) => coin === change.coin);
  const { debt, loan, asOf } = reading;
  const found = loan === undefined ? {} : { loan };
  const own = reference === undefined ? onlyMatch(change, baseline, since) : fresh.find(({ id }) => id === reference);
  if (own === undefined || own.status === 'processing') return { state: 'pending' };
  const row = toHistoryRow(own);
  const paid = sum(since.filter(({ status }) => status === 'done').map(({ amount }) => amount));
  if (own.status === 'failed') return isExplained(baseline, debt, paid) ? { state: 'pending', failed: row } : { state: 'pending' };
  if (reference !== undefined && !isAsked(change, baseline, own, debt)) return { state: 'contradicted', row, ...found };
  const agrees = compare(debt, baseline.debt) < 0 && (reference !== undefined || isExplained(baseline, debt, paid));
  if (agrees) return { state: 'effective', row, ...found, debt, asOf };
  const lent = subtract(debt, add(baseline.debt, change.amount));
  if (reference !== undefined && isSmall(lent, baseline.debt)) return { state: 'contradicted', row, ...found };
  return { state: 'pending' };
}

/** The only row that may be of a repayment whose answer was lost: with two alike it is unknown which, and whether it was done twice. */
function onlyMatch({ amount, all }: RepayChange, { debt }: RepayBaseline, rows: readonly Repayment[]): Repayment | undefined {
  const isWhole = (paid: Decimal): boolean => all && compare(paid, debt) >= 0 && compare(paid, amount) < 0;
  const [match, ...more] = rows.filter((row) => row.byUser && (compare(row.amount, amount) === 0 || isWhole(row.amount)));
  return more.length === 0 ? match : undefined;
}

/** Bybit may take less than the amount only if no more was owed: it was rounded up, or somebody else paid a part. */
function isAsked({ coin, amount, all }: RepayChange, baseline: RepayBaseline, row: Repayment, debt: Decimal): boolean {
  if (row.coin !== coin || !isPositive(row.amount)) return false;
  const difference = compare(row.amount, amount);
  return difference === 0 || (difference < 0 && (isZero(debt) || (all && isSmall(debt, baseline.debt))));
}

/** Interest of a day even at a high rate, as a part of the debt: what else may have come on top between two readings. */
const interestOfADay = decimal('0.001');

const isSmall = (more: Decimal, debt: Decimal): boolean =>
  compare(more, decimal('0')) >= 0 && compare(more, multiply(debt, interestOfADay)) <= 0;

/** Whether rows of `paid` in all explain what is owed now. */
const isExplained = (baseline: RepayBaseline, debt: Decimal, paid: Decimal): boolean =>
  isZero(debt) ? compare(paid, baseline.debt) >= 0 : isSmall(subtract(debt, subtract(baseline.debt, paid)), baseline.debt);

/** Reads the evidence for a repayment once and judges it. */
export async function proveRepayment(
  book: LoanBook,
  clock: Clock,
  change: RepayChange,
  baseline: RepayBaseline,
  { reference }: Receipt,
  signal: AbortSignal | undefined,
): Promise<RepayProof> {
  const { loan: ref, coin } = change;
  const read = (page: Parameters<LoanBook['repayments']>[1]) => book.repayments(ref, page, signal);
  const judged = async (rows: readonly Repayment[]): Promise<RepayProof> => {
    const { value, at } = await stamped(clock, book.owed(ref, coin, signal));
    return judgeRepayment(change, baseline, { rows, debt: value.debt, loan: value.found?.loan, asOf: at }, reference);
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
