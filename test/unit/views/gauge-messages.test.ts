import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFromPage } from '../../../src/views/gauge-page.ts';
import { holds } from '../property.ts';

describe('A message from the page', () => {
  it('is taken when it is one of the known ones', () => {
    assert.deepEqual(parseFromPage({ type: 'ready', more: 1 }), { type: 'ready' });
    assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action: 'reduce' }), { type: 'action', key: 'k', action: 'reduce' });
    for (const action of ['add', 'ltvTarget', 'addMargin', 'reduceMargin', 'liquidationTarget', 'resolve', 'reveal', 'refresh']) {
      assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action }), { type: 'action', key: 'k', action });
    }
    assert.deepEqual(parseFromPage({ type: 'shocks', text: '-35', more: 1 }), { type: 'shocks', text: '-35' });
    assert.deepEqual(parseFromPage({ type: 'emptyAction', action: 'addAccount' }), { type: 'emptyAction', action: 'addAccount' });
  });

  it('is ignored when anything about it is unknown', () => {
    const strangers: unknown[] = [
      undefined,
      null,
      'ready',
      [],
      {},
      { type: 'READY' },
      { type: 'action', key: 1, action: 'add' },
      { type: 'action', key: 'k', action: 'removeAccount' },
      { type: 'action', key: 'k', action: 'toString' },
      { type: 'action', action: 'add' },
      { type: 'shocks', text: ['-35'] },
      { type: 'emptyAction', action: 'removeAccount' },
    ];
    for (const stranger of strangers) assert.equal(parseFromPage(stranger), undefined);
  });

  it('never throws', () => {
    holds(
      fc.property(fc.anything(), (value) => {
        parseFromPage(value);
      }),
    );
  });
});
