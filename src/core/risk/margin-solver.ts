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
 * A target for a position: its liquidation price, in the coin of the prices; its distance from the mark price, as a fraction; or the most
 * effective leverage, as by `effectiveLeverage`.
 */
export type MarginAim =
  | { readonly by: 'price'; /** Above zero. */ readonly price: Decimal }
  | { readonly by: 'distance'; readonly distance: Decimal }
  | { readonly by: 'leverage'; /** Above zero. */ readonly leverage: Decimal };

/** What a change of margin can be made of, in the margin coin. */
export interface MarginMeans {
  /** In the wallet margin comes from. */
  readonly available: Decimal;
  /** The most that may be taken out. Absent when unknown. */
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
 * - `unknown` the target figure, or the liquidation price after a removal, can't be estimated
 * - `wallet` the wallet does not hold enough; `needed` says how much it takes, where that is known
 * - `limit` the venue doesn't allow that much to be taken out now
 * - `cushion` too little distance would be left (`leastDistanceLeft`)
 * - `unclear` how much may be taken out is unknown now
 * - `distress` the venue is acting on the position
 */
export type MarginReason = 'unknown' | 'wallet' | 'limit' | 'cushion' | 'unclear' | 'distress';

export type MarginAnswer =
  /** Already at the target, and removing one step of the grid would miss it. */
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

/** Each try is this many times the last one, until one is enough or there were too many. */
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
  // Leverage is by the present margin, so it is unaffected when no price liquidates.
  if (aim.by === 'leverage') return leverage !== undefined && compare(leverage, aim.leverage) <= 0;
  if (unreachable === true) return true;
  if (aim.by === 'distance') return distance !== undefined && compare(distance, aim.distance) >= 0;
  if (liquidationPrice === undefined) return false;
  return compare(liquidationPrice, aim.price) * (side === 'long' ? 1 : -1) <= 0;
}

/** Whether more margin makes the target figure known: leverage is undefined while a loss exceeds all margin. */
function isTold(aim: MarginAim, { liquidationPrice, unreachable, leverage }: MarginEstimate): boolean {
  return aim.by === 'leverage' ? leverage !== undefined : liquidationPrice !== undefined || unreachable === true;
}

function adding(position: Position, aim: MarginAim, means: MarginMeans, enough: Enough): MarginAnswer {
  const { available, places } = means;
  const estimate = (steps: bigint): MarginEstimate => estimateMarginChange(position, 'add', amountOf(steps, places));
  let most = 1n;
  for (let tries = 0; tries < mostTries && !enough(estimate(most)); tries += 1) most *= growth;
  if (!isTold(aim, estimate(most))) return { state: 'deadEnd', direction: 'add', reason: 'unknown' };
  // More margin means more distance and less leverage, so the first amount that is enough follows the last that isn't.
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
