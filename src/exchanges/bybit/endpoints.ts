import type { Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Pace, RateLimit } from '../http/limits.ts';
import type { Answer } from '../http/transport.ts';
import { isOverrun, quietMs, untilReset } from './envelope.ts';
import { blockedMachine } from '../refusals.ts';
import { venue } from './codes.ts';

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
  inventory: '/v5/crypto-loan-flexible/available-inventory',
  borrow: '/v5/crypto-loan-flexible/borrow',
  borrowings: '/v5/crypto-loan-flexible/borrow-history',
  repay: '/v5/crypto-loan-flexible/repay',
  sell: '/v5/crypto-loan-flexible/repay-collateral',
  repayments: '/v5/crypto-loan-flexible/repayment-history',
  repayFixed: '/v5/crypto-loan-fixed/fully-repay',
  sellFixed: '/v5/crypto-loan-fixed/repay-collateral',
  fixedRepayments: '/v5/crypto-loan-fixed/repayment-history',
  contracts: '/v5/crypto-loan-fixed/borrow-contract-info',
  fixedBorrowings: '/v5/crypto-loan-fixed/borrow-order-info',
  balances: '/v5/asset/transfer/query-account-coins-balance',
  key: '/v5/user/query-api',
  accountInfo: '/v5/account/info',
  unifiedWallet: '/v5/account/wallet-balance',
  positions: '/v5/position/list',
  addMargin: '/v5/position/add-margin',
  time: '/v5/market/time',
  tickers: '/v5/market/tickers',
} as const;

/** Of one address, whatever it asks for. Source: https://bybit-exchange.github.io/docs/v5/rate-limit */
export const machineLimit: RateLimit = { count: 600, intervalMs: 5_000 };

const everySecond = (count: number): RateLimit => ({ count, intervalMs: 1_000 });

const limits: Readonly<Record<string, RateLimit>> = {
  [endpoints.key]: everySecond(10),
  [endpoints.accountInfo]: everySecond(50),
  [endpoints.unifiedWallet]: everySecond(50),
  [endpoints.positions]: everySecond(50),
  [endpoints.addMargin]: everySecond(10),
  [endpoints.time]: everySecond(10),
  // Public, so that only the address counts; all accounts ask for the same prices.
  [endpoints.tickers]: machineLimit,
};

/**
 * The documented limit of an endpoint, by the rolling second. Endpoints that adjust, repay or borrow allow one request, loan endpoints that read five; those of
 * the old loans have no documented limit and get the same. Source: https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export function limitOf(path: string): RateLimit {
  return /\/(adjust-ltv|repay|fully-repay|repay-collateral|borrow)$/.test(path) ? everySecond(1) : (limits[path] ?? everySecond(5));
}

/** Limits are per second; a longer wait in a header is wrong. */
const longestHoldMs = 5_000;

/** Until when nothing is sent to each address. Shared by all accounts of a window, because the venue counts per machine. */
const quietUntil = new WeakMap<Clock, Map<string, number>>();

/** Obeys what Bybit says about limits: in its headers for an endpoint, and by HTTP 403 for the whole machine. */
export class BybitPace implements Pace {
  readonly #origin: string;
  readonly #clock: Clock;
  readonly #quiet: Map<string, number>;
  /** Until when an endpoint's limit is used up, by our clock. */
  readonly #spent = new Map<string, number>();

  constructor(origin: string, clock: Clock) {
    this.#origin = origin;
    this.#clock = clock;
    this.#quiet = quietUntil.get(clock) ?? new Map<string, number>();
    quietUntil.set(clock, this.#quiet);
  }

  before(path: string): number {
    const now = this.#clock.now();
    // A clock that was set back must not lengthen a wait.
    const quiet = Math.min((this.#quiet.get(this.#origin) ?? 0) - now, quietMs);
    if (quiet > 0) {
      this.#quiet.set(this.#origin, now + quiet);
      throw leftAlone(quiet);
    }
    const hold = Math.min((this.#spent.get(path) ?? 0) - now, longestHoldMs);
    if (hold <= 0) this.#spent.delete(path);
    return Math.max(hold, 0);
  }

  after(path: string, answer: Answer): void {
    const now = this.#clock.now();
    if (isOverrun(answer)) this.#quiet.set(this.#origin, now + quietMs);
    const ms = untilReset(answer);
    if (ms > 0) this.#spent.set(path, now + Math.min(ms, longestHoldMs));
  }
}

function leftAlone(ms: number): ExchangeError {
  return new ExchangeError({
    kind: 'rate',
    effect: 'none',
    retryAfterMs: ms,
    sentence: blockedMachine(venue, ms),
  });
}
