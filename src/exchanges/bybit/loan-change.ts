import * as v from 'valibot';
import type { Clock } from '../../core/clock.ts';
import { isPositive, multiply, zero, type Decimal } from '../../core/decimal.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { AdjustableCoin, CollateralAction, CollateralChange, CollateralReadiness, LoanRef, Receipt } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { addableOf, mustBeClear, mustBeOwed, requestsOf, takeableCoins, takeableOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { optional, stamped } from '../kit/parts.ts';
import { withUsd } from '../kit/prices.ts';
import { withHaircuts, type Rules } from './haircuts.ts';
import type { LoanFound, Taken } from './loan-generation.ts';
import { newestIdOf, readProof } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import { pageSize } from './requests.ts';
import * as schema from './schema.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';

/** Adding collateral to the pool or an old order and taking some out. */
export function collateralAction(http: Http, clock: Clock, loans: Loans): CollateralAction {
  const callOf = (change: CollateralChange) => {
    mustBeClear(change);
    return loans.book(change.loan).changeCall(change);
  };
  return {
    ...requestsOf(http, callOf, toReceipt),
    options: (loan, direction, signal) => options(loans, loan, direction, signal),
    prepare: (asked, signal) => prepare(clock, loans, asked, signal),
    prove: async (change, baseline, receipt, signal) => readProof(loans.book(change.loan), change, baseline, receipt, signal),
  };
}

async function options(
  loans: Loans,
  ref: LoanRef,
  direction: Direction,
  signal: AbortSignal | undefined,
): Promise<readonly AdjustableCoin[]> {
  const book = loans.book(ref);
  if (direction === 'reduce') {
    const { loan } = await loans.find(ref, signal);
    return takeableCoins(loan.collateral, (coin) => book.redeemable(ref, coin, signal));
  }
  const [wallet, taken, prices] = await Promise.all([loans.wallet(signal), book.addable(ref, signal), loans.pricesIfAny(signal)]);
  // Coins that the platform has enough of are listed with a limit of zero, so that it is clear why.
  return withUsd(wallet, prices)
    .filter(({ coin }) => taken.coins.has(coin))
    .map(({ coin, amount, usd, usdEstimated }) => ({
      coin,
      limit: taken.full.has(coin) ? zero : amount,
      ...optional('usd', usd),
      ...(usdEstimated === undefined ? {} : { usdEstimated }),
    }));
}

async function prepare(
  clock: Clock,
  loans: Loans,
  { loan: ref, direction, coin }: Pick<CollateralChange, 'loan' | 'direction' | 'coin'>,
  signal: AbortSignal | undefined,
): Promise<CollateralReadiness> {
  const book = loans.book(ref);
  const newest = stamped(clock, book.adjustments(ref, { coin, limit: pageSize }, signal));
  // What can be added is read again, and that answer has the haircuts too.
  if (book === loans.pool && direction === 'reduce') loans.pool.terms.refreshIfOld(signal);
  const [loan, wallet, redeemable, addable, history, prices] = await Promise.all([
    // Read after the newest row, so that anything in between shows as a row and isn't taken for the change itself.
    newest.then(() => stamped(clock, loans.find(ref, signal))),
    stamped(clock, loans.wallet(signal, coin)),
    direction === 'reduce' ? stamped(clock, book.redeemable(ref, coin, signal)) : undefined,
    direction === 'add' ? book.addable(ref, signal) : undefined,
    newest,
    loans.pricesIfAny(signal),
  ]);
  return readinessOf(direction, coin, {
    found: loan.value,
    wallet: wallet.value,
    redeemable: redeemable?.value,
    addable,
    minimum: book.smallest(coin),
    newestHistoryId: newestIdOf(history.value, coin),
    prices,
    rules: loans.pool.terms.kept?.rules,
    asOf: Math.min(loan.at, wallet.at, history.at, redeemable?.at ?? loan.at),
  });
}

/** What was read for one change. */
interface ChangeFacts {
  readonly found: LoanFound;
  readonly wallet: readonly WalletCoin[];
  /** For reductions only. */
  readonly redeemable: Decimal | undefined;
  /** For additions only. */
  readonly addable: Taken | undefined;
  /** The smallest amount accepted, where known. */
  readonly minimum: Decimal | undefined;
  readonly newestHistoryId: string | undefined;
  readonly prices: ReadonlyMap<string, Decimal>;
  /** How the pool's collateral is valued; undefined when unknown now. */
  readonly rules: Rules | undefined;
  readonly asOf: number;
}

/**
 * Everything a change of `coin` depends on.
 * @throws ExchangeError `refused` when a required figure is missing, zero or impossible.
 */
function readinessOf(direction: Direction, coin: string, facts: ChangeFacts): CollateralReadiness {
  const { found, prices, asOf, newestHistoryId } = facts;
  const { loan } = found;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to liquidation, and a rescue must not wait for a figure.
  if (direction === 'add') {
    if (!found.owesMore) mustBeOwed(loan);
  } else if (ltv === undefined) {
    throw refused(why.noLtv(venue), ['later']);
  }
  if (found.isVague(coin)) {
    throw refused(why.unsaid(venue, why.pledged(coin)), ['later']);
  }
  const held = facts.wallet.find((one) => one.coin === coin)?.amount ?? zero;
  const pledged = loan.collateral.find((one) => one.coin === coin)?.amount ?? zero;
  return {
    kind: 'collateral',
    loan: valued(withHaircuts(loan, facts.rules, prices, facts.wallet), prices),
    limit: direction === 'add' ? addable(coin, facts.wallet, facts.addable) : takeableOf(coin, pledged, facts.redeemable, venue),
    ...optional('minimum', facts.minimum),
    walletAvailable: held,
    prices,
    baseline: { kind: 'collateral', ...(newestHistoryId === undefined ? {} : { newestHistoryId }), pledged, ...optional('ltv', ltv) },
    asOf,
  };
}

/**
 * A loan of one coin without a value from Bybit gets ours, for estimates. Its scale doesn't matter: the moved amount is valued at the same price.
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
  return addableOf(coin, { venue, held: wallet, takes, full: taken?.full.has(coin) === true });
}

/** An id is text in one generation and a number too long for a float in the other. Anything else is ignored. */
const accepted = v.object({ adjustId: v.pipe(schema.digits, v.regex(/^[1-9]\d{0,39}$/)) });

/** What Bybit answered when it accepted a change of collateral. An answer without an id is no error: the change was accepted. */
function toReceipt(result: unknown): Receipt {
  const answer = v.safeParse(accepted, result);
  return answer.success ? { reference: answer.output.adjustId } : {};
}
