import type { Change } from '../exchanges/exchange.ts';

/** What a menu or the page hands to a command; from the palette there is none and the command asks. */
export interface Target {
  readonly accountId: string;
  readonly loanId?: string;
  readonly positionId?: string;
  /** A coin that was named already, for commands that would ask for one. */
  readonly coin?: string;
  /** A change in the journal. */
  readonly writeId?: string;
}

/**
 * A menu or the page hands over a target; so may anything else that can run a command. Whatever is not a target is
 * taken as none, and the command asks.
 */
export function asTarget(argument: unknown): Target | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { accountId, loanId, positionId, coin, writeId } = argument as Partial<Record<keyof Target, unknown>>;
  if (typeof accountId !== 'string') return undefined;
  return {
    accountId,
    ...(typeof loanId === 'string' ? { loanId } : {}),
    ...(typeof positionId === 'string' ? { positionId } : {}),
    ...(typeof coin === 'string' ? { coin } : {}),
    ...(typeof writeId === 'string' ? { writeId } : {}),
  };
}

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
