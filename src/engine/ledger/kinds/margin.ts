import * as v from 'valibot';
import { absolute, compare, decimal, isPositive, multiply, round, subtract, zero, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatDistance } from '../../../core/format.ts';
import { msg, type Message } from '../../../core/message.ts';
import type { Account, HistoryRow, Position, PositionRef } from '../../../core/model.ts';
import {
  distanceToLiquidation,
  effectiveLeverage,
  estimateMarginChange,
  largestMarginReduction,
  leastDistanceLeft,
  type MarginEstimate,
} from '../../../core/risk/position-model.ts';
import type { MarginChange, MarginProof, MarginReadiness } from '../../../exchanges/exchange.ts';
import { actionOf } from '../../actions.ts';
import { largestOut } from '../../targets/safe-maximum.ts';
import {
  anotherTarget,
  atMost,
  changedSince,
  checkAsked,
  checkDecimals,
  incomplete,
  mayBeOfEarlier,
  moreThanSafe,
  mustEqual,
  noneRemovable,
  notAsRequested,
  moreThanHeld,
  previewedAlike,
  removalUnclear,
  storedAmount,
  storedAsked,
  storedText,
  type ChangeKind,
  type OtherWrites,
} from '../change-kind.ts';
import type { MarginPreview } from '../preview.ts';
import { historyEvidence, type MarginWrite } from '../record.ts';
import { Refusal } from '../refusal.ts';
import type { Finding } from '../write-states.ts';

/** Margin that is added to an isolated position or taken from it. */
export const margin: ChangeKind<MarginPreview, MarginProof> = {
  check(change) {
    checkNamed(change);
    checkAsked(change);
    return frozen(change);
  },
  prepare: (connection, change, signal) => actionOf(connection, 'margin').prepare(change, signal),
  preview,
  places: ({ places }) => places,
  safeReduction: (readiness) => largestOut(readiness),
  mustBeAsShown,
  decidedOn({ change, readiness: { reducible, walletAvailable } }) {
    const limit = change.direction === 'reduce' ? reducible?.amount : walletAvailable;
    return limit === undefined ? {} : { limit };
  },
  expectations({ now, after }) {
    const [before, estimate] = [now.liquidationPrice, after.liquidationPrice];
    return {
      ...(before === undefined ? {} : { liquidationBefore: before }),
      ...(estimate === undefined ? {} : { liquidationEstimate: estimate }),
    };
  },
  prove: (connection, { change, baseline }, receipt, signal) => actionOf(connection, 'margin').prove(change, baseline, receipt, signal),
  judge,
  schema: {
    change: v.object({
      kind: v.literal('margin'),
      position: v.object({
        positionId: storedText,
        instrument: storedText,
        market: storedText,
        slot: storedText,
        side: v.picklist(['long', 'short']),
        marginCoin: storedText,
      }),
      ...storedAsked,
    }),
    baseline: v.object({
      kind: v.literal('margin'),
      newestHistoryId: v.exactOptional(v.string()),
      size: storedAmount,
      margin: storedAmount,
      steadyMargin: v.exactOptional(storedAmount),
      leverage: v.exactOptional(storedAmount),
      entryPrice: v.exactOptional(storedAmount),
      liquidationPrice: v.exactOptional(storedAmount),
    }),
  },
};

function checkNamed({ position, coin }: MarginChange): void {
  const { positionId, instrument, market, slot, side, marginCoin } = position;
  const named = [positionId, instrument, market, slot, marginCoin].every((part) => typeof part === 'string' && part !== '');
  if (!named || !['long', 'short'].includes(side) || coin !== marginCoin) throw incomplete();
}

/** An immutable copy of just what belongs to a change. */
function frozen({ position, direction, coin, amount }: MarginChange): MarginChange {
  return Object.freeze({ kind: 'margin', position: Object.freeze(refOf(position)), direction, coin, amount });
}

/** What names a position, without its figures. */
function refOf({ positionId, instrument, market, slot, side, marginCoin }: PositionRef): PositionRef {
  return { positionId, instrument, market, slot, side, marginCoin };
}

/** Whether both name one position, in every part: a position that was reversed or reopened is another one. */
function isSamePosition(a: PositionRef, b: PositionRef): boolean {
  return JSON.stringify(refOf(a)) === JSON.stringify(refOf(b));
}

/**
 * What would come of a change of margin, or why it must not be. Margin may be added even where it is unknown what comes of
 * it, because that may be the last way to save a position; it is taken only where everything is known.
 */
