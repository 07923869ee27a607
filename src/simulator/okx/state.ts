import type { Decimal } from '../../core/decimal.ts';
import type { Holding } from '../holdings.ts';
import type { MarketState } from '../market.ts';
import { amount, CoinReader, fields, id, list, oneOf, stateFields, whole } from '../state-reader.ts';
import { findCoin } from './coins.ts';
import { instruments } from './instruments.ts';
import type { Position } from './valuation.ts';

export type AdjustType = 'add' | 'reduce';

/** One loan order. */
export interface Order extends Position {
  readonly ordId: string;
}

/** Something accepted, as it was really executed. */
export interface Accepted {
  readonly type: AdjustType;
  readonly ccy: string;
  readonly amt: Decimal;
  /** When it was accepted. Milliseconds since the Unix epoch. */
  readonly acceptedAt: number;
  /** When it becomes effective. */
  readonly dueAt: number;
  /** `never`: accepted and then dropped, only by a fault. */
  readonly state: 'pending' | 'effective' | 'never';
}

/** A change of the collateral of one loan. */
export interface Adjustment extends Accepted {
  readonly ordId: string;
}

/** Debt that is paid off, or more that is lent. */
export interface Repayment extends Omit<Accepted, 'type'> {
  readonly type: 'repay' | 'borrow';
  readonly ordId: string;
  /** The client's own id. */
  readonly clOrdId: string;
}

/** A change of the margin of one position. */
export interface MarginChange extends Accepted {
  readonly posId: string;
  readonly instId: string;
  /** As the client said it. */
  readonly posSide: string;
}

/** One position. */
export interface OpenPosition {
  readonly posId: string;
  readonly instId: string;
  readonly side: 'long' | 'short';
  readonly mgnMode: 'isolated' | 'cross';
  /** Above zero. Contracts; for MARGIN the coins held, with the margin among them: long in the base coin, short in the quote coin. */
  readonly pos: Decimal;
  readonly avgPx: Decimal;
  readonly lever: Decimal;
  /** Zero for a cross position. */
  readonly margin: Decimal;
  /** What is owed for a MARGIN position, not below zero; long in the quote coin, short in the base coin. */
  readonly liab: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly openedAt: number;
  readonly changedAt: number;
}

/** Bill types and sub-types that are written: margin by hand in and out, by OKX itself; liquidations of contracts and of borrowed coins. */
export const billKinds = {
  '160': '6',
  '161': '6',
  '162': '6',
  '104': '5',
  '105': '5',
  '106': '5',
  '107': '5',
} as const;
export type BillSubType = keyof typeof billKinds;

/** One bill of the trading account. Bills name no position and no side. */
export interface Bill {
  /** Longer than a JavaScript number can hold; grows with time. */
  readonly billId: string;
  readonly subType: BillSubType;
  readonly instId: string;
  readonly mgnMode: OpenPosition['mgnMode'];
  readonly ccy: string;
  /** Signed changes of the account's cash and of the position's margin, and what there is afterwards. */
  readonly balChg: Decimal;
  readonly bal: Decimal;
  readonly posBalChg: Decimal;
  readonly posBal: Decimal;
  readonly sz: Decimal;
  /** Only of a liquidation. */
  readonly px?: Decimal;
  readonly pnl: Decimal;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** A position that was liquidated. */
export interface ClosedPosition {
  readonly position: OpenPosition;
  /** As it was called when it ended. */
  readonly posSide: string;
  readonly ccy: string;
  /** The mark price that ended it. */
  readonly price: Decimal;
  /** Profit at that price (negative), and what was taken beyond it, not above zero. */
  readonly pnl: Decimal;
  readonly penalty: Decimal;
  /** Realized over margin, or over initial margin for a cross position. */
  readonly ratio: Decimal | '';
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Every action a loan history can list. */
export const historyTypes = [
  'borrowed',
  'repaid',
  'collateral_locked',
  'collateral_released',
  'forced_repayment_buy',
  'forced_repayment_sell',
  'forced_liquidation',
  'partial_liquidation',
  'sell_collateral',
  'buy_transition_coin',
  'sell_transition_coin',
  'buy_borrowed_coin',
] as const;
export type HistoryType = (typeof historyTypes)[number];

interface LoanRow {
  /** Longer than a JavaScript number can hold; grows with time. */
  readonly refId: string;
  readonly ordId: string;
  readonly ccy: string;
  /** Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** One row of a loan's history. */
export interface HistoryRow extends LoanRow {
  readonly type: HistoryType;
  /** Signed as the wallet sees it: what is locked or repaid leaves it. */
  readonly amt: Decimal;
}

/** One hour's interest. */
export interface InterestRow extends LoanRow {
  /** The debt it was charged on. */
  readonly loan: Decimal;
  readonly interest: Decimal;
  /** Annual, as a fraction. */
  readonly rate: Decimal;
}

/** Hands out reference ids: milliseconds and a counter in one number of 17 digits, always larger than the last. */
export class References {
  #last: bigint;

