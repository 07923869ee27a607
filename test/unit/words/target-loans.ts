import assert from 'node:assert/strict';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import { flatRule } from '../../../src/core/risk/haircut.ts';
import { ltvOf, modelOf } from '../../../src/core/risk/loan-model.ts';
import type { Direction, Loan } from '../../../src/core/model.ts';
import type { AdjustableCoin } from '../../../src/exchanges/exchange.ts';
import type { Reading } from '../../../src/engine/targets/ltv-offers.ts';

/** Round figures of our own: 1 BTC at 80,000 that counts for nine tenths, against 36,000 USDT. 36,000 / 72,000 is 50 %. */
export const single: Loan = {
  id: '7',
  orderId: '7',
  ltv: decimal('0.5'),
  debtUsd: decimal('36000'),
  collateralUsd: decimal('72000'),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: decimal('36000') }],
  collateral: [{ coin: 'BTC', amount: decimal('1') }],
  haircuts: { BTC: flatRule(decimal('0.9')), ETH: flatRule(decimal('0.75')) },
  marginCall: { ltv: decimal('0.75'), source: 'venue' },
  liquidation: { ltv: decimal('0.8'), source: 'venue' },
};

/** The same without a word about haircuts: for one coin they come out of the venue's own valuation. */
export const { haircuts: published, ...recovered } = single;

/** Two coins, 80,000 and 40,000 USD, that together count for 90,000: three quarters on average. 45,000 / 90,000 is 50 %. */
export const averaged: Loan = {
  ...recovered,
  debtUsd: decimal('45000'),
  collateralUsd: decimal('90000'),
  debts: [{ coin: 'USDT', amount: decimal('45000') }],
  collateral: [
    { coin: 'BTC', amount: decimal('1') },
    { coin: 'ETH', amount: decimal('10') },
  ],
};

export const prices: ReadonlyMap<string, Decimal> = new Map([
  ['BTC', decimal('80000')],
  ['ETH', decimal('4000')],
  ['USDT', decimal('1')],
  ['SHIB', decimal('0.00001')],
]);

export const coin = (name: string, limit?: string): AdjustableCoin => ({
  coin: name,
  ...(limit === undefined ? {} : { limit: decimal(limit) }),
});

export function readingOf(loan: Loan, direction: Direction, coins: readonly AdjustableCoin[], more: Partial<Reading> = {}): Reading {
  const model = modelOf(loan, prices);
  assert.ok(typeof model !== 'string', 'the loan can be computed');
  assert.equal(ltvOf(model), loan.ltv);
  return { loan, model, prices, direction, coins, wallet: [], ...more };
}
