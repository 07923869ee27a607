import { formatLeverage } from '../core/format.ts';
import { msg } from '../core/message.ts';
import { worst } from '../core/risk/level.ts';
import { believed } from '../core/risk/position-model.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { readingAge, type ViewContext } from '../words/account.ts';
import { kept } from '../core/kept.ts';
import { groundOf, shownFrom } from './shown-from.ts';
import { levelIcon, type Icon } from '../words/level.ts';
import { spokenSince } from '../words/live-lines.ts';
import {
  bareDistance,
  crossMargin,
  fixedReason,
  leadText,
  namedWithSide,
  positionLevelWord,
  positionViews,
  reachWords,
  shortPnlText,
  sideWord,
  type PositionView,
} from '../words/position.ts';
import { rescueMarks } from '../words/rescue.ts';
import { bothLevels, nowText } from '../words/since-reading.ts';
import {
  accountEntry,
  accountEntryId,
  accountText,
  emptyNote,
  spokenAge,
  strayWrites,
  troubleNote,
  unwatchedNote,
  vanishedNotes,
  writeEntry,
} from './account.ts';
import { lateEntry, unfinishedMark, type Entry, type Late } from './entry.ts';
import { dotted, joined, type Text } from '../words/text.ts';
import { positionDetails, positionFigures, type Figure } from './position-figures.ts';
import { isOfPosition, positionAt } from './place.ts';
import { accountsWorstFirst, nearest, sortedByWorst, type Ranked } from './status.ts';
import { positionsState } from './view-state.ts';

