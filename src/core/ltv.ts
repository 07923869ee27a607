import {
  add,
  compare,
  decimal,
  divide,
  greater,
  isNegative,
  isPositive,
  isZero,
  lesser,
  multiply,
  one,
  subtract,
  sum,
  zero,
  type Decimal,
} from './decimal.ts';
import type { Direction, Loan } from './model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;
/** Digits of a computed amount of a coin. */
const amountPlaces = 8;
/** Kept free below a threshold when we name an amount, so that our own rounding cannot carry it across. */
const ratioCushion = decimal('0.000001');

/**
 * The venue's LTV if it can be believed. Negative, or zero while something is owed, is no figure but a hole in the answer.
 * @returns a fraction, or undefined.
 */
export function credibleLtv(loan: Pick<Loan, 'ltv' | 'debts' | 'debtUsd'>): Decimal | undefined {
  const { ltv, debtUsd } = loan;
  if (ltv === undefined || isNegative(ltv)) return undefined;
  const owes = (debtUsd !== undefined && isPositive(debtUsd)) || loan.debts.some(({ amount }) => isPositive(amount));
  return isZero(ltv) && owes ? undefined : ltv;
}

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
 * Exact for one coin; for several, an average. A fraction, or undefined when a price is missing.
 */
function haircut(loan: Loan, prices: ReadonlyMap<string, Decimal>, rounding: 'up' | 'down'): Decimal | undefined {
  if (loan.collateralUsd === undefined) return undefined;
  const values: Decimal[] = [];
  for (const { coin, amount } of loan.collateral) {
    const price = prices.get(coin);
    if (price === undefined || !isPositive(price)) return undefined;
    values.push(multiply(amount, price));
  }
  const raw = sum(values);
  return isPositive(raw) ? divide(loan.collateralUsd, raw, ratioPlaces, rounding) : undefined;
}

/** Our own forecast of a loan after a change of its collateral. Always shown as an estimate. */
export interface Estimate {
  /** Fraction, rounded up. Undefined when it cannot be told. */
  readonly ltv: Decimal | undefined;
}

/**
 * LTV after adding or taking `amount` of `coin`, anchored on the venue's last figure:
 * ltv x collateral value / (collateral value ± amount x price x haircut).
 *
 * A loan of that one coin needs no price: its share of the venue's own valuation is taken. Otherwise what is added counts
 * with the loan's average haircut (at most 1), and what is taken counts in full, because its own haircut is not known and
 * might be smaller than the average: the estimate of a reduction errs towards danger.
 */
export function estimateAfter(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Estimate {
  const unknown: Estimate = { ltv: undefined };
  const ltv = credibleLtv(loan);
  const { collateralUsd } = loan;
  if (ltv === undefined || collateralUsd === undefined || !isPositive(collateralUsd) || isNegative(amount)) return unknown;
  const value = changeInValue(loan, direction, coin, amount, prices);
  if (value === undefined) return unknown;
  const after = direction === 'add' ? add(collateralUsd, value) : subtract(collateralUsd, value);
  if (compare(after, zero) <= 0) return unknown;
  return { ltv: divide(multiply(ltv, collateralUsd), after, ratioPlaces, 'up') };
}

/**
 * The most of `coin` that can be taken while our estimate stays below `ceiling`, with a cushion of a millionth of LTV.
 * @returns an amount of at most 8 decimals, rounded down, zero when nothing can be taken; undefined when it cannot be told.
 */
export function largestReduction(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>, ceiling: Decimal): Decimal | undefined {
  const ltv = credibleLtv(loan);
  const { collateralUsd } = loan;
  const target = subtract(ceiling, ratioCushion);
  if (ltv === undefined || collateralUsd === undefined || !isPositive(target)) return undefined;
  const pledged = loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;
  const spare = subtract(collateralUsd, divide(multiply(ltv, collateralUsd), target, ratioPlaces, 'up'));
  if (!isPositive(spare) || !isPositive(pledged)) return zero;
  const [only] = loan.collateral;
  if (loan.collateral.length === 1 && only?.coin === coin) {
    return lesser(pledged, divide(multiply(spare, pledged), collateralUsd, amountPlaces, 'down'));
  }
  const unit = valueOfOne(loan, 'reduce', coin, prices);
  if (unit === undefined) return undefined;
  return lesser(pledged, divide(spare, unit, amountPlaces, 'down'));
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
    return divide(multiply(loan.collateralUsd, amount), only.amount, ratioPlaces, direction === 'add' ? 'down' : 'up');
  }
  const unit = valueOfOne(loan, direction, coin, prices);
  return unit === undefined ? undefined : multiply(amount, unit);
}

/** What one unit of `coin` counts for in the venue's valuation, erring towards danger. Positive USD. */
function valueOfOne(loan: Loan, direction: Direction, coin: string, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const price = prices.get(coin);
  const average = haircut(loan, prices, direction === 'add' ? 'down' : 'up');
  if (price === undefined || !isPositive(price) || average === undefined) return undefined;
  // An average above 1 means that the venue values the loan higher than our prices do.
  return multiply(price, direction === 'add' ? lesser(average, one) : greater(average, one));
}
