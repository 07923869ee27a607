import type * as v from 'valibot';
import { compare, isPositive, type Decimal } from '../../core/decimal.ts';
import type { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount, HistoryRow, InterestRow, Loan, Threshold, WalletCoin } from '../../core/model.ts';
import { lineAt, optional } from '../kit/parts.ts';
import * as schema from './schema.ts';
import { heldIn, leftOut } from '../refusals.ts';
import { venue, fundingAccount } from './codes.ts';

/** OKX's words about loans in, ours out. Nothing is computed here. */

type LoanRow = v.InferOutput<typeof schema.loan>;

/** The id of the one loan of an account whose answers carry no order ids. */
export const onlyLoan = 'only';

/** A loan, and what of it was unreadable. */
export interface LoanRead {
  readonly loan: Loan;
  readonly owed: Gaps;
  readonly pledged: Gaps;
}

/** What is missing from a list of coins. */
export interface Gaps {
  /** Coins with an unknown amount: invalid, or contradicting. */
  readonly coins: ReadonlySet<string>;
  /** There are more, without a readable name. */
  readonly unnamed: boolean;
}

export const isWhole = ({ coins, unnamed }: Gaps): boolean => coins.size === 0 && !unnamed;

/**
 * @param others how many more, unreadable loans there are: with any, no loan is the only one
 */
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
    // From the total of all coins but only some of the coins, the recovered discount rate would be too high.
    ...(isWhole(pledged.gaps) ? optional('collateralUsd', row.collateralNotionalUsd) : {}),
    // After the discount rate, since December 2025. `haircuts` stay absent: OKX does not say by which rule it discounts here. Its public table
    // (discount-rate-interest-free-quota) is documented for the trading account, and nothing says that loans use it.
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

/** A coin that appears twice identically counts once; with two different amounts its amount is unknown. */
function withGaps(told: readonly { readonly coin: string; readonly amount: Decimal | undefined }[], unnamed: boolean): CoinAmounts {
  const once = schema.distinct(told);
  const unclear = once.filter(({ coin, amount }) => amount === undefined || once.filter((other) => other.coin === coin).length > 1);
  const coins = new Set(unclear.map(({ coin }) => coin));
  const amounts = once.flatMap(({ coin, amount }) => (amount === undefined || coins.has(coin) ? [] : [{ coin, amount }]));
  return { amounts, gaps: { coins, unnamed } };
}

/** Prices and leverage are above zero. What OKX prints where there is none ("0", or below it) is not shown as one. */
export const aboveZero = (told: Decimal | undefined): Decimal | undefined => (told !== undefined && isPositive(told) ? told : undefined);

function toThreshold(told: Decimal | undefined): Threshold | undefined {
  const ltv = lineAt(told);
  return ltv === undefined ? undefined : { ltv, source: 'venue' };
}

/** A coin that OKX named among its collateral assets. */
export type Hint = Pick<v.InferOutput<typeof schema.collateralAsset>, 'amt' | 'notionalUsd'>;

/** The funding wallet as far as known. */
export interface WalletRead {
  readonly coins: readonly WalletCoin[];
  readonly gaps: Gaps;
}

/**
 * The funding wallet: what is available of each coin, with OKX's own valuation where it gave one for the same amount. OKX says only of those it
 * named (`hints`) that it accepts them; the others are unknown, since its list of collateral assets is now documented as what is already pledged:
 * https://www.okx.com/docs-v5/en/#financial-product-flexible-loan-get-collateral-assets
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

/** USD index prices by coin, of the instruments `COIN-USD`. */
export function toPrices(tickers: readonly v.InferOutput<typeof schema.indexTicker>[]): ReadonlyMap<string, Decimal> {
  const prices = new Map<string, Decimal>();
  for (const { instId, idxPx } of tickers) {
    const price = aboveZero(idxPx);
    if (instId.endsWith('-USD') && price !== undefined) prices.set(instId.slice(0, -'-USD'.length), price);
  }
  return prices;
}

/** Rows of what OKX did without a request. */
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

/**
 * Codes that mean that this account can't have loans: not in demo trading (50038), not in its country or region (50051, 50052, 51155, 51734), not
 * for a sub-account (51735). Source: https://www.okx.com/docs-v5/en/#error-code-rest-api
 */
const noneHere: ReadonlySet<string> = new Set(['50038', '50051', '50052', '51155', '51734', '51735']);

/** For a missing endpoint the HTTP status replaces the code. */
const noEndpoint: ReadonlySet<string> = new Set(['404', '405', '410']);

/** Whether reading loans will fail in the same way tomorrow: then it is a property of the account, not an error. */
export function isStandingAbsence({ code = '' }: ExchangeError): boolean {
  return noneHere.has(code) || noEndpoint.has(code);
}

/** The absence in words, with OKX's own reason. */
export function noLoans({ sentence }: ExchangeError): Message {
  return msg('okx.no-loans', 'This account has no loans here. {0}', sentence);
}

/**
 * @param odd how many loans are unreadable
 */
export function loansTrouble(loans: readonly LoanRead[], odd: number): Message | undefined {
  const partly = loans.flatMap(({ loan, owed, pledged }) => {
    const what = unread({ coins: new Set([...owed.coins, ...pledged.coins]), unnamed: owed.unnamed || pledged.unnamed });
    return what === '' ? [] : [msg('okx.parts-of-loan', 'parts of loan {0} ({1})', loan.id, what)];
  });
  const what = listed([...(odd === 0 ? [] : [msg('okx.loans', 'loans ({0})', odd.toString())]), ...partly]);
  return what === '' ? undefined : leftOut(venue, what);
}

export function walletTrouble({ gaps }: WalletRead): Message | undefined {
  const what = unread(gaps);
  return what === '' ? undefined : leftOut(venue, heldIn(fundingAccount, what));
}

const unread = ({ coins, unnamed }: Gaps): string | Message =>
  listed([...coins, ...(unnamed ? [msg('okx.unnamed-coin', 'an unnamed coin')] : [])]);

const listed = (parts: readonly (string | Message)[]): string | Message =>
  parts.reduce<string | Message>((text, part) => (text === '' ? part : msg('list.comma', '{0}, {1}', text, part)), '');
