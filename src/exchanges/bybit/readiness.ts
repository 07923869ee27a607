import { isPositive, multiply, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/ltv.ts';
import { msg } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { CollateralReadiness } from '../exchange.ts';
import { withHaircuts, type Rules } from './haircuts.ts';
import { refused } from './requests.ts';

/** What was read for one change. */
export interface ChangeFacts {
  readonly loan: Loan;
  readonly wallet: readonly WalletCoin[];
  /** Asked for reductions only. */
  readonly redeemable: Decimal | undefined;
  /** Asked for additions only. */
  readonly addable: ReadonlySet<string> | undefined;
  readonly newestHistoryId: string | undefined;
  readonly prices: ReadonlyMap<string, Decimal>;
  /** How the pool's collateral is valued; undefined when that is not known now. */
  readonly rules: Rules | undefined;
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
    throw refused(msg('Bybit gives no LTV for this loan now, so nothing can be decided. Try again later.'));
  }
  const held = facts.wallet.find((one) => one.coin === coin)?.amount ?? zero;
  const pledged = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
  return {
    kind: 'collateral',
    loan: valued(withHaircuts(loan, facts.rules, prices, facts.wallet), prices),
    limit: direction === 'add' ? addable(coin, held, facts.addable) : takeable(coin, pledged, facts.redeemable),
    walletAvailable: held,
    prices,
    baseline: { kind: 'collateral', ...(newestHistoryId === undefined ? {} : { newestHistoryId }), pledged, ltv },
    asOf,
  };
}

/**
 * A loan of one coin that Bybit gives no value for gets ours, to hold an estimate against. Its scale does not matter: what is
 * moved is valued at the same price.
 */
function valued(loan: Loan, prices: ReadonlyMap<string, Decimal>): Loan {
  const [only, ...more] = loan.collateral;
  if (loan.collateralUsd !== undefined || only === undefined || more.length > 0) return loan;
  const price = prices.get(only.coin);
  return price === undefined ? loan : { ...loan, collateralUsd: multiply(only.amount, price) };
}

function addable(coin: string, held: Decimal, coins: ReadonlySet<string> | undefined): Decimal {
  if (coins?.size === 0) {
    throw refused(msg('Bybit takes no more of this coin as collateral from anybody now. Use another coin, or repay.'));
  }
  if (coins?.has(coin) !== true || !isPositive(held)) {
    throw refused(msg('Bybit does not take {0} as collateral for this loan now, or the funding account holds none.', coin));
  }
  return held;
}

function takeable(coin: string, pledged: Decimal, redeemable: Decimal | undefined): Decimal {
  if (!isPositive(pledged)) throw refused(msg('This coin is not part of the collateral. Choose one that is.'));
  if (redeemable === undefined) {
    throw refused(msg('Bybit does not say how much {0} could be taken out, so nothing can be decided. Try again later.', coin));
  }
  if (!isPositive(redeemable)) throw refused(msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin));
  return redeemable;
}
