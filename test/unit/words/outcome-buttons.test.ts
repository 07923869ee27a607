import assert from 'node:assert/strict';
import type { Instead } from '../../../src/core/errors.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { outcomeButtons, outcomeText } from '../../../src/words/outcome.ts';
import { record } from './records.ts';
import { marginRecord } from './margin-records.ts';

const buttons = (of: WriteRecord, undoable = false): readonly string[] => outcomeButtons(outcomeText(of, 'OKX', false), of, undoable);
const refused = (instead: readonly Instead[]) => ({ state: 'rejected', answer: { at: 1, kind: 'refused', instead } }) as const;

describe('the buttons below an outcome', () => {
  it('offer to undo only what was done and can be undone', () => {
    const done = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' } });
    assert.deepEqual(buttons(done, true), ['openGauges', 'undo']);
    assert.deepEqual(buttons(done), ['openGauges']);
    for (const state of ['accepted', 'unknown', 'mismatch', 'rejected', 'not-effective'] as const) {
      assert.ok(!buttons(record({ state }), true).includes('undo'), state);
    }
  });

  it('lead to a settlement while something is open, and nowhere else', () => {
    for (const state of ['sent', 'accepted', 'unknown', 'mismatch'] as const) {
      assert.deepEqual(buttons(record({ state, ...{ answer: refused(['less']).answer } })), ['resolve', 'showLog'], state);
    }
    assert.deepEqual(buttons(record({ state: 'not-effective' })), ['showLog']);
  });

  it('name what would work where the exchange refused a change of collateral', () => {
    for (const [instead, expected] of [
      [[], ['showLog']],
      [
        ['otherCoin', 'less'],
        ['otherCoin', 'showLog'],
      ],
      [['less'], ['otherAmount', 'showLog']],
      [['more'], ['otherAmount', 'showLog']],
      [['repay', 'later', 'addMargin'], ['showLog']],
    ] as const) {
      assert.deepEqual(buttons(record(refused(instead))), expected);
    }
  });

  it('name what would work where the exchange refused a change of margin', () => {
    const of = (direction: 'add' | 'reduce', instead: readonly Instead[]): readonly string[] => {
      const { change } = marginRecord();
      return buttons(marginRecord({ ...refused(instead), change: { ...change, direction } }));
    };
    assert.deepEqual(of('reduce', ['addMargin', 'less']), ['addMargin', 'otherAmount', 'showLog']);
    assert.deepEqual(of('add', ['addMargin']), ['showLog']);
    assert.deepEqual(of('add', ['otherCoin']), ['showLog']);
  });
});
