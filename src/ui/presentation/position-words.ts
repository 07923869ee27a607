import { isNegative, isPositive, isZero, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatDistance } from '../../core/format.ts';
import { levelOfPosition, type Level } from '../../core/level.ts';
import type { LivePosition } from '../../core/live-estimate.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position } from '../../core/model.ts';
import { distanceToLiquidation } from '../../core/position.ts';
import type { AccountState } from '../../monitor/store.ts';
import { isVouchedFor } from './condition.ts';
import { levelWord } from './level-words.ts';
import { shortAmount } from './short-amount.ts';
import { arrow, bothLevels, sinceReading, type Since } from './since-reading.ts';

/** A position together with the account it was read from. */
export interface PositionView {
  readonly state: AccountState;
  readonly position: Position;
  /** Whether the figures may be shown as the present ones. */
  readonly vouched: boolean;
  /**
   * A position with cross margin is liquidated with all the rest of its account, so that its own distance can alarm but never
   * reassure: anything but an alarm is `unknown`.
   */
  readonly level: Level;
  /** Whether the level has a say among others: not that of a cross position without an alarm. */
  readonly counts: boolean;
  /** Of the mark price to liquidation by the last reading; a fraction. */
  readonly distance: Decimal | undefined;
  /** Absent where there is nothing to say beside the last reading. */
  readonly since?: Since<LivePosition>;
}

/** The positions of an account, isolated ones first, else in the venue's order. */
export function positionViews(state: AccountState, now: number, intervalMs: number): readonly PositionView[] {
  const views = (state.snapshot?.positions ?? []).map((position) => {
    const vouched = isVouchedFor(state, now, intervalMs, position.keptFrom);
    const readLevel = levelOfPosition(position, vouched);
    const distance = distanceToLiquidation(position);
    const levelNow = ({ markPrice }: LivePosition): Level => levelOfPosition({ ...position, markPrice }, true);
    const since = sinceReading(state, state.live?.positions[position.positionId], now, readLevel, bareDistance(distance), {
      level: levelNow,
      text: (figures) => bareDistance(figures.distance),
    });
    const own = since?.raises === true ? levelNow(since.figures) : readLevel;
    const isolated = position.marginMode === 'isolated';
    const alarm = own === 'danger' || own === 'warn' || own === 'watch';
    const level: Level = isolated || alarm ? own : 'unknown';
    return { state, position, vouched, level, counts: isolated || alarm, distance, ...(since === undefined ? {} : { since }) };
  });
  const rank = ({ position }: PositionView): number => (position.marginMode === 'isolated' ? 0 : 1);
  return views.sort((a, b) => rank(a) - rank(b));
}

export function sideWord({ side }: Pick<Position, 'side'>): Message {
  return side === 'long' ? msg('long') : msg('short');
}

/** The bare distance, for where little room is. */
export function bareDistance(distance: Decimal | undefined): string {
  return distance === undefined ? '–' : formatDistance(distance);
}

/** The bare distance, and beside it what it is about now. */
export function bareDistances({ distance, since }: Pick<PositionView, 'distance' | 'since'>): string {
  return since === undefined ? bareDistance(distance) : arrow(bareDistance(distance), bareDistance(since.figures.distance));
}

/** How far the mark price may move until liquidation, in words. */
export function liquidationDistanceText(distance: Decimal | undefined): Message {
  if (distance === undefined) return msg('distance to liquidation unknown');
  if (isNegative(distance) || isZero(distance)) return msg('liquidation price reached');
  return msg('{0} to liquidation', formatDistance(distance));
}

/** The level in a word, or that the margin is shared where that says more. */
export function positionLevelWord({ level, counts }: PositionView): Message {
  return counts ? levelWord(level) : msg('Cross margin');
}

/** The same within a sentence or beside the word "level". */
export function spokenLevelWord({ level, counts, since }: PositionView): Message {
  return counts ? bothLevels(level, since) : msg('not told for cross margin');
}

const signed = (amount: Decimal, text: string): string => (isPositive(amount) ? `+${text}` : text);

/** Profit or loss with its sign and every digit. */
export function pnlText(amount: Decimal, coin: string): string {
  return `${signed(amount, formatAmount(amount))} ${coin}`;
}

/** The same, short enough for one line among others. Rounded down. */
export function shortPnlText(amount: Decimal, coin: string): string {
  return `${signed(amount, shortAmount(amount, 'asset'))} ${coin}`;
}

/** How large it is, in the venue's unit; contracts also in what they stand for, where that is known. */
export function sizeText({
  size,
  sizeCoin,
  exposure,
  contract,
  baseCoin,
  priceCoin,
}: Pick<Position, 'size' | 'sizeCoin' | 'exposure' | 'contract' | 'baseCoin' | 'priceCoin'>): Message | string {
  if (sizeCoin !== undefined) return `${formatAmount(size)} ${sizeCoin}`;
  const coin = contract === 'inverse' ? priceCoin : baseCoin;
  return exposure === undefined || coin === undefined
    ? msg('{0} contracts', formatAmount(size))
    : msg('{0} contracts ({1} {2})', formatAmount(size), formatAmount(exposure), coin);
}
