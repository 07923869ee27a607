import * as v from 'valibot';
import type { Clock } from '../../core/clock.ts';
import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import type { Direction, Loan, WalletCoin } from '../../core/model.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { AdjustableCoin, CollateralAction, CollateralChange, CollateralReadiness, LoanRef } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { addableOf, mustBeClear, mustBeOwed, newestOf, requestsOf, takeableCoins, takeableOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { optional, stamped } from '../kit/parts.ts';
import { endpoints } from './endpoints.ts';
import { isWhole, type LoanRead, type WalletRead } from './loan-map.ts';
import { readProof } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import { mustBeNamed, orderOf, pageQuery, signedGet } from './requests.ts';
import * as schema from './schema.ts';
import * as why from '../refusals.ts';
import { venue, fundingAccount } from './codes.ts';

/** Adding collateral to a loan of OKX and taking some out. OKX gives no id of such a change. */
export function collateralAction(http: Http, clock: Clock, loans: Loans): CollateralAction {
  return {
    ...requestsOf(http, changeCall),
    options: (loan, direction, signal) => options(loans, loan, direction, signal),
    prepare: (asked, signal) => prepare({ http, clock, loans }, asked, signal),
    prove: (change, baseline, _receipt, signal) => readProof(http, loans, change, baseline, signal),
  };
}

async function options(
  loans: Loans,
  ref: LoanRef,
  direction: Direction,
  signal: AbortSignal | undefined,
): Promise<readonly AdjustableCoin[]> {
  mustBeNamed(ref);
  if (direction === 'add') {
    const coins = await loans.addable(ref, signal);
    return coins.map(({ coin, amount, usd }) => ({ coin, limit: amount, ...optional('usd', usd) }));
  }
  const { loan, pledged } = await loans.find(ref, signal);
  // A coin with an unknown pledged amount is listed without a limit.
  const unknown = [...pledged.coins].map((coin) => ({ coin }));
  return [...(await takeableCoins(loan.collateral, (coin) => loans.redeemable(ref, coin, signal))), ...unknown];
}

async function prepare(
  { http, clock, loans }: { readonly http: Http; readonly clock: Clock; readonly loans: Loans },
  { loan: ref, direction, coin }: Pick<CollateralChange, 'loan' | 'direction' | 'coin'>,
  signal: AbortSignal | undefined,
): Promise<CollateralReadiness> {
  const newest = stamped(clock, newestHistoryId(http, ref, signal));
  const [loan, wallet, redeemable, history, prices] = await Promise.all([
    // Read after the newest row, so that anything in between shows as a row and isn't taken for the change itself.
    newest.then(() => stamped(clock, loans.find(ref, signal))),
    stamped(clock, loans.walletFor(ref, signal)),
    direction === 'reduce' ? stamped(clock, loans.redeemable(ref, coin, signal)) : undefined,
    newest,
    loans.pricesIfAny(signal),
  ]);
  return readinessOf(direction, coin, {
    loan: loan.value,
    wallet: wallet.value,
    redeemable: redeemable?.value,
    newestHistoryId: history.value,
    prices,
    asOf: Math.min(loan.at, wallet.at, history.at, redeemable?.at ?? loan.at),
  });
}

/**
 * Id of the newest row of the loan's history, even if the rest of it is unreadable: nothing older can prove a coming change.
 * @throws ExchangeError `shape` without one: every older row would count as new
 */
export async function newestHistoryId(http: Http, ref: LoanRef, signal: AbortSignal | undefined): Promise<string | undefined> {
  const data = await signedGet(http, endpoints.loanHistory, pageQuery(ref, { limit: 1 }), signal);
  return newestOf(schema.read(v.array(schema.named), data).map(({ refId }) => refId));
}

/**
 * The one request that moves collateral. The amount is sent in the exact characters that were confirmed.
 * @throws ExchangeError `refused` when loan, direction, coin or amount could be meant otherwise.
 */
function changeCall(change: CollateralChange): Call & { readonly body: string } {
  mustBeNamed(change.loan);
  mustBeClear(change);
  const { loan, direction, coin, amount } = change;
  const body = JSON.stringify({ type: direction, ...orderOf(loan), collateralCcy: coin, collateralAmt: amount });
  return { method: 'POST', path: endpoints.adjustCollateral, body, signed: true, write: true };
}

/** What was read for one change. */
interface ChangeFacts {
  readonly loan: LoanRead;
  readonly wallet: WalletRead;
  /** For reductions only. */
  readonly redeemable: Decimal | undefined;
  readonly newestHistoryId: string | undefined;
  readonly prices: ReadonlyMap<string, Decimal>;
  readonly asOf: number;
}

/**
 * Everything a change of `coin` depends on.
 * @throws ExchangeError `refused` when a required figure is missing, zero or impossible.
 */
function readinessOf(direction: Direction, coin: string, facts: ChangeFacts): CollateralReadiness {
  const { wallet, prices, asOf, newestHistoryId } = facts;
  const { loan } = facts.loan;
  const credible = credibleLtv(loan);
  const ltv = credible !== undefined && isPositive(credible) ? credible : undefined;
  // Adding never brings a loan nearer to liquidation, and a rescue must not wait for a figure.
  if (direction === 'add') {
    // An unreadable debt is still owed.
    if (isWhole(facts.loan.owed)) mustBeOwed(loan);
  }
  if (direction === 'reduce' && ltv === undefined) {
    throw refused(why.noLtv(venue), ['later']);
  }
  const pledged = pledgedOf(facts.loan, coin);
  const held = heldOf(wallet, coin);
  return {
    kind: 'collateral',
    loan,
    limit: direction === 'add' ? addable(coin, wallet.coins, loan) : takeableOf(coin, pledged, facts.redeemable, venue),
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

/** Only this coin's figures must be known: anything else unreadable in loan or wallet stops nothing. */
function pledgedOf({ loan, pledged: gaps }: LoanRead, coin: string): Decimal {
  const amount = loan.collateral.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw refused(why.unsaid(venue, why.pledged(coin)), ['later']);
  }
  return amount ?? zero;
}

export function heldOf({ coins, gaps }: WalletRead, coin: string): Decimal {
  const amount = coins.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) {
    throw refused(why.unsaid(venue, why.heldIn(fundingAccount, coin)));
  }
  return amount ?? zero;
}

/** OKX decides whether it accepts a coin. If there is none of it, the coins OKX named are offered instead, else those in the wallet. */
function addable(coin: string, wallet: readonly WalletCoin[], { debts }: Loan): Decimal {
  const named = wallet.filter(({ pledgeable, amount }) => pledgeable === true && isPositive(amount));
  const others = named.some((one) => one.coin !== coin) ? named : wallet.filter((one) => debts.every((debt) => debt.coin !== one.coin));
  return addableOf(coin, { venue, held: wallet, takes: (name) => name === coin || others.some((one) => one.coin === name) });
}
