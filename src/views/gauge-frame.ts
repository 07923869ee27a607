import { isNegative, isZero, multiply, decimal, round, type Decimal } from '../core/decimal.ts';
import { formatDistance } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { GaugeView, PageAction } from '../core/protocol.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { progressText, changeText } from '../words/kinds.ts';
import type { LiveLine } from '../words/live-lines.ts';
import { isDemo, readingAge, venueName, type ViewContext } from '../words/account.ts';
import { levelPhrase, type Ground } from '../words/since-reading.ts';

/** Puts a message into the person's language. */
export type Say = (message: Message | string) => string;

export const unknownFigure = '—';
const hundred = decimal('100');

/** The key of a loan's gauge. */
export const loanKey = (accountId: string, loanId: string): string => JSON.stringify([accountId, loanId]);

/** The key of a position's gauge. */
export const positionKey = (accountId: string, positionId: string): string => JSON.stringify([accountId, 'position', positionId]);

/** A loan or a position with the account it was read from. */
export interface Gauged extends Ground {
  readonly state: AccountState;
  /** Whether the figures may be shown as the present ones. */
  readonly current: boolean;
}

/** What a loan and a position fill in differently. */
export type Face = Pick<
  GaugeView,
  'title' | 'caption' | 'figure' | 'at' | 'meter' | 'scale' | 'ticks' | 'zones' | 'estimate' | 'distanceText' | 'rows'
> & {
  /** Why the newest reading could not tell, and from when the figures are instead. */
  readonly kept?: { readonly from: number; readonly because: Message };
  /** What can be changed, if the account may. */
  readonly changes: readonly { readonly id: PageAction; readonly label: Message }[];
  /** Which unfinished changes are about it. */
  readonly concerns: (change: Change) => boolean;
};

export function keptFace(from: number | undefined, because: Message | undefined): Pick<Face, 'kept'> {
  return from === undefined || because === undefined ? {} : { kept: { from, because } };
}

/** One gauge as ready text and places on the scale. */
export function framed(key: string, view: Gauged, face: Face, viewContext: ViewContext, say: Say): GaugeView {
  const { state, current, level } = view;
  const { changes, concerns, kept, ...shown } = face;
  const subtitle = [
    venueName(state, viewContext),
    state.account.name,
    ...(state.account.readOnly ? [say(msg('term.read-only', 'read-only'))] : []),
  ].join(' · ');
  const levelText = say(levelPhrase(view));
  const ageText = say(msg('gauge.read', 'Read {0}', readingAge(state, viewContext.now, kept?.from)));
  const mark = moneyMark(state, viewContext);
  const trouble = state.failure?.error.sentence ?? kept?.because;
  const pending = pendingSentences(state, concerns, viewContext).map(say);
  return {
    key,
    ...shown,
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
      `${face.caption} ${face.figure}`,
      ...(face.estimate === undefined
        ? []
        : [
            say(
              msg(
                'gauge.level-and-distance',
                '{0} {1}, {2}',
                msg('gauge.estimated-now', 'Estimated now'),
                face.estimate.valueText,
                face.estimate.source,
              ),
            ),
          ]),
      levelText,
      face.distanceText,
      ...face.ticks.map(({ label, valueText }) => `${label} ${valueText}`),
      ageText,
      ...[mark, trouble].flatMap((text) => (text === undefined ? [] : [say(text)])),
    ].join('. '),
    spokenLevel: `${face.title}, ${subtitle}: ${levelText}, ${face.caption} ${face.figure}`,
    actions: [
      ...(state.account.readOnly ? [] : changes.map(({ id, label }) => ({ id, label: say(label) }))),
      // Where nothing else can be changed before it is settled, the way to settle it stands beside it.
      ...(pending.length === 0
        ? []
        : [{ id: 'resolve' as const, label: say(msg('gauge.resolve-unfinished-change', 'Resolve Unfinished Change…')) }]),
      { id: 'refresh', label: say(msg('button.refresh', 'Read Again')) },
    ],
  };
}

/** An account on a venue's own demo trading talks to a real server, so it is told apart from the simulated exchange. */
export function moneyMark(state: AccountState, viewContext: ViewContext): Message | undefined {
  if (isDemo(state, viewContext)) return msg('gauge.demo-trading-no', 'DEMO TRADING: no real money');
  return state.account.simulated ? msg('gauge.simulated-no-real', 'SIMULATED: no real money') : undefined;
}

function pendingSentences(state: AccountState, concerns: (change: Change) => boolean, viewContext: ViewContext): Message[] {
  const { id, simulated } = state.account;
  const frozen = viewContext.frozen(id);
  return [
    ...(frozen === undefined
      ? []
      : [
          msg(
            'account.changes-frozen-exchange',
            'Changes are frozen: the exchange did something else than was asked ({0}).',
            changeText(frozen, simulated),
          ),
        ]),
    ...viewContext
      .openWrites(id)
      .filter(({ change }) => concerns(change))
      .map((record) =>
        msg('list.colon-sentence', '{0}: {1}.', changeText(record, simulated), progressText(record, venueName(state, viewContext)) ?? ''),
      ),
  ];
}

/** A sentence about a distance must not reassure where an estimate alarms. */
export function worseNow(sentence: Message, since: Ground['since'], distance: Decimal | undefined): Message {
  return since?.raises !== true || distance === undefined
    ? sentence
    : msg('gauge.estimate-now', '{0}. By estimate it is {1} now', sentence, formatDistance(distance));
}

/** The lines about what is estimated between readings as rows. */
export function liveRows(lines: readonly LiveLine[], say: Say): GaugeView['rows'] {
  return lines.map(({ label, value, detail }) => ({
    label: say(label),
    live: true,
    lines: [{ value: say(value), ...(detail === undefined ? {} : { detail: say(detail) }) }],
  }));
}

/** A fraction as percent without a sign, at most two digits, rounded towards danger. */
export function percent(fraction: Decimal): string {
  return round(multiply(fraction, hundred), 2, 'up');
}

/** Whether nothing is left of a distance. */
export function reached(distance: Decimal | undefined): boolean {
  return distance !== undefined && (isNegative(distance) || isZero(distance));
}
