import { isNegative, isZero, multiply, decimal, round, type Decimal } from '../core/decimal.ts';
import { formatDistance } from '../core/format.ts';
import { kept } from '../core/kept.ts';
import { msg, type Message } from '../core/message.ts';
import type { GaugeView, PageAction } from '../core/protocol.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { progressText, changeText } from '../words/kinds.ts';
import type { rescueLines, rescueMarks } from '../words/rescue.ts';
import type { LiveLine } from '../words/live-lines.ts';
import { isDemo, readBy, readingAge, troubleWord, venueName, type ViewContext } from '../words/account.ts';
import { arrow, levelPhrase, nowText, type Ground, type Since } from '../words/since-reading.ts';
import { joined, labelled, lastKnown, spaced, type Text } from '../words/text.ts';
import { frozenSentence } from './account.ts';
import type { Place } from './place.ts';

/** Translates a message into the person's language. */
export type Say = (message: Message | string) => string;

export const unknownFigure = '—';
const hundred = decimal('100');

/** The key of a loan's gauge. */
export const loanKey = (accountId: string, loanId: string): string => JSON.stringify([accountId, loanId]);

/** The key of a position's gauge. */
export const positionKey = (accountId: string, positionId: string): string => JSON.stringify([accountId, 'position', positionId]);

/** The key of the gauge of a place, where it names a loan or position. */
export const keyOfTarget = ({ accountId, on }: Place): string | undefined =>
  on && (on.kind === 'loan' ? loanKey : positionKey)(accountId, on.id);

/** A loan or a position with the account it was read from. */
export interface Gauged extends Ground {
  readonly state: AccountState;
  /** Whether the figures are up to date. */
  readonly current: boolean;
}

/** What a loan and a position fill in differently. */
export interface Face {
  readonly shown: Pick<
    GaugeView,
    'title' | 'caption' | 'figure' | 'at' | 'meter' | 'scale' | 'ticks' | 'zones' | 'estimate' | 'distanceText' | 'rows'
  >;
  /** Why the newest reading lacks the figures, and from when they are instead. */
  readonly kept?: { readonly from: number; readonly because: Message };
  /** What can be changed, if the key can trade; first what helps. */
  readonly changes: readonly { readonly id: PageAction; readonly label: Message }[];
  /** The change that leads to a target. */
  readonly target: { readonly id: PageAction; readonly label: Message };
  /** Of its prepared rescue. */
  readonly rescue: ReturnType<typeof rescueMarks>;
  readonly reach: { readonly toMarginCall?: Text; readonly toLiquidation: Text; readonly liquidationPrice?: string };
  /** Which unfinished changes are about it. */
  readonly concerns: (change: Change) => boolean;
}

export function keptFace(from: number | undefined, because: Message | undefined): Pick<Face, 'kept'> {
  return from === undefined || because === undefined ? {} : { kept: { from, because } };
}

/** One gauge as ready text and places on the scale. */
export function framed(key: string, view: Gauged, face: Face, viewContext: ViewContext, say: Say): GaugeView {
  const { state, current, level } = view;
  const { shown, changes, target, concerns, kept, reach, rescue } = face;
  const venue = venueName(state, viewContext);
  const subtitle = [venue, state.account.name, ...(state.account.readOnly ? [say(msg('term.read-only', 'read-only'))] : [])].join(' · ');
  const levelText = say(levelPhrase(view));
  const age = readingAge(state, viewContext.now, kept?.from);
  const ageText = say(spaced(msg('term.updated', 'Updated'), readBy(state, age)));
  const mark = moneyMark(state, viewContext);
  const trouble = state.failure?.error.sentence ?? kept?.because;
  const pending = said(pendingSentences(state, concerns, viewContext), say);
  const outOfDate = state.failure === undefined ? msg('gauges.not-current', 'Out of date') : troubleWord(state.failure.error);
  const isFrozen = viewContext.frozen(state.account.id) !== undefined;
  const unfinished = isFrozen ? msg('overview.frozen', 'frozen') : msg('term.change-unfinished', 'unfinished change');
  const isPending = pending.length > 0;
  const { actions, acts } = buttons(state, state.account.readOnly ? [] : changes, target, isPending, venue, say);
  return {
    ...shown,
    key,
    line: {
      venue,
      ...(reach.toMarginCall === undefined ? {} : { toMarginCall: say(reach.toMarginCall) }),
      toLiquidation: say(reach.toLiquidation),
      ...(reach.liquidationPrice === undefined ? {} : { liquidationPrice: reach.liquidationPrice }),
      age: say(age),
      marks: said([...(current ? [] : [outOfDate]), ...(isPending ? [unfinished] : []), ...rescue.urgent, ...rescue.other], say),
      acts,
    },
    subtitle,
    levelText,
    ageText,
    ...(mark === undefined ? {} : { simulatedMark: say(mark) }),
    ...(trouble === undefined ? {} : { trouble: say(trouble) }),
    level,
    stale: !current,
    reading: state.reading,
    pending,
    spokenValue: [
      `${shown.caption} ${shown.figure}`,
      ...(shown.estimate === undefined ? [] : [`${shown.estimate.label} ${shown.estimate.valueText}, ${shown.estimate.source}`]),
      levelText,
      shown.distanceText,
      ...shown.ticks.map(({ label, valueText }) => `${label} ${valueText}`),
      ageText,
      ...[mark, trouble].flatMap((text) => (text === undefined ? [] : [say(text)])),
    ].join('. '),
    spokenLevel: `${shown.title}, ${subtitle}: ${levelText}, ${shown.caption} ${shown.figure}`,
    actions,
  };
}

