import { compare, isPositive, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import { notUndoable } from '../engine/ledger/undo-checks.ts';
import type { Undo } from '../engine/ledger/undo.ts';
import type { Change } from '../exchanges/exchange.ts';
import { changeText } from './kinds.ts';

/** Why there is nothing to undo. */
export function nothingToUndo(named: boolean): Message {
  return named
    ? notUndoable().sentence
    : msg('undo.nothing-only-addition', 'There is nothing to undo: only an addition that is proven can be undone, for ten minutes.');
}

/** The change that takes an addition back, or a part of it, with what is said of it. */
export interface Less {
  readonly change: Change;
  readonly remark: Message;
}

/**
 * All of an addition that is not taken back yet, or the most of it that can be taken out safely now.
 * @param most the safe maximum by the figures of now; undefined when it is unknown, and then the preview decides
 */
export function lowered({ record, change }: Undo, most: Decimal | undefined, simulated: boolean): Less | { readonly refused: Message } {
  const what = changeText(record, simulated);
  if (most === undefined || compare(change.amount, most) <= 0) {
    const out = formatAmount(change.amount);
    return {
      change,
      remark: msg('undo.takes-out-again', 'To undo: {0}. This takes {1} {2} out again, as a change of its own.', what, out, change.coin),
    };
  }
  const args = [formatAmount(record.change.amount), change.coin] as const;
  if (!isPositive(most)) {
    return {
      refused: msg(
        'undo.added-figures-now',
        '{0} {1} were added, but by the figures of now nothing of it can be taken out safely. Nothing was sent.',
        ...args,
      ),
    };
  }
  return {
    change: { ...change, amount: most },
    remark: msg(
      'undo.caution-added-only',
      'To undo: {0}. CAUTION: {1} {2} were added, but only {3} {2} can be taken out safely by the figures of now, so this is about {3} {2}.',
      what,
      ...args,
      formatAmount(most),
    ),
  };
}
