import type { Clock } from '../../core/clock.ts';
import { isPositive, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { BorrowAction, BorrowChange, BorrowReadiness, LoanRef } from '../exchange.ts';
import type { Call } from '../http/call.ts';
import type { Http } from '../http/client.ts';
import { mustBeClear, requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { ifAny, optional, stamped } from '../kit/parts.ts';
import * as why from '../refusals.ts';
import { readBorrowed } from './borrow-proof.ts';
import { venue } from './codes.ts';
import { endpoints } from './endpoints.ts';
import { heldOf, newestHistoryId } from './loan-change.ts';
import { isWhole, type LoanRead } from './loan-map.ts';
import type { Loans } from './loans.ts';
import { mustBeNamed, orderOf, withId } from './requests.ts';

/** OKX books debts to 8 decimals, by the samples of loan-info; it documents no other step of an amount. */
const places = 8;

/**
 * Borrowing more on an order of OKX: accepted, then executed, and shown by loan-history and loan-info. As with repaying, OKX knows an id of ours
 * for a minute: code 51016 when it is done, 51784 while it is under way. Without an order id it would open another loan.
 * Source: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan
 */
export function borrowAction(http: Http, clock: Clock, loans: Loans): BorrowAction {
  return {
    ...withId(requestsOf(http, borrowCall)),
    prepare: (asked, signal) => prepare({ http, clock, loans }, asked, signal),
    prove: (change, baseline, _receipt, signal) => readBorrowed({ http, clock, loans }, change, baseline, signal),
  };
}

/** @throws ExchangeError `refused` when loan, coin, amount or id could be meant otherwise */
function borrowCall(change: BorrowChange): Call & { readonly body: string } {
  mustBeOrder(change.loan);
  mustBeClear(change);
  const { loan, direction, coin, amount, requestId } = change;
  if (!['reduce'].includes(direction) || typeof requestId !== 'string' || !/^[0-9A-Za-z]{1,32}$/.test(requestId))
    throw refused(why.incompleteChange);
  const body = JSON.stringify({ loanData: { ccy: coin, amt: amount }, ...orderOf(loan), clOrdId: requestId });
  return { method: 'POST', path: endpoints.borrow, body, signed: true, write: true };
}

function mustBeOrder(ref: LoanRef): void {
  mustBeNamed(ref);
  if (ref.orderId === undefined) throw refused(why.borrowElsewhere(venue));
}

async function prepare(
  { http, clock, loans }: { readonly http: Http; readonly clock: Clock; readonly loans: Loans },
  { loan: ref, coin }: Pick<BorrowChange, 'loan' | 'coin'>,
  signal: AbortSignal | undefined,
): Promise<BorrowReadiness> {
  mustBeOrder(ref);
  const newest = stamped(clock, newestHistoryId(http, ref, signal));
  const [loan, wallet, history, most, prices, interest] = await Promise.all([
    // Read after the newest row, so that anything in between shows as a row and isn't taken for this change.
    newest.then(() => stamped(clock, loans.find(ref, signal))),
    stamped(clock, loans.walletFor(ref, signal)),
    newest,
    stamped(clock, loans.maximumLoan(coin, ref, [], signal)),
    loans.pricesIfAny(signal),
    // What it costs is good to know, but nothing depends on it.
    ifAny(loans.interest(ref, { coin, limit: 1 }, signal)),
  ]);
  const debt = owedOf(loan.value, coin);
  if (most.value === undefined) throw refused(why.unsaid(venue, why.borrowable(coin)), ['later']);
  const ltv = credibleLtv(loan.value.loan);
  return {
    kind: 'borrow',
    loan: loan.value.loan,
    debt,
    ...optional('rate', interest?.rows.find((row) => row.coin === coin)?.rate),
    walletAvailable: heldOf(wallet.value, coin),
    limit: most.value.amount,
    ...optional('room', most.value.remainingQuota),
    ...(isWhole(loan.value.owed) ? {} : { owesMore: true }),
    places,
    prices,
    baseline: {
      kind: 'borrow',
      ...(history.value === undefined ? {} : { newestHistoryId: history.value }),
      debt,
      ...(ltv !== undefined && isPositive(ltv) ? { ltv } : {}),
    },
    asOf: Math.min(loan.at, wallet.at, history.at, most.at),
  };
}

/** @throws ExchangeError `refused` when nothing of the coin is owed, or OKX doesn't say how much */
function owedOf({ loan, owed: gaps }: LoanRead, coin: string): Decimal {
  const amount = loan.debts.find((one) => one.coin === coin)?.amount;
  if (amount === undefined && (gaps.coins.has(coin) || gaps.unnamed)) throw refused(why.unsaid(venue, why.owed(coin)), ['later']);
  if (isPositive(amount ?? zero)) return amount ?? zero;
  throw refused(why.coinNotOwed(coin));
}
