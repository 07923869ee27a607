import type * as v from 'valibot';
import { compare, multiply, type Decimal } from '../../core/decimal.ts';
import { msg, type Message } from '../../core/message.ts';
import type { CoinAmount, HistoryRow, InterestRow, Loan, Threshold, WalletCoin } from '../../core/model.ts';
import type { KeyFacts } from '../exchange.ts';
import type * as schema from './schema.ts';

/** OKX's words in, ours out. Nothing is computed here but a coin's USD value where OKX gives a price. */

type LoanInfo = v.InferOutput<typeof schema.loanInfo>;

/** The id of the one loan of an account whose answers carry no order ids. */
export const onlyLoan = 'only';

export function toLoans(info: LoanInfo): readonly Loan[] {
  const unnamed = info.filter(({ ordId }) => (ordId ?? '') === '').length;
  let count = 0;
  return info.map((element) => {
    if ((element.ordId ?? '') !== '') return toLoan(element, element.ordId ?? '');
    count += 1;
    return toLoan(element, unnamed === 1 && info.length === 1 ? onlyLoan : `unnamed-${count.toString()}`);
  });
}

function toLoan(element: LoanInfo[number], id: string): Loan {
  const { ordId = '', riskWarningData } = element;
  const marginCall = toThreshold(element.marginCallLTV);
  const liquidation = toThreshold(element.liqLTV);
  const instrument = riskWarningData?.instId ?? '';
  const price = riskWarningData?.liqPx;
  return {
    id,
    ...(ordId === '' ? {} : { orderId: ordId }),
    ...optional('ltv', element.curLTV),
    ...optional('debtUsd', element.loanNotionalUsd),
    ...optional('collateralUsd', element.collateralNotionalUsd),
    // After the discount rate, since December 2025. `haircuts` stay absent: OKX does not say by which rule it discounts here. Its public table
    // (discount-rate-interest-free-quota) is documented for the trading account, and nothing says that loans go by it.
    collateralValuation: 'adjusted',
    debts: element.loanData.map(toCoinAmount),
    collateral: element.collateralData.map(toCoinAmount),
    ...(marginCall === undefined ? {} : { marginCall }),
    ...(liquidation === undefined ? {} : { liquidation }),
    ...(instrument === '' || price === undefined ? {} : { liquidationPrice: { instrument, price } }),
  };
}

function optional<Name extends string>(name: Name, value: Decimal | undefined): Partial<Record<Name, Decimal>> {
  return value === undefined ? {} : ({ [name]: value } as Record<Name, Decimal>);
}

function toCoinAmount({ ccy, amt }: { readonly ccy: string; readonly amt: Decimal }): CoinAmount {
  return { coin: ccy, amount: amt };
}

function toThreshold(ltv: Decimal | undefined): Threshold | undefined {
  return ltv === undefined ? undefined : { ltv, source: 'venue' };
}

type Asset = v.InferOutput<typeof schema.collateralAssets>[number]['assets'][number];

/**
 * The funding wallet: what is available of each coin, with OKX's own valuation where it gave one for the same amount.
 * When OKX names no collateral assets at all (as it may for a user without loans) nothing is known about what it takes.
 */
export function toWallet(balances: v.InferOutput<typeof schema.balances>, assets: readonly Asset[]): readonly WalletCoin[] {
  const byCoin = new Map(assets.map((asset) => [asset.ccy, asset]));
  return balances.flatMap(({ ccy, availBal }) => {
    // An amount that is not told is no amount.
    if (availBal === undefined) return [];
    const asset = byCoin.get(ccy);
    return {
      coin: ccy,
      amount: availBal,
      ...(asset?.notionalUsd === undefined || compare(asset.amt, availBal) !== 0 ? {} : { usd: asset.notionalUsd }),
      ...(assets.length === 0 ? {} : { pledgeable: asset !== undefined }),
    };
  });
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
export function toPrices(tickers: v.InferOutput<typeof schema.indexTickers>): ReadonlyMap<string, Decimal> {
  const prices = new Map<string, Decimal>();
  for (const { instId, idxPx } of tickers) {
    if (instId.endsWith('-USD') && idxPx !== undefined) prices.set(instId.slice(0, -'-USD'.length), idxPx);
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

export function toHistoryRow({ refId, type, ccy, amt, ts }: v.InferOutput<typeof schema.loanHistory>[number]): HistoryRow {
  return { id: refId, type, forced: forcedTypes.has(type), coin: ccy, amount: amt, at: ts };
}

export function toInterestRow(row: v.InferOutput<typeof schema.interestAccrued>[number]): InterestRow {
  return { id: row.refId, coin: row.ccy, debt: row.loan, interest: row.interest, rate: row.interestRate, at: row.ts };
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
