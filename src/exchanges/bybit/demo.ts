import type { Clock } from '../../core/clock.ts';
import { msg } from '../../core/message.ts';
import type { Connection } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { priced } from '../kit/prices.ts';
import type { StreamSource } from '../streams.ts';
import { endpoints } from './endpoints.ts';
import { lineOf, readPrices } from './loans.ts';
import { noLoans } from './pool.ts';
import { Positions } from './positions.ts';
import * as schema from './schema.ts';

/**
 * Bybit's demo trading: positions and their margin on a real server, without real money. It knows neither loans nor a report about keys.
 * Source: https://bybit-exchange.github.io/docs/v5/demo
 */
export function demoConnection(http: Http, clock: Clock, streams?: StreamSource): Connection {
  const positions = new Positions(http, clock);
  const { get, ask } = lineOf(http);
  return {
    async inspect(signal) {
      schema.read(schema.accountInfo, await get(endpoints.accountInfo, {}, signal));
      return {
        canRead: true,
        // Demo trading doesn't report a key's permissions, so a change is left for it to refuse.
        canTrade: true,
        canWithdraw: false,
        boundAddresses: [],
        accountMode: msg('bybit.demo-mode', 'demo trading, no crypto loans'),
      };
    },
    isLimited: () => http.isLimited(),
    async read(signal) {
      const read = await positions.all(signal);
      // There is nothing else to read here: reading positions also proves that the key works.
      if (read.blind !== undefined) throw read.blind;
      return {
        loans: [],
        wallet: [],
        walletTrouble: noLoans,
        positions: read.positions,
        ...(read.trouble === undefined ? {} : { positionsTrouble: read.trouble.sentence }),
        asOf: read.asOf,
      };
    },
    indexPrices: async (coins, signal) => (coins.length === 0 ? {} : priced(coins, await readPrices(ask, signal))),
    streams,
    actions: { margin: positions.margin },
    absent: { collateral: noLoans, repay: noLoans, borrow: noLoans, 'repay-collateral': noLoans },
    dispose() {
      http.dispose();
    },
  };
}
