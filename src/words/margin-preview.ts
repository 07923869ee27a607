import { compare, isNegative, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction, Levels, Position } from '../core/model.ts';
import { isAlarm, levelOfDistance, strictLevelsOf } from '../core/risk/level.ts';
import { distanceToLiquidation, effectiveLeverage, estimateMarginChange, type MarginEstimate } from '../core/risk/position-model.ts';
import type { MarginPreview } from '../engine/ledger/ledger.ts';
import type { MarginReadiness } from '../exchanges/exchange.ts';
import { largestAllowed, type AmountBounds } from './amount.ts';

import {
  actOn,
  cautionOf,
  coinAmount,
  dangerWord,
  effect,
  liquidationWord,
  nearAfter,
  previewOf,
  reachedAfter,
  row,
  toLiquidationLabel,
  unknownAfter,
  warningWord,
  wouldBeRefused,
  type PreviewSurroundings,
  type PreviewText,
  type Remark,
} from './collateral-preview.ts';
import { distanceText, isHedged, leverageText, liquidationText, marginText, namedWithSide } from './position.ts';
import { bracketed, estimated, joined, labelled } from './text.ts';

/** The preview of a change of margin as text: all a person needs to see that this is what they meant. */
export function marginPreviewText(preview: MarginPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, now, after } = preview;
  const { direction, coin } = change;
  const { position, walletAvailable } = readiness;
  const amount = coinAmount(change.amount, coin);
  const target = namedWithSide(position);
  const near = nearnessOf(position, after, strictLevelsOf(account, { kind: 'position', id: position.positionId }));
  const alarms = [
    // What the exchange does to the position right now.
    ...(position.distress === undefined ? [] : [cautionOf(position.distress)]),
    ...(near === undefined ? [] : [near]),
  ];
  const cross = direction === 'add' ? crossCaution(around.cross ?? []) : [];
  const rows = marginRows(position, now, after);
  return previewOf(
    {
      account,
      direction,
      amount,
      target,
      act: actOn(direction, amount, target),
      tone: alarms.length > 0 ? 'alarming' : cross.length > 0 ? 'cautious' : 'calm',
      warnings: [...alarms, ...cross],
      figures: [estimated(rows.liquidation), estimated(rows.distance), rows.margin],
      wallet: [formatAmount(walletAvailable), coinAmount(preview.walletAfter, coin)],
      details: [
        estimated(rows.leverage),
        labelled(msg('position.mark-price', 'Mark price'), liquidationText(position.markPrice, position.side, position.priceCoin)),
        ...(direction === 'reduce' ? [removableLine(readiness, around.venueName)] : []),
        ...(isHedged(position) ? [msg('margin-preview.hedge', "Isolated, hedge mode: the other side isn't changed.")] : []),
      ],
    },
    around,
  );
}

/** What comes of a change of margin, in prices and percent only. */
export function marginOutlook({ account, readiness: { position }, now, after }: MarginPreview): readonly Message[] {
  const near = nearnessOf(position, after, strictLevelsOf(account, { kind: 'position', id: position.positionId }));
  const { liquidation, distance } = marginRows(position, now, after);
  return [...(near === undefined ? [] : [near]), estimated(liquidation), estimated(distance)];
}

/** Each figure of a position now and after. */
function marginRows(
  { side, priceCoin, marginCoin }: Position,
  now: Readonly<Partial<Record<Exclude<keyof MarginEstimate, 'unreachable'>, Decimal | undefined>>>,
  after: MarginEstimate,
): Readonly<Record<'margin' | 'liquidation' | 'distance' | 'leverage', Message>> {
  return {
    margin: row(msg('position.margin', 'Margin'), marginText(now.margin, marginCoin), marginText(after.margin, marginCoin)),
    liquidation: row(
      msg('term.liquidation-price', 'Liquidation price'),
      liquidationText(now.liquidationPrice, side, priceCoin),
      liquidationText(after.liquidationPrice, side, priceCoin, after.unreachable),
    ),
    distance: row(toLiquidationLabel(), distanceText(now.distance), distanceText(after.distance, after.unreachable)),
    leverage: row(effectiveLeverageLabel(), leverageText(now.leverage), leverageText(after.leverage)),
  };
}

export const effectiveLeverageLabel = (): Message => msg('term.effective-leverage', 'Effective leverage');

