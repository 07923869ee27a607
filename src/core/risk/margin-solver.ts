import { add, amountOf, compare, isPositive, lastThatFits, lesser, stepsIn, subtract, zero, type Decimal } from '../decimal.ts';
import type { Direction, Position } from '../model.ts';
import {
  distanceToLiquidation,
  effectiveLeverage,
  estimateMarginChange,
  largestMarginReduction,
  type MarginEstimate,
} from './position-model.ts';

/**
 * What is wanted of a position: its liquidation price at a price, in the coin of the prices, or so far from the mark price, as a
 * fraction; or a leverage in fact, as `effectiveLeverage` has it, of at most so much.
 */
export type MarginAim =
  | { readonly by: 'price'; /** Above zero. */ readonly price: Decimal }
  | { readonly by: 'distance'; readonly distance: Decimal }
  | { readonly by: 'leverage'; /** Above zero. */ readonly leverage: Decimal };

/** What a change of margin can be made of, in the margin coin. */
export interface MarginMeans {
  /** In the wallet margin comes from. */
  readonly available: Decimal;
  /** The most that may be taken out. Absent when it cannot be told. */
  readonly reducible?: Decimal;
  /** Decimals of the venue's grid of amounts. */
  readonly places: number;
}

/** One change of margin and what our estimate makes of it. */
export interface MarginWay {
  readonly direction: Direction;
  /** On the venue's grid, above zero: what is added is rounded up, what is taken out down. */
  readonly amount: Decimal;
  readonly after: MarginEstimate;
  readonly walletAfter: Decimal;
}

/**
 * Why an aim is not reached:
 * - `unknown` what is wanted cannot be estimated after a change, or the liquidation price after taking margin out cannot
 * - `wallet` the wallet does not hold enough; `needed` says how much it takes, where that is known
 * - `limit` not so much may be taken out now
 * - `cushion` too little distance would be left (`leastDistanceLeft`)
 * - `unclear` how much may be taken out cannot be told now
 * - `distress` the venue is acting on the position by itself
 */
export type MarginReason = 'unknown' | 'wallet' | 'limit' | 'cushion' | 'unclear' | 'distress';

export type MarginAnswer =
  /** Already as wanted, and not one step of the grid can be taken without missing it. */
  | { readonly state: 'there' }
  | { readonly state: 'way'; readonly way: MarginWay }
  | {
      readonly state: 'deadEnd';
      readonly direction: Direction;
      readonly reason: MarginReason;
      readonly needed?: Decimal;
      /** The farthest that is possible. Absent when nothing is. */
      readonly nearest?: MarginWay;
    };

/** Each try is so many times the one before, until one is enough or there were too many. */
const growth = 16n;
const mostTries = 40;

/**
 * The inverse of `estimateMarginChange`: the smallest amount to add, or the largest to take out, with which the estimated
 * liquidation price is at least as far from the mark price as wanted, or the estimated leverage in fact at most as high. An estimate
 * like that one, erring towards danger.
 */
export function marginFor(position: Position, aim: MarginAim, means: MarginMeans): MarginAnswer {
  const enough = (estimate: MarginEstimate): boolean => isEnough(position, aim, estimate);
  const now = presentFigures(position);
  if (aim.by !== 'leverage' && now.distance === undefined) return { state: 'deadEnd', direction: 'add', reason: 'unknown' };
  return enough(now) ? taking(position, aim, means, enough) : adding(position, aim, means, enough);
}

type Enough = (estimate: MarginEstimate) => boolean;

function presentFigures(position: Position): MarginEstimate {
  const { liquidationPrice } = position;
  const distance = distanceToLiquidation(position);
  const leverage = effectiveLeverage(position);
  return {
    ...(leverage === undefined ? {} : { leverage }),
    ...(liquidationPrice === undefined || distance === undefined ? {} : { liquidationPrice, distance }),
  };
}

