import { decimal, divide, multiply, round, type Decimal } from '../../core/decimal.ts';
import { dayMs, hourMs, type Holding } from '../holdings.ts';
import { newMarket } from '../market.ts';
import { coins } from './coins.ts';
import type { FixedDebt, HeldPosition, LegacyOrder, Pool, Trading, UnifiedCoin, WorldState } from './state.ts';
import { contractOf } from './trading.ts';

const coin = (ccy: string, amt: string, orderIM = '0', locked = '0', bonus = '0'): UnifiedCoin => ({
  ccy,
  amt: decimal(amt),
  orderIM: decimal(orderIM),
  locked: decimal(locked),
  bonus: decimal(bonus),
});

/** The size and leverage of the position printed in the documentation of add-margin, and its entry. */
const printedEntry = decimal('1812.70004844');

/** Entry as a part of the price, or the printed one. */
const held: readonly (readonly [
  symbol: string,
  idx: number,
  side: 'Buy' | 'Sell',
  size: string,
  at: string,
  leverage: string,
  extra: string,
])[] = [
  ['BTCUSDT', 1, 'Buy', '0.5', '0.98', '10', '0'],
  ['BTCUSDT', 2, 'Sell', '0.2', '1.01', '5', '250'],
  ['ETHUSDT', 0, 'Buy', '3', '0.97', '3', '100.25'],
  ['BTCPERP', 0, 'Sell', '0.05', '1', '20', '100'],
  ['ETHUSD', 0, 'Buy', '200', 'printed', '12', '0.01'],
];

/** The initial unified account, at these prices in USD. Nothing in it is in danger at the start. */
export function initialTrading(prices: Readonly<Record<string, Decimal>>, now: number): Trading {
  const price = (ccy: string): Decimal => prices[ccy] ?? decimal('1');
  const positions = held.map(([symbol, positionIdx, side, size, at, leverage, extra], rank): HeldPosition => {
    const { base, settle, places } = contractOf({ symbol });
    const index = divide(price(base), price(settle), 12, 'half-up');
    const createdAt = now - (rank + 2) * 50 * hourMs;
    return {
      symbol,
      positionIdx,
      side,
      size: decimal(size),
      avgPrice: at === 'printed' ? printedEntry : round(multiply(index, decimal(at)), places, 'half-up'),
      leverage: decimal(leverage),
      extra: decimal(extra),
      createdAt,
      updatedAt: createdAt + hourMs,
    };
  });
  return {
    marginMode: 'ISOLATED_MARGIN',
    marginPrice: 'mark',
    coins: [coin('USDT', '20000.5', '150', '100', '10'), coin('USDC', '1500'), coin('ETH', '0.5'), coin('BTC', '0.25')],
    positions,
    changes: [],
    closed: [],
  };
}

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

/** What the initial state is made from. */
export interface InitialOptions {
  readonly seed: string;
  readonly walking: boolean;
  readonly now: number;
  readonly account?: 'invented' | 'published';
  /** Parts of the account that start differently. */
  readonly change?: Partial<Account>;
}

/** The initial state of the exchange. */
export function initialState({ seed, walking, now, account = 'invented', change = {} }: InitialOptions): WorldState {
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
    trading: begun.trading ?? initialTrading(prices, hour),
    repaid: [],
    cap: '0',
    begunAt: hour,
    accruedAt: hour,
    counted: 0,
  };
}
