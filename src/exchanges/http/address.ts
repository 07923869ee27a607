import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Site } from '../exchange.ts';

const loopbackHosts: ReadonlySet<string> = new Set(['127.0.0.1', 'localhost', '[::1]']);

/**
 * The origin of a loopback address as a person typed it, e.g. `http://127.0.0.1:9000`.
 * Only the machine itself is accepted, and nothing but scheme, host and port: signed requests must not wander.
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
      sentence: msg(
        'site.only-loopback',
        'A simulated exchange runs on this computer only. Enter its address, such as http://127.0.0.1:9000, without a path.',
      ),
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
      sentence: msg('site.unknown', 'This account\'s site "{0}" is unknown. Remove the account and add it again.', account.site),
    });
  }
  return { site, origin: site.baseUrl ?? loopbackOrigin(account.baseUrl ?? '') };
}
