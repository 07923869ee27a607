import { isDecimal, type Decimal } from '../core/decimal.ts';
import { findCoin } from './coins.ts';
import { historyTypes, type HistoryRow, type InterestRow } from './history.ts';
import type { Holding } from './holdings.ts';
import type { MarketState } from './market.ts';
import type { Adjustment, Order, WorldState } from './state.ts';

const version = 1;

/** The state as text. */
export function writeState(state: WorldState): string {
  return JSON.stringify(state);
}

/**
 * Reads what `writeState` wrote, trusting nothing: an amount that is no decimal text is refused, not repaired.
 * @throws RangeError naming the first thing that is wrong.
 */
export function readState(text: string): WorldState {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw broken('it is not JSON');
  }
  const state = fields(value, 'state');
  if (state['version'] !== version) throw broken('its version is unknown');
  return {
    version,
    market: market(state['market']),
    wallet: list(state['wallet'], 'wallet', holding),
    orders: list(state['orders'], 'orders', order),
    adjustments: list(state['adjustments'], 'adjustments', adjustment),
    history: list(state['history'], 'history', historyRow),
    interest: list(state['interest'], 'interest', interestRow),
    accruedAt: whole(state['accruedAt'], 'accruedAt'),
    lastRefId: id(state['lastRefId'], 'lastRefId'),
  };
}

function broken(what: string): RangeError {
  return new RangeError(`not a saved state of the simulated exchange: ${what}`);
}

function fields(value: unknown, name: string): Record<string, unknown> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw broken(`${name} is no object`);
  return value as Record<string, unknown>;
}

function list<T>(value: unknown, name: string, read: (entry: unknown) => T): T[] {
  if (!Array.isArray(value)) throw broken(`${name} is no list`);
  return value.map((entry: unknown) => read(entry));
}

function text(value: unknown, name: string): string {
  if (typeof value !== 'string' || value === '') throw broken(`${name} is no text`);
  return value;
}

function id(value: unknown, name: string): string {
  const found = text(value, name);
  if (!/^\d+$/.test(found)) throw broken(`${name} is no id`);
  return found;
}

function amount(value: unknown, name: string): Decimal {
  if (typeof value !== 'string' || !isDecimal(value)) throw broken(`${name} is no decimal number`);
  return value;
}

function whole(value: unknown, name: string): number {
  if (!Number.isSafeInteger(value)) throw broken(`${name} is no whole number`);
  return value as number;
}

function coin(value: unknown, name: string): string {
  const found = text(value, name);
  if (findCoin(found) === undefined) throw broken(`${name} is no coin`);
  return found;
}

function oneOf<T extends string>(value: unknown, name: string, words: readonly T[]): T {
  const found = words.find((word) => word === value);
  if (found === undefined) throw broken(`${name} is none of ${words.join(', ')}`);
  return found;
}

function prices(value: unknown, name: string): Record<string, Decimal> {
  const entries = Object.entries(fields(value, name));
  return Object.fromEntries(entries.map(([ccy, price]) => [coin(ccy, name), amount(price, `${name} of ${ccy}`)]));
}

function market(value: unknown): MarketState {
  const state = fields(value, 'market');
  if (typeof state['walking'] !== 'boolean') throw broken('walking is neither true nor false');
  return {
    prices: prices(state['prices'], 'prices'),
    anchors: prices(state['anchors'], 'anchors'),
    random: whole(state['random'], 'random'),
    walking: state['walking'],
    steppedAt: whole(state['steppedAt'], 'steppedAt'),
  };
}

function holding(value: unknown): Holding {
  const entry = fields(value, 'holding');
  return { ccy: coin(entry['ccy'], 'ccy'), amt: amount(entry['amt'], 'amt') };
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
    ccy: coin(entry['ccy'], 'ccy'),
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
