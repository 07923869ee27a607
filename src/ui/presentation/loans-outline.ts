import { worst } from '../../core/level.ts';
import { msg } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { accountEntry, accountEntryId } from './account-entry.ts';
import { isVouchedFor, type Scene } from './condition.ts';
import { loanEntry } from './loan-entry.ts';
import { loanViews } from './loan-words.ts';
import type { Entry } from './outline.ts';
import { troubleNote } from './trouble-note.ts';
import { vanishedNotes } from './vanished-notes.ts';
import { loansState } from './view-state.ts';
import { writeEntry } from './write-entry.ts';
import { isOfLoan } from './write-target.ts';

/** The Loans view: accounts, their loans, and what hangs on each. */
export function loansOutline(states: readonly AccountState[], scene: Scene): readonly Entry[] {
  if (loansState(states, scene) !== 'some') return [];
  return states.map((state) => {
    const levels = loanViews(state, scene.now, scene.intervalMs).map(({ level }) => level);
    return accountEntry(
      state,
      [...troubleNote(state, 'loans'), ...vanishedNotes(state, 'loan', scene), ...strayWrites(state, scene), ...loans(state, scene)],
      scene,
      worst(levels),
    );
  });
}

function loans(state: AccountState, scene: Scene): readonly Entry[] {
  const views = loanViews(state, scene.now, scene.intervalMs);
  if (views.length > 0) return views.map((view) => loanEntry(view, scene));
  // What could not be read is not said to be nothing.
  if (state.snapshot === undefined || state.snapshot.loansTrouble !== undefined) return [];
  const label = isVouchedFor(state, scene.now, scene.intervalMs)
    ? msg('Nothing borrowed')
    : msg('Nothing was borrowed when it was last read');
  return [
    {
      id: `${accountEntryId(state.account.id)}/empty`,
      accountId: state.account.id,
      label,
      expansion: 'leaf',
      context: 'note',
      spoken: label,
    },
  ];
}

/** Unfinished changes of loans that are no longer there: they must not be lost from sight. */
function strayWrites(state: AccountState, scene: Scene): readonly Entry[] {
  const present = (state.snapshot?.loans ?? []).map(({ id }) => id);
  return scene
    .openWrites(state.account.id)
    .filter(({ change }) => isOfLoan(change) && !present.some((id) => isOfLoan(change, id)))
    .map((record) => ({
      ...writeEntry(record, { id: `${accountEntryId(state.account.id)}/write/${record.id}`, accountId: state.account.id }, state, scene),
      icon: { id: 'question', color: 'list.warningForeground' },
    }));
}
