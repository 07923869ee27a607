import { decimal, divide, multiply, type Decimal } from '../core/decimal.ts';

export const hourMs = 3_600_000;
const hoursPerYear = decimal('8760');
const interestPlaces = 8;

/** Interest of one hour on a debt at an annual rate, against the borrower: rounded up at 8 decimals. */
export function hourlyInterest(debt: Decimal, rate: Decimal): Decimal {
  return divide(multiply(debt, rate), hoursPerYear, interestPlaces, 'up');
}
