import { uptimeOf, type Clock } from '../../core/clock.ts';
import { isPositive, multiply, type Decimal } from '../../core/decimal.ts';
import type { CoinAmount, Loan, Snapshot } from '../../core/model.ts';

type Prices = ReadonlyMap<string, Decimal>;

/** Figures that come this long after the prices are of another moment. Milliseconds. */
const sameMomentMs = 3_000;

/**
 * Parts of a reading together with the prices they stand at. Where a part took long, prices are read again: an estimate from older ones would
 * count their move twice.
 */
export async function withPrices<T>(clock: Clock, parts: Promise<T>, read: () => Promise<Prices>): Promise<readonly [T, Prices]> {
  let readAt = 0;
  const first = read().finally(() => {
    readAt = uptimeOf(clock);
  });
  const [done, prices] = await Promise.all([parts, first]);
  return [done, uptimeOf(clock) - readAt <= sameMomentMs ? prices : await read()];
}

/** The prices of `coins`, as far as known. Zero is no price. */
export function priced(coins: Iterable<string>, known: ReadonlyMap<string, Decimal>): Readonly<Record<string, Decimal>> {
  return Object.fromEntries(
    [...new Set(coins)].flatMap((coin) => {
      const price = known.get(coin);
      return price === undefined || !isPositive(price) ? [] : [[coin, price] as const];
    }),
  );
}

/** The prices that a snapshot carries: of every coin in it that is owed, pledged, held or traded, as far as known. A venue knows hundreds more. */
export function pricesOf(
  { loans, wallet, positions }: Pick<Snapshot, 'loans' | 'wallet' | 'positions'>,
  known: ReadonlyMap<string, Decimal>,
): Pick<Snapshot, 'prices'> {
  const prices = priced(
    [
      ...loans.flatMap(({ debts, collateral }) => [...debts, ...collateral].map(({ coin }) => coin)),
      ...wallet.map(({ coin }) => coin),
      // Also the coins whose prices move a position, for live estimates of its distance.
      ...positions.flatMap(({ marginCoin, debt, baseCoin, priceCoin }) => [
        marginCoin,
        priceCoin,
        debt?.coin ?? marginCoin,
        baseCoin ?? marginCoin,
      ]),
    ],
    known,
  );
  return Object.keys(prices).length === 0 ? {} : { prices };
}

/** Fills in USD values from prices where the venue gave none; these are estimates. */
export function withUsd<Amount extends CoinAmount>(amounts: readonly Amount[], prices: ReadonlyMap<string, Decimal>): readonly Amount[] {
  return amounts.map((one) => {
    const price = prices.get(one.coin);
    return one.usd !== undefined || price === undefined ? one : { ...one, usd: multiply(one.amount, price), usdEstimated: true };
  });
}

/** The same for all sides of a loan. */
export const withValues = (loan: Loan, prices: ReadonlyMap<string, Decimal>): Loan => ({
  ...loan,
  debts: withUsd(loan.debts, prices),
  collateral: withUsd(loan.collateral, prices),
  ...(loan.due === undefined ? {} : { due: withUsd(loan.due, prices) }),
});
