import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { credibleLtv } from '../../core/ltv.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { CollateralReadiness } from '../exchange.ts';

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
  const ltv = credibleLtv(loan);
  if (ltv === undefined || !isPositive(ltv)) {
    throw refused(msg('OKX gives no LTV for this loan now, so nothing can be decided. Try again later.'));
  }
  const held = facts.wallet.find((one) => one.coin === coin);
  const pledged = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
  return {
    kind: 'collateral',
    loan,
    limit: direction === 'add' ? addable(coin, held) : takeable(coin, pledged, facts.redeemable),
    walletAvailable: held?.amount ?? zero,
    prices,
    baseline: { kind: 'collateral', ...(newestHistoryId === undefined ? {} : { newestHistoryId }), pledged, ltv },
    asOf,
  };
}

function addable(coin: string, held: WalletCoin | undefined): Decimal {
  if (held?.pledgeable !== true || !isPositive(held.amount)) {
    throw refused(msg('OKX does not offer {0} as collateral for this loan now, or the funding account holds none.', coin));
  }
  return held.amount;
}

function takeable(coin: string, pledged: Decimal, redeemable: Decimal | undefined): Decimal {
  if (!isPositive(pledged)) throw refused(msg('This coin is not part of the collateral. Choose one that is.'));
  if (redeemable === undefined) {
    throw refused(msg('OKX does not say how much {0} could be taken out, so nothing can be decided. Try again later.', coin));
  }
  if (!isPositive(redeemable)) throw refused(msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin));
  return redeemable;
}

function refused(sentence: Message): ExchangeError {
  return new ExchangeError({ kind: 'refused', effect: 'none', sentence });
}
