import type { Account } from '../../core/model.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import { ownerOf } from '../ledger/owner.ts';

/** Other entries for the same exchange account with the same thresholds: one reading serves all. */
export function twinsIn(book: Pick<AccountBook, 'get' | 'list'>, accountId: string): readonly string[] {
  const account = book.get(accountId);
  const owner = account && ownerOf(account);
  if (account === undefined || owner === undefined) return [];
  const isTwin = (other: Account): boolean => ownerOf(other) === owner && sameThresholds(other.thresholds, account.thresholds);
  return book.list().flatMap((other) => (other.id !== accountId && isTwin(other) ? [other.id] : []));
}

/** Whether a reading with the person's thresholds of one is one of the other, too. */
export const sameThresholds = (a: Account['thresholds'], b: Account['thresholds']): boolean =>
  a?.marginCall === b?.marginCall && a?.liquidation === b?.liquidation;
