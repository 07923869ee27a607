import {
  absolute,
  add,
  compare,
  decimal,
  divide,
  greater,
  isNegative,
  isPositive,
  lesser,
  multiply,
  one,
  subtract,
  sum,
  zero,
  type Decimal,
} from './decimal.ts';
import { amountToTake, collateralValue, type HaircutRule } from './haircut.ts';
import { modelOf } from './loan-model.ts';
import { credibleLtv } from './ltv.ts';
import type { Direction, Loan } from './model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;
/** Digits of a computed amount of a coin. */
const amountPlaces = 8;
/** Kept free below a threshold when we name an amount, so that our own rounding cannot carry it across. */
const ratioCushion = decimal('0.000001');

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
 * Where the venue publishes how it values the coin, its brackets are gone through. Where it does not, a loan of that one coin
 * needs no price: its share of the venue's own valuation is taken. In any other loan what is added counts with the average
 * haircut (at most 1), and what is taken counts in full, because its own haircut is not known and might be smaller than the
 * average: the estimate of a reduction errs towards danger.
 */
export function estimateAfter(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Estimate {
  const unknown: Estimate = { ltv: undefined };
  if (definitionsDiffer(loan, prices)) return unknown;
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
 * Whether adding `coin` is estimated with the loan's average haircut, because the venue does not publish how it values this one and
 * its own figures do not tell: then the LTV after may come out higher than estimated.
 */
export function assumesHaircut(loan: Loan, coin: string): boolean {
  const alone = loan.collateral.length === 1 && loan.collateral[0]?.coin === coin;
  return loan.collateralValuation === 'adjusted' && loan.haircuts?.[coin] === undefined && !alone;
}

/**
 * The most of `coin` that can be taken while our estimate stays below `ceiling`, with a cushion of a millionth of LTV.
 * @returns an amount of at most 8 decimals, rounded down, zero when nothing can be taken; undefined when it cannot be told.
 */
export function largestReduction(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>, ceiling: Decimal): Decimal | undefined {
  const ltv = credibleLtv(loan);
  const { collateralUsd } = loan;
  const target = subtract(ceiling, ratioCushion);
  if (definitionsDiffer(loan, prices)) return undefined;
  if (ltv === undefined || collateralUsd === undefined || !isPositive(target)) return undefined;
  const pledged = loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;
  const spare = subtract(collateralUsd, divide(multiply(ltv, collateralUsd), target, ratioPlaces, 'up'));
  if (!isPositive(spare) || !isPositive(pledged)) return zero;
  const published = publishedRule(loan, coin, prices);
  if (published !== undefined) {
    const most = amountToTake(published.rule, pledged, published.price, spare, amountPlaces);
    // All of it only where the last of the loan's collateral does not leave with it.
    return compare(most, pledged) < 0 || loan.collateral.length > 1 ? most : zero;
  }
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
  const published = publishedRule(loan, coin, prices);
  if (published !== undefined) {
    const held = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
    const then = direction === 'add' ? add(held, amount) : subtract(held, amount);
    if (isNegative(then)) return undefined;
    const { rule, price } = published;
    return absolute(subtract(collateralValue(rule, then, price), collateralValue(rule, held, price)));
  }
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

/** How the venue values the coin, where it publishes that and a price is known. */
function publishedRule(
  loan: Loan,
  coin: string,
  prices: ReadonlyMap<string, Decimal>,
): { readonly rule: HaircutRule; readonly price: Decimal } | undefined {
  const rule = loan.haircuts?.[coin];
  const price = prices.get(coin);
  return rule === undefined || price === undefined || !isPositive(price) ? undefined : { rule, price };
}

/** Whether the venue's published rules and today's prices do not give its own LTV: then nothing we compute from them can be believed. */
const definitionsDiffer = (loan: Loan, prices: ReadonlyMap<string, Decimal>): boolean =>
  loan.haircuts !== undefined && modelOf(loan, prices) === 'definitions';
