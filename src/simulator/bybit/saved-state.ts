import { isPositive } from '../../core/decimal.ts';
import { amount, broken, CoinReader, fields, id, list, oneOf, stateFields, text, whole } from '../state-reader.ts';
import { findCoin } from './coins.ts';
import { findContract, slotsOf } from './contracts.ts';
import { firstTrading } from './initial-state.ts';
import {
  capLevels,
  directions,
  marginModes,
  marginPrices,
  type Adjustment,
  type ClosedPosition,
  type FixedDebt,
  type FlexibleDebt,
  type HeldPosition,
  type LegacyOrder,
  type MarginChange,
  type Repayment,
  type Trading,
  type UnifiedCoin,
  type WorldState,
} from './state.ts';

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
export function readState(saved: string): WorldState {
  const state = stateFields(saved, version);
  const pool = fields(state['pool'], 'pool');
  const market = coins.market(state['market']);
  const accruedAt = whole(state['accruedAt'], 'accruedAt');
  return {
    version,
    market,
    wallet: list(state['wallet'], 'wallet', holding),
    pool: {
      flexible: list(pool['flexible'], 'flexible', flexibleDebt),
      fixed: list(pool['fixed'], 'fixed', fixedDebt),
      collateral: list(pool['collateral'], 'collateral', holding),
      supply: list(pool['supply'], 'supply', holding),
    },
    legacyOrders: list(state['legacyOrders'], 'legacyOrders', legacyOrder),
    adjustments: list(state['adjustments'], 'adjustments', adjustment),
    // What was saved before there were positions goes on with those of a first day.
    trading: state['trading'] === undefined ? firstTrading(market.prices, accruedAt) : trading(state['trading']),
    repaid: list(state['repaid'] ?? [], 'repaid', repayment),
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
    state: oneOf(entry['state'], 'state', ['pending', 'failing', 'never', 'effective', 'failed']),
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
    ...(entry['loans'] === undefined ? {} : { loans: list(entry['loans'], 'loans', part) }),
    at: whole(entry['at'], 'at'),
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
