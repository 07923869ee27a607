import type { Level } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Vanished } from '../../core/model.ts';
import type { AccountState } from '../../monitor/store.ts';
import { ageText } from './age.ts';
import { readingAge, troubleWord, type Scene, gapsOf } from './condition.ts';
import { distanceText, standingAt } from './loan-words.ts';
import type { Text } from './outline.ts';
import { liquidationDistanceText } from './position-words.ts';
import { vanishedName } from './vanished-words.ts';
import { gaugedOf, isUntold, worstFirst, type Gauged } from './worst-first.ts';

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
export function statusOf(states: readonly AccountState[], scene: Scene): Status | undefined {
  if (states.length === 0) return undefined;
  const gauged = states.flatMap((state) => gaugedOf(state, scene)).sort(worstFirst);
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
    ...gauged.map((one) => row(one, scene)),
    ...goneIn(states).map((gone) => goneRow(gone, scene)),
    ...empty.map((state) => emptyRow(state, scene)),
  ];
  if (worst !== undefined) return { ...describe(worst, gaps, scene), rows, ...noteOf(gauged, scene) };
  const simulated = states.every(({ account }) => account.simulated) ? [msg('(simulated)')] : [];
  const known = states.every((state) => state.snapshot !== undefined && state.failure === undefined);
  const text = gaps.length > 0 ? gaps : [known ? msg('no loan or position') : msg('reading…')];
  return { text: [...text, ...simulated], level: 'unknown', spoken: msg('LTV Gauge: {0}.', text[0] ?? ''), rows };
}

/** Of the oldest of them: none is said to be newer than it is. */
function noteOf(gauged: readonly Gauged[], { now }: Scene): Pick<Status, 'note'> {
  const times = gauged.flatMap(({ estimatedAt }) => (estimatedAt === undefined ? [] : [estimatedAt]));
  return times.length === 0 ? {} : { note: msg('Behind an arrow: estimate, prices read {0}.', ageText(Math.min(...times), now)) };
}

const isPartlyRead = ({ snapshot }: AccountState): boolean => gapsOf(snapshot).length > 0;

const counted = (count: number, text: (count: number) => Message): Message[] => (count === 0 ? [] : [text(count)]);

function describe(worst: Gauged, gaps: readonly Message[], scene: Scene): Omit<Status, 'rows' | 'note'> {
  const { state, level, levelText, vouched, keptFrom } = worst;
  const age = readingAge(state, scene.now, keptFrom);
  const about = state.account.simulated ? msg('simulated account {0}', state.account.name) : msg('account {0}', state.account.name);
  const figures = [worst.spoken, levelText, about] as const;
  return {
    text: [
      worst.figure,
      levelText,
      ...(state.account.simulated ? [msg('(simulated)')] : []),
      msg('· {0}', age),
      ...gaps.map((text) => msg('· {0}', text)),
    ],
    level,
    spoken: vouched
      ? msg('LTV Gauge: worst is {0}, level {1}, {2}.', ...figures)
      : msg('LTV Gauge: worst when last read is {0}, level {1}, {2}. Not current: read {3}.', ...figures, age),
  };
}

function blindText(count: number): Message {
  return count === 1 ? msg('1 account not read') : msg('{0} accounts not read', count.toString());
}

function untoldText(count: number): Message {
  return count === 1 ? msg('1 unknown') : msg('{0} unknown', count.toString());
}

function goneText(count: number): Message {
  return count === 1 ? msg('1 gone') : msg('{0} gone', count.toString());
}

function partlyText(count: number): Message {
  return count === 1 ? msg('1 account partly read') : msg('{0} accounts partly read', count.toString());
}

function accountText({ account }: AccountState): Text {
  return account.simulated ? msg('{0} (simulated)', account.name) : account.name;
}

function row({ state, keptFrom, what, ltv, levelText, distanceText }: Gauged, scene: Scene): StatusRow {
  return {
    account: accountText(state),
    what,
    ltv,
    level: levelText,
    distance: distanceText,
    age: ageWithTrouble(state, scene, keptFrom),
  };
}

interface Gone {
  readonly state: AccountState;
  readonly one: Vanished;
}

const goneIn = (states: readonly AccountState[]): readonly Gone[] =>
  states.flatMap((state) => (state.snapshot?.vanished ?? []).map((one) => ({ state, one })));

function goneRow({ state, one }: Gone, { now }: Scene): StatusRow {
  const { kind, distance, lastSeen } = one;
  const reach = kind === 'position' ? liquidationDistanceText(distance) : distanceText(standingAt(distance, undefined));
  return {
    account: accountText(state),
    what: vanishedName(one),
    ltv: '–',
    level: msg('Gone: check the exchange'),
    distance: msg('last seen: {0}', reach),
    age: ageText(lastSeen, now),
  };
}

function emptyRow(state: AccountState, scene: Scene): StatusRow {
  const what = state.snapshot === undefined || isPartlyRead(state) ? '–' : msg('no loan or position');
  return { account: accountText(state), what, ltv: '–', level: '–', distance: '–', age: ageWithTrouble(state, scene) };
}

function ageWithTrouble(state: AccountState, scene: Scene, keptFrom?: number): Text {
  const age = readingAge(state, scene.now, keptFrom);
  if (state.failure !== undefined) return msg('{0}, {1}', age, troubleWord(state.failure.error));
  return isPartlyRead(state) ? msg('{0}, {1}', age, msg('partly read')) : age;
}
