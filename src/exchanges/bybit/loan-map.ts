import * as v from 'valibot';
import { decimal, isPositive, isZero, lesser, multiply, one, sum, type Decimal } from '../../core/decimal.ts';
import type { Account, CoinAmount, Direction, HistoryRow, Loan, Threshold, WalletCoin } from '../../core/model.ts';
import { optional } from '../kit/parts.ts';
import type { Adjustment, LoanFound, OddAdjustment } from './loan-generation.ts';
import * as schema from './schema.ts';
import { named, onceEach, readRows, textIn, type OddRow } from './schema.ts';

/** Bybit's words in, ours out. */

/** The id of an account's one pool of flexible and fixed loans. */
export const poolId = 'pool';

type Pool = v.InferOutput<typeof schema.pool>;
type Debt = v.InferOutput<typeof schema.debt>;
type Pledge = v.InferOutput<typeof schema.pledge>;

/** The pool as read, and what could not be read of it. */
export interface PoolRead {
  /** Undefined when nothing is owed and nothing pledged. */
  readonly found: LoanFound | undefined;
  readonly debts: readonly Debt[];
  readonly pledges: readonly Pledge[];
  /** It is unknown of some debt whether it is fixed. */
  readonly vagueDebt: boolean;
  /** The fields that could not be read. */
  readonly odd: readonly string[];
}

/** Coins supplied to others back no loan and are left out. */
export function toPool(position: Pool, thresholds: Thresholds): PoolRead {
  const owed = debtsOf(position);
  const held = pledgesOf(position);
  const debts = owed.rows.map(toDebt).filter(({ amount }) => !isZero(amount));
  const collateral = held.rows
    .map(({ currency, amount, amountUSD }) => ({ coin: currency, amount, ...optional('usd', amountUSD) }))
    .filter(({ amount }) => !isZero(amount));
  const read = { debts: owed.rows, pledges: held.rows, vagueDebt: owed.odd.length > 0, odd: [...owed.odd, ...held.odd] };
  if (debts.length === 0 && collateral.length === 0 && read.odd.length === 0) return { ...read, found: undefined };
  const loan: Loan = {
    id: poolId,
    ...optional('ltv', position.ltv),
    ...optional('debtUsd', position.totalDebt),
    // From the total of all coins but only some of the coins, the recovered ratio would be too high.
    ...(held.odd.length > 0 ? {} : optional('collateralUsd', position.totalCollateral)),
    // After the tiered ratio of each coin.
    collateralValuation: 'adjusted',
    debts,
    collateral,
    ...thresholds,
  };
  const isTold = (coin: string): boolean => held.rows.some(({ currency }) => currency === coin);
  return {
    ...read,
    found: {
      loan,
      owesMore: owed.odd.length > 0,
      // A row without a coin name may be of any coin that has no row of its own.
      isVague: (coin) => held.coins.has(coin) || (held.unnamed && !isTold(coin)),
    },
  };
}

/** Whether a loan would look debt-free: no amount, total or LTV says otherwise. */
export const looksUnowed = ({ debts, debtUsd, ltv }: Loan): boolean =>
  [...debts.map(({ amount }) => amount), debtUsd, ltv].every((figure) => figure === undefined || isZero(figure));

interface Told<Row> {
  readonly rows: readonly Row[];
  /** The fields that could not be read. */
  readonly odd: readonly string[];
  /** The coins of the unreadable rows, as far as known. */
  readonly coins: ReadonlySet<string>;
  /** Some of these rows lack even the coin. */
  readonly unnamed: boolean;
}

function debtsOf({ borrowList, totalDebt }: Pool): Told<Debt> {
  const told = rowsOf({ schema: schema.debt, list: borrowList, total: totalDebt, name: 'borrowList', coin: 'loanCurrency' });
  // A debt with an unknown amount is not zero.
  const vague = told.rows.filter((row) => amountsOf(row) === undefined).map(({ loanCurrency }) => loanCurrency);
  return {
    ...told,
    rows: told.rows.filter((row) => amountsOf(row) !== undefined),
    odd: [...told.odd, ...vague.map((coin) => `result.borrowList (${coin})`)],
  };
}

const pledgesOf = ({ collateralList, totalCollateral }: Pool): Told<Pledge> =>
  rowsOf({ schema: schema.pledge, list: collateralList, total: totalCollateral, name: 'collateralList', coin: 'currency' });

/** The rows of one list of the pool, each coin once. */
function rowsOf<Schema extends v.GenericSchema<unknown, object>>(from: {
  readonly schema: Schema;
  /** Undefined for anything that is no list. */
  readonly list: readonly unknown[] | null | undefined;
  readonly total: Decimal | undefined;
  readonly name: string;
  /** The field that names the coin. */
  readonly coin: keyof v.InferOutput<Schema> & string;
}): Told<v.InferOutput<Schema>> {
  const name = `result.${from.name}`;
  // `null` is an empty list if the total agrees.
  const missing = from.list === undefined || (from.list === null && (from.total === undefined || !isZero(from.total)));
  const { rows, odd } = readRows(from.schema, from.list ?? [], name);
  const once = onceEach(rows, (row) => String(row[from.coin]));
  const coins = odd.map(({ raw }) => textIn(raw, from.coin));
  return {
    rows: once.rows.filter((row) => !coins.includes(String(row[from.coin]))),
    odd: [
      ...(missing ? [name] : []),
      ...odd.map(({ field, raw }) => named(field, textIn(raw, from.coin))),
      ...[...once.unclear].map((coin) => `${name} (${coin})`),
    ],
    coins: new Set([...once.unclear, ...coins.filter((coin) => coin !== undefined)]),
    unnamed: missing || coins.includes(undefined),
  };
}

