import { add, isPositive, subtract, zero, type Decimal } from '../../core/decimal.ts';
import type { BorrowChange, Change, RepayChange, SellChange } from '../../exchanges/exchange.ts';
import type { WriteRecord } from './record.ts';
import { mayHaveMoved, sameTarget } from './write-states.ts';

/** An addition that can be taken back, with the change that does it. */
export interface Undo {
  readonly record: WriteRecord;
  readonly change: Change;
}

/** For so long after it took effect an addition can be taken back with one step. Milliseconds. */
export const undoMs = 10 * 60_000;

/** Whether there is a change that takes it back. For what moves debt there is none: the venue would have to lend it again, or be repaid. */
export const isReversible = (change: Change): change is Exclude<Change, RepayChange | SellChange | BorrowChange> =>
  change.kind !== 'repay' && change.kind !== 'repay-collateral' && change.kind !== 'borrow';

/**
 * The additions that can be taken back now, as they come in, less what may have been taken out of the same loan or position since: what
 * was undone is not undone again.
 * @param records all writes of the accounts concerned
 * @param writeId the one that is meant, when it was named
 * @param now milliseconds since the Unix epoch
 */
export function undoable(records: readonly WriteRecord[], writeId: string | undefined, now: number): readonly Undo[] {
  return records
    .filter(({ id }) => writeId === undefined || id === writeId)
    .flatMap((record) => {
      const change = reverseOf(record, now);
      if (change === undefined) return [];
      const amount = subtract(change.amount, takenSince(records, record));
      return isPositive(amount) ? [{ record, change: { ...change, amount } }] : [];
    });
}

/**
 * The reduction that takes an addition back: of the same loan or position, coin and amount. Whether it was done already is not known here.
 *
 * Only what the venue's own history or figures prove can be taken back: a person's word that something took effect is no ground to take
 * collateral out.
 *
 * @param now milliseconds since the Unix epoch
 * @returns undefined when there is nothing to take back, or not any more
 */
export function reverseOf({ state, change, evidence, updatedAt }: WriteRecord, now: number): Change | undefined {
  if (state !== 'effective' || evidence === undefined || change.direction !== 'add' || !isReversible(change)) return undefined;
  const age = now - updatedAt;
  // A clock that was set back says nothing about how long ago it was.
  if (!(age >= 0 && age < undoMs)) return undefined;
  return { ...change, direction: 'reduce' };
}

function takenSince(records: readonly WriteRecord[], added: WriteRecord): Decimal {
  return records
    .filter(
      (record) =>
        sameTarget(record, added) &&
        record.change.kind === added.change.kind &&
        record.change.coin === added.change.coin &&
        record.change.direction === 'reduce' &&
        record.plannedAt >= added.plannedAt &&
        mayHaveMoved(record) &&
        // A person's word that it was never done is no proof, and it may be done late.
        (record.state !== 'not-effective' || record.evidence === undefined),
    )
    .reduce<Decimal>((sum, { change }) => add(sum, change.amount), zero);
}
