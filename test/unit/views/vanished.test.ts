import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Vanished } from '../../../src/core/model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { activityOutline } from '../../../src/views/activity.ts';
import { loansOutline } from '../../../src/views/loans.ts';
import { positionsOutline } from '../../../src/views/positions.ts';
import { statusOf } from '../../../src/views/status.ts';
import { inBoth } from '../words/chinese.ts';
import { below, gone, holding, now, viewContext, state, text } from './samples.ts';
import { spokenOf } from '../../../src/views/entry.ts';
import { says } from '../../texts.ts';

/** A position liquidated by a price move while at Watch, and a loan that was OK. */
const calm: readonly Vanished[] = [
  {
    kind: 'position',
    id: 'p9',
    name: 'BTC-USDT',
    side: 'long',
    calm: true,
    distance: decimal('0.23456'),
    lastSeen: now - 60_000,
    noticed: now,
  },
  {
    kind: 'loan',
    id: '12345',
    name: '12345',
    orderId: '12345',
    calm: true,
    distance: decimal('0.3'),
    lastSeen: now - 60_000,
    noticed: now,
  },
];
const at = viewContext({ when: () => '1:02 AM' });
const after = (vanished: readonly Vanished[]): AccountState => state({ snapshot: holding([], { vanished }) });
const position = says('vanished.closed', 'BTC-USDT long', '1:02 AM', says('line.to', '23.4%', says('preview.liquidation')));
const loan = says('vanished.closed', 'Loan 12345', '1:02 AM', says('line.to', '30.0%', says('preview.margin-call')));

describe('what closed without a word, though it did not alarm before', () => {
  it('is a note in the view of its kind, no alarm, in both languages', () => {
    const [note] = positionsOutline([after(calm)], at)[0]!.children!;
    assert.deepEqual([text(note!.label), note!.icon], [position, { id: 'info' }]);
    assert.equal(text(spokenOf(note!)), position);
    for (const part of [note!.label, spokenOf(note!)]) if (typeof part !== 'string') inBoth(part);
    assert.deepEqual(below(loansOutline([after(calm)], at)[0]!), [loan, says('loan.none')]);
    const { distance, ...unknown } = calm[0]!;
    assert.ok(distance !== undefined);
    assert.deepEqual(
      below(positionsOutline([after([unknown])], at)[0]!)[0],
      says('vanished.closed', 'BTC-USDT long', '1:02 AM', says('line.unknown', says('preview.liquidation'))),
    );
  });

  it('opens on the exchange’s own history where it is a loan', () => {
    const [note] = loansOutline([after(calm)], at)[0]!.children!;
    assert.equal(note!.expansion, 'closed');
    assert.deepEqual(note!.pages, { kind: 'history', accountId: 'one', loan: { loanId: '12345', orderId: '12345' }, version: 'closed' });
    assert.equal(positionsOutline([after(calm)], at)[0]!.children![0]!.pages, undefined);
  });

  it('is told on the page of gauges, in the Activity view and in the tooltip of the status bar', () => {
    const states = [after(calm)];
    assert.deepEqual(gaugePage(states, at, text).state.notices, [`OKX · Main: ${position}`, `OKX · Main: ${loan}`]);
    const acts = { times: { minute: String, second: String }, more: () => undefined };
    const activity = activityOutline(states, at, { writes: [], steps: () => [], shown: () => 50 }, acts);
    assert.deepEqual(below(activity[0]!).slice(0, 2), [position, loan]);
    assert.deepEqual(
      statusOf(states, at)!.rows.map(({ what, level, distance, age }) => [what, level, distance, age].map(text)),
      [
        [
          'BTC-USDT long',
          says('status.gone-check-exchange'),
          says('term.last-known', says('line.to', '23.4%', says('preview.liquidation'))),
          '1 min ago',
        ],
        [
          'Loan 12345',
          says('status.gone-check-exchange'),
          says('term.last-known', says('line.to', '30.0%', says('preview.margin-call'))),
          '1 min ago',
        ],
        [says('gauges.none'), '–', '–', says('time.just-now')],
      ],
    );
    assert.equal(statusOf(states, at)!.text.map(text).join(' · '), `LTV Gauge · ${says('gauges.none')}`);
  });

  it('is counted in the status bar only where it was an alarm', () => {
    assert.equal(
      statusOf([after(gone)], at)!
        .text.map(text)
        .join(' · '),
      `LTV Gauge · ${says('status.closed')}: 2`,
    );
    assert.equal(
      statusOf([after(gone.slice(0, 1)), state()], at)!
        .text.map(text)
        .join(' · '),
      `57.43% · Watch · ${says('time.just-now')} · ${says('status.closed')}: 1`,
    );
  });
});
