import { targetKey, type Target } from '../core/model.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { Change } from '../exchanges/exchange.ts';

/** What a menu or the page passes to a command; from the palette there is none and the command asks. */
export interface Place {
  readonly accountId: string;
  /** Absent for all of the account. */
  readonly on?: Target;
  /** A coin that is already chosen, for commands that would ask for one. */
  readonly coin?: string;
  /** An amount to begin with in the box that asks for one. It's checked like a typed one, and the person still has to enter it. */
  readonly amount?: string;
  /** A change in the journal. */
  readonly writeId?: string;
  /** The target of a warning. */
  readonly warning?: string;
}

/** The place of one loan or position. */
export type PlaceOn = Place & { readonly on: Target };

/** The place of one loan. */
export const loanAt = (accountId: string, id: string): PlaceOn => ({ accountId, on: { kind: 'loan', id } });

/** The place of one position. */
export const positionAt = (accountId: string, id: string): PlaceOn => ({ accountId, on: { kind: 'position', id } });

/**
 * A menu or the page passes a place; so may anything else that can run a command. Anything but a place counts as none, and the command
 * asks.
 */
export function asPlace(argument: unknown): Place | undefined {
  if (typeof argument !== 'object' || argument === null) return undefined;
  const { accountId, on, coin, amount, writeId, warning } = argument as Partial<Record<keyof Place, unknown>>;
  if (typeof accountId !== 'string') return undefined;
  const target = asTarget(on);
  return {
    accountId,
    ...(target === undefined ? {} : { on: target }),
    ...(typeof coin === 'string' ? { coin } : {}),
    ...(typeof amount === 'string' ? { amount } : {}),
    ...(typeof writeId === 'string' ? { writeId } : {}),
    ...(typeof warning === 'string' ? { warning } : {}),
  };
}

function asTarget(value: unknown): Target | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { kind, id } = value as Partial<Record<keyof Target, unknown>>;
  return (kind === 'loan' || kind === 'position') && typeof id === 'string' ? { kind, id } : undefined;
}

/** The loan or position of a change, to pass to another command. */
export function placeOf(accountId: string, change: Change): PlaceOn {
  return { accountId, on: changeTarget(change) };
}

/** The id of the loan that is named, if one is. */
export const loanIn = (place: Place | undefined): string | undefined => (place?.on?.kind === 'loan' ? place.on.id : undefined);

/** The id of the position that is named, if one is. */
export const positionIn = (place: Place | undefined): string | undefined => (place?.on?.kind === 'position' ? place.on.id : undefined);

/** Whether both are the same loan or position. */
export const isSame = (a: Target, b: Target): boolean => targetKey(a) === targetKey(b);

/** Whether a command that was given a place is about this change: without a loan or position it is about all of the account. */
export function concerns({ on }: Pick<Place, 'on'>, change: Change): boolean {
  return on === undefined || isSame(on, changeTarget(change));
}

/** Whether a change is one of a loan, of this one when one is named. */
export function isOfLoan(change: Change, loanId?: string): boolean {
  const { kind, id } = changeTarget(change);
  return kind === 'loan' && (loanId === undefined || id === loanId);
}

/** Whether a change is one of a position, of this one when one is named. */
export function isOfPosition(change: Change, positionId?: string): boolean {
  const { kind, id } = changeTarget(change);
  return kind === 'position' && (positionId === undefined || id === positionId);
}
