import { msg, type Message } from '../core/message.ts';
import type { Snapshot, Vanished } from '../core/model.ts';
import type { ViewContext } from './account.ts';
import { distanceText, standingAt } from './loan.ts';
import { liquidationDistanceText, namedWithSide } from './position.ts';
import { joined, type Text } from './text.ts';

/** The name of a closed item. */
export function vanishedName({ kind, name, side }: Vanished): Text {
  if (kind === 'loan') return msg('term.loan', 'Loan {0}', name);
  return side === undefined ? name : namedWithSide({ instrument: name, side });
}

/** Its state when last seen. */
export function vanishedStanding({ kind, distance, overdue, calm }: Vanished): Text {
  if (distance === undefined && calm !== true && overdue !== true) return msg('vanished.close', 'close to margin call or liquidation');
  const reach = kind === 'position' ? liquidationDistanceText(distance) : distanceText(standingAt(distance, undefined));
  return overdue === true ? joined([msg('term.debt-overdue', 'debt overdue'), reach]) : reach;
}

/** What closed, what may have happened, and its state when last seen. */
export function vanishedSentence(one: Vanished, viewContext: ViewContext): Message {
  return msg(
    'vanished.closed',
    '{0} has closed, possibly liquidated. Last seen {1}, {2}. Check the exchange.',
    vanishedName(one),
    viewContext.when(one.lastSeen),
    vanishedStanding(one),
  );
}

/** A long time without readings. */
export const unwatchedSentence = ({ from, to }: NonNullable<Snapshot['unwatched']>, { when }: Pick<ViewContext, 'when'>): Message =>
  msg('account.unwatched', 'Not watched from {0} to {1}: no warnings in that time.', when(from), when(to));
