import { add, compare, decimal, divide, multiply, negate, one, round, subtract, zero, type Decimal } from '../../core/decimal.ts';
import { dayMs, hourMs, type Holding } from '../holdings.ts';
import { newMarket, nextRandom, seedFrom, type Market } from '../market.ts';
import { coins, knownCoin } from './coins.ts';
import { knownInstrument, pricesOf } from './instruments.ts';
import { worth } from './position-figures.ts';
import {
  References,
  type HistoryRow,
  type HistoryType,
  type InterestRow,
  type OpenPosition,
  type Order,
  type TradingState,
  type WorldState,
} from './state.ts';
import { hourlyInterest } from './valuation.ts';

type Row = readonly [
  instId: string,
  side: OpenPosition['side'],
  /** Contracts; for MARGIN coins of the base. */
  size: string,
  /** Entry price over today's index price. */
  entry: string,
  lever: string,
  /** Margin over initial margin; absent for cross. */
  margin?: string,
];

/** Newest first. At the initial prices liquidation is between 9 % and 40 % away. */
const rows: readonly Row[] = [
  ['ETH-USDT-SWAP', 'long', '40', '1.015', '10', '1.05'],
  ['BTC-USDT-SWAP', 'long', '50', '0.98', '5', '1.1'],
  ['BTC-USDT-SWAP', 'short', '20', '1.01', '3', '1.1'],
  ['BTC-USDT', 'long', '0.1', '0.97', '3', '1.15'],
  ['SOL-USDT-SWAP', 'short', '100', '1.02', '5'],
  ['ETH-USDT', 'short', '2', '1.02', '5', '1.05'],
  ['BTC-USD-SWAP', 'long', '100', '0.99', '3', '1.2'],
];

const initialTradingWallet: readonly Holding[] = [
  { ccy: 'USDT', amt: decimal('6000') },
  { ccy: 'BTC', amt: decimal('0.05') },
  { ccy: 'ETH', amt: decimal('1.2') },
];

/** The initial trading account. Entries follow today's prices, so that a world that is older begins calmly too. */
export function initialTrading(market: Market, now: number): TradingState {
  const hour = Math.floor(now / hourMs) * hourMs;
  const positions = rows.map(([instId, side, size, entry, lever, margin], index): OpenPosition => {
    const instrument = knownInstrument(instId);
    const avgPx = round(multiply(pricesOf(instrument, market).index, decimal(entry)), instrument.pricePlaces, 'half-up');
    const at = hour - (index + 1) * 26 * hourMs;
    const bare = {
      posId: (1_752_810_569_801_498_640n - BigInt(index)).toString(),
      instId,
      side,
      mgnMode: margin === undefined ? ('cross' as const) : ('isolated' as const),
      pos: decimal(size),
      avgPx,
      lever: decimal(lever),
      margin: zero,
      liab: zero,
      openedAt: at,
      changedAt: at,
    };
    const part = (value: Decimal): Decimal => divide(multiply(value, decimal(margin ?? '0')), bare.lever, 8, 'up');
    if (instrument.kind !== 'borrowed') return { ...bare, margin: part(worth(instrument, bare, avgPx)) };
    // What was bought or sold came less the fee, and the margin lies with it.
    const [got, liab] = side === 'long' ? [bare.pos, multiply(bare.pos, avgPx)] : [multiply(bare.pos, avgPx), bare.pos];
    return { ...bare, liab, margin: part(got), pos: add(multiply(got, subtract(one, instrument.fee)), part(got)) };
  });
  return { wallet: initialTradingWallet, positions, changes: [], bills: [], closed: [] };
}

const hoursPerYear = decimal('8760');
/** Enough for a second page of 100. */
const interestHours = 125;

const holding = (ccy: string, amt: string): Holding => ({ ccy, amt: decimal(amt) });

const initialOrders: readonly Order[] = [
  { ordId: '12345', debts: [holding('USDT', '40000')], collateral: [holding('BTC', '0.8')] },
  { ordId: '67890', debts: [holding('USDC', '5000')], collateral: [holding('ETH', '1.5'), holding('SOL', '20')] },
];

const initialWallet: readonly Holding[] = [
  holding('BTC', '1.7921483143067599'),
  holding('ETH', '1.9400755578876945'),
  holding('USDT', '63.9795959720319628'),
  holding('SOL', '40'),
];

/** What the initial state is made from. */
export interface InitialOptions {
  readonly seed: string;
  readonly walking: boolean;
  readonly now: number;
  readonly orders?: readonly Order[];
  readonly wallet?: readonly Holding[];
  /** False leaves both histories empty. Default true. */
  readonly past?: boolean;
}

