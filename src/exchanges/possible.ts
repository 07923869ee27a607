import type { Account, Loan } from '../core/model.ts';
import { owesNothing } from '../core/risk/ltv.ts';
import { exchanges } from './registry.ts';

/** Whether a loan can be repaid from here: it owes something, or may. */
export function canRepay({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return !owesNothing(loan) && exchanges.find(({ id }) => id === venue)?.repays?.(loan) === true;
}

/** Whether a loan can be repaid from here with its collateral. */
export function canSell({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return !owesNothing(loan) && exchanges.find(({ id }) => id === venue)?.sells?.(loan) === true;
}

/** Whether more can be borrowed on a loan from here. */
export function canBorrow({ venue }: Pick<Account, 'venue'>, loan: Loan): boolean {
  return exchanges.find(({ id }) => id === venue)?.borrows?.(loan) === true;
}
