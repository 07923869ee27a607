import { absolute, add, compare, subtract, zero, type Decimal } from '../../core/decimal.ts';
import { formatAmount, formatLtv } from '../../core/format.ts';
import { msg, type Message } from '../../core/message.ts';
import type { HistoryRow, Loan } from '../../core/model.ts';
import { isCollateralWrite, isMarginWrite, type CollateralWrite, type WriteRecord } from '../../ledger/ledger.ts';
import { marginBefore, marginComparison, type PositionReading } from './margin-resolve-text.ts';

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
