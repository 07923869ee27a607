import assert from 'node:assert/strict';
import fc from 'fast-check';
import { parseFromPage } from '../../../src/views/gauge-page.ts';
import { holds } from '../property.ts';

describe('A message from the page', () => {
  it('is taken when it is one of the known ones', () => {
    assert.deepEqual(parseFromPage({ type: 'ready', more: 1 }), { type: 'ready' });
    assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action: 'reduce' }), { type: 'action', key: 'k', action: 'reduce' });
    for (const action of [
      'add',
      'ltvTarget',
      'addMargin',
      'reduceMargin',
      'liquidationTarget',
      'resolve',
      'history',
      'reveal',
      'refresh',
    ]) {
      assert.deepEqual(parseFromPage({ type: 'action', key: 'k', action }), { type: 'action', key: 'k', action });
    }
    assert.deepEqual(parseFromPage({ type: 'shocks', text: '-35', more: 1 }), { type: 'shocks', text: '-35' });
    assert.deepEqual(parseFromPage({ type: 'shocks' }), { type: 'shocks' });
    const of = { list: 'event', by: 'amount', descending: true, filter: 'BTC', page: 3 };
    for (const question of [
      { do: 'show' },
      { do: 'show', range: '90d' },
      { do: 'show', key: 'k', range: '1h' },
      { do: 'list', key: 'k', of },
      { do: 'copy', key: 'k', of },
      { do: 'export', list: 'activity' },
      { do: 'close' },
    ])
      assert.deepEqual(parseFromPage({ type: 'history', question: { ...question, more: 1 } }), { type: 'history', question });
    const trial = { prices: { BTC: '-20.5', ETH: '100' }, changes: { k: [{ action: 'repay', coin: 'USDT', amount: '1.' }] } };
    assert.deepEqual(parseFromPage({ type: 'whatIf', round: 1, trial, more: 1 }), { type: 'whatIf', round: 1, trial });
    assert.deepEqual(parseFromPage({ type: 'whatIf', round: 2 }), { type: 'whatIf', round: 2 });
    const used = { type: 'useTried', key: 'k', action: 'reduceMargin', coin: 'USDT', amount: '12' };
    assert.deepEqual(parseFromPage({ ...used, more: 1 }), used);
    assert.deepEqual(parseFromPage({ type: 'emptyAction', action: 'addAccount' }), { type: 'emptyAction', action: 'addAccount' });
  });

  it('is ignored when anything about it is unknown', () => {
    const of = { list: 'event', by: 'at', descending: true, filter: '', page: 0 };
    const add = { action: 'add', coin: 'BTC', amount: '1' };
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
      { type: 'whatIf', trial: { prices: {}, changes: {} } },
      { type: 'whatIf', round: 1, trial: null },
      { type: 'whatIf', round: 1, trial: { prices: {} } },
      ...['-90.1', '100.1', '-100', '1e1', '5%', 5].map((move) => ({
        type: 'whatIf',
        round: 1,
        trial: { prices: { BTC: move }, changes: {} },
      })),
      ...[null, {}, { action: 'refresh', coin: 'BTC', amount: '1' }, { action: 'add', coin: 'BTC', amount: '1'.repeat(41) }].map(
        (change) => ({
          ...{ type: 'whatIf', round: 1, trial: { prices: {}, changes: { k: [change] } } },
        }),
      ),
      ...[add, Array.from({ length: 21 }, () => add)].map((some) => ({
        type: 'whatIf',
        round: 1,
        trial: { prices: {}, changes: { k: some } },
      })),
      { type: 'useTried', key: 'k', action: 'ltvTarget', coin: 'BTC', amount: '1' },
      { type: 'useTried', key: 'k', action: 'add', coin: 'BTC' },
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
