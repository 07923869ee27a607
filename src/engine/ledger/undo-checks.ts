import { compare, decimal, zero, type Decimal } from '../../core/decimal.ts';
import { formatAmount } from '../../core/format.ts';
import { msg } from '../../core/message.ts';
import type { Change } from '../../exchanges/exchange.ts';
import { kindOf, type Kinds } from './change-kind.ts';
import { holderOf, isSameOwner } from './owner.ts';
import type { Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';
import { Refusal } from './refusal.ts';
import { undoable } from './undo.ts';

/**
 * By how much LTV may pass its safe line at the last look: half a point of the five points of cushion. An undo that was lowered stands exactly on
 * that line, so without it every second one would be refused for the least move of the price. Our own judgement. A fraction.
 */
const lastLookSlack = decimal('0.005');

/**
 * An undo takes back a proven addition, of the same account, loan or position and coin, at most what is not undone yet, and at most what can be
 * taken out safely by the figures of now.
 *
 * @param undoOf the write that is to be taken back
 * @param figures of the change, as just read
 * @param writes of this and other accounts
 * @param terms `own` the person's own highest LTV after a reduction, a fraction; `shown` what was confirmed, at the last look
 * @throws Refusal, marked as one of an undo where less of it could be or nothing is left
 */
export function mustBeUndo(
  kinds: Kinds,
  undoOf: string,
  figures: Preview,
  writes: readonly WriteRecord[],
  { own, shown }: { readonly own?: Decimal | undefined; readonly shown?: Preview | undefined },
): void {
  const { account, change, readiness } = figures;
  const { amount, coin } = change;
  const record = writes.find(({ id }) => id === undoOf);
  if (record === undefined) throw notUndoable();
  if (!isSameOwner(record, holderOf(account)) || !isReverse(kinds, change, record.change)) throw notItsReverse();
  // What was previewed in time may be confirmed for as long as its preview is good.
  const [left] = undoable(writes, undoOf, (shown ?? figures).readAt);
  if (left === undefined || compare(amount, left.change.amount) > 0) throw notUndoable();
  const safe = (slack: Decimal): Decimal => kindOf(kinds, change).safeReduction?.(readiness, coin, own, slack) ?? zero;
  const most = safe(zero);
  if (compare(amount, most) <= 0) return;
  if (shown === undefined || compare(amount, safe(lastLookSlack)) > 0) throw moreThanIsSafe(most, coin);
}

/** Whether it is the same but for direction and amount: a position that was turned round since is another one. */
function isReverse(kinds: Kinds, change: Change, added: Change): boolean {
  const reverse = { ...added, direction: 'reduce', amount: change.amount } as const;
  // Copies that name their parts in one order.
  return JSON.stringify(kindOf(kinds, change).check(change)) === JSON.stringify(kindOf(kinds, added).check(reverse));
}

export const notUndoable = (): Refusal =>
  new Refusal(
    msg(
      'undo.no-longer-undone',
      'This can no longer be undone here: only an addition that is proven can, once and for ten minutes. What was added can still be taken out as always.',
    ),
    { undo: { kind: 'over' } },
  );

const notItsReverse = (): Refusal =>
  new Refusal(
    msg(
      'undo.not-takes-addition',
      'This is not what takes that addition back: an undo is a reduction on the same account, of the same loan or position and coin. Nothing was sent.',
    ),
  );

const moreThanIsSafe = (most: Decimal, coin: string): Refusal =>
  new Refusal(
    msg(
      'undo.figures-now-most',
      'By the figures of now at most {0} {1} of what was added can be taken out safely. Start again with at most that.',
      formatAmount(most),
      coin,
    ),
    { undo: { kind: 'unsafe', most } },
  );
