import { msg } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { accountEntryId } from './account-entry.ts';
import type { Entry } from './outline.ts';

/** Why some or all of an account's loans or positions could not be read, above those that could. */
export function troubleNote({ account, snapshot }: AccountState, of: 'loans' | 'positions'): readonly Entry[] {
  const trouble = of === 'loans' ? snapshot?.loansTrouble : snapshot?.positionsTrouble;
  if (trouble === undefined) return [];
  const barred = of === 'loans' ? snapshot?.loansBarred : snapshot?.positionsBarred;
  return [
    {
      id: `${accountEntryId(account.id)}/${of}-trouble`,
      accountId: account.id,
      label: trouble,
      icon: barred === true ? { id: 'info' } : { id: 'warning', color: 'list.warningForeground' },
      expansion: 'leaf',
      context: 'note',
      spoken: of === 'loans' ? msg('Loans not read in full: {0}', trouble) : msg('Positions not read in full: {0}', trouble),
    },
  ];
}
