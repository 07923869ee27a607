import { uptimeOf, type Clock } from '../../core/clock.ts';
import { absolute, compare, decimal, isPositive, multiply, subtract, type Decimal } from '../../core/decimal.ts';
import type { CoinAmount, Loan, Snapshot } from '../../core/model.ts';

type Prices = ReadonlyMap<string, Decimal>;

/** Figures read within this time are of one moment. Milliseconds. */
const sameMomentMs = 3_000;
/** A coin that moved more than this part of its price during a reading has no price of that moment. */
const mostMove = decimal('0.005');

/**
 * Parts of a reading together with the prices they stand at. A part that took long may be from before or after a move: an estimate would miss
 * the move, or count it twice. So prices are read again then, and a coin that moved in between has none. Nor has any coin where the prices
 * themselves took long: what they were when the parts were read is unknown.
 */
export async function withPrices<T>(clock: Clock, parts: Promise<T>, read: () => Promise<Prices>): Promise<readonly [T, Prices]> {
  const began = uptimeOf(clock);
  let readAt = began;
  const first = read().finally(() => {
    readAt = uptimeOf(clock);
  });
  const [done, prices] = await Promise.all([parts, first]);
  if (readAt - began > sameMomentMs) return [done, new Map()];
  return [done, uptimeOf(clock) - readAt <= sameMomentMs ? prices : unmoved(prices, await read())];
}

/** The later prices, of coins that hardly moved. */
const unmoved = (before: Prices, after: Prices): Prices =>
  new Map(
    [...after].filter(([coin, price]) => {
      const was = before.get(coin);
      return was !== undefined && compare(absolute(subtract(price, was)), multiply(was, mostMove)) <= 0;
    }),
  );

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
export function withUsd<Amount extends Omit<CoinAmount, 'amount'> & Partial<CoinAmount>>(
  amounts: readonly Amount[],
  prices: ReadonlyMap<string, Decimal>,
): readonly Amount[] {
  return amounts.map((one) => {
    const price = prices.get(one.coin);
    const { amount, usd } = one;
    return usd !== undefined || amount === undefined || price === undefined
      ? one
      : { ...one, usd: multiply(amount, price), usdEstimated: true };
  });
}

/** The same for all sides of a loan. */
export const withValues = (loan: Loan, prices: ReadonlyMap<string, Decimal>): Loan => ({
  ...loan,
  debts: withUsd(loan.debts, prices),
  collateral: withUsd(loan.collateral, prices),
  ...(loan.due === undefined ? {} : { due: withUsd(loan.due, prices) }),
});
