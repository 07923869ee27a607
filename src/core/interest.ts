import { compare, decimal, divide, isNegative, isPositive, multiply, subtract, sum, zero, type Decimal } from './decimal.ts';
import { collateralOf, debtOf, type LoanModel } from './loan-model.ts';

const hoursPerYear = decimal('8760');
const hoursPerDay = decimal('24');
/** Decimals to which a venue books interest. */
const bookedPlaces = 8;

/**
 * Interest of one hour, as a venue books it: debt x annual rate / 8760, rounded up at 8 decimals.
 * Source: interest-accrued of https://www.okx.com/docs-v5/en/#financial-product-flexible-loan-rest-api-get-accrued-interest, whose
 * sample (0.86599309 USDC at 0.41 a year) is 0.00004054.
 * @param debt in the coin
 * @param annualRate fraction: 0.41 is 41 %
 */
export function hourlyInterest(debt: Decimal, annualRate: Decimal): Decimal {
  if (!isPositive(debt) || isNegative(annualRate)) return zero;
  return divide(multiply(debt, annualRate), hoursPerYear, bookedPlaces, 'up');
}

/** What a debt costs in a day at this rate, in its coin. Rounded against the borrower. */
export const dailyInterest = (debt: Decimal, annualRate: Decimal): Decimal => multiply(hourlyInterest(debt, annualRate), hoursPerDay);

/**
 * Whole hours until interest alone carries LTV to `line`, at flat prices and rates. Rounded down. Our estimate: interest on interest
 * is left out, which within a year changes it by less than the rate itself.
 * @param annualRates by coin; every debt needs one
 * @returns undefined when it never does, or when a rate is not known
 */
export function hoursUntil(model: LoanModel, line: Decimal, annualRates: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const perHour: Decimal[] = [];
  for (const { coin, amount, price } of model.debts) {
    const rate = annualRates.get(coin);
    if (rate === undefined) return undefined;
    perHour.push(multiply(hourlyInterest(amount, rate), price));
  }
  const cost = sum(perHour);
  const allowed = divide(multiply(line, collateralOf(model)), model.correction, bookedPlaces, 'down');
  const room = subtract(allowed, debtOf(model));
  if (compare(room, zero) <= 0) return zero;
  return isPositive(cost) ? divide(room, cost, 0, 'down') : undefined;
}
