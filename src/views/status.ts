import { compare, lesser, type Decimal } from '../core/decimal.ts';
import { formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Vanished } from '../core/model.ts';
import { compareUrgency, isAlarm, type Level } from '../core/risk/level.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { gapsOf, readingAge, troubleWord, type ViewContext } from '../words/account.ts';
import { debtsText, distanceText, isOverdue, loanName, loanViews, ltvText, ltvTexts, standingAt, type LoanView } from '../words/loan.ts';
import {
  bareDistance,
  bareDistances,
  leadText,
  liquidationDistanceText,
  positionViews,
  reachWords,
  sideWord,
  type PositionView,
} from '../words/position.ts';
import { levelPhrase } from '../words/since-reading.ts';
import { ageText } from '../words/time.ts';
import { vanishedName } from '../words/vanished.ts';
import type { Text } from '../words/text.ts';

/** A line of the table in the tooltip. */
export interface StatusRow {
  readonly account: Text;
  /** The loan or position. */
  readonly what: Text;
  /** Of a loan. */
  readonly ltv: Text;
  readonly level: Text;
  readonly distance: Text;
  readonly age: Text;
}

/** What the status bar says of all accounts. */
export interface Status {
  /** Joined with spaces behind the icon. */
  readonly text: readonly Text[];
  /** Only `warn` and `danger` colour the item. */
  readonly level: Level;
  readonly spoken: Text;
  readonly rows: readonly StatusRow[];
  /** What the estimates in the table are from, where there are some. */
  readonly note?: Text;
}

/** The status of all accounts, or undefined when there are none and nothing is to be shown. */
export function statusOf(states: readonly AccountState[], viewContext: ViewContext): Status | undefined {
  if (states.length === 0) return undefined;
  const gauged = states.flatMap((state) => gaugedOf(state, viewContext)).sort(worstFirst);
  const [worst] = gauged;
  const gaps = [
    // What is not told stands behind what is known to be worse than OK; it is still said to be there.
    ...counted(worst === undefined || isUntold(worst) ? 0 : gauged.filter(isUntold).length, untoldText),
    // Accounts of which nothing is known: no figure can speak for them.
    ...counted(states.filter(({ snapshot, failure }) => snapshot === undefined && failure !== undefined).length, blindText),
    ...counted(states.filter(isPartlyRead).length, partlyText),
    // What stood near its end and is gone makes all the rest look calmer than it is.
    ...counted(goneIn(states).filter(({ one }) => one.calm !== true).length, goneText),
  ];
  const empty = states.filter((state) => gauged.every((one) => one.state !== state));
  const rows = [
    ...gauged.map((one) => row(one, viewContext)),
    ...goneIn(states).map((gone) => goneRow(gone, viewContext)),
    ...empty.map((state) => emptyRow(state, viewContext)),
  ];
  if (worst !== undefined) return { ...describe(worst, gaps, viewContext), rows, ...noteOf(gauged, viewContext) };
  const simulated = states.every(({ account }) => account.simulated) ? [msg('status.simulated', '(simulated)')] : [];
  const known = states.every((state) => state.snapshot !== undefined && state.failure === undefined);
  const text = gaps.length > 0 ? gaps : [known ? msg('status.no-loan-position', 'no loan or position') : msg('term.loading', 'loading…')];
  return { text: [...text, ...simulated], level: 'unknown', spoken: msg('status.ltv-gauge', 'LTV Gauge: {0}.', text[0] ?? ''), rows };
}

/** Of the oldest of them: none is said to be newer than it is. */
function noteOf(gauged: readonly Gauged[], { now }: ViewContext): Pick<Status, 'note'> {
  const times = gauged.flatMap(({ estimatedAt }) => (estimatedAt === undefined ? [] : [estimatedAt]));
  return times.length === 0
    ? {}
    : { note: msg('status.behind-arrow-estimate', 'Behind an arrow: estimate, prices read {0}.', ageText(Math.min(...times), now)) };
}

const isPartlyRead = ({ snapshot }: AccountState): boolean => gapsOf(snapshot).length > 0;

const counted = (count: number, text: (count: number) => Message): Message[] => (count === 0 ? [] : [text(count)]);

