import assert from 'node:assert/strict';
import { asTarget } from '../../../src/views/target.ts';

describe('what a menu or the page hands to a command', () => {
  it('is taken when it names an account, without whatever else it carries', () => {
    assert.deepEqual(asTarget({ accountId: 'a1', loanId: '12345', more: 1 }), { accountId: 'a1', loanId: '12345' });
    assert.deepEqual(asTarget({ accountId: 'a1', positionId: 'p', coin: 'USDT' }), { accountId: 'a1', positionId: 'p', coin: 'USDT' });
    assert.deepEqual(asTarget({ accountId: 'a1', writeId: 'w1' }), { accountId: 'a1', writeId: 'w1' });
    assert.deepEqual(asTarget({ accountId: 'a1', loanId: undefined, positionId: 7 }), { accountId: 'a1' });
  });

  it('is taken as none otherwise', () => {
    for (const wrong of [undefined, null, 'a1', 7, {}, { accountId: 7 }, { loanId: '12345' }, { positionId: 'p' }]) {
      assert.equal(asTarget(wrong), undefined);
    }
  });
});
