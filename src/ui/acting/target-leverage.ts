import { compare, decimal, decimalPlaces, isDecimal, isZero, round, zero, type Decimal } from '../../core/decimal.ts';
import { formatDistance, formatLeverage } from '../../core/format.ts';
import { levelOfLiquidation } from '../../core/level.ts';
import { marginFor, type MarginAim, type MarginWay } from '../../core/margin-target.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Direction, Position } from '../../core/model.ts';
import { effectiveLeverage, leastDistanceLeft } from '../../core/position.ts';
import { formFault, trimmed } from './amount.ts';
import { liquidationText } from './margin-words.ts';
import type { Remark } from './preview-text.ts';
import type { TargetVerdict } from './target-percent.ts';

export type LeverageAim = Extract<MarginAim, { readonly by: 'leverage' }>;

/** As many as are shown of a leverage: what is typed and what is shown are the same. */
const mostPlaces = 2;
/** Decimals of the amounts tried while typing; the venue's own grid is known only once everything is read afresh. */
const triedPlaces = 8;
/** More than any wallet holds: whether it is enough is told later. */
const plenty = decimal(`1${'0'.repeat(30)}`);

/** Whether it is meant as a leverage: with an x behind it. */
export const isLeverage = (typed: string): boolean => /[xX×]$/.test(typed);

/** A leverage as typed, e.g. `5x` or `7.5 ×`. @returns what is wrong with it, when it is none */
export function readLeverage(text: string): LeverageAim | Message {
  const typed = text.trim().replace(/\s*[xX×]$/, '');
  if (/^[-−]/.test(typed)) return msg('The leverage must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed)) return msg('That is not a leverage. Write digits and a decimal point, then an x, for example 5x.');
  const leverage = trimmed(typed);
  if (isZero(leverage)) return msg('The leverage must be more than zero.');
  if (decimalPlaces(leverage) > mostPlaces) return msg('At most {0} decimals are allowed here.', mostPlaces.toString());
  return { by: 'leverage', leverage };
}

/** What comes of a wanted leverage in fact by the figures at hand: margin to add or to take out, and where liquidation is then. */
export function judgeLeverage(aim: LeverageAim, position: Position): TargetVerdict<MarginAim> {
  const now = effectiveLeverage(position);
  const pass = (sentence: Message, caution: boolean): TargetVerdict<MarginAim> => ({
    ok: true,
    target: aim,
    remark: { sentence, caution },
  });
  if (now === undefined) return pass(msg('Leverage in fact now is unknown.'), true);
  const figures = [formatLeverage(now), formatLeverage(aim.leverage)] as const;
  const { margin = zero } = position;
  const answer = marginFor(position, aim, { available: plenty, reducible: margin, places: triedPlaces });
  if (answer.state === 'there') return pass(msg('Leverage in fact is {0}. That is where it is.', ...figures), false);
  if (answer.state === 'way') return { ok: true, target: aim, remark: remarkOn(answer.way, figures, position) };
  if (answer.reason === 'cushion') return { ok: false, sentence: tooHigh(now, answer.nearest) };
  return pass(plainly(answer.direction, figures), true);
}

function remarkOn({ direction, after }: MarginWay, figures: readonly [string, string], { side, priceCoin }: Position): Remark {
  const { liquidationPrice, distance, unreachable } = after;
  if (unreachable === true) {
    return {
      sentence: msg('Leverage in fact {0} now. For {1}, margin is added: then no price liquidates it (estimate).', ...figures),
      caution: false,
    };
  }
  if (distance === undefined) return { sentence: plainly(direction, figures), caution: true };
  const told = [...figures, liquidationText(liquidationPrice, side, priceCoin), formatDistance(distance)] as const;
  const level = levelOfLiquidation(distance);
  return {
    sentence:
      direction === 'add'
        ? msg('Leverage in fact {0} now. For {1}, margin is added: liquidation then at {2}, {3} away (estimate).', ...told)
        : msg('Leverage in fact {0} now. For {1}, margin is taken out: liquidation then at {2}, {3} away (estimate).', ...told),
    caution: level === 'danger' || level === 'warn',
  };
}

function plainly(direction: Direction, figures: readonly [string, string]): Message {
  return direction === 'add'
    ? msg('Leverage in fact {0} now. For {1}, margin is added.', ...figures)
    : msg('Leverage in fact {0} now. For {1}, margin is taken out.', ...figures);
}

/** @param nearest what can be taken out at most with enough distance left */
function tooHigh(now: Decimal, nearest: MarginWay | undefined): Message {
  const kept = formatDistance(leastDistanceLeft);
  const most = nearest?.after.leverage === undefined ? undefined : round(nearest.after.leverage, mostPlaces, 'down');
  return most !== undefined && compare(most, now) > 0
    ? msg('That would leave less to liquidation than the {0} that is kept. Type {1} at most.', kept, formatLeverage(most))
    : msg('Leverage in fact is {0} now, and no margin can be taken out: {1} to liquidation are kept.', formatLeverage(now), kept);
}
