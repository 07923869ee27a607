import { formatLeverage } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import { worst } from '../core/risk/level.ts';
import { believed } from '../core/risk/position-model.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { isCurrent, readingAge, type ViewContext } from '../words/account.ts';
import { levelIcon, type Icon } from '../words/level.ts';
import { spokenSince } from '../words/live-lines.ts';
import {
  bareDistance,
  leadText,
  positionLevelWord,
  positionViews,
  reachWords,
  shortPnlText,
  sideWord,
  spokenLevelWord,
  type PositionView,
} from '../words/position.ts';
import { nowText } from '../words/since-reading.ts';
import { accountEntry, accountEntryId, strayWrites, troubleNote, vanishedNotes, writeEntry } from './account.ts';
import type { Entry } from './entry.ts';
import type { Text } from '../words/text.ts';
import { positionDetails, positionFigures, type Figure } from './position-figures.ts';
import { isOfPosition, positionAt } from './place.ts';
import { positionsState } from './view-state.ts';

/** The Positions view: accounts, their positions, and what hangs on each. */
export function positionsOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  if (positionsState(states, viewContext) !== 'some') return [];
  return states.map((state) => {
    const levels = positionViews(state, viewContext.now, viewContext.intervalMs)
      .filter(({ counts }) => counts)
      .map(({ level }) => level);
    return accountEntry(
      state,
      [
        ...troubleNote(state, 'positions'),
        ...vanishedNotes(state, 'position', viewContext),
        ...strayWrites(state, 'position', viewContext),
        ...positions(state, viewContext),
      ],
      viewContext,
      worst(levels),
    );
  });
}

function positions(state: AccountState, viewContext: ViewContext): readonly Entry[] {
  const views = positionViews(state, viewContext.now, viewContext.intervalMs);
  if (views.length > 0) return views.map((view) => positionEntry(view, viewContext));
  // What could not be read is not said to be nothing.
  if (state.snapshot === undefined || state.snapshot.positionsTrouble !== undefined) return [];
  const label = isCurrent(state, viewContext.now, viewContext.intervalMs)
    ? msg('position.no-open', 'No open position')
    : msg('position.no-open-when', 'No position was open when it was last read');
  const id = `${accountEntryId(state.account.id)}/no-position`;
  return [{ id, accountId: state.account.id, label, expansion: 'leaf', context: 'note', spoken: label }];
}

/**
 * A position's line, most wanted first, because a narrow view cuts off its end: distance to liquidation, the level as a word, which
 * position it is, what is going on, how old the figures are when they are not current, leverage, profit or loss.
 */
export function positionEntry(view: PositionView, viewContext: ViewContext): Entry {
  const { state, position, current, liquidation } = view;
  const several = (state.snapshot?.positions.length ?? 0) > 1;
  const leverage = believed(position.leverage);
  const writes = openWrites(view, viewContext);
  const estimate = view.since === undefined ? [] : [nowText(view.since, bareDistance(view.since.figures.distance))];
  return {
    ...place(view, ''),
    label: msg('list.dot', '{0} · {1}', leadText(view), positionLevelWord(view)),
    description: [
      // First of all: a narrow view cuts off the end, and the sides of a hedge must never be taken for each other.
      sideWord(position),
      // Which position it is must not come and go with what is estimated between readings; only an alarm is told before it.
      ...(view.since?.raises === true ? [...estimate, position.instrument] : [position.instrument, ...estimate]),
      ...(position.distress === undefined ? [] : [position.distress]),
      // Said here too: a closed position hides the line that says more.
      ...(writes.length === 0 ? [] : [msg('term.change-unfinished', 'unfinished change')]),
      ...(current ? [] : [msg('term.updated-age', 'updated {0}', readingAge(state, viewContext.now, position.keptFrom))]),
      // An alarm takes the place of the word in the label.
      ...(position.marginMode === 'cross' && view.counts ? [msg('term.cross-margin', 'Cross margin')] : []),
      ...(leverage === undefined ? [] : [formatLeverage(leverage)]),
      ...(position.unrealizedPnl === undefined ? [] : [shortPnlText(position.unrealizedPnl, position.marginCoin)]),
    ],
    icon: positionIcon(view),
    expansion: several ? 'closed' : 'open',
    context: isFixed(view) ? 'fixedPosition' : 'position',
    spoken:
      writes.length === 0
        ? spokenPosition(view, viewContext)
        : msg('position.change-unfinished', '{0} A change of this position is unfinished.', spokenPosition(view, viewContext)),
    ...(liquidation.kind === 'price' ? { copy: liquidation.price } : {}),
    details: () => positionDetails(view, viewContext),
    children: [...writes, ...notes(view), ...positionFigures(view, viewContext).map((figure) => figureEntry(view, figure))],
  };
}

