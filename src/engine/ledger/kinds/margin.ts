import * as v from 'valibot';
import {
  absolute,
  compare,
  decimal,
  decimalPlaces,
  isPositive,
  multiply,
  round,
  subtract,
  zero,
  type Decimal,
} from '../../../core/decimal.ts';
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
  checkAsked,
  mustEqual,
  previewedAlike,
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
  if (!named || !['long', 'short'].includes(side)) {
    throw new Refusal(msg('margin.no-position-named', 'No position is named. Start the change again from the position itself.'));
  }
  if (coin !== marginCoin) {
    throw new Refusal(
      msg(
        'margin.only-added-taken',
        'The margin of {0} is in {1}, so only {1} can be added or taken. Start the change again.',
        instrument,
        marginCoin,
      ),
    );
  }
}

/** A copy of just what belongs to a change, which nobody can change any more. */
function frozen({ position, direction, coin, amount }: MarginChange): MarginChange {
  return Object.freeze({ kind: 'margin', position: Object.freeze(refOf(position)), direction, coin, amount });
}

/** What names a position, without its figures. */
function refOf({ positionId, instrument, market, slot, side, marginCoin }: PositionRef): PositionRef {
  return { positionId, instrument, market, slot, side, marginCoin };
}

/** Whether both name one position, in every part: a position that was turned round or opened anew is another one. */
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
  checkDecimals(change, readiness);
  if (change.direction === 'add') checkAdd(change, readiness);
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
  const { instrument } = intent.position;
  if (!isSamePosition(position, intent.position)) {
    throw new Refusal(
      msg(
        'margin.exchange-answered-another',
        'The exchange answered with another position than the one in {0} that was named. Nothing was sent. Refresh the account and start again.',
        instrument,
      ),
    );
  }
  if (position.fixedMargin !== undefined) {
    throw new Refusal(msg('choose.margin-cannot-changed', "The margin of {0} can't be changed. {1}", instrument, position.fixedMargin));
  }
  if (position.marginMode !== 'isolated') {
    throw new Refusal(
      msg(
        'margin.position-not-isolated',
        'The position in {0} is not isolated, so it has no margin of its own that could be changed.',
        instrument,
      ),
    );
  }
  // What the effect would be measured against has to be what was seen.
  if (position.margin === undefined || compare(position.margin, baseline.margin) !== 0 || compare(position.size, baseline.size) !== 0) {
    throw new Refusal(
      msg(
        'margin.exchange-not-tell-position',
        'The exchange does not tell the margin of this position now, so the effect of a change could not be seen. Nothing was sent. Refresh and try again later.',
      ),
    );
  }
}

function checkDecimals({ coin, amount }: MarginChange, { places }: MarginReadiness): void {
  if (decimalPlaces(amount) <= places) return;
  throw new Refusal(
    msg(
      'margin.exchange-takes-amounts',
      'The exchange takes amounts of {1} with at most {0} digits after the point here. Start again with fewer.',
      places.toString(),
      coin,
    ),
  );
}

function checkAdd({ coin, amount }: MarginChange, { walletAvailable, places }: MarginReadiness): void {
  if (compare(amount, walletAvailable) <= 0) return;
  throw new Refusal(
    msg(
      'collateral.wallet-holds-added',
      'The wallet holds {0} {1} that can be added. Start again with at most that, or move more into the wallet first.',
      formatAmount(round(walletAvailable, places, 'down')),
      coin,
    ),
    { instead: ['less'] },
  );
}

function checkReduce(change: MarginChange, { position, reducible, places }: MarginReadiness, after: MarginEstimate): void {
  const { coin, amount } = change;
  if (position.distress !== undefined) {
    throw new Refusal(
      msg('margin.nothing-taken-position', 'Nothing can be taken from the margin of this position now. {0}', position.distress),
    );
  }
  if (reducible === undefined) {
    throw new Refusal(
      msg(
        'margin.not-known-how',
        'It is not known how much can be taken from the margin of this position now, so nothing is taken. Refresh and try again later.',
      ),
    );
  }
  if (distanceToLiquidation(position) === undefined) {
    throw new Refusal(
      msg(
        'margin.exchange-not-tell',
        'The exchange does not tell the liquidation price or the mark price of this position now, so nothing can be taken from it safely. Refresh and try again later.',
      ),
    );
  }
  const most = largestMarginReduction(position, reducible.amount, places);
  if (most === undefined || after.margin === undefined) {
    throw new Refusal(
      msg(
        'margin.liquidation-price-after',
        'The liquidation price after taking {0} {1} cannot be estimated, so nothing is sent. Margin can still be added.',
        formatAmount(amount),
        coin,
      ),
    );
  }
  if (!isPositive(most)) {
    throw new Refusal(
      msg(
        'margin.no-taken-position',
        'No {0} can be taken from the margin of this position now. Add margin or make the position smaller first.',
        coin,
      ),
      { instead: ['addMargin'] },
    );
  }
  if (compare(amount, reducible.amount) > 0) {
    throw new Refusal(
      msg('collateral.most-taken-now', 'At most {0} {1} can be taken now. Start again with at most that.', formatAmount(most), coin),
      {
        instead: ['less'],
      },
    );
  }
  const { distance } = after;
  if (!isPositive(after.margin) || distance === undefined || !isPositive(distance)) {
    throw new Refusal(
      msg(
        'margin.taking-estimate-bring',
        'Taking {0} {1} would by our estimate bring the liquidation price to the mark price or beyond it. Start again with at most {2} {1}.',
        formatAmount(amount),
        coin,
        formatAmount(most),
      ),
      { instead: ['less'] },
    );
  }
  if (compare(distance, leastDistanceLeft) < 0 || compare(amount, most) > 0) {
    throw new Refusal(
      msg(
        'margin.taking-estimate-leave',
        'Taking {0} {1} would by our estimate leave {2} between mark price and liquidation price, less than the {3} that is kept. Start again with at most {4} {1}.',
        formatAmount(amount),
        coin,
        formatDistance(distance),
        formatDistance(leastDistanceLeft),
        formatAmount(most),
      ),
      { instead: ['less'] },
    );
  }
}

