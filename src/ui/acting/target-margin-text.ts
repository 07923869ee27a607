import { formatAmount, formatDistance } from '../../core/format.ts';
import { levelOfLiquidation } from '../../core/level.ts';
import type { MarginAim, MarginAnswer, MarginReason, MarginWay } from '../../core/margin-target.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Direction, Position } from '../../core/model.ts';
import { leastDistanceLeft } from '../../core/position.ts';
import { distanceText, leverageText, liquidationText, marginText } from './margin-words.ts';
import { stepText, type TargetItemText } from './target-text.ts';

/** A change that cannot lead to the aim, with the nearest that can be done. */
type DeadEnd = Extract<MarginAnswer, { readonly state: 'deadEnd' }>;

/** @param wallet where margin comes from and returns to */
export function marginWayText(way: MarginWay, aim: MarginAim, position: Position, wallet: Message): TargetItemText {
  const { direction, amount, after, walletAfter } = way;
  const { side, priceCoin, marginCoin } = position;
  const liquidation = [
    liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
    distanceText(after.distance, after.unreachable),
  ] as const;
  const margin = marginText(after.margin, marginCoin);
  const leverage = leverageText(after.leverage);
  const left = [formatAmount(walletAfter), marginCoin, wallet] as const;
  return {
    label: stepText({ act: direction, coin: marginCoin, amount }),
    ...(aim.by === 'leverage'
      ? {
          description: msg('→ leverage in fact {0}, distance {1} (estimate)', leverage, liquidation[1]),
          detail: withCaution(
            way,
            msg('margin {0} · liquidation price {1} · {2} {3} in the {4} afterwards', margin, liquidation[0], ...left),
          ),
        }
      : {
          description: msg('→ liquidation price {0}, distance {1} (estimate)', ...liquidation),
          detail: withCaution(way, msg('margin {0} · leverage in fact {1} · {2} {3} in the {4} afterwards', margin, leverage, ...left)),
        }),
  };
}

function withCaution({ after }: MarginWay, text: Message): Message {
  if (after.unreachable === true) return text;
  switch (levelOfLiquidation(after.distance)) {
    case 'danger':
      return msg('{0} · CAUTION: less than {1} to liquidation', text, '5%');
    case 'warn':
      return msg('{0} · CAUTION: less than {1} to liquidation', text, '10%');
    case 'unknown':
      return msg('{0} · CAUTION: the distance to liquidation is not known', text);
    case 'watch':
    case 'ok':
      return text;
  }
}

/** Why it does not lead to the aim. */
export function marginReasonText({ reason, direction, needed }: DeadEnd, aim: MarginAim, position: Position, wallet: Message): Message {
  // What is wanted is not known; how margin is taken out all the same hangs on the liquidation price.
  if (aim.by === 'leverage' && reason === 'unknown' && direction === 'add')
    return msg('leverage in fact cannot be told now; margin can still be added by its amount');
  return reason === 'wallet' && needed !== undefined
    ? msg('it takes {0} {1}, and the {2} holds less', formatAmount(needed), position.marginCoin, wallet)
    : plainReason(reason, direction, position, wallet);
}

function plainReason(reason: MarginReason, direction: Direction, { distress }: Position, wallet: Message): Message {
  switch (reason) {
    case 'unknown':
      return direction === 'add'
        ? msg('the liquidation price after adding cannot be estimated; margin can still be added by its amount')
        : msg('the liquidation price after taking out cannot be estimated, so nothing is taken');
    case 'wallet':
      return msg('the {0} does not hold enough', wallet);
    case 'limit':
      return msg('no more can be taken out now');
    case 'cushion':
      return msg('{0} to liquidation are kept', formatDistance(leastDistanceLeft));
    case 'unclear':
      return msg('how much can be taken out cannot be told now, so nothing is taken');
    case 'distress':
      return distress === undefined ? msg('the exchange acts on this position by itself now') : msg('nothing is taken now: {0}', distress);
  }
}

/** What cannot be done, where nothing near it can either. */
export function blockedMarginText({ direction }: DeadEnd, { marginCoin }: Position): Message {
  return direction === 'add' ? msg('Add {0}', marginCoin) : msg('Take out {0}', marginCoin);
}

/** Asked before something that does not lead all the way. @param wanted the aim in words */
export function shortMarginText(
  { direction, amount, after }: MarginWay,
  aim: MarginAim,
  { side, marginCoin, priceCoin }: Position,
  wanted: Message | string,
): Message {
  const step = stepText({ act: direction, coin: marginCoin, amount });
  const distance = distanceText(after.distance, after.unreachable);
  return aim.by === 'leverage'
    ? msg(
        '{0}: that brings leverage in fact to {1} only, distance to liquidation {2} (estimate), not to {3}.',
        step,
        leverageText(after.leverage),
        distance,
        wanted,
      )
    : msg(
        '{0}: that brings the liquidation price to {1} only, distance {2} (estimate), not to {3}.',
        step,
        liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
        distance,
        wanted,
      );
}
