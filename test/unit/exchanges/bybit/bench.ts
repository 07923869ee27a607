import { readFileSync } from 'node:fs';
import path from 'node:path';
import { decimal } from '../../../../src/core/decimal.ts';
import type { Account } from '../../../../src/core/model.ts';
import type { CollateralChange, Connection, LoanRef, RepayChange } from '../../../../src/exchanges/exchange.ts';
import { connectBybit } from '../../../../src/exchanges/bybit/connect.ts';
import { canary, FakeFetch, HastyClock } from '../bench.ts';

export const pool: LoanRef = { loanId: 'pool' };
export const order: LoanRef = { loanId: '1793683005081680384', orderId: '1793683005081680384' };

/** The body of a sample answer in test/fixtures/bybit. */
export function fixture(name: string): string {
  return readFileSync(path.join(process.cwd(), 'test/fixtures/bybit', `${name}.json`), 'utf8');
}

/** The time of all answers here. Milliseconds. */
export const venueTime = 1_752_628_288_472;

/** An envelope of success around a result that is written as it is, so that its numbers keep their digits. */
export const successText = (result: string): string =>
  `{"retCode":0,"retMsg":"OK","result":${result},"retExtInfo":{},"time":${venueTime.toString()}}`;
export const success = (result: object): string => successText(JSON.stringify(result));
export const refusal = (code: string, words = ''): string =>
  `{"retCode":${code},"retMsg":${JSON.stringify(words)},"result":{},"retExtInfo":{},"time":${venueTime.toString()}}`;

/** A connection to a faked Bybit, and everything around it. */
export function bench(site = 'global', clock = new HastyClock(), thresholds?: () => Account['thresholds']) {
  const venue = new FakeFetch();
  const trace: string[] = [];
  const connection: Connection = connectBybit({
    account: { site, ...(site === 'loopback' ? { baseUrl: 'http://127.0.0.1:9000' } : {}) },
    keys: async () => canary,
    clock,
    fetch: venue.fetch,
    trace: (line) => trace.push(line),
    ...(thresholds === undefined ? {} : { thresholds }),
  });
  return { venue, clock, trace, connection };
}

/** A venue that answers with the samples. Without old orders by default. */
export function sampled(site?: string, thresholds?: () => Account['thresholds']) {
  const one = bench(site, undefined, thresholds);
  one.venue
    .on('/crypto-loan-common/position', fixture('position'))
    .on('/crypto-loan-common/collateral-data', fixture('collateral-data'))
    .on('/crypto-loan-common/loanable-data', fixture('loanable-data'))
    .on('/crypto-loan-common/max-collateral-amount', fixture('max-collateral-amount'))
    .on('/crypto-loan-common/max-loan', fixture('max-loan'))
    .on('/crypto-loan-common/adjust-ltv', fixture('adjust-ltv'))
    .on('/crypto-loan-common/adjustment-history', fixture('adjustment-history'))
    .on('/crypto-loan-flexible/ongoing-coin', fixture('ongoing-coin'))
    .on('/crypto-loan-flexible/repay', fixture('repay'))
    .on('/crypto-loan-flexible/borrow-history', fixture('borrow-history'))
    .on('/crypto-loan-flexible/borrow', fixture('borrow'))
    .on('/crypto-loan-flexible/repayment-history', fixture('repayment-history'))
    .on('/crypto-loan-fixed/repayment-history', fixture('fixed-repayment-history'))
    .on('/crypto-loan-fixed/fully-repay', fixture('repay'))
    .on('/crypto-loan-fixed/borrow-contract-info', fixture('borrow-contract-info'))
    .on('/crypto-loan-fixed/borrow-order-info', fixture('borrow-order-info'))
    .on('/query-account-coins-balance', fixture('query-account-coins-balance'))
    .on('/user/query-api', fixture('query-api'))
    .on('/market/tickers', fixture('tickers'))
    .on('/market/time', fixture('time'))
    .on('/crypto-loan/ongoing-orders', refusal('10017', 'Route not found.'))
    .on('/crypto-loan/max-collateral-amount', fixture('legacy-max-collateral-amount'))
    .on('/crypto-loan/adjust-ltv', fixture('legacy-adjust-ltv'))
    .on('/crypto-loan/adjustment-history', fixture('legacy-adjustment-history'))
    .on('/crypto-loan/repay', fixture('legacy-repay'))
    .on('/crypto-loan/loanable-data', fixture('legacy-loanable-data'))
    .on('/crypto-loan/borrow-history', fixture('legacy-borrow-history'))
    .on('/crypto-loan/repayment-history', fixture('legacy-repayment-history'))
    .on('/crypto-loan/collateral-data', fixture('legacy-collateral-data'));
  return one;
}

/** Where the table has its thresholds from. */
const from = { url: 'https://www.bybit.com/en/help-center/article/FAQ-Crypto-Loan', date: '2026-11-20' };
export const table = {
  marginCall: { ltv: '0.85', source: 'table', from },
  liquidation: { ltv: '0.92', source: 'table', from },
};

export const repayment = (more: Partial<RepayChange> = {}): RepayChange => ({
  kind: 'repay',
  loan: pool,
  direction: 'add',
  coin: 'BTC',
  amount: decimal('0.005'),
  all: false,
  requestId: '0123456789abcdef0123456789abcdef',
  ...more,
});

export const change = (more: Partial<CollateralChange> = {}): CollateralChange => ({
  kind: 'collateral',
  loan: pool,
  direction: 'add',
  coin: 'BTC',
  amount: decimal('0.08'),
  ...more,
});
