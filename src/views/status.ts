import { compare, lesser, type Decimal } from '../core/decimal.ts';
import { msg, type Message } from '../core/message.ts';
import type { Vanished } from '../core/model.ts';
import { compareUrgency, isAlarm, type Level } from '../core/risk/level.ts';
import { gapsOf, type AccountState } from '../engine/monitor/store.ts';
import { readingAge, troubleWord, type ViewContext } from '../words/account.ts';
import { kept } from '../core/kept.ts';
import { rowOf, seenOf, shownFrom } from './shown-from.ts';
import { debtsText, distanceText, isOverdue, loanName, loanViews, ltvText, ltvTexts, type LoanView } from '../words/loan.ts';
import { spokenSince } from '../words/live-lines.ts';
import {
  bareDistance,
  bareDistances,
  leadText,
  namedWithSide,
  positionViews,
  reachWords,
  toLiquidation,
  type PositionView,
} from '../words/position.ts';
import { levelPhrase, pricesText } from '../words/since-reading.ts';
import { bracketed, joined, labelled, lastKnown, spaced, type Text } from '../words/text.ts';
import { ageText } from '../words/time.ts';
import { vanishedName, vanishedStanding } from '../words/vanished.ts';
import { accountText, notRead, partlyRead, spokenAge } from './account.ts';
import { loanAt, positionAt, type PlaceOn } from './place.ts';

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

/** The status bar of all accounts. */
export interface Status {
  /** Joined with dots behind the icon. */
  readonly text: readonly Text[];
  /** What a click shows: the worst loan or position. Absent where there is none. */
  readonly place?: PlaceOn;
  /** Only `warn` and `danger` colour the item. */
  readonly level: Level;
  readonly spoken: Text;
  /** Worst first; of loans and positions the first twenty. */
  readonly rows: readonly StatusRow[];
  /** How many more there are, if there are. */
  readonly left?: Text;
  /** That all of it is simulated; else each simulated account says so in its row. */
  readonly mark?: Text;
  /** What the estimates in the table are from, if there are any. */
  readonly note?: Text;
}

/** Loans and positions in the tooltip: the editor reads it anew each time, and nobody reads hundreds there. */
const mostLines = 20;

/** What the person wants in the status bar. Whatever it is, one at Warning or Danger is shown. */
export interface StatusLook {
  /** `nearest`: the worst loan, and the worst position where that is nearer to its end. */
  readonly shows: 'nearest' | 'loan' | 'position' | 'both';
  /** `short`: no level but an alarm, no age but an old one. */
  readonly detail: 'full' | 'short';
}

/** The status of all accounts, or undefined when there are none and nothing is to be shown. */
export function statusOf(
  states: readonly AccountState[],
  viewContext: ViewContext,
  look: StatusLook = { shows: 'nearest', detail: 'full' },
): Status | undefined {
  if (states.length === 0) return undefined;
  const gauged = sortedByWorst(
    states.flatMap((state) => gaugedOf(state, viewContext)),
    (one) => one,
  );
  const [worst] = gauged;
  const gaps = [
    // Unknown ones rank below known ones that are worse than OK, but are still counted.
    ...counted(worst === undefined || isUntold(worst) ? 0 : gauged.filter(isUntold).length, msg('term.unknown', 'unknown')),
    ...counted(states.filter(({ snapshot, failure }) => snapshot === undefined && failure !== undefined).length, notRead()),
    ...counted(states.filter(isPartlyRead).length, partlyRead()),
    // If something near liquidation is gone, the rest looks calmer than it is.
    ...counted(goneIn(states).filter(({ one }) => one.calm !== true).length, msg('status.closed', 'closed')),
  ];
  const filled = new Set(gauged.map(({ state }) => state.account));
  const empty = states.filter(({ account }) => !filled.has(account));
  const isSimulated = states.every(({ account }) => account.simulated);
  const { nameOf, lineOf } = told[isSimulated ? 'bare' : 'marked'];
  const rows = [
    ...gauged.slice(0, mostLines).map((one) => lineOf(one, viewContext)),
    ...goneIn(states).map((gone) => goneRow(gone, nameOf(gone.state), viewContext)),
    ...empty.map((state) => emptyRow(state, nameOf(state), viewContext)),
  ];
  const left = gauged.length - mostLines;
  const more = {
    rows,
    ...(isSimulated ? { mark: msg('preview.simulated', 'SIMULATED') } : {}),
    ...(left > 0 ? { left: msg('status.more', '{0} more in the gauges', left.toString()) } : {}),
    ...noteOf(gauged, viewContext),
  };
  if (worst !== undefined) return { ...describe(shownOf(worst, gauged, look), worst, gaps, viewContext, look), ...more };
  const simulated = isSimulated ? [msg('term.simulated', 'simulated')] : [];
  const known = states.every((state) => state.snapshot !== undefined && state.failure === undefined);
  const text = ['LTV Gauge', ...(gaps.length > 0 ? gaps : [known ? nothing() : msg('term.loading', 'loading…')]), ...simulated];
  return { text, level: 'unknown', spoken: joined(text), ...more };
}

