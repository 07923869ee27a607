import type { Account } from '../core/model.ts';
import type { App } from '../vscode/front.ts';
import { localize } from '../vscode/localize.ts';
import { stakesMark } from '../words/collateral-preview.ts';

/** Whether no real money is at stake, and why, for titles. */
export function markOf(app: App, account: Account): string {
  return localize(stakesMark(account.simulated, isDemo(app, account)));
}

/** Whether the account is on the venue's own demo trading. */
export function isDemo(app: App, account: Account): boolean {
  const venue = app.exchanges.find((exchange) => exchange.id === account.venue);
  return venue?.sites.find((site) => site.id === account.site)?.demo ?? false;
}
