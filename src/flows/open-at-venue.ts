import { msg } from '../core/message.ts';
import type { Account } from '../core/model.ts';
import type { Acting } from './acting.ts';

/** Opens the website where the account is registered. Its address comes from our own table, never from an answer or a person. */
export async function openAtVenue({ exchanges, talk }: Acting, { venue, site, name }: Account): Promise<void> {
  const page = exchanges.find(({ id }) => id === venue)?.sites.find(({ id }) => id === site)?.page;
  if (page === undefined) await talk.tell({ kind: 'info', sentence: msg('venue.no-page', '{0} is simulated: it has no website.', name) });
  else await talk.openPage(page);
}
