import { add, compare, divide, greater, isPositive, isZero, lesser, multiply, one, subtract, zero, type Decimal } from './decimal.ts';

/** One bracket of a haircut rule. */
export interface Tier {
  /** Where the bracket ends, in the measure of its rule. Absent on a last bracket without an end. */
  readonly upTo?: Decimal;
  /** The part of the value in this bracket that counts as collateral: 0.8 is a haircut of 20 %. */
  readonly rate: Decimal;
}

/**
 * How a venue values one collateral coin. Brackets work like those of an income tax: each rate holds for the part inside its
 * bracket only, and what lies beyond the last bracket does not count at all.
 * - `value`: brackets in USD (Bybit, https://bybit-exchange.github.io/docs/v5/new-crypto-loan/collateral-coin)
 * - `amount`: brackets in the coin (OKX, https://www.okx.com/docs-v5/en/#public-data-rest-api-get-discount-rate-and-interest-free-quota)
 */
export interface HaircutRule {
  readonly by: 'value' | 'amount';
  /** Ascending. */
  readonly tiers: readonly Tier[];
  /** Not as published: it comes from the venue's own valuation of what is held, with which the published rule does not agree. */
  readonly recovered?: true;
}

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

/** What counts of `measure` (USD or coins): the sum over the brackets of the part inside times the rate. Exact. */
function counted(rule: HaircutRule, measure: Decimal): Decimal {
  let total = zero;
  for (const { from, to, rate } of brackets(rule)) {
    if (compare(measure, from) <= 0) break;
    const end = to === undefined ? measure : lesser(measure, to);
    total = add(total, multiply(subtract(end, from), rate));
  }
  return total;
}

/**
 * What `amount` of a coin counts for as collateral, in USD. Exact.
 * @param amount in the coin, zero or more
 * @param price USD for one coin
 */
export function collateralValue(rule: HaircutRule, amount: Decimal, price: Decimal): Decimal {
  return rule.by === 'value' ? counted(rule, multiply(amount, price)) : multiply(counted(rule, amount), price);
}

/** The edges of a rule between zero and its end, in its measure. */
export function edges(rule: HaircutRule): readonly Decimal[] {
  return rule.tiers.map(({ upTo }) => upTo).filter((edge) => edge !== undefined);
}

/**
 * The least measure that counts for `wanted`, rounded up.
 * @returns undefined when no measure counts for so much.
 */
function measureFor(rule: HaircutRule, wanted: Decimal, places: number): Decimal | undefined {
  if (!isPositive(wanted)) return zero;
  let total = zero;
  for (const { from, to, rate } of brackets(rule)) {
    const missing = subtract(wanted, total);
    if (isPositive(rate)) {
      const end = add(from, divide(missing, rate, places, 'up'));
      if (to === undefined || compare(end, to) <= 0) return end;
      total = add(total, multiply(subtract(to, from), rate));
      if (compare(total, wanted) >= 0) return to;
    }
  }
  return undefined;
}

/**
 * How much of a coin has to be added to `held` so that it counts for `more` USD more. Rounded up to `places` decimals.
 * @returns undefined when no amount does, because the brackets end before.
 */
export function amountToAdd(rule: HaircutRule, held: Decimal, price: Decimal, more: Decimal, places: number): Decimal | undefined {
  if (!isPositive(price)) return undefined;
  if (!isPositive(more)) return zero;
  const wanted = add(collateralValue(rule, held, price), more);
  const amount = amountWorth(rule, wanted, price, places + 4);
  if (amount === undefined) return undefined;
  return divide(greater(subtract(amount, held), zero), one, places, 'up');
}

/**
 * How much of a coin can be taken from `held` so that it counts for at most `less` USD less. Rounded down to `places` decimals,
 * never more than is held.
 */
export function amountToTake(rule: HaircutRule, held: Decimal, price: Decimal, less: Decimal, places: number): Decimal {
  if (!isPositive(price) || !isPositive(less)) return zero;
  const floor = subtract(collateralValue(rule, held, price), less);
  if (!isPositive(floor)) return divide(held, one, places, 'down');
  const keep = amountWorth(rule, floor, price, places + 4) ?? held;
  return divide(greater(subtract(held, keep), zero), one, places, 'down');
}

/** The least amount that counts for `wanted` USD, rounded up. */
function amountWorth(rule: HaircutRule, wanted: Decimal, price: Decimal, places: number): Decimal | undefined {
  if (rule.by === 'value') {
    const usd = measureFor(rule, wanted, factorPlaces);
    return usd === undefined ? undefined : divide(usd, price, places, 'up');
  }
  return measureFor(rule, divide(wanted, price, factorPlaces, 'up'), places);
}

/**
 * A rule as it can be recovered from a venue's own valuation where its table is not published: one rate for all, the adjusted
 * value over the raw one. Right for one coin as long as its amount stays in its bracket; an average for several.
 * @returns undefined when the raw value is zero.
 */
export function recoveredRule(adjustedUsd: Decimal, rawUsd: Decimal): HaircutRule | undefined {
  return isZero(rawUsd) || !isPositive(rawUsd) ? undefined : flatRule(divide(adjustedUsd, rawUsd, factorPlaces, 'down'));
}
