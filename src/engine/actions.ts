import { ExchangeError } from '../core/errors.ts';
import { msg } from '../core/message.ts';
import type { Actions, Change, Connection, Requests } from '../exchanges/exchange.ts';

/**
 * How changes of one kind are made over a connection.
 * @throws ExchangeError `refused`, in the venue's own words where it has some, when it offers none of this kind.
 */
export function actionOf<K extends keyof Actions>({ actions, absent }: Connection, kind: K): NonNullable<Actions[K]> {
  const action = actions[kind];
  if (action !== undefined) return action;
  throw new ExchangeError({
    kind: 'refused',
    effect: 'none',
    sentence: absent?.[kind] ?? msg('change.not-offered', "This account doesn't offer that. Nothing was sent."),
  });
}

/** The request of a change, by the action of its kind. @throws ExchangeError as `actionOf` */
export function requestOf(connection: Connection, { kind }: Change): Requests<Change> {
  return actionOf(connection, kind);
}
