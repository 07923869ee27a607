import { add, compare, isPositive, lesser, subtract, type Decimal } from '../../../core/decimal.ts';
import { formatAmount, formatLtv } from '../../../core/format.ts';
import { estimateAfter, largestReduction } from '../../../core/risk/collateral-estimate.ts';
import { modelOf } from '../../../core/risk/loan-model.ts';
import { credibleLtv, distanceTo } from '../../../core/risk/ltv.ts';
import { msg } from '../../../core/message.ts';
import type { Account } from '../../../core/model.ts';
import type { CollateralChange, CollateralReadiness } from '../../../exchanges/exchange.ts';
import { frozenCollateral } from '../intent.ts';
import { usdOf, type CollateralPreview } from '../preview.ts';
import { Refusal } from '../refusal.ts';

/**
 * Step 3: what would come of it, or why it must not be.
 * @throws Refusal when a figure is missing or a limit is passed. The sentence names what would be allowed.
 */
export function collateralPreview(
  account: Account,
  intent: CollateralChange,
  readiness: CollateralReadiness,
  price: Decimal | undefined,
): CollateralPreview {
  const change = addressed(intent, readiness);
  const { loan, prices } = readiness;
  const ltvNow = credibleLtv(loan);
  const doubt = modelOf(loan, prices) === 'definitions' ? 'definitions' : undefined;
  const ltvAfter = doubt === undefined ? estimateAfter(loan, change.direction, change.coin, change.amount, prices).ltv : undefined;
  const usd = usdOf(change.amount, price);
  checkMinimum(change, readiness);
  if (change.direction === 'add') checkAdd(change, readiness);
  else checkReduce(change, readiness, ltvNow, ltvAfter, doubt);
  const { walletAvailable } = readiness;
  const distanceNow = distanceTo(loan.marginCall?.ltv, ltvNow);
  const distanceAfter = distanceTo(loan.marginCall?.ltv, ltvAfter);
  return Object.freeze({
    kind: 'collateral',
    change,
    account: Object.freeze({ ...account }),
    readiness: Object.freeze({ ...readiness }),
    ...(ltvNow === undefined ? {} : { ltvNow }),
    ...(ltvAfter === undefined ? {} : { ltvAfter }),
    ...(distanceNow === undefined ? {} : { distanceNow }),
    ...(distanceAfter === undefined ? {} : { distanceAfter }),
    ...(doubt === undefined ? {} : { doubt }),
    ...(usd === undefined ? {} : { usd }),
    walletAfter: change.direction === 'add' ? subtract(walletAvailable, change.amount) : add(walletAvailable, change.amount),
    readAt: readiness.asOf,
  });
}

/** The fresh loan decides how it is addressed: where the venue knows an order id, a request without it would hit another loan. */
function addressed(intent: CollateralChange, { loan }: CollateralReadiness): CollateralChange {
  const { loanId, orderId } = intent.loan;
  if (loan.id !== loanId || (orderId !== undefined && orderId !== loan.orderId)) {
    throw new Refusal(
      msg('The exchange answered with another loan than {0}. Nothing was sent. Refresh the account and start again.', loanId),
    );
  }
  return frozenCollateral({ ...intent, loan: loan.orderId === undefined ? { loanId } : { loanId, orderId: loan.orderId } });
}

function checkMinimum({ coin, amount }: CollateralChange, { minimum }: CollateralReadiness): void {
  if (minimum === undefined || compare(amount, minimum) >= 0) return;
  throw new Refusal(
    msg('The exchange takes changes of at least {0} {1} here. Start again with that much or more.', formatAmount(minimum), coin),
    { instead: ['more'] },
  );
}

function checkAdd({ coin, amount }: CollateralChange, { walletAvailable, limit }: CollateralReadiness): void {
  if (compare(amount, walletAvailable) > 0) {
    throw new Refusal(
      msg(
        'The wallet holds {0} {1} that can be added. Start again with at most that, or move more into the wallet first.',
        formatAmount(walletAvailable),
        coin,
      ),
      { instead: ['less', 'otherCoin'] },
    );
  }
  if (compare(amount, limit) > 0) {
    throw new Refusal(msg('The exchange takes at most {0} {1} now. Start again with at most that.', formatAmount(limit), coin), {
      instead: ['less', 'otherCoin'],
    });
  }
}

function checkReduce(
  change: CollateralChange,
  readiness: CollateralReadiness,
  ltvNow: Decimal | undefined,
  ltvAfter: Decimal | undefined,
  doubt: CollateralPreview['doubt'],
): void {
  const { coin, amount } = change;
  if (doubt !== undefined) {
    throw new Refusal(
      msg(
        'From its own coins and prices we compute another LTV of this loan than the exchange gives, so what taking {0} would do to it cannot be told. Nothing was sent. Refresh and try again later; collateral can still be added.',
        coin,
      ),
      { remedy: 'readAgain', instead: ['later', 'addMargin'] },
    );
  }
  const { loan, limit, baseline, prices } = readiness;
  const ceiling = lowestThreshold(readiness);
  if (ltvNow === undefined || ceiling === undefined) {
    throw new Refusal(
      msg(
        'The exchange does not tell the LTV or the margin call of this loan now, so nothing can be taken from it safely. Refresh and try again later.',
      ),
    );
  }
  const allowed = lesser(limit, baseline.pledged);
  const safe = largestReduction(loan, coin, prices, ceiling);
  const most = safe === undefined ? allowed : lesser(allowed, safe);
  if (!isPositive(most)) {
    throw new Refusal(msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin), {
      instead: ['addMargin', 'repay'],
    });
  }
  if (compare(amount, allowed) > 0) {
    throw new Refusal(msg('At most {0} {1} can be taken now. Start again with at most that.', formatAmount(most), coin), {
      instead: ['less'],
    });
  }
  if (ltvAfter === undefined) {
    throw new Refusal(
      msg(
        'The LTV after taking {0} {1} cannot be estimated, so nothing is sent. Refresh and try again, or take less.',
        formatAmount(amount),
        coin,
      ),
    );
  }
  if (compare(ltvAfter, ceiling) >= 0) {
    throw new Refusal(
      msg(
        'Taking {0} {1} would raise LTV to an estimated {2}, at or beyond the margin call at {3}. Start again with at most {4} {1}.',
        formatAmount(amount),
        coin,
        formatLtv(ltvAfter),
        formatLtv(ceiling),
        formatAmount(most),
      ),
      { instead: ['less', 'addMargin'] },
    );
  }
}

/** Margin call, or liquidation should it come first. Undefined without a margin call. */
function lowestThreshold({ loan }: CollateralReadiness): Decimal | undefined {
  const marginCall = loan.marginCall?.ltv;
  const liquidation = loan.liquidation?.ltv;
  if (marginCall === undefined || !isPositive(marginCall)) return undefined;
  return liquidation !== undefined && isPositive(liquidation) ? lesser(marginCall, liquidation) : marginCall;
}
