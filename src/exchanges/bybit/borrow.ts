import * as v from 'valibot';
import type { Clock } from '../../core/clock.ts';
import { isPositive, lesser, zero, type Decimal } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { BorrowAction, BorrowChange, BorrowReadiness, LoanRef, Receipt } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { mustBeClear, requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { ifAny, optional, stamped } from '../kit/parts.ts';
import * as why from '../refusals.ts';
import { proveBorrowing } from './borrow-proof.ts';
import { venue } from './codes.ts';
import { endpoints } from './endpoints.ts';
import { withHaircuts } from './haircuts.ts';
import { startLtv } from './loan-map.ts';
import { newestIdOf } from './loan-proof.ts';
import type { Loans } from './loans.ts';
import { pageSize, writeCall } from './requests.ts';
import * as schema from './schema.ts';

/** Borrowing more of a coin that the pool owes, flexibly, against what it holds. Old orders lend no more, and fixed loans are bids in a book. */
export function borrowAction(http: Http, clock: Clock, loans: Loans): BorrowAction {
  const callOf = (change: BorrowChange) => {
    mustBeClear(change);
    // Also for callers that bypass the compiler.
    const direction: string = change.direction;
    if (direction !== 'reduce') throw refused(why.incompleteChange);
    mustBePool(loans, change.loan);
    return writeCall(endpoints.borrow, { loanCurrency: change.coin, loanAmount: change.amount });
  };
  return {
    ...requestsOf(http, callOf, toReceipt),
    prepare: (asked, signal) => prepare(clock, loans, asked, signal),
    prove: (change, baseline, receipt, signal) => proveBorrowing(loans.pool, clock, change, baseline, receipt, signal),
  };
}

function mustBePool(loans: Loans, ref: LoanRef): void {
  if (loans.book(ref) !== loans.pool) throw refused(why.borrowElsewhere(venue));
}

async function prepare(
  clock: Clock,
  loans: Loans,
  { loan: ref, coin }: Pick<BorrowChange, 'loan' | 'coin'>,
  signal: AbortSignal | undefined,
): Promise<BorrowReadiness> {
  mustBePool(loans, ref);
  const { pool } = loans;
  pool.terms.refreshIfOld(signal);
  const newest = stamped(clock, pool.borrowings({ coin, limit: pageSize }, signal));
  const [owed, wallet, history, most, lending, inventory, prices] = await Promise.all([
    // Read after the newest row, so that what is borrowed in between shows as a row and isn't taken for this change.
    newest.then(() => stamped(clock, pool.owed(ref, coin, signal))),
    stamped(clock, loans.wallet(signal, coin)),
    newest,
    stamped(clock, loans.maximumLoan(coin, ref, [], signal)),
    pool.lending(coin, signal),
    ifAny(pool.inventory(coin, signal)),
    loans.pricesIfAny(signal),
  ]);
  const { found, debt } = owed.value;
  if (found === undefined) throw refused(why.noSuchLoan(venue));
  if (!found.loan.debts.some((one) => one.coin === coin)) throw refused(why.coinNotOwed(coin));
  if (lending === undefined) throw refused(why.coinNotAllowed(venue), ['otherCoin']);
  if (most.value === undefined) throw refused(why.unsaid(venue, why.borrowable(coin)), ['later']);
  const credible = credibleLtv(found.loan);
  const newestHistoryId = newestIdOf(history.value, coin);
  return {
    kind: 'borrow',
    loan: withHaircuts(found.loan, pool.terms.kept?.rules, prices, wallet.value),
    debt,
    ...optional('rate', owed.value.rate ?? lending.rate),
    walletAvailable: wallet.value.find((held) => held.coin === coin)?.amount ?? zero,
    limit: most.value.amount,
    ...optional('room', leastOf(inventory, most.value.remainingQuota)),
    startLtv,
    ...optional('minimum', lending.minimum),
    ...(found.owesMore ? { owesMore: true } : {}),
    places: lending.places,
    prices,
    baseline: {
      kind: 'borrow',
      ...(newestHistoryId === undefined ? {} : { newestHistoryId }),
      debt,
      ...optional('ltv', credible !== undefined && isPositive(credible) ? credible : undefined),
    },
    asOf: Math.min(owed.at, wallet.at, history.at, most.at),
  };
}

const leastOf = (a: Decimal | undefined, b: Decimal | undefined): Decimal | undefined =>
  a === undefined || b === undefined ? (a ?? b) : lesser(a, b);

const accepted = v.object({ orderId: v.pipe(schema.digits, v.regex(/^[1-9]\d{0,39}$/)) });

/** An answer without an id is no error: it was accepted. */
function toReceipt(result: unknown): Receipt {
  const answer = v.safeParse(accepted, result);
  return answer.success ? { reference: answer.output.orderId } : {};
}
