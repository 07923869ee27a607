import { absolute, add, compare, decimal, multiply, subtract, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatLtv } from '../core/format.ts';
import { msg, type Message } from '../core/message.ts';
import type { HistoryRow, Loan, Position } from '../core/model.ts';
import { isCollateralWrite, isMarginWrite, type CollateralWrite, type MarginWrite, type WriteRecord } from '../engine/ledger/ledger.ts';
import type { MarginBaseline, MarginChange } from '../exchanges/exchange.ts';
import { positionName } from './change.ts';
import { liquidationText, marginText } from './margin.ts';

/** What reading says now about the loan or position of an open write. */
export type Reading =
  | { readonly loan: Loan | undefined; readonly rows: readonly HistoryRow[] }
  | PositionReading
  /** It could not be read, and why. */
  | { readonly failure: Message };

/** Rows that came after the ones that were there before the send, newest first. */
export function newRows(rows: readonly HistoryRow[], newestBefore: string | undefined): readonly HistoryRow[] {
  const known = newestBefore === undefined ? -1 : rows.findIndex((row) => row.id === newestBefore);
  return known < 0 ? rows : rows.slice(0, known);
}

/** Both readings side by side, for a person who has to judge what became of a write. */
export function resolveLines(record: WriteRecord, reading: Reading, timeOf: (at: number) => string): readonly (Message | string)[] {
  const { method, path, body } = record.request;
  const sentAt = record.sentAt ?? record.plannedAt;
  const lines: (Message | string)[] = [stateLine(record), msg('Sent at {0}: {1} {2} {3}', timeOf(sentAt), method, path, body)];
  if (record.note !== undefined) lines.push(record.note);
  if (isMarginWrite(record)) {
    lines.push(marginBefore(record));
    if ('position' in reading) lines.push(...marginComparison(record, reading));
  }
  if (isCollateralWrite(record)) {
    lines.push(
      msg('Before: {0} {1} pledged, LTV {2}', formatAmount(record.baseline.pledged), record.change.coin, ltvText(record.baseline.ltv)),
    );
    if ('loan' in reading) lines.push(...comparison(record, reading.loan), ...historyLines(record, reading.rows, timeOf));
  }
  if ('failure' in reading) lines.push(msg('Now: could not be read. {0}', reading.failure));
  return lines;
}

function stateLine({ state }: WriteRecord): Message {
  switch (state) {
    case 'planned':
    case 'sent':
      return msg('State: sent; no answer was recorded.');
    case 'accepted':
      return msg('State: accepted by the exchange, not proven to be done.');
    case 'unknown':
      return msg('State: unknown. The answer was lost or does not say.');
    case 'mismatch':
      return msg('State: the exchange did something else than was asked. Changes on this account are frozen.');
    case 'effective':
      return msg('State: done.');
    case 'rejected':
      return msg('State: refused by the exchange.');
    case 'not-effective':
      return msg('State: not done.');
  }
}

function comparison({ change, baseline }: CollateralWrite, loan: Loan | undefined): Message[] {
  const { coin, amount, direction } = change;
  const before = baseline.pledged;
  if (loan === undefined) return [msg('Now: the loan is not there any more.')];
  const now = loan.collateral.find((pledged) => pledged.coin === coin)?.amount ?? zero;
  const expected = direction === 'add' ? add(before, amount) : subtract(before, amount);
  return [
    msg('Now: {0} {1} pledged, LTV {2}', formatAmount(now), coin, ltvText(loan.ltv)),
    msg('If it happened: {0} {1} pledged', formatAmount(expected), coin),
    verdictLine(now, before, expected),
  ];
}

function verdictLine(now: Decimal, before: Decimal, expected: Decimal): Message {
  if (compare(now, expected) === 0) return msg('The figures now are those of a change that happened.');
  if (compare(now, before) === 0) return msg('The figures now are those from before: it has not happened so far.');
  return msg('The figures now fit neither: something else changed this loan too.');
}

function historyLines({ baseline }: CollateralWrite, rows: readonly HistoryRow[], timeOf: (at: number) => string): (Message | string)[] {
  const fresh = newRows(rows, baseline.newestHistoryId);
  if (fresh.length === 0) return [msg('History of the loan since then: nothing.')];
  return [
    msg('History of the loan since then:'),
    ...fresh.map(({ at, type, amount, coin }) => `  ${timeOf(at)} ${type} ${formatAmount(absolute(amount))} ${coin}`),
  ];
}

function ltvText(ltv: Decimal | undefined): Message | string {
  return ltv === undefined ? msg('unknown') : formatLtv(ltv);
}

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
    marginVerdictLine(change, before, position, figures),
  ];
}

function moved(from: Decimal, { direction, amount }: MarginChange): Decimal {
  return direction === 'add' ? add(from, amount) : subtract(from, amount);
}

function marginVerdictLine(change: MarginChange, before: MarginBaseline, position: Position, figures: MarginBaseline | undefined): Message {
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