function preview(account: Account, intent: MarginChange, readiness: MarginReadiness, price: Decimal | undefined): MarginPreview {
  const { position } = readiness;
  checkPosition(intent, readiness);
  // The fresh position is what is addressed.
  const change = frozen({ ...intent, position });
  const after = estimateMarginChange(position, change.direction, change.amount);
  checkDecimals(change, readiness.places);
  if (change.direction === 'add') checkAdd(account, change, readiness);
  else checkReduce(change, readiness, after);
  return Object.freeze({
    kind: 'margin',
    change,
    ...previewedAlike(account, change, readiness, price),
    readiness: Object.freeze({ ...readiness }),
    now: Object.freeze(figuresNow(readiness)),
    after: Object.freeze(after),
  });
}

function figuresNow({ position }: MarginReadiness): MarginPreview['now'] {
  const { margin, liquidationPrice } = position;
  const leverage = effectiveLeverage(position);
  const distance = distanceToLiquidation(position);
  return {
    ...(margin === undefined ? {} : { margin }),
    ...(leverage === undefined ? {} : { leverage }),
    ...(liquidationPrice === undefined ? {} : { liquidationPrice }),
    ...(distance === undefined ? {} : { distance }),
  };
}

function checkPosition(intent: MarginChange, { position, baseline }: MarginReadiness): void {
  if (!isSamePosition(position, intent.position)) throw anotherTarget();
  const { instrument, fixedMargin } = position;
  if (fixedMargin !== undefined) {
    throw new Refusal(msg('choose.margin-fixed', "The margin of {0} can't be changed. {1}", instrument, fixedMargin));
  }
  if (position.marginMode !== 'isolated') {
    throw new Refusal(msg('margin.not-isolated', "{0} isn't isolated margin, so its margin can't be changed.", instrument));
  }
  // What the effect would be measured against has to be what was seen.
  if (position.margin === undefined || compare(position.margin, baseline.margin) !== 0 || compare(position.size, baseline.size) !== 0) {
    throw new Refusal(
      msg('margin.unknown', "The position's margin is unknown, so a change couldn't be confirmed. Refresh, then try again later."),
    );
  }
}

function checkAdd(account: Account, change: MarginChange, { walletAvailable, places }: MarginReadiness): void {
  if (compare(change.amount, walletAvailable) <= 0) return;
  throw new Refusal(moreThanHeld(round(walletAvailable, places, 'down'), account, change), { instead: ['less'] });
}

function checkReduce(
  { coin, amount }: MarginChange,
  { position, reducible, places }: MarginReadiness,
  { margin: marginAfter, distance }: MarginEstimate,
): void {
  if (position.distress !== undefined) {
    throw new Refusal(msg('list.space', '{0} {1}', noneRemovable(coin), position.distress));
  }
  if (reducible === undefined || distanceToLiquidation(position) === undefined) throw new Refusal(removalUnclear());
  const most = largestMarginReduction(position, reducible.amount, places);
  if (most === undefined || marginAfter === undefined) throw new Refusal(removalUnclear());
  if (!isPositive(most)) throw new Refusal(noneRemovable(coin), { instead: ['addMargin'] });
  if (compare(amount, reducible.amount) > 0) throw new Refusal(moreThanSafe(most, coin), { instead: ['less'] });
  const isEnough =
    isPositive(marginAfter) &&
    distance !== undefined &&
    isPositive(distance) &&
    compare(distance, leastDistanceLeft) >= 0 &&
    compare(amount, most) <= 0;
  if (isEnough) return;
  const why = msg(
    'margin.distance-after',
    'Distance to liquidation would be {0} (estimate); {1} is required.',
    distance === undefined ? msg('term.unknown', 'unknown') : formatDistance(distance),
    formatDistance(leastDistanceLeft),
  );
  throw new Refusal(atMost(why, most, coin), { instead: ['less'] });
}

/** Funding fees and interest move a margin, but hardly by more than this within a preview's life. Our own judgement; a fraction of it. */
const marginSlack = decimal('0.01');

