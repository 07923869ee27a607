import { madeOnce } from '../kept.ts';
import {
  add,
  compare,
  divide,
  exact,
  isPositive,
  isZero,
  minus,
  multiply,
  nothing,
  one,
  order,
  plain,
  plus,
  ratioOf,
  round,
  subtract,
  times,
  zero,
  type Decimal,
  type Exact,
  type Ratio,
} from '../decimal.ts';
import type { HaircutRule } from '../model.ts';

/** One rate for every amount. */
export const flatRule = (rate: Decimal): HaircutRule => ({ by: 'amount', tiers: [{ rate }] });

/** Digits of a price or factor that was found by division. */
const factorPlaces = 18;

interface Bracket {
  readonly from: Decimal;
  readonly to: Decimal | undefined;
  readonly rate: Decimal;
}

function brackets({ tiers }: HaircutRule): readonly Bracket[] {
  let from = zero;
  return tiers.map(({ upTo, rate }) => {
    const bracket = { from, to: upTo, rate };
    from = upTo ?? from;
    return bracket;
  });
}

interface ExactBracket {
  readonly from: Exact;
  readonly to: Exact | undefined;
  readonly rate: Exact;
}

// A rule is used for every move of prices.
const exactBrackets = madeOnce((rule: HaircutRule): readonly ExactBracket[] =>
  brackets(rule).map(({ from, to, rate }) => ({ from: exact(from), to: to === undefined ? to : exact(to), rate: exact(rate) })),
);

/** What counts of `measure` (USD or coins): the sum over the brackets of the part inside times the rate. */
function counted(rule: HaircutRule, measure: Exact): Exact {
  let total = nothing;
  for (const { from, to, rate } of exactBrackets(rule)) {
    if (order(measure, from) <= 0) break;
    const end = to === undefined || order(measure, to) <= 0 ? measure : to;
    total = plus(total, times(minus(end, from), rate));
  }
  return total;
}

/**
 * What `amount` of a coin counts for as collateral, in USD. Exact.
 * @param amount in the coin, zero or more
 * @param price USD for one coin
 */
export function collateralValue(rule: HaircutRule, amount: Decimal, price: Decimal): Decimal {
  return plain(exactValue(rule, exact(amount), exact(price)));
}

/** The same of what is read already. */
export const exactValue = (rule: HaircutRule, amount: Exact, price: Exact): Exact =>
  rule.by === 'value' ? counted(rule, times(amount, price)) : times(counted(rule, amount), price);

/** The edges of a rule between zero and its end, in its measure. */
export function edges(rule: HaircutRule): readonly Decimal[] {
  return rule.tiers.map(({ upTo }) => upTo).filter((edge) => edge !== undefined);
}

/**
 * The least amount of a coin that counts for `wanted` USD, as an exact fraction, since the caller rounds once.
 * @returns undefined when no amount counts for that much.
 */
function amountWorth(rule: HaircutRule, wanted: Ratio, price: Decimal): Ratio | undefined {
  // USD of one unit of the measure.
  const unit = rule.by === 'value' ? one : price;
  let total = zero;
  for (const { from, to, rate } of brackets(rule)) {
    const missing = subtract(wanted.of, multiply(total, wanted.by));
    const whole = to === undefined ? undefined : multiply(multiply(subtract(to, from), rate), unit);
    if (isPositive(rate) && (whole === undefined || compare(missing, multiply(whole, wanted.by)) <= 0)) {
      // The edge below it, and what is missing over what a coin counts for in this bracket.
      const edge = multiply(multiply(multiply(from, unit), rate), wanted.by);
      return { of: add(edge, missing), by: multiply(multiply(rate, price), wanted.by) };
    }
    total = add(total, whole ?? zero);
  }
  return undefined;
}

/**
 * How much of a coin has to be added to `held` so that it counts for `more` USD more. Exact, rounded up once, to `places`
 * decimals: it is enough, and a step less is not.
 * @returns undefined when no amount does, because the brackets end before.
 */
export function amountToAdd(rule: HaircutRule, held: Decimal, price: Decimal, more: Decimal | Ratio, places: number): Decimal | undefined {
  if (!isPositive(price)) return undefined;
  const { of, by } = ratioOf(more);
  if (!isPositive(of)) return zero;
  const least = amountWorth(rule, { of: add(multiply(collateralValue(rule, held, price), by), of), by }, price);
  return least === undefined ? undefined : divide(subtract(least.of, multiply(held, least.by)), least.by, places, 'up');
}

/**
 * How much of a coin can be taken from `held` so that it counts for at most `less` USD less. Exact, rounded down once, to
 * `places` decimals: a step more would be too much, or more than is held.
 */
export function amountToTake(rule: HaircutRule, held: Decimal, price: Decimal, less: Decimal | Ratio, places: number): Decimal {
  const { of, by } = ratioOf(less);
  if (!isPositive(price) || !isPositive(of)) return zero;
  const floor = subtract(multiply(collateralValue(rule, held, price), by), of);
  const least = isPositive(floor) ? amountWorth(rule, { of: floor, by }, price) : undefined;
  if (least === undefined) return round(held, places, 'down');
  return divide(subtract(multiply(held, least.by), least.of), least.by, places, 'down');
}

/**
 * A rule recovered from a venue's own valuation, where its table is not published: one rate for all, the adjusted value over the raw one. Right
 * for one coin as long as its amount stays in its bracket; an average for several.
 * @returns undefined when the raw value is zero.
 */
export function recoveredRule(adjustedUsd: Decimal, rawUsd: Decimal): HaircutRule | undefined {
  return isZero(rawUsd) || !isPositive(rawUsd) ? undefined : flatRule(divide(adjustedUsd, rawUsd, factorPlaces, 'down'));
}
