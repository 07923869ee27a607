import { absolute, add, compare, decimal, greater, isZero, multiply, negate, one, subtract, type Decimal } from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof } from '../exchange.ts';

/**
 * What may come and go by itself, as a fraction of the position's value: funding fees and interest are paid for the value, not for the
 * margin, so the margin of a position with leverage 50 moves by 50 times its share. Our own judgement; a funding fee is rarely above it.
 */
const driftRate = decimal('0.005');

/**
 * Compares the margin as it is now with what was asked, where no bill tells: then the margin itself has to.
 * - moved by exactly the amount, while size and entry price stayed as they were: effective. A trade moves margin too, and one that
 *   closes a fifth of the contracts gives back a fifth of it, which may be just the sum that was to be taken
 * - moved by exactly the opposite, or by an amount that neither fees nor interest explain, while size, entry price and leverage stayed as
 *   they were: contradicted
 * - anything else: pending. So is a move that is the amount but for a fee: then a person has to say.
 *
 * @param position the position as it is now; undefined when OKX no longer has it
 */
export function judgeMargin(change: MarginChange, baseline: MarginBaseline, position: Position | undefined): MarginProof {
  if (position === undefined) return { state: 'pending' };
  if (position.margin === undefined) return { state: 'pending', position };
  const moved = subtract(position.margin, baseline.margin);
  const wanted = change.direction === 'add' ? change.amount : negate(change.amount);
  if (isZero(moved) || wasTraded(position, baseline, moved)) return { state: 'pending', position };
  if (compare(moved, wanted) === 0) return { state: 'effective', position };
  // What freezes an account has to be known for sure; leverage that is set anew moves margin just as adding or taking does.
  if (wasSetAnew(position, baseline)) return { state: 'pending', position };
  if (position.entryPrice === undefined || baseline.entryPrice === undefined) return { state: 'pending', position };
  if (compare(moved, negate(wanted)) === 0) return { state: 'contradicted', position };
  const drift = driftOf(position, baseline);
  const isExplained = isWithin(moved, drift) || isWithin(subtract(moved, wanted), drift);
  return { state: isExplained ? 'pending' : 'contradicted', position };
}

/** A trade, a liquidation and auto-deleveraging change the size, and all of them move margin too. An entry price that is not told tells nothing. */
export function wasTraded(position: Position, baseline: MarginBaseline, moved: Decimal): boolean {
  const { entryPrice, size } = position;
  if (entryPrice !== undefined && baseline.entryPrice !== undefined && compare(entryPrice, baseline.entryPrice) !== 0) return true;
  // Where the margin is in the coin held it is a part of the size.
  const isPart = position.contract === 'borrowed' && position.sizeCoin === position.marginCoin;
  return compare(size, baseline.size) !== 0 && !(isPart && compare(size, add(baseline.size, moved)) === 0);
}

/** Whether it has another leverage than before. One that is not told tells nothing. */
export function wasSetAnew({ leverage }: Position, before: MarginBaseline): boolean {
  return leverage !== undefined && before.leverage !== undefined && compare(leverage, before.leverage) !== 0;
}

/** By how much the margin may have moved by itself. */
export function driftOf({ leverage = one }: Position, { margin }: MarginBaseline): Decimal {
  return multiply(driftRate, multiply(absolute(margin), greater(leverage, one)));
}

export const isWithin = (value: Decimal, bound: Decimal): boolean => compare(absolute(value), bound) <= 0;
