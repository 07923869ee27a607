import { msg } from '../../../../src/core/message.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/record.ts';
import { change, d } from './support.ts';

/** A row of a journal. */
export const written = (id: string, facts: Partial<WriteRecord> = {}): WriteRecord => ({
  id,
  accountId: 'a',
  venue: 'okx',
  accountName: 'Main “quoted”\nname',
  change: change({ amount: d('1.7921483143067599') }),
  request: {
    method: 'POST',
    path: '/api/v5/finance/flexible-loan/adjust-collateral',
    body: '{"type":"add","collateralAmt":"1.7921483143067599"}',
  },
  baseline: { kind: 'collateral', newestHistoryId: '17316594851045086', pledged: d('0.8'), ltv: d('0.58') },
  ltvBefore: d('0.58'),
  ltvEstimate: d('0.51555556'),
  state: 'sent',
  plannedAt: 1_700_000_000_000,
  sentAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_001,
  note: msg('test', 'One {0}.', msg('test', 'two {0}', 'three')),
  ...facts,
});

export const writtenMargin = (facts: Partial<WriteRecord> = {}): WriteRecord => ({
  id: 'm1',
  accountId: 'a',
  venue: 'bybit',
  accountName: 'Main',
  change: {
    kind: 'margin',
    position: { positionId: 'linear:BTCUSDT:1', instrument: 'BTCUSDT', market: 'linear', slot: '1', side: 'long', marginCoin: 'USDT' },
    direction: 'reduce',
    coin: 'USDT',
    amount: d('10.5'),
  },
  request: { method: 'POST', path: '/v5/position/add-margin', body: '{"margin":"-10.5"}' },
  baseline: {
    kind: 'margin',
    size: d('1'),
    margin: d('400'),
    steadyMargin: d('399.5'),
    leverage: d('10'),
    entryPrice: d('20000'),
    liquidationPrice: d('19700'),
  },
  liquidationBefore: d('19700'),
  liquidationEstimate: d('19710.5'),
  state: 'sent',
  plannedAt: 1_700_000_000_000,
  sentAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_001,
  ...facts,
});
