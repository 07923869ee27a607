import {
  add,
  amountOf,
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  lastThatFits,
  lesser,
  multiply,
  one,
  ratioOf,
  stepsIn,
  subtract,
  zero,
  type Decimal,
  type Ratio,
} from '../decimal.ts';
import type { Direction, Position } from '../model.ts';

/** Digits kept in our own ratios and, beyond the venue's, in our own prices. */
const places = 8;

/** A credible price, amount or ratio: zero or less means a missing figure. */
export const believed = (price: Decimal | undefined): Decimal | undefined => (price !== undefined && isPositive(price) ? price : undefined);

/**
 * How far the mark price may move against the position until the venue liquidates it, as a fraction of the mark price:
 * long 1 - liquidation / mark, short liquidation / mark - 1. Zero or negative when it is reached. Rounded down, towards danger.
 * @returns undefined when either price is unknown: an empty liquidation price is not a safe one.
 */
export function distanceToLiquidation(
  position: Pick<Position, 'side' | 'markPrice' | 'liquidationPrice'>,
  liquidationPrice: Decimal | undefined = position.liquidationPrice,
): Decimal | undefined {
  const mark = believed(position.markPrice);
  const price = believed(liquidationPrice);
  if (mark === undefined || price === undefined) return undefined;
  return position.side === 'long' ? subtract(one, divide(price, mark, places, 'up')) : subtract(divide(price, mark, places, 'down'), one);
}

/**
 * Effective leverage by mark price, not the leverage set at the venue: the position's value (for borrowed coins, the debt) over the margin after
 * an unrealized loss. An unrealized profit does not count. Rounded up.
 * @returns undefined when unknown, or when nothing is left of the margin
 */
export function effectiveLeverage(position: Position, margin: Decimal | undefined = position.margin): Decimal | undefined {
  const value = exactValue(position);
  if (value === undefined || margin === undefined) return undefined;
  const loss = lesser(position.unrealizedPnl ?? zero, zero);
  const left = add(margin, loss);
  return isPositive(left) ? divide(value.of, multiply(value.by, left), places, 'up') : undefined;
}

/** A position after a change of margin. Always shown as an estimate. */
export interface MarginEstimate {
  /** In the margin coin. Exact. */
  readonly margin?: Decimal;
  readonly leverage?: Decimal;
  /** In the coin of the prices, rounded towards the mark price. */
  readonly liquidationPrice?: Decimal;
  /** With this margin no price liquidates it. */
  readonly unreachable?: true;
  /** From the mark price to `liquidationPrice`, as `distanceToLiquidation` has it. */
  readonly distance?: Decimal;
}

/**
 * The position after adding or taking `amount` of margin, anchored on the venue's own liquidation price. Per contract:
 * - linear: the price moves by amount / exposure, where the maintenance margin stays as it is, or by amount / (exposure x (1 ∓ r)) where it
 *   follows the price, r being its rate. Venues differ, so the more dangerous of the two is used.
 * - inverse: the same for one over the price.
 * - borrowed, with margin in the coin that is held: the price is inversely (long) or directly (short) proportional to the size, because margin is
 *   a part of it. Source: isolated margin in OKX's help centre; reproduces the printed sample of its API.
 *
 * @param amount above zero, in the margin coin
 */
export function estimateMarginChange(position: Position, direction: Direction, amount: Decimal): MarginEstimate {
  const margin =
    position.margin === undefined ? undefined : direction === 'add' ? add(position.margin, amount) : subtract(position.margin, amount);
  const leverage = effectiveLeverage(position, margin);
  const after = liquidationAfter(position, direction, amount);
  const price = after === 'unreachable' ? undefined : after;
  const distance = distanceToLiquidation(position, price);
  return {
    ...(margin === undefined ? {} : { margin }),
    ...(leverage === undefined ? {} : { leverage }),
    ...(price === undefined ? {} : { liquidationPrice: price }),
    ...(after === 'unreachable' ? { unreachable: true } : {}),
    ...(price === undefined || distance === undefined ? {} : { distance }),
  };
}

/** The distance kept between mark price and liquidation price when margin is taken out. Our own choice, not a venue's figure. */
export const leastDistanceLeft = decimal('0.01');

/**
 * The most margin that can be taken while our estimate keeps `leastDistanceLeft` and some margin is left.
 * @param ceiling the most that the venue allows, in the margin coin
 * @param decimals how many the amount may have; it is rounded down to that
 * @returns zero when nothing can be taken; undefined when unknown
 */
export function largestMarginReduction(position: Position, ceiling: Decimal, decimals: number): Decimal | undefined {
  const { margin } = position;
  if (margin === undefined || estimateMarginChange(position, 'reduce', zero).distance === undefined) return undefined;
  const fits = (amount: Decimal): boolean => {
    const after = estimateMarginChange(position, 'reduce', amount);
    return (
      after.margin !== undefined &&
      isPositive(after.margin) &&
      after.distance !== undefined &&
      compare(after.distance, leastDistanceLeft) >= 0
    );
  };
  // Taking more brings liquidation nearer, so bisection finds the last amount that fits.
  const most = stepsIn(lesser(ceiling, margin), decimals);
  return most <= 0n
    ? zero
    : amountOf(
        lastThatFits(most, (steps) => fits(amountOf(steps, decimals))),
        decimals,
      );
}

