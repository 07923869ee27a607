import { absolute, compare, decimal, isPositive, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import { formatAmount } from '../../core/format.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CollateralPreview, MarginPreview, Preview } from './preview.ts';
import { Refusal } from './refusal.ts';

/** Funding fees and interest move a margin by themselves, but hardly by more than this within a preview's life. Our own judgement; a fraction of it. */
const marginSlack = decimal('0.01');

/**
 * Whether what a person confirmed is still the same loan or position. Prices may move, because nobody can stop them, and the checks
 * of the preview are made again on the fresh figures; what only somebody's act moves may not.
 *
 * @param shown what was confirmed
 * @param fresh the same, reckoned from figures read right before the send
 * @throws Refusal naming the figure that is another one now
 */
export function mustBeAsShown(shown: Preview, fresh: Preview): void {
  // Both are copies of just what belongs to a change: what goes out has to be what was confirmed, to the last character.
  if (JSON.stringify(shown.change) !== JSON.stringify(fresh.change)) {
    throw new Refusal(
      msg(
        'The exchange now addresses what was confirmed in another way than before. Nothing was sent. Refresh the account and start again.',
      ),
    );
  }
  if (shown.kind === 'margin' && fresh.kind === 'margin') samePosition(shown, fresh);
  if (shown.kind === 'collateral' && fresh.kind === 'collateral') samePledge(shown, fresh);
}

/** A position that was closed and opened anew may bear the same name: its size, entry price, leverage and margin tell. */
function samePosition({ readiness: shown }: MarginPreview, { readiness: fresh }: MarginPreview): void {
  const { instrument, marginCoin, priceCoin } = fresh.position;
  const [before, after] = [shown.position, fresh.position];
  if (after.distress !== undefined && before.distress === undefined) {
    throw new Refusal(
      msg('The exchange began to act on the position in {0} after this preview. Nothing was sent. {1}', instrument, after.distress),
      { remedy: 'readAgain' },
    );
  }
  mustEqual(before.size, after.size, (was, is) =>
    msg(
      'The size of the position in {0} went from {1} to {2} after this preview. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      was,
      is,
    ),
  );
  mustEqual(before.entryPrice, after.entryPrice, (was, is) =>
    msg(
      'The entry price of the position in {0} went from {1} to {2} {3} after this preview: it may have been closed and opened anew. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      was,
      is,
      priceCoin,
    ),
  );
  mustEqual(before.leverage, after.leverage, (was, is) =>
    msg(
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
      'The margin of the position in {0} went from {1} to {2} {3} after this preview. Nothing was sent. Start the change again with the figures of now.',
      instrument,
      formatAmount(was.margin),
      formatAmount(is.margin),
      marginCoin,
    ),
  );
}

function samePledge(before: CollateralPreview, now: CollateralPreview): void {
  const { change, readiness: shown } = before;
  const fresh = now.readiness;
  if (now.doubt !== undefined && before.doubt === undefined) {
    throw new Refusal(
      msg(
        'From its own coins and prices we now compute another LTV of this loan than the exchange gives, so the estimate that was confirmed does not hold. Nothing was sent. Start the change again to decide without one.',
      ),
      { remedy: 'readAgain' },
    );
  }
  if (isBeyond(now) && !isBeyond(before)) {
    throw new Refusal(
      msg(
        'LTV reached the liquidation of this loan after this preview: the exchange may be selling its collateral by now. Nothing was sent. Start the change again with the figures of now.',
      ),
      { remedy: 'readAgain', instead: ['repay'] },
    );
  }
  mustEqual(shown.baseline.pledged, fresh.baseline.pledged, (was, is) =>
    msg(
      'The pledged {0} went from {1} to {2} after this preview. Nothing was sent. Start the change again with the figures of now.',
      change.coin,
      was,
      is,
    ),
  );
}

/** At or beyond the LTV at which the venue liquidates. */
function isBeyond({ ltvNow, readiness: { loan } }: CollateralPreview): boolean {
  const line = loan.liquidation?.ltv;
  return ltvNow !== undefined && line !== undefined && isPositive(line) && compare(ltvNow, line) >= 0;
}

/** A figure that was not told before, or is not told now, tells nothing. */
function mustEqual(before: Decimal | undefined, after: Decimal | undefined, say: (was: string, is: string) => Message): void {
  if (before === undefined || after === undefined || compare(before, after) === 0) return;
  throw new Refusal(say(formatAmount(before), formatAmount(after)));
}

/** Whether both differ by no more than the slack, as a part of `whole`. */
function isNear(before: Decimal, after: Decimal, whole: Decimal): boolean {
  return compare(absolute(subtract(after, before)), absolute(multiply(whole, marginSlack))) <= 0;
}
