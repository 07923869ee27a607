import type { Clock } from '../../core/clock.ts';
import { msg } from '../../core/message.ts';
import type { Connection, KeyFacts } from '../exchange.ts';
import type { Http } from '../http.ts';
import { endpoints } from './endpoints.ts';
import { refused } from './requests.ts';
import * as schema from './schema.ts';

const noLoans = msg('Bybit has no crypto loans in demo trading. To try them without real money, use the site Bybit Testnet.');

const no = (): Promise<never> => Promise.reject(refused(noLoans));

/**
 * Bybit's demo trading. It knows neither loans nor a report about keys, so there is nothing to read and nothing to change.
 * Source: https://bybit-exchange.github.io/docs/v5/demo
 */
export function demoConnection(http: Http, clock: Clock): Connection {
  const inspect = async (signal?: AbortSignal): Promise<KeyFacts> => {
    const data = await http.call({ method: 'GET', path: endpoints.accountInfo, signed: true }, signal);
    schema.read(schema.accountInfo, data);
    return {
      canRead: true,
      canTrade: false,
      canWithdraw: false,
      boundAddresses: [],
      accountMode: msg('demo trading, without crypto loans'),
    };
  };
  return {
    inspect,
    async read(signal) {
      // Asked all the same: that the key works is part of what reading says.
      await inspect(signal);
      return { loans: [], wallet: [], positions: [], walletTrouble: noLoans, asOf: clock.now() };
    },
    history: () => Promise.resolve({ rows: [] }),
    interest: () => Promise.resolve({ rows: [] }),
    borrowableCoins: () => Promise.resolve([]),
    maximumLoan: () => Promise.resolve(undefined),
    adjustableCoins: () => no(),
    prepareCollateral: () => no(),
    describe() {
      throw refused(noLoans);
    },
    prepareMargin: () => no(),
    send: () => no(),
    proveCollateral: () => Promise.resolve({ state: 'pending' }),
    proveMargin: () => Promise.resolve({ state: 'pending' }),
    dispose() {
      http.dispose();
    },
  };
}
