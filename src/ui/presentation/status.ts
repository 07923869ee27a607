import { compare } from '../../core/decimal.ts';
import { compareUrgency, type Level } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import { readingAge, troubleWord, type Scene } from './condition.ts';
import { levelWord } from './level-words.ts';
import { debtsText, distanceText, loanName, loanViews, ltvText, type LoanView } from './loan-words.ts';
import type { Text } from './outline.ts';

/** A line of the table in the tooltip. */
export interface StatusRow {
  readonly account: Text;
  readonly loan: Text;
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
}

/** The status of all accounts, or undefined when there are none and nothing is to be shown. */
export function statusOf(states: readonly AccountState[], scene: Scene): Status | undefined {
  if (states.length === 0) return undefined;
  const views = states.flatMap((state) => loanViews(state, scene.now, scene.intervalMs)).sort(worstFirst);
  // Accounts of which nothing is known: no figure can speak for them.
  const blind = states.filter(({ snapshot, failure }) => snapshot === undefined && failure !== undefined);
  const worst = views[0];
  const rows = [...views.map((view) => loanRow(view, scene)), ...states.filter(hasNoLoan).map((state) => emptyRow(state, scene))];
  const unread = blind.length === 0 ? [] : [blindText(blind.length)];
  if (worst !== undefined) return { ...describe(worst, unread, scene), rows };
  const simulated = states.every(({ account }) => account.simulated) ? [msg('(simulated)')] : [];
  const known = states.every((state) => state.snapshot !== undefined && state.failure === undefined);
  const text = known ? [msg('no loan')] : unread.length > 0 ? unread : [msg('reading…')];
  return { text: [...text, ...simulated], level: 'unknown', spoken: msg('LTV Gauge: {0}.', text[0] ?? ''), rows };
}

/**
 * The order of worry: by level, then by distance. A live loan near its margin call comes before any simulated one: a price moved
 * in play must not hide it.
 */
function worstFirst(a: LoanView, b: LoanView): number {
  const alarm = ({ state, level }: LoanView): number => (!state.account.simulated && (level === 'danger' || level === 'warn') ? 0 : 1);
  const play = ({ state }: LoanView): number => (state.account.simulated ? 1 : 0);
  return alarm(a) - alarm(b) || compareUrgency(a.level, b.level) || play(a) - play(b) || nearerFirst(a, b);
}

function nearerFirst(a: LoanView, b: LoanView): number {
  if (a.distance !== undefined && b.distance !== undefined) return compare(a.distance, b.distance);
  if ((a.distance === undefined) === (b.distance === undefined)) return 0;
  return a.distance === undefined ? -1 : 1;
}

function describe(worst: LoanView, unread: readonly Message[], scene: Scene): Omit<Status, 'rows'> {
  const { state, loan, level, distance, vouched } = worst;
  const age = readingAge(state, scene.now);
  const about = state.account.simulated ? msg('simulated account {0}', state.account.name) : msg('account {0}', state.account.name);
  const figures = [ltvText(loan), levelWord(level), distanceText(distance), about] as const;
  return {
    text: [
      ltvText(loan),
      levelWord(level),
      ...(state.account.simulated ? [msg('(simulated)')] : []),
      msg('· {0}', age),
      ...unread.map((text) => msg('· {0}', text)),
    ],
    level,
    spoken: vouched
      ? msg('LTV Gauge: worst LTV {0}, level {1}, {2}, {3}.', ...figures)
      : msg('LTV Gauge: worst LTV when last read {0}, level {1}, {2}, {3}. Not current: read {4}.', ...figures, age),
  };
}

function blindText(count: number): Message {
  return count === 1 ? msg('1 account not read') : msg('{0} accounts not read', count.toString());
}

function accountText({ account }: AccountState): Text {
  return account.simulated ? msg('{0} (simulated)', account.name) : account.name;
}

function loanRow(view: LoanView, scene: Scene): StatusRow {
  return {
    account: accountText(view.state),
    loan: msg('{0} ({1})', loanName(view.loan), debtsText(view.loan)),
    ltv: ltvText(view.loan),
    level: levelWord(view.level),
    distance: distanceText(view.distance),
    age: ageWithTrouble(view.state, scene),
  };
}

function hasNoLoan({ snapshot }: AccountState): boolean {
  return snapshot === undefined || snapshot.loans.length === 0;
}

function emptyRow(state: AccountState, scene: Scene): StatusRow {
  const loan = state.snapshot === undefined ? '–' : msg('no loan');
  return { account: accountText(state), loan, ltv: '–', level: '–', distance: '–', age: ageWithTrouble(state, scene) };
}

function ageWithTrouble(state: AccountState, scene: Scene): Text {
  const age = readingAge(state, scene.now);
  return state.failure === undefined ? age : msg('{0}, {1}', age, troubleWord(state.failure.error));
}