function liquidationAfter(position: Position, direction: Direction, amount: Decimal): Decimal | 'unreachable' | undefined {
  const now = believed(position.liquidationPrice);
  const exposure = believed(position.exposure);
  if (now === undefined || exposure === undefined) return undefined;
  switch (position.contract) {
    case 'linear': {
      const move = moveOf(position, direction, amount, exposure, position.side === 'long' ? 'shrinks' : 'grows');
      if (move === undefined) return undefined;
      const step = divide(move.of, move.by, 2 * places, direction === 'add' ? 'down' : 'up');
      const after = (position.side === 'long') === (direction === 'add') ? subtract(now, step) : add(now, step);
      return isPositive(after) ? after : beyond(direction);
    }
    case 'inverse': {
      const move = moveOf(position, direction, amount, exposure, position.side === 'long' ? 'grows' : 'shrinks');
      if (move === undefined) return undefined;
      // 1 / (1 / now ± move) as one fraction.
      const moved = multiply(now, move.of);
      const after = (position.side === 'long') === (direction === 'add') ? add(move.by, moved) : subtract(move.by, moved);
      if (!isPositive(after)) return beyond(direction);
      return divide(multiply(now, move.by), after, places, position.side === 'long' ? 'up' : 'down');
    }
    case 'borrowed': {
      // Margin in the other coin lowers the debt in ways that are not documented.
      if (position.sizeCoin !== position.marginCoin) return undefined;
      const after = direction === 'add' ? add(position.size, amount) : subtract(position.size, amount);
      if (!isPositive(after)) return undefined;
      return position.side === 'long'
        ? divide(multiply(now, position.size), after, places, 'up')
        : divide(multiply(now, after), position.size, places, 'down');
    }
    case 'other':
      return undefined;
  }
}

/** Where no price is left: with more margin nothing liquidates the position; with less, every price does. */
const beyond = (direction: Direction): 'unreachable' | undefined => (direction === 'add' ? 'unreachable' : undefined);

/**
 * How far the price (linear) or one over it (inverse) moves, erring towards danger: small where margin is added, large where it is taken.
 * @param required whether a maintenance margin that follows the price shrinks (1 - r) or grows (1 + r) what one unit of move is worth
 */
function moveOf(
  position: Position,
  direction: Direction,
  amount: Decimal,
  exposure: Decimal,
  required: 'shrinks' | 'grows',
): Ratio | undefined {
  // Dividing by 1 - r makes a move larger, by 1 + r smaller.
  const plainIsCareful = (required === 'shrinks') === (direction === 'add');
  if (plainIsCareful) return { of: amount, by: exposure };
  const maintenance = requiredMargin(position);
  const value = exactValue(position);
  if (maintenance === undefined || value === undefined || !isPositive(value.of)) return undefined;
  // exposure x (1 ∓ maintenance / value), not yet divided by the value.
  const part = multiply(maintenance, value.by);
  const left = required === 'shrinks' ? subtract(value.of, part) : add(value.of, part);
  return isPositive(left) ? { of: multiply(amount, value.of), by: multiply(exposure, left) } : undefined;
}

/**
 * What must be left to avoid liquidation. A venue that reports a ratio includes the closing fee in it: then margin plus profit over the ratio
 * exceeds the maintenance margin, and the larger is used. Source: isolated margin in OKX's help centre; reproduces the printed sample of its API.
 */
function requiredMargin({ maintenanceMargin, margin, unrealizedPnl, marginRatio }: Position): Decimal | undefined {
  const told = believed(maintenanceMargin);
  const ratio = believed(marginRatio);
  if (told === undefined || margin === undefined || unrealizedPnl === undefined || ratio === undefined) return told;
  return greater(told, divide(add(margin, unrealizedPnl), ratio, 2 * places, 'up'));
}

/** What the position is worth by the mark price, for borrowed coins what is owed. In the margin coin, rounded up; undefined when unknown. */
export function valueInMarginCoin(position: Position): Decimal | undefined {
  const value = exactValue(position);
  return value === undefined ? undefined : divide(value.of, value.by, 2 * places, 'up');
}

/** The same as an exact fraction. */
function exactValue(position: Position): Ratio | undefined {
  const mark = believed(position.markPrice);
  const exposure = believed(position.exposure);
  if (mark === undefined) return undefined;
  switch (position.contract) {
    case 'linear':
      return exposure === undefined ? undefined : ratioOf(multiply(exposure, mark));
    case 'inverse':
      return exposure === undefined ? undefined : { of: exposure, by: mark };
    case 'borrowed': {
      const owed = position.debt;
      if (owed === undefined) return undefined;
      if (owed.coin === position.marginCoin) return ratioOf(owed.amount);
      return owed.coin === position.priceCoin ? { of: owed.amount, by: mark } : ratioOf(multiply(owed.amount, mark));
    }
    case 'other':
      return undefined;
  }
}
