import { add, compare, decimal, decimalPlaces, isPositive, multiply, one, round, subtract, zero, type Decimal } from '../core/decimal.ts';
import { formatDistance, formatLeverage, formatLiquidationPrice } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Position } from '../core/model.ts';
import { isAlarm, levelOfDistance } from '../core/risk/level.ts';
import { marginFor, type MarginAim, type MarginAnswer, type MarginWay } from '../core/risk/margin-solver.ts';
import { distanceToLiquidation, effectiveLeverage, leastDistanceLeft, type MarginEstimate } from '../core/risk/position-model.ts';
import { atMost, readNumber, tooManyDecimals } from './amount.ts';
import {
  actLabel,
  cautionOf,
  coinAmount,
  effect,
  noEstimate,
  row,
  sideBySide,
  toLiquidationLabel,
  type Remark,
} from './collateral-preview.ts';
import {
  alreadyThere,
  amountUnknown,
  leadsTo,
  leftIn,
  marginWord,
  needs,
  notEnoughIn,
  noMoreRemovable,
  readPercent,
  shortText,
  stepText,
  typeLess,
  type JudgedTarget,
  type TargetItemText,
} from './ltv-target.ts';
import { effectiveLeverageLabel } from './margin-preview.ts';
import { distanceText, leverageText, liquidationDistanceText, liquidationText } from './position.ts';
import { joined, sentence } from './text.ts';

/** A change that can't reach the target, with the nearest possible one. */
type DeadEnd = Extract<MarginAnswer, { readonly state: 'deadEnd' }>;

/**
 * @param wallet where margin comes from and returns to
 * @param why it does not lead all the way, if it does not
 */
export function marginWayText(way: MarginWay, aim: MarginAim, position: Position, wallet: Message, why?: Message): TargetItemText {
  const { after, walletAfter } = way;
  const { leverage, liquidation, distance } = outcomeOf(after, position);
  const byLeverage = aim.by === 'leverage';
  return {
    label: wayStep(way, position),
    description: leadsTo(joined([byLeverage ? leverage : liquidation, distance]), why === undefined),
    // The list cuts off what is long, so that what must not be overlooked comes first.
    detail: sideBySide([
      ...(why === undefined ? [] : [why]),
      ...(isNear(after) ? [cautionOf(distance)] : []),
      byLeverage ? liquidation : leverage,
      leftIn(coinAmount(walletAfter, position.marginCoin), wallet),
    ]),
  };
}

const wayStep = ({ direction, amount }: MarginWay, { marginCoin }: Position): Message =>
  stepText({ act: direction, coin: marginCoin, amount });

/** Where a position would stand, in parts of a line. */
function outcomeOf({ leverage, liquidationPrice, distance, unreachable }: MarginEstimate, { side, priceCoin }: Position) {
  return {
    leverage: msg('target.effective-leverage', 'effective leverage {0}', leverageText(leverage)),
    liquidation: msg('target.liquidation-price', 'liquidation price {0}', liquidationText(liquidationPrice, side, priceCoin, unreachable)),
    distance: unreachable === true ? msg('position.not-reached', 'not reached') : liquidationDistanceText(distance),
  };
}

/** Whether liquidation is near, or how far it is unknown. */
function isNear({ distance, unreachable }: MarginEstimate): boolean {
  return unreachable !== true && !['ok', 'watch'].includes(levelOfDistance(distance));
}

/** Why it does not lead to the aim. */
export function marginReasonText({ reason, direction, needed }: DeadEnd, aim: MarginAim, position: Position, wallet: Message): Message {
  switch (reason) {
    case 'unknown':
      return aim.by === 'leverage' && direction === 'add' ? outcomeOf({}, position).leverage : noEstimate();
    case 'wallet':
      return needed === undefined ? notEnoughIn(wallet) : sideBySide([needs(coinAmount(needed, position.marginCoin)), notEnoughIn(wallet)]);
    case 'limit':
      return noMoreRemovable();
    case 'cushion':
      return cushion();
    case 'unclear':
      return amountUnknown();
    case 'distress':
      return position.distress ?? msg('target.distress', 'the exchange is acting on this position');
  }
}

/** What can't be done, if nothing near it can either. */
export function blockedMarginText({ direction }: DeadEnd, { marginCoin }: Position): Message {
  return actLabel(direction, marginCoin);
}

/** Asked before a change that doesn't reach the target. */
export function shortMarginText(way: MarginWay, aim: MarginAim, position: Position): Message {
  const { leverage, liquidation, distance } = outcomeOf(way.after, position);
  return shortText(wayStep(way, position), joined([aim.by === 'leverage' ? leverage : liquidation, distance]));
}

/** The prompt of the box. */
export function aimPrompt({ priceCoin }: Position): Message {
  return msg(
    'target.aim-prompt',
    'Target liquidation price in {0}, distance (12%) or effective leverage (5x). Nothing is sent yet.',
    priceCoin,
  );
}

/** Judges a liquidation price (`45000`), a distance from the mark price (`12%`) or an effective leverage (`5x`) as typed. */
export function judgeTargetPrice(text: string, position: Position): JudgedTarget<MarginAim> {
  const aim = readAim(text.trim());
  return 'by' in aim ? judgeAim(aim, position) : { ok: false, sentence: aim };
}