function describe(worst: Gauged, gaps: readonly Message[], viewContext: ViewContext): Omit<Status, 'rows' | 'note'> {
  const { state, level, levelText, current, keptFrom } = worst;
  const age = readingAge(state, viewContext.now, keptFrom);
  const about = state.account.simulated
    ? msg('status.simulated-account', 'simulated account {0}', state.account.name)
    : msg('status.account', 'account {0}', state.account.name);
  const figures = [worst.spoken, levelText, about] as const;
  return {
    text: [
      worst.figure,
      levelText,
      ...(state.account.simulated ? [msg('status.simulated', '(simulated)')] : []),
      msg('list.led-by-dot', '· {0}', age),
      ...gaps.map((text) => msg('list.led-by-dot', '· {0}', text)),
    ],
    level,
    spoken: current
      ? msg('status.ltv-gauge-worst', 'LTV Gauge: worst is {0}, level {1}, {2}.', ...figures)
      : msg(
          'status.ltv-gauge-worst-when',
          'LTV Gauge: worst when last read is {0}, level {1}, {2}. Not current: read {3}.',
          ...figures,
          age,
        ),
  };
}

function blindText(count: number): Message {
  return count === 1
    ? msg('status.1-account-not', '1 account not read')
    : msg('status.accounts-not-read', '{0} accounts not read', count.toString());
}

function untoldText(count: number): Message {
  return count === 1 ? msg('status.1-unknown', '1 unknown') : msg('status.unknown', '{0} unknown', count.toString());
}

function goneText(count: number): Message {
  return count === 1 ? msg('status.1-gone', '1 gone') : msg('status.gone', '{0} gone', count.toString());
}

function partlyText(count: number): Message {
  return count === 1
    ? msg('status.1-account-partly', '1 account partly read')
    : msg('status.accounts-partly-read', '{0} accounts partly read', count.toString());
}

function accountText({ account }: AccountState): Text {
  return account.simulated ? msg('status.simulated-2', '{0} (simulated)', account.name) : account.name;
}

function row({ state, keptFrom, what, ltv, levelText, distanceText }: Gauged, viewContext: ViewContext): StatusRow {
  return {
    account: accountText(state),
    what,
    ltv,
    level: levelText,
    distance: distanceText,
    age: ageWithTrouble(state, viewContext, keptFrom),
  };
}

interface Gone {
  readonly state: AccountState;
  readonly one: Vanished;
}

const goneIn = (states: readonly AccountState[]): readonly Gone[] =>
  states.flatMap((state) => (state.snapshot?.vanished ?? []).map((one) => ({ state, one })));

function goneRow({ state, one }: Gone, { now }: ViewContext): StatusRow {
  const { kind, distance, lastSeen } = one;
  const reach = kind === 'position' ? liquidationDistanceText(distance) : distanceText(standingAt(distance, undefined));
  return {
    account: accountText(state),
    what: vanishedName(one),
    ltv: '–',
    level: msg('status.gone-check-exchange', 'Gone: check the exchange'),
    distance: msg('status.last-seen', 'last seen: {0}', reach),
    age: ageText(lastSeen, now),
  };
}

function emptyRow(state: AccountState, viewContext: ViewContext): StatusRow {
  const what = state.snapshot === undefined || isPartlyRead(state) ? '–' : msg('status.no-loan-position', 'no loan or position');
  return { account: accountText(state), what, ltv: '–', level: '–', distance: '–', age: ageWithTrouble(state, viewContext) };
}

function ageWithTrouble(state: AccountState, viewContext: ViewContext, keptFrom?: number): Text {
  const age = readingAge(state, viewContext.now, keptFrom);
  if (state.failure !== undefined) return msg('list.comma', '{0}, {1}', age, troubleWord(state.failure.error));
  return isPartlyRead(state) ? msg('list.comma', '{0}, {1}', age, msg('status.partly-read', 'partly read')) : age;
}

/** A loan or a position, as far as they are compared with each other. */
export interface Gauged {
  readonly state: AccountState;
  readonly current: boolean;
  /** When it was read, where that was earlier than the rest of the account. */
  readonly keptFrom: number | undefined;
  readonly level: Level;
  /** The level in words, and whether only an estimate makes it so. */
  readonly levelText: Message;
  /** Of a loan to its margin call, of a position to its liquidation, by the last reading or an estimate since, whichever is less; a fraction. */
  readonly distance: Decimal | undefined;
  /** The loan or position by its name. */
  readonly what: Text;
  /** The one figure that stands for it: the LTV, or the distance to liquidation. With the estimate where that makes it worse. */
  readonly figure: Text;
  /** `figure` and distance within a sentence. */
  readonly spoken: Text;
  /** With the estimate. A dash for a position. */
  readonly ltv: string;
  readonly distanceText: Text;
  /** When the prices were read that its estimate is from, where it has one. */
  readonly estimatedAt: number | undefined;
}

/** What counts of an account: all its loans and isolated positions, and cross positions that alarm. */
export function gaugedOf(state: AccountState, viewContext: ViewContext): readonly Gauged[] {
  return [
    ...loanViews(state, viewContext.now, viewContext.intervalMs).map(ofLoan),
    ...positionViews(state, viewContext.now, viewContext.intervalMs)
      .filter(({ counts }) => counts)
      .map(ofPosition),
  ];
}

