import { compare, decimal, greater, type Decimal } from '../decimal.ts';
import { liquidationOf } from './liquidation.ts';
import { credibleLtv, distanceTo, owesNothing } from './ltv.ts';
import { targetKey, type Account, type Levels, type Loan, type Position, type Target } from '../model.ts';
import { hintsOf, loanHints, type Hint, type Substitute } from './substitute.ts';

/**
 * How near a loan is to its margin call. Decided on exact figures, never on displayed text.
 * `unknown` is its own level: it is never shown as safe.
 */
export type Level = 'ok' | 'watch' | 'warn' | 'danger' | 'unknown';

/**
 * Distances below which a level begins: how far all collateral may fall to margin call, or the mark price move to liquidation. Our own judgement,
 * not a venue's figure. Fractions.
 */
export const warnBelow = decimal('0.12');
export const dangerBelow = decimal('0.05');
export const defaultLevels: Levels = { watch: decimal('0.25'), warn: warnBelow, danger: dangerBelow };

/** Where the levels of a loan or position begin: the person's own for it, else the defaults. */
export const levelsOf = ({ levels }: Pick<Account, 'levels'>, on: Target): Levels =>
  (levels === undefined ? undefined : levels[targetKey(on)]) ?? defaultLevels;

/** The same for previews and for how often is read: there the person's own are never quieter than the defaults. */
export function strictLevelsOf(account: Pick<Account, 'levels'>, on: Target): Levels {
  const { watch, warn, danger } = levelsOf(account, on);
  return {
    watch: greater(watch, defaultLevels.watch),
    warn: greater(warn, defaultLevels.warn),
    danger: greater(danger, defaultLevels.danger),
  };
}

/** From the most to the least urgent. Unknown ranks above ok: it's a reason to look. */
const urgency: readonly Level[] = ['danger', 'warn', 'unknown', 'watch', 'ok'];

/** A level, and what it is based on where the deciding figure is missing. */
export interface JudgedLevel {
  readonly level: Level;
  readonly by?: Substitute;
}

/**
 * Level of a loan: `danger` within 5 % of margin call or beyond it, `warn` within 12 %, `watch` within 25 %, else `ok`. An overdue debt is
 * `danger` too. If liquidation comes before the margin call, it counts instead. Without a believable LTV it is `unknown`, and so it is without a
 * margin-call threshold, unless liquidation alone is near enough to warn, or other figures raise an alarm: they never clear one. A loan that owes
 * nothing by the venue's figures is `ok`. With `fresh: false` (out-of-date figures) nothing better than `unknown` is returned; danger and warning
 * stay.
 * @param levels where the levels begin, if not at the defaults named here
 */
export function judgeLoan(loan: Loan, fresh: boolean, levels = defaultLevels): JudgedLevel {
  if (owesNothing(loan)) return { level: fresh ? 'ok' : 'unknown' };
  const ltv = credibleLtv(loan);
  const toMarginCall = distanceTo(loan.marginCall?.ltv, ltv);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, ltv);
  const byLtv = worse(levelOfDistance(toMarginCall, levels), alarmOnly(levelOfDistance(toLiquidation, levels)));
  const level = loan.due?.some(({ overdue }) => overdue) === true ? 'danger' : byLtv;
  return asCurrent(raised(level, loanHints(loan), levels), fresh);
}

/** The level alone, as `judgeLoan` has it. */
export function levelOf(loan: Loan, fresh: boolean, levels = defaultLevels): Level {
  return judgeLoan(loan, fresh, levels).level;
}

/**
 * Level of a position by the distance of the mark price from liquidation: `danger` within 5 %, `warn` within 12 %, `watch` within 25 %, else
 * `ok`; `danger` also when the venue says it is acting on it, or reports a margin ratio at which it does. One that no price can liquidate is
 * `ok`. Without both prices it is `unknown`, unless other figures raise an alarm: they never clear one. `fresh` as for loans.
 * @param held all positions of the account, to find which side of a hedge a price belongs to
 */
export function judgePosition(position: Position, fresh: boolean, held: readonly Position[] = [], levels = defaultLevels): JudgedLevel {
  if (position.distress !== undefined) return { level: 'danger' };
  const found = liquidationOf(position, held);
  const distance = found.kind === 'price' ? found.distance : undefined;
  const level = found.kind === 'unreachable' ? 'ok' : levelOfDistance(distance, levels);
  return asCurrent(raised(level, hintsOf(position, distance !== undefined), levels), fresh);
}

/** The level alone, as `judgePosition` has it. */
export function levelOfPosition(position: Position, fresh: boolean, held: readonly Position[] = [], levels = defaultLevels): Level {
  return judgePosition(position, fresh, held, levels).level;
}

/** A level combined with other figures, of which only alarms count. */
function raised(level: Level, hints: readonly Hint[], levels: Levels): JudgedLevel {
  return hints.reduce<JudgedLevel>(
    (judged, { by, level: told, distance }) => {
      const hint = told ?? levelOfDistance(distance, levels);
      return isAlarm(hint) && compareUrgency(hint, judged.level) < 0 ? { level: hint, by } : judged;
    },
    { level },
  );
}

const asCurrent = (judged: JudgedLevel, fresh: boolean): JudgedLevel => (fresh || isAlarm(judged.level) ? judged : { level: 'unknown' });

/** Whether a level is shown in an alarm's colour. */
export const isAlarm = (level: Level): level is 'danger' | 'warn' => level === 'danger' || level === 'warn';

/** Being far from liquidation doesn't mean being far from the margin call, so only alarms count. */
function alarmOnly(level: Level): Level | undefined {
  return isAlarm(level) || level === 'watch' ? level : undefined;
}

function worse(level: Level, other: Level | undefined): Level {
  return other !== undefined && compareUrgency(other, level) < 0 ? other : level;
}

/** The level by the distance alone, for estimates of a loan or position after a change. */
export function levelOfDistance(distance: Decimal | undefined, { watch, warn, danger } = defaultLevels): Level {
  if (distance === undefined) return 'unknown';
  if (compare(distance, danger) < 0) return 'danger';
  if (compare(distance, warn) < 0) return 'warn';
  return compare(distance, watch) < 0 ? 'watch' : 'ok';
}

/** Negative when `a` is more urgent than `b`. */
export function compareUrgency(a: Level, b: Level): number {
  return urgency.indexOf(a) - urgency.indexOf(b);
}

/** The more urgent of levels; undefined for none. */
export function worst(levels: Iterable<Level>): Level | undefined {
  let found: Level | undefined;
  for (const level of levels) if (found === undefined || compareUrgency(level, found) < 0) found = level;
  return found;
}
