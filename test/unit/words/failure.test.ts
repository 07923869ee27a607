import assert from 'node:assert/strict';
import type { Instead } from '../../../src/core/errors.ts';
import { failureButtons, type FailureFacts } from '../../../src/words/outcome.ts';

const plain: FailureFacts = { unfinished: false, canRetry: true, hasCoins: true, hasMargin: false, canRefresh: true };

describe('the buttons under a change that was not sent', () => {
  for (const [what, facts, buttons] of [
    ['try again, or look into the log', {}, ['retry', 'showLog']],
    ['only the log where there is nothing to ask anew', { canRetry: false }, ['showLog']],
    ['settle the earlier change first, and nothing else', { unfinished: true, remedy: 'arm' }, ['resolve', 'showLog']],
    ['arm', { remedy: 'arm' }, ['arm', 'retry', 'showLog']],
    ['open the settings that hold the limit', { remedy: 'settings' }, ['settings', 'retry', 'showLog']],
    ['move less before the limit is lifted', { remedy: 'settings', instead: ['less'] }, ['retry', 'settings', 'showLog']],
    ['read again', { remedy: 'refresh' }, ['refresh', 'retry', 'showLog']],
    ['not read again where nobody can', { remedy: 'refresh', canRefresh: false }, ['retry', 'showLog']],
    ['choose another coin', { instead: ['otherCoin', 'repay'] }, ['otherCoin', 'retry', 'showLog']],
    ['no other coin where there is no choice', { instead: ['otherCoin'], hasCoins: false }, ['retry', 'showLog']],
    ['a smaller or larger amount by way of the amount', { instead: ['less', 'more'] }, ['retry', 'showLog']],
    ['add margin to a position', { instead: ['addMargin'], hasMargin: true }, ['addMargin', 'retry', 'showLog']],
    ['no margin where there is no position', { instead: ['addMargin'] }, ['retry', 'showLog']],
  ] as const satisfies readonly (readonly [string, Partial<FailureFacts>, readonly string[]])[]) {
    it(what, () => {
      assert.deepEqual(failureButtons({ ...plain, ...facts }), buttons);
    });
  }

  it('pretend of no repayment and of no waiting that a button could do them', () => {
    const instead: readonly Instead[] = ['repay', 'later'];
    assert.deepEqual(failureButtons({ ...plain, instead }), failureButtons(plain));
  });
});
