import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { isNewer } from '../kit/changes.ts';
import { endpoints } from './endpoints.ts';
import { toHistoryRow } from './loan-map.ts';
import type { Loans } from './loans.ts';
import { orderOf, pageSize, signedGet } from './requests.ts';
import * as schema from './schema.ts';

const locked = 'collateral_locked';
const released = 'collateral_released';

/**
 * Compares what OKX's history and loan say now with what was asked. `rows` are this loan's; those not newer than the baseline
 * are left out here, because they cannot tell of what was sent after it.
 *
 * Effective needs both: a row of the right type, coin and amount, and a pledged amount that agrees with all rows since. Only
 * where OKX no longer has the loan, or has sold of it by force, the row has to do.
 * The sign of a row's amount is documented for one type only, so the type tells the direction and the amount is taken without sign.
 * Source of the procedure: loan-history and loan-info of https://www.okx.com/docs-v5/en/#financial-product-flexible-loan
 *
 * @param loan the loan as it is now; undefined when OKX no longer has it
 * @param isWhole whether all rows are understood: beside one that is not, nothing is held against a change
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
  // What OKX sold by force is in the pledged amount too, in ways its rows do not let us add up.
  const forced = since.some((row) => row.forced);
  const pledged = loan === undefined ? undefined : pledgedOf(loan, change.coin);
  const agrees = pledged !== undefined && compare(pledged, after(baseline.pledged, ours)) === 0;
  const found = loan === undefined ? {} : { loan };

  const match = ours.find((row) => row.type === wanted && compare(absolute(row.amount), change.amount) === 0);
  if (match !== undefined) {
    // Another change may have come between the reading of the newest row and of the loan: then it is in the baseline already.
    const alone = pledged !== undefined && compare(pledged, after(baseline.pledged, [match])) === 0;
    return agrees || alone || forced || loan === undefined ? { state: 'effective', row: match, ...found } : { state: 'pending' };
  }
  // One row that is not what was asked, and the pledged amount moved by just that: the exchange did something else.
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

/** Reads what tells of a change, once, and judges it. @throws ExchangeError */
export async function readProof(
  http: Http,
  loans: Loans,
  change: CollateralChange,
  baseline: CollateralBaseline,
  signal: AbortSignal | undefined,
): Promise<CollateralProof> {
  const before = baseline.newestHistoryId;
  const query = { ...orderOf(change.loan), ...(before === undefined ? {} : { before }), limit: pageSize.toString() };
  // The rows first: a loan read before its rows could miss what they tell.
  const { rows, odd } = schema.readRows(schema.historyRow, await signedGet(http, endpoints.loanHistory, query, signal));
  if (rows.length === 0) return { state: 'pending' };
  const now = await loans.all(change.loan, signal);
  const found = now.loans.find(({ loan }) => loan.id === change.loan.loanId);
  // A loan that is there but not understood is not gone, and what is pledged but not understood is not nothing.
  const isUnclear = found === undefined ? now.odd > 0 : found.pledged.unnamed || found.pledged.coins.has(change.coin);
  if (isUnclear) return { state: 'pending' };
  return judge(change, baseline, rows.map(toHistoryRow), found?.loan, odd.length === 0);
}
