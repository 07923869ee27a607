import { originOf } from '../http/address.ts';
import type { Connection, ConnectionOptions } from '../exchange.ts';
import { Http } from '../http/client.ts';
import { OkxConnection } from './connection.ts';
import { endpoints, limitOf } from './endpoints.ts';
import { open } from './envelope.ts';
import { publicTime, read } from './schema.ts';
import { sign, signedHeaders } from './sign.ts';
import { sites } from './sites.ts';
import { envOf, okxStreams } from './stream.ts';

/** Ready to call OKX; nothing is sent yet. @throws ExchangeError for an address that is not OKX's. */
export function connectOkx({ account, keys, clock, owner, fetch, trace }: ConnectionOptions): Connection {
  const { site, origin } = originOf(sites, account);
  const http = new Http({
    dialect: {
      venue: 'OKX',
      origin,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', ...(site.demo ? { 'x-simulated-trading': '1' } : {}) },
      sign,
      signedHeaders,
      open,
      limitOf,
      time: { path: endpoints.time, read: (data) => read(publicTime, data)[0]?.ts ?? 0 },
    },
    keys,
    clock,
    ...(owner === undefined ? {} : { owner }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(trace === undefined ? {} : { trace }),
  });
  return new OkxConnection(
    http,
    clock,
    envOf(site),
    okxStreams({ site, origin, keys, now: () => clock.now() + (http.clockFacts().clockOffsetMs ?? 0) }),
  );
}