function ofLoan(view: LoanView): Gauged {
  const { state, loan, current, level, standing, distance, since } = view;
  const reach = distanceText(standing);
  const words: Message = isOverdue(loan) ? msg('list.comma', '{0}, {1}', msg('term.debt-overdue', 'debt overdue'), reach) : reach;
  return {
    state,
    current,
    keptFrom: loan.keptFrom,
    level,
    levelText: levelPhrase(view),
    distance: nearest(distance, since?.figures.toMarginCall),
    what: msg('list.brackets', '{0} ({1})', loanName(loan), debtsText(loan)),
    figure: since?.raises === true ? ltvTexts(view) : ltvText(loan),
    spoken:
      since === undefined
        ? msg('status.ltv', 'LTV {0}, {1}', ltvText(loan), words)
        : msg('status.ltv-estimated-now', 'LTV {0}, estimated now {1}, {2}', ltvText(loan), formatLtv(since.figures.ltv), words),
    ltv: ltvTexts(view),
    distanceText: words,
    estimatedAt: since?.at,
  };
}

function ofPosition(view: PositionView): Gauged {
  const { state, position, current, level, distance, since } = view;
  const reach = reachWords(view);
  const words: Message = position.distress === undefined ? reach : msg('list.comma', '{0}, {1}', position.distress, reach);
  const what = msg('list.space', '{0} {1}', position.instrument, sideWord(position));
  return {
    state,
    current,
    keptFrom: position.keptFrom,
    level,
    levelText: levelPhrase(view),
    distance: nearest(distance, since?.figures.distance),
    what,
    figure: figureOf(view),
    spoken:
      since === undefined
        ? msg('list.comma', '{0}, {1}', what, words)
        : msg('status.estimated-now', '{0}, {1}, estimated now {2}', what, words, bareDistance(since.figures.distance)),
    ltv: '–',
    distanceText: since === undefined ? words : msg('status.arrow', '{0} → ~{1}', words, bareDistance(since.figures.distance)),
    estimatedAt: since?.at,
  };
}

/** A distance says what it is to; what stands in its place says what it is itself. */
function figureOf(view: PositionView): Text {
  if (view.since?.raises === true) return msg('status.liq', '{0} to liq.', bareDistances(view));
  const lead = leadText(view);
  return typeof lead === 'string' ? msg('status.liq', '{0} to liq.', lead) : lead;
}

const nearest = (read: Decimal | undefined, now: Decimal | undefined): Decimal | undefined =>
  read === undefined || now === undefined ? read : lesser(read, now);

/** Whether its figures are current and yet do not tell how it stands. It may be well: it must not hide one that is known to be less so. */
export const isUntold = ({ level, current, distance }: Gauged): boolean => level === 'unknown' && current && distance === undefined;

/**
 * The order of worry: by level, then by distance. A live loan or position that alarms comes before any simulated one: a price moved
 * in play must not hide it. What is not told comes right before what is OK: it hides nothing of which more is known.
 */
export function worstFirst(a: Gauged, b: Gauged): number {
  const alarm = ({ state, level }: Gauged): number => (!state.account.simulated && (level === 'danger' || level === 'warn') ? 0 : 1);
  const play = ({ state }: Gauged): number => (state.account.simulated ? 1 : 0);
  return (
    alarm(a) - alarm(b) ||
    compareUrgency(worryOf(a), worryOf(b)) ||
    Number(isUntold(a)) - Number(isUntold(b)) ||
    play(a) - play(b) ||
    nearerFirst(a, b)
  );
}

const worryOf = (one: Gauged): Level => (isUntold(one) ? 'watch' : one.level);

/** Without a distance an alarm may be the nearest of all; anything else has none to reach, or none that is known. */
function nearerFirst(a: Gauged, b: Gauged): number {
  if (a.distance !== undefined && b.distance !== undefined) return compare(a.distance, b.distance);
  if ((a.distance === undefined) === (b.distance === undefined)) return 0;
  return (a.distance === undefined) === isAlarm(a.level) ? -1 : 1;
}

/** How many loans stand at warning or danger, for the badge. */
export function loanAlarms(states: readonly AccountState[], viewContext: ViewContext): number {
  return states.flatMap((state) => loanViews(state, viewContext.now, viewContext.intervalMs)).filter(({ level }) => isAlarm(level)).length;
}

/** How many positions stand at warning or danger, for the badge. */
export function positionAlarms(states: readonly AccountState[], viewContext: ViewContext): number {
  return states.flatMap((state) => positionViews(state, viewContext.now, viewContext.intervalMs)).filter(({ level }) => isAlarm(level))
    .length;
}
