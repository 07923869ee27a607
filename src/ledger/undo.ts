import type { Change } from '../exchanges/exchange.ts';
import type { WriteRecord } from './record.ts';

/** For so long after it took effect an addition can be taken back with one step. Milliseconds. */
export const undoMs = 10 * 60_000;

/**
 * The reduction that takes an addition back: of the same loan or position, coin and amount. It is a change like any other, and the
 * ordinary checks decide whether it may be done; whether it was done already is not known here.
 *
 * Only what the venue's own history or figures prove is offered: a person's word that something took effect is no ground to take
 * collateral out.
 *
 * @param now milliseconds since the Unix epoch
 * @returns undefined when there is nothing to take back, or not any more
 */
export function undoOf({ state, change, evidence, updatedAt }: WriteRecord, now: number): Change | undefined {
  if (state !== 'effective' || evidence === undefined || change.direction !== 'add') return undefined;
  const age = now - updatedAt;
  // A clock that was set back says nothing about how long ago it was.
  if (!(age >= 0 && age < undoMs)) return undefined;
  return { ...change, direction: 'reduce' };
}
