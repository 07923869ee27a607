import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { marginWrite, now, position, write } from './samples.ts';
import { says } from '../../texts.ts';

/** 0.1 BTC added to a loan, with everything a record can hold; sent two seconds after it was written down. Figures invented. */
export function fullWrite(change: Partial<WriteRecord> = {}): WriteRecord {
  return {
    ...write(),
    request: {
      method: 'POST',
      path: '/api/v5/finance/flexible-loan/adjust-collateral',
      body: '{"type":"add","collateralCcy":"BTC","collateralAmt":"0.1","orderId":"12345"}',
    },
    baseline: { kind: 'collateral', pledged: decimal('0.8'), newestHistoryId: 'h-before', ltv: decimal('0.579812345') },
    figures: { readAt: now - 61_000, walletAvailable: decimal('1.7921483143067599'), limit: decimal('1.5'), usd: decimal('8832.70123') },
    window: 'window-7',
    answer: { at: now - 57_000, kind: 'accepted', code: '0' },
    reference: 'ref-1',
    ltvBefore: decimal('0.579812345'),
    ltvEstimate: decimal('0.515388751'),
    state: 'effective',
    plannedAt: now - 60_000,
    sentAt: now - 58_000,
    updatedAt: now - 50_000,
    ltvAfter: decimal('0.515388'),
    evidence: {
      kind: 'history',
      id: 'h-after',
      row: { type: 'collateral_locked', coin: 'BTC', amount: decimal('0.1'), at: now - 56_000 },
    },
    ...change,
  };
}

/** The rows of the above, as the journal has them. */
export function rowsOf(whole: WriteRecord): readonly WriteRecord[] {
  const later: readonly (keyof WriteRecord)[] = ['sentAt', 'evidence', 'ltvAfter', 'liquidationAfter', 'answer', 'reference'];
  const planned = Object.fromEntries(
    Object.entries(whole).filter(([name]) => !later.includes(name as keyof WriteRecord)),
  ) as unknown as WriteRecord;
  const sent: WriteRecord = { ...planned, state: 'sent', sentAt: now - 58_000, updatedAt: now - 58_000 };
  return [
    { ...planned, state: 'planned', updatedAt: now - 60_000 },
    sent,
    { ...sent, state: 'accepted', updatedAt: now - 57_000, answer: { at: now - 57_000, kind: 'accepted', code: '0' }, reference: 'ref-1' },
    whole,
  ];
}

/** 100 USDT taken out of the margin of a long position, done by the position's own figures. Figures invented. */
export function fullMarginWrite(change: Partial<WriteRecord> = {}): WriteRecord {
  const { positionId, instrument, market, slot, side, marginCoin } = position();
  return {
    ...marginWrite(),
    id: 'm1',
    change: {
      kind: 'margin',
      position: { positionId, instrument, market, slot, side, marginCoin },
      direction: 'reduce',
      coin: 'USDT',
      amount: decimal('100'),
    },
    baseline: {
      kind: 'margin',
      size: decimal('20'),
      margin: decimal('1600'),
      leverage: decimal('8'),
      entryPrice: decimal('61000.5'),
      liquidationPrice: decimal('52560.123456789'),
    },
    state: 'effective',
    sentAt: now - 4_000,
    liquidationEstimate: decimal('53060.5'),
    liquidationAfter: decimal('53061.000001'),
    evidence: { kind: 'position' },
    ...change,
  };
}

export const states: readonly (readonly [Partial<WriteRecord>, string])[] = [
  [{ state: 'planned' }, says('activity.recorded')],
  [{ state: 'sent', sentAt: now }, says('activity.sent')],
  [{ state: 'accepted', sentAt: now }, says('activity.accepted')],
  [{ state: 'unknown', sentAt: now, note: msg('test', 'It went wrong.') }, says('activity.unknown')],
  [{ state: 'effective', sentAt: now, evidence: { kind: 'position' } }, says('activity.confirmed')],
  [{ state: 'effective', sentAt: now }, says('activity.marked-executed')],
  [{ state: 'rejected', sentAt: now }, says('activity.rejected')],
  [{ state: 'not-effective' }, says('activity.not-sent')],
  [{ state: 'not-effective', sentAt: now }, says('activity.marked-not-executed')],
  [{ state: 'not-effective', sentAt: now, evidence: { kind: 'history', id: 'h' } }, says('activity.not-executed')],
  [{ state: 'mismatch', sentAt: now }, says('activity.mismatch')],
  [{ state: 'mismatch', sentAt: now, freezeLiftedAt: now }, says('activity.mismatch-unfrozen')],
];
