import { compare, decimal, zero, type Decimal } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import type { Change } from '../../exchanges/exchange.ts';
import { kindOf, moreThanSafe, type Kinds } from './change-kind.ts';
import { holderOf, isSameOwner } from './owner.ts';
import type { Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';
import { Refusal } from './refusal.ts';
import { isReversible, undoable } from './undo.ts';

/**
 * By how much LTV may exceed its safe line at the last look: half a point of the cushion above it. A lowered undo stands exactly on that
 * line, so without this slack every second one would be refused for the slightest price move. Our own judgement. A fraction.
 */
const lastLookSlack = decimal('0.005');

/**
 * An undo reverses a confirmed addition: same account, loan or position, and coin; at most what is not undone yet, and at most what can be
 * removed safely now.
 *
 * @param undoOf the write to reverse
 * @param figures of the change, as just read
 * @param writes of this and other accounts
 * @param terms `own` the person's own highest LTV after a reduction, a fraction; `shown` what was confirmed, at the last look
 * @throws Refusal, marked as one of an undo where less would be possible or nothing is left
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
  if (!isReversible(added)) return false;
  const reverse = { ...added, direction: 'reduce', amount: change.amount } as const;
  // Copies that name their parts in one order.
  return JSON.stringify(kindOf(kinds, change).check(change)) === JSON.stringify(kindOf(kinds, added).check(reverse));
}

export const notUndoable = (): Refusal =>
  new Refusal(msg('undo.nothing', 'Nothing to undo. Only a confirmed addition can be undone, once, within 10 minutes.'), {
    undo: { kind: 'over' },
  });

const notItsReverse = (): Refusal => new Refusal(msg('undo.not-its-reverse', "This doesn't reverse that addition. Nothing was sent."));

const moreThanIsSafe = (most: Decimal, coin: string): Refusal => new Refusal(moreThanSafe(most, coin), { undo: { kind: 'unsafe', most } });