/** Which coins are owed with a due date. */
export interface FixedDebts {
  readonly owed: ReadonlySet<string>;
  /** Unknown for some coin, which doesn't mean none. */
  readonly vague: boolean;
}

export function fixedDebts({ debts, vagueDebt }: Pick<PoolRead, 'debts' | 'vagueDebt'>): FixedDebts {
  const owed = debts.filter(({ fixedTotalDebt }) => typeof fixedTotalDebt === 'string' && !isZero(fixedTotalDebt));
  return {
    owed: new Set(owed.map(({ loanCurrency }) => loanCurrency)),
    vague: vagueDebt || debts.some(({ fixedTotalDebt }) => fixedTotalDebt === undefined),
  };
}

/** Flexible and fixed, as far as given; undefined when one of them is unreadable, or neither is given. */
function amountsOf({ flexibleTotalDebt, fixedTotalDebt }: Debt): readonly Decimal[] | undefined {
  if (flexibleTotalDebt === null || fixedTotalDebt === null) return undefined;
  const amounts = present(flexibleTotalDebt, fixedTotalDebt);
  return amounts.length === 0 ? undefined : amounts;
}

/** Flexible and fixed together, with interest. */
function toDebt(row: Debt): CoinAmount {
  const amounts = amountsOf(row) ?? [];
  const usd = present(row.flexibleTotalDebtUSD, row.fixedTotalDebtUSD);
  // Without the value of both parts there is none of the whole.
  return { coin: row.loanCurrency, amount: sum(amounts), ...(usd.length < amounts.length ? {} : { usd: sum(usd) }) };
}

const present = (...values: readonly (Decimal | undefined)[]): readonly Decimal[] => values.filter((value) => value !== undefined);

/** The funding wallet. Where Bybit gives two amounts of a coin, the smaller one counts; a missing one is left out. */
export function toWallet(balances: readonly v.InferOutput<typeof schema.balance>[]): readonly WalletCoin[] {
  const amounts = new Map<string, Decimal>();
  for (const { coin, walletBalance, transferBalance } of balances) {
    for (const amount of present(walletBalance, transferBalance)) amounts.set(coin, lesser(amounts.get(coin) ?? amount, amount));
  }
  return [...amounts].filter(([, amount]) => isPositive(amount)).map(([coin, amount]) => ({ coin, amount }));
}

const quote = 'USDT';

/** Prices by coin: the last spot price in USDT, by which Bybit values loans. USDT counts as a dollar. */
export function toPrices(tickers: v.InferOutput<typeof schema.tickers>): ReadonlyMap<string, Decimal> {
  const prices = new Map<string, Decimal>([[quote, one]]);
  for (const { symbol, lastPrice } of tickers.list) {
    if (symbol.length > quote.length && symbol.endsWith(quote) && lastPrice !== undefined && isPositive(lastPrice)) {
      prices.set(symbol.slice(0, -quote.length), lastPrice);
    }
  }
  return prices;
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

/** Bybit doesn't name the types of its rows, so these names are ours. */
export function toAdjustment(row: AdjustmentRow, status: Adjustment['status']): Adjustment {
  return {
    id: row.adjustId,
    type: (row.direction === 'add' ? 'collateral_added' : 'collateral_reduced') + ends[status],
    // Only people make adjustments; Bybit's own sales are listed elsewhere.
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

/** What is known of a row that could not be read. */
export function toOddAdjustment({ raw, field }: OddRow): OddAdjustment {
  const told = v.safeParse(v.object({ adjustId: schema.id }), raw);
  const coin = textIn(raw, 'collateralCurrency');
  return { field, ...(told.success ? { id: told.output.adjustId } : {}), ...(coin === undefined ? {} : { coin }) };
}

export function toHistoryRow({ id, type, forced, coin, amount, at }: HistoryRow): HistoryRow {
  return { id, type, forced, coin, amount, at };
}

const hoursAYear = '8760' as Decimal;

/** Simple, not compounded: Bybit prints hourly rates. */
export const yearly = (hourlyRate: Decimal): Decimal => multiply(hourlyRate, hoursAYear);

/** The thresholds of one loan. */
export interface Thresholds {
  readonly marginCall: Threshold;
  readonly liquidation: Threshold;
}

const from = { url: 'https://www.bybit.com/en/help-center/article/FAQ-Crypto-Loan', date: '2026-11-20' } as const;

/**
 * Bybit's thresholds are not in the API of its loans. Its help pages disagree: liquidation at 95 % (page of 27 January 2026) and at 92 % (an
 * undated copy), margin call at 85 % in both. The stricter figures are used.
 */
const table: Thresholds = {
  marginCall: { ltv: decimal('0.85'), source: 'table', from },
  liquidation: { ltv: decimal('0.92'), source: 'table', from },
};

/** The highest LTV at which the pool lends, by the help page of 27 January 2026. */
export const startLtv: Threshold = { ltv: decimal('0.80'), source: 'table', from };

/** Used where Bybit gives none: the person's figures, else the table's. */
export function presumed(person: Account['thresholds']): Thresholds {
  if (person === undefined) return table;
  return {
    marginCall: { ltv: person.marginCall, source: 'person', table: table.marginCall.ltv },
    liquidation: { ltv: person.liquidation, source: 'person', table: table.liquidation.ltv },
  };
}

/** The venue's own figure where there is one. */
export function thresholdOf(own: Decimal | undefined, otherwise: Threshold): Threshold {
  return own === undefined ? otherwise : { ltv: own, source: 'venue' };
}
