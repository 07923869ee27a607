import { formatAmount } from '../core/format.ts';
import type { CoinAmount } from '../core/model.ts';
import { accountEntryId } from './account.ts';
import type { LoanView } from '../words/loan.ts';
import type { Entry } from './entry.ts';
import { loanAt } from './place.ts';

/** Where an entry below a loan belongs. `path` begins with a slash, or is empty for the loan itself. */
export function loanPlace({ state, loan }: LoanView, path: string): Pick<Entry, 'id' | 'accountId' | 'on'> {
  return { id: `${accountEntryId(state.account.id)}/loan/${loan.id}${path}`, ...loanAt(state.account.id, loan.id) };
}

/** An amount with all its digits. */
export function exactText({ coin, amount }: CoinAmount): string {
  return `${formatAmount(amount)} ${coin}`;
}
