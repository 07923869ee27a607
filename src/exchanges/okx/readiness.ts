import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/ltv.ts';
import { msg } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { CollateralReadiness } from '../exchange.ts';
import { addableOf, instead, mustBeOwed } from '../untaken.ts';
import { isWhole, type LoanRead, type WalletRead } from './map.ts';
import { missing } from './requests.ts';

/** What was read for one change. */
export interface ChangeFacts {
  readonly loan: LoanRead;
  readonly wallet: WalletRead;
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
  const { wallet, prices, asOf, newestHistoryId } = facts;
  const { loan } = facts.loan;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to its end, and who is to be rescued must not be kept waiting for a figure.
  if (direction === 'add') {
    // What is owed but not understood is owed.
    if (isWhole(facts.loan.owed)) mustBeOwed(loan);
  }
  if (direction === 'reduce' && ltv === undefined) {
    throw instead(
      ['later'],
      msg('OKX gives no LTV for this loan now, so nothing can be taken out of it safely. Adding is possible. Try again later.'),
    );
  }
  const pledged = pledgedOf(facts.loan, coin);
  const held = heldOf(wallet, coin);
  return {
    kind: 'collateral',
    loan,
    limit: direction === 'add' ? addable(coin, wallet.coins, loan) : takeable(coin, pledged, facts.redeemable),
    walletAvailable: held,
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

/** Only of this one coin it matters that it is told: what else is odd in loan or wallet stops nothing. */
function pledgedOf({ loan, pledged: gaps }: LoanRead, coin: string): Decimal {
  const amount = loan.collateral.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw instead(['later'], msg('OKX does not say how much {0} is pledged, so nothing can be decided. Try again later.', coin));
  }
  return amount ?? zero;
}

function heldOf({ coins, gaps }: WalletRead, coin: string): Decimal {
  const amount = coins.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw missing(msg('OKX does not say how much {0} the funding account holds, so nothing can be decided. Try again later.', coin));
  }
  return amount ?? zero;
}

/** Whether OKX takes a coin is for OKX to say. Where there is none of it, what OKX named is named instead, or else what is there. */
function addable(coin: string, wallet: readonly WalletCoin[], { debts }: Loan): Decimal {
  const named = wallet.filter(({ pledgeable, amount }) => pledgeable === true && isPositive(amount));
  const others = named.some((one) => one.coin !== coin) ? named : wallet.filter((one) => debts.every((debt) => debt.coin !== one.coin));
  return addableOf(coin, { venue: 'OKX', held: wallet, takes: (name) => name === coin || others.some((one) => one.coin === name) });
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
