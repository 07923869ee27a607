import { originOf } from '../http/address.ts';
import type { Connection, ConnectionOptions } from '../exchange.ts';
import { Http } from '../http/client.ts';
import { BybitConnection } from './connection.ts';
import { demoConnection } from './demo.ts';
import { BybitPace, endpoints, limitOf, machineLimit } from './endpoints.ts';
import { open } from './envelope.ts';
import { read, serverTime } from './schema.ts';
import { receiveWindow, sign, signedHeaders } from './sign.ts';
import { demoSite, sites } from './sites.ts';
import { bybitStreams } from './stream.ts';

/** Ready to call Bybit; nothing is sent yet. @throws ExchangeError for an address that is not Bybit's. */
export function connectBybit({ account, keys, clock, owner, fetch, trace, thresholds }: ConnectionOptions): Connection {
  const { site, origin } = originOf(sites, account);
  const http = new Http({
    dialect: {
      venue: 'Bybit',
      origin,
      headers: { Accept: 'application/json', 'Content-Type': 'application/json', 'X-BAPI-RECV-WINDOW': receiveWindow },
      sign,
      signedHeaders,
      open,
      limitOf,
      machineLimit,
      pace: new BybitPace(origin, clock),
      time: { path: endpoints.time, read: (result) => Number(BigInt(read(serverTime, result).timeNano) / 1_000_000n) },
    },
    keys,
    clock,
    ...(owner === undefined ? {} : { owner }),
    ...(fetch === undefined ? {} : { fetch }),
    ...(trace === undefined ? {} : { trace }),
  });
  const streams = bybitStreams({ site, origin, keys, now: () => clock.now() + (http.clockFacts().clockOffsetMs ?? 0) });
  return site.id === demoSite ? demoConnection(http, clock, streams) : new BybitConnection(http, clock, streams, thresholds);
}
