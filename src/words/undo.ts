import { compare, isPositive, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Undo } from '../engine/ledger/undo.ts';
import type { Change } from '../exchanges/exchange.ts';
import { changeText } from './kinds.ts';

/** The change that reverses an addition, or a part of it, with its remark. */
export interface Less {
  readonly change: Change;
  readonly remark: Message;
}

/**
 * What is left of an addition, or as much of it as can be removed safely now.
 * @param most the safe maximum now; undefined if unknown: then the preview decides
 */
export function lowered({ record, change }: Undo, most: Decimal | undefined, simulated: boolean): Less | { readonly refused: Message } {
  const what = changeText(record, simulated);
  if (most === undefined || compare(change.amount, most) <= 0) {
    const out = formatAmount(change.amount);
    return {
      change,
      remark: msg('undo.removes-again', 'Undo: {0}. This removes {1} {2} again, as a new change.', what, out, change.coin),
    };
  }
  const args = [formatAmount(record.change.amount), change.coin] as const;
  if (!isPositive(most)) {
    return {
      refused: msg('undo.none-safe', 'None of the {0} {1} added can be removed safely now. Nothing was sent.', ...args),
    };
  }
  return {
    change: { ...change, amount: most },
    remark: msg(
      'undo.only-part',
      'Undo: {0}. CAUTION: of {1} {2} added, only {3} {2} can be removed safely now, so this removes {3} {2}.',
      what,
      ...args,
      formatAmount(most),
    ),
  };
}
