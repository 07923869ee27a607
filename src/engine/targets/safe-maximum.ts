import { add, compare, decimal, isPositive, lesser, multiply, one, round, subtract, zero, type Decimal } from '../../core/decimal.ts';
import { largestReduction } from '../../core/risk/collateral-estimate.ts';
import { warnBelow } from '../../core/risk/level.ts';
import { modelOf } from '../../core/risk/loan-model.ts';
import { largestMarginReduction } from '../../core/risk/position-model.ts';
import type { Loan } from '../../core/model.ts';
import { safeMaximum } from '../../core/risk/ltv-solver.ts';
import type { MarginReadiness } from '../../exchanges/exchange.ts';

/** How far below its margin call a loan is kept by our own safe maximum: five points of LTV. Our judgement, no venue's figure. */
const safetyCushion = decimal('0.05');

/** Decimals of an amount that we name. */
const amountPlaces = 8;

/** Margin call, or liquidation should it come first. A fraction; undefined without a margin call. */
export function callLine({ marginCall, liquidation }: Loan): Decimal | undefined {
  if (marginCall === undefined || !isPositive(marginCall.ltv)) return undefined;
  return liquidation !== undefined && isPositive(liquidation.ltv) ? lesser(marginCall.ltv, liquidation.ltv) : marginCall.ltv;
}

/**
 * The highest LTV that counts as safe after a reduction: the person's own, as their limits have it, where it lies below margin call;
 * else five points below margin call. Never higher than where the loan is still at the level Watch, or the preview would warn of the very
 * amount that is called safe. A fraction; undefined without a margin call.
 * @param slack by how much it may be higher, but never above the person's own. Less than the five points
 */
export function safeLine(loan: Loan, own?: Decimal, slack: Decimal = zero): Decimal | undefined {
  const line = callLine(loan);
  if (line === undefined) return undefined;
  const limit = own !== undefined && isPositive(own) && compare(own, line) < 0 ? own : undefined;
  const kept = add(lesser(limit ?? subtract(line, safetyCushion), multiply(line, subtract(one, warnBelow))), slack);
  return limit === undefined ? kept : lesser(kept, limit);
}

/**
 * The most of a coin that can be taken so that the loan stays at or below its `safeLine` by our estimate. Of the two ways to compute it
 * the smaller counts.
 * @param limit the venue's maximum
 * @param own the person's own highest LTV after a reduction. A fraction
 * @param slack as for `safeLine`
 * @returns an amount of at most 8 decimals, zero when nothing can be taken; undefined when it cannot be told
 */
export function safestMost(
  loan: Loan,
  coin: string,
  limit: Decimal,
  prices: ReadonlyMap<string, Decimal>,
  own?: Decimal,
  slack?: Decimal,
): Decimal | undefined {
  const line = callLine(loan);
  const safe = safeLine(loan, own, slack);
  if (line === undefined || safe === undefined) return undefined;
  const careful = largestReduction(loan, coin, prices, safe);
  if (careful === undefined) return undefined;
  const most = round(lesser(careful, limit), amountPlaces, 'down');
  const model = modelOf(loan, prices);
  return typeof model === 'string'
    ? most
    : lesser(most, safeMaximum(model, { coin, limit, places: amountPlaces }, line, subtract(line, safe)));
}

/** The most margin that the preview lets be taken: what anybody allows, and what keeps enough distance by our estimate. Undefined when it is unknown. */
export function largestOut({ position, reducible, places }: MarginReadiness): Decimal | undefined {
  return reducible === undefined ? undefined : largestMarginReduction(position, reducible.amount, places);
}
