import { randomUUID } from 'node:crypto';
import type { Account } from '../../core/model.ts';

const idPrefix = 'simulated-';

/** Whether this account lives on the exchange inside the extension. A loopback account that a person added by address does not. */
export function isBuiltIn(account: Pick<Account, 'id' | 'site'>): boolean {
  return account.site === 'loopback' && isBuiltInId(account.id);
}

/** The same by id alone, for an account that is gone. */
export function isBuiltInId(accountId: string): boolean {
  return accountId.startsWith(idPrefix);
}

/** Never used before: a removed account's open changes do not weigh on its successor. */
export function newBuiltInId(): string {
  return `${idPrefix}${randomUUID()}`;
}
