import { compare, isNegative, isPositive, isZero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { Direction, Position } from '../core/model.ts';
import { levelOfLiquidation } from '../core/risk/level.ts';
import { distanceToLiquidation, effectiveLeverage, estimateMarginChange, type MarginEstimate } from '../core/risk/position-model.ts';
import type { MarginPreview } from '../engine/ledger/ledger.ts';
import type { MarginChange, MarginReadiness } from '../exchanges/exchange.ts';
import { largestAllowed, type AmountBounds } from './amount.ts';
import { positionName } from './kinds.ts';
import { stakesLine, stakesMark, type PreviewSurroundings, type PreviewText, type Remark } from './collateral-preview.ts';
import { distanceText, isHedged, leverageText, liquidationText, marginText } from './position.ts';

/** The words of the button, naming the act with its exact amount and the position with its side. */
export function marginActLabel({ direction, amount, coin, position }: MarginChange): Message {
  const args = [formatAmount(amount), coin, positionName(position)] as const;
  return direction === 'add'
    ? msg('kinds.add', 'Add {0} {1} to {2}', ...args)
    : msg('margin-preview.take-out', 'Take {0} {1} out of {2}', ...args);
}

/** The preview of a change of margin as text: everything a person needs to see that this is what they meant. */
export function marginPreviewText(preview: MarginPreview, around: PreviewSurroundings): PreviewText {
  const { account, change, readiness, now, after } = preview;
  const { direction, coin } = change;
  const { position } = readiness;
  const amount = formatAmount(change.amount);
  const caution = outlook(position, after);
  const figures = [
    msg('margin-preview.margin-now-after', 'Margin: {0} now → {1} after', marginText(now.margin, coin), marginText(after.margin, coin)),
    leverageLine(position, now.leverage, after.leverage),
    msg(
      'margin-preview.liquidation-price-now',
      'Liquidation price: {0} now → {1} after (estimate; the figure of the exchange itself follows)',
      liquidationText(now.liquidationPrice, position.side, position.priceCoin),
      liquidationText(after.liquidationPrice, position.side, position.priceCoin, after.unreachable),
    ),
    msg(
      'preview.distance-liquidation-now-after',
      'Distance to liquidation: {0} now → {1} after (estimate)',
      distanceText(now.distance),
      distanceText(after.distance, after.unreachable),
    ),
    position.markPrice === undefined
      ? msg('margin-preview.mark-price-unknown', 'Mark price: unknown')
      : msg('margin-preview.mark-price', 'Mark price: {0} {1}', formatAmount(position.markPrice), position.priceCoin),
  ];
  const route = [
    stakesLine(account.simulated, around.demo),
    msg('term.exchange-line', 'Exchange: {0}, {1}', around.venueName, around.siteLabel),
    msg('term.account-line', 'Account: {0}', account.name),
    positionLine(change),
    direction === 'add'
      ? msg('margin-preview.act-add-margin', 'Act: add margin')
      : msg('margin-preview.act-take-margin', 'Act: take margin out'),
    msg('term.amount-line', 'Amount: {0} {1}', amount, coin),
    direction === 'add' ? msg('term.from-line', 'From: {0}', around.wallet) : msg('term.to-line', 'To: {0}', around.wallet),
  ];
  const alarming = caution !== undefined || position.distress !== undefined;
  return {
    title: titleOf(stakesMark(account.simulated, around.demo), change),
    lines: [
      ...distressLine(position),
      ...(caution === undefined ? [...route, ...figures] : [caution, ...figures, ...route]),
      msg(
        'preview.wallet-now-after',
        'Wallet: {0} {1} now → {2} {1} after',
        formatAmount(readiness.walletAvailable),
        coin,
        formatAmount(preview.walletAfter),
      ),
      msg('preview.available-add', 'Available to add: {0} {1}', formatAmount(readiness.walletAvailable), coin),
      reducibleLine(readiness, around.venueName),
      ...(direction === 'add' ? crossNotes(around.cross ?? []) : []),
      ...(direction === 'reduce'
        ? [msg('margin-preview.caution-taking-margin', 'CAUTION: taking margin out brings liquidation nearer.')]
        : []),
      msg('preview.figures-read', 'Figures read at {0} ({1}).', around.readAt, around.age),
    ],
    act: marginActLabel(change),
    alarming,
  };
}

function titleOf(mark: Message, { direction, amount, coin, position }: MarginChange): Message {
  const args = [mark, formatAmount(amount), coin, positionName(position)] as const;
  return direction === 'add'
    ? msg('margin-preview.add-margin', '{0}: add {1} {2} to the margin of {3}?', ...args)
    : msg('margin-preview.take-out-margin', '{0}: take {1} {2} out of the margin of {3}?', ...args);
}

/** Says in hedge mode that the other side is not meant. */
function positionLine({ position }: MarginChange): Message {
  const name = positionName(position);
  return isHedged(position)
    ? msg(
        'margin-preview.position-isolated-other',
        'Position: {0}, isolated. Its other side is a position of its own and is not touched (hedge mode).',
        name,
      )
    : msg('margin-preview.position-isolated', 'Position: {0}, isolated', name);
}

function leverageLine({ leverage }: Position, now: Decimal | undefined, after: Decimal | undefined): Message {
  const figures = [leverageText(now), leverageText(after)] as const;
  if (leverage === undefined)
    return msg('margin-preview.leverage-fact-now', 'Leverage in fact: {0} now → {1} after (estimate)', ...figures);
  return msg(
    'margin-preview.leverage-set-fact',
    'Leverage: {0} set; in fact {1} now → {2} after (estimate)',
    leverageText(leverage),
    ...figures,
  );
}

function reducibleLine({ reducible, position }: MarginReadiness, venueName: string): Message {
  if (reducible === undefined) return msg('margin-preview.taken-out-unknown', 'Can be taken out: unknown');
  const args = [formatAmount(reducible.amount), position.marginCoin] as const;
  return reducible.source === 'venue'
    ? msg('margin-preview.taken-out-says', 'Can be taken out: {0} {1}, says {2}. No recommendation.', ...args, venueName)
    : msg('margin-preview.taken-out-estimate', 'Can be taken out: {0} {1}, by our own estimate. No recommendation.', ...args);
}

/** What is added to one position is taken from what stands behind those with cross margin: they come nearer to liquidation by it. */
function crossNotes(cross: readonly Message[]): Message[] {
  return cross.map((name) =>
    msg('margin-preview.caution-cross-margin', 'CAUTION: {0} has cross margin. What is added here may no longer stand behind it.', name),
  );
}

function distressLine({ distress }: Position): Message[] {
  return distress === undefined
    ? []
    : [msg('margin-preview.caution-exchange-acts', 'CAUTION: the exchange acts on this position by itself now. {0}', distress)];
}

/** Said first when the position would stand near liquidation afterwards, or when that is unknown. */
function outlook(position: Position, after: MarginEstimate): Message | undefined {
  if (after.unreachable === true) return undefined;
  const { distance } = after;
  if (distance === undefined)
    return msg('margin-preview.caution-liquidation-price', 'CAUTION: the liquidation price after this cannot be estimated.');
  if (isNegative(distance) || isZero(distance))
    return msg('margin-preview.danger-after-position', 'DANGER: after this the position is at or beyond liquidation (estimate).');
  const level = levelOfLiquidation(distance);
  if (level !== 'danger' && level !== 'warn') return undefined;
  const args = [
    level === 'danger' ? msg('margin-preview.danger', 'DANGER') : msg('margin-preview.warning', 'WARNING'),
    formatDistance(distance),
  ] as const;
  return position.side === 'long'
    ? msg('margin-preview.after-fall-mark', '{0}: after this, a fall of the mark price by {1} brings liquidation (estimate).', ...args)
    : msg('margin-preview.after-rise-mark', '{0}: after this, a rise of the mark price by {1} brings liquidation (estimate).', ...args);
}

/** What an amount of margin is held against, by fresh figures. */
export function marginBounds({ position, walletAvailable, reducible, places }: MarginReadiness, direction: Direction): AmountBounds {
  const bounds = { coin: position.marginCoin, purpose: direction, places } as const;
  if (direction === 'add') return { ...bounds, limit: walletAvailable };
  if (reducible === undefined) {
    return {
      ...bounds,
      impossible: msg(
        'margin-preview.how-much-taken',
        'How much can be taken out cannot be told now, so nothing is taken. Try again later.',
      ),
    };
  }
  if (!isPositive(reducible.amount)) return { ...bounds, impossible: nothingToTake(position) };
  return { ...bounds, limit: reducible.amount, ...(reducible.source === 'estimate' ? { estimated: true } : {}) };
}

/** Why there is no amount to ask for. */
export function nothingToTake(position: Position): Message {
  return msg(
    'margin-preview.no-margin-taken',
    'No margin can be taken out of {0} now. What is there is needed for the position as it stands.',
    positionName(position),
  );
}

/** What stands over the box while the figures are read. */
export function marginPromptBefore(wallet: Message): Message {
  return msg(
    'margin-preview.reading-how-much',
    'Reading how much can be added from the {0} and how much can be taken out. A preview follows; nothing is sent yet.',
    wallet,
  );
}

/** What stands there when they could not be read. The preview reads anew and decides. */
export function marginPromptUnread(why: Message): Message {
  return msg(
    'margin-preview.how-much-added',
    'How much can be added and taken out could not be read. {0} The preview reads it again; nothing is sent yet.',
    why,
  );
}

/** Both maxima, that of the direction first, from where to where, and how fine an amount may be. */
export function marginPrompt(readiness: MarginReadiness, direction: Direction, wallet: Message, venueName: string): Message {
  const added = mostIn(readiness, wallet);
  const taken = mostOut(readiness, wallet, venueName);
  return msg(
    'margin-preview.most-decimals-allowed',
    '{0} {1} At most {2} decimals are allowed. A preview follows; nothing is sent yet.',
    ...(direction === 'add' ? ([added, taken] as const) : ([taken, added] as const)),
    readiness.places.toString(),
  );
}

function mostIn(readiness: MarginReadiness, wallet: Message): Message {
  const most = largestAllowed(marginBounds(readiness, 'add')) ?? '';
  return msg('margin-preview.most-added', 'At most {0} {1} can be added from the {2}.', most, readiness.position.marginCoin, wallet);
}

function mostOut(readiness: MarginReadiness, wallet: Message, venueName: string): Message {
  const { reducible, position } = readiness;
  if (reducible === undefined) return msg('margin-preview.how-much-taken-out', 'How much can be taken out is not known.');
  if (!isPositive(reducible.amount)) return nothingToTake(position);
  const args = [largestAllowed(marginBounds(readiness, 'reduce')) ?? '', position.marginCoin, wallet] as const;
  return reducible.source === 'venue'
    ? msg(
        'margin-preview.most-taken-out-says',
        'At most {0} {1} can be taken out to the {2}, says {3}; no recommendation.',
        ...args,
        venueName,
      )
    : msg('margin-preview.most-taken-out', 'At most {0} {1} can be taken out to the {2}, by our own estimate; no recommendation.', ...args);
}

/**
 * What the figures would become, while an amount is typed. Always an estimate.
 * @param largest as `largestOut` has it, when that is known already
 */
export function marginRemark(position: Position, direction: Direction, amount: Decimal, largest?: Decimal): Remark {
  const { side, priceCoin, marginCoin, margin, liquidationPrice } = position;
  const after = estimateMarginChange(position, direction, amount);
  const sentence = msg(
    'margin-preview.margin-liquidation-price',
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
        ? msg(
            'margin-preview.preview-refuse-most',
            '{0} The preview would refuse it; at most {1} {2} can be taken out.',
            sentence,
            largest,
            marginCoin,
          )
        : msg('margin-preview.preview-refuse', '{0} The preview would refuse it.', sentence),
      caution: true,
    };
  }
  if (after.unreachable === true) return { sentence, caution: false };
  if (after.distance === undefined) return { sentence, caution: direction === 'reduce' };
  const level = levelOfLiquidation(after.distance);
  return { sentence, caution: level === 'danger' || level === 'warn' };
}
