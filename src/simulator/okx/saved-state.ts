import { findCoin } from './coins.ts';
import { historyTypes, type HistoryRow, type InterestRow } from './history.ts';
import type { Adjustment, Order, WorldState } from './state.ts';
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

function adjustment(value: unknown): Adjustment {
  const entry = fields(value, 'adjustment');
  return {
    ...holding(entry),
    ordId: id(entry['ordId'], 'ordId'),
    type: oneOf(entry['type'], 'type', ['add', 'reduce']),
    acceptedAt: whole(entry['acceptedAt'], 'acceptedAt'),
    dueAt: whole(entry['dueAt'], 'dueAt'),
    state: oneOf(entry['state'], 'state', ['pending', 'effective', 'never']),
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
