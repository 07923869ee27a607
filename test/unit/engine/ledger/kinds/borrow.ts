import type { BorrowWrite } from '../../../../../src/engine/ledger/record.ts';
import type { BorrowChange, BorrowReadiness } from '../../../../../src/exchanges/exchange.ts';
import { d } from '../support.ts';
import { loanOwing } from './repay.ts';

export const borrowing = (facts: Partial<BorrowChange> = {}): BorrowChange => ({
  ...{ kind: 'borrow', loan: { loanId: '12345', orderId: '12345' }, direction: 'reduce', coin: 'USDT', amount: d('100') },
  ...{ requestId: 'b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e' },
  ...facts,
});

/** By default 40000 USDT on 0.8 BTC at 58 %, margin call at 73.74 %. */
export const readyToBorrow = (facts: Partial<BorrowReadiness> = {}): BorrowReadiness => {
  const debt = facts.debt ?? d('40000');
  return {
    ...{ kind: 'borrow', loan: loanOwing(debt), debt, walletAvailable: d('50'), limit: d('20000'), room: d('1000000'), places: 8 },
    ...{ rate: d('0.08'), prices: new Map([['USDT', d('1')]]), asOf: 1_000 },
    baseline: { kind: 'borrow', newestHistoryId: '1000', debt, ltv: d('0.58') },
    ...facts,
  };
};

/** Accepted, and not proven yet. */
export const borrowWrite = (change: Partial<BorrowChange> = {}, facts: Partial<BorrowWrite> = {}): BorrowWrite => ({
  ...{ id: 'b1', accountId: 'a', venue: 'okx', accountName: 'Main', change: borrowing(change) },
  request: { method: 'POST', path: '/api/v5/finance/flexible-loan/borrow', body: '{"clOrdId":"b15c2d9e0f3a4b5c8d7e6f5a4b3c2d1e"}' },
  baseline: { kind: 'borrow', newestHistoryId: '1000', debt: d('40000'), ltv: d('0.58') },
  ...{ ltvBefore: d('0.58'), state: 'accepted', plannedAt: 1, sentAt: 1, updatedAt: 1 },
  ...facts,
});
