import type { Clock } from '../../core/clock.ts';
import { msg } from '../../core/message.ts';
import type { Change, Connection, KeyFacts } from '../exchange.ts';
import type { Http } from '../http/client.ts';
import { priced } from '../kit/prices.ts';
import { endpoints } from './endpoints.ts';
import { readPrices } from './wallet.ts';
import type { Line } from './loan-generation.ts';
import { Positions } from './positions.ts';
import { refused } from './requests.ts';
import * as schema from './schema.ts';

const noLoans = msg('Bybit has no crypto loans in demo trading. To try them without real money, use the site Bybit Testnet.');

const no = (): Promise<never> => Promise.reject(refused(noLoans));

/**
 * Bybit's demo trading: positions and their margin on a real server, without real money. It knows neither loans nor a report about keys.
 * Source: https://bybit-exchange.github.io/docs/v5/demo
 */
export function demoConnection(http: Http, clock: Clock): Connection {
  const positions = new Positions(http, () => clock.now());
  const ask: Line['ask'] = (path, query, signal) => http.call({ method: 'GET', path, query, signed: false }, signal);
  const ofPosition = (change: Change) => {
    if (change.kind !== 'margin') throw refused(noLoans);
    return change;
  };
  return {
    async inspect(signal): Promise<KeyFacts> {
      const data = await http.call({ method: 'GET', path: endpoints.accountInfo, signed: true }, signal);
      schema.read(schema.accountInfo, data);
      return {
        canRead: true,
        // Demo trading does not tell what a key may do, so a change is left to it to refuse.
        canTrade: true,
        canWithdraw: false,
        boundAddresses: [],
        accountMode: msg('demo trading, without crypto loans'),
      };
    },
    async read(signal) {
      const read = await positions.all(signal);
      // There is nothing else here: that the key works is part of what reading says.
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
    history: () => Promise.resolve({ rows: [] }),
    interest: () => Promise.resolve({ rows: [] }),
    indexPrices: async (coins, signal) => (coins.length === 0 ? {} : priced(coins, await readPrices(ask, signal))),
    borrowableCoins: () => Promise.resolve([]),
    maximumLoan: () => Promise.resolve(undefined),
    adjustableCoins: () => no(),
    prepareCollateral: () => no(),
    prepareMargin: (position, signal) => positions.prepare(position, signal),
    describe: (change) => positions.describe(ofPosition(change)),
    rehearse: (change) => positions.rehearse(ofPosition(change)),
    send: async (change, signal) => positions.send(ofPosition(change), signal),
    proveCollateral: () => Promise.resolve({ state: 'pending' }),
    proveMargin: (change, baseline, _receipt, signal) => positions.prove(change, baseline, signal),
    dispose() {
      http.dispose();
    },
  };
}
