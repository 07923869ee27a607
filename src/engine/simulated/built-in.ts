import { randomUUID } from 'node:crypto';
import type { Account } from '../../core/model.ts';

const idPrefix = 'simulated-';

/** Whether this account uses the exchange inside the extension. A loopback account added by address doesn't. */
export function isBuiltIn(account: Pick<Account, 'id' | 'site'>): boolean {
  return account.site === 'loopback' && isBuiltInId(account.id);
}

/** The same by id alone, for an account that was removed. */
export function isBuiltInId(accountId: string): boolean {
  return accountId.startsWith(idPrefix);
}

/** A new id each time, so that a removed account's open changes don't affect its successor. */
export function newBuiltInId(): string {
  return `${idPrefix}${randomUUID()}`;
}
