import type { Target } from '../core/model.ts';
import type { Change } from '../exchanges/exchange.ts';

/** What a menu or the page hands to a command; from the palette there is none and the command asks. */
export interface Place {
  readonly accountId: string;
  /** Absent for all of the account. */
  readonly on?: Target;
  /** A coin that was named already, for commands that would ask for one. */
  readonly coin?: string;
  /** A change in the journal. */
  readonly writeId?: string;
}

/** The place of one loan. */
export const loanAt = (accountId: string, loanId: string): Place & { readonly on: Target } => ({ accountId, on: { kind: 'loan', loanId } });

/** The place of one position. */
export const positionAt = (accountId: string, positionId: string): Place & { readonly on: Target } => ({
  accountId,
  on: { kind: 'position', positionId },
});

/**
 * A menu or the page hands over a place; so may anything else that can run a command. Whatever is not a place is
 * taken as none, and the command asks.
 */
export function asPlace(argument: unknown): Place | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { accountId, on, coin, writeId } = argument as Partial<Record<keyof Place, unknown>>;
  if (typeof accountId !== 'string') return undefined;
  const target = asTarget(on);
  return {
    accountId,
    ...(target === undefined ? {} : { on: target }),
    ...(typeof coin === 'string' ? { coin } : {}),
    ...(typeof writeId === 'string' ? { writeId } : {}),
  };
}

function asTarget(value: unknown): Target | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, loanId, positionId } = value as Record<string, unknown>;
  if (kind === 'loan' && typeof loanId === 'string') return { kind, loanId };
  return kind === 'position' && typeof positionId === 'string' ? { kind, positionId } : undefined;
}

const targets: { readonly [K in Change['kind']]: (change: Extract<Change, { readonly kind: K }>) => Target } = {
  collateral: ({ loan }) => ({ kind: 'loan', loanId: loan.loanId }),
  margin: ({ position }) => ({ kind: 'position', positionId: position.positionId }),
};

/** What a change is about. */
export function targetOf<K extends Change['kind']>(change: Extract<Change, { readonly kind: K }>): Target {
  return targets[change.kind as K](change);
}

/** The loan or position of a change, to hand to another command. */
export function placeOf(accountId: string, change: Change): Place & { readonly on: Target } {
  return { accountId, on: targetOf(change) };
}

/** The loan that is named, if one is. */
export const loanIn = (place: Place | undefined): string | undefined => (place?.on?.kind === 'loan' ? place.on.loanId : undefined);

/** The position that is named, if one is. */
export const positionIn = (place: Place | undefined): string | undefined =>
  place?.on?.kind === 'position' ? place.on.positionId : undefined;

/** Whether both are the same loan or position. */
export const isSame = (a: Target, b: Target): boolean =>
  a.kind === 'loan' ? b.kind === 'loan' && a.loanId === b.loanId : b.kind === 'position' && a.positionId === b.positionId;

/** Whether a command that was given a place is about this change: without a loan or position it is about all of the account. */
export function concerns({ on }: Pick<Place, 'on'>, change: Change): boolean {
  return on === undefined || isSame(on, targetOf(change));
}

/** Whether a change is one of a loan, of this one when one is named. */
export function isOfLoan(change: Change, loanId?: string): boolean {
  const on = targetOf(change);
  return on.kind === 'loan' && (loanId === undefined || on.loanId === loanId);
}

/** Whether a change is one of a position, of this one when one is named. */
export function isOfPosition(change: Change, positionId?: string): boolean {
  const on = targetOf(change);
  return on.kind === 'position' && (positionId === undefined || on.positionId === positionId);
}