/** How much can be removed, and whose figure that is. */
function removableLine(
  { reducible, position }: Pick<MarginReadiness, 'position'> & { readonly reducible?: MarginReadiness['reducible'] | undefined },
  venueName: string,
): Message {
  const word = msg('margin-preview.removable', 'Removable now');
  if (reducible === undefined) return labelled(word, msg('term.unknown', 'unknown'));
  const source = reducible.source === 'venue' ? venueName : msg('term.estimate-word', 'estimate');
  return labelled(word, bracketed(coinAmount(reducible.amount, position.marginCoin), source));
}

/** What is added to one position no longer backs those with cross margin: it brings them nearer to liquidation. */
function crossCaution(cross: readonly Message[]): Message[] {
  return cross.length === 0 ? [] : [cautionOf(msg('margin-preview.cross', 'these funds stop backing {0} (cross margin)', joined(cross)))];
}

/** Said first when the position would stand near liquidation afterwards, or when that is unknown. */
function nearnessOf({ side }: Position, { distance, unreachable }: MarginEstimate, levels: Levels): Message | undefined {
  if (unreachable === true) return undefined;
  if (distance === undefined) return unknownAfter();
  if (isNegative(distance) || isZero(distance)) return reachedAfter(liquidationWord());
  const level = levelOfDistance(distance, levels);
  if (!isAlarm(level)) return undefined;
  return nearAfter(level === 'danger' ? dangerWord() : warningWord(), distance, liquidationWord(), side);
}

/** What an amount of margin is checked against, by fresh figures. */
export function marginBounds({ position, walletAvailable, reducible, places }: MarginReadiness, direction: Direction): AmountBounds {
  const bounds = { coin: position.marginCoin, places } as const;
  if (direction === 'add') return { ...bounds, limit: walletAvailable };
  if (reducible === undefined)
    return {
      ...bounds,
      impossible: msg('margin-preview.cannot-remove', 'Nothing can be removed while the limit is unknown. Try again later.'),
    };
  return isPositive(reducible.amount) ? { ...bounds, limit: reducible.amount } : { ...bounds, impossible: nothingRemovable(position) };
}

/** Why there is no amount to ask for. */
function nothingRemovable(position: Position): Message {
  return msg(
    'margin-preview.nothing-removable',
    'No margin can be removed from {0} now: the position needs all of it.',
    namedWithSide(position),
  );
}

/** What the box says when the limit could not be read. The preview reads it again and decides. */
export function marginPromptUnread(why: Message): Message {
  return msg('margin-preview.limit-unread', "The limit couldn't be read. {0} The preview checks it again.", why);
}

/** What an amount may be at most. */
export function marginPrompt(readiness: MarginReadiness, direction: Direction, wallet: Message, venueName: string): Message {
  const { position, reducible } = readiness;
  const largest = largestAllowed(marginBounds(readiness, direction));
  if (direction === 'add') return availableLine(`${largest ?? ''} ${position.marginCoin}`, wallet);
  if (reducible !== undefined && !isPositive(reducible.amount)) return nothingRemovable(position);
  // Rounded to what the venue takes: the largest that may be typed.
  return removableLine({ position, reducible: reducible && largest && { ...reducible, amount: largest } }, venueName);
}

/** @param wallet as the venue calls it */
export const availableLine = (amount: string, wallet: Message): Message =>
  labelled(msg('collateral.available', 'Available'), bracketed(amount, wallet));

/**
 * What the figures would become, while an amount is typed. Always an estimate.
 * @param largest as `largestOut` has it, when that is known already
 */
export function marginRemark(position: Position, direction: Direction, amount: Decimal, largest?: Decimal): Remark {
  const { margin, liquidationPrice, marginCoin } = position;
  const after = estimateMarginChange(position, direction, amount);
  const now = { margin, liquidationPrice, distance: distanceToLiquidation(position), leverage: effectiveLeverage(position) };
  const rows = marginRows(position, now, after);
  const sentence = effect([rows.liquidation, rows.distance]);
  if (direction === 'reduce' && largest !== undefined && compare(amount, largest) > 0)
    return { sentence: wouldBeRefused(sentence, largest, marginCoin), caution: true };
  if (after.unreachable === true) return { sentence, caution: false };
  if (after.distance === undefined) return { sentence, caution: direction === 'reduce' };
  const level = levelOfDistance(after.distance);
  return { sentence, caution: isAlarm(level) };
}