/** A position that was closed and reopened may have the same name: its size, entry price, leverage and margin tell. */
function mustBeAsShown({ readiness: shown }: MarginPreview, { readiness: fresh }: MarginPreview): void {
  const [before, after] = [shown.position, fresh.position];
  if (after.distress !== undefined && before.distress === undefined) {
    throw new Refusal(
      msg('margin.exchange-acting', 'The exchange began to act on this position after the preview. Nothing was sent. {0}', after.distress),
      { remedy: 'refresh' },
    );
  }
  mustEqual(msg('position.size', 'Size'), before.size, after.size);
  mustEqual(msg('position.entry-price', 'Entry price'), before.entryPrice, after.entryPrice, after.priceCoin);
  mustEqual(msg('position.leverage', 'Leverage'), before.leverage, after.leverage);
  const was = shown.baseline;
  const is = fresh.baseline;
  if (isNear(was.margin, is.margin, was.margin)) return;
  // Where the margin follows the mark price, its steady part tells whether anybody changed it.
  if (was.steadyMargin !== undefined && is.steadyMargin !== undefined && isNear(was.steadyMargin, is.steadyMargin, was.margin)) return;
  throw new Refusal(
    changedSince(msg('position.margin', 'Margin'), formatAmount(was.margin), `${formatAmount(is.margin)} ${after.marginCoin}`),
  );
}

/** Whether both differ by no more than the slack, as a part of `whole`. */
function isNear(before: Decimal, after: Decimal, whole: Decimal): boolean {
  return compare(absolute(subtract(after, before)), absolute(multiply(whole, marginSlack))) <= 0;
}

/** How far the liquidation price drifts, e.g. with interest. A fraction of it. */
const priceSlack = decimal('0.001');

const half = decimal('0.5');
const two = decimal('2');

/**
 * Steps 7 and 8 of a change of margin: what a reading proves. It checks the adapter's conclusion a second time, without knowing the exchange:
 * - it must be the very position that was named. One that is gone or was reversed proves nothing;
 * - the margin must have moved in the requested direction. The other way is a mismatch; not moved proves nothing;
 * - unless the margin also drifts, it must have moved by about the amount: less than half or more than one and a half is a mismatch;
 * - while size and entry price are unchanged, the liquidation price must not have gone the wrong way: that is a mismatch too.
 *
 * Where the margin also drifts (the baseline then has a steady part), its move alone proves nothing: the liquidation price must confirm the
 * adapter's conclusion, or contradict it.
 *
 * Where the exchange has a history row, it must be new, no other write's, and of this coin and exact amount. Other moves of the margin then
 * do not matter if they are visible: a change of leverage, a trade. But a margin that has not moved lags behind the row, one that moved the
 * other way without a visible reason is a mismatch, and so is one that moved by exactly twice the amount.
 *
 * A write that, by the journal, another one was sent instead of is not judged: without a history nothing tells their effects apart.
 */
function judge(record: MarginWrite, proof: MarginProof, { claimed, givenUp, neverLeft }: OtherWrites): Finding | undefined {
  if (proof.state === 'pending' || neverLeft()) return undefined;
  const { position, row } = proof;
  if (row !== undefined && (row.id === record.baseline.newestHistoryId || claimed.has(row.id))) return undefined;
  if (position !== undefined && !isSamePosition(position, record.change.position)) return undefined;
  if (row !== undefined && proof.state !== 'contradicted' && !isAsAsked(record, row)) return undefined;
  const evidence = row === undefined ? ({ kind: 'position' } as const) : historyEvidence(row);
  const facts = { evidence, ...(position?.liquidationPrice === undefined ? {} : { liquidationAfter: position.liquidationPrice }) };
  if (proof.state === 'contradicted') return { type: 'contradicted', ...facts, note: otherThanAsked(record, proof.position) };
  const doubt = givenUp === undefined ? {} : { note: mayBeOfEarlier(record.baseline.margin, record.change.coin) };
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

/** Something visible moved the margin as well: a trade, or a change of leverage. */
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
  return msg('margin.position-gone', 'The position is gone: closed, liquidated or reversed. Check the exchange.');
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
  const now = margin === undefined ? msg('term.unknown', 'unknown') : `${formatAmount(margin)} ${change.coin}`;
  return notAsRequested(msg('position.margin', 'Margin'), formatAmount(baseline.margin), now);
}

function priceWentBack({ baseline }: MarginWrite, { liquidationPrice, priceCoin }: Position): Message {
  const [was, is] = [baseline.liquidationPrice ?? zero, liquidationPrice ?? zero];
  return notAsRequested(msg('term.liquidation-price', 'Liquidation price'), formatAmount(was), `${formatAmount(is)} ${priceCoin}`);
}
