import { decimal, type Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import { hourMs } from '../interest.ts';
import { newMarket } from '../market.ts';
import { coins } from './coins.ts';
import { firstTrading } from './first-trading.ts';
import type { FixedDebt, LegacyOrder, Pool, Trading, WorldState } from './state.ts';

const dayMs = 24 * hourMs;

const holding = (ccy: string, amt: string): Holding => ({ ccy, amt: decimal(amt) });

/** What one account has, and the prices it has it at. */
export interface Account {
  readonly wallet: readonly Holding[];
  readonly pool: Pool;
  readonly legacyOrders: readonly LegacyOrder[];
  readonly trading?: Trading;
  /** USD; a coin that is not named starts at its usual price. */
  readonly prices: Readonly<Record<string, Decimal>>;
}

const wallet: readonly Holding[] = [
  holding('BTC', '1.7921483143067599'),
  holding('ETH', '1.9400755578876945'),
  holding('USDT', '2063.9795959720319628'),
  holding('SOL', '40'),
  holding('MNT', '100'),
];

function contract(loanId: string, amt: string, borrowedAt: number, interestPaid: string): FixedDebt {
  return {
    loanId,
    orderId: '13007',
    ccy: 'ETH',
    principal: decimal(amt),
    penalty: decimal('0'),
    interestPaid: decimal(interestPaid),
    annualRate: decimal('0.022'),
    termDays: 30,
    borrowedAt,
    repayType: '1',
  };
}

/** An invented account: a pool with debts of both kinds, and one order left over from the older generation. */
function inventedAccount(hour: number): Account {
  return {
    wallet,
    pool: {
      flexible: [{ ccy: 'USDT', principal: decimal('12000'), interest: decimal('3.21') }],
      fixed: [contract('571', '1.4', hour - 24 * dayMs, '0.002531506849315069')],
      collateral: [holding('BTC', '0.25'), holding('ETH', '4'), holding('SOL', '50')],
      supply: [holding('USDC', '500')],
    },
    legacyOrders: [
      {
        orderId: '1793683005081680384',
        loan: holding('USDT', '2000'),
        interest: decimal('0.04016'),
        hourlyRate: decimal('0.0000010633'),
        collateral: holding('BTC', '0.05'),
      },
    ],
    prices: {},
  };
}

/** The account printed in the documentation of the newer loan, at prices that give its printed figures to the cent. */
function publishedAccount(hour: number): Account {
  return {
    wallet,
    pool: {
      flexible: [{ ccy: 'BTC', principal: decimal('0.088'), interest: decimal('0.00000022') }],
      fixed: [contract('570', '0.1', hour - dayMs, '0.00018082191780822')],
      collateral: [holding('BTC', '0.12'), holding('ETH', '2'), holding('USDT', '4002.12'), holding('USDC', '1000')],
      supply: [holding('USDT', '800.13041095890410959')],
    },
    legacyOrders: [],
    prices: { BTC: decimal('106310.84'), ETH: decimal('2828.01'), USDC: decimal('0.906') },
  };
}

/** How the first day begins. */
export interface FirstDay {
  readonly seed: string;
  readonly walking: boolean;
  readonly now: number;
  readonly account?: 'invented' | 'published';
  /** Parts of the account to begin with otherwise. */
  readonly change?: Partial<Account>;
}

/** A world as it is on the first day. */
export function firstDay({ seed, walking, now, account = 'invented', change = {} }: FirstDay): WorldState {
  const hour = Math.floor(now / hourMs) * hourMs;
  const begun: Account = { ...(account === 'published' ? publishedAccount(hour) : inventedAccount(hour)), ...change };
  const market = newMarket(coins, seed, walking, now);
  const prices = { ...market.prices, ...begun.prices };
  return {
    version: 'bybit-1',
    market: { ...market, prices, anchors: prices },
    wallet: begun.wallet,
    pool: begun.pool,
    legacyOrders: begun.legacyOrders,
    adjustments: [],
    trading: begun.trading ?? firstTrading(prices, hour),
    repaid: [],
    cap: '0',
    begunAt: hour,
    accruedAt: hour,
    counted: 0,
  };
}
