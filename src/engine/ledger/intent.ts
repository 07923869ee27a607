import { isDecimal, isPositive } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import type { PositionRef } from '../../core/model.ts';
import type { Change, CollateralChange, MarginChange } from '../../exchanges/exchange.ts';
import { Refusal } from './refusal.ts';

/**
 * A copy of what is intended that nobody can change any more. Everything is also checked for those who got here without the
 * compiler.
 * @throws Refusal when it does not name loan or position, direction, coin and a positive amount.
 */
export function checkedIntent(change: Change): Change {
  if (!['collateral', 'margin'].includes(change.kind)) {
    throw new Refusal(msg('Neither a loan nor a position is named. Start the change again from the loan or position itself.'));
  }
  if (change.kind === 'collateral') checkLoan(change);
  else checkPosition(change);
  const { direction, coin, amount } = change;
  if (!['add', 'reduce'].includes(direction)) throw new Refusal(msg('No direction is named. Start the change again with Add or Reduce.'));
  if (coin === '') throw new Refusal(msg('No coin is named. Start the change again and pick one.'));
  if (typeof amount !== 'string' || !isDecimal(amount) || !isPositive(amount)) {
    throw new Refusal(msg('The amount must be more than zero. Start the change again with the amount of {0} you mean.', coin));
  }
  return change.kind === 'collateral' ? frozenCollateral(change) : frozenMargin(change);
}

function checkLoan({ loan }: CollateralChange): void {
  if (loan.loanId === '' || loan.orderId === '') throw new Refusal(msg('No loan is named. Start the change again from the loan itself.'));
}

function checkPosition({ position, coin }: MarginChange): void {
  const { positionId, instrument, market, slot, side, marginCoin } = position;
  const named = [positionId, instrument, market, slot, marginCoin].every((part) => typeof part === 'string' && part !== '');
  if (!named || !['long', 'short'].includes(side)) {
    throw new Refusal(msg('No position is named. Start the change again from the position itself.'));
  }
  if (coin !== marginCoin) {
    throw new Refusal(
      msg('The margin of {0} is in {1}, so only {1} can be added or taken. Start the change again.', instrument, marginCoin),
    );
  }
}

/** A copy of just what belongs to a change, which nobody can change any more. */
export function frozenCollateral({ loan, direction, coin, amount }: CollateralChange): CollateralChange {
  const { loanId, orderId } = loan;
  const ref = Object.freeze({ loanId, ...(orderId === undefined ? {} : { orderId }) });
  return Object.freeze({ kind: 'collateral', loan: ref, direction, coin, amount });
}

/** As `frozenCollateral`. */
export function frozenMargin({ position, direction, coin, amount }: MarginChange): MarginChange {
  return Object.freeze({ kind: 'margin', position: Object.freeze(refOf(position)), direction, coin, amount });
}

/** What names a position, without its figures. */
function refOf({ positionId, instrument, market, slot, side, marginCoin }: PositionRef): PositionRef {
  return { positionId, instrument, market, slot, side, marginCoin };
}

/** Whether both name one position, in every part: a position that was turned round or opened anew is another one. */
export function isSamePosition(a: PositionRef, b: PositionRef): boolean {
  return JSON.stringify(refOf(a)) === JSON.stringify(refOf(b));
}
