import { compare, decimal, divide, subtract, sum, zero, type Decimal } from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import type { RecordedAdjustment } from '../control.ts';
import type { Holding } from '../holdings.ts';
import type { Situation } from './adjusting.ts';
import type { Market } from '../market.ts';
import { Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import { isWaiting, repayNow } from './repaying.ts';
import type { Borrowing, Repayment, WorldState } from './state.ts';
import { maxLoan, remainingQuota } from './valuation.ts';

/**
 * Whether more may be lent flexibly. What is accepted and not executed yet counts as lent.
 * @param left what the platform has to lend
 * @throws Refusal with the documented code when not.
 */
export function checkBorrowing(
  { pool, market }: Situation,
  conditions: Conditions,
  { ccy, amt }: Holding,
  accepted: readonly Borrowing[],
  left: Decimal,
): void {
  if (conditions.is('frozen')) throw new Refusal('10027');
  if (conditions.is('liquidating')) throw new Refusal('148031');
  const least = findCoin(ccy)?.borrow?.least ?? zero;
  if (compare(amt, least) < 0) throw new Refusal('148002');
  const waiting = sum(accepted.filter((one) => isWaiting(one) && one.ccy === ccy).map((one) => one.amt));
  if (compare(amt, subtract(remainingQuota(pool, ccy), waiting)) > 0) throw new Refusal('148010');
  if (compare(amt, subtract(left, waiting)) > 0) throw new Refusal('148011');
  if (compare(amt, subtract(maxLoan(pool, ccy, [], market), waiting)) > 0) throw new Refusal('148009');
}

/** Ids go on from those of the past. */
export const borrowId = (before: number): string => (1366 + before).toString();

/** What a fault makes of it. */
export function deviateBorrowing({ ccy, amt }: Holding, deviation: string | undefined): Holding & Pick<Borrowing, 'repays'> {
  if (deviation === 'reversed-direction') return { ccy, amt, repays: true };
  return { ccy, amt: deviation === 'wrong-amount' ? divide(amt, decimal('2'), 18, 'up') : amt };
}

/** The effect of what is executed now: a repayment the other way round. Undefined where it has none. */
export function borrowNow(
  { wallet, pool, legacyOrders }: Pick<WorldState, 'wallet' | 'pool' | 'legacyOrders'>,
  { ccy, amt, at, dueAt, repays, orderId: repayId }: Borrowing,
  market: Market,
): Partial<WorldState> | undefined {
  const isOwed = pool.flexible.some((debt) => debt.ccy === ccy);
  const flexible = isOwed ? pool.flexible : [...pool.flexible, { ccy, principal: zero, interest: zero }];
  const asked: Repayment = { ccy, amt, at, dueAt, repayId, by: 'user', state: 'pending', ...(repays === true ? {} : { borrows: true }) };
  return repayNow({ wallet, legacyOrders, pool: { ...pool, flexible } }, asked, market)?.change;
}

/** Everything a client borrowed, as it was really carried out. */
export const recordedBorrowings = (borrowed: readonly Borrowing[]): RecordedAdjustment[] =>
  borrowed.map(({ repays, ccy, amt, at, state }) => ({ type: repays === true ? 'repay' : 'borrow', ccy, amt, when: at, state }));
