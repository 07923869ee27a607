import { msg } from '../../core/message.ts';
import { originOf } from '../address.ts';
import type { Exchange } from '../exchange.ts';
import { Http } from '../http.ts';
import { OkxConnection } from './connection.ts';
import { limitOf, endpoints } from './endpoints.ts';
import { open } from './envelope.ts';
import { publicTime, read } from './schema.ts';
import { sign } from './sign.ts';
import { sites } from './sites.ts';

/** OKX: flexible loans. */
export const okx: Exchange = {
  id: 'okx',
  name: 'OKX',
  sites,
  keyFields: [
    { id: 'apiKey', label: msg('API key') },
    { id: 'secret', label: msg('Secret key') },
    { id: 'passphrase', label: msg('Passphrase'), hint: msg('The one chosen when the key was made, not the password of OKX') },
  ],
  collateralWallet: msg('funding account'),
  keyHelpUrl: 'https://www.okx.com/account/my-api',
  connect({ account, keys, clock, fetch, trace }) {
    const { site, origin } = originOf(sites, account);
    const http = new Http({
      dialect: {
        venue: 'OKX',
        origin,
        headers: { 'Content-Type': 'application/json', ...(site.demo ? { 'x-simulated-trading': '1' } : {}) },
        sign,
        open,
        limitOf,
        time: { path: endpoints.time, read: (data) => read(publicTime, data)[0]?.ts ?? 0 },
      },
      keys,
      clock,
      ...(fetch === undefined ? {} : { fetch }),
      ...(trace === undefined ? {} : { trace }),
    });
    return new OkxConnection(http, clock);
  },
};
