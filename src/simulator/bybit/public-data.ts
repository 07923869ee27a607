import { add, decimal, divide, multiply, one as unit, subtract, withPlaces, type Decimal } from '../../core/decimal.ts';
import type { Market } from '../market.ts';
import { Refusal } from './answers.ts';
import { coins, collateralPlaces, legacyLtv, type Coin } from './coins.ts';
import { categories, indexPrice, markPrice } from './instruments.ts';
import { oneOf, optional, type Endpoint, type Question } from './endpoints.ts';
import { contractsIn } from './trading.ts';

/** Upper end of a bracket that has none. */
const endless = '99999999999';
/** Customer levels as documented. Everyone has the first one here. */
const vipLevels = ['VIP0', 'VIP1', 'VIP2', 'VIP3', 'VIP4', 'VIP5', 'VIP99', 'PRO1', 'PRO2', 'PRO3', 'PRO4', 'PRO5', 'PRO6'] as const;
const [vipLevel] = vipLevels;
const fixedTerms = ['7', '14', '30', '60', '90', '180'];

function wanted({ parameters }: Question): readonly Coin[] {
  const currency = optional(parameters, 'currency');
  return coins.filter(({ ccy }) => (currency ?? ccy) === ccy);
}

/** The requested levels; all without a filter. */
function levels({ parameters }: Question): readonly string[] {
  return optional(parameters, 'vipLevel') === undefined ? vipLevels : [oneOf(parameters, 'vipLevel', vipLevels)];
}

/** Each coin once for each level; a higher one may borrow more. */
function loanable(question: Question): Record<string, unknown> {
  const asked = levels(question);
  const list = wanted(question).flatMap(({ ccy, borrow }) => {
    if (borrow === undefined) return [];
    // The longest term is not on offer: no rate is printed for it.
    const rates = fixedTerms.map((days): [string, string] => [`annualizedInterestRate${days}D`, days === '180' ? '' : borrow.annualRate]);
    return asked.map((level) => ({
      currency: ccy,
      fixedBorrowable: true,
      flexibleBorrowable: true,
      fixedBorrowingAccuracy: borrow.places,
      flexibleBorrowingAccuracy: borrow.places,
      maxBorrowingAmount: level === vipLevel ? borrow.quota : multiply(borrow.quota, decimal('2')),
      minFixedBorrowingAmount: borrow.least,
      minFlexibleBorrowingAmount: borrow.least,
      vipLevel: level,
      flexibleAnnualizedInterestRate: borrow.annualRate,
      ...Object.fromEntries(rates),
    }));
  });
  return { list };
}

/** Coins with the same brackets are listed together. */
function collateral(question: Question): Record<string, unknown> {
  const groups = new Map<string, { currencies: string; collateralRatioList: unknown }>();
  const { conditions } = question.world;
  const accepted = wanted(question).filter(({ ccy, brackets }) => brackets !== undefined && !conditions.is('coin-refused', ccy));
  for (const { ccy, brackets = [] } of accepted) {
    const collateralRatioList = brackets.map(({ aboveUsd, ratio }, index) => ({
      collateralRatio: ratio,
      minValue: aboveUsd,
      maxValue: brackets[index + 1]?.aboveUsd ?? endless,
    }));
    const key = JSON.stringify(collateralRatioList);
    const group = groups.get(key);
    groups.set(key, { currencies: group === undefined ? ccy : `${group.currencies},${ccy}`, collateralRatioList });
  }
  return {
    collateralRatioConfigList: [...groups.values()],
    currencyLiquidationList: accepted.map(({ ccy, liquidationOrder }) => ({ currency: ccy, liquidationOrder })),
  };
}

function legacyCollateral(question: Question): Record<string, unknown> {
  const list = wanted(question)
    .filter((coin) => coin.brackets !== undefined)
    .map(({ ccy, startPrice }) => ({
      currency: ccy,
      collateralAccuracy: collateralPlaces,
      initialLTV: legacyLtv.initial,
      marginCallLTV: legacyLtv.marginCall,
      liquidationLTV: legacyLtv.liquidation,
      maxLimit: divide(decimal('1000000'), startPrice, 0, 'up'),
    }));
  const level = optional(question.parameters, 'vipLevel') ?? vipLevel;
  return { vipCoinList: [{ list, vipLevel: level }] };
}

