import { compare, decimal, isNegative, isZero, type Decimal } from './decimal.ts';
import { credibleLtv, distanceTo } from './ltv.ts';
import type { Loan, Position } from './model.ts';
import { distanceToLiquidation } from './position.ts';

/**
 * How near a loan is to its margin call. Decided on exact figures, never on displayed text.
 * `unknown` is its own level: it is never shown as safe.
 */
export type Level = 'ok' | 'watch' | 'warn' | 'danger' | 'unknown';

/** All collateral may fall by less than this until margin call. Our own judgement, not a venue's figure. */
const watchBelow = decimal('0.25');
export const warnBelow = decimal('0.1');

/** From the most to the least urgent. Unknown stands above ok: not knowing is a reason to look. */
const urgency: readonly Level[] = ['danger', 'warn', 'unknown', 'watch', 'ok'];

/**
 * Level of a loan: `danger` at or beyond margin call, `warn` within 10 % of it, `watch` within 25 %, else `ok`.
 * Anything overdue is `danger` too. Should liquidation come first, it counts instead. Without a believable LTV it is `unknown`, and so it is without a
 * margin-call threshold, unless liquidation alone is near enough to warn. Pass `fresh: false` for figures too old to vouch
 * for: then nothing better than `unknown` comes back, while danger and warning stay.
 */
export function levelOf(loan: Loan, fresh: boolean): Level {
  const ltv = credibleLtv(loan);
  const toMarginCall = distanceTo(loan.marginCall?.ltv, ltv);
  const toLiquidation = distanceTo(loan.liquidation?.ltv, ltv);
  const byLtv = worse(levelOfDistance(toMarginCall), alarmOnly(levelOfDistance(toLiquidation)));
  const level = loan.due?.some(({ overdue }) => overdue) === true ? 'danger' : byLtv;
  return fresh || level === 'danger' || level === 'warn' ? level : 'unknown';
}

/** The mark price may move by less than this until liquidation. There is no margin call before it. Our own judgement. */
export const positionDangerBelow = decimal('0.05');

/**
 * Level of a position by the distance of the mark price from liquidation: `danger` below 5 %, `warn` below 10 %, `watch` below
 * 25 %, else `ok`; `danger` also when the venue says that it is acting on it. Without both prices it is `unknown`.
 * `fresh` as for loans.
 */
export function levelOfPosition(position: Position, fresh: boolean): Level {
  const level = position.distress === undefined ? levelOfLiquidation(distanceToLiquidation(position)) : 'danger';
  return fresh || level === 'danger' || level === 'warn' ? level : 'unknown';
}

/** The same by the distance alone, for an estimate of what a change would make of a position. */
export function levelOfLiquidation(distance: Decimal | undefined): Level {
  return distance !== undefined && compare(distance, positionDangerBelow) < 0 ? 'danger' : levelOfDistance(distance);
}

/** Being far from liquidation says nothing good about the margin call, so only alarms count. */
function alarmOnly(level: Level): Level | undefined {
  return level === 'danger' || level === 'warn' || level === 'watch' ? level : undefined;
}

function worse(level: Level, other: Level | undefined): Level {
  return other !== undefined && compareUrgency(other, level) < 0 ? other : level;
}

function levelOfDistance(distance: Decimal | undefined): Level {
  if (distance === undefined) return 'unknown';
  if (isNegative(distance) || isZero(distance)) return 'danger';
  if (compare(distance, warnBelow) < 0) return 'warn';
  return compare(distance, watchBelow) < 0 ? 'watch' : 'ok';
}

/** Negative when `a` is more urgent than `b`. */
export function compareUrgency(a: Level, b: Level): number {
  return urgency.indexOf(a) - urgency.indexOf(b);
}

/** The more urgent of levels; undefined for none. */
export function worst(levels: Iterable<Level>): Level | undefined {
  return [...levels].sort(compareUrgency)[0];
}
