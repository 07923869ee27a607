import type { Message } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { Acting } from './acting.ts';
import { stakesMark } from '../words/collateral-preview.ts';

/** Whether no real money is at stake, and why, for titles. */
export function markOf(app: Pick<Acting, 'exchanges'>, account: Account): Message {
  return stakesMark(account.simulated, isDemo(app, account));
}

/** Whether the account is on the venue's own demo trading. */
export function isDemo(app: Pick<Acting, 'exchanges'>, account: Account): boolean {
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  return venue?.sites.find((site) => site.id === account.site)?.demo ?? false;
}
