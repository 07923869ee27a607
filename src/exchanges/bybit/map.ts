import type * as v from 'valibot';
import { isPositive, isZero, lesser, multiply, one, sum, type Decimal } from '../../core/decimal.ts';
import type { CoinAmount, Direction, HistoryRow, Loan, WalletCoin } from '../../core/model.ts';
import type { Adjustment } from './loan-book.ts';
import type * as schema from './schema.ts';
import type { Thresholds } from './thresholds.ts';

/** Bybit's words in, ours out. */

/** The id of an account's one pool of flexible and fixed loans. */
export const poolId = 'pool';

type Position = v.InferOutput<typeof schema.position>;

/** The pool; undefined when nothing is owed and nothing pledged. What is supplied to others backs no loan, and is left out. */
export function toPool(position: Position, thresholds: Thresholds): Loan | undefined {
  const debts = position.borrowList.map(toDebt).filter(({ amount }) => !isZero(amount));
  const collateral = position.collateralList
    .map(({ currency, amount, amountUSD }) => ({ coin: currency, amount, ...optional('usd', amountUSD) }))
    .filter(({ amount }) => !isZero(amount));
  if (debts.length === 0 && collateral.length === 0) return undefined;
  return {
    id: poolId,
    ...optional('ltv', position.ltv),
    ...optional('debtUsd', position.totalDebt),
    ...optional('collateralUsd', position.totalCollateral),
    // After the tiered ratio of each coin.
    collateralValuation: 'adjusted',
    debts,
    collateral,
    ...thresholds,
  };
}

/** Which coins are owed until a date. */
export interface FixedDebts {
  readonly owed: ReadonlySet<string>;
  /** Of some coin it is not told. That is not none. */
  readonly vague: boolean;
}

export function fixedDebts({ borrowList }: Position): FixedDebts {
  const owed = borrowList.filter(({ fixedTotalDebt }) => fixedTotalDebt !== undefined && !isZero(fixedTotalDebt));
  return {
    owed: new Set(owed.map(({ loanCurrency }) => loanCurrency)),
    vague: borrowList.some(({ fixedTotalDebt }) => fixedTotalDebt === undefined),
  };
}

/** Flexible and fixed together, with interest. */
function toDebt(row: Position['borrowList'][number]): CoinAmount {
  const amounts = present(row.flexibleTotalDebt, row.fixedTotalDebt);
  const usd = present(row.flexibleTotalDebtUSD, row.fixedTotalDebtUSD);
  // A value that is not told of both parts is no value of the whole.
  return { coin: row.loanCurrency, amount: sum(amounts), ...(usd.length < amounts.length ? {} : { usd: sum(usd) }) };
}

const present = (...values: readonly (Decimal | undefined)[]): readonly Decimal[] => values.filter((value) => value !== undefined);

export function optional<Name extends string>(name: Name, value: Decimal | undefined): Partial<Record<Name, Decimal>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Decimal>);
}

/** The funding wallet. Where Bybit names two amounts of a coin, the smaller one is safe to count on; one that is not told is left out. */
export function toWallet(balances: v.InferOutput<typeof schema.balances>): readonly WalletCoin[] {
  return balances.balance.flatMap(({ coin, walletBalance, transferBalance }) => {
    const [first, second] = present(walletBalance, transferBalance);
    if (first === undefined) return [];
    const amount = second === undefined ? first : lesser(first, second);
    return isPositive(amount) ? [{ coin, amount }] : [];
  });
}

const quote = 'USDT';

/** Prices by coin: what was last paid on the spot market in USDT, by which Bybit values loans. It counts USDT as a dollar. */
export function toPrices(tickers: v.InferOutput<typeof schema.tickers>): ReadonlyMap<string, Decimal> {
  const prices = new Map<string, Decimal>([[quote, one]]);
  for (const { symbol, lastPrice } of tickers.list) {
    if (symbol.length > quote.length && symbol.endsWith(quote) && lastPrice !== undefined && isPositive(lastPrice)) {
      prices.set(symbol.slice(0, -quote.length), lastPrice);
    }
  }
  return prices;
}

/** Fills in values from prices where Bybit gave none of its own; these are estimates. */
export function withUsd<Amount extends CoinAmount>(amounts: readonly Amount[], prices: ReadonlyMap<string, Decimal>): readonly Amount[] {
  return amounts.map((held) => {
    const price = prices.get(held.coin);
    return held.usd !== undefined || price === undefined ? held : { ...held, usd: multiply(held.amount, price), usdEstimated: true };
  });
}

/** The parts that both generations of the history share. */
interface AdjustmentRow {
  readonly adjustId: string;
  readonly adjustTime: number;
  readonly collateralCurrency: string;
  readonly amount: Decimal;
  readonly preLTV?: Decimal | undefined;
  readonly afterLTV?: Decimal | undefined;
  readonly direction: Direction;
}

/** How the word of a row ends by its status. */
export const ends: Readonly<Record<Adjustment['status'], string>> = { done: '', processing: '_processing', failed: '_failed' };

/** Bybit has no words for the types of its rows, so these are ours. */
export function toAdjustment(row: AdjustmentRow, status: Adjustment['status']): Adjustment {
  return {
    id: row.adjustId,
    type: (row.direction === 'add' ? 'collateral_added' : 'collateral_reduced') + ends[status],
    // People adjust; what Bybit sells by itself stands elsewhere.
    forced: false,
    coin: row.collateralCurrency,
    amount: row.amount,
    at: row.adjustTime,
    direction: row.direction,
    status,
    ...optional('ltvBefore', row.preLTV),
    ...optional('ltvAfter', row.afterLTV),
  };
}

export function toHistoryRow({ id, type, forced, coin, amount, at }: HistoryRow): HistoryRow {
  return { id, type, forced, coin, amount, at };
}

const hoursAYear = '8760' as Decimal;

/** Simple, not compounded: Bybit prints hourly rates. */
export const yearly = (hourlyRate: Decimal): Decimal => multiply(hourlyRate, hoursAYear);
