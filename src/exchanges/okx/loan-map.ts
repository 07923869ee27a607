import type * as v from 'valibot';
import { compare, isPositive, multiply, type Decimal } from '../../core/decimal.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount, HistoryRow, InterestRow, Loan, Threshold, WalletCoin } from '../../core/model.ts';
import type { KeyFacts } from '../exchange.ts';
import * as schema from './schema.ts';

/** OKX's words in, ours out. Nothing is computed here but a coin's USD value where OKX gives a price. */

type LoanRow = v.InferOutput<typeof schema.loan>;

/** The id of the one loan of an account whose answers carry no order ids. */
export const onlyLoan = 'only';

/** A loan, and what of it could not be understood. */
export interface LoanRead {
  readonly loan: Loan;
  readonly owed: Gaps;
  readonly pledged: Gaps;
}

/** What is missing from a list of coins. */
export interface Gaps {
  /** Coins whose amount is not known: it is odd, or told in two ways. */
  readonly coins: ReadonlySet<string>;
  /** There is more than is known by name. */
  readonly unnamed: boolean;
}

export const isWhole = ({ coins, unnamed }: Gaps): boolean => coins.size === 0 && !unnamed;

/** @param others how many more loans there are that are not understood: beside one of them no loan is the only one */
export function toLoans(rows: readonly LoanRow[], others: number): readonly LoanRead[] {
  const unnamed = rows.filter(({ ordId }) => ordId === '').length;
  let count = 0;
  return rows.map((row) => {
    if (row.ordId !== '') return toLoan(row, row.ordId);
    count += 1;
    return toLoan(row, unnamed === 1 && rows.length + others === 1 ? onlyLoan : `unnamed-${count.toString()}`);
  });
}

function toLoan(row: LoanRow, id: string): LoanRead {
  const { ordId, riskWarningData } = row;
  const marginCall = toThreshold(row.marginCallLTV);
  const liquidation = toThreshold(row.liqLTV);
  const instrument = riskWarningData?.instId ?? '';
  const price = aboveZero(riskWarningData?.liqPx);
  const owed = toCoinAmounts(row.loanData);
  const pledged = toCoinAmounts(row.collateralData);
  const loan: Loan = {
    id,
    ...(ordId === '' ? {} : { orderId: ordId }),
    ...optional('ltv', row.curLTV),
    ...optional('debtUsd', row.loanNotionalUsd),
    // From the total of all coins and only some of them too high a discount rate would be recovered.
    ...(isWhole(pledged.gaps) ? optional('collateralUsd', row.collateralNotionalUsd) : {}),
    // After the discount rate, since December 2025. `haircuts` stay absent: OKX does not say by which rule it discounts here. Its public table
    // (discount-rate-interest-free-quota) is documented for the trading account, and nothing says that loans go by it.
    collateralValuation: 'adjusted',
    debts: owed.amounts,
    collateral: pledged.amounts,
    ...(marginCall === undefined ? {} : { marginCall }),
    ...(liquidation === undefined ? {} : { liquidation }),
    ...(instrument === '' || price === undefined ? {} : { liquidationPrice: { instrument, price } }),
  };
  return { loan, owed: owed.gaps, pledged: pledged.gaps };
}

interface CoinAmounts {
  readonly amounts: readonly CoinAmount[];
  readonly gaps: Gaps;
}

function toCoinAmounts(told: unknown): CoinAmounts {
  const { rows, odd } = schema.rowsOf(schema.coinAmount, Array.isArray(told) ? told : [told]);
  return withGaps(
    rows.map(({ ccy, amt }) => ({ coin: ccy, amount: amt })),
    odd.length > 0,
  );
}

/** A coin that is told twice in the same words is there once; told in two ways, in an amount that is not known. */
function withGaps(told: readonly { readonly coin: string; readonly amount: Decimal | undefined }[], unnamed: boolean): CoinAmounts {
  const once = schema.distinct(told);
  const unclear = once.filter(({ coin, amount }) => amount === undefined || once.filter((other) => other.coin === coin).length > 1);
  const coins = new Set(unclear.map(({ coin }) => coin));
  const amounts = once.flatMap(({ coin, amount }) => (amount === undefined || coins.has(coin) ? [] : [{ coin, amount }]));
  return { amounts, gaps: { coins, unnamed } };
}

export function optional<Name extends string>(name: Name, value: Decimal | undefined): Partial<Record<Name, Decimal>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Decimal>);
}

/** Prices and leverage are above zero. What OKX prints where there is none ("0", or below it) is not shown as one. */
export const aboveZero = (told: Decimal | undefined): Decimal | undefined => (told !== undefined && isPositive(told) ? told : undefined);

