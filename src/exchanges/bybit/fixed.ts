import * as v from 'valibot';
import { decimalPlaces, isPositive, sum, zero } from '../../core/decimal.ts';
import { refused } from '../kit/failure.ts';
import { incompleteChange } from '../refusals.ts';
import { isOpen, readContracts } from './due-dates.ts';
import { endpoints } from './endpoints.ts';
import type { Line, LoanBook, RepayBook } from './loan-generation.ts';
import { readRepayments } from './loan-history.ts';
import { writeCall } from './requests.ts';
import * as schema from './schema.ts';

/*
 * Fixed debts of the pool. Each has a contract, which can be repaid whole only, before it is due too. Its interest was paid when it was borrowed;
 * an overdue one owes a penalty. Source: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/fixed/repay
 */

const parts = v.pipe(v.array(v.object({ loanId: schema.id })), v.minLength(1));

/** Repaying the contract `loanId`. */
export function contractBook(line: Line, pool: Pick<LoanBook, 'owed'>, loanId: string): RepayBook {
  const vague = schema.named('result.list', loanId);
  return {
    // The filter by coin has had two names in the documentation, so all coins are read.
    async repayments(_ref, { coin: _coin, ...page }, signal) {
      const { rows, odd, ...rest } = await readRepayments(line, endpoints.fixedRepayments, page, signal);
      const ours = rows.map((row) => {
        const told = v.safeParse(parts, row.details);
        const others = told.success ? told.output.map((part) => part.loanId).filter((id) => id !== loanId) : undefined;
        // What other contracts were repaid with is none of this one's coin.
        return others === undefined ? row.id : others.length === 0 ? row : { ...row, coin: `${row.coin} (${others.join(', ')})` };
      });
      const unread = ours.filter((row) => typeof row === 'string').map((id) => ({ id, field: schema.named('result.list', id) }));
      return { ...rest, rows: ours.filter((row) => typeof row !== 'string'), odd: [...odd, ...unread] };
    },
    async owed(ref, coin, signal) {
      const [{ contracts, odd }, { found, fixed }] = await Promise.all([
        readContracts(line, { loanId }, signal),
        pool.owed(ref, coin, signal),
      ]);
      const [contract, ...more] = contracts.filter((one) => one.loanId === loanId);
      // A contract that is not listed is paid only if the position agrees.
      if (odd.length > 0 || more.length > 0 || (contract === undefined && fixed === true)) throw schema.unlike(odd[0] ?? vague);
      if (contract === undefined || contract.borrowCurrency !== coin || !isOpen(contract)) return { found, debt: zero };
      const { residualPrincipal, residualPenaltyInterest: penalty } = contract;
      if (residualPrincipal === undefined || penalty === null) throw schema.unlike(vague);
      const debt = sum([residualPrincipal, penalty ?? zero]);
      const interest = penalty === undefined || !isPositive(penalty) ? {} : { interest: penalty };
      // The amount is not sent: it is what is owed, to the last digit.
      return { found, debt, ...interest, contract: loanId, places: decimalPlaces(debt) };
    },
    repayPlaces: () => Promise.resolve(undefined),
    repayCall({ all }) {
      if (!all) throw refused(incompleteChange);
      return writeCall(endpoints.repayFixed, { loanId });
    },
  };
}

/** The only contract in which a coin is owed; undefined where there are several. @throws ExchangeError */
export async function onlyContract(line: Line, coin: string, signal: AbortSignal | undefined): Promise<string | undefined> {
  const { contracts, odd, all } = await readContracts(line, { orderCurrency: coin }, signal);
  const [field] = odd;
  if (field !== undefined) throw schema.unlike(field);
  const [own, ...more] = contracts.filter((one) => one.borrowCurrency === coin && isOpen(one));
  return all && more.length === 0 ? own?.loanId : undefined;
}
