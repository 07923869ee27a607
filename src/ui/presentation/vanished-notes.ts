import { msg, type Message } from '../../core/message.ts';
import type { Vanished } from '../../core/model.ts';
import type { AccountState } from '../../monitor/store.ts';
import { accountEntryId } from './account-entry.ts';
import type { Scene } from './condition.ts';
import type { Entry } from './outline.ts';
import { sideWord } from './position-words.ts';

/** What stood near its end when last seen and is gone: without a word the account would merely look safer than before. */
export function vanishedNotes({ account, snapshot }: AccountState, kind: Vanished['kind'], scene: Scene): readonly Entry[] {
  return (snapshot?.vanished ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => {
      const label = sentence(one, scene);
      return {
        id: `${accountEntryId(account.id)}/vanished/${kind}/${one.id}`,
        accountId: account.id,
        label,
        icon: { id: 'warning', color: 'list.warningForeground' },
        expansion: 'leaf',
        context: 'note',
        spoken: msg('Warning for account {0}: {1}', account.name, label),
      };
    });
}

function sentence({ kind, name, side, overdue, lastSeen }: Vanished, scene: Scene): Message {
  const seen = scene.when(lastSeen);
  if (kind === 'position') {
    const what = side === undefined ? name : msg('{0} {1}', name, sideWord({ side }));
    return msg(
      '{0} is no longer there; it stood near liquidation when last seen ({1}). If you did not close it, look at the exchange.',
      what,
      seen,
    );
  }
  return overdue === true
    ? msg(
        'Loan {0} is no longer there; its debt was overdue when last seen ({1}). If you did not repay it, look at the exchange.',
        name,
        seen,
      )
    : msg(
        'Loan {0} is no longer there; it stood near its margin call when last seen ({1}). If you did not repay it, look at the exchange.',
        name,
        seen,
      );
}
