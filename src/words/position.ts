import { isNegative, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatMarginRatio, formatLeverage, formatLiquidationPrice } from '../core/format.ts';
import { isAlarm, judgePosition, levelOfPosition, levelsOf, type Level } from '../core/risk/level.ts';
import { liquidationOf, type Liquidation } from '../core/risk/liquidation.ts';
import type { LivePosition } from '../core/risk/live-estimate.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { Levels, Position, PositionRef, Side } from '../core/model.ts';
import type { Substitute } from '../core/risk/substitute.ts';
import { isCurrent } from '../engine/monitor/pace.ts';
import type { AccountState } from '../engine/monitor/store.ts';
import { exchanges } from '../exchanges/registry.ts';
import { levelBy, toLine, unknownDistance } from './level.ts';
import { ownCoins, shortAmount } from './amount.ts';
import { kept } from '../core/kept.ts';
import { arrow, bothLevels, seenFrom, sinceReading, type Look, type Since } from './since-reading.ts';
import { bracketed, estimated, joined, spaced, type Text } from './text.ts';

/** A position together with the account it was read from. */
export interface PositionView {
  readonly state: AccountState;
  readonly position: Position;
  /** Whether the figures are up to date. */
  readonly current: boolean;
  /** Where its levels begin. */
  readonly levels: Levels;
  /**
   * A position with cross margin is liquidated with the rest of its account, so its own distance can alarm but never reassure:
   * anything but an alarm is `unknown`.
   */
  readonly level: Level;
  /** Whether the level counts among others: not that of a cross position without an alarm. */
  readonly counts: boolean;
  /** What raised the alarm where the distance is missing. */
  readonly by?: Substitute;
  /** What is known of the price that would liquidate it. */
  readonly liquidation: Liquidation;
  /** From the mark price to liquidation by the last reading; a fraction. */
  readonly distance: Decimal | undefined;
  /** Absent where the live estimate adds nothing. */
  readonly since?: Since<LivePosition>;
}

/** The positions of an account, isolated ones first, else in the venue's order; the same list as before while nothing has changed for any. */
export function positionViews(state: AccountState, now: number, intervalMs: number): readonly PositionView[] {
  const { snapshot } = state;
  return snapshot === undefined ? [] : viewsOf(snapshot, seenFrom(state, now, intervalMs), state, snapshot.positions, now, intervalMs);
}

const viewsOf = kept((state: AccountState, held: readonly Position[], now: number, intervalMs: number): readonly PositionView[] => {
  const isUpToDate = isCurrent(state, now, intervalMs);
  const views = held.map((position) => {
    const current = isUpToDate && position.keptFrom === undefined;
    const levels = levelsOf(state.account, { kind: 'position', id: position.positionId });
    const { level: readLevel, by, text, ...found } = judged(position, [current, held, levels], position, current, held, levels);
    const look = (live: LivePosition): Look => looked(live, [position, held, levels], live, position, held, levels);
    const since = sinceReading(state, state.live?.positions[position.positionId], now, readLevel, text, look);
    const own = since?.raises === true ? look(since.figures).level : readLevel;
    const isolated = position.marginMode === 'isolated';
    const alarm = isAlarm(own) || own === 'watch';
    const level: Level = isolated || alarm ? own : 'unknown';
    return {
      state,
      position,
      current,
      levels,
      level,
      counts: isolated || alarm,
      ...found,
      ...(by === undefined ? {} : { by }),
      ...(since === undefined ? {} : { since }),
    };
  });
  const rank = ({ position }: PositionView): number => (position.marginMode === 'isolated' ? 0 : 1);
  return views.sort((a, b) => rank(a) - rank(b));
});

const judged = kept((position: Position, current: boolean, held: readonly Position[], levels: Levels) => {
  const liquidation = liquidationOf(position, held);
  const distance = liquidation.kind === 'price' ? liquidation.distance : undefined;
  return { ...judgePosition(position, current, held, levels), liquidation, distance, text: bareDistance(distance) };
});

const looked = kept(({ markPrice, distance }: LivePosition, position: Position, held: readonly Position[], levels: Levels): Look => ({
  level: levelOfPosition({ ...position, markPrice }, true, held, levels),
  text: bareDistance(distance),
}));

export function sideWord({ side }: Pick<Position, 'side'>): Message {
  return side === 'long' ? msg('position.long', 'long') : msg('position.short', 'short');
}

/** `BTC-USDT long` */
export function namedWithSide({ instrument, side }: Pick<Position, 'instrument' | 'side'>): Message {
  return spaced(instrument, sideWord({ side }));
}

/** The bare distance, for where there is little room. */
export function bareDistance(distance: Decimal | undefined): string {
  return distance === undefined ? '–' : formatDistance(distance);
}

/** The one figure that stands for a position: its distance to liquidation, or its substitute. */
export function leadText(view: PositionView): Text {
  if (view.liquidation.kind === 'unreachable') return msg('position.not-reached', 'not reached');
  return byMarginRatio(view) ?? bareDistance(view.distance);
}

function byMarginRatio({ position: { marginRatio }, distance, by }: PositionView): Message | undefined {
  return distance === undefined && by === 'marginRatio' && marginRatio !== undefined
    ? spaced(msg('term.margin-ratio', 'Margin ratio'), formatMarginRatio(marginRatio))
    : undefined;
}

/** The bare distance, and beside it the live estimate. */
export function bareDistances({ distance, since }: Pick<PositionView, 'distance' | 'since'>): string {
  return since === undefined ? bareDistance(distance) : arrow(bareDistance(distance), bareDistance(since.figures.distance));
}

