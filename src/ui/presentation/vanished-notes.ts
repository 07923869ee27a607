import { msg } from '../../core/message.ts';
import type { Vanished } from '../../core/model.ts';
import type { AccountState } from '../../monitor/store.ts';
import { accountEntryId } from './account-entry.ts';
import type { Scene } from './condition.ts';
import type { Entry } from './outline.ts';
import { vanishedSentence } from './vanished-words.ts';

/**
 * What is gone though nothing done here closed it: without a word the account would merely look safer than before. A loan opens on the
 * venue's own history of it, which tells what became of it.
 */
export function vanishedNotes({ account, snapshot }: AccountState, kind: Vanished['kind'], scene: Scene): readonly Entry[] {
  return (snapshot?.vanished ?? [])
    .filter((one) => one.kind === kind)
    .map((one) => {
      const label = vanishedSentence(one, scene);
      const { id, calm, orderId } = one;
      return {
        id: `${accountEntryId(account.id)}/vanished/${kind}/${id}`,
        accountId: account.id,
        label,
        icon: calm === true ? { id: 'info' } : { id: 'warning', color: 'list.warningForeground' },
        context: 'note',
        spoken:
          calm === true ? msg('Note for account {0}: {1}', account.name, label) : msg('Warning for account {0}: {1}', account.name, label),
        ...(kind === 'position'
          ? { expansion: 'leaf' }
          : {
              expansion: 'closed',
              pages: {
                kind: 'history',
                accountId: account.id,
                loan: { loanId: id, ...(orderId === undefined ? {} : { orderId }) },
                version: 'closed',
              },
            }),
      };
    });
}
