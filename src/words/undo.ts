import { add, compare, isPositive, subtract, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';
import { mayHaveMoved, sameTarget } from '../engine/ledger/write-states.ts';
import type { Change } from '../exchanges/exchange.ts';
import { changeText } from './kinds.ts';

/** An addition that can be taken back, with the change that does it. */
export interface Undo {
  readonly record: WriteRecord;
  readonly change: Change;
}

/**
 * The additions that can be taken back now, as they come in, less what may have been taken out of the same loan or position since: what
 * was undone is not undone again.
 * @param records all writes of the accounts concerned
 * @param writeId the one that is meant, when it was named
 * @param now milliseconds since the Unix epoch
 */
export function undoChoices(records: readonly WriteRecord[], writeId: string | undefined, now: number): readonly Undo[] {
  return records
    .filter(({ id }) => writeId === undefined || id === writeId)
    .flatMap((record) => {
      const change = undoOf(record, now);
      if (change === undefined) return [];
      const amount = subtract(change.amount, takenSince(records, record));
      return isPositive(amount) ? [{ record, change: { ...change, amount } }] : [];
    });
}

/**
 * Why the change that takes an addition back is not wanted any more, by the writes as they are now: it may have been taken out meanwhile, in
 * another window too. Undefined as long as all of it is still to be undone.
 */
export function undoIsOver(records: readonly WriteRecord[], { id }: WriteRecord, amount: Decimal, now: number): Message | undefined {
  return undoChoices(records, id, now).some(({ change }) => compare(change.amount, amount) >= 0) ? undefined : nothingToUndo(true);
}

function takenSince(records: readonly WriteRecord[], added: WriteRecord): Decimal {
  return records
    .filter(
      (record) =>
        sameTarget(record, added) &&
        record.change.coin === added.change.coin &&
        record.change.direction === 'reduce' &&
        record.plannedAt >= added.plannedAt &&
        mayHaveMoved(record) &&
        // A person's word that it was never done is no proof, and it may be done late.
        (record.state !== 'not-effective' || record.evidence === undefined),
    )
    .reduce<Decimal>((sum, { change }) => add(sum, change.amount), zero);
}

/** Why there is nothing to undo. */
export function nothingToUndo(named: boolean): Message {
  return named
    ? msg(
        'This can no longer be undone here: only an addition that is proven can, once and for ten minutes. What was added can still be taken out as always.',
      )
    : msg('There is nothing to undo: only an addition that is proven can be undone, for ten minutes.');
}

export type Lowered = { readonly change: Change; readonly remark: Message } | { readonly refused: Message };

/**
 * The change that takes an addition back, or the most of it that can be taken out safely now.
 * @param most the safe maximum by the figures of now; undefined when it cannot be told, and then the preview decides
 */
export function lowered({ record, change }: Undo, most: Decimal | undefined, simulated: boolean): Lowered {
  const what = changeText(record, simulated);
  if (most === undefined || compare(change.amount, most) <= 0) {
    const out = formatAmount(change.amount);
    return { change, remark: msg('To undo: {0}. This takes {1} {2} out again, as a change of its own.', what, out, change.coin) };
  }
  const args = [formatAmount(record.change.amount), change.coin] as const;
  if (!isPositive(most)) {
    return {
      refused: msg('{0} {1} were added, but by the figures of now nothing of it can be taken out safely. Nothing was sent.', ...args),
    };
  }
  return {
    change: { ...change, amount: most },
    remark: msg(
      'To undo: {0}. CAUTION: {1} {2} were added, but only {3} {2} can be taken out safely by the figures of now, so this is about {3} {2}.',
      what,
      ...args,
      formatAmount(most),
    ),
  };
}

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
