import * as v from 'valibot';
import type { Clock } from '../../core/clock.ts';
import { isPositive, zero } from '../../core/decimal.ts';
import { credibleLtv } from '../../core/risk/ltv.ts';
import type { Receipt, RepayAction, RepayChange, RepayReadiness } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { mustBeClear, requestsOf } from '../kit/changes.ts';
import { refused } from '../kit/failure.ts';
import { optional, stamped } from '../kit/parts.ts';
import * as why from '../refusals.ts';
import { venue } from './codes.ts';
import { withHaircuts } from './haircuts.ts';
import { newestIdOf } from './loan-proof.ts';
import type { LoanFound } from './loan-generation.ts';
import type { Loans } from './loans.ts';
import { proveRepayment } from './repay-proof.ts';
import { pageSize } from './requests.ts';
import * as schema from './schema.ts';

/**
 * Repaying the pool's flexible debt of a coin, one of its fixed contracts, or an old order, from the funding account. Interest is paid first.
 */
export function repayAction(http: Http, clock: Clock, loans: Loans): RepayAction {
  const callOf = (change: RepayChange) => {
    mustBeClear(change);
    // Also for callers that bypass the compiler: there is no other way to repay.
    const direction: string = change.direction;
    if (direction !== 'add') throw refused(why.incompleteChange);
    return loans.repayBook(change).repayCall(change);
  };
  return {
    ...requestsOf(http, callOf, toReceipt),
    prepare: (asked, signal) => prepare(clock, loans, asked, signal),
    prove: async (change, baseline, receipt, signal) => proveRepayment(loans.repayBook(change), clock, change, baseline, receipt, signal),
  };
}

async function prepare(...asked: Parameters<typeof readDebt>): Promise<RepayReadiness> {
  return (await readDebt(...asked)).readiness;
}

/** What a repayment of a debt depends on, wherever the money comes from. @throws ExchangeError `refused` when nothing of the coin is owed */
export async function readDebt(
  clock: Clock,
  loans: Loans,
  asked: Pick<RepayChange, 'loan' | 'coin' | 'contract'>,
  signal: AbortSignal | undefined,
): Promise<{ readonly readiness: RepayReadiness; readonly found: LoanFound }> {
  const { loan: ref, coin } = asked;
  const book = loans.repayBook(asked);
  if (loans.book(ref) === loans.pool) loans.pool.terms.refreshIfOld(signal);
  const newest = stamped(clock, book.repayments(ref, { coin, limit: pageSize }, signal));
  const [owed, wallet, history, listed, prices] = await Promise.all([
    // Read after the newest row, so that a repayment in between shows as a row and isn't taken for this one.
    newest.then(() => stamped(clock, book.owed(ref, coin, signal))),
    stamped(clock, loans.wallet(signal, coin)),
    newest,
    book.repayPlaces(coin, signal),
    loans.pricesIfAny(signal),
  ]);
  const { found, debt, interest, rate, fixed, closes, contract } = owed.value;
  if (found === undefined) throw refused(why.noSuchLoan(venue));
  if (!isPositive(debt)) {
    if (fixed !== true) throw refused(why.coinNotOwed(coin));
    const only = await loans.onlyContract(coin, signal);
    if (only === undefined) throw refused(why.severalFixed(venue, coin));
    return readDebt(clock, loans, { loan: ref, coin, contract: only }, signal);
  }
  const { places = listed } = owed.value;
  if (places === undefined) throw refused(why.unsaid(venue, why.decimals(coin)), ['later']);
  const { loan } = found;
  const credible = credibleLtv(loan);
  const newestHistoryId = newestIdOf(history.value, coin);
  const readiness: RepayReadiness = {
    kind: 'repay',
    loan: withHaircuts(loan, loans.pool.terms.kept?.rules, prices, wallet.value),
    debt,
    ...optional('interest', interest),
    ...optional('rate', rate),
    walletAvailable: wallet.value.find((held) => held.coin === coin)?.amount ?? zero,
    ...(found.owesMore ? { owesMore: true } : {}),
    ...(closes === true ? { closesWhenPaid: true } : {}),
    // A contract can be repaid whole only.
    ...(contract === undefined ? {} : { contract, minimum: debt }),
    places,
    prices,
    baseline: {
      kind: 'repay',
      ...(newestHistoryId === undefined ? {} : { newestHistoryId }),
      debt,
      ...optional('ltv', credible !== undefined && isPositive(credible) ? credible : undefined),
    },
    asOf: Math.min(owed.at, wallet.at, history.at),
  };
  return { readiness, found };
}

const accepted = v.object({ repayId: v.pipe(schema.digits, v.regex(/^[1-9]\d{0,39}$/)) });

/** An answer without an id is no error: the repayment was accepted. */
function toReceipt(result: unknown): Receipt {
  const answer = v.safeParse(accepted, result);
  return answer.success ? { reference: answer.output.repayId } : {};
}
