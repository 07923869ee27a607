import { add, compare, isZero, zero, type Decimal } from '../core/decimal.ts';

/** An amount of one coin, named as the API names it. */
export interface Holding {
  readonly ccy: string;
  readonly amt: Decimal;
}

/** How much of `ccy` there is; zero when it is not listed. */
export function amountOf(holdings: readonly Holding[], ccy: string): Decimal {
  return holdings.find((one) => one.ccy === ccy)?.amt ?? zero;
}

/** The holdings without a coin, or without any. */
export function emptied(holdings: readonly Holding[], ccy: string | undefined): readonly Holding[] {
  return ccy === undefined ? [] : holdings.filter((one) => one.ccy !== ccy);
}

/**
 * The holdings with `change` (signed) applied to `ccy`. A coin that reaches zero is dropped.
 * @throws RangeError when the amount would fall below zero: the simulated exchange must never owe what it does not have.
 */
export function changed(holdings: readonly Holding[], ccy: string, change: Decimal): Holding[] {
  const amt = add(amountOf(holdings, ccy), change);
  if (compare(amt, zero) < 0) throw new RangeError(`${ccy} would fall below zero`);
  const listed = holdings.some((one) => one.ccy === ccy);
  const next = listed ? holdings.map((one) => (one.ccy === ccy ? { ccy, amt } : one)) : [...holdings, { ccy, amt }];
  return next.filter((one) => !isZero(one.amt));
}

export const hourMs = 3_600_000;
export const dayMs = 24 * hourMs;
