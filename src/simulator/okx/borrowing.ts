import { compare, isPositive, subtract, sum, type Decimal } from '../../core/decimal.ts';
import type { Conditions } from '../conditions.ts';
import { amountOf } from '../holdings.ts';
import { Refusal } from './answers.ts';
import { knownId, type RepayRequest } from './repaying.ts';
import type { Order, Repayment } from './state.ts';

/**
 * Whether more may be lent on an order. What is accepted and not executed yet counts as lent.
 * @param most that the order allows now, and `quota` what is left of the user's; undefined where the coin isn't lent
 * @throws Refusal with the documented code when not; 51000 where none is documented
 */
export function checkBorrowing(
  order: Order,
  { ccy, amt, clOrdId }: RepayRequest,
  known: readonly Repayment[],
  {
    conditions,
    now,
    most,
    quota,
  }: { readonly conditions: Conditions; readonly now: number; readonly most: Decimal; readonly quota: Decimal | undefined },
): void {
  knownId(known, clOrdId, now);
  if (conditions.is('frozen')) throw new Refusal('51738');
  if (conditions.is('liquidating')) throw new Refusal('50022');
  if (quota === undefined) throw new Refusal('51751', ccy);
  if (isPositive(amountOf(order.collateral, ccy))) throw new Refusal('51750', ccy);
  const waiting = known.filter((one) => one.state === 'pending' && one.type === 'borrow' && one.ordId === order.ordId && one.ccy === ccy);
  if (compare(amt, subtract(most, sum(waiting.map((one) => one.amt)))) > 0) throw new Refusal('51759');
}
