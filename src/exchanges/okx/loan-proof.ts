import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof, LoanRef } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { isNewer } from '../kit/changes.ts';
import { endpoints } from './endpoints.ts';
import { toHistoryRow, type LoanRead } from './loan-map.ts';
import type { Loans } from './loans.ts';
import { orderOf, pageSize, signedGet } from './requests.ts';
import * as schema from './schema.ts';

const locked = 'collateral_locked';
export const released = 'collateral_released';

/**
 * Compares OKX's history and the loan with the requested change. `rows` are this loan's; those not newer than the baseline are left out, because
 * they can't be of it.
 *
 * Effective needs both: a row of the right type, coin and amount, and a pledged amount that agrees with all rows since. Only if OKX no longer has
 * the loan, or liquidated part of it, does the row alone decide. The sign of a row's amount is documented for one type only, so the type gives
 * the direction and the amount is used without sign. Source of the procedure: loan-history and loan-info of
 * https://www.okx.com/docs-v5/en/#financial-product-flexible-loan
 *
 * @param loan the loan as it is now; undefined when OKX no longer has it
 * @param isWhole whether all rows are readable: with an unreadable one, nothing contradicts a change
 */
export function judge(
  change: CollateralChange,
  baseline: CollateralBaseline,
  rows: readonly HistoryRow[],
  loan: Loan | undefined,
  isWhole = true,
): CollateralProof {
  const since = schema.distinct(rows).filter(({ id }) => isNewer(id, baseline.newestHistoryId));
  const ours = since.filter(({ coin, type }) => coin === change.coin && (type === locked || type === released));
  const wanted = change.direction === 'add' ? locked : released;
  // A liquidation also changes the pledged amount, in ways its rows don't let us compute.
  const forced = since.some((row) => row.forced);
  const pledged = loan === undefined ? undefined : pledgedOf(loan, change.coin);
  const agrees = pledged !== undefined && compare(pledged, after(baseline.pledged, ours)) === 0;
  const found = loan === undefined ? {} : { loan };

  const match = ours.find((row) => row.type === wanted && compare(absolute(row.amount), change.amount) === 0);
  if (match !== undefined) {
    // Another change may have come between reading the newest row and the loan: then the baseline already includes it.
    const alone = pledged !== undefined && compare(pledged, after(baseline.pledged, [match])) === 0;
    return agrees || alone || forced || loan === undefined ? { state: 'effective', row: match, ...found } : { state: 'pending' };
  }
  // One row that differs from the request, and a pledged amount that moved by exactly that: the exchange did something else.
  const [other, ...more] = ours;
  if (other !== undefined && more.length === 0 && agrees && !forced && isWhole) return { state: 'contradicted', row: other, ...found };
  return { state: 'pending' };
}

const pledgedOf = (loan: Loan, coin: string): Decimal => loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;

function after(pledged: Decimal, rows: readonly HistoryRow[]): Decimal {
  return rows.reduce((sum, row) => {
    const amount = absolute(row.amount);
    return row.type === locked ? add(sum, amount) : subtract(sum, amount);
  }, pledged);
}

/** What OKX says of a loan since its newest row before a change. */
export interface SinceRead {
  readonly rows: readonly HistoryRow[];
  /** Whether all rows are readable. */
  readonly isWhole: boolean;
  readonly found: LoanRead | undefined;
  /** It is not merely unreadable. */
  readonly isGone: boolean;
}

/**
 * Reads that.
 * @param among the loans that are read: all of them, where it may be gone, because OKX may refuse to answer for an order that is closed
 * @returns undefined when there is no newer row: then nothing can be proven
 * @throws ExchangeError
 */
export async function readSince(
  http: Http,
  loans: Loans,
  ref: LoanRef,
  among: LoanRef | undefined,
  before: string | undefined,
  signal: AbortSignal | undefined,
): Promise<SinceRead | undefined> {
  const query = { ...orderOf(ref), ...(before === undefined ? {} : { before }), limit: pageSize.toString() };
  // Rows first: a loan read before its rows could lack their effect.
  const { rows, odd } = schema.readRows(schema.historyRow, await signedGet(http, endpoints.loanHistory, query, signal));
  const once = schema.distinct(rows.map(toHistoryRow));
  // Rows of one id that differ are as good as unreadable.
  const clear = once.filter(({ id }) => once.filter((row) => row.id === id).length === 1);
  if (clear.length === 0) return undefined;
  const now = await loans.all(among, signal);
  const found = now.loans.find(({ loan }) => loan.id === ref.loanId);
  const isWhole = odd.length === 0 && clear.length === once.length;
  return { rows: clear, isWhole, found, isGone: found === undefined && now.odd === 0 };
}

/** Reads the evidence for a change once and judges it. @throws ExchangeError */
export async function readProof(
  http: Http,
  loans: Loans,
  change: CollateralChange,
  baseline: CollateralBaseline,
  signal: AbortSignal | undefined,
): Promise<CollateralProof> {
  const read = await readSince(http, loans, change.loan, change.loan, baseline.newestHistoryId, signal);
  if (read === undefined) return { state: 'pending' };
  const { rows, found, isGone, isWhole } = read;
  // An unreadable loan is not gone, and an unreadable pledged amount is not zero.
  const isUnclear = found === undefined ? !isGone : found.pledged.unnamed || found.pledged.coins.has(change.coin);
  return isUnclear ? { state: 'pending' } : judge(change, baseline, rows, found?.loan, isWhole);
}
