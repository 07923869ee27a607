import { absolute, add, compare, decimal, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Position } from '../../core/model.ts';
import type { MarginBaseline, MarginChange } from '../../exchanges/exchange.ts';
import type { MarginWrite } from '../../ledger/ledger.ts';
import { positionName } from './change-text.ts';
import { liquidationText, marginText } from './margin-words.ts';

/** What reading says now about the position of an open write. */
export interface PositionReading {
  /** Absent when it is gone. */
  readonly position: Position | undefined;
  /** Read as the baseline was. Absent when they could not be. */
  readonly figures?: MarginBaseline;
}

/** Margin that moves with the price, or pays for funding, is seldom the exact sum: one part in so many of the amount may be off. */
const tolerance = decimal('0.01');

/** What the position was before the send. */
export function marginBefore({ change, baseline }: MarginWrite): Message {
  const { coin, position } = change;
  const { margin, liquidationPrice } = baseline;
  return msg('Before: margin {0}, liquidation price {1}', marginText(margin, coin), liquidationText(liquidationPrice, position.side));
}

/** What it is now, what it would be had the change happened, and which of the two fits. */
export function marginComparison(record: MarginWrite, { position, figures }: PositionReading): Message[] {
  const { change, baseline: before, liquidationEstimate } = record;
  const { coin, position: ref } = change;
  const { side } = ref;
  if (position === undefined) return [msg('Now: the position is not there any more.')];
  // The other side may have taken its place: its margin tells nothing of this one.
  if (position.side !== side || position.instrument !== ref.instrument) {
    return [msg('Now: another position is in its place: {0}.', positionName(position))];
  }
  const steadyLine =
    before.steadyMargin === undefined || figures?.steadyMargin === undefined
      ? []
      : [
          msg(
            'Of the margin, what does not move with the price: {0} before, {1} now',
            marginText(before.steadyMargin, coin),
            marginText(figures.steadyMargin, coin),
          ),
        ];
  return [
    msg(
      'Now: margin {0}, liquidation price {1}',
      marginText(figures?.margin ?? position.margin, coin),
      liquidationText(figures?.liquidationPrice ?? position.liquidationPrice, side),
    ),
    msg(
      'If it happened: margin {0}, liquidation price {1} (estimate)',
      marginText(moved(before.margin, change), coin),
      liquidationText(liquidationEstimate, side),
    ),
    ...steadyLine,
    verdictLine(change, before, position, figures),
  ];
}

function moved(from: Decimal, { direction, amount }: MarginChange): Decimal {
  return direction === 'add' ? add(from, amount) : subtract(from, amount);
}

function verdictLine(change: MarginChange, before: MarginBaseline, position: Position, figures: MarginBaseline | undefined): Message {
  if (!isSizeAsBefore(before, position)) {
    return msg('The size of the position changed as well, so its margin does not tell what became of this change.');
  }
  // Closed and opened anew it has the same name, and may have the same size.
  if (before.entryPrice !== undefined && position.entryPrice !== undefined && compare(before.entryPrice, position.entryPrice) !== 0) {
    return msg('The entry price of the position changed as well, so its margin does not tell what became of this change.');
  }
  // The part that moves by itself is left out on both sides, or on neither.
  const [was, is] =
    before.steadyMargin === undefined ? [before.margin, figures?.margin ?? position.margin] : [before.steadyMargin, figures?.steadyMargin];
  if (is === undefined) return msg('The figures now do not tell what became of this change.');
  const isNear = (expected: Decimal): boolean => compare(absolute(subtract(is, expected)), multiply(change.amount, tolerance)) <= 0;
  if (isNear(moved(was, change))) return msg('The figures now are those of a change that happened.');
  if (isNear(was)) return msg('The figures now are those from before: it has not happened so far.');
  return msg('The figures now fit neither: something else changed this position too.');
}

/** But for what the margin itself is of it: that of borrowed coins is a part of the size when it is in the coin held. */
function isSizeAsBefore(before: MarginBaseline, { size, margin, contract, sizeCoin, marginCoin }: Position): boolean {
  if (compare(size, before.size) === 0) return true;
  const isPart = contract === 'borrowed' && sizeCoin === marginCoin;
  return isPart && margin !== undefined && compare(subtract(size, before.size), subtract(margin, before.margin)) === 0;
}
