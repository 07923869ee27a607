import { decimal } from '../../../src/core/decimal.ts';
import type { Account, Loan } from '../../../src/core/model.ts';
import type { CollateralChange } from '../../../src/exchanges/exchange.ts';
import type { CollateralPreview, CollateralWrite } from '../../../src/engine/ledger/ledger.ts';

export const account: Account = {
  id: 'a1',
  venue: 'okx',
  site: 'global',
  name: 'Main',
  simulated: false,
  readOnly: false,
};

export const loan: Loan = {
  id: '12345',
  orderId: '12345',
  ltv: decimal('0.58'),
  debtUsd: decimal('40000'),
  collateralUsd: decimal('68965.51'),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: decimal('40000') }],
  collateral: [{ coin: 'BTC', amount: decimal('0.8') }],
  marginCall: { ltv: decimal('0.7374'), source: 'venue' },
  liquidation: { ltv: decimal('0.8374'), source: 'venue' },
};

export const change: CollateralChange = {
  kind: 'collateral',
  loan: { loanId: '12345', orderId: '12345' },
  direction: 'add',
  coin: 'BTC',
  amount: decimal('0.1'),
};

export function preview(more: Partial<CollateralPreview> = {}): CollateralPreview {
  return {
    kind: 'collateral',
    change,
    account,
    readiness: {
      kind: 'collateral',
      loan,
      limit: decimal('1.7921483143067599'),
      walletAvailable: decimal('1.7921483143067599'),
      prices: new Map(),
      baseline: { kind: 'collateral', pledged: decimal('0.8') },
      asOf: 1_000,
    },
    ltvNow: decimal('0.58'),
    ltvAfter: decimal('0.5156'),
    distanceNow: decimal('0.2134'),
    distanceAfter: decimal('0.3008'),
    walletAfter: decimal('1.6921483143067599'),
    readAt: 1_000,
    ...more,
  };
}

export function record(more: Partial<CollateralWrite> = {}): CollateralWrite {
  return {
    id: 'w1',
    accountId: 'a1',
    venue: 'okx',
    accountName: 'Main',
    change,
    request: { method: 'POST', path: '/api/v5/finance/flexible-loan/adjust-collateral', body: '{}' },
    baseline: { kind: 'collateral', pledged: decimal('0.8'), newestHistoryId: 'h1', ltv: decimal('0.58') },
    state: 'sent',
    plannedAt: 1_000,
    sentAt: 1_001,
    updatedAt: 1_001,
    ...more,
  };
}