/** How far the mark price may move until liquidation. */
export function liquidationDistanceText(distance: Decimal | undefined): Message {
  if (distance === undefined) return unknownDistance(msg('preview.liquidation', 'liquidation'));
  if (isNegative(distance) || isZero(distance)) return msg('position.liquidation-price-reached', 'liquidation price reached');
  return toLiquidation(formatDistance(distance));
}

export const toLiquidation = (distance: string): Message => toLine(distance, msg('preview.liquidation', 'liquidation'));

/** How far a position is from liquidation, with its substitute where there is no distance. */
export function reachWords(view: PositionView): Text {
  const { liquidation, distance } = view;
  if (liquidation.kind === 'unreachable') return outOfReach();
  if (liquidation.kind === 'otherSide')
    return msg('position.liquidation-price-other', 'liquidation price belongs to the other side of the hedge');
  const ratio = byMarginRatio(view);
  return joined([liquidationDistanceText(distance), ...(ratio === undefined ? [] : [ratio, liquidatesAtFull()])]);
}

export const outOfReach = (): Message => msg('position.no-price-liquidates', "can't be liquidated: margin exceeds the possible loss");

export const liquidatesAtFull = (): Message => msg('position.liquidation-100', 'liquidation at 100%');

export const crossMargin = (): Message => msg('term.cross-margin', 'Cross margin');

/** The level in a word, or that the margin is shared where that says more. */
export function positionLevelWord({ level, by, counts, since }: PositionView): Message {
  return counts ? levelBy(level, since?.raises === true ? undefined : by) : crossMargin();
}

/** The level in full; none for cross margin without an alarm. */
export function spokenLevelWord(view: PositionView): Message {
  return view.counts ? bothLevels(view) : bracketed(msg('term.none', 'none'), crossMargin());
}

/** Why the margin of a position can't be changed, or undefined when it can. */
export function fixedReason({ fixedMargin, marginMode }: Position): Message | undefined {
  if (fixedMargin !== undefined || marginMode !== 'cross') return fixedMargin;
  return msg('position.cross-margin-whole', "Cross margin is shared by the whole account and can't be changed here.");
}

const signed = (amount: Decimal, text: string): string => (isPositive(amount) ? `+${text}` : text);

/** Profit or loss with its sign and every digit. */
export function pnlText(amount: Decimal, coin: string): Message {
  return ownCoins(amount, coin, signed(amount, formatAmount(amount)));
}

/** The same, short enough for one line among others. Rounded down. */
export function shortPnlText(amount: Decimal, coin: string): Message {
  return ownCoins(amount, coin, signed(amount, shortAmount(amount, 'asset')));
}

/** The size in the venue's unit; contracts also as the amount they stand for, where that is known. */
export function sizeText({
  size,
  sizeCoin,
  exposure,
  contract,
  baseCoin,
  priceCoin,
}: Pick<Position, 'size' | 'sizeCoin' | 'exposure' | 'contract' | 'baseCoin' | 'priceCoin'>): Message {
  if (sizeCoin !== undefined) return ownCoins(size, sizeCoin);
  const coin = contract === 'inverse' ? priceCoin : baseCoin;
  const contracts = msg('position.contracts', '{0} contracts', hideable(formatAmount(size)));
  return exposure === undefined || coin === undefined ? contracts : bracketed(contracts, ownCoins(exposure, coin));
}

// A figure of a position as text, "unknown" where it is absent: absent is never safe.

/** With all its digits. */
export function marginText(margin: Decimal | undefined, coin: string): Message {
  return margin === undefined ? msg('term.unknown', 'unknown') : ownCoins(margin, coin);
}

/** @param coin the coin of prices, where it is known */
export function liquidationText(price: Decimal | undefined, side: Side, coin?: string, unreachable?: true): Message | string {
  if (unreachable === true) return msg('term.none', 'none');
  if (price === undefined) return msg('term.unknown', 'unknown');
  // What a venue prints where there is none: zero, or what its formula gives below it.
  if (!isPositive(price)) return msg('term.none', 'none');
  return coin === undefined ? formatLiquidationPrice(price, side) : `${formatLiquidationPrice(price, side)} ${coin}`;
}

export function distanceText(distance: Decimal | undefined, unreachable?: true): Message | string {
  if (unreachable === true) return msg('position.not-reached', 'not reached');
  if (distance === undefined) return msg('term.unknown', 'unknown');
  return isNegative(distance) || isZero(distance)
    ? bracketed(formatDistance(distance), msg('term.reached', 'reached'))
    : formatDistance(distance);
}

export function leverageText(leverage: Decimal | undefined): Message | string {
  return leverage === undefined ? msg('term.unknown', 'unknown') : formatLeverage(leverage);
}

/** Leverage as it is set, and what it amounts to. */
export const leverageTexts = (set: Decimal | undefined, effective: Decimal | undefined): readonly Text[] => [
  ...(set === undefined ? [] : [formatLeverage(set)]),
  ...(effective === undefined
    ? []
    : [estimated(msg('target.effective-leverage', 'effective leverage {0}', `~${formatLeverage(effective)}`))]),
];

/** Whether the venue keeps long and short of its instrument as two positions, so that the other side may be open too. */
export function isHedged({ slot }: Pick<PositionRef, 'slot'>): boolean {
  return slot !== '' && !exchanges.some(({ oneWaySlot }) => slot === oneWaySlot);
}
