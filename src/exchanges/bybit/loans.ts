import { isPositive, multiply, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import { msg } from '../../core/message.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import type { CollateralReadiness } from '../exchange.ts';
import { addableOf, instead, mustBeOwed, namesOf } from '../kit/addable.ts';
import { withHaircuts, type Rules } from './haircuts.ts';
import type { LoanFound, Taken } from './loan-generation.ts';
import { optional } from './loan-map.ts';

/** What was read for one change. */
export interface ChangeFacts {
  readonly found: LoanFound;
  readonly wallet: readonly WalletCoin[];
  /** Asked for reductions only. */
  readonly redeemable: Decimal | undefined;
  /** Asked for additions only. */
  readonly addable: Taken | undefined;
  /** The smallest amount that is taken, where that is known. */
  readonly minimum: Decimal | undefined;
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
  const { found, prices, asOf, newestHistoryId } = facts;
  const { loan } = found;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to its end, and who is to be rescued must not be kept waiting for a figure.
  if (direction === 'add') {
    if (!found.owesMore) mustBeOwed(loan);
  } else if (ltv === undefined) {
    throw instead(
      ['later'],
      msg('Bybit gives no LTV for this loan now, so nothing can be taken out of it safely. Adding is possible. Try again later.'),
    );
  }
  if (found.isVague(coin)) {
    throw instead(['later'], msg('Bybit does not say how much {0} is pledged, so nothing can be decided. Try again later.', coin));
  }
  const held = facts.wallet.find((one) => one.coin === coin)?.amount ?? zero;
  const pledged = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
  return {
    kind: 'collateral',
    loan: valued(withHaircuts(loan, facts.rules, prices, facts.wallet), prices),
    limit: direction === 'add' ? addable(coin, facts.wallet, facts.addable) : takeable(coin, pledged, facts.redeemable),
    ...optional('minimum', facts.minimum),
    walletAvailable: held,
    prices,
    baseline: { kind: 'collateral', ...(newestHistoryId === undefined ? {} : { newestHistoryId }), pledged, ...optional('ltv', ltv) },
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

function addable(coin: string, wallet: readonly WalletCoin[], taken: Taken | undefined): Decimal {
  if (taken?.unsure !== undefined && !taken.coins.has(coin)) throw taken.unsure;
  const takes = (name: string): boolean => taken?.coins.has(name) === true && !taken.full.has(name);
  if (taken?.full.has(coin) === true) {
    const names = namesOf(coin, wallet, takes);
    throw names === undefined
      ? instead(
          ['repay', 'later'],
          msg(
            'Bybit takes no more {0} as collateral from anybody now, because the cap of its platform is reached. Repay, or try again later.',
            coin,
          ),
        )
      : instead(
          ['otherCoin', 'repay'],
          msg(
            'Bybit takes no more {0} as collateral from anybody now, because the cap of its platform is reached. Add another coin of the funding account ({1}), or repay.',
            coin,
            names,
          ),
        );
  }
  return addableOf(coin, { venue: 'Bybit', held: wallet, takes });
}

function takeable(coin: string, pledged: Decimal, redeemable: Decimal | undefined): Decimal {
  if (!isPositive(pledged)) throw instead(['otherCoin'], msg('This coin is not part of the collateral. Choose one that is.'));
  if (redeemable === undefined) {
    throw instead(['later'], msg('Bybit does not say how much {0} could be taken out, so nothing can be decided. Try again later.', coin));
  }
  if (!isPositive(redeemable))
    throw instead(['addMargin', 'repay'], msg('No {0} can be taken from this loan now. Add collateral or repay first.', coin));
  return redeemable;
}
