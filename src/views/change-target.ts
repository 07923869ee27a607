import type { Change } from '../exchanges/exchange.ts';
import type { Target } from './target.ts';
import { isOfLoan, isOfPosition, targetOf } from './target.ts';

/** The loan or position of a change, to hand to another command. */
export function changeTarget(accountId: string, change: Change): Target {
  return { accountId, ...targetOf(change) };
}

/** Whether a command that was given `target` is about this change: without a loan or position it is about all of the account. */
export function concerns({ loanId, positionId }: Target, change: Change): boolean {
  if (loanId === undefined && positionId === undefined) return true;
  return (loanId !== undefined && isOfLoan(change, loanId)) || (positionId !== undefined && isOfPosition(change, positionId));
}
