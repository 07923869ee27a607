import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { reverseOf } from '../../../src/engine/ledger/undo.ts';
import { lowered, nothingToUndo } from '../../../src/words/undo.ts';
import { inBoth } from './chinese.ts';
import { record } from './records.ts';
import { says, saysLike } from '../../texts.ts';

const done = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' }, plannedAt: 1_000, sentAt: 1_001, updatedAt: 2_000 });
describe('what is undone', () => {
  it('is said to be nothing, with why', () => {
    assert.match(inBoth(nothingToUndo(true)), saysLike('undo.no-longer-undone'));
    assert.match(inBoth(nothingToUndo(false)), saysLike('undo.nothing-only-addition'));
  });
});

describe('an undo', () => {
  const undo = { record: done, change: reverseOf(done, 3_000)! };

  it('takes out the same amount where that is safe, or where the preview has to decide', () => {
    for (const most of [decimal('0.1'), decimal('5'), undefined]) {
      const answer = lowered(undo, most, false);
      assert.ok('change' in answer);
      assert.equal(answer.change.amount, '0.1');
      assert.equal(answer.change.direction, 'reduce');
      assert.equal(
        inBoth(answer.remark),
        says('undo.takes-out-again', says('kinds.add-loan-2', '0.1', 'BTC', '12345', 'Main'), '0.1', 'BTC'),
      );
    }
  });

  it('takes out less, and says so, where only less is safe', () => {
    const answer = lowered(undo, decimal('0.03'), false);
    assert.ok('change' in answer);
    assert.equal(answer.change.amount, '0.03');
    assert.match(inBoth(answer.remark), /CAUTION: 0\.1 BTC were added, but only 0\.03 BTC can be taken out safely/);
  });

  it('takes out nothing where nothing is safe', () => {
    const answer = lowered(undo, decimal('0'), true);
    assert.ok('refused' in answer);
    assert.match(inBoth(answer.refused), saysLike('undo.added-figures-now'));
  });
});
