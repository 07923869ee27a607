import type { Account } from '../../core/model.ts';

/** Whose a change is: the account here that it is made from, and the account at the exchange, where that is known. */
export interface Holder {
  readonly accountId: string;
  /** As `ownerOf`. */
  readonly owner?: string;
}

/** Sites that are one exchange at two addresses: a user there is one user, and so are the loans and positions. */
const sameExchange: Readonly<Record<string, string>> = { 'global-bytick': 'global' };

/**
 * The account at the exchange that an account here stands for, as a key: venue, site, and the venue's id of the user; where only its address
 * tells one exchange from another, that too. The same for an account that was added twice.
 * @returns undefined as long as it is not known whose the keys are
 */
export function ownerOf({ venue, site, baseUrl, uid }: Pick<Account, 'venue' | 'site' | 'baseUrl' | 'uid'>): string | undefined {
  if (uid === undefined) return undefined;
  return JSON.stringify([venue, sameExchange[site] ?? site, uid, ...(baseUrl === undefined ? [] : [baseUrl])]);
}

export function holderOf(account: Account): Holder {
  const owner = ownerOf(account);
  return { accountId: account.id, ...(owner === undefined ? {} : { owner }) };
}

/**
 * Whether both are of the same account at the exchange. Where that is not known of both, as in records from before it was kept, being of the
 * same account here has to do.
 */
export const isSameOwner = (a: Holder, b: Holder): boolean =>
  a.owner === undefined || b.owner === undefined ? a.accountId === b.accountId : a.owner === b.owner;