/** With the account as it is, or marked when it is simulated. */
const told = { bare: tellingWith(({ account }) => account.name), marked: tellingWith(accountText) };

function tellingWith(nameOf: (state: Pick<AccountState, 'account'>) => Text) {
  const row = kept((view: LoanView | PositionView, { now }: ViewContext): StatusRow => new LateRow(view, now, nameOf));
  return { nameOf, lineOf: ({ view, from }: Gauged, viewContext: ViewContext) => row(rowOf(view), from, view, viewContext) };
}

/** A row that is made each time it is read: of a thousand that are compared as objects, few are new. */
class LateRow implements StatusRow {
  readonly #view: LoanView | PositionView;
  readonly #now: number;
  readonly #nameOf: (state: AccountState) => Text;

  constructor(view: LoanView | PositionView, now: number, nameOf: (state: AccountState) => Text) {
    this.#view = view;
    this.#now = now;
    this.#nameOf = nameOf;
  }

  get account(): Text {
    return this.#nameOf(this.#view.state);
  }

  get what(): Text {
    const view = this.#view;
    return 'loan' in view ? bracketed(loanName(view.loan), debtsText(view.loan)) : namedWithSide(view.position);
  }

  get ltv(): Text {
    return 'loan' in this.#view ? ltvTexts(this.#view) : '–';
  }

