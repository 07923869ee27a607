import { absolute, compare, decimal, multiply, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { HistoryRow, Position } from '../../../core/model.ts';
import type { MarginProof } from '../../../exchanges/exchange.ts';
import { isSamePosition } from '../intent.ts';
import { historyEvidence, type MarginWrite, type WriteRecord } from '../record.ts';
import type { Finding } from '../write-states.ts';

/** The liquidation price moves by so much by itself, e.g. with interest. A fraction of it. */
const priceSlack = decimal('0.001');

const half = decimal('0.5');
const two = decimal('2');

/**
 * Steps 7 and 8 of a change of margin: what a reading proves. What the adapter makes of the position is looked at a second time, without
 * knowing the venue:
 * - it must be the very position that was named. One that is gone, or was turned round, tells nothing;
 * - the margin must have moved in the direction that was asked. Moved the other way is a mismatch, not moved proves nothing;
 * - unless it also moves by itself, it must have moved by about the amount: by less than half or more than one and a half of it is a
 *   mismatch;
 * - while size and entry price are as before, the liquidation price must not have gone the other way: that is a mismatch too.
 *
 * Where the margin also moves by itself (the baseline then has a steady part), that it did not move as asked tells nothing by
 * itself: then the liquidation price has to bear the adapter out, or to condemn it.
 *
 * Where the venue has a row of the change, it must be new, no other write's, and of this coin and exact amount. Then what else moved the
 * margin does not matter, as long as it shows: leverage that was set anew, a trade. Still, a margin that has not moved lags behind the row,
 * one that moved the other way for no reason that shows is a mismatch, and so is one that moved by exactly twice the amount.
 *
 * @param givenUp the write right before this one, when it asked for the same and a person closed it as never done
 * @param claimed rows of the venue's history that belong to other writes of ours
 * @returns undefined when it proves nothing yet
 */
export function judgeMargin(
  record: MarginWrite,
  proof: MarginProof,
  givenUp?: WriteRecord,
  claimed: ReadonlySet<string> = new Set(),
): Finding | undefined {
  if (proof.state === 'pending') return undefined;
  const { position, row } = proof;
  if (row !== undefined && (row.id === record.baseline.newestHistoryId || claimed.has(row.id))) return undefined;
  if (position !== undefined && !isSamePosition(position, record.change.position)) return undefined;
  if (row !== undefined && proof.state !== 'contradicted' && !isAsAsked(record, row)) return undefined;
  const evidence = row === undefined ? ({ kind: 'position' } as const) : historyEvidence(row);
  const facts = { evidence, ...(position?.liquidationPrice === undefined ? {} : { liquidationAfter: position.liquidationPrice }) };
  if (proof.state === 'contradicted') return { type: 'contradicted', ...facts, note: otherThanAsked(record, proof.position) };
  const doubt = givenUp === undefined ? {} : { note: mayBeOfEarlier(record) };
  if (proof.state === 'over') return { type: 'proven', ...facts, note: doubt.note ?? goneSince() };
  return row === undefined ? judgePosition(record, proof.position, facts, doubt) : judgeRow(record, proof.position, facts, doubt);
}

type Facts = Pick<Finding & { readonly type: 'proven' }, 'evidence' | 'liquidationAfter'>;
interface Doubt {
  readonly note?: Message;
}

/** The venue's own row says that it was done. */
function judgeRow(record: MarginWrite, position: Position, facts: Facts, doubt: Doubt): Finding | undefined {
  const { change, baseline } = record;
  const margin = marginMove(record, position);
  if (margin === 'none') return undefined;
  if (margin !== undefined && !wasOtherwiseMoved(record, position)) {
    if (margin === 'against') return { type: 'contradicted', ...facts, note: otherThanAsked(record, position) };
    if (priceMove(record, position) === 'against') return { type: 'contradicted', ...facts, note: priceWentBack(record, position) };
    const by = absolute(subtract(position.margin ?? zero, baseline.margin));
    if (doubt.note === undefined && compare(by, multiply(change.amount, two)) === 0)
      return { type: 'contradicted', ...facts, note: otherThanAsked(record, position) };
  }
  return { type: 'proven', ...facts, ...doubt };
}

const isAsAsked = ({ change }: MarginWrite, { coin, amount, forced }: HistoryRow): boolean =>
  coin === change.coin && compare(absolute(amount), change.amount) === 0 && !forced;

/** Something that shows has moved the margin besides: a trade, or leverage that was set anew. */
function wasOtherwiseMoved({ baseline }: MarginWrite, position: Position): boolean {
  const { size, sizeCoin, marginCoin, entryPrice, leverage, margin = baseline.margin } = position;
  const differs = (before: Decimal | undefined, after: Decimal | undefined): boolean =>
    before !== undefined && after !== undefined && compare(before, after) !== 0;
  // Where the margin is in the coin held, it is a part of the size.
  const asMargin = sizeCoin === marginCoin && compare(subtract(size, baseline.size), subtract(margin, baseline.margin)) === 0;
  return (differs(baseline.size, size) && !asMargin) || differs(baseline.entryPrice, entryPrice) || differs(baseline.leverage, leverage);
}

/** No row says anything: the position has to. */
function judgePosition(record: MarginWrite, position: Position, facts: Facts, doubt: Doubt): Finding | undefined {
  const margin = marginMove(record, position);
  const price = priceMove(record, position);
  if (margin === undefined) return undefined;
  const drifts = record.baseline.steadyMargin !== undefined;
  if (price === 'against' && (margin !== 'none' || drifts))
    return { type: 'contradicted', ...facts, note: priceWentBack(record, position) };
  if (margin === 'against' && !drifts) return { type: 'contradicted', ...facts, note: otherThanAsked(record, position) };
  if (margin !== 'asked' && !(drifts && price === 'asked')) return undefined;
  if (!drifts && !isAbout(record, position)) return { type: 'contradicted', ...facts, note: otherThanAsked(record, position) };
  return { type: 'proven', ...facts, ...doubt };
}

function goneSince(): Message {
  return msg('The position is not there any more: it was closed, liquidated or turned round since. Look at it at the exchange.');
}

/** Against what was asked: as asked, the other way, or not at all. */
type Move = 'asked' | 'against' | 'none';

function marginMove({ change, baseline }: MarginWrite, { margin }: Position): Move | undefined {
  if (margin === undefined) return undefined;
  const moved = compare(margin, baseline.margin);
  if (moved === 0) return 'none';
  return moved === (change.direction === 'add' ? 1 : -1) ? 'asked' : 'against';
}

function isAbout({ change, baseline }: MarginWrite, { margin }: Position): boolean {
  if (margin === undefined) return false;
  const by = absolute(subtract(margin, baseline.margin));
  return compare(absolute(subtract(by, change.amount)), multiply(change.amount, half)) <= 0;
}

/** More margin takes the liquidation price of a long position down and that of a short one up, all else being equal. */
function priceMove({ change, baseline }: MarginWrite, { size, entryPrice, liquidationPrice, side }: Position): Move {
  const before = baseline.liquidationPrice;
  if (before === undefined || liquidationPrice === undefined || baseline.entryPrice === undefined || entryPrice === undefined)
    return 'none';
  if (compare(size, baseline.size) !== 0 || compare(entryPrice, baseline.entryPrice) !== 0) return 'none';
  const moved = compare(liquidationPrice, before);
  if (moved === 0) return 'none';
  if (moved === ((change.direction === 'add') === (side === 'short') ? 1 : -1)) return 'asked';
  return compare(absolute(subtract(liquidationPrice, before)), absolute(multiply(before, priceSlack))) > 0 ? 'against' : 'none';
}

function otherThanAsked({ change, baseline }: MarginWrite, { margin }: Position): Message {
  const args = [
    formatAmount(change.amount),
    change.coin,
    formatAmount(baseline.margin),
    margin === undefined ? msg('unknown') : formatAmount(margin),
  ] as const;
  return change.direction === 'add'
    ? msg(
        'Adding {0} {1} of margin was asked, but the margin went from {2} {1} to {3} {1}. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      )
    : msg(
        'Taking {0} {1} of margin was asked, but the margin went from {2} {1} to {3} {1}. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      );
}

function priceWentBack({ baseline }: MarginWrite, { liquidationPrice, priceCoin }: Position): Message {
  return msg(
    'The liquidation price went from {0} to {1} {2}, against the direction that was asked. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
    formatAmount(baseline.liquidationPrice ?? zero),
    formatAmount(liquidationPrice ?? zero),
    priceCoin,
  );
}

function mayBeOfEarlier({ change, baseline }: MarginWrite): Message {
  return msg(
    'The change before this one asked for the same and was closed by your verdict as not done. If the exchange did it late, this is its effect and the new one is still to come. The margin was {0} {1} before: compare at the exchange before the next change.',
    formatAmount(baseline.margin),
    change.coin,
  );
}
