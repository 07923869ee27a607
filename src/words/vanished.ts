import { formatDistance } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Vanished } from '../core/model.ts';
import type { ViewContext } from './account.ts';
import type { Text } from './text.ts';
import { sideWord } from './position.ts';

/** What is gone, by name. */
export function vanishedName({ kind, name, side }: Vanished): Text {
  if (kind === 'loan') return msg('term.loan', 'Loan {0}', name);
  return side === undefined ? name : msg('list.space', '{0} {1}', name, sideWord({ side }));
}

/** What is gone, what may have become of it, and when it was last seen. */
export function vanishedSentence(one: Vanished, viewContext: ViewContext): Message {
  const { kind, name, overdue, calm, lastSeen } = one;
  const seen = viewContext.when(lastSeen);
  if (calm === true) return calmSentence(one, seen);
  if (kind === 'position') {
    return msg(
      'vanished.no-longer-stood',
      '{0} is no longer there; it stood near liquidation when last seen ({1}). If you did not close it, look at the exchange.',
      vanishedName(one),
      seen,
    );
  }
  return overdue === true
    ? msg(
        'vanished.loan-no-longer-debt',
        'Loan {0} is no longer there; its debt was overdue when last seen ({1}). If you did not repay it, look at the exchange.',
        name,
        seen,
      )
    : msg(
        'vanished.loan-no-longer',
        'Loan {0} is no longer there; it stood near its margin call when last seen ({1}). If you did not repay it, look at the exchange.',
        name,
        seen,
      );
}

function calmSentence(one: Vanished, seen: string): Message {
  const what = vanishedName(one);
  if (one.distance === undefined)
    return msg(
      'vanished.closed-possibly-liquidated',
      '{0} has closed, possibly liquidated. Last seen at {1}. Check the exchange.',
      what,
      seen,
    );
  const args = [what, formatDistance(one.distance), seen] as const;
  return one.kind === 'position'
    ? msg(
        'vanished.closed-possibly-liquidated-last-seen',
        '{0} has closed, possibly liquidated. Last seen {1} from liquidation at {2}. Check the exchange.',
        ...args,
      )
    : msg(
        'vanished.closed-possibly-liquidated-last',
        '{0} has closed, possibly liquidated. Last seen {1} from its margin call at {2}. Check the exchange.',
        ...args,
      );
}
