import { findCoin } from './coins.ts';
import { historyTypes, type HistoryRow, type InterestRow } from './history.ts';
import { instruments } from './instruments.ts';
import {
  billKinds,
  type Accepted,
  type Adjustment,
  type Bill,
  type BillSubType,
  type ClosedPosition,
  type MarginChange,
  type OpenPosition,
  type Order,
  type TradingState,
  type WorldState,
} from './state.ts';
import { amount, CoinReader, fields, id, list, oneOf, stateFields, whole } from '../state-reader.ts';

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

function accepted(entry: Record<string, unknown>): Accepted {
  return {
    ...holding(entry),
    type: oneOf(entry['type'], 'type', ['add', 'reduce']),
    acceptedAt: whole(entry['acceptedAt'], 'acceptedAt'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', ['pending', 'effective', 'never']),
  };
}

function adjustment(value: unknown): Adjustment {
  const entry = fields(value, 'adjustment');
  return { ...accepted(entry), ordId: id(entry['ordId'], 'ordId') };
}

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
  return { ...accepted(entry), ...positionId(entry), posSide: oneOf(entry['posSide'], 'posSide', ['net', 'long', 'short']) };
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
