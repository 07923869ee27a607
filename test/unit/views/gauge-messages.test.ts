import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFromPage } from '../../../src/views/gauge-page.ts';
import { holds } from '../property.ts';

describe('A message from the page', () => {
  it('is taken when it is one of the known ones', () => {
    assert.deepEqual(parseFromPage({ type: 'ready', more: 1 }), { type: 'ready' });
    assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action: 'reduce' }), { type: 'action', key: 'k', action: 'reduce' });
    for (const action of ['add', 'ltvTarget', 'addMargin', 'reduceMargin', 'liquidationTarget', 'resolve', 'history', 'refresh']) {
      assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action }), { type: 'action', key: 'k', action });
    }
    assert.deepEqual(parseFromPage({ type: 'shocks', text: '-35', more: 1 }), { type: 'shocks', text: '-35' });
    const of = { list: 'event', by: 'amount', descending: true, filter: 'BTC', page: 3 };
    for (const question of [
      { do: 'show', range: '90d' },
      { do: 'show', key: 'k', range: '1h' },
      { do: 'list', key: 'k', of },
      { do: 'copy', key: 'k', of },
      { do: 'export', list: 'activity' },
      { do: 'close' },
    ])
      assert.deepEqual(parseFromPage({ type: 'history', question: { ...question, more: 1 } }), { type: 'history', question });
    assert.deepEqual(parseFromPage({ type: 'emptyAction', action: 'addAccount' }), { type: 'emptyAction', action: 'addAccount' });
  });

  it('is ignored when anything about it is unknown', () => {
    const of = { list: 'event', by: 'at', descending: true, filter: '', page: 0 };
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
      ...[
        undefined,
        { do: 'show', range: '2h' },
        { do: 'list', key: 1, of },
        { do: 'list', key: 'k', of: { ...of, list: 'keys' } },
        { do: 'list', key: 'k', of: { ...of, by: 'loan' } },
        { do: 'list', key: 'k', of: { ...of, page: -1 } },
        { do: 'list', key: 'k', of: { ...of, page: 1.5 } },
        { do: 'copy', key: 'k', of: { ...of, filter: 5 } },
        { do: 'copy', key: 'k' },
        { do: 'export', list: 'keys' },
        { do: 'exportActivity' },
      ].map((question) => ({ type: 'history', question })),
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
