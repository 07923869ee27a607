import { isNegative, isZero, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatDistance } from '../../core/format.ts';
import { levelOfLiquidation } from '../../core/level.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position } from '../../core/model.ts';
import type { MarginEstimate } from '../../core/position.ts';
import type { MarginChange, MarginReadiness } from '../../exchanges/exchange.ts';
import type { MarginPreview } from '../../ledger/ledger.ts';
import { positionName } from './change-text.ts';
import { distanceText, isHedged, leverageText, liquidationText, marginText } from './margin-words.ts';
import { stakesLine, stakesMark, type PreviewSurroundings, type PreviewText } from './preview-text.ts';

/** The words of the button, naming the act with its exact amount and the position with its side. */
export function marginActLabel({ direction, amount, coin, position }: MarginChange): Message {
  const args = [formatAmount(amount), coin, positionName(position)] as const;
  return direction === 'add' ? msg('Add {0} {1} to {2}', ...args) : msg('Take {0} {1} out of {2}', ...args);
}

/** The preview of a change of margin as text: everything a person needs to see that this is what they meant. */
export function marginPreviewText(preview: MarginPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, now, after } = preview;
  const { direction, coin } = change;
  const { position } = readiness;
  const amount = formatAmount(change.amount);
  const caution = outlook(position, after);
  const figures = [
    msg('Margin: {0} now → {1} after', marginText(now.margin, coin), marginText(after.margin, coin)),
    leverageLine(position, now.leverage, after.leverage),
    msg(
      'Liquidation price: {0} now → {1} after (estimate; the figure of the exchange itself follows)',
      liquidationText(now.liquidationPrice, position.side, position.priceCoin),
      liquidationText(after.liquidationPrice, position.side, position.priceCoin, after.unreachable),
    ),
    msg(
      'Distance to liquidation: {0} now → {1} after (estimate)',
      distanceText(now.distance),
      distanceText(after.distance, after.unreachable),
    ),
    position.markPrice === undefined
      ? msg('Mark price: unknown')
      : msg('Mark price: {0} {1}', formatAmount(position.markPrice), position.priceCoin),
  ];
  const route = [
    stakesLine(account.simulated, around.demo),
    msg('Exchange: {0}, {1}', around.venueName, around.siteLabel),
    msg('Account: {0}', account.name),
    positionLine(change),
    direction === 'add' ? msg('Act: add margin') : msg('Act: take margin out'),
    msg('Amount: {0} {1}', amount, coin),
    direction === 'add' ? msg('From: {0}', around.wallet) : msg('To: {0}', around.wallet),
  ];
  const alarming = caution !== undefined || position.distress !== undefined;
  return {
    title: titleOf(stakesMark(account.simulated, around.demo), change),
    lines: [
      ...distressLine(position),
      ...(caution === undefined ? [...route, ...figures] : [caution, ...figures, ...route]),
      msg('Wallet: {0} {1} now → {2} {1} after', formatAmount(readiness.walletAvailable), coin, formatAmount(preview.walletAfter)),
      msg('Available to add: {0} {1}', formatAmount(readiness.walletAvailable), coin),
      reducibleLine(readiness, around.venueName),
      ...(direction === 'add' ? crossNotes(around.cross ?? []) : []),
      ...(direction === 'reduce' ? [msg('CAUTION: taking margin out brings liquidation nearer.')] : []),
      msg('Figures read at {0} ({1}).', around.readAt, around.age),
    ],
    act: marginActLabel(change),
    alarming,
  };
}

function titleOf(mark: Message, { direction, amount, coin, position }: MarginChange): Message {
  const args = [mark, formatAmount(amount), coin, positionName(position)] as const;
  return direction === 'add'
    ? msg('{0}: add {1} {2} to the margin of {3}?', ...args)
    : msg('{0}: take {1} {2} out of the margin of {3}?', ...args);
}

/** Says in hedge mode that the other side is not meant. */
function positionLine({ position }: MarginChange): Message {
  const name = positionName(position);
  return isHedged(position)
    ? msg('Position: {0}, isolated. Its other side is a position of its own and is not touched (hedge mode).', name)
    : msg('Position: {0}, isolated', name);
}

function leverageLine({ leverage }: Position, now: Decimal | undefined, after: Decimal | undefined): Message {
  const figures = [leverageText(now), leverageText(after)] as const;
  if (leverage === undefined) return msg('Leverage in fact: {0} now → {1} after (estimate)', ...figures);
  return msg('Leverage: {0} set; in fact {1} now → {2} after (estimate)', leverageText(leverage), ...figures);
}

function reducibleLine({ reducible, position }: MarginReadiness, venueName: string): Message {
  if (reducible === undefined) return msg('Can be taken out: unknown');
  const args = [formatAmount(reducible.amount), position.marginCoin] as const;
  return reducible.source === 'venue'
    ? msg('Can be taken out: {0} {1}, says {2}. No recommendation.', ...args, venueName)
    : msg('Can be taken out: {0} {1}, by our own estimate. No recommendation.', ...args);
}

/** What is added to one position is taken from what stands behind those with cross margin: they come nearer to liquidation by it. */
function crossNotes(cross: readonly Message[]): Message[] {
  return cross.map((name) => msg('CAUTION: {0} has cross margin. What is added here may no longer stand behind it.', name));
}

function distressLine({ distress }: Position): Message[] {
  return distress === undefined ? [] : [msg('CAUTION: the exchange acts on this position by itself now. {0}', distress)];
}

/** Said first when the position would stand near liquidation afterwards, or when nobody can tell. */
function outlook(position: Position, after: MarginEstimate): Message | undefined {
  if (after.unreachable === true) return undefined;
  const { distance } = after;
  if (distance === undefined) return msg('CAUTION: the liquidation price after this cannot be estimated.');
  if (isNegative(distance) || isZero(distance)) return msg('DANGER: after this the position is at or beyond liquidation (estimate).');
  const level = levelOfLiquidation(distance);
  if (level !== 'danger' && level !== 'warn') return undefined;
  const args = [level === 'danger' ? msg('DANGER') : msg('WARNING'), formatDistance(distance)] as const;
  return position.side === 'long'
    ? msg('{0}: after this, a fall of the mark price by {1} brings liquidation (estimate).', ...args)
    : msg('{0}: after this, a rise of the mark price by {1} brings liquidation (estimate).', ...args);
}
