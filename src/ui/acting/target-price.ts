import { add, compare, isDecimal, isPositive, isZero, multiply, one, subtract, type Decimal } from '../../core/decimal.ts';
import { formatDistance, formatLeverage, formatLiquidationPrice } from '../../core/format.ts';
import { levelOfLiquidation } from '../../core/level.ts';
import type { MarginAim } from '../../core/margin-target.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position } from '../../core/model.ts';
import { distanceToLiquidation, leastDistanceLeft } from '../../core/position.ts';
import { formFault, trimmed } from './amount.ts';
import { distanceText, liquidationText } from './margin-words.ts';
import type { Remark } from './preview-text.ts';
import { isLeverage, judgeLeverage, readLeverage } from './target-leverage.ts';
import { readPercent, type TargetVerdict } from './target-percent.ts';

/** What stands over the box. */
export function aimPrompt({ priceCoin }: Position): Message {
  return msg(
    'The liquidation price that is wanted, in {0}; its distance from the mark price, with a percent sign; or a leverage in fact, with an x. The way there follows; nothing is sent yet.',
    priceCoin,
  );
}

/** Judges a liquidation price (`45000`), a distance from the mark price (`12%`) or a leverage in fact (`5x`) as typed. */
export function judgeTargetPrice(text: string, position: Position): TargetVerdict<MarginAim> {
  const aim = readAim(text);
  return 'by' in aim ? judgeAim(aim, position) : { ok: false, sentence: aim };
}

function readAim(text: string): MarginAim | Message {
  const typed = text.trim();
  if (typed === '') return msg('Type a price, a distance with a percent sign such as 12%, or a leverage with an x such as 5x.');
  if (typed.endsWith('%')) {
    const distance = readPercent(typed);
    return typeof distance === 'string' ? { by: 'distance', distance } : distance;
  }
  if (isLeverage(typed)) return readLeverage(typed);
  if (/^[-−]/.test(typed)) return msg('The price must be more than zero.');
  const form = formFault(typed);
  if (form !== undefined) return form;
  if (!isDecimal(typed))
    return msg('That is not a price. Write digits and a decimal point, a distance such as 12%, or a leverage such as 5x.');
  const price = trimmed(typed);
  return isZero(price) ? msg('The price must be more than zero.') : { by: 'price', price };
}

/** The same for what was read already, for looking again at fresher figures. */
export function judgeAim(aim: MarginAim, position: Position): TargetVerdict<MarginAim> {
  if (aim.by === 'leverage') return judgeLeverage(aim, position);
  const { side, markPrice, liquidationPrice, priceCoin } = position;
  const now = distanceToLiquidation(position);
  if (markPrice === undefined || !isPositive(markPrice) || now === undefined) {
    return { ok: true, target: aim, remark: { sentence: msg('The mark price or the liquidation price now is unknown.'), caution: true } };
  }
  const price = aim.by === 'price' ? aim.price : priceAt(position, markPrice, aim.distance);
  const distance = aim.by === 'price' ? distanceToLiquidation(position, aim.price) : aim.distance;
  const marked = liquidationText(markPrice, side, priceCoin);
  if (!isPositive(price)) return { ok: false, sentence: msg('No price is 100% below the mark price. Type less.') };
  if (distance === undefined || !isPositive(distance)) {
    return {
      ok: false,
      sentence:
        side === 'long'
          ? msg('A long position is liquidated below the mark price, which is {0}. Type less.', marked)
          : msg('A short position is liquidated above the mark price, which is {0}. Type more.', marked),
    };
  }
  const nearer = compare(distance, now) < 0;
  if (nearer && compare(distance, leastDistanceLeft) < 0) {
    return {
      ok: false,
      sentence: msg(
        'That would leave {0} to liquidation, less than the {1} that is kept.',
        formatDistance(distance),
        formatDistance(leastDistanceLeft),
      ),
    };
  }
  const figures = [
    liquidationText(liquidationPrice, side, priceCoin),
    distanceText(now),
    `${formatLiquidationPrice(price, side)} ${priceCoin}`,
    formatDistance(distance),
  ] as const;
  return { ok: true, target: aim, remark: remarkOn(figures, compare(distance, now), distance) };
}

function priceAt({ side }: Position, mark: Decimal, distance: Decimal): Decimal {
  return multiply(mark, side === 'long' ? subtract(one, distance) : add(one, distance));
}

function remarkOn(figures: readonly (string | Message)[], order: -1 | 0 | 1, distance: Decimal): Remark {
  const level = levelOfLiquidation(distance);
  const caution = level === 'danger' || level === 'warn';
  switch (order) {
    case 0:
      return { sentence: msg('Liquidation at {0}, {1} away. That is where it is.', ...figures), caution };
    case 1:
      return { sentence: msg('Liquidation at {0} now, {1} away. For {2}, {3} away, margin is added.', ...figures), caution };
    case -1:
      return { sentence: msg('Liquidation at {0} now, {1} away. For {2}, {3} away, margin is taken out.', ...figures), caution };
  }
}

/** The aim in a title. */
export function aimText(aim: MarginAim, { side, priceCoin }: Position): Message | string {
  switch (aim.by) {
    case 'price':
      return `${formatLiquidationPrice(aim.price, side)} ${priceCoin}`;
    case 'distance':
      return msg('{0} away', formatDistance(aim.distance));
    case 'leverage':
      return formatLeverage(aim.leverage);
  }
}
