import type { Account } from '../../core/model.ts';
import { exchanges } from '../../exchanges/registry.ts';

/** Whose money would move. */
export type Stakes = 'live' | 'demo' | 'simulated';

/**
 * By the venue's own list of sites: only its loopback is simulated, whatever is noted at the account. What is on no list is live, for
 * it is unknown whether something is at stake there.
 */
export function stakesOf({ venue, site }: Pick<Account, 'venue' | 'site'>): Stakes {
  const found = exchanges.find(({ id }) => id === venue)?.sites.find(({ id }) => id === site);
  if (found?.simulated === true) return 'simulated';
  return found?.demo === true ? 'demo' : 'live';
}
