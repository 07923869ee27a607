import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import type { CollateralBaseline, CollateralChange, CollateralProof } from '../exchange.ts';
import { distinct } from './schema.ts';

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
 * @param isWhole whether all rows are understood: beside one that is not, nobody is accused
 */
export function judge(
  change: CollateralChange,
  baseline: CollateralBaseline,
  rows: readonly HistoryRow[],
  loan: Loan | undefined,
  isWhole = true,
): CollateralProof {
  const since = distinct(rows).filter(({ id }) => isNewer(id, baseline.newestHistoryId));
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

/** The newest of some ids, in whatever order they came. */
export function newestOf(rows: readonly Pick<HistoryRow, 'id'>[]): string | undefined {
  return rows.reduce<string | undefined>((newest, { id }) => (newest === undefined || isNewer(id, newest) ? id : newest), undefined);
}

/** Whether a row is newer than the one that was the newest. Ids grow with time and are longer than a number can hold. */
function isNewer(id: string, newest: string | undefined): boolean {
  if (newest === undefined) return true;
  const digits = /^\d{1,40}$/;
  return digits.test(id) && digits.test(newest) ? BigInt(id) > BigInt(newest) : id !== newest;
}

function after(pledged: Decimal, rows: readonly HistoryRow[]): Decimal {
  return rows.reduce((sum, row) => {
    const amount = absolute(row.amount);
    return row.type === locked ? add(sum, amount) : subtract(sum, amount);
  }, pledged);
}
