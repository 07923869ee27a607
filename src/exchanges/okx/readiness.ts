import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/ltv.ts';
import { msg } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { CollateralReadiness } from '../exchange.ts';
import { addableOf, instead, mustBeOwed } from '../untaken.ts';

/** What was read for one change. */
export interface ChangeFacts {
  readonly loan: Loan;
  readonly wallet: readonly WalletCoin[];
  /** Asked for reductions only. */
  readonly redeemable: Decimal | undefined;
  readonly newestHistoryId: string | undefined;
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly asOf: number;
}

/**
 * Everything a change of `coin` is decided on.
 * @throws ExchangeError `refused` when a figure that is needed is missing, zero or not believable.
 */
export function readinessOf(direction: Direction, coin: string, facts: ChangeFacts): CollateralReadiness {
  const { loan, prices, asOf, newestHistoryId } = facts;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to its end, and who is to be rescued must not be kept waiting for a figure.
  if (direction === 'add') mustBeOwed(loan);
  else if (ltv === undefined) {
    throw instead(
      ['later'],
      msg('OKX gives no LTV for this loan now, so nothing can be taken out of it safely. Adding is possible. Try again later.'),
    );
  }
  const held = facts.wallet.find((one) => one.coin === coin);
  const pledged = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
  return {
    kind: 'collateral',
    loan,
    limit: direction === 'add' ? addable(coin, facts.wallet) : takeable(coin, pledged, facts.redeemable),
    walletAvailable: held?.amount ?? zero,
    prices,
    baseline: {
      kind: 'collateral',
      ...(newestHistoryId === undefined ? {} : { newestHistoryId }),
      pledged,
      ...(ltv === undefined ? {} : { ltv }),
    },
    asOf,
  };
}

/** OKX only tells of coins that the funding account holds whether it takes them: one that it does not hold is not said to be refused. */
function addable(coin: string, wallet: readonly WalletCoin[]): Decimal {
  const known = wallet.find((one) => one.coin === coin);
  const takes = (name: string): boolean => wallet.some((one) => one.coin === name && one.pledgeable === true);
  return addableOf(coin, { venue: 'OKX', held: wallet, takes: (name) => (name === coin && known === undefined) || takes(name) });
}

function takeable(coin: string, pledged: Decimal, redeemable: Decimal | undefined): Decimal {
  if (!isPositive(pledged)) throw instead(['otherCoin'], msg('This coin is not part of the collateral. Choose one that is.'));
  if (redeemable === undefined) {
    throw instead(['later'], msg('OKX does not say how much {0} could be taken out, so nothing can be decided. Try again later.', coin));
  }
  if (!isPositive(redeemable))
    throw instead(['addMargin', 'repay'], msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin));
  return redeemable;
}