  get level(): Text {
    return levelPhrase(this.#view);
  }

  get distance(): Text {
    const view = this.#view;
    const words = reachOf(view);
    return 'loan' in view || view.since === undefined ? words : spaced(words, `→ ~${bareDistance(view.since.figures.distance)}`);
  }

  get age(): Text {
    return ageWithTrouble(this.#view.state, { now: this.#now }, rowOf(this.#view).keptFrom);
  }
}

/** In the order of the columns. */
const cellsOf = (row: StatusRow | undefined): unknown => row && [row.account, row.what, row.ltv, row.level, row.distance, row.age];

/** Whether both look the same. Rows that weren't made again are the same objects. */
export function isSameStatus(a: Status | undefined, b: Status | undefined): boolean {
  const inText = (one: unknown): string => JSON.stringify(one);
  return (
    inText({ ...a, rows: a?.rows.length }) === inText({ ...b, rows: b?.rows.length }) &&
    (a?.rows.every((row, at) => row === b?.rows[at] || inText(cellsOf(row)) === inText(cellsOf(b?.rows[at]))) ?? true)
  );
}

const nothing = (): Message => msg('gauges.none', 'No loans or isolated positions');

/** Of the oldest of them: none looks newer than it is. */
function noteOf(gauged: readonly Gauged[], { now }: ViewContext): Pick<Status, 'note'> {
  const times = gauged.flatMap(({ view: { since } }) => (since === undefined ? [] : [since.at]));
  if (times.length === 0) return {};
  return { note: joined([spaced('→', msg('term.estimate-word', 'estimate')), pricesText({ at: Math.min(...times) }, now)]) };
}

const isPartlyRead = ({ snapshot }: AccountState): boolean => gapsOf(snapshot).length > 0;

const counted = (count: number, what: Message): Message[] => (count === 0 ? [] : [labelled(what, count.toString())]);

/** The loan first: this is an LTV gauge. @param gauged worst first */
function shownOf(worst: Gauged, gauged: readonly Gauged[], { shows }: StatusLook): readonly Gauged[] {
  const isWanted = (one: Gauged): boolean => shows === 'both' || (shows === 'nearest' ? 'loan' : shows) in one.view;
  const firsts = (['loan', 'position'] as const).flatMap((kind) => gauged.find((one) => kind in one.view) ?? []);
  const shown = firsts.filter((one) => isWanted(one) || (shows === 'nearest' ? one === worst : isAlarm(one.level)));
  return shown.length === 0 ? [worst] : shown;
}

function describe(
  shown: readonly Gauged[],
  worst: Gauged,
  gaps: readonly Message[],
  viewContext: ViewContext,
  { detail }: StatusLook,
): Omit<Status, 'rows' | 'left' | 'mark' | 'note'> {
  const isShort = detail === 'short';
  const isAllSimulated = shown.every(({ state }) => state.account.simulated);
  const simulated = [msg('term.simulated', 'simulated')];
  // The level of one that isn't the worst would be taken for that of the whole.
  const says = (one: Gauged): boolean => (isShort ? isAlarm(one.level) || !one.current : one === worst || shown.length === 1);
  const readAt = (one: Gauged): number => keptFrom(one) ?? one.state.snapshot?.asOf ?? 0;
  const oldest = shown.reduce((a, b) => (readAt(b) < readAt(a) ? b : a));
  return {
    text: [
      ...shown.flatMap((one) => [
        figureOf(one),
        ...(says(one) ? [levelPhrase(one.view)] : []),
        ...(one.state.account.simulated && !isAllSimulated ? simulated : []),
      ]),
      ...(isAllSimulated ? simulated : []),
      ...(isShort && shown.every(({ current }) => current) ? [] : [readingAge(oldest.state, viewContext.now, keptFrom(oldest))]),
      ...gaps,
    ],
    place: placeOf(worst),
    level: worst.level,
    spoken: joined([
      msg('status.worst', 'LTV Gauge, worst loan or position'),
      ...[worst, ...shown.filter((one) => one !== worst)].flatMap((one) => [
        ...spokenOf(one),
        levelPhrase(one.view),
        accountText(one.state),
        ...(one.current ? [] : spokenAge(one.state, viewContext, keptFrom(one))),
      ]),
      ...gaps,
    ]),
  };
}

interface Gone {
  readonly state: AccountState;
  readonly one: Vanished;
}

const goneIn = (states: readonly AccountState[]): readonly Gone[] =>
  states.flatMap((state) => (state.snapshot?.vanished ?? []).filter(({ repaid }) => repaid !== true).map((one) => ({ state, one })));

function goneRow({ one }: Gone, account: Text, { now }: ViewContext): StatusRow {
  return {
    account,
    what: vanishedName(one),
    ltv: '–',
    level: msg('status.gone-check-exchange', 'closed: check the exchange'),
    distance: lastKnown(vanishedStanding(one)),
    age: ageText(one.lastSeen, now),
  };
}

function emptyRow(state: AccountState, account: Text, viewContext: ViewContext): StatusRow {
  const what = state.snapshot === undefined || isPartlyRead(state) ? '–' : nothing();
  return { account, what, ltv: '–', level: '–', distance: '–', age: ageWithTrouble(state, viewContext) };
}

function ageWithTrouble(state: AccountState, { now }: Pick<ViewContext, 'now'>, keptFrom?: number): Text {
  const trouble = state.failure === undefined ? (isPartlyRead(state) ? [partlyRead()] : []) : [troubleWord(state.failure.error)];
  return joined([readingAge(state, now, keptFrom), ...trouble]);
}

/** A loan or a position, as they are compared with each other. */
interface Gauged {
  /** As far as its account, reading and failure go. */
  readonly state: AccountState;
  readonly current: boolean;
  readonly level: Level;
  /** Of a loan to its margin call, of a position to its liquidation, by the last reading or an estimate since, whichever is less; a fraction. */
  readonly distance: Decimal | undefined;
  readonly view: LoanView | PositionView;
  /** Everything that its texts are made from. */
  readonly from: readonly unknown[];
}

/** What counts in an account: all its loans and isolated positions, and cross positions that alarm. */
function gaugedOf(state: AccountState, viewContext: ViewContext): readonly Gauged[] {
  const { owner, from, seen } = seenOf(state, viewContext);
  return keptGauged(owner, from, seen, viewContext);
}

const keptGauged = kept(({ loans, positions, ground }: ReturnType<typeof seenOf>['seen'], { now }: ViewContext): readonly Gauged[] => {
  const gauged = (view: LoanView | PositionView, estimated: Decimal | undefined): Gauged => {
    const { state, current, level, distance } = view;
    return { state, current, level, distance: nearest(distance, estimated), view, from: shownFrom(view, ground, now) };
  };
  return [
    ...loans.map((view) => gauged(view, view.since?.figures.toMarginCall)),
    ...positions.filter(({ counts }) => counts).map((view) => gauged(view, view.since?.figures.distance)),
  ];
});

const placeOf = ({ view, state: { account } }: Gauged): PlaceOn =>
  'loan' in view ? loanAt(account.id, view.loan.id) : positionAt(account.id, view.position.positionId);

/** When it was read, where that was earlier than the rest of the account. */
const keptFrom = ({ view }: Gauged): number | undefined => rowOf(view).keptFrom;

function reachOf(view: LoanView | PositionView): Text {
  if ('loan' in view)
    return joined([...(isOverdue(view.loan) ? [msg('term.debt-overdue', 'debt overdue')] : []), distanceText(view.standing)]);
  const { distress } = view.position;
  return joined([...(distress === undefined ? [] : [distress]), reachWords(view)]);
}

/** The one figure that stands for it: the LTV, or the distance to liquidation. With the estimate where that makes it worse. */
const figureOf = ({ view }: Gauged): Text =>
  'loan' in view ? (view.since?.raises === true ? ltvTexts(view) : ltvText(view.loan)) : distanceFigure(view);

/** Name, figure and distance for a screen reader. */
const spokenOf = ({ view }: Gauged): readonly Text[] =>
  'loan' in view
    ? [msg('term.loan', 'Loan {0}', loanName(view.loan)), `LTV ${ltvText(view.loan)}`, reachOf(view), ...spokenSince(view)]
    : [namedWithSide(view.position), reachOf(view), ...spokenSince(view)];

/** A distance is named as one; a substitute names itself. */
function distanceFigure(view: PositionView): Text {
  if (view.since?.raises === true) return toLiquidation(bareDistances(view));
  const lead = leadText(view);
  return typeof lead === 'string' ? toLiquidation(lead) : lead;
}

/** The distance that counts. */
export const nearest = (read: Decimal | undefined, now: Decimal | undefined): Decimal | undefined =>
  read === undefined || now === undefined ? read : lesser(read, now);

/** What their order depends on. */
export type Ranked = Pick<Gauged, 'state' | 'level' | 'current' | 'distance'>;

/** Whether its figures are up to date and still don't say how it stands. It may be fine: it must not hide one known to be worse. */
export const isUntold = ({ level, current, distance }: Ranked): boolean => level === 'unknown' && current && distance === undefined;

/**
 * By level, then by distance. A live loan or position with an alarm comes before any simulated one, which must not hide it. Unknown ones
 * come right before OK ones: they hide nothing that is known to be worse.
 */
export function sortedByWorst<One>(all: readonly One[], rankedOf: (one: One) => Ranked): readonly One[] {
  return all
    .map((one) => {
      const ranked = rankedOf(one);
      return { one, ranked, rank: rankOf(ranked), near: roughly(ranked.distance) };
    })
    .sort((a, b) => a.rank - b.rank || a.near - b.near || nearerFirst(a.ranked, b.ranked))
    .map(({ one }) => one);
}

/** A number for a first comparison: reading one keeps the order, so only what is alike has to be compared exactly. NaN where nothing is known. */
export const roughly = (figure: Decimal | undefined): number => Number(figure);

/** Less is worse. Those of one rank are of one level. */
function rankOf(one: Ranked): number {
  const { simulated } = one.state.account;
  const isUnhidden = !simulated && isAlarm(one.level);
  return [
    isUnhidden ? 0 : 1,
    compareUrgency(isUntold(one) ? 'watch' : one.level, 'danger'),
    Number(isUntold(one)),
    Number(simulated),
  ].reduce((rank, part) => rank * 10 + part);
}

/** Accounts by their worst; those without any last. @param rankedOf what counts in an account */
export function accountsWorstFirst(
  states: readonly AccountState[],
  rankedOf: (state: AccountState) => readonly Ranked[],
): readonly AccountState[] {
  const worsts = states.map((state) => ({ state, worst: sortedByWorst(rankedOf(state), (one) => one)[0] }));
  const some = worsts.flatMap(({ state, worst }) => (worst === undefined ? [] : [{ state, worst }]));
  const none = worsts.filter(({ worst }) => worst === undefined);
  return [...sortedByWorst(some, ({ worst }) => worst), ...none].map(({ state }) => state);
}

/** An alarm without a distance may be the nearest of all; anything else has nothing to reach, or nothing known. */
function nearerFirst(a: Ranked, b: Ranked): number {
  if (a.distance !== undefined && b.distance !== undefined) return compare(a.distance, b.distance);
  if ((a.distance === undefined) === (b.distance === undefined)) return 0;
  return (a.distance === undefined) === isAlarm(a.level) ? -1 : 1;
}

/** How many loans are at warning or danger, for the badge. */
export function loanAlarms(states: readonly AccountState[], viewContext: ViewContext): number {
  return states.flatMap((state) => loanViews(state, viewContext.now, viewContext.intervalMs)).filter(({ level }) => isAlarm(level)).length;
}

/** How many positions are at warning or danger, for the badge. */
export function positionAlarms(states: readonly AccountState[], viewContext: ViewContext): number {
  return states.flatMap((state) => positionViews(state, viewContext.now, viewContext.intervalMs)).filter(({ level }) => isAlarm(level))
    .length;
}