  constructor(last: string) {
    this.#last = BigInt(last);
  }

  get last(): string {
    return this.#last.toString();
  }

  /** The next id, for something that happened at `at`. */
  next(at: number): string {
    const earliest = BigInt(at) * 10_000n + 17n;
    this.#last = earliest > this.#last ? earliest : this.#last + 1n;
    return this.#last.toString();
  }
}

/** The trading account. */
export interface TradingState {
  readonly wallet: readonly Holding[];
  /** Newest first. */
  readonly positions: readonly OpenPosition[];
  /** Oldest first. */
  readonly changes: readonly MarginChange[];
  /** Oldest first. */
  readonly bills: readonly Bill[];
  /** Oldest first. */
  readonly closed: readonly ClosedPosition[];
}

/** Everything the simulated exchange remembers, as plain data. */
export interface WorldState {
  readonly version: 1;
  readonly market: MarketState;
  /** The funding wallet of the one user. */
  readonly wallet: readonly Holding[];
  /** Oldest first. */
  readonly orders: readonly Order[];
  /** Oldest first. */
  readonly adjustments: readonly Adjustment[];
  /** Oldest first. */
  readonly history: readonly HistoryRow[];
  /** Oldest first; not older than 30 days. */
  readonly interest: readonly InterestRow[];
  /** The last full hour whose interest was charged. Milliseconds since the Unix epoch. */
  readonly accruedAt: number;
  readonly lastRefId: string;
  /** Oldest first. Absent in a state of before there were any. */
  readonly repayments?: readonly Repayment[];
  /** Absent in a state of before there were positions. */
  readonly trading?: TradingState;
}

const version = 1;
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
export function readState(text: string): WorldState {
  const state = stateFields(text, version);
  return {
    version,
    market: coins.market(state['market']),
    wallet: list(state['wallet'], 'wallet', holding),
    orders: list(state['orders'], 'orders', order),
    adjustments: list(state['adjustments'], 'adjustments', adjustment),
    history: list(state['history'], 'history', historyRow),
    interest: list(state['interest'], 'interest', interestRow),
    accruedAt: whole(state['accruedAt'], 'accruedAt'),
    lastRefId: id(state['lastRefId'], 'lastRefId'),
    ...(state['repayments'] === undefined ? {} : { repayments: list(state['repayments'], 'repayments', repayment) }),
    ...(state['trading'] === undefined ? {} : { trading: trading(state['trading']) }),
  };
}

function order(value: unknown): Order {
  const entry = fields(value, 'order');
  return {
    ordId: id(entry['ordId'], 'ordId'),
    debts: list(entry['debts'], 'debts', holding),
    collateral: list(entry['collateral'], 'collateral', holding),
  };
}

function accepted<T extends string>(entry: Record<string, unknown>, types: readonly T[]): Omit<Accepted, 'type'> & { readonly type: T } {
  return {
    ...holding(entry),
    type: oneOf(entry['type'], 'type', types),
    acceptedAt: whole(entry['acceptedAt'], 'acceptedAt'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', ['pending', 'effective', 'never']),
  };
}

const adjustTypes = ['add', 'reduce'] as const;

function adjustment(value: unknown): Adjustment {
  const entry = fields(value, 'adjustment');
  return { ...accepted(entry, adjustTypes), ordId: id(entry['ordId'], 'ordId') };
}

function repayment(value: unknown): Repayment {
  const entry = fields(value, 'repayment');
  const clOrdId = entry['clOrdId'];
  if (typeof clOrdId !== 'string' || !isClientId(clOrdId)) throw new RangeError('clOrdId is wrong');
  return { ...accepted(entry, ['repay', 'borrow'] as const), ordId: id(entry['ordId'], 'ordId'), clOrdId };
}

/** As OKX documents ids that clients make. */
export const isClientId = (text: string): boolean => /^[0-9A-Za-z]{1,32}$/.test(text);

function trading(value: unknown): TradingState {
  const state = fields(value, 'trading');
  return {
    wallet: list(state['wallet'], 'trading wallet', holding),
    positions: list(state['positions'], 'positions', position),
    changes: list(state['changes'], 'changes', marginChange),
    // Neither was kept at first.
    bills: list(state['bills'] ?? [], 'bills', bill),
    closed: list(state['closed'] ?? [], 'closed', closedPosition),
  };
}

function positionId(entry: Record<string, unknown>): Pick<OpenPosition, 'posId' | 'instId'> {
  return { posId: id(entry['posId'], 'posId'), instId: knownInstId(entry) };
}

function knownInstId(entry: Record<string, unknown>): string {
  const ids = instruments.map(({ instId }) => instId);
  return oneOf(entry['instId'], 'instId', ids);
}

function marginChange(value: unknown): MarginChange {
  const entry = fields(value, 'change');
  return { ...accepted(entry, adjustTypes), ...positionId(entry), posSide: oneOf(entry['posSide'], 'posSide', ['net', 'long', 'short']) };
}

function position(value: unknown): OpenPosition {
  const entry = fields(value, 'position');
  const amounts = (['pos', 'avgPx', 'lever', 'margin', 'liab'] as const).map((name) => [name, amount(entry[name], name)] as const);
  return {
    ...positionId(entry),
    ...(Object.fromEntries(amounts) as Pick<OpenPosition, (typeof amounts)[number][0]>),
    side: oneOf(entry['side'], 'side', ['long', 'short']),
    mgnMode: oneOf(entry['mgnMode'], 'mgnMode', ['isolated', 'cross']),
    openedAt: whole(entry['openedAt'], 'openedAt'),
    changedAt: whole(entry['changedAt'], 'changedAt'),
  };
}

function bill(value: unknown): Bill {
  const entry = fields(value, 'bill');
  const amounts = (['balChg', 'bal', 'posBalChg', 'posBal', 'sz', 'pnl'] as const).map(
    (name) => [name, amount(entry[name], name)] as const,
  );
  return {
    billId: id(entry['billId'], 'billId'),
    subType: oneOf(entry['subType'], 'subType', Object.keys(billKinds) as BillSubType[]),
    instId: knownInstId(entry),
    mgnMode: oneOf(entry['mgnMode'], 'mgnMode', ['isolated', 'cross']),
    ccy: coins.coin(entry['ccy'], 'ccy'),
    ...(Object.fromEntries(amounts) as Pick<Bill, (typeof amounts)[number][0]>),
    ...(entry['px'] === undefined ? {} : { px: amount(entry['px'], 'px') }),
    at: whole(entry['at'], 'at'),
  };
}

function closedPosition(value: unknown): ClosedPosition {
  const entry = fields(value, 'closed position');
  return {
    position: position(entry['position']),
    posSide: oneOf(entry['posSide'], 'posSide', ['net', 'long', 'short']),
    ccy: coins.coin(entry['ccy'], 'ccy'),
    price: amount(entry['price'], 'price'),
    pnl: amount(entry['pnl'], 'pnl'),
    penalty: amount(entry['penalty'], 'penalty'),
    ratio: entry['ratio'] === '' ? '' : amount(entry['ratio'], 'ratio'),
    at: whole(entry['at'], 'at'),
  };
}

function row(entry: Record<string, unknown>): Pick<HistoryRow, 'refId' | 'ordId' | 'ccy' | 'at'> {
  return {
    refId: id(entry['refId'], 'refId'),
    ordId: id(entry['ordId'], 'ordId'),
    ccy: coins.coin(entry['ccy'], 'ccy'),
    at: whole(entry['at'], 'at'),
  };
}

function historyRow(value: unknown): HistoryRow {
  const entry = fields(value, 'history');
  return { ...row(entry), type: oneOf(entry['type'], 'type', historyTypes), amt: amount(entry['amt'], 'amt') };
}

function interestRow(value: unknown): InterestRow {
  const entry = fields(value, 'interest');
  return {
    ...row(entry),
    loan: amount(entry['loan'], 'loan'),
    interest: amount(entry['interest'], 'interest'),
    rate: amount(entry['rate'], 'rate'),
  };
}
