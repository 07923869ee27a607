import { msg } from '../core/message.ts';
import { asPlace } from '../views/place.ts';
import type { Acting } from './acting.ts';
import { chooseAccount } from './account/choose.ts';

/**
 * Opens the website where the account is registered, for a loan the page of loans where one is known. Its address comes from our own table,
 * never from an answer or a person, and nothing of the account is in it.
 */
export async function openAtVenue(app: Acting, argument: unknown): Promise<void> {
  const account = await chooseAccount(app, argument);
  if (account === undefined) return;
  const { exchanges, talk } = app;
  const { venue, name } = account;
  const site = exchanges.find(({ id }) => id === venue)?.sites.find(({ id }) => id === account.site);
  const page = asPlace(argument)?.on?.kind === 'loan' ? (site?.loansPage ?? site?.page) : site?.page;
  if (page === undefined) await talk.tell({ kind: 'info', sentence: msg('venue.no-page', '{0} is simulated: it has no website.', name) });
  else await talk.openPage(page);
}
