import {
  add,
  compare,
  decimal,
  decimalPlaces,
  divide,
  isDecimal,
  isPositive,
  isZero,
  lesser,
  negate,
  subtract,
  zero,
  type Decimal,
} from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import type { RecordedAdjustment } from '../control.ts';
import type { deviations } from '../faults.ts';
import { amountOf, changed, type Holding } from '../holdings.ts';
import type { Market } from '../market.ts';
import { Refusal } from './answers.ts';
import { findCoin } from './coins.ts';
import type { Adjustment, AdjustType, Order } from './state.ts';
import { isDust, maxRedeem } from './valuation.ts';

const mostDecimals = 18;

/** Ways in which a fault can make something accepted go wrong. */
export type Deviation = (typeof deviations)[number];

/** What is really executed of a request. */
export function deviate<R extends Pick<AdjustRequest, 'type' | 'amt'>>(request: R, deviation: Deviation | undefined): R {
  if (deviation === 'reversed-direction') return { ...request, type: request.type === 'add' ? 'reduce' : 'add' };
  return deviation === 'wrong-amount' ? { ...request, amt: divide(request.amt, decimal('2'), mostDecimals, 'up') } : request;
}

/** What a client requests. */
export interface AdjustRequest {
  readonly type: AdjustType;
  readonly ccy: string;
  readonly amt: Decimal;
}

/**
 * Reads an amount out of a request: text in plain notation, above zero, at most 18 decimals.
 * @throws Refusal 50014 when missing, 51000 when malformed.
 */
export function readAmount(name: string, value: unknown): Decimal {
  if (value === undefined || value === '') throw new Refusal('50014', name);
  if (typeof value !== 'string' || !isDecimal(value) || !isPositive(value) || decimalPlaces(value) > mostDecimals) {
    throw new Refusal('51000', name);
  }
  return value;
}

/** What other accepted adjustments have already claimed, though nothing has moved yet. */
function claimed(pending: readonly Adjustment[], type: AdjustType, ccy: string, ordId?: string): Decimal {
  return pending
    .filter((one) => one.state === 'pending' && one.type === type && one.ccy === ccy && (ordId === undefined || one.ordId === ordId))
    .reduce((total, one) => add(total, one.amt), zero);
}

/** The order as it will be when the reductions already accepted have left it. */
function afterPending(order: Order, pending: readonly Adjustment[]): Order {
  let { collateral } = order;
  for (const { ccy, amt } of collateral) {
    const leaving = claimed(pending, 'reduce', ccy, order.ordId);
    if (!isZero(leaving)) collateral = changed(collateral, ccy, negate(lesser(leaving, amt)));
  }
  return { ...order, collateral };
}

/** The most of `ccy` that can be taken out of an order now, with what is on its way out already counted as gone. */
export function redeemable(order: Order, ccy: string, pending: readonly Adjustment[], market: Market): Decimal {
  return maxRedeem(afterPending(order, pending), ccy, market);
}

/**
 * Whether an adjustment may be accepted.
 * @throws Refusal with the documented code when not.
 */
export function checkAdjustment(
  order: Order,
  { type, ccy, amt }: AdjustRequest,
  wallet: readonly Holding[],
  pending: readonly Adjustment[],
  market: Market,
): void {
  if (type === 'add') {
    if (!order.debts.some((debt) => isPositive(debt.amt))) throw new Refusal('51754');
    if (order.debts.some((debt) => debt.ccy === ccy)) throw new Refusal('51750', ccy);
    if (findCoin(ccy) === undefined) throw new Refusal('51752', ccy);
    const available = subtract(amountOf(wallet, ccy), claimed(pending, 'add', ccy));
    if (compare(amt, available) > 0) throw new Refusal('51736');
    return;
  }
  const { collateral } = afterPending(order, pending);
  const held = amountOf(collateral, ccy);
  if (isZero(held)) throw new Refusal('51753', ccy);
  const most = redeemable(order, ccy, pending, market);
  if (isZero(most)) throw new Refusal('51756');
  if (compare(amt, most) > 0) throw new Refusal('51758', `${most} ${ccy}`);
  if (isDust(ccy, subtract(held, amt), market)) throw new Refusal('51757', 'the minimum');
}

/**
 * Whether the active conditions allow a change of collateral.
 * @param pledged what is pledged before it
 * @throws Refusal with the documented code when not.
 */
export function checkLoanConditions(conditions: Conditions, request: AdjustRequest, pledged: readonly Holding[]): void {
  const { type, ccy } = request;
  if (conditions.is('frozen')) throw new Refusal('51738');
  if (conditions.is('liquidating')) throw new Refusal('50022');
  if (type === 'add' && conditions.is('coin-refused', ccy)) throw new Refusal('51752', ccy);
  if (type === 'add' && conditions.is('coin-capped', ccy)) throw new Refusal('51755', ccy);
  const least = conditions.brokenMinimum(pledged, request, type === 'add');
  if (least !== undefined) throw new Refusal('51757', least);
}

/**
 * Whether the active conditions allow a change of a position's margin.
 * @throws Refusal with the documented code when not.
 */
export function checkMarginConditions(conditions: Conditions, instId: string): void {
  if (conditions.is('frozen')) throw new Refusal('50007');
  if (conditions.is('liquidating', instId)) throw new Refusal('50020');
  if (conditions.is('closing', instId)) throw new Refusal('59302');
}

/** Every accepted adjustment, as it was really executed. */
export function recorded(adjustments: readonly Adjustment[]): RecordedAdjustment[] {
  return adjustments.map(({ ordId, type, ccy, amt, acceptedAt, state }) => ({ loan: ordId, type, ccy, amt, when: acceptedAt, state }));
}