/** The initial state of the exchange, with a past long enough to page through. */
export function initialState({
  seed,
  walking,
  now,
  orders = initialOrders,
  wallet = initialWallet,
  past = true,
}: InitialOptions): WorldState {
  const hour = Math.floor(now / hourMs) * hourMs;
  const references = new References('0');
  const happened = past ? orders.flatMap((order, index) => story(order, hour, index === 0 ? 120 : 6, seed)) : [];
  const charged = past ? orders.flatMap((order) => pastInterest(order, hour)) : [];
  // Ids grow with time across both lists.
  const rows = [
    ...happened.map((row) => ({ row, list: 'history' as const })),
    ...charged.map((row) => ({ row, list: 'interest' as const })),
  ];
  const history: HistoryRow[] = [];
  const interest: InterestRow[] = [];
  for (const entry of rows.sort((a, b) => a.row.at - b.row.at)) {
    const refId = references.next(entry.row.at);
    if (entry.list === 'history') history.push({ ...entry.row, refId });
    else interest.push({ ...entry.row, refId });
  }
  return {
    version: 1,
    market: newMarket(coins, seed, walking, now),
    wallet,
    orders,
    adjustments: [],
    history,
    interest,
    accruedAt: hour,
    lastRefId: references.last,
  };
}

type PastRow = Omit<HistoryRow, 'refId'>;

/**
 * The history of an order: borrowed, pledged, once partly liquidated, and then `swings` times a little collateral in and out. Locked less
 * released and sold is what is pledged now.
 */
function story(order: Order, hour: number, swings: number, seed: string): PastRow[] {
  const { ordId } = order;
  const rows: PastRow[] = [];
  const begun = hour - 90 * dayMs;
  const write = (at: number, type: HistoryType, ccy: string, amt: Decimal): void => {
    rows.push({ ordId, type, ccy, amt, at });
  };
  for (const { ccy, amt } of order.collateral) write(begun, 'collateral_locked', ccy, negate(amt));
  for (const { ccy, amt } of order.debts) write(begun + 4000, 'borrowed', ccy, multiply(amt, decimal('1.1')));
  for (const { ccy, amt } of order.debts) write(begun + 20 * dayMs, 'repaid', ccy, negate(multiply(amt, decimal('0.05'))));
  const [debt] = order.debts;
  const [pledged] = order.collateral;
  if (debt === undefined || pledged === undefined) return rows;
  const sold = multiply(pledged.amt, decimal('0.05'));
  const bought = multiply(debt.amt, decimal('0.05'));
  write(begun + 30 * dayMs, 'forced_repayment_sell', pledged.ccy, negate(sold));
  write(begun + 30 * dayMs + 1000, 'forced_repayment_buy', debt.ccy, bought);
  write(begun + 31 * dayMs, 'collateral_locked', pledged.ccy, negate(sold));
  let random = seedFrom(`${seed} ${ordId}`);
  const gap = Math.floor((58 * dayMs) / (2 * swings));
  for (let swing = 0; swing < swings; swing += 1) {
    const drawn = nextRandom(random);
    random = drawn.state;
    const amt = divide(multiply(pledged.amt, decimal(((drawn.value % 90) + 10).toString())), decimal('1000'), 8, 'down');
    const at = begun + 31 * dayMs + hourMs + swing * 2 * gap + (drawn.value % 1000);
    write(at, 'collateral_locked', pledged.ccy, negate(amt));
    write(at + gap, 'collateral_released', pledged.ccy, amt);
  }
  return rows;
}

type Charged = Omit<InterestRow, 'refId'>;

/** Interest of the last hours, computed backwards from today's debt so that the figures join without a gap. */
function pastInterest(order: Order, hour: number): Charged[] {
  return order.debts.flatMap(({ ccy, amt }) => {
    const rate = knownCoin(ccy).borrow?.rate;
    if (rate === undefined) return [];
    const rows: Charged[] = [];
    let after = amt;
    for (let back = 0; back < interestHours; back += 1) {
      const loan = before(after, rate);
      rows.push({ ordId: order.ordId, ccy, at: hour - back * hourMs, loan, interest: subtract(after, loan), rate });
      after = loan;
    }
    return rows.reverse();
  });
}

/** The debt at 8 decimals that one hour's interest turned into `after`. */
function before(after: Decimal, rate: Decimal): Decimal {
  const loan = divide(multiply(after, hoursPerYear), add(hoursPerYear, rate), 8, 'down');
  const reached = add(loan, hourlyInterest(loan, rate));
  return compare(reached, after) > 0 ? subtract(loan, subtract(reached, after)) : loan;
}
