import { add, compare, decimalPlaces, isPositive, round, subtract, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatDistance } from '../../../core/format.ts';
import { msg } from '../../../core/message.ts';
import type { Account } from '../../../core/model.ts';
import {
  distanceToLiquidation,
  effectiveLeverage,
  estimateMarginChange,
  largestMarginReduction,
  leastDistanceLeft,
  type MarginEstimate,
} from '../../../core/risk/position-model.ts';
import type { MarginChange, MarginReadiness } from '../../../exchanges/exchange.ts';
import { frozenMargin, isSamePosition } from '../intent.ts';
import { usdOf, type MarginPreview } from '../preview.ts';
import { Refusal } from '../refusal.ts';

/**
 * What would come of a change of margin, or why it must not be. Margin may be added even where nobody can tell what comes of
 * it, because that may be the last way to save a position; it is taken only where everything is known.
 * @throws Refusal when a figure is missing or a limit is passed. The sentence names what would be allowed.
 */
export function marginPreview(
  account: Account,
  intent: MarginChange,
  readiness: MarginReadiness,
  price: Decimal | undefined,
): MarginPreview {
  const { position, walletAvailable } = readiness;
  checkPosition(intent, readiness);
  // The fresh position is what is addressed.
  const change = frozenMargin({ ...intent, position });
  const after = estimateMarginChange(position, change.direction, change.amount);
  const usd = usdOf(change.amount, price);
  checkDecimals(change, readiness);
  if (change.direction === 'add') checkAdd(change, readiness);
  else checkReduce(change, readiness, after);
  return Object.freeze({
    kind: 'margin',
    change,
    account: Object.freeze({ ...account }),
    readiness: Object.freeze({ ...readiness }),
    now: Object.freeze(figuresNow(readiness)),
    after: Object.freeze(after),
    ...(usd === undefined ? {} : { usd }),
    walletAfter: change.direction === 'add' ? subtract(walletAvailable, change.amount) : add(walletAvailable, change.amount),
    readAt: readiness.asOf,
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
        'The exchange answered with another position than the one in {0} that was named. Nothing was sent. Refresh the account and start again.',
        instrument,
      ),
    );
  }
  if (position.fixedMargin !== undefined) {
    throw new Refusal(msg('The margin of {0} cannot be changed. {1}', instrument, position.fixedMargin));
  }
  if (position.marginMode !== 'isolated') {
    throw new Refusal(msg('The position in {0} is not isolated, so it has no margin of its own that could be changed.', instrument));
  }
  // What the effect would be measured against has to be what was seen.
  if (position.margin === undefined || compare(position.margin, baseline.margin) !== 0 || compare(position.size, baseline.size) !== 0) {
    throw new Refusal(
      msg(
        'The exchange does not tell the margin of this position now, so the effect of a change could not be seen. Nothing was sent. Refresh and try again later.',
      ),
    );
  }
}

function checkDecimals({ coin, amount }: MarginChange, { places }: MarginReadiness): void {
  if (decimalPlaces(amount) <= places) return;
  throw new Refusal(
    msg('The exchange takes amounts of {1} with at most {0} digits after the point here. Start again with fewer.', places.toString(), coin),
  );
}

function checkAdd({ coin, amount }: MarginChange, { walletAvailable, places }: MarginReadiness): void {
  if (compare(amount, walletAvailable) <= 0) return;
  throw new Refusal(
    msg(
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
    throw new Refusal(msg('Nothing can be taken from the margin of this position now. {0}', position.distress));
  }
  if (reducible === undefined) {
    throw new Refusal(
      msg('It is not known how much can be taken from the margin of this position now, so nothing is taken. Refresh and try again later.'),
    );
  }
  if (distanceToLiquidation(position) === undefined) {
    throw new Refusal(
      msg(
        'The exchange does not tell the liquidation price or the mark price of this position now, so nothing can be taken from it safely. Refresh and try again later.',
      ),
    );
  }
  const most = largestMarginReduction(position, reducible.amount, places);
  if (most === undefined || after.margin === undefined) {
    throw new Refusal(
      msg(
        'The liquidation price after taking {0} {1} cannot be estimated, so nothing is sent. Margin can still be added.',
        formatAmount(amount),
        coin,
      ),
    );
  }
  if (!isPositive(most)) {
    throw new Refusal(
      msg('No {0} can be taken from the margin of this position now. Add margin or make the position smaller first.', coin),
      { instead: ['addMargin'] },
    );
  }
  if (compare(amount, reducible.amount) > 0) {
    throw new Refusal(msg('At most {0} {1} can be taken now. Start again with at most that.', formatAmount(most), coin), {
      instead: ['less'],
    });
  }
  const { distance } = after;
  if (!isPositive(after.margin) || distance === undefined || !isPositive(distance)) {
    throw new Refusal(
      msg(
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
