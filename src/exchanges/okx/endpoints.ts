import type { RateLimit } from '../limiter.ts';

/** Paths as documented: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan and the account, funding and market pages. */
const loans = '/api/v5/finance/flexible-loan';

export const endpoints = {
  borrowCurrencies: `${loans}/borrow-currencies`,
  collateralAssets: `${loans}/collateral-assets`,
  maxLoan: `${loans}/max-loan`,
  maxRedeem: `${loans}/max-collateral-redeem-amount`,
  adjustCollateral: `${loans}/adjust-collateral`,
  loanInfo: `${loans}/loan-info`,
  loanHistory: `${loans}/loan-history`,
  interestAccrued: `${loans}/interest-accrued`,
  accountConfig: '/api/v5/account/config',
  balances: '/api/v5/asset/balances',
  time: '/api/v5/public/time',
  indexTickers: '/api/v5/market/index-tickers',
} as const;

const limits: Readonly<Record<string, RateLimit>> = {
  [endpoints.balances]: { count: 6, intervalMs: 1_000 },
  [endpoints.time]: { count: 10, intervalMs: 2_000 },
  [endpoints.indexTickers]: { count: 20, intervalMs: 2_000 },
};

/** The documented limit of an endpoint; the loan endpoints and account/config share the same figures. */
export function limitOf(path: string): RateLimit {
  return limits[path] ?? { count: 5, intervalMs: 2_000 };
}
