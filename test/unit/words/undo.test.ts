import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { reverseOf } from '../../../src/engine/ledger/undo.ts';
import { lowered } from '../../../src/words/undo.ts';
import { inBoth } from './chinese.ts';
import { record } from './records.ts';
import { changeName, onLoan, says, saysLike } from '../../texts.ts';

const done = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' }, plannedAt: 1_000, sentAt: 1_001, updatedAt: 2_000 });
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
        says('undo.removes-again', changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main'), '0.1', 'BTC'),
      );
    }
  });

  it('takes out less, and says so, where only less is safe', () => {
    const answer = lowered(undo, decimal('0.03'), false);
    assert.ok('change' in answer);
    assert.equal(answer.change.amount, '0.03');
    assert.match(
      inBoth(answer.remark),
      saysLike('undo.only-part', changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main'), '0.1', 'BTC', '0.03'),
    );
  });

  it('takes out nothing where nothing is safe', () => {
    const answer = lowered(undo, decimal('0'), true);
    assert.ok('refused' in answer);
    assert.match(inBoth(answer.refused), saysLike('undo.none-safe', '0.1', 'BTC'));
  });
});
