import { divide, isNegative, isPositive, isZero, one, subtract, type Decimal } from './decimal.ts';
import type { Loan } from './model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;

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
