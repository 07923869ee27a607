import {
  add,
  compare,
  decimal,
  decimalPlaces,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  multiply,
  round,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import { amountOf, dayMs, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';
import { collateralPlaces, findCoin, legacyLtv, poolLtv, type Coin } from './coins.ts';
import type { FixedDebt, LegacyOrder, Pool, WorldState } from './state.ts';

/** Printed digits: a ratio of the pool has 6, one of an older order 4, a value in USD 2. */
const poolRatioPlaces = 6;
const legacyRatioPlaces = 4;
const usdPlaces = 2;
/** Digits kept while going back from a value to an amount. */
const workPlaces = 30;

/** Without zeros at the end, as the API prints. */
export function trimmed(value: Decimal): Decimal {
  return decimalPlaces(value) === 0 ? value : decimal(value.replace(/\.?0+$/, ''));
}

/** A value in USD as the API prints it: cents, the rest cut off. */
export function printedUsd(value: Decimal): Decimal {
  return trimmed(round(value, usdPlaces, 'down'));
}

/** What counts of a value in USD: like tax brackets, each ratio holds for the part of the value inside its bracket. */
export function countedUsd(coin: Coin, usd: Decimal): Decimal {
  const { brackets = [] } = coin;
  return sum(
    brackets.map(({ aboveUsd, ratio }, index) => {
      const next = brackets[index + 1]?.aboveUsd;
      const upTo = next === undefined ? usd : lesser(usd, next);
      return multiply(greater(subtract(upTo, aboveUsd), zero), ratio);
    }),
  );
}

/** The value in USD of which `counted` counts. The inverse of `countedUsd`, rounded up at `workPlaces`. */
function usdThatCounts(coin: Coin, counted: Decimal): Decimal {
  const { brackets = [] } = coin;
  let left = counted;
  for (const [index, { aboveUsd, ratio }] of brackets.entries()) {
    const next = brackets[index + 1]?.aboveUsd;
    const whole = next === undefined ? undefined : multiply(subtract(next, aboveUsd), ratio);
    if (whole === undefined || compare(left, whole) <= 0) return add(aboveUsd, divide(left, ratio, workPlaces, 'up'));
    left = subtract(left, whole);
  }
  return zero;
}

/** What counts of an amount of collateral, in USD. */
export function collateralUsd({ ccy, amt }: Holding, market: Market): Decimal {
  const coin = findCoin(ccy);
  return coin === undefined ? zero : countedUsd(coin, multiply(amt, market.price(ccy)));
}

/** What is owed flexibly in `ccy`, interest included. */
export function flexibleDebt(pool: Pool, ccy: string): Decimal {
  return sum(pool.flexible.filter((one) => one.ccy === ccy).map(({ principal, interest }) => add(principal, interest)));
}

/** What is owed in fixed contracts in `ccy`, penalties included. */
export function fixedDebt(pool: Pool, ccy: string): Decimal {
  return sum(pool.fixed.filter((one) => one.ccy === ccy).map(({ principal, penalty }) => add(principal, penalty)));
}

/** The coins that anything is owed in, in the order they were borrowed. */
export function debtCoins(pool: Pool): string[] {
  const open = pool.fixed.filter(({ principal, penalty }) => isPositive(add(principal, penalty)));
  return [...new Set([...pool.flexible, ...open].map(({ ccy }) => ccy))];
}

/** Everything owed, in USD, to the last digit. */
export function poolDebtUsd(pool: Pool, market: Market): Decimal {
  return sum(debtCoins(pool).map((ccy) => multiply(add(flexibleDebt(pool, ccy), fixedDebt(pool, ccy)), market.price(ccy))));
}

/** Everything that counts as collateral, in USD, to the last digit. */
export function poolCollateralUsd(pool: Pick<Pool, 'collateral'>, market: Market): Decimal {
  return sum(pool.collateral.map((one) => collateralUsd(one, market)));
}

/** LTV of the pool, a fraction rounded up at 6 decimals. Zero without any debt or any collateral. */
export function currentPoolLtv(pool: Pool, market: Market): Decimal {
  const collateral = poolCollateralUsd(pool, market);
  return isZero(collateral) ? zero : trimmed(divide(poolDebtUsd(pool, market), collateral, poolRatioPlaces, 'up'));
}

/** The most of `ccy` that may leave the pool: up to the margin call, rounded down at the digits an amount may have. */
export function maxFromPool(pool: Pool, ccy: string, market: Market): Decimal {
  const coin = findCoin(ccy);
  const held = amountOf(pool.collateral, ccy);
  if (coin === undefined || isZero(held)) return zero;
  const needed = divide(poolDebtUsd(pool, market), poolLtv.marginCall, workPlaces, 'up');
  const others = poolCollateralUsd({ collateral: pool.collateral.filter((one) => one.ccy !== ccy) }, market);
  const lacking = greater(subtract(needed, others), zero);
  const stays = divide(usdThatCounts(coin, lacking), market.price(ccy), collateralPlaces, 'up');
  return greater(trimmed(round(subtract(held, stays), collateralPlaces, 'down')), zero);
}

/** What else could be borrowed in `ccy` against the pool and `more`, up to the initial LTV; zero where it cannot be borrowed. */
export function maxLoan(pool: Pool, ccy: string, more: readonly Holding[], market: Market): Decimal {
  const borrow = findCoin(ccy)?.borrow;
  if (borrow === undefined) return zero;
  const names = [...new Set([...pool.collateral, ...more].map((one) => one.ccy))];
  const collateral = names.map((name) => ({ ccy: name, amt: add(amountOf(pool.collateral, name), sum(amountsOf(more, name))) }));
  const room = subtract(multiply(poolCollateralUsd({ collateral }, market), poolLtv.initial), poolDebtUsd(pool, market));
  if (!isPositive(room)) return zero;
  return trimmed(lesser(divide(room, market.price(ccy), borrow.places, 'down'), remainingQuota(pool, ccy)));
}

function amountsOf(holdings: readonly Holding[], ccy: string): Decimal[] {
  return holdings.filter((one) => one.ccy === ccy).map(({ amt }) => amt);
}

/** What one user may still owe of `ccy`; zero where it cannot be borrowed. */
export function remainingQuota(pool: Pool, ccy: string): Decimal {
  const quota = findCoin(ccy)?.borrow?.quota ?? zero;
  return greater(subtract(quota, add(flexibleDebt(pool, ccy), fixedDebt(pool, ccy))), zero);
}

/** Everything owed on an order of the older loan, in its coin. */
export function legacyDebt({ loan, interest }: LegacyOrder): Decimal {
  return add(loan.amt, interest);
}

/** LTV of an older order: no brackets, rounded up at 4 decimals. Zero without collateral. */
export function currentLegacyLtv(order: LegacyOrder, market: Market): Decimal {
  const collateral = multiply(order.collateral.amt, market.price(order.collateral.ccy));
  if (isZero(collateral)) return zero;
  return trimmed(divide(multiply(legacyDebt(order), market.price(order.loan.ccy)), collateral, legacyRatioPlaces, 'up'));
}

/** The most collateral that may leave an older order: up to its initial LTV. */
export function maxFromLegacy(order: LegacyOrder, market: Market): Decimal {
  const { ccy, amt } = order.collateral;
  const needed = divide(multiply(legacyDebt(order), market.price(order.loan.ccy)), legacyLtv.initial, workPlaces, 'up');
  const stays = divide(needed, market.price(ccy), collateralPlaces, 'up');
  return greater(trimmed(round(subtract(amt, stays), collateralPlaces, 'down')), zero);
}

const interestPlaces = 8;
/** Interest of a contract that is overdue, over its usual one. */
const penaltyFactor = decimal('3');
const hoursPerYear = decimal('8760');

/** When a fixed contract is to be paid back. Milliseconds since the Unix epoch. */
export function dueAt({ borrowedAt, termDays }: FixedDebt): number {
  return borrowedAt + termDays * dayMs;
}

/** What the interest of the hour before `at` makes of the debts: flexible and older ones grow, fixed ones only when overdue. */
export function accrued({ pool, legacyOrders }: Pick<WorldState, 'pool' | 'legacyOrders'>, at: number) {
  return {
    pool: {
      ...pool,
      flexible: pool.flexible.map((debt) => {
        const rate = findCoin(debt.ccy)?.borrow?.hourlyRate ?? decimal('0');
        return { ...debt, interest: add(debt.interest, oneHour(debt.principal, rate)) };
      }),
      fixed: pool.fixed.map((debt) => {
        if (dueAt(debt) >= at) return debt;
        const rate = divide(multiply(debt.annualRate, penaltyFactor), hoursPerYear, 18, 'up');
        return { ...debt, penalty: add(debt.penalty, oneHour(debt.principal, rate)) };
      }),
    },
    legacyOrders: legacyOrders.map((order) => ({ ...order, interest: add(order.interest, oneHour(order.loan.amt, order.hourlyRate)) })),
  };
}

/** Against the borrower: rounded up at 8 decimals. */
function oneHour(principal: Decimal, hourlyRate: Decimal): Decimal {
  const exact = multiply(principal, hourlyRate);
  return divide(exact, decimal('1'), interestPlaces, 'up');
}
