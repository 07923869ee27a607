import { worst } from '../../core/level.ts';
import { msg } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { accountEntry, accountEntryId } from './account-entry.ts';
import { isVouchedFor, type Scene } from './condition.ts';
import type { Entry } from './outline.ts';
import { positionEntry } from './position-entry.ts';
import { positionViews } from './position-words.ts';
import { troubleNote } from './trouble-note.ts';
import { vanishedNotes } from './vanished-notes.ts';
import { positionsState } from './view-state.ts';
import { writeEntry } from './write-entry.ts';
import { isOfPosition } from './write-target.ts';

/** The Positions view: accounts, their positions, and what hangs on each. */
export function positionsOutline(states: readonly AccountState[], scene: Scene): readonly Entry[] {
  if (positionsState(states, scene) !== 'some') return [];
  return states.map((state) => {
    const levels = positionViews(state, scene.now, scene.intervalMs)
      .filter(({ counts }) => counts)
      .map(({ level }) => level);
    return accountEntry(
      state,
      [
        ...troubleNote(state, 'positions'),
        ...vanishedNotes(state, 'position', scene),
        ...strayWrites(state, scene),
        ...positions(state, scene),
      ],
      scene,
      worst(levels),
    );
  });
}

function positions(state: AccountState, scene: Scene): readonly Entry[] {
  const views = positionViews(state, scene.now, scene.intervalMs);
  if (views.length > 0) return views.map((view) => positionEntry(view, scene));
  // What could not be read is not said to be nothing.
  if (state.snapshot === undefined || state.snapshot.positionsTrouble !== undefined) return [];
  const label = isVouchedFor(state, scene.now, scene.intervalMs)
    ? msg('No open position')
    : msg('No position was open when it was last read');
  const id = `${accountEntryId(state.account.id)}/no-position`;
  return [{ id, accountId: state.account.id, label, expansion: 'leaf', context: 'note', spoken: label }];
}

/** Unfinished changes of positions that are no longer there: they must not be lost from sight. */
function strayWrites(state: AccountState, scene: Scene): readonly Entry[] {
  const present = (state.snapshot?.positions ?? []).map(({ positionId }) => positionId);
  return scene
    .openWrites(state.account.id)
    .filter(({ change }) => isOfPosition(change) && !present.some((id) => isOfPosition(change, id)))
    .map((record) => ({
      ...writeEntry(record, { id: `${accountEntryId(state.account.id)}/write/${record.id}`, accountId: state.account.id }, state, scene),
      icon: { id: 'question', color: 'list.warningForeground' },
    }));
}
