import assert from 'node:assert/strict';
import { intervalMsOf } from '../../../src/words/time.ts';

describe('the interval between readings', () => {
  it('is the person’s setting, at least ten seconds', () => {
    assert.equal(intervalMsOf(45), 45_000);
    assert.equal(intervalMsOf(1), 10_000);
    assert.equal(intervalMsOf(-5), 10_000);
  });

  it('is half a minute when the setting is missing or no number, and never longer than five minutes', () => {
    for (const odd of [undefined, null, '15', Number.NaN, Number.POSITIVE_INFINITY, {}]) assert.equal(intervalMsOf(odd), 30_000);
    assert.equal(intervalMsOf(300), 300_000);
    assert.equal(intervalMsOf(301), 300_000);
    assert.equal(intervalMsOf(1e12), 300_000);
  });
});
