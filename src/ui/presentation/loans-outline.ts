import { compareUrgency } from '../../core/level.ts';
import { msg } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { changeText, progressText } from '../acting/outcome-text.ts';
import { accountEntry, accountEntryId } from './account-entry.ts';
import { isVouchedFor, venueName, type Scene } from './condition.ts';
import { loanEntry } from './loan-entry.ts';
import { loanViews } from './loan-words.ts';
import type { Entry } from './outline.ts';

/** Which of the view's welcome texts applies; `some` shows the accounts instead. */
export type LoansState = 'noAccount' | 'unreachable' | 'nothingBorrowed' | 'some';

/**
 * What the Loans view is about to show. A welcome text takes the place of the accounts only when it tells the whole truth:
 * nothing borrowed is said only of current figures, unreachable only when nothing is known from before.
 */
export function loansState(states: readonly AccountState[], scene: Scene): LoansState {
  if (states.length === 0) return 'noAccount';
  if (states.some(({ account }) => scene.openWrites(account.id).length > 0 || scene.frozen(account.id) !== undefined)) return 'some';
  const unreachable = (state: AccountState): boolean =>
    state.snapshot === undefined && (state.failure?.error.kind === 'network' || state.failure?.error.kind === 'unavailable');
  if (states.every(unreachable)) return 'unreachable';
  const empty = (state: AccountState): boolean => state.snapshot?.loans.length === 0 && isVouchedFor(state, scene.now, scene.intervalMs);
  return states.every(empty) ? 'nothingBorrowed' : 'some';
}

/** The Loans view: accounts, their loans, and what hangs on each. */
export function loansOutline(states: readonly AccountState[], scene: Scene): readonly Entry[] {
  if (loansState(states, scene) !== 'some') return [];
  return states.map((state) => accountEntry(state, [...strayWrites(state, scene), ...loans(state, scene)], scene));
}

/** How many loans stand at warning or danger, for the badge. */
export function alarmCount(states: readonly AccountState[], scene: Scene): number {
  return states.flatMap((state) => loanViews(state, scene.now, scene.intervalMs)).filter(({ level }) => compareUrgency(level, 'warn') <= 0)
    .length;
}

function loans(state: AccountState, scene: Scene): readonly Entry[] {
  const views = loanViews(state, scene.now, scene.intervalMs);
  if (views.length > 0) return views.map((view) => loanEntry(view, scene));
  if (state.snapshot === undefined) return [];
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
  const present = new Set((state.snapshot?.loans ?? []).map(({ id }) => id));
  return scene
    .openWrites(state.account.id)
    .filter(({ change }) => !present.has(change.loan.loanId))
    .map((record) => {
      const what = changeText(record, state.account.simulated);
      const how = progressText(record, venueName(state, scene)) ?? '';
      return {
        id: `${accountEntryId(state.account.id)}/write/${record.id}`,
        accountId: state.account.id,
        loanId: record.change.loan.loanId,
        label: what,
        description: [how],
        icon: { id: 'question', color: 'list.warningForeground' },
        expansion: 'leaf',
        context: 'openWrite',
        spoken: msg('{0}: {1}.', what, how),
      };
    });
}
