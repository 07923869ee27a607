import type { RateLimit } from '../http/limits.ts';

/** Paths as documented: https://bybit-exchange.github.io/docs/v5/new-crypto-loan/ and the market, user, asset, account and position pages. */
const common = '/v5/crypto-loan-common';

export const endpoints = {
  position: `${common}/position`,
  collateralData: `${common}/collateral-data`,
  loanableData: `${common}/loanable-data`,
  maxCollateral: `${common}/max-collateral-amount`,
  adjust: `${common}/adjust-ltv`,
  adjustments: `${common}/adjustment-history`,
  maxLoan: `${common}/max-loan`,
  flexibleDebts: '/v5/crypto-loan-flexible/ongoing-coin',
  borrowings: '/v5/crypto-loan-flexible/borrow-history',
  repayments: '/v5/crypto-loan-flexible/repayment-history',
  fixedRepayments: '/v5/crypto-loan-fixed/repayment-history',
  contracts: '/v5/crypto-loan-fixed/borrow-contract-info',
  balances: '/v5/asset/transfer/query-account-coins-balance',
  key: '/v5/user/query-api',
  accountInfo: '/v5/account/info',
  unifiedWallet: '/v5/account/wallet-balance',
  positions: '/v5/position/list',
  addMargin: '/v5/position/add-margin',
  time: '/v5/market/time',
  tickers: '/v5/market/tickers',
} as const;

const everySecond = (count: number): RateLimit => ({ count, intervalMs: 1_000 });

const limits: Readonly<Record<string, RateLimit>> = {
  [endpoints.key]: everySecond(10),
  [endpoints.accountInfo]: everySecond(50),
  [endpoints.unifiedWallet]: everySecond(50),
  [endpoints.positions]: everySecond(50),
  [endpoints.addMargin]: everySecond(10),
  [endpoints.time]: everySecond(10),
};

/**
 * The documented limit of an endpoint, by the rolling second. Whatever adjusts may be asked once, the loan endpoints that read
 * five times; those of the old loans have no printed limit and get the same.
 * Source: https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export function limitOf(path: string): RateLimit {
  return path.endsWith('/adjust-ltv') ? everySecond(1) : (limits[path] ?? everySecond(5));
}