/** Whether its margin cannot be changed. */
function isFixed({ position }: PositionView): boolean {
  return position.marginMode !== 'isolated' || position.fixedMargin !== undefined;
}

function positionIcon(view: PositionView): Icon {
  return view.counts ? levelIcon(view.level) : { id: 'layers' };
}

function place({ state, position }: PositionView, path: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  const id = `${accountEntryId(state.account.id)}/position/${position.positionId}${path}`;
  return { id, ...positionAt(state.account.id, position.positionId) };
}

function spokenPosition(view: PositionView, viewContext: ViewContext): Message {
  const { state, position, current } = view;
  const about = [position.instrument, sideWord(position), state.account.name] as const;
  const named = state.account.simulated
    ? msg('position.simulated-2', 'Simulated position {0} {1} of {2}', ...about)
    : msg('position.position-2', 'Position {0} {1} of {2}', ...about);
  const figures = [named, reachWords(view), spokenLevelWord(view)] as const;
  const sentence = current
    ? msg('position.level', '{0}: {1}, level {2}.', ...figures)
    : msg(
        'position.when-last-read',
        '{0}: when last read {1}, level {2}. Not current: read {3}.',
        ...figures,
        readingAge(state, viewContext.now, position.keptFrom),
      );
  const now = spokenSince(view);
  const whole = now === undefined ? sentence : msg('list.space', '{0} {1}', sentence, now);
  return position.distress === undefined ? whole : msg('list.space-sentence', '{0} {1}.', whole, position.distress);
}

function openWrites(view: PositionView, viewContext: ViewContext): readonly Entry[] {
  const { state, position } = view;
  return viewContext
    .openWrites(state.account.id)
    .filter(({ change }) => isOfPosition(change, position.positionId))
    .map((record) => writeEntry(record, place(view, `/write/${record.id}`), state, viewContext));
}

/** What the venue is doing to the position, and why its margin cannot be changed. */
function notes(view: PositionView): readonly Entry[] {
  const { position } = view;
  const note = (path: string, sentence: Text, icon: Icon): Entry => ({
    ...place(view, path),
    label: sentence,
    icon,
    expansion: 'leaf',
    context: 'note',
    spoken: sentence,
  });
  const fixed =
    position.fixedMargin ??
    (position.marginMode === 'cross'
      ? msg(
          'position.cross-margin-whole',
          'Cross margin: the whole account stands behind this position, so there is no margin of its own to change.',
        )
      : undefined);
  return [
    ...(position.distress === undefined ? [] : [note('/distress', position.distress, { id: 'flame', color: 'list.errorForeground' })]),
    ...(fixed === undefined ? [] : [note('/fixed', fixed, { id: 'lock' })]),
  ];
}

function figureEntry(view: PositionView, { path, label, values, copy, icon, below }: Figure): Entry {
  const [value = ''] = values;
  return {
    ...place(view, `/${path}`),
    label,
    description: values,
    ...(icon === undefined ? {} : { icon }),
    expansion: below === undefined ? 'leaf' : 'open',
    context: below !== undefined ? 'group' : copy === undefined ? 'note' : 'value',
    spoken:
      below !== undefined
        ? msg('position.position-3', '{0} of position {1}.', label, view.position.instrument)
        : msg('list.colon-sentence', '{0}: {1}.', label, value),
    ...(copy === undefined ? {} : { copy }),
    ...(below === undefined ? {} : { children: below.map((one) => figureEntry(view, { ...one, path: `${path}/${one.path}` })) }),
  };
}