function toThreshold(ltv: Decimal | undefined): Threshold | undefined {
  return ltv === undefined ? undefined : { ltv, source: 'venue' };
}

/** A coin that OKX named among its collateral assets. */
export type Hint = Pick<v.InferOutput<typeof schema.collateralAsset>, 'amt' | 'notionalUsd'>;

/** The funding wallet as far as it is told. */
export interface WalletRead {
  readonly coins: readonly WalletCoin[];
  readonly gaps: Gaps;
}

/**
 * The funding wallet: what is available of each coin, with OKX's own valuation where it gave one for the same amount.
 * That OKX takes a coin is only said of those it named (`hints`); of the others nothing is known, since its list of collateral assets is by
 * now documented as what is pledged already: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan-get-collateral-assets
 */
export function toWallet({ rows, odd }: schema.Rows<v.InferOutput<typeof schema.balance>>, hints: ReadonlyMap<string, Hint>): WalletRead {
  const { amounts, gaps } = withGaps(
    rows.map(({ ccy, availBal }) => ({ coin: ccy, amount: availBal })),
    odd.length > 0,
  );
  const coins = amounts.map(({ coin, amount }) => {
    const hint = hints.get(coin);
    const isSame = hint?.amt !== undefined && compare(hint.amt, amount) === 0;
    return { coin, amount, ...(isSame ? optional('usd', hint.notionalUsd) : {}), ...(hint === undefined ? {} : { pledgeable: true }) };
  });
  return { coins, gaps };
}

/** Fills in USD values from OKX's index prices where it gave none of its own; these are estimates. */
export function withUsd<Amount extends CoinAmount>(amounts: readonly Amount[], prices: ReadonlyMap<string, Decimal>): readonly Amount[] {
  return amounts.map((one) => {
    const price = prices.get(one.coin);
    return one.usd !== undefined || price === undefined ? one : { ...one, usd: multiply(one.amount, price), usdEstimated: true };
  });
}

/** The same for both sides of a loan. */
export const withValues = (loan: Loan, prices: ReadonlyMap<string, Decimal>): Loan => ({
  ...loan,
  debts: withUsd(loan.debts, prices),
  collateral: withUsd(loan.collateral, prices),
});

/** USD index prices by coin, of the instruments `COIN-USD`. */
export function toPrices(tickers: readonly v.InferOutput<typeof schema.indexTicker>[]): ReadonlyMap<string, Decimal> {
  const prices = new Map<string, Decimal>();
  for (const { instId, idxPx } of tickers) {
    const price = aboveZero(idxPx);
    if (instId.endsWith('-USD') && price !== undefined) prices.set(instId.slice(0, -'-USD'.length), price);
  }
  return prices;
}

/** Rows that tell of something OKX did to the loan by itself. */
const forcedTypes: ReadonlySet<string> = new Set([
  'forced_repayment_buy',
  'forced_repayment_sell',
  'forced_liquidation',
  'partial_liquidation',
  'sell_collateral',
  'buy_transition_coin',
  'sell_transition_coin',
  'buy_borrowed_coin',
]);

export function toHistoryRow({ refId, type, ccy, amt, ts }: v.InferOutput<typeof schema.historyRow>): HistoryRow {
  return { id: refId, type, forced: forcedTypes.has(type), coin: ccy, amount: amt, at: ts };
}

export function toInterestRow(row: v.InferOutput<typeof schema.interestRow>): InterestRow {
  return {
    id: row.refId,
    coin: row.ccy,
    ...optional('debt', row.loan),
    interest: row.interest,
    ...optional('rate', row.interestRate),
    at: row.ts,
  };
}

const accountModes: Readonly<Record<string, Message>> = {
  '1': msg('spot mode'),
  '2': msg('futures mode'),
  '3': msg('multi-currency margin mode'),
  '4': msg('portfolio margin mode'),
};

export function toKeyFacts(config: v.InferOutput<typeof schema.accountConfig>[number]): KeyFacts {
  const rights = config.perm.split(',').map((right) => right.trim());
  const mode = accountModes[config.acctLv];
  return {
    ...(config.uid === '' ? {} : { uid: config.uid }),
    canRead: rights.includes('read_only'),
    canTrade: rights.includes('trade'),
    canWithdraw: rights.includes('withdraw'),
    boundAddresses: config.ip
      .split(',')
      .map((address) => address.trim())
      .filter((address) => address !== ''),
    ...(mode === undefined ? {} : { accountMode: mode }),
    ...(config.uid === '' || config.mainUid === '' ? {} : { subAccount: config.uid !== config.mainUid }),
  };
}