/** Funding fees and interest move a margin by themselves, but hardly by more than this within a preview's life. Our own judgement; a fraction of it. */
const marginSlack = decimal('0.01');

/** A position that was closed and opened anew may bear the same name: its size, entry price, leverage and margin tell. */
function mustBeAsShown({ readiness: shown }: MarginPreview, { readiness: fresh }: MarginPreview): void {
  const { instrument, marginCoin, priceCoin } = fresh.position;
  const [before, after] = [shown.position, fresh.position];
  if (after.distress !== undefined && before.distress === undefined) {
    throw new Refusal(
      msg(
        'margin.exchange-began-act',
        'The exchange began to act on the position in {0} after this preview. Nothing was sent. {1}',
        instrument,
        after.distress,
      ),
      { remedy: 'readAgain' },
    );
  }
  mustEqual(before.size, after.size, (was, is) =>
    msg(
      'margin.size-position-went',
      'The size of the position in {0} went from {1} to {2} after this preview. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      was,
      is,
    ),
  );
  mustEqual(before.entryPrice, after.entryPrice, (was, is) =>
    msg(
      'margin.entry-price-position',
      'The entry price of the position in {0} went from {1} to {2} {3} after this preview: it may have been closed and opened anew. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      was,
      is,
      priceCoin,
    ),
  );
  mustEqual(before.leverage, after.leverage, (was, is) =>
    msg(
      'margin.leverage-position-went',
      'The leverage of the position in {0} went from {1} to {2} after this preview. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      was,
      is,
    ),
  );
  const was = shown.baseline;
  const is = fresh.baseline;
  if (isNear(was.margin, is.margin, was.margin)) return;
  // Where the margin follows the mark price, its steady part tells whether anybody changed it.
  if (was.steadyMargin !== undefined && is.steadyMargin !== undefined && isNear(was.steadyMargin, is.steadyMargin, was.margin)) return;
  throw new Refusal(
    msg(
      'margin.position-went-after',
      'The margin of the position in {0} went from {1} to {2} {3} after this preview. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      formatAmount(was.margin),
      formatAmount(is.margin),
      marginCoin,
    ),
  );
}

/** Whether both differ by no more than the slack, as a part of `whole`. */
function isNear(before: Decimal, after: Decimal, whole: Decimal): boolean {
  return compare(absolute(subtract(after, before)), absolute(multiply(whole, marginSlack))) <= 0;
}

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
 * A write that, by the journal, another one was sent instead of is not judged: without a history nothing else tells their effects apart.
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
  return msg(
    'margin.position-not-any',
    'The position is not there any more: it was closed, liquidated or turned round since. Look at it at the exchange.',
  );
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
    margin === undefined ? msg('term.unknown', 'unknown') : formatAmount(margin),
  ] as const;
  return change.direction === 'add'
    ? msg(
        'margin.adding-asked-went',
        'Adding {0} {1} of margin was asked, but the margin went from {2} {1} to {3} {1}. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      )
    : msg(
        'margin.taking-asked-went',
        'Taking {0} {1} of margin was asked, but the margin went from {2} {1} to {3} {1}. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
        ...args,
      );
}

function priceWentBack({ baseline }: MarginWrite, { liquidationPrice, priceCoin }: Position): Message {
  return msg(
    'margin.liquidation-price-went',
    'The liquidation price went from {0} to {1} {2}, against the direction that was asked. Changes on this account are frozen. Compare the position at the exchange, then lift the freeze with "LTV Gauge: Resolve Unfinished Change…".',
    formatAmount(baseline.liquidationPrice ?? zero),
    formatAmount(liquidationPrice ?? zero),
    priceCoin,
  );
}

function mayBeOfEarlier({ change, baseline }: MarginWrite): Message {
  return msg(
    'margin.change-before-asked',
    'The change before this one asked for the same and was closed by your verdict as not done. If the exchange did it late, this is its effect and the new one is still to come. The margin was {0} {1} before: compare at the exchange before the next change.',
    formatAmount(baseline.margin),
    change.coin,
  );
}
