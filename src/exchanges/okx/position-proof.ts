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
 * How far fees may move the margin, as a fraction of the position's value: funding fees and interest are on the value, so with leverage 50 they
 * move the margin by 50 times that share. Our own choice; a funding fee is rarely higher.
 */
const driftRate = decimal('0.005');

/**
 * Compares the present margin with the request, where no bill decides.
 * - moved by exactly the amount, with unchanged size and entry price: effective. A trade moves margin too: closing a fifth of the contracts
 *   returns a fifth of it, which may be exactly the requested amount
 * - moved by exactly the opposite, or by an amount that neither fees nor interest explain, with unchanged size, entry price and leverage:
 *   contradicted
 * - anything else: pending. So is a move by the amount except for a fee: then a person decides.
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
  // Freezing an account requires certainty; new leverage moves margin like adding or taking does.
  if (wasSetAnew(position, baseline)) return { state: 'pending', position };
  if (position.entryPrice === undefined || baseline.entryPrice === undefined) return { state: 'pending', position };
  if (compare(moved, negate(wanted)) === 0) return { state: 'contradicted', position };
  const drift = driftOf(position, baseline);
  const isExplained = isWithin(moved, drift) || isWithin(subtract(moved, wanted), drift);
  return { state: isExplained ? 'pending' : 'contradicted', position };
}

/** A trade, a liquidation and auto-deleveraging change the size, and all of them move margin too. A missing entry price is ignored. */
function wasTraded(position: Position, baseline: MarginBaseline, moved: Decimal): boolean {
  const { entryPrice, size } = position;
  if (entryPrice !== undefined && baseline.entryPrice !== undefined && compare(entryPrice, baseline.entryPrice) !== 0) return true;
  // Where the margin is in the coin held it is a part of the size.
  const isPart = position.contract === 'borrowed' && position.sizeCoin === position.marginCoin;
  return compare(size, baseline.size) !== 0 && !(isPart && compare(size, add(baseline.size, moved)) === 0);
}

/** Whether its leverage changed. A missing one is ignored. */
function wasSetAnew({ leverage }: Position, before: MarginBaseline): boolean {
  return leverage !== undefined && before.leverage !== undefined && compare(leverage, before.leverage) !== 0;
}

/** How far fees may have moved the margin. */
function driftOf({ leverage = one }: Position, { margin }: MarginBaseline): Decimal {
  return multiply(driftRate, multiply(absolute(margin), greater(leverage, one)));
}

const isWithin = (value: Decimal, bound: Decimal): boolean => compare(absolute(value), bound) <= 0;

const quarter = decimal('0.25');

/**
 * Judges a change of margin by its bill: one made by hand since the change was decided, of its coin, instrument, direction and exact amount. It
 * proves the change where the margin agrees with the bills (or with the change alone, where another came before the margin was read), and also if
 * a trade or a new leverage moved it at the same time.
 * - A margin that has not moved at all lags behind its bills: pending.
 * - Bills don't say which of two positions of one instrument they mean. Where there can be two (`slot` is not `net`), the margin must agree, by
 *   more than fees could cause.
 * - If the position is gone, the bill is the only evidence, and enough where there can be only one.
 * - Of several bills the first counts: a double execution shows in the margin, which the ledger checks again.
 * - A single bill by hand that differs from the request, and the margin agrees with it exactly: contradicted.
 * - Bills of other changes that explain the margin, fees aside: pending, because they show nothing about this change.
 *
 * @param position the position as it is now; undefined when OKX no longer has it
 * @returns undefined where the bills decide nothing, and the position alone must
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
  // Fees larger than the change move the margin the other way: a person must check that.
  const isOverweighed = isNegative(by) !== isNegative(wanted) && compare(by, total) !== 0;
  return isOverweighed ? { state: 'pending', position } : { state: 'effective', position, row };
}

/** What the bills of other changes show. */
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
  // If the margin moved by exactly the request, the position decides alone.
  if (compare(by, wanted) === 0 || !isWithin(subtract(by, total), driftOf(position, baseline))) return undefined;
  const isOther = first.manual && more.length === 0 && isWhole && compare(by, total) === 0;
  return isOther ? { state: 'contradicted', position, row: first.row } : { state: 'pending', position };
}

const totalOf = (bills: readonly MarginBill[]): Decimal => sum(bills.map(({ moved }) => moved));
