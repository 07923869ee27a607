import type { Decimal } from '../../core/decimal.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { WalletCoin } from '../../core/model.ts';
import { endpoints } from './endpoints.ts';
import type { Line } from './loan-generation.ts';
import { toPrices, toWallet } from './loan-map.ts';
import { refused } from './requests.ts';
import { readRows } from './rows.ts';
import * as schema from './schema.ts';

/** The funding wallet, which both generations of loans take collateral from, and what its coins are worth. */
export class Funds {
  readonly #line: Line;

  constructor(line: Line) {
    this.#line = line;
  }

  /** A coin whose amount is not told is left out, unless it is `needed`. @throws ExchangeError */
  async wallet(signal: AbortSignal | undefined, needed?: string): Promise<readonly WalletCoin[]> {
    const { balance } = schema.read(schema.balances, await this.#line.get(endpoints.balances, { accountType: 'FUND' }, signal));
    const { rows, odd } = readRows(schema.balance, balance, 'result.balance');
    const own = rows.filter(({ coin }) => coin === needed);
    // A row that does not name its coin may be that of any coin that has no row.
    const isVague =
      own.some(({ walletBalance, transferBalance }) => walletBalance === undefined && transferBalance === undefined) ||
      (own.length === 0 && odd.length > 0);
    if (needed !== undefined && isVague) {
      throw refused(msg('Bybit does not say how much {0} the funding account holds, so nothing can be decided. Try again later.', needed));
    }
    return toWallet(rows);
  }

  /** By coin. @throws ExchangeError */
  async prices(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    return readPrices(this.#line.ask, signal);
  }

  /** Prices only feed estimates and valuations, so none is better than no loans. */
  async pricesIfAny(signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
    const prices = await ifAny(this.prices(signal));
    return prices instanceof ExchangeError ? new Map() : prices;
  }
}

/** What everything on the spot market is worth, by coin; whoever asks. @throws ExchangeError */
export async function readPrices(ask: Line['ask'], signal: AbortSignal | undefined): Promise<ReadonlyMap<string, Decimal>> {
  return toPrices(schema.read(schema.tickers, await ask(endpoints.tickers, { category: 'spot' }, signal)));
}

/** What can be done without: its failure is a value. Only an interruption still interrupts. */
export async function ifAny<T>(promise: Promise<T>): Promise<T | ExchangeError> {
  try {
    return await promise;
  } catch (error) {
    if (error instanceof ExchangeError && error.kind !== 'aborted') return error;
    throw error;
  }
}
