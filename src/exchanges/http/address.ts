import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Site } from '../exchange.ts';

/** This computer. */
export const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

export const loopbackOnly = msg(
  'site.only-loopback',
  'A simulated exchange runs on this computer only. Enter its address, such as http://127.0.0.1:9000, without a path.',
);

/**
 * @param place an exchange or site that doesn't exist, or can't have accounts
 */
export const wrongPlace = (place: string): Message =>
  msg(
    'account.wrong-place',
    'This account\'s exchange or site "{0}" isn\'t valid, so nothing was sent. Update LTV Gauge, or remove the account and add it again.',
    place,
  );

/**
 * The origin of a loopback address as a person typed it, e.g. `http://127.0.0.1:9000`. Accepts only this machine, and only scheme, host and port:
 * signed requests must not go elsewhere.
 * @throws ExchangeError `refused` when it is anything else.
 */
export function loopbackOrigin(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const plain =
    url !== undefined &&
    (url.protocol === 'http:' || url.protocol === 'https:') &&
    loopbackHosts.has(url.hostname) &&
    url.username === '' &&
    url.password === '' &&
    url.pathname === '/' &&
    url.search === '' &&
    url.hash === '' &&
    !text.includes('?') &&
    !text.includes('#');
  if (!plain) {
    throw new ExchangeError({
      kind: 'refused',
      code: 'address',
      effect: 'none',
      sentence: loopbackOnly,
    });
  }
  return url.origin;
}

/**
 * The origin that requests of an account go to: from the venue's own list, or loopback.
 * @throws ExchangeError `refused` for a site the venue does not have or an address that is not loopback.
 */
export function originOf(
  sites: readonly Site[],
  account: Pick<Account, 'site' | 'baseUrl'>,
): { readonly site: Site; readonly origin: string } {
  const site = sites.find(({ id }) => id === account.site);
  if (site === undefined) {
    throw new ExchangeError({
      kind: 'refused',
      code: 'address',
      effect: 'none',
      sentence: wrongPlace(account.site),
    });
  }
  return { site, origin: site.baseUrl ?? loopbackOrigin(account.baseUrl ?? '') };
}
