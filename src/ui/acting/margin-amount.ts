import { compare, isPositive, type Decimal } from '../../core/decimal.ts';
import { levelOfLiquidation } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Direction, Position } from '../../core/model.ts';
import { distanceToLiquidation, effectiveLeverage, estimateMarginChange, largestMarginReduction } from '../../core/position.ts';
import type { MarginReadiness } from '../../exchanges/exchange.ts';
import { largestAllowed, type AmountBounds } from './amount.ts';
import { positionName } from './change-text.ts';
import { distanceText, leverageText, liquidationText, marginText } from './margin-words.ts';
import type { Remark } from './preview-text.ts';

/** What an amount of margin is held against, by fresh figures. */
export function marginBounds({ position, walletAvailable, reducible, places }: MarginReadiness, direction: Direction): AmountBounds {
  const bounds = { coin: position.marginCoin, purpose: direction, places } as const;
  if (direction === 'add') return { ...bounds, limit: walletAvailable };
  if (reducible === undefined) {
    return { ...bounds, impossible: msg('How much can be taken out cannot be told now, so nothing is taken. Try again later.') };
  }
  if (!isPositive(reducible.amount)) return { ...bounds, impossible: nothingToTake(position) };
  return { ...bounds, limit: reducible.amount, ...(reducible.source === 'estimate' ? { estimated: true } : {}) };
}

/** Why there is no amount to ask for. */
export function nothingToTake(position: Position): Message {
  return msg('No margin can be taken out of {0} now. What is there is needed for the position as it stands.', positionName(position));
}

/** What stands over the box while the figures are read. */
export function marginPromptBefore(wallet: Message): Message {
  return msg('Reading how much can be added from the {0} and how much can be taken out. A preview follows; nothing is sent yet.', wallet);
}

/** What stands there when they could not be read. The preview reads anew and decides. */
export function marginPromptUnread(why: Message): Message {
  return msg('How much can be added and taken out could not be read. {0} The preview reads it again; nothing is sent yet.', why);
}

/** Both maxima, that of the direction first, from where to where, and how fine an amount may be. */
export function marginPrompt(readiness: MarginReadiness, direction: Direction, wallet: Message, venueName: string): Message {
  const added = mostIn(readiness, wallet);
  const taken = mostOut(readiness, wallet, venueName);
  return msg(
    '{0} {1} At most {2} decimals are allowed. A preview follows; nothing is sent yet.',
    ...(direction === 'add' ? ([added, taken] as const) : ([taken, added] as const)),
    readiness.places.toString(),
  );
}

function mostIn(readiness: MarginReadiness, wallet: Message): Message {
  const most = largestAllowed(marginBounds(readiness, 'add')) ?? '';
  return msg('At most {0} {1} can be added from the {2}.', most, readiness.position.marginCoin, wallet);
}

function mostOut(readiness: MarginReadiness, wallet: Message, venueName: string): Message {
  const { reducible, position } = readiness;
  if (reducible === undefined) return msg('How much can be taken out is not known.');
  if (!isPositive(reducible.amount)) return nothingToTake(position);
  const args = [largestAllowed(marginBounds(readiness, 'reduce')) ?? '', position.marginCoin, wallet] as const;
  return reducible.source === 'venue'
    ? msg('At most {0} {1} can be taken out to the {2}, says {3}; no recommendation.', ...args, venueName)
    : msg('At most {0} {1} can be taken out to the {2}, by our own estimate; no recommendation.', ...args);
}

/** The most that the preview lets be taken: what anybody allows, and what keeps enough distance by our estimate. Undefined when it cannot be told. */
export function largestOut({ position, reducible, places }: MarginReadiness): Decimal | undefined {
  return reducible === undefined ? undefined : largestMarginReduction(position, reducible.amount, places);
}

/**
 * What the figures would become, while an amount is typed. Always an estimate.
 * @param largest as `largestOut` has it, when that is known already
 */
export function marginRemark(position: Position, direction: Direction, amount: Decimal, largest?: Decimal): Remark {
  const { side, priceCoin, marginCoin, margin, liquidationPrice } = position;
  const after = estimateMarginChange(position, direction, amount);
  const sentence = msg(
    'Margin {0} → {1}, liquidation price {2} → {3}, distance {4} → {5}, leverage in fact {6} → {7} (estimate).',
    marginText(margin, marginCoin),
    marginText(after.margin, marginCoin),
    liquidationText(liquidationPrice, side, priceCoin),
    liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
    distanceText(distanceToLiquidation(position)),
    distanceText(after.distance, after.unreachable),
    leverageText(effectiveLeverage(position)),
    leverageText(after.leverage),
  );
  if (direction === 'reduce' && largest !== undefined && compare(amount, largest) > 0) {
    return {
      sentence: isPositive(largest)
        ? msg('{0} The preview would refuse it; at most {1} {2} can be taken out.', sentence, largest, marginCoin)
        : msg('{0} The preview would refuse it.', sentence),
      caution: true,
    };
  }
  if (after.unreachable === true) return { sentence, caution: false };
  if (after.distance === undefined) return { sentence, caution: direction === 'reduce' };
  const level = levelOfLiquidation(after.distance);
  return { sentence, caution: level === 'danger' || level === 'warn' };
}
