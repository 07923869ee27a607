import assert from 'node:assert/strict';
import { changeTarget, concerns } from '../../../src/views/change-target.ts';
import { marginChange, positions } from '../words/margin-records.ts';
import { change } from '../words/records.ts';

const margin = marginChange();

describe('the loan or position of a change', () => {
  it('is handed to other commands as what it is', () => {
    assert.deepEqual(changeTarget('a1', change), { accountId: 'a1', loanId: '12345' });
    assert.deepEqual(changeTarget('a1', margin), { accountId: 'a1', positionId: positions.long.positionId });
  });

  it('is what a command about it means, and never the other kind or the other side', () => {
    for (const one of [change, margin]) {
      assert.equal(concerns(changeTarget('a1', one), one), true);
      assert.equal(concerns({ accountId: 'a1' }, one), true);
      assert.equal(concerns({ accountId: 'a1', loanId: 'x' }, one), false);
      assert.equal(concerns({ accountId: 'a1', positionId: positions.short.positionId }, one), false);
    }
    assert.equal(concerns(changeTarget('a1', change), margin), false);
    assert.equal(concerns(changeTarget('a1', margin), change), false);
  });
});
