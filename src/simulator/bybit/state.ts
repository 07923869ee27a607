import { isPositive, type Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import type { MarketState } from '../market.ts';
import { amount, broken, CoinReader, fields, id, list, oneOf, stateFields, text, whole } from '../state-reader.ts';
import { findCoin } from './coins.ts';
import { findContract, slotsOf } from './instruments.ts';

/** As the API encodes it: `0` adds collateral, `1` reduces it. */
export const directions = ['0', '1'] as const;
export type Direction = (typeof directions)[number];

/** What is owed flexibly in one coin. */
export interface FlexibleDebt {
  readonly ccy: string;
  readonly principal: Decimal;
  readonly interest: Decimal;
}

/** One fixed contract. */
export interface FixedDebt {
  readonly loanId: string;
  readonly orderId: string;
  readonly ccy: string;
  readonly principal: Decimal;
  readonly penalty: Decimal;
  readonly interestPaid: Decimal;
  readonly annualRate: Decimal;
  readonly termDays: number;
  /** Milliseconds since the Unix epoch. */
  readonly borrowedAt: number;
  readonly repayType: '0' | '1' | '2';
}

/** The one pool of the newer loan. */
export interface Pool {
  readonly flexible: readonly FlexibleDebt[];
  /** Oldest first. */
  readonly fixed: readonly FixedDebt[];
  readonly collateral: readonly Holding[];
  /** Lent out; does not back the loan. */
  readonly supply: readonly Holding[];
}

/** One order of the older loan: one coin borrowed against one coin. */
export interface LegacyOrder {
  readonly orderId: string;
  readonly loan: Holding;
  readonly interest: Decimal;
  readonly hourlyRate: Decimal;
  readonly collateral: Holding;
}

/** `never`: accepted and then dropped; `failing`: will have no effect. Both only by a fault. */
const settlingStates = ['pending', 'failing', 'never', 'effective', 'failed'] as const;

/** One accepted adjustment, as it was really carried out. */
export interface Adjustment {
  readonly adjustId: string;
  /** The order of the older loan; absent for the pool. */
  readonly orderId?: string;
  readonly direction: Direction;
  readonly ccy: string;
  readonly amt: Decimal;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly acceptedAt: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  readonly state: (typeof settlingStates)[number];
  readonly ltvBefore: Decimal;
  /** Computed in advance while it is on its way. */
  readonly ltvAfter: Decimal;
}

/** The platform's cap of a collateral: -1 unknown, 0 off, 1 near, 2 reached. */
export const capLevels = ['-1', '0', '1', '2'] as const;
export type CapLevel = (typeof capLevels)[number];

/** How the whole account holds its positions, as the API calls it. */
export const marginModes = ['ISOLATED_MARGIN', 'REGULAR_MARGIN', 'PORTFOLIO_MARGIN'] as const;
export type MarginMode = (typeof marginModes)[number];

/** At which price margins are computed: Bybit says mark, a printed sample of isolated margin has entry. */
export const marginPrices = ['mark', 'entry'] as const;

/** One coin of the unified account, with what orders and spot orders hold of it. */
export interface UnifiedCoin extends Holding {
  readonly orderIM: Decimal;
  readonly locked: Decimal;
  readonly bonus: Decimal;
}

/** One open position. */
export interface HeldPosition {
  readonly symbol: string;
  /** 0 one-way, 1 the long side, 2 the short side. */
  readonly positionIdx: number;
  readonly side: 'Buy' | 'Sell';
  /** In the base coin; for an inverse contract in USD. */
  readonly size: Decimal;
  readonly avgPrice: Decimal;
  readonly leverage: Decimal;
  /** Margin that was added to what opening took. */
  readonly extra: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly createdAt: number;
  readonly updatedAt: number;
}

/** One accepted change of margin. */
export interface MarginChange {
  readonly symbol: string;
  readonly positionIdx: number;
  /** Signed, as requested. */
  readonly margin: Decimal;
  /** Signed, as really executed. */
  readonly moved: Decimal;
  readonly acceptedAt: number;
  readonly dueAt: number;
  readonly state: 'pending' | 'never' | 'effective' | 'failed';
}

/** A position that was liquidated. */
export interface ClosedPosition extends Pick<HeldPosition, 'symbol' | 'side' | 'size' | 'avgPrice' | 'leverage'> {
  readonly orderId: string;
  /** What it was worth at entry and at the end, the fee of closing and what was lost in all, in the coin of its margin. */
  readonly entryValue: Decimal;
  readonly exitValue: Decimal;
  readonly fee: Decimal;
  readonly lost: Decimal;
  /** The price at which nothing of the margin is left. */
  readonly exitPrice: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** What was paid back since this world began. */
export interface Repayment extends Holding {
  readonly repayId: string;
  readonly by: 'user' | 'liquidation';
  /** The order of the older loan; absent for the pool. */
  readonly orderId?: string;
  /** Contracts that were paid back; absent for a flexible debt. */
  readonly loans?: readonly { readonly loanId: string; readonly amt: Decimal }[];
  /** The collateral that is sold for it. */
  readonly sells?: string;
  /** A fault turns it around: it borrows. */
  readonly borrows?: true;
  /** Collateral that came back with the last of an older order. */
  readonly returned?: Decimal;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly at: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  readonly state: Adjustment['state'];
}

/** What was borrowed flexibly since this world began. */
export interface Borrowing extends Holding {
  readonly orderId: string;
  /** A fault turns it around: it repays. */
  readonly repays?: true;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly at: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  readonly state: Adjustment['state'];
}

/** The unified account: its coins and its positions. */
export interface Trading {
  readonly marginMode: MarginMode;
  readonly marginPrice: (typeof marginPrices)[number];
  readonly coins: readonly UnifiedCoin[];
  readonly positions: readonly HeldPosition[];
  /** Oldest first. */
  readonly changes: readonly MarginChange[];
  /** Oldest first. */
  readonly closed: readonly ClosedPosition[];
}

/** Everything the simulated Bybit remembers, as plain data. */
export interface WorldState {
  readonly version: 'bybit-1';
  readonly market: MarketState;
  /** The funding wallet of the one user. */
  readonly wallet: readonly Holding[];
  readonly pool: Pool;
  /** Oldest first. */
  readonly legacyOrders: readonly LegacyOrder[];
  /** Of both generations, oldest first. */
  readonly adjustments: readonly Adjustment[];
  readonly trading: Trading;
  /** Oldest first. */
  readonly repaid: readonly Repayment[];
  /** Oldest first. Absent in what was saved before it was kept. */
  readonly borrowed?: readonly Borrowing[];
  readonly cap: CapLevel;
  /** When this world began; its past is dated from there. Milliseconds since the Unix epoch. */
  readonly begunAt: number;
  /** The last full hour whose interest was charged. Milliseconds since the Unix epoch. */
  readonly accruedAt: number;
  /** How many adjustments were ever accepted. */
  readonly counted: number;
}

/** The state as it is saved; one of before there were positions has none. */
export type SavedState = Omit<WorldState, 'trading'> & { readonly trading: Trading | undefined };

const version = 'bybit-1';
const coins = new CoinReader((ccy) => findCoin(ccy) !== undefined);
const holding = coins.holding.bind(coins);

/** The state as text. */
export function writeState(state: WorldState): string {
  return JSON.stringify(state);
}

/**
 * Reads what `writeState` wrote.
 * @throws RangeError naming the first thing that is wrong.
 */
export function readState(saved: string): SavedState {
  const state = stateFields(saved, version);
  const pool = fields(state['pool'], 'pool');
  const accruedAt = whole(state['accruedAt'], 'accruedAt');
  return {
    version,
    market: coins.market(state['market']),
    wallet: list(state['wallet'], 'wallet', holding),
    pool: {
      flexible: list(pool['flexible'], 'flexible', flexibleDebt),
      fixed: list(pool['fixed'], 'fixed', fixedDebt),
      collateral: list(pool['collateral'], 'collateral', holding),
      supply: list(pool['supply'], 'supply', holding),
    },
    legacyOrders: list(state['legacyOrders'], 'legacyOrders', legacyOrder),
    adjustments: list(state['adjustments'], 'adjustments', adjustment),
    trading: state['trading'] === undefined ? undefined : trading(state['trading']),
    repaid: list(state['repaid'] ?? [], 'repaid', repayment),
    ...(state['borrowed'] === undefined ? {} : { borrowed: list(state['borrowed'], 'borrowed', borrowing) }),
    cap: oneOf(state['cap'], 'cap', capLevels),
    begunAt: whole(state['begunAt'] ?? accruedAt, 'begunAt'),
    accruedAt,
    counted: whole(state['counted'], 'counted'),
  };
}

function flexibleDebt(value: unknown): FlexibleDebt {
  const entry = fields(value, 'flexible debt');
  return {
    ccy: coins.coin(entry['ccy'], 'ccy'),
    principal: amount(entry['principal'], 'principal'),
    interest: amount(entry['interest'], 'interest'),
  };
}

function fixedDebt(value: unknown): FixedDebt {
  const entry = fields(value, 'fixed debt');
  return {
    loanId: id(entry['loanId'], 'loanId'),
    orderId: id(entry['orderId'], 'orderId'),
    ccy: coins.coin(entry['ccy'], 'ccy'),
    principal: amount(entry['principal'], 'principal'),
    penalty: amount(entry['penalty'], 'penalty'),
    interestPaid: amount(entry['interestPaid'], 'interestPaid'),
    annualRate: amount(entry['annualRate'], 'annualRate'),
    termDays: whole(entry['termDays'], 'termDays'),
    borrowedAt: whole(entry['borrowedAt'], 'borrowedAt'),
    repayType: oneOf(entry['repayType'], 'repayType', ['0', '1', '2']),
  };
}

function legacyOrder(value: unknown): LegacyOrder {
  const entry = fields(value, 'legacy order');
  return {
    orderId: id(entry['orderId'], 'orderId'),
    loan: holding(entry['loan']),
    interest: amount(entry['interest'], 'interest'),
    hourlyRate: amount(entry['hourlyRate'], 'hourlyRate'),
    collateral: holding(entry['collateral']),
  };
}

function adjustment(value: unknown): Adjustment {
  const entry = fields(value, 'adjustment');
  return {
    ...holding(entry),
    adjustId: id(entry['adjustId'], 'adjustId'),
    ...(entry['orderId'] === undefined ? {} : { orderId: text(entry['orderId'], 'orderId') }),
    direction: oneOf(entry['direction'], 'direction', directions),
    acceptedAt: whole(entry['acceptedAt'], 'acceptedAt'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', settlingStates),
    ltvBefore: amount(entry['ltvBefore'], 'ltvBefore'),
    ltvAfter: amount(entry['ltvAfter'], 'ltvAfter'),
  };
}

function trading(value: unknown): Trading {
  const entry = fields(value, 'trading');
  return {
    marginMode: oneOf(entry['marginMode'], 'marginMode', marginModes),
    marginPrice: oneOf(entry['marginPrice'] ?? 'mark', 'marginPrice', marginPrices),
    coins: list(entry['coins'], 'coins', unifiedCoin),
    positions: list(entry['positions'], 'positions', position),
    changes: list(entry['changes'], 'changes', marginChange),
    // Not kept at first.
    closed: list(entry['closed'] ?? [], 'closed', closedPosition),
  };
}

function unifiedCoin(value: unknown): UnifiedCoin {
  const entry = fields(value, 'coin');
  const amounts = (name: string) => amount(entry[name], name);
  return { ...holding(entry), orderIM: amounts('orderIM'), locked: amounts('locked'), bonus: amounts('bonus') };
}

function slot(entry: Record<string, unknown>): Pick<HeldPosition, 'symbol' | 'positionIdx'> {
  const symbol = text(entry['symbol'], 'symbol');
  const positionIdx = whole(entry['positionIdx'], 'positionIdx');
  const contract = findContract(symbol);
  if (contract === undefined || !slotsOf(contract).includes(positionIdx)) throw broken(`there is no ${symbol} ${positionIdx.toString()}`);
  return { symbol, positionIdx };
}

function position(value: unknown): HeldPosition {
  const entry = fields(value, 'position');
  const positive = (name: string) => {
    const found = amount(entry[name], name);
    if (!isPositive(found)) throw broken(`${name} is not above zero`);
    return found;
  };
  return {
    ...slot(entry),
    side: oneOf(entry['side'], 'side', ['Buy', 'Sell']),
    size: positive('size'),
    avgPrice: positive('avgPrice'),
    leverage: positive('leverage'),
    extra: amount(entry['extra'], 'extra'),
    createdAt: whole(entry['createdAt'], 'createdAt'),
    updatedAt: whole(entry['updatedAt'], 'updatedAt'),
  };
}

function closedPosition(value: unknown): ClosedPosition {
  const entry = fields(value, 'closed position');
  const symbol = text(entry['symbol'], 'symbol');
  if (findContract(symbol) === undefined) throw broken(`there is no ${symbol}`);
  const names = ['size', 'avgPrice', 'leverage', 'entryValue', 'exitValue', 'fee', 'lost', 'exitPrice'] as const;
  return {
    symbol,
    orderId: text(entry['orderId'], 'orderId'),
    side: oneOf(entry['side'], 'side', ['Buy', 'Sell']),
    ...(Object.fromEntries(names.map((name) => [name, amount(entry[name], name)])) as Pick<ClosedPosition, (typeof names)[number]>),
    at: whole(entry['at'], 'at'),
  };
}

function repayment(value: unknown): Repayment {
  const entry = fields(value, 'repayment');
  const part = (one: unknown) => {
    const loan = fields(one, 'loan');
    return { loanId: id(loan['loanId'], 'loanId'), amt: amount(loan['amt'], 'amt') };
  };
  return {
    ...holding(entry),
    repayId: id(entry['repayId'], 'repayId'),
    // At first only a liquidation repaid, and at once.
    by: oneOf(entry['by'] ?? 'liquidation', 'by', ['user', 'liquidation']),
    ...(entry['orderId'] === undefined ? {} : { orderId: id(entry['orderId'], 'orderId') }),
    ...(entry['loans'] === undefined ? {} : { loans: list(entry['loans'], 'loans', part) }),
    ...(entry['sells'] === undefined ? {} : { sells: coins.coin(entry['sells'], 'sells') }),
    ...(entry['borrows'] === true ? { borrows: true } : {}),
    ...(entry['returned'] === undefined ? {} : { returned: amount(entry['returned'], 'returned') }),
    at: whole(entry['at'], 'at'),
    dueAt: whole(entry['dueAt'] ?? entry['at'], 'dueAt'),
    state: oneOf(entry['state'] ?? 'effective', 'state', settlingStates),
  };
}

function borrowing(value: unknown): Borrowing {
  const entry = fields(value, 'borrowing');
  return {
    ...holding(entry),
    orderId: id(entry['orderId'], 'orderId'),
    ...(entry['repays'] === true ? { repays: true } : {}),
    at: whole(entry['at'], 'at'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', settlingStates),
  };
}

function marginChange(value: unknown): MarginChange {
  const entry = fields(value, 'change of margin');
  return {
    ...slot(entry),
    margin: amount(entry['margin'], 'margin'),
    moved: amount(entry['moved'], 'moved'),
    acceptedAt: whole(entry['acceptedAt'], 'acceptedAt'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', ['pending', 'never', 'effective', 'failed']),
  };
}
