import {
  absolute,
  add,
  compare,
  decimal,
  greater,
  isNegative,
  isZero,
  lesser,
  multiply,
  negate,
  one,
  subtract,
  sum,
  type Decimal,
} from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof } from '../exchange.ts';
import type { BillsRead, MarginBill } from './bills.ts';

/**
 * What may come and go on its own, as a fraction of the position's value: funding fees and interest are paid for the value, not for the
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
  // What freezes an account has to be known for sure; new leverage moves margin just as adding or taking does.
  if (wasSetAnew(position, baseline)) return { state: 'pending', position };
  if (position.entryPrice === undefined || baseline.entryPrice === undefined) return { state: 'pending', position };
  if (compare(moved, negate(wanted)) === 0) return { state: 'contradicted', position };
  const drift = driftOf(position, baseline);
  const isExplained = isWithin(moved, drift) || isWithin(subtract(moved, wanted), drift);
  return { state: isExplained ? 'pending' : 'contradicted', position };
}

/** A trade, a liquidation and auto-deleveraging change the size, and all of them move margin too. An entry price that is not told tells nothing. */
function wasTraded(position: Position, baseline: MarginBaseline, moved: Decimal): boolean {
  const { entryPrice, size } = position;
  if (entryPrice !== undefined && baseline.entryPrice !== undefined && compare(entryPrice, baseline.entryPrice) !== 0) return true;
  // Where the margin is in the coin held it is a part of the size.
  const isPart = position.contract === 'borrowed' && position.sizeCoin === position.marginCoin;
  return compare(size, baseline.size) !== 0 && !(isPart && compare(size, add(baseline.size, moved)) === 0);
}

/** Whether it has another leverage than before. One that is not told tells nothing. */
function wasSetAnew({ leverage }: Position, before: MarginBaseline): boolean {
  return leverage !== undefined && before.leverage !== undefined && compare(leverage, before.leverage) !== 0;
}

/** By how much the margin may have moved on its own. */
function driftOf({ leverage = one }: Position, { margin }: MarginBaseline): Decimal {
  return multiply(driftRate, multiply(absolute(margin), greater(leverage, one)));
}

const isWithin = (value: Decimal, bound: Decimal): boolean => compare(absolute(value), bound) <= 0;

const quarter = decimal('0.25');

/**
 * Judges a change of margin by its bill: one made by hand since the change was decided, of its coin, instrument, direction and exact amount.
 * It proves the change where the margin agrees with the bills (or with the change alone, where another came before the margin was read), and
 * also where it does not because a trade or leverage that was set anew moved it at the same time.
 * - A margin that has not moved at all lags behind its bills: pending.
 * - Bills do not say which of two positions of one instrument they mean. Where there can be two (`slot` is not `net`), the margin has to
 *   agree, by more than fees could make it.
 * - Where the position is gone since, the bill is all there is, and enough where there can be only one.
 * - Of several bills the first is taken: that it was done twice shows in the margin, which is looked at once more by the ledger.
 * - A single bill by hand that is not what was asked, with which the margin agrees exactly: contradicted.
 * - Bills of others that explain the margin, fees aside: pending, because it says nothing about this change then.
 *
 * @param position the position as it is now; undefined when OKX no longer has it
 * @returns undefined where the bills tell nothing, and the position alone has to
 */
export function judgeByBills(
  change: MarginChange,
  baseline: MarginBaseline,
  { bills, isWhole }: BillsRead,
  position: Position | undefined,
): MarginProof | undefined {
  const wanted = change.direction === 'add' ? change.amount : negate(change.amount);
  const match = bills.find(({ manual, moved }) => manual && compare(moved, wanted) === 0);
  const isOnly = change.position.slot === 'net';
  if (match === undefined) return others(bills, isWhole, wanted, baseline, position);
  const { row } = match;
  if (position === undefined) return isOnly ? { state: 'over', row } : { state: 'pending' };
  if (position.margin === undefined) return isOnly ? { state: 'effective', position, row } : { state: 'pending', position };
  const by = subtract(position.margin, baseline.margin);
  if (isZero(by)) return { state: 'pending', position };
  const isExplained = wasTraded(position, baseline, by) || wasSetAnew(position, baseline);
  if (isExplained && isOnly) return { state: 'effective', position, row };
  const drift = driftOf(position, baseline);
  const slack = isOnly ? drift : lesser(drift, multiply(change.amount, quarter));
  const total = totalOf(bills);
  if (!isWithin(subtract(by, total), slack) && !isWithin(subtract(by, wanted), slack)) {
    return isExplained ? { state: 'pending', position } : undefined;
  }
  // Fees that outweigh the change let the margin go the other way: a person has to look at that.
  const isOverweighed = isNegative(by) !== isNegative(wanted) && compare(by, total) !== 0;
  return isOverweighed ? { state: 'pending', position } : { state: 'effective', position, row };
}

/** What bills say that are not of this change. */
function others(
  bills: readonly MarginBill[],
  isWhole: boolean,
  wanted: Decimal,
  baseline: MarginBaseline,
  position: Position | undefined,
): MarginProof | undefined {
  const [first, ...more] = bills;
  if (first === undefined || position?.margin === undefined) return undefined;
  const by = subtract(position.margin, baseline.margin);
  const total = totalOf(bills);
  // What is moved by just what was asked the position can tell alone.
  if (compare(by, wanted) === 0 || !isWithin(subtract(by, total), driftOf(position, baseline))) return undefined;
  const isOther = first.manual && more.length === 0 && isWhole && compare(by, total) === 0;
  return isOther ? { state: 'contradicted', position, row: first.row } : { state: 'pending', position };
}

const totalOf = (bills: readonly MarginBill[]): Decimal => sum(bills.map(({ moved }) => moved));
