import type { Clock } from '../../core/clock.ts';
import { add, compare, isNegative, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import type { Loan } from '../../core/model.ts';
import { isWholeDebt, mostInterest } from '../../core/risk/interest.ts';
import type { Receipt, RepayBaseline, RepayChange, RepayProof } from '../exchange.ts';
import { isNewer } from '../kit/changes.ts';
import { stamped } from '../kit/parts.ts';
import type { RepayBook, Repayment } from './loan-generation.ts';
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

const dayMs = 86_400_000;

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
  const { debt, loan, asOf } = reading;
  const fresh = reading.rows.filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const own = reference === undefined ? onlyMatch(change, baseline, fresh) : fresh.find(({ id }) => id === reference);
  if (own === undefined || own.status === 'processing') return { state: 'pending' };
  const row = toHistoryRow(own);
  const found = loan === undefined ? {} : { loan };
  const since = fresh.filter(({ coin, status }) => coin === change.coin && status === 'done');
  const isInterest = (more: Decimal): boolean => !isNegative(more) && compare(more, mostInterest(baseline.debt, asOf - own.at)) <= 0;
  const unpaid = subtract(baseline.debt, sum(since.map(({ amount }) => amount)));
  // All rows together explain the debt. Of a debt that is gone no interest is left.
  const isExplained = isInterest(subtract(debt, isNegative(unpaid) ? zero : unpaid));
  if (own.status === 'failed') return isExplained ? { state: 'pending', failed: row } : { state: 'pending' };
  const known = reference !== undefined;
  if (known && !isAsked(change, baseline, own)) return { state: 'contradicted', row, ...found };
  if (compare(debt, baseline.debt) < 0)
    return known || isExplained ? { state: 'effective', row, ...found, debt, asOf } : { state: 'pending' };
  // Days later a rise may be anything.
  const isLent = known && asOf - own.at < dayMs && isInterest(subtract(debt, add(baseline.debt, change.amount)));
  return isLent ? { state: 'contradicted', row, ...found } : { state: 'pending' };
}

/** The only row that may be of a repayment whose answer was lost: with two alike it is unknown which, and whether it was done twice. */
function onlyMatch(change: RepayChange, baseline: RepayBaseline, rows: readonly Repayment[]): Repayment | undefined {
  const [match, ...more] = rows.filter((row) => row.byUser && isAsked(change, baseline, row));
  return more.length === 0 ? match : undefined;
}

function isAsked({ coin, amount, all }: RepayChange, { debt }: RepayBaseline, row: Repayment): boolean {
  return row.coin === coin && (compare(row.amount, amount) === 0 || (all && isWholeDebt(row.amount, debt, amount)));
}

/** Reads the evidence for a repayment once and judges it. */
export async function proveRepayment(
  book: RepayBook,
  clock: Clock,
  change: RepayChange,
  baseline: RepayBaseline,
  { reference }: Receipt,
  signal: AbortSignal | undefined,
): Promise<RepayProof> {
  const { loan: ref, coin } = change;
  const read = (page: Parameters<RepayBook['repayments']>[1]) => book.repayments(ref, page, signal);
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