/** The Positions view: accounts, their positions, and the details of each. */
export function positionsOutline(states: readonly AccountState[], viewContext: ViewContext): readonly Entry[] {
  if (positionsState(states, viewContext) !== 'some') return [];
  const counted = (state: AccountState): readonly Ranked[] =>
    positionViews(state, viewContext.now, viewContext.intervalMs)
      .filter(({ counts }) => counts)
      .map(ranked);
  return accountsWorstFirst(states, counted).map((state) => {
    const levels = counted(state).map(({ level }) => level);
    return accountEntry(
      state,
      [
        ...unwatchedNote(state, 'position', viewContext),
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
  const ground = [groundOf(state, viewContext)];
  const [counting, others] = [true, false].map((counts) =>
    positionViews(state, viewContext.now, viewContext.intervalMs).filter((view) => view.counts === counts),
  );
  const views = [...sortedByWorst(counting ?? [], ranked), ...(others ?? [])];
  if (views.length > 0)
    return views.map((view) =>
      positionRow(view.position, shownFrom(view, ground, viewContext.now), view, viewContext).latest(view, viewContext),
    );
  return state.snapshot?.positionsTrouble === undefined
    ? emptyNote(state, 'no-position', msg('position.no-open', 'No open positions'), viewContext)
    : [];
}

const ranked = (view: PositionView): Ranked => ({ ...view, distance: nearest(view.distance, view.since?.figures.distance) });

/**
 * A position's line, most important first because a narrow view cuts off its end: distance to liquidation, level, which position it is,
 * what the exchange does with it, unfinished change, age of out-of-date figures, leverage, profit or loss.
 */
function positionEntry(view: PositionView, viewContext: ViewContext): ReturnType<typeof lateEntry<PositionView, ViewContext>> {
  const { state, position, current, liquidation } = view;
  const several = (state.snapshot?.positions.length ?? 0) > 1;
  const leverage = believed(position.leverage);
  const writes = openWrites(view, viewContext);
  const rescue = rescueMarks(state, { kind: 'position', id: position.positionId }, viewContext, [
    view.distance,
    view.since?.figures.distance,
  ]);
  const estimate = view.since === undefined ? [] : [nowText(view.since, bareDistance(view.since.figures.distance))];
  const face = {
    ...place(view, ''),
    label: dotted(leadText(view), positionLevelWord(view)),
    // Copied, because a list that is put together has room for sixteen more.
    description: [
      // First, because a narrow view cuts off the end and the sides of a hedge must never be confused.
      sideWord(position),
      // The instrument must not jump when an estimate comes and goes; only an alarm stands before it.
      ...(view.since?.raises === true ? [...estimate, position.instrument] : [position.instrument, ...estimate]),
      ...(position.distress === undefined ? [] : [position.distress]),
      // Here too: a collapsed position hides the line with more.
      ...unfinishedMark(writes),
      ...rescue.urgent,
      ...rescue.other,
      ...(current ? [] : [msg('term.updated-age', 'updated {0}', readingAge(state, viewContext.now, position.keptFrom))]),
      // With an alarm, the label shows its level instead.
      ...(position.marginMode === 'cross' && view.counts ? [crossMargin()] : []),
      ...(leverage === undefined ? [] : [formatLeverage(leverage)]),
      ...(position.unrealizedPnl === undefined ? [] : [shortPnlText(position.unrealizedPnl, position.marginCoin)]),
    ].slice(),
    icon: positionIcon(view),
    expansion: several ? ('closed' as const) : ('open' as const),
    context: fixedReason(position) !== undefined ? ('fixedPosition' as const) : ('position' as const),
    ...(liquidation.kind === 'price' ? { copy: liquidation.price } : {}),
  };
  return lateEntry(face, late, view, viewContext, writes);
}

const positionRow = kept(positionEntry);

const late: Late<PositionView, ViewContext> = {
  spoken: (view, viewContext, writes) => joined([...spokenPosition(view, viewContext), ...unfinishedMark(writes)]),
  details: positionDetails,
  children: (view, viewContext, writes) => [
    ...writes,
    ...notes(view),
    ...positionFigures(view, viewContext).map((figure) => figureEntry(view, figure)),
  ],
};

function positionIcon(view: PositionView): Icon {
  return view.counts ? levelIcon(view.level) : { id: 'layers' };
}

function place({ state, position }: PositionView, path: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  const id = `${accountEntryId(state.account.id)}/position/${position.positionId}${path}`;
  return { id, ...positionAt(state.account.id, position.positionId) };
}

/** The position for a screen reader; its figures are called out of date when they are. */
function spokenPosition(view: PositionView, viewContext: ViewContext): readonly Text[] {
  const { state, position, current } = view;
  return [
    namedWithSide(position),
    accountText(state),
    reachWords(view),
    view.counts ? bothLevels(view) : crossMargin(),
    ...(current ? [] : spokenAge(state, viewContext, position.keptFrom)),
    ...spokenSince(view),
    ...(position.distress === undefined ? [] : [position.distress]),
  ];
}

function openWrites(view: PositionView, viewContext: ViewContext): readonly Entry[] {
  const { state, position } = view;
  return viewContext
    .openWrites(state.account.id)
    .filter(({ change }) => isOfPosition(change, position.positionId))
    .map((record) => writeEntry(record, place(view, `/write/${record.id}`), state, viewContext));
}

/** What the venue is doing with the position, and why its margin can't be changed. */
function notes(view: PositionView): readonly Entry[] {
  const { position } = view;
  const note = (path: string, sentence: Text, icon: Icon): Entry => ({
    ...place(view, path),
    label: sentence,
    icon,
    expansion: 'leaf',
    context: 'note',
  });
  const fixed = fixedReason(position);
  return [
    ...(position.distress === undefined ? [] : [note('/distress', position.distress, { id: 'flame', color: 'list.errorForeground' })]),
    ...(fixed === undefined ? [] : [note('/fixed', fixed, { id: 'lock' })]),
  ];
}

function figureEntry(view: PositionView, { path, label, values, copy, icon, below }: Figure): Entry {
  return {
    ...place(view, `/${path}`),
    label,
    description: values,
    ...(icon === undefined ? {} : { icon }),
    expansion: below === undefined ? 'leaf' : 'open',
    context: below !== undefined ? 'group' : copy === undefined ? 'note' : 'value',
    ...(copy === undefined ? {} : { copy }),
    ...(below === undefined ? {} : { children: below.map((one) => figureEntry(view, { ...one, path: `${path}/${one.path}` })) }),
  };
}
