import { isNegative, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLeverage, formatLiquidationPrice } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { PositionRef, Side } from '../core/model.ts';

// A figure of a position as text, said to be unknown where it is: an absent one is never safe.

/** With all its digits. */
export function marginText(margin: Decimal | undefined, coin: string): Message | string {
  return margin === undefined ? msg('unknown') : `${formatAmount(margin)} ${coin}`;
}

/** @param coin the one prices are in, where it is known */
export function liquidationText(price: Decimal | undefined, side: Side, coin?: string, unreachable?: true): Message | string {
  if (unreachable === true) return msg('none');
  if (price === undefined) return msg('unknown');
  // What a venue prints where there is none: zero, or what its formula gives below it.
  if (!isPositive(price)) return msg('none');
  return coin === undefined ? formatLiquidationPrice(price, side) : `${formatLiquidationPrice(price, side)} ${coin}`;
}

export function distanceText(distance: Decimal | undefined, unreachable?: true): Message | string {
  if (unreachable === true) return msg('out of reach');
  if (distance === undefined) return msg('unknown');
  return isNegative(distance) || isZero(distance) ? msg('{0}, reached', formatDistance(distance)) : formatDistance(distance);
}

export function leverageText(leverage: Decimal | undefined): Message | string {
  return leverage === undefined ? msg('unknown') : formatLeverage(leverage);
}

/** Whether long and short of its instrument are two positions at the venue, so that the other side may be open too. */
export function isHedged({ slot }: Pick<PositionRef, 'slot'>): boolean {
  return !['', 'net', '0'].includes(slot);
}
