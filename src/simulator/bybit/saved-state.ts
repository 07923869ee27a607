import { amount, CoinReader, fields, id, list, oneOf, stateFields, text, whole } from '../state-reader.ts';
import { findCoin } from './coins.ts';
import { capLevels, directions, type Adjustment, type FixedDebt, type FlexibleDebt, type LegacyOrder, type WorldState } from './state.ts';

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
    cap: oneOf(state['cap'], 'cap', capLevels),
    accruedAt: whole(state['accruedAt'], 'accruedAt'),
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
