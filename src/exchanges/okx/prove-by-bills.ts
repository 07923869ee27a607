import { compare, decimal, isNegative, isZero, lesser, multiply, negate, subtract, sum, type Decimal } from '../../core/decimal.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange, MarginProof } from '../exchange.ts';
import type { BillsRead, MarginBill } from './bills.ts';
import { driftOf, isWithin, wasSetAnew, wasTraded } from './position-proof.ts';

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
