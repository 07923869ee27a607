import type { RateLimit } from '../http/limits.ts';

/**
 * Paths as documented: https://www.okx.com/docs-v5/en/#financial-product-flexible-loan, #trading-account-rest-api and the funding, market
 * and public data pages.
 */
const loans = '/api/v5/finance/flexible-loan';

export const endpoints = {
  borrowCurrencies: `${loans}/borrow-currencies`,
  collateralAssets: `${loans}/collateral-assets`,
  maxLoan: `${loans}/max-loan`,
  maxRedeem: `${loans}/max-collateral-redeem-amount`,
  adjustCollateral: `${loans}/adjust-collateral`,
  repay: `${loans}/repay`,
  borrow: `${loans}/borrow`,
  loanInfo: `${loans}/loan-info`,
  loanHistory: `${loans}/loan-history`,
  interestAccrued: `${loans}/interest-accrued`,
  accountConfig: '/api/v5/account/config',
  positions: '/api/v5/account/positions',
  bills: '/api/v5/account/bills',
  marginBalance: '/api/v5/account/position/margin-balance',
  leverageInfo: '/api/v5/account/adjust-leverage-info',
  tradingBalance: '/api/v5/account/balance',
  balances: '/api/v5/asset/balances',
  time: '/api/v5/public/time',
  status: '/api/v5/system/status',
  instruments: '/api/v5/public/instruments',
  indexTickers: '/api/v5/market/index-tickers',
} as const;

const limits: Readonly<Record<string, RateLimit>> = {
  [endpoints.repay]: { count: 2, intervalMs: 2_000 },
  [endpoints.borrow]: { count: 2, intervalMs: 2_000 },
  [endpoints.balances]: { count: 6, intervalMs: 1_000 },
  [endpoints.positions]: { count: 10, intervalMs: 2_000 },
  [endpoints.bills]: { count: 5, intervalMs: 1_000 },
  [endpoints.marginBalance]: { count: 20, intervalMs: 2_000 },
  [endpoints.tradingBalance]: { count: 10, intervalMs: 2_000 },
  [endpoints.instruments]: { count: 20, intervalMs: 2_000 },
  [endpoints.time]: { count: 10, intervalMs: 2_000 },
  [endpoints.status]: { count: 1, intervalMs: 5_000 },
  [endpoints.indexTickers]: { count: 20, intervalMs: 2_000 },
};

/** The documented limit of an endpoint; the loan endpoints, account/config and adjust-leverage-info share the same figures. */
export function limitOf(path: string): RateLimit {
  return limits[path] ?? { count: 5, intervalMs: 2_000 };
}
