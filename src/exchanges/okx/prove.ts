import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import type { Baseline, CollateralChange, Proof } from '../exchange.ts';

const locked = 'collateral_locked';
const released = 'collateral_released';

/**
 * Compares what OKX's history and loan say now with what was asked. `rows` are those newer than the baseline, of this loan.
 *
 * Effective needs both: a row of the right type, coin and amount, and a pledged amount that agrees with all rows since.
 * The sign of a row's amount is documented for one type only, so the type tells the direction and the amount is taken without sign.
 * Source of the procedure: loan-history and loan-info of https://www.okx.com/docs-v5/en/#financial-product-flexible-loan
 */
export function judge(change: CollateralChange, baseline: Baseline, rows: readonly HistoryRow[], loan: Loan | undefined): Proof {
  const ours = rows.filter(({ coin, type }) => coin === change.coin && (type === locked || type === released));
  const wanted = change.direction === 'add' ? locked : released;
  const pledged = loan?.collateral.find(({ coin }) => coin === change.coin)?.amount ?? zero;
  const found = loan === undefined ? {} : { loan };

  const match = ours.find((row) => row.type === wanted && compare(absolute(row.amount), change.amount) === 0);
  if (match !== undefined) {
    // What OKX sold by force is in the pledged amount too, in ways its rows do not let us add up: then the row has to do.
    const forced = rows.some((row) => row.forced);
    const agrees = forced || compare(pledged, after(baseline.pledged, ours)) === 0;
    return agrees ? { state: 'effective', row: match, ...found } : { state: 'pending' };
  }
  // One row that is not what was asked, and the pledged amount moved by just that: the exchange did something else.
  const foreign = ours[0];
  if (foreign !== undefined && ours.length === 1 && compare(pledged, after(baseline.pledged, ours)) === 0) {
    return { state: 'contradicted', row: foreign, ...found };
  }
  return { state: 'pending' };
}

function after(pledged: Decimal, rows: readonly HistoryRow[]): Decimal {
  return rows.reduce((sum, row) => {
    const amount = absolute(row.amount);
    return row.type === locked ? add(sum, amount) : subtract(sum, amount);
  }, pledged);
}
