import { add, compare, divide, isPositive, multiply, one, subtract, sum, zero, type Decimal } from './decimal.ts';
import type { Direction, Loan } from './model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;

/**
 * How far all collateral may fall in value, at unchanged debt, until LTV reaches `threshold`: 1 - ltv / threshold.
 * Negative beyond the threshold. Rounded down, towards danger. Source: LTV = debt / collateral value.
 * @returns a fraction (0.22 is a fall of 22 %), or undefined when either figure is unknown or the threshold is not positive.
 */
export function distanceTo(threshold: Decimal | undefined, ltv: Decimal | undefined): Decimal | undefined {
  if (threshold === undefined || ltv === undefined || !isPositive(threshold)) return undefined;
  return subtract(one, divide(ltv, threshold, ratioPlaces, 'up'));
}

/**
 * The venue's effective haircut on a whole loan, recovered from its own figures: adjusted value / raw value.
 * Exact for one coin; for several, an average. Rounded down, so that what is added counts for less.
 * @returns a fraction, or undefined when a price is missing.
 */
export function effectiveHaircut(loan: Loan, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  if (loan.collateralUsd === undefined) return undefined;
  const values: Decimal[] = [];
  for (const { coin, amount } of loan.collateral) {
    const price = prices.get(coin);
    if (price === undefined) return undefined;
    values.push(multiply(amount, price));
  }
  const raw = sum(values);
  return isPositive(raw) ? divide(loan.collateralUsd, raw, ratioPlaces, 'down') : undefined;
}

/** Our own forecast of a loan after a change of its collateral. Always shown as an estimate. */
export interface Estimate {
  /** Fraction, rounded up. Undefined when it cannot be told. */
  readonly ltv: Decimal | undefined;
}

/**
 * LTV after adding or taking `amount` of `coin`, anchored on the venue's last figure:
 * ltv x collateral value / (collateral value ± amount x price x haircut).
 * The haircut is the loan's effective one (at most 1). A loan of one coin needs no price: its share of the venue's own
 * valuation is taken. Another coin's own haircut may differ from the average, which is why this is an estimate.
 */
export function estimateAfter(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Estimate {
  const unknown: Estimate = { ltv: undefined };
  const { ltv, collateralUsd } = loan;
  const value = changeInValue(loan, direction, coin, amount, prices);
  if (ltv === undefined || collateralUsd === undefined || value === undefined || !isPositive(collateralUsd)) return unknown;
  const after = direction === 'add' ? add(collateralUsd, value) : subtract(collateralUsd, value);
  if (compare(after, zero) <= 0) return unknown;
  return { ltv: divide(multiply(ltv, collateralUsd), after, ratioPlaces, 'up') };
}

function changeInValue(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Decimal | undefined {
  const only = loan.collateral.length === 1 ? loan.collateral[0] : undefined;
  if (only?.coin === coin && loan.collateralUsd !== undefined && isPositive(only.amount)) {
    // One coin: its share of the venue's own valuation needs no price of ours.
    return divide(multiply(loan.collateralUsd, amount), only.amount, ratioPlaces, direction === 'add' ? 'down' : 'up');
  }
  const price = prices.get(coin);
  const haircut = effectiveHaircut(loan, prices);
  if (price === undefined || haircut === undefined) return undefined;
  const counted = compare(haircut, one) > 0 ? one : haircut;
  return multiply(multiply(amount, price), counted);
}
