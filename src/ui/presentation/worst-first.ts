import { compare, lesser, type Decimal } from '../../core/decimal.ts';
import { compareUrgency, isAlarm, type Level } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { AccountState } from '../../monitor/store.ts';
import type { Scene } from './condition.ts';
import { formatLtv } from '../../core/format.ts';
import { debtsText, distanceText, isOverdue, loanName, loanViews, ltvText, ltvTexts, type LoanView } from './loan-words.ts';
import type { Text } from './outline.ts';
import { bareDistance, bareDistances, leadText, positionViews, reachWords, sideWord, type PositionView } from './position-words.ts';
import { levelPhrase } from './since-reading.ts';

/** A loan or a position, as far as they are compared with each other. */
export interface Gauged {
  readonly state: AccountState;
  readonly vouched: boolean;
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
export function gaugedOf(state: AccountState, scene: Scene): readonly Gauged[] {
  return [
    ...loanViews(state, scene.now, scene.intervalMs).map(ofLoan),
    ...positionViews(state, scene.now, scene.intervalMs)
      .filter(({ counts }) => counts)
      .map(ofPosition),
  ];
}

function ofLoan(view: LoanView): Gauged {
  const { state, loan, vouched, level, standing, distance, since } = view;
  const reach = distanceText(standing);
  const words: Message = isOverdue(loan) ? msg('{0}, {1}', msg('debt overdue'), reach) : reach;
  return {
    state,
    vouched,
    keptFrom: loan.keptFrom,
    level,
    levelText: levelPhrase(view),
    distance: nearest(distance, since?.figures.toMarginCall),
    what: msg('{0} ({1})', loanName(loan), debtsText(loan)),
    figure: since?.raises === true ? ltvTexts(view) : ltvText(loan),
    spoken:
      since === undefined
        ? msg('LTV {0}, {1}', ltvText(loan), words)
        : msg('LTV {0}, estimated now {1}, {2}', ltvText(loan), formatLtv(since.figures.ltv), words),
    ltv: ltvTexts(view),
    distanceText: words,
    estimatedAt: since?.at,
  };
}

function ofPosition(view: PositionView): Gauged {
  const { state, position, vouched, level, distance, since } = view;
  const reach = reachWords(view);
  const words: Message = position.distress === undefined ? reach : msg('{0}, {1}', position.distress, reach);
  const what = msg('{0} {1}', position.instrument, sideWord(position));
  return {
    state,
    vouched,
    keptFrom: position.keptFrom,
    level,
    levelText: levelPhrase(view),
    distance: nearest(distance, since?.figures.distance),
    what,
    figure: figureOf(view),
    spoken:
      since === undefined
        ? msg('{0}, {1}', what, words)
        : msg('{0}, {1}, estimated now {2}', what, words, bareDistance(since.figures.distance)),
    ltv: '–',
    distanceText: since === undefined ? words : msg('{0} → ~{1}', words, bareDistance(since.figures.distance)),
    estimatedAt: since?.at,
  };
}

/** A distance says what it is to; what stands in its place says what it is itself. */
function figureOf(view: PositionView): Text {
  if (view.since?.raises === true) return msg('{0} to liq.', bareDistances(view));
  const lead = leadText(view);
  return typeof lead === 'string' ? msg('{0} to liq.', lead) : lead;
}

const nearest = (read: Decimal | undefined, now: Decimal | undefined): Decimal | undefined =>
  read === undefined || now === undefined ? read : lesser(read, now);

/** Whether its figures are current and yet do not tell how it stands. It may be well: it must not hide one that is known to be less so. */
export const isUntold = ({ level, vouched, distance }: Gauged): boolean => level === 'unknown' && vouched && distance === undefined;

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
