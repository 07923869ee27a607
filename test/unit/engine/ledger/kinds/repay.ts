import type { Loan } from '../../../../../src/core/model.ts';
import type { RepayChange, RepayReadiness } from '../../../../../src/exchanges/exchange.ts';
import type { RepayWrite } from '../../../../../src/engine/ledger/record.ts';
import { d } from '../support.ts';

export const repayment = (facts: Partial<RepayChange> = {}): RepayChange => ({
  ...{ kind: 'repay', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'USDT', amount: d('100') },
  ...{ all: false, requestId: 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e' },
  ...facts,
});

/** By default 40000 USDT on 0.8 BTC at 58 %. */
export const loanOwing = (debt = '40000', facts: Partial<Loan> = {}): Loan => ({
  ...{ id: '12345', orderId: '12345', ltv: d('0.58'), debtUsd: d('40000'), collateralUsd: d('68965.52') },
  ...{ collateralValuation: 'adjusted', debts: [{ coin: 'USDT', amount: d(debt) }], collateral: [{ coin: 'BTC', amount: d('0.8') }] },
  ...{ marginCall: { ltv: d('0.7374'), source: 'venue' }, liquidation: { ltv: d('0.8374'), source: 'venue' } },
  ...facts,
});

export const readyToRepay = (facts: Partial<RepayReadiness> = {}): RepayReadiness => {
  const debt = facts.debt ?? d('40000');
  return {
    ...{ kind: 'repay', loan: loanOwing(debt), debt, walletAvailable: d('60000'), places: 8, closesWhenPaid: true },
    ...{ prices: new Map([['USDT', d('1')]]), baseline: { kind: 'repay', newestHistoryId: '1000', debt, ltv: d('0.58') }, asOf: 1_000 },
    ...facts,
  };
};

/** Accepted, and not proven yet. */
export const repayWrite = (change: Partial<RepayChange> = {}, facts: Partial<RepayWrite> = {}): RepayWrite => ({
  ...{ id: 'r1', accountId: 'a', venue: 'okx', accountName: 'Main', change: repayment(change) },
  request: { method: 'POST', path: '/api/v5/finance/flexible-loan/repay', body: '{"clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}' },
  baseline: { kind: 'repay', newestHistoryId: '1000', debt: d('40000'), ltv: d('0.58') },
  ...{ ltvBefore: d('0.58'), state: 'accepted', plannedAt: 1, sentAt: 1, updatedAt: 1 },
  ...facts,
});