/** Most lists are empty: one for all of them. */
const said = (texts: readonly Text[], say: Say): readonly string[] => (texts.length === 0 ? none : texts.map(say));

const none: readonly string[] = [];

/** @param changes that its key allows */
function buttons(
  { account }: AccountState,
  changes: Face['changes'],
  target: Face['target'],
  isPending: boolean,
  venue: string,
  say: Say,
): Buttons {
  const known = buttonsOf(account, [venue, say]);
  const which = [...changes, target].map(({ id, label }) => `${id} ${label.template}`).join() + String(isPending);
  const held = known.get(which);
  if (held !== undefined) return held;
  const resolve = msg('gauge.resolve-unfinished-change', 'Resolve Unfinished Change…');
  const [help] = changes;
  const acts = isPending
    ? [{ id: 'resolve' as const, label: msg('overview.resolve', 'Resolve…'), title: resolve }]
    : help === undefined
      ? []
      : [
          { id: help.id, label: msg('overview.add', 'Add…'), title: help.label },
          { id: target.id, label: msg('overview.target', 'Target…'), title: target.label },
        ];
  const made: Buttons = {
    acts: acts.map(({ id, label, title }) => ({ id, label: say(label), title: say(title) })),
    actions: [
      ...changes.map(({ id, label }) => ({ id, label: say(label) })),
      // Nothing else can be changed before it is resolved, so the way to resolve it stands beside it.
      ...(isPending ? [{ id: 'resolve' as const, label: say(resolve) }] : []),
      { id: 'history', label: say(msg('loan.history', 'History')) },
      { id: 'reveal', label: say(msg('gauge.reveal', 'Show in Side Bar')) },
      ...(account.simulated ? [] : [{ id: 'venue' as const, label: say(msg('gauge.venue', 'Open at {0}', venue)) }]),
      { id: 'refresh', label: say(msg('button.refresh', 'Refresh')) },
    ],
  };
  known.set(which, made);
  return made;
}

type Buttons = Pick<GaugeView, 'actions'> & Pick<GaugeView['line'], 'acts'>;

// Nearly all gauges of an account have the same.
const buttonsOf = kept(() => new Map<string, Buttons>());

/** Demo trading of a venue uses a real server, so it has another mark than the simulated exchange. */
export function moneyMark(state: AccountState, viewContext: ViewContext): Message | undefined {
  if (isDemo(state, viewContext)) return msg('preview.demo', 'DEMO');
  return state.account.simulated ? msg('preview.simulated', 'SIMULATED') : undefined;
}

function pendingSentences(state: AccountState, concerns: (change: Change) => boolean, viewContext: ViewContext): Message[] {
  const { id, simulated } = state.account;
  const frozen = frozenSentence(state, viewContext);
  return [
    ...(frozen === undefined ? [] : [frozen]),
    ...viewContext
      .openWrites(id)
      .filter(({ change }) => concerns(change))
      .map((record) => labelled(changeText(record, simulated), progressText(record, venueName(state, viewContext)) ?? '')),
  ];
}

/** A distance in the overview, with the estimate where that is worse. */
export function reachIn(read: Decimal | undefined, { since }: { readonly since?: Since<unknown> }, now: Decimal | undefined): Text {
  if (read !== undefined && reached(read)) return msg('term.reached', 'reached');
  const text = read === undefined ? unknownFigure : formatDistance(read);
  return since?.raises !== true || now === undefined ? text : arrow(text, formatDistance(now));
}

/** The distance of a card. It must not reassure where an estimate alarms, nor look up to date when it isn't. */
export function distanceLine(reach: Text, { current, since }: Pick<Gauged, 'current' | 'since'>, distance: Decimal | undefined): Text {
  const read = current ? reach : lastKnown(reach);
  return since?.raises !== true || distance === undefined ? read : joined([read, nowText(since, formatDistance(distance))]);
}

/** The prepared rescue as a row: the plan, then how its steps stand. */
export function rescueRows(lines: ReturnType<typeof rescueLines>, say: Say): GaugeView['rows'] {
  const [plan, ...steps] = lines;
  if (plan === undefined) return [];
  return [
    {
      label: say(plan.label),
      lines: [{ value: say(plan.value) }, ...steps.map(({ label, value }) => ({ value: say(label), detail: say(value) }))],
    },
  ];
}

/** The button that opens it. */
export const rescueChange = (lines: ReturnType<typeof rescueLines>): Face['changes'] =>
  lines.length === 0 ? [] : [{ id: 'rescue', label: msg('button.open-rescue', 'Open Prepared Rescue…') }];

/** The lines about the live estimate as rows. How far the last one was off stays when there is none now. */
export function liveRows(lines: readonly LiveLine[], say: Say): GaugeView['rows'] {
  return lines.map(({ label, value, detail }) => ({
    label: say(label),
    ...(detail === undefined ? {} : { live: true as const }),
    lines: [{ value: say(value), ...(detail === undefined ? {} : { detail: say(detail) }) }],
  }));
}

/** A fraction as percent without its sign, at most two digits, rounded towards danger. */
export function percent(fraction: Decimal): string {
  return round(multiply(fraction, hundred), 2, 'up');
}

/** Whether nothing is left of a distance. */
export function reached(distance: Decimal | undefined): boolean {
  return distance !== undefined && (isNegative(distance) || isZero(distance));
}