function legacyLoanable(question: Question): Record<string, unknown> {
  const level = optional(question.parameters, 'vipLevel') ?? vipLevel;
  const list = wanted(question).flatMap(({ ccy, borrow }) => {
    if (borrow === undefined) return [];
    const amounts = { minBorrowingAmount: borrow.least, maxBorrowingAmount: borrow.quota };
    return [{ currency: ccy, borrowingAccuracy: borrow.places, flexibleHourlyInterestRate: borrow.hourlyRate, ...amounts }];
  });
  return { vipCoinList: [{ list, vipLevel: level }] };
}

const fundingMs = 28_800_000;
const quotes = ['USDT', 'USDC'];
/** The smallest step of a price. */
const tick = (places: number): Decimal => divide(unit, decimal(`1${'0'.repeat(places)}`), places, 'up');

function tickers({ world: { market }, parameters, now }: Question): Record<string, unknown> {
  const category = oneOf(parameters, 'category', ['spot', ...categories]);
  const symbol = optional(parameters, 'symbol');
  const list = category === 'spot' ? spotTickers(market, symbol) : contractTickers(category, market, symbol, now);
  if (list.length === 0) throw new Refusal('10001', 'symbol');
  return { category, list };
}

function contractTickers(category: string, market: Market, symbol: string | undefined, now: number): Record<string, unknown>[] {
  return contractsIn(category, symbol === undefined ? undefined : [symbol], undefined).map((contract) => {
    const [index, mark] = [indexPrice(contract, market), markPrice(contract, market)].map((price) => withPlaces(price, contract.places));
    const nextFundingTime = ((Math.floor(now / fundingMs) + 1) * fundingMs).toString();
    return {
      symbol: contract.symbol,
      lastPrice: mark,
      indexPrice: index,
      markPrice: mark,
      bid1Price: index,
      ask1Price: mark,
      fundingRate: contract.premium,
      nextFundingTime,
      deliveryTime: '0',
    };
  });
}

function spotTickers(market: Market, symbol: string | undefined): Record<string, unknown>[] {
  return coins.flatMap(({ ccy, pricePlaces }) =>
    quotes
      .filter((quote) => quote !== ccy && (symbol ?? `${ccy}${quote}`) === `${ccy}${quote}` && `${ccy}${quote}` !== 'USDTUSDC')
      .map((quote) => {
        const last = divide(market.price(ccy), market.price(quote), pricePlaces, 'half-up');
        return {
          symbol: `${ccy}${quote}`,
          lastPrice: last,
          bid1Price: subtract(last, tick(pricePlaces)),
          ask1Price: add(last, tick(pricePlaces)),
          usdIndexPrice: quote === 'USDT' ? market.price(ccy) : '',
        };
      }),
  );
}

/** What doesn't depend on the caller. */
export const publicEndpoints: readonly Endpoint[] = [
  { method: 'GET', access: 'public', path: '/v5/crypto-loan-common/loanable-data', answer: loanable },
  { method: 'GET', access: 'public', path: '/v5/crypto-loan-common/collateral-data', answer: collateral },
  { method: 'GET', access: 'public', legacy: true, path: '/v5/crypto-loan/loanable-data', answer: legacyLoanable },
  { method: 'GET', access: 'public', legacy: true, path: '/v5/crypto-loan/collateral-data', answer: legacyCollateral },
  { method: 'GET', access: 'public', path: '/v5/market/tickers', answer: tickers },
  {
    method: 'GET',
    access: 'public',
    path: '/v5/market/time',
    answer: ({ now }) => ({ timeSecond: Math.floor(now / 1000).toString(), timeNano: `${now.toString()}000000` }),
  },
];