function isEnough({ side }: Position, aim: MarginAim, { liquidationPrice, distance, leverage, unreachable }: MarginEstimate): boolean {
  // Leverage counts what is there now, so it says nothing of it that no price would liquidate.
  if (aim.by === 'leverage') return leverage !== undefined && compare(leverage, aim.leverage) <= 0;
  if (unreachable === true) return true;
  if (aim.by === 'distance') return distance !== undefined && compare(distance, aim.distance) >= 0;
  if (liquidationPrice === undefined) return false;
  return compare(liquidationPrice, aim.price) * (side === 'long' ? 1 : -1) <= 0;
}

/** Whether enough margin would make known what is wanted: of a loss that eats up all margin leverage is told only then. */
function isTold(aim: MarginAim, { liquidationPrice, unreachable, leverage }: MarginEstimate): boolean {
  return aim.by === 'leverage' ? leverage !== undefined : liquidationPrice !== undefined || unreachable === true;
}

function adding(position: Position, aim: MarginAim, means: MarginMeans, enough: Enough): MarginAnswer {
  const { available, places } = means;
  const estimate = (steps: bigint): MarginEstimate => estimateMarginChange(position, 'add', amountOf(steps, places));
  let most = 1n;
  for (let tries = 0; tries < mostTries && !enough(estimate(most)); tries += 1) most *= growth;
  if (!isTold(aim, estimate(most))) return { state: 'deadEnd', direction: 'add', reason: 'unknown' };
  // The more is added the farther liquidation is, and the lower leverage: the first that is enough comes after the last that is not.
  const needed = enough(estimate(most)) ? lastThatFits(most, (steps) => !enough(estimate(steps))) + 1n : undefined;
  const held = isPositive(available) ? stepsIn(available, places) : 0n;
  if (needed !== undefined && needed <= held) return { state: 'way', way: wayOf(position, 'add', amountOf(needed, places), available) };
  return {
    state: 'deadEnd',
    direction: 'add',
    reason: 'wallet',
    ...(needed === undefined ? {} : { needed: amountOf(needed, places) }),
    ...(held > 0n ? { nearest: wayOf(position, 'add', amountOf(held, places), available) } : {}),
  };
}

function taking(position: Position, aim: MarginAim, { available, reducible, places }: MarginMeans, enough: Enough): MarginAnswer {
  const { margin } = position;
  const deadEnd = (reason: MarginReason, nearest?: Decimal): MarginAnswer => ({
    state: 'deadEnd',
    direction: 'reduce',
    reason,
    ...(nearest === undefined || !isPositive(nearest) ? {} : { nearest: wayOf(position, 'reduce', nearest, available) }),
  });
  if (position.distress !== undefined) return deadEnd('distress');
  if (margin === undefined) return deadEnd('unknown');
  const kept = largestMarginReduction(position, margin, places);
  if (kept === undefined && aim.by !== 'leverage') return deadEnd('unknown');
  const fits = (steps: bigint): boolean => enough(estimateMarginChange(position, 'reduce', amountOf(steps, places)));
  const wanted = isPositive(margin) ? amountOf(lastThatFits(stepsIn(margin, places), fits), places) : zero;
  if (!isPositive(wanted)) return { state: 'there' };
  if (kept === undefined) return deadEnd('unknown');
  if (reducible === undefined) return deadEnd('unclear');
  const allowed = amountOf(stepsIn(isPositive(reducible) ? lesser(reducible, margin) : zero, places), places);
  const most = lesser(kept, allowed);
  if (compare(wanted, most) <= 0) return { state: 'way', way: wayOf(position, 'reduce', wanted, available) };
  return deadEnd(compare(allowed, kept) <= 0 ? 'limit' : 'cushion', most);
}

function wayOf(position: Position, direction: Direction, amount: Decimal, available: Decimal): MarginWay {
  return {
    direction,
    amount,
    after: estimateMarginChange(position, direction, amount),
    walletAfter: direction === 'add' ? subtract(available, amount) : add(available, amount),
  };
}
