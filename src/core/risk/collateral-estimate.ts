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
  ratioOf,
  subtract,
  sum,
  zero,
  type Decimal,
  type Ratio,
} from '../decimal.ts';
import { amountToTake, collateralValue } from './haircut.ts';
import { collateralOf, modelOf } from './loan-model.ts';
import { credibleLtv } from './ltv.ts';
import type { Direction, Loan, HaircutRule } from '../model.ts';

/** Digits kept in our own ratios; two more than any venue prints. */
const ratioPlaces = 8;
/** Digits of a computed amount of a coin. */
const amountPlaces = 8;
/** Margin kept below a threshold when we suggest an amount, so that rounding can't cross it. */
const ratioCushion = decimal('0.000001');

/**
 * The venue's effective haircut on a whole loan, recovered from its own figures: adjusted value / raw value. An exact fraction.
 * True for one coin; for several, an average. Undefined when a price is missing.
 */
function haircut(loan: Loan, prices: ReadonlyMap<string, Decimal>): Ratio | undefined {
  if (loan.collateralUsd === undefined) return undefined;
  const values: Decimal[] = [];
  for (const { coin, amount } of loan.collateral) {
    const price = prices.get(coin);
    if (price === undefined || !isPositive(price)) return undefined;
    values.push(multiply(amount, price));
  }
  const raw = sum(values);
  return isPositive(raw) ? { of: loan.collateralUsd, by: raw } : undefined;
}

/** Our estimate of a loan after a change of its collateral. Always shown as an estimate. */
export interface Estimate {
  /** Fraction, rounded up. Undefined when unknown. */
  readonly ltv: Decimal | undefined;
}

/**
 * LTV after adding or taking `amount` of `coin`, anchored on the venue's last figure: ltv x collateral value / (collateral value ± amount x price
 * x haircut), as one exact fraction that is rounded once.
 *
 * Where the venue publishes how it values the coin, its brackets are applied. Where it does not, a loan of that one coin needs no price: its
 * share of the venue's own valuation is taken. In any other loan what is added counts with the average haircut (at most 1), and what is taken
 * counts in full, because its own haircut is not known and might be smaller than the average: the estimate of a reduction errs towards danger.
 */
export function estimateAfter(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Estimate {
  const unknown: Estimate = { ltv: undefined };
  if (definitionsDiffer(loan, prices) || isNegative(amount)) return unknown;
  const ltv = credibleLtv(loan);
  const collateral = collateralNow(loan, coin, prices);
  if (ltv === undefined || collateral === undefined || !isPositive(collateral)) return unknown;
  const value = changeInValue(loan, direction, coin, amount, prices);
  if (value === undefined) return unknown;
  const now = multiply(collateral, value.by);
  const after = direction === 'add' ? add(now, value.of) : subtract(now, value.of);
  return isPositive(after) ? { ltv: divide(multiply(ltv, now), after, ratioPlaces, 'up') } : unknown;
}

/**
 * What all collateral counts for. USD. By the published rules if every coin has one: a venue prints its sum to the cent, which is too coarse for
 * a small loan. Otherwise the venue's sum.
 */
function collateralNow(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>): Decimal | undefined {
  const model = publishedRule(loan, coin, prices) === undefined ? undefined : modelOf(loan, prices);
  return model === undefined || typeof model === 'string' || model.haircuts === 'averaged' ? loan.collateralUsd : collateralOf(model);
}

/**
 * Whether adding `coin` is estimated with the loan's average haircut, because neither the venue's published rules nor its figures say how it
 * values this coin: the real LTV may then be higher.
 */
export function assumesHaircut(loan: Loan, coin: string): boolean {
  const alone = loan.collateral.length === 1 && loan.collateral[0]?.coin === coin;
  return loan.collateralValuation === 'adjusted' && loan.haircuts?.[coin] === undefined && !alone;
}

/**
 * The most of `coin` that can be taken while our estimate stays below `ceiling`, with a cushion of a millionth of LTV.
 * @returns an amount of at most 8 decimals, rounded down, zero when nothing can be taken; undefined when unknown.
 */
export function largestReduction(loan: Loan, coin: string, prices: ReadonlyMap<string, Decimal>, ceiling: Decimal): Decimal | undefined {
  const ltv = credibleLtv(loan);
  const collateral = collateralNow(loan, coin, prices);
  const target = subtract(ceiling, ratioCushion);
  if (definitionsDiffer(loan, prices)) return undefined;
  if (ltv === undefined || collateral === undefined || !isPositive(target)) return undefined;
  const pledged = loan.collateral.find((held) => held.coin === coin)?.amount ?? zero;
  const spare: Ratio = { of: multiply(collateral, subtract(target, ltv)), by: target };
  if (!isPositive(spare.of) || !isPositive(pledged)) return zero;
  const published = publishedRule(loan, coin, prices);
  if (published !== undefined) {
    const most = amountToTake(published.rule, pledged, published.price, spare, amountPlaces);
    // All of a coin only if other collateral remains.
    return compare(most, pledged) < 0 || loan.collateral.length > 1 ? most : zero;
  }
  const unit = valueOfOne(loan, 'reduce', coin, prices);
  if (unit === undefined) return undefined;
  return lesser(pledged, divide(multiply(spare.of, unit.by), multiply(spare.by, unit.of), amountPlaces, 'down'));
}

/** How much more or less the loan's collateral counts for. USD. */
function changeInValue(
  loan: Loan,
  direction: Direction,
  coin: string,
  amount: Decimal,
  prices: ReadonlyMap<string, Decimal>,
): Ratio | undefined {
  const published = publishedRule(loan, coin, prices);
  if (published !== undefined) {
    const held = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
    const then = direction === 'add' ? add(held, amount) : subtract(held, amount);
    if (isNegative(then)) return undefined;
    const { rule, price } = published;
    return ratioOf(absolute(subtract(collateralValue(rule, then, price), collateralValue(rule, held, price))));
  }
  const unit = valueOfOne(loan, direction, coin, prices);
  return unit === undefined ? undefined : { of: multiply(amount, unit.of), by: unit.by };
}

/** What one unit of `coin` counts for in the venue's valuation, erring towards danger. Above zero, USD. */
function valueOfOne(loan: Loan, direction: Direction, coin: string, prices: ReadonlyMap<string, Decimal>): Ratio | undefined {
  const [only, ...others] = loan.collateral;
  // With a single coin, all that counts is its own.
  if (only?.coin === coin && others.length === 0 && loan.collateralUsd !== undefined && isPositive(only.amount)) {
    return isPositive(loan.collateralUsd) ? { of: loan.collateralUsd, by: only.amount } : undefined;
  }
  const price = prices.get(coin);
  const average = haircut(loan, prices);
  if (price === undefined || !isPositive(price) || average === undefined) return undefined;
  // An average above 1 means that the venue values the loan higher than our prices do.
  const counts = direction === 'add' ? lesser(average.of, average.by) : greater(average.of, average.by);
  return { of: multiply(price, counts), by: average.by };
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

/** Whether the published rules and today's prices fail to give the venue's own LTV: then nothing computed from them can be trusted. */
const definitionsDiffer = (loan: Loan, prices: ReadonlyMap<string, Decimal>): boolean =>
  loan.haircuts !== undefined && modelOf(loan, prices) === 'definitions';
