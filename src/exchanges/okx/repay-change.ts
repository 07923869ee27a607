import type { Clock } from '../../core/clock.ts';
import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { msg } from '../../core/message.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { LoanRef, RepayAction, RepayChange, RepayReadiness } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { mustBeClear, requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { ifAny, optional, stamped } from '../kit/parts.ts';
import { venue } from './codes.ts';
import { endpoints } from './endpoints.ts';
import { heldOf, newestHistoryId } from './loan-change.ts';
import { isWhole, type LoanRead } from './loan-map.ts';
import type { Loans } from './loans.ts';
import { readRepaid } from './repay-proof.ts';
import { mustBeNamed, orderOf, withId } from './requests.ts';
import * as why from '../refusals.ts';

/** OKX books debts and interest to 8 decimals, by the samples of loan-info and interest-accrued; it documents no other step of an amount. */
const places = 8;

/**
 * Repaying a loan of OKX: accepted, then executed, and shown by loan-history and loan-info. OKX takes an id of ours and knows it for a minute; a
 * second request with it repays nothing more: code 51016 when the first is done, 51784 while it is under way.
 * Source: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan
 */
export function repayAction(http: Http, clock: Clock, loans: Loans): RepayAction {
  return {
    ...withId(requestsOf(http, repayCall)),
    prepare: (asked, signal) => prepare({ http, clock, loans }, asked, signal),
    prove: (change, baseline, _receipt, signal) => readRepaid({ http, clock, loans }, change, baseline, signal),
  };
}

/** @throws ExchangeError `refused` when loan, coin, amount or id could be meant otherwise */
function repayCall(change: RepayChange): Call & { readonly body: string } {
  mustBeOrder(change.loan);
  mustBeClear(change);
  const { loan, direction, coin, amount, requestId } = change;
  if (!['add'].includes(direction) || typeof requestId !== 'string' || !/^[0-9A-Za-z]{1,32}$/.test(requestId))
    throw refused(why.incompleteChange);
  const body = JSON.stringify({ ...orderOf(loan), ccy: coin, amt: amount, clOrdId: requestId });
  return { method: 'POST', path: endpoints.repay, body, signed: true, write: true };
}

/** The order id is required here: the loan of an account without order ids can't be repaid by request. */
function mustBeOrder(ref: LoanRef): void {
  mustBeNamed(ref);
  if (ref.orderId !== undefined) return;
  throw refused(msg('okx.no-order-id', "OKX gives no order ID for this loan, so it can't be repaid here. Repay in the OKX app."));
}

async function prepare(
  { http, clock, loans }: { readonly http: Http; readonly clock: Clock; readonly loans: Loans },
  { loan: ref, coin }: Pick<RepayChange, 'loan' | 'coin'>,
  signal: AbortSignal | undefined,
): Promise<RepayReadiness> {
  mustBeOrder(ref);
  const newest = stamped(clock, newestHistoryId(http, ref, signal));
  const [loan, wallet, history, prices, interest] = await Promise.all([
    // Read after the newest row, so that anything in between shows as a row and isn't taken for the repayment itself.
    newest.then(() => stamped(clock, loans.find(ref, signal))),
    stamped(clock, loans.walletFor(ref, signal)),
    newest,
    loans.pricesIfAny(signal),
    // What it costs per day is good to know, but nothing depends on it.
    ifAny(loans.interest(ref, { coin, limit: 1 }, signal)),
  ]);
  const debt = owedOf(loan.value, coin);
  const ltv = credibleLtv(loan.value.loan);
  return {
    kind: 'repay',
    loan: loan.value.loan,
    debt,
    ...optional('rate', interest?.rows.find((row) => row.coin === coin)?.rate),
    walletAvailable: heldOf(wallet.value, coin),
    ...(isWhole(loan.value.owed) ? { closesWhenPaid: true } : { owesMore: true }),
    places,
    prices,
    baseline: {
      kind: 'repay',
      ...(history.value === undefined ? {} : { newestHistoryId: history.value }),
      debt,
      ...(ltv !== undefined && isPositive(ltv) ? { ltv } : {}),
    },
    asOf: Math.min(loan.at, wallet.at, history.at),
  };
}

/** @throws ExchangeError `refused` when nothing of the coin is owed, or OKX doesn't say how much */
function owedOf({ loan, owed: gaps }: LoanRead, coin: string): Decimal {
  const amount = loan.debts.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) throw refused(why.unsaid(venue, why.owed(coin)), ['later']);
  if (isPositive(amount ?? zero)) return amount ?? zero;
  throw refused(why.coinNotOwed(coin));
}
