import type { Change } from '../../exchanges/exchange.ts';

/** Whether a change is one of collateral, of this loan when one is named. */
export function isOfLoan(change: Change, loanId?: string): boolean {
  return change.kind === 'collateral' && (loanId === undefined || change.loan.loanId === loanId);
}

/** What a change is about, for the commands that a line of it offers. */
export function targetOf(change: Change): { readonly loanId: string } | { readonly positionId: string } {
  return change.kind === 'collateral' ? { loanId: change.loan.loanId } : { positionId: change.position.positionId };
}

/** Whether a change is one of margin, of this position when one is named. */
export function isOfPosition(change: Change, positionId?: string): boolean {
  return change.kind === 'margin' && (positionId === undefined || change.position.positionId === positionId);
}
