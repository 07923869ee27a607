import {
  add,
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  one,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import { knownCoin, type Coin } from './coins.ts';
import { amountOf, changed, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';

/** What a loan consists of. */
export interface Position {
  readonly debts: readonly Holding[];
  readonly collateral: readonly Holding[];
}

/** Printed digits: a ratio has 4, a value in USD 8, an amount that is a limit 8. */
const ratioPlaces = 4;
const usdPlaces = 8;
const amountPlaces = 8;
/** Digits kept while going back from a value to an amount. */
const workPlaces = 30;

/**
 * Coins that count, after the discount table: like tax brackets, each tier's rate holds for the part of the amount inside it.
 * In coin units, so that a move of the price does not move the discount.
 */
export function discountedAmount(coin: Coin, amt: Decimal): Decimal {
  return sum(
    coin.tiers.map(({ above, rate }, index) => {
      const next = coin.tiers[index + 1]?.above;
      const upTo = next === undefined ? amt : lesser(amt, next);
      return multiply(greater(subtract(upTo, above), zero), rate);
    }),
  );
}

/** How many coins it takes until `discounted` of them count. The inverse of `discountedAmount`, rounded up at `workPlaces`. */
function amountThatCounts(coin: Coin, discounted: Decimal): Decimal {
  let left = discounted;
  for (const [index, { above, rate }] of coin.tiers.entries()) {
    const next = coin.tiers[index + 1]?.above;
    const whole = next === undefined ? undefined : multiply(subtract(next, above), rate);
    if (whole === undefined || compare(left, whole) <= 0) return add(above, divide(left, rate, workPlaces, 'up'));
    left = subtract(left, whole);
  }
  return zero;
}

/** Collateral in USD after discount. */
export function adjustedUsd(collateral: readonly Holding[], market: Market): Decimal {
  return sum(collateral.map(({ ccy, amt }) => multiply(discountedAmount(knownCoin(ccy), amt), market.price(ccy))));
}

/** Value in USD at the index price. */
export function rawUsd(holdings: readonly Holding[], market: Market): Decimal {
  return sum(holdings.map(({ ccy, amt }) => multiply(amt, market.price(ccy))));
}

type ThresholdName = 'marginCallLtv' | 'liqLtv';

/** The most debt, in USD, that this collateral carries up to a threshold: each coin's own LTV on its own adjusted value. */
function carries(collateral: readonly Holding[], name: ThresholdName, market: Market): Decimal {
  return sum(collateral.map((one) => multiply(adjustedUsd([one], market), knownCoin(one.ccy)[name])));
}

/** Debt over collateral, both in USD, rounded up; undefined without collateral. */
function ratio(part: Decimal, whole: Decimal): Decimal | undefined {
  return isPositive(whole) ? divide(part, whole, ratioPlaces, 'up') : undefined;
}

/** The figures of one loan as the API prints them; an undefined one is printed as `""`. */
export interface Valuation {
  readonly loanUsd: Decimal;
  readonly collateralUsd: Decimal;
  readonly curLtv: Decimal | undefined;
  readonly marginCallLtv: Decimal | undefined;
  readonly liqLtv: Decimal | undefined;
  readonly risk: { readonly instId: string; readonly liqPx: Decimal } | undefined;
}

/**
 * Values a loan. Thresholds are the mean of the coins' own, weighted by adjusted value; all ratios are rounded up alike, so that
 * "at or below" holds for the printed figures whenever it holds for the exact ones.
 */
export function valuate(position: Position, market: Market): Valuation {
  const loanUsd = rawUsd(position.debts, market);
  const collateralUsd = adjustedUsd(position.collateral, market);
  return {
    loanUsd: round(loanUsd, usdPlaces, 'up'),
    collateralUsd: round(collateralUsd, usdPlaces, 'down'),
    curLtv: ratio(loanUsd, collateralUsd),
    marginCallLtv: ratio(carries(position.collateral, 'marginCallLtv', market), collateralUsd),
    liqLtv: ratio(carries(position.collateral, 'liqLtv', market), collateralUsd),
    risk: riskWarning(position),
  };
}

/** Liquidation price, given only for one collateral coin against one loan coin; in the loan coin, rounded up, towards danger. */
function riskWarning({ debts, collateral }: Position): Valuation['risk'] {
  const [debt, ...otherDebts] = debts;
  const [pledged, ...otherPledged] = collateral;
  if (debt === undefined || pledged === undefined || otherDebts.length > 0 || otherPledged.length > 0) return undefined;
  if (isZero(debt.amt)) return undefined;
  const coin = knownCoin(pledged.ccy);
  const atLine = multiply(discountedAmount(coin, pledged.amt), coin.liqLtv);
  return { instId: `${pledged.ccy}-${debt.ccy}`, liqPx: divide(debt.amt, atLine, coin.pricePlaces, 'up') };
}

/** What stays of a coin must be worth at least this many USD, or nothing of it. */
export const smallestRemainderUsd = one;

/** Whether `amt` left of a coin is more than nothing and less than the venue keeps. */
export function isDust(ccy: string, amt: Decimal, market: Market): boolean {
  return isPositive(amt) && compare(multiply(amt, market.price(ccy)), smallestRemainderUsd) < 0;
}

/**
 * The most of `ccy` that can be taken out with the LTV afterwards at or below the margin-call LTV afterwards (the thresholds move
 * with the mix), rounded down at 8 decimals. All of it when the rest carries the debt alone. Never negative.
 */
export function maxRedeem(position: Position, ccy: string, market: Market): Decimal {
  const held = amountOf(position.collateral, ccy);
  if (isZero(held)) return zero;
  const coin = knownCoin(ccy);
  const rest = changed(position.collateral, ccy, subtract(zero, held));
  const missing = subtract(rawUsd(position.debts, market), carries(rest, 'marginCallLtv', market));
  if (!isPositive(missing)) return held;
  const mustCount = divide(missing, multiply(market.price(ccy), coin.marginCallLtv), workPlaces, 'up');
  const mustStay = amountThatCounts(coin, mustCount);
  const kept = isDust(ccy, mustStay, market) ? divide(smallestRemainderUsd, market.price(ccy), workPlaces, 'up') : mustStay;
  const free = subtract(held, kept);
  return isPositive(free) ? round(free, amountPlaces, 'down') : zero;
}

/** A new loan may go up to this far below the margin-call line. */
const openingDistance = decimal('0.05');

/**
 * The most more of `borrowCcy` that can be borrowed on a loan with `extra` pledged on top: up to 0.05 below the margin-call LTV,
 * not above what is left of the quota. In the coin, rounded down at 8 decimals, never negative.
 */
export function maxLoan(
  position: Position,
  extra: readonly Holding[],
  borrowCcy: string,
  remainingQuota: Decimal,
  market: Market,
): { readonly maxLoan: Decimal; readonly notionalUsd: Decimal } {
  const collateral = extra.reduce<readonly Holding[]>((all, { ccy, amt }) => changed(all, ccy, amt), position.collateral);
  const line = subtract(carries(collateral, 'marginCallLtv', market), multiply(adjustedUsd(collateral, market), openingDistance));
  const room = greater(subtract(line, rawUsd(position.debts, market)), zero);
  const price = market.price(borrowCcy);
  const most = lesser(divide(room, price, amountPlaces, 'down'), greater(remainingQuota, zero));
  return { maxLoan: most, notionalUsd: round(multiply(most, price), usdPlaces, 'half-up') };
}

const hoursPerYear = decimal('8760');
const interestPlaces = 8;

/** Interest of one hour on a debt at an annual rate, against the borrower: rounded up at 8 decimals. */
export function hourlyInterest(debt: Decimal, rate: Decimal): Decimal {
  return divide(multiply(debt, rate), hoursPerYear, interestPlaces, 'up');
}
