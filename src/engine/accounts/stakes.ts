import type { Account } from '../../core/model.ts';
import { exchanges } from '../../exchanges/registry.ts';

/** What kind of money would move. */
export type Stakes = 'live' | 'demo' | 'simulated';

/**
 * By the venue's own list of sites: only its loopback site is simulated, whatever the account says. Unknown sites count as live, because
 * real money may be at stake.
 */
export function stakesOf({ venue, site }: Pick<Account, 'venue' | 'site'>): Stakes {
  const found = exchanges.find(({ id }) => id === venue)?.sites.find(({ id }) => id === site);
  if (found?.simulated === true) return 'simulated';
  return found?.demo === true ? 'demo' : 'live';
}

/**
 * Whose money is allowed to move, by arming or for borrowing: keys of another user, or of another place, under the same id are another account. A simulated exchange
 * may be served elsewhere after a restart.
 */
export const ownerOf = ({ venue, site, baseUrl, uid, simulated }: Account): string =>
  JSON.stringify([venue, site, simulated ? 'simulated' : (baseUrl ?? ''), uid ?? '']);
