import { decimal, type Decimal } from '../../src/core/decimal.ts';
import { msg } from '../../src/core/message.ts';
import type { Account, Loan, Position, Snapshot } from '../../src/core/model.ts';
import { barePosition } from '../bare-position.ts';
import type { Past } from './past.ts';

// What is true in the simulated world. All figures are whole numbers: prices in cents, LTV in millionths.

export const stepMs = 5_000;

export interface LoanFacts {
  readonly id: string;
  readonly coin: string;
  /** Pledged, in whole coins. */
  readonly amount: number;
  /** Cents. */
  readonly debt: number;
  /** Millionths; absent where the venue tells none. */
  readonly marginCall?: number;
  readonly liquidation: number;
}

/** A long. */
export interface PositionFacts {
  readonly id: string;
  readonly coin: string;
  /** Cents. */
  readonly liquidationPrice: number;
}

export interface AccountFacts {
  readonly account: Account;
  readonly loans: readonly LoanFacts[];
  readonly positions: readonly PositionFacts[];
}

/**
 * How the venue fails: `outage` nobody answers, `busy` it says that it can't serve (50013), `limit` too many requests (50011, 10006), `time`
 * it refuses our time (50102), `partial` it can't tell loans and positions, `flaky` half of the requests get lost, `slow` answers take their time.
 */
export type FaultKind = 'outage' | 'busy' | 'limit' | 'time' | 'partial' | 'flaky' | 'slow';

/** Times are milliseconds since the world began. */
export interface VenueFault {
  readonly kind: FaultKind;
  readonly from: number;
  readonly to: number;
}

/** By coin, one price for each step, in cents. */
export type Prices = Readonly<Record<string, readonly number[]>>;

export class Market {
  readonly accounts: readonly AccountFacts[];
  readonly faults: readonly VenueFault[];
  /** What it tells of the past, where that is looked at. */
  readonly past: Past | undefined;
  readonly #prices: Prices;

  constructor(accounts: readonly AccountFacts[], prices: Prices, faults: readonly VenueFault[], past?: Past) {
    this.past = past;
    this.accounts = accounts;
    this.faults = faults;
    this.#prices = prices;
  }

  facts(id: string): AccountFacts {
    const found = this.accounts.find(({ account }) => account.id === id);
    if (found === undefined) throw new RangeError(`there is no account ${id}`);
    return found;
  }

  /** Cents. @param at milliseconds since the world began, as below */
  price(coin: string, at: number): number {
    const path = this.#prices[coin] ?? [];
    return path[Math.min(Math.floor(at / stepMs), path.length - 1)] ?? 100;
  }

  /** Millionths, rounded as the venue does. */
  ltv({ coin, amount, debt }: LoanFacts, at: number): number {
    return Math.round((debt * 1e6) / (amount * this.price(coin, at)));
  }

  faultAt(at: number): FaultKind | undefined {
    return this.faults.find(({ from, to }) => from <= at && at < to)?.kind;
  }

  /** When a request could last not be answered in full, up to then. */
  lastFailing(at: number): number {
    const ends = this.faults.filter(({ kind, from }) => kind !== 'slow' && from <= at).map(({ to }) => Math.min(to, at));
    return Math.max(...ends, 0);
  }

  snapshot(id: string, at: number, asOf: number): Snapshot {
    const { loans, positions } = this.facts(id);
    const isPartial = this.faultAt(at) === 'partial';
    const trouble = msg('test', 'Not told.');
    return {
      loans: isPartial ? [] : loans.map((loan) => this.#loan(loan, at)),
      positions: isPartial ? [] : positions.map((position) => this.#position(position, at)),
      wallet: [],
      prices: this.prices(
        [...loans, ...positions].map(({ coin }) => coin),
        at,
      ),
      asOf,
      ...(isPartial ? { loansTrouble: trouble, positionsTrouble: trouble } : {}),
    };
  }

  prices(coins: readonly string[], at: number): Readonly<Record<string, Decimal>> {
    return { ...Object.fromEntries(coins.map((coin) => [coin, cents(this.price(coin, at))])), USDT: decimal('1') };
  }

  #loan(loan: LoanFacts, at: number): Loan {
    const { id, coin, amount, debt, marginCall, liquidation } = loan;
    const usd = cents(amount * this.price(coin, at));
    return {
      id,
      ...(this.past === undefined ? {} : { orderId: id }),
      ltv: millionths(this.ltv(loan, at)),
      debtUsd: cents(debt),
      collateralUsd: usd,
      collateralValuation: 'raw',
      debts: [{ coin: 'USDT', amount: cents(debt) }],
      collateral: [{ coin, amount: decimal(String(amount)), usd }],
      ...(marginCall === undefined ? {} : { marginCall: { ltv: millionths(marginCall), source: 'venue' } }),
      liquidation: { ltv: millionths(liquidation), source: 'venue' },
    };
  }

  #position({ id, coin, liquidationPrice }: PositionFacts, at: number): Position {
    return {
      ...barePosition,
      positionId: id,
      instrument: `${coin}-USDT-SWAP`,
      ...{ sizeCoin: coin, exposure: decimal('1'), baseCoin: coin },
      markPrice: cents(this.price(coin, at)),
      liquidationPrice: cents(liquidationPrice),
    };
  }
}

const cents = (amount: number): Decimal => decimal((amount / 100).toFixed(2));
export const millionths = (share: number): Decimal => decimal((share / 1e6).toFixed(6));
