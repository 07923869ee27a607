import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import type { InterestRow, Loan } from '../../../../src/core/model.ts';
import { interestOutlook } from '../../../../src/ui/presentation/interest-outlook.ts';
import type { PageSource } from '../../../../src/ui/presentation/outline.ts';
import { loan, text } from './samples.ts';

const source: PageSource = { kind: 'interest', accountId: 'one', loan: { loanId: '12345' }, version: '' };
const row = (coin: string, rate: string): InterestRow => ({
  id: '1',
  coin,
  debt: decimal('70000'),
  interest: decimal('0.1'),
  rate: decimal(rate),
  at: 1,
});
const owing = (change: Partial<Loan> = {}): Loan =>
  loan({
    ltv: decimal('0.7'),
    debtUsd: decimal('70000'),
    collateralUsd: decimal('100000'),
    debts: [{ coin: 'USDT', amount: decimal('70000') }],
    collateral: [{ coin: 'BTC', amount: decimal('1') }],
    marginCall: { ltv: decimal('0.75'), source: 'venue' },
    ...change,
  });
const prices = { USDT: decimal('1'), BTC: decimal('100000') };

describe('what interest will do', () => {
  it('is a cost a day, and the days until it alone brings the margin call', () => {
    // 10 % a year on 70000: 0.79908676 an hour, rounded up; 5000 more is the margin call, 6257 hours away.
    const entry = interestOutlook(source, owing(), [row('USDT', '0.1'), row('USDT', '0.9')], prices, '14:03')!;
    assert.equal(text(entry.label), 'Costs 19.17808224 USDT a day, about $19.18 (estimate)');
    assert.deepEqual(entry.description?.map(text), [
      'at flat prices interest alone brings the margin call in 260 days',
      'figures of 14:03',
    ]);
  });

  it('says less where less is known, and nothing of a coin that is not owed', () => {
    const label = (of: Loan, rows: readonly InterestRow[], at: Readonly<Record<string, ReturnType<typeof decimal>>>) => {
      const entry = interestOutlook(source, of, rows, at, '14:03');
      return entry === undefined ? undefined : [text(entry.label), ...(entry.description ?? []).map(text)];
    };
    assert.deepEqual(label(owing(), [row('USDT', '0.1')], {}), ['Costs 19.17808224 USDT a day (estimate)', 'figures of 14:03']);
    assert.equal(label(owing(), [row('ETH', '0.1')], prices), undefined);
    assert.equal(label(owing(), [], prices), undefined);
    assert.deepEqual(
      label(owing(), [row('USDT', '0.0001')], prices)?.[1],
      'at flat prices interest alone brings no margin call within ten years',
    );
    const late = owing({ ltv: decimal('0.8'), debtUsd: decimal('80000'), debts: [{ coin: 'USDT', amount: decimal('80000') }] });
    assert.deepEqual(label(late, [row('USDT', '0.1')], prices)?.[1], 'at flat prices interest alone brings the margin call in 0 days');
  });
});
