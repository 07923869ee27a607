import { compare, isZero, subtract } from '../../core/decimal.ts';
import { amountOf, type Holding } from '../holdings.ts';
import type { Moments } from '../conditions.ts';
import type { AdjustRequest } from './adjusting.ts';
import { Refusal } from './answers.ts';

/**
 * Whether it is the moment to change collateral. The older loans have no code for a liquidation that is running: such an order is
 * just not there any more.
 * @param pledged what is pledged before it
 * @throws Refusal with the documented code when not.
 */
export function checkLoanMoment(moments: Moments, { orderId, direction, ccy, amt }: AdjustRequest, pledged: readonly Holding[]): void {
  const older = orderId !== undefined;
  if (moments.is('frozen')) throw new Refusal('10027');
  if (moments.is('liquidating')) throw new Refusal(older ? '177005' : '148031');
  if (direction === '0' && moments.is('coin-refused', ccy)) throw new Refusal(older ? '177017' : '148004', ccy);
  if (direction === '0' && moments.is('coin-capped', ccy)) throw new Refusal(older ? '177015' : '148048');
  const least = moments.least(ccy);
  if (least === undefined) return;
  const left = subtract(amountOf(pledged, ccy), amt);
  // Everything may be taken out; what is left may not be little.
  const counts = direction === '0' ? amt : left;
  if (compare(counts, least) < 0 && !(direction === '1' && isZero(left))) throw new Refusal(older ? '177016' : '148012');
}

/**
 * Whether it is the moment to change the margin of a position in a contract.
 * @throws Refusal with the documented code when not.
 */
export function checkMarginMoment(moments: Moments, symbol: string): void {
  if (moments.is('frozen')) throw new Refusal('10027');
  if (moments.is('liquidating', symbol)) throw new Refusal('110005');
  if (moments.is('closing', symbol)) throw new Refusal('110079');
}
