import { compare, decimal, isNegative, isZero, type Decimal } from './decimal.ts';
import { distanceTo } from './ltv.ts';
import type { Loan } from './model.ts';

/**
 * How near a loan is to its margin call. Decided on exact figures, never on displayed text.
 * `unknown` is its own level: it is never shown as safe.
 */
export type Level = 'ok' | 'watch' | 'warn' | 'danger' | 'unknown';

/** All collateral may fall by less than this until margin call. Our own judgement, not a venue's figure. */
const watchBelow = decimal('0.25');
const warnBelow = decimal('0.1');

/** From the most to the least urgent. Unknown stands above ok: not knowing is a reason to look. */
const urgency: readonly Level[] = ['danger', 'warn', 'unknown', 'watch', 'ok'];

/**
 * Level of a loan: `danger` at or beyond margin call, `warn` within 10 % of it, `watch` within 25 %, else `ok`.
 * Without a current LTV or a margin-call threshold it is `unknown`. Pass `fresh: false` for figures too old to vouch
 * for: then nothing better than `unknown` comes back, while danger and warning stay.
 */
export function levelOf(loan: Loan, fresh: boolean): Level {
  const level = levelOfDistance(distanceTo(loan.marginCall?.ltv, loan.ltv));
  return fresh || level === 'danger' || level === 'warn' ? level : 'unknown';
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
