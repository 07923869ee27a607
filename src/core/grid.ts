import { decimal, divide, round, withPlaces, type Decimal } from './decimal.ts';

// A venue takes amounts with so many decimals: the grid. Counted in steps of the last decimal, so that halving finds an amount exactly.

/** How many whole steps fit into an amount of zero or more. */
export const stepsIn = (amount: Decimal, places: number): bigint =>
  BigInt(withPlaces(round(amount, places, 'down'), places).replace('.', ''));

/** The amount of so many steps, in as few characters as it takes. */
export const amountOf = (steps: bigint, places: number): Decimal =>
  divide(decimal(steps.toString()), decimal(`1${'0'.repeat(places)}`), places, 'down');

/**
 * The largest number of steps up to `most` for which `fits` holds, where it holds up to some number and for none above.
 * @returns zero when it does not hold for one step
 */
export function lastThatFits(most: bigint, fits: (steps: bigint) => boolean): bigint {
  let [fitting, beyond] = [0n, most + 1n];
  while (beyond - fitting > 1n) {
    const middle = (fitting + beyond) / 2n;
    if (fits(middle)) fitting = middle;
    else beyond = middle;
  }
  return fitting;
}
