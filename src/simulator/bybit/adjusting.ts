import {
  add,
  compare,
  decimal,
  divide,
  greater,
  isPositive,
  isZero,
  lesser,
  negate,
  subtract,
  sum,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import type { RecordedAdjustment } from '../control.ts';
import { amountOf, changed, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';
import { Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import type { Adjustment, CapLevel, Direction, LegacyOrder, Pool, Repayment } from './state.ts';
import { maxFromLegacy, maxFromPool, poolDebtUsd } from './valuation.ts';

/** What a client requests. */
export interface AdjustRequest {
  readonly direction: Direction;
  readonly ccy: string;
  readonly amt: Decimal;
  /** The order of the older loan; absent for the pool. */
  readonly orderId?: string;
}

/** The state of the world when an adjustment is requested. */
export interface Situation {
  readonly wallet: readonly Holding[];
  readonly pool: Pool;
  readonly legacyOrders: readonly LegacyOrder[];
  readonly adjustments: readonly Adjustment[];
  readonly repaid: readonly Repayment[];
  readonly cap: CapLevel;
  readonly market: Market;
}

/** What accepted changes have already claimed, though nothing has moved yet. */
export function claimed<One extends Adjustment | Repayment>(accepted: readonly One[], which: (one: One) => boolean): Decimal {
  return sum(accepted.filter((one) => one.state === 'pending' && which(one)).map(({ amt }) => amt));
}

/** What the wallet can still give, less what is on its way into a loan; never below zero. */
export function available({ wallet, adjustments, repaid }: Situation, ccy: string): Decimal {
  const leaving = add(
    claimed(adjustments, (one) => one.direction === '0' && one.ccy === ccy),
    claimed(repaid, (one) => one.borrows !== true && one.sells === undefined && one.ccy === ccy),
  );
  return greater(subtract(amountOf(wallet, ccy), leaving), zero);
}

/** The most of `ccy` that may leave the pool now, with what is on its way out counted as gone. */
export function removable({ pool, adjustments, market }: Situation, ccy: string): Decimal {
  let { collateral } = pool;
  for (const one of pool.collateral) {
    const leaving = claimed(
      adjustments,
      ({ direction, orderId, ccy: name }) => direction === '1' && orderId === undefined && name === one.ccy,
    );
    if (!isZero(leaving)) collateral = changed(collateral, one.ccy, negate(lesser(leaving, one.amt)));
  }
  return maxFromPool({ ...pool, collateral }, ccy, market);
}

/** The most that may leave an older order now, with what is on its way out counted as gone. */
export function removableFromOrder({ adjustments, market }: Situation, order: LegacyOrder): Decimal {
  const leaving = claimed(adjustments, ({ direction, orderId }) => direction === '1' && orderId === order.orderId);
  const { ccy, amt } = order.collateral;
  return maxFromLegacy({ ...order, collateral: { ccy, amt: subtract(amt, lesser(leaving, amt)) } }, market);
}

/**
 * Whether an adjustment of the pool may be accepted.
 * @throws Refusal with the documented code when not.
 */
export function checkPoolAdjustment(situation: Situation, { direction, ccy, amt }: AdjustRequest): void {
  const coin = findCoin(ccy);
  if (coin === undefined) throw new Refusal('148014', ccy);
  if (coin.brackets === undefined) throw new Refusal('148004', ccy);
  if (direction === '0') {
    if (!isPositive(poolDebtUsd(situation.pool, situation.market))) throw new Refusal('148013');
    if (situation.cap === '2') throw new Refusal('148006');
    if (compare(amt, available(situation, ccy)) > 0) throw new Refusal('148037');
    return;
  }
  const most = removable(situation, ccy);
  if (isZero(most) && !isZero(amountOf(situation.pool.collateral, ccy))) throw new Refusal('148009');
  if (compare(amt, most) > 0) throw new Refusal('148037');
}

/**
 * Whether an adjustment of an older order may be accepted.
 * @throws Refusal with the documented code when not.
 */
export function checkOrderAdjustment(situation: Situation, order: LegacyOrder, { direction, amt }: AdjustRequest): void {
  if (direction === '0') {
    if (compare(amt, available(situation, order.collateral.ccy)) > 0) throw new Refusal('177011');
  } else if (compare(amt, removableFromOrder(situation, order)) > 0) throw new Refusal('177013');
}

/**
 * Whether the active conditions allow a change of collateral. Older loans have no code for a running liquidation: the order is simply gone.
 * @param pledged what is pledged before it
 * @throws Refusal with the documented code when not.
 */
export function checkLoanConditions(conditions: Conditions, request: AdjustRequest, pledged: readonly Holding[]): void {
  const { orderId, direction, ccy } = request;
  const older = orderId !== undefined;
  if (conditions.is('frozen')) throw new Refusal('10027');
  if (conditions.is('liquidating')) throw new Refusal(older ? '177005' : '148031');
  if (direction === '0' && conditions.is('coin-refused', ccy)) throw new Refusal(older ? '177017' : '148004', ccy);
  if (direction === '0' && conditions.is('coin-capped', ccy)) throw new Refusal(older ? '177015' : '148048');
  const least = conditions.brokenMinimum(pledged, request, direction === '0');
  if (least !== undefined) throw new Refusal(older ? '177016' : '148012');
}

/**
 * Whether the active conditions allow a change of a position's margin.
 * @throws Refusal with the documented code when not.
 */
export function checkMarginConditions(conditions: Conditions, symbol: string): void {
  if (conditions.is('frozen')) throw new Refusal('10027');
  if (conditions.is('liquidating', symbol)) throw new Refusal('110005');
  if (conditions.is('closing', symbol)) throw new Refusal('110079');
}

/** What a fault makes of an adjustment. */
export function deviate(request: AdjustRequest, deviation: string | undefined): AdjustRequest {
  if (deviation === 'reversed-direction') return { ...request, direction: request.direction === '0' ? '1' : '0' };
  if (deviation === 'wrong-amount') return { ...request, amt: divide(request.amt, decimal('2'), 18, 'up') };
  return request;
}

/** Every accepted adjustment, as it was really executed. */
export function recorded(adjustments: readonly Adjustment[]): RecordedAdjustment[] {
  return adjustments.map(({ orderId, direction, ccy, amt, acceptedAt, state }) => ({
    ...(orderId === undefined ? {} : { loan: orderId }),
    type: direction === '0' ? 'add' : 'reduce',
    ccy,
    amt,
    when: acceptedAt,
    state,
  }));
}

const firstPoolId = 27_511;
/** Odd, and beyond what a JavaScript number can hold. */
const firstLongId = 9_007_199_254_740_993n;
const firstLegacyId = 1_794_318_409_405_331_968n;

/**
 * The id of the `count`th adjustment (from 1). Those of the pool are JSON numbers: every second one is too large for a client that reads
 * it into a float. Those of older orders are 19 digits.
 */
export function adjustId(count: number, legacy: boolean): string {
  if (legacy) return (firstLegacyId + BigInt(count) * 4099n).toString();
  if (count % 2 === 1) return (firstPoolId + count).toString();
  return (firstLongId + 2n * BigInt(count)).toString();
}
