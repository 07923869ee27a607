import { compare, isZero, subtract } from '../../core/decimal.ts';
import { amountOf, type Holding } from '../holdings.ts';
import type { Moments } from '../conditions.ts';
import type { AdjustRequest } from './adjusting.ts';
import { Refusal } from './answers.ts';

/**
 * Whether it is the moment to change collateral.
 * @param pledged what is pledged before it
 * @throws Refusal with the documented code when not.
 */
export function checkLoanMoment(moments: Moments, { type, ccy, amt }: AdjustRequest, pledged: readonly Holding[]): void {
  if (moments.is('frozen')) throw new Refusal('51738');
  if (moments.is('liquidating')) throw new Refusal('50022');
  if (type === 'add' && moments.is('coin-refused', ccy)) throw new Refusal('51752', ccy);
  if (type === 'add' && moments.is('coin-capped', ccy)) throw new Refusal('51755', ccy);
  const least = moments.least(ccy);
  if (least === undefined) return;
  const left = subtract(amountOf(pledged, ccy), amt);
  // Everything may be taken out; what is left may not be little.
  const counts = type === 'add' ? amt : left;
  if (compare(counts, least) < 0 && !(type === 'reduce' && isZero(left))) throw new Refusal('51757', least);
}

/**
 * Whether it is the moment to change the margin of a position in an instrument.
 * @throws Refusal with the documented code when not.
 */
export function checkMarginMoment(moments: Moments, instId: string): void {
  if (moments.is('frozen')) throw new Refusal('50007');
  if (moments.is('liquidating', instId)) throw new Refusal('50020');
  if (moments.is('closing', instId)) throw new Refusal('59302');
}