function readAim(typed: string): MarginAim | Message {
  if (typed.endsWith('%')) {
    const distance = readPercent(typed);
    return typeof distance === 'string' ? { by: 'distance', distance } : distance;
  }
  if (/[xX×]$/.test(typed)) {
    const leverage = readNumber(typed.replace(/\s*[xX×]$/, ''), '5');
    if (typeof leverage !== 'string') return leverage;
    return decimalPlaces(leverage) > mostPlaces ? tooManyDecimals(mostPlaces) : { by: 'leverage', leverage };
  }
  const price = readNumber(typed, '45000');
  return typeof price === 'string' ? { by: 'price', price } : price;
}

/** The same for what was read already, for looking again at fresher figures. */
export function judgeAim(aim: MarginAim, position: Position): JudgedTarget<MarginAim> {
  if (aim.by === 'leverage') return judgeLeverage(aim, position);
  const { side, markPrice, liquidationPrice, priceCoin } = position;
  const now = distanceToLiquidation(position);
  if (markPrice === undefined || !isPositive(markPrice) || now === undefined) return pass(aim, outcomeOf({}, position).distance, true);
  const price = aim.by === 'price' ? aim.price : priceAt(position, markPrice, aim.distance);
  const distance = aim.by === 'price' ? distanceToLiquidation(position, aim.price) : aim.distance;
  if (!isPositive(price)) return { ok: false, sentence: typeLess('100%', toLiquidationLabel()) };
  if (distance === undefined || !isPositive(distance)) {
    const mark = [liquidationText(markPrice, side, priceCoin), msg('position.mark-price', 'Mark price')] as const;
    return { ok: false, sentence: side === 'long' ? typeLess(...mark) : msg('target.type-more', 'Type more than {0} ({1}).', ...mark) };
  }
  const order = compare(distance, now);
  if (order < 0 && compare(distance, leastDistanceLeft) < 0) return { ok: false, sentence: mustStay() };
  const level = levelOfDistance(distance);
  const caution = isAlarm(level);
  if (order === 0) {
    const { liquidation, distance: left } = outcomeOf({ liquidationPrice: price, distance }, position);
    return pass(aim, alreadyThere(joined([liquidation, left])), caution);
  }
  const sentence = sideBySide([
    actLabel(order > 0 ? 'add' : 'reduce', marginWord()),
    row(
      msg('term.liquidation-price', 'Liquidation price'),
      liquidationText(liquidationPrice, side, priceCoin),
      `${formatLiquidationPrice(price, side)} ${priceCoin}`,
    ),
    row(toLiquidationLabel(), distanceText(now), formatDistance(distance)),
  ]);
  return pass(aim, sentence, caution);
}

const pass = (target: MarginAim, sentence: Message, caution: boolean): JudgedTarget<MarginAim> => ({
  ok: true,
  target,
  remark: { sentence, caution } satisfies Remark,
});

const mustStay = (): Message => sentence(cushion());
const cushion = (): Message => msg('target.cushion', '{0} to liquidation must stay', formatDistance(leastDistanceLeft));

function priceAt({ side }: Position, mark: Decimal, distance: Decimal): Decimal {
  return multiply(mark, side === 'long' ? subtract(one, distance) : add(one, distance));
}

/** The aim in a title. */
export function aimText(aim: MarginAim, position: Position): Message {
  switch (aim.by) {
    case 'price':
      return outcomeOf({ liquidationPrice: aim.price }, position).liquidation;
    case 'distance':
      return outcomeOf({ distance: aim.distance }, position).distance;
    case 'leverage':
      return outcomeOf({ leverage: aim.leverage }, position).leverage;
  }
}

/** Decimals of a leverage: as many can be typed as are shown. */
const mostPlaces = 2;
/** Decimals of amounts tried while typing; what the venue accepts is known only once its figures are read. */
const triedPlaces = 8;
/** More than any wallet holds: whether it is enough is checked later. */
const plenty = decimal(`1${'0'.repeat(30)}`);

/** What a target leverage means with the known figures: margin to add or remove, and the liquidation price then. */
function judgeLeverage(aim: Extract<MarginAim, { readonly by: 'leverage' }>, position: Position): JudgedTarget<MarginAim> {
  const now = effectiveLeverage(position);
  if (now === undefined) return pass(aim, outcomeOf({}, position).leverage, true);
  const { margin = zero } = position;
  const answer = marginFor(position, aim, { available: plenty, reducible: margin, places: triedPlaces });
  if (answer.state === 'there') return pass(aim, alreadyThere(outcomeOf({ leverage: now }, position).leverage), false);
  if (answer.state === 'deadEnd' && answer.reason === 'cushion') return { ok: false, sentence: tooHigh(now, answer.nearest) };
  const { direction, after }: { direction: MarginWay['direction']; after: MarginEstimate } =
    answer.state === 'way' ? answer.way : { direction: answer.direction, after: {} };
  const { liquidation, distance } = outcomeOf(after, position);
  const figures = row(effectiveLeverageLabel(), formatLeverage(now), formatLeverage(aim.leverage));
  return pass(aim, effect([actLabel(direction, marginWord()), figures, liquidation, distance]), isNear(after));
}

/** @param nearest what can be removed at most with enough distance left */
function tooHigh(now: Decimal, nearest: MarginWay | undefined): Message {
  const most = nearest?.after.leverage === undefined ? undefined : round(nearest.after.leverage, mostPlaces, 'down');
  return most !== undefined && compare(most, now) > 0 ? atMost(mustStay(), formatLeverage(most)) : mustStay();
}
