// What a page sends, with whatever else could come instead: what is taken is well-formed and short, and nothing is taken for something else.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { FromPage } from '../../../src/core/protocol.ts';
import { parseFromPage } from '../../../src/views/gauge-page.ts';
import { holds } from '../property.ts';
import { damaged, garbage } from './garbage.ts';

const key = '["loan","main","12345"]';
const of = { list: 'event', by: 'at', descending: true, filter: 'BTC', page: 3 };
const changes = { [key]: [{ action: 'add', coin: 'BTC', amount: '0.1' }] };
const messages: readonly unknown[] = [
  { type: 'ready' },
  { type: 'shocks', text: '-35, BTC -15' },
  { type: 'action', key, action: 'reduce' },
  ...[
    { do: 'show', key, range: '90d' },
    { do: 'list', key, of },
    { do: 'copy', key, of },
    { do: 'export', list: 'activity' },
  ].map((question) => ({ type: 'history', question })),
  { type: 'whatIf', round: 7, trial: { prices: { BTC: '-20.5', ETH: '100' }, changes } },
  { type: 'useTried', key, action: 'reduceMargin', coin: 'USDT', amount: '12' },
  { type: 'emptyAction', action: 'addAccount' },
];

const words = {
  type: /^(ready|shocks|action|history|whatIf|useTried|emptyAction)$/,
  action:
    /^(add|reduce|repay|ltvTarget|addMargin|reduceMargin|liquidationTarget|resolve|rescue|history|reveal|venue|refresh|addAccount|trySimulated)$/,
  do: /^(show|list|copy|export|close)$/,
  list: /^(event|collateral|interest|activity)$/,
  by: /^(at|type|coin|amount)$/,
  range: /^(1h|6h|24h|7d|30d|90d|1y)$/,
} as const;

/** Everything in a message that was taken, named as its field. */
function* partsOf(value: unknown, name = ''): Generator<readonly [name: string, value: unknown]> {
  yield [name, value];
  if (typeof value !== 'object' || value === null) return;
  for (const [field, part] of Object.entries(value)) {
    // A coin and a key are data; what stands under them is a move or a change.
    yield* partsOf(part, Array.isArray(value) ? name : name === 'prices' ? 'move' : name === 'changes' ? 'line' : field);
    if (name === 'prices' || name === 'changes') yield ['key', field];
  }
}

function mustBeGood(taken: FromPage): void {
  for (const [name, value] of partsOf(taken)) {
    if (typeof value === 'string') {
      assert.ok(value.length <= 1_000, `${name} of ${value.length.toString()}`);
      if (name in words) assert.match(value, words[name as keyof typeof words]);
      if (name === 'move') assert.ok(/^-?\d{1,3}(\.\d)?$/.test(value) && Number(value) >= -90 && Number(value) <= 100, value);
    } else if (typeof value === 'number') assert.ok(Number.isSafeInteger(value) && value >= 0, `${name} ${value.toString()}`);
    else assert.ok(typeof value === 'boolean' || typeof value === 'object', name);
    if (Array.isArray(value) || name === 'prices' || name === 'changes') assert.ok(Object.keys(value as object).length <= 500, name);
  }
}

describe('A message from the page that was damaged', () => {
  it('is refused, or says something that a whole one could say', () => {
    for (const message of messages) assert.deepEqual(parseFromPage(message), message);
    holds(
      fc.property(
        fc.oneof(
          fc.constantFrom(...messages).chain((message) => damaged(message, garbage)),
          garbage,
        ),
        (value) => {
          const taken = parseFromPage(value);
          if (taken === undefined) return;
          mustBeGood(taken);
          assert.deepEqual(parseFromPage(structuredClone(taken)), taken);
          // Nothing but what was sent.
          assert.equal(taken.type, (value as { readonly type: unknown }).type);
        },
      ),
      { numRuns: 20_000 },
    );
  });

  it('that asks for more than a page can show is refused', () => {
    const long = 'x'.repeat(1_001);
    const many = Object.fromEntries(Array.from({ length: 501 }, (_, index) => [`C${index.toString()}`, '1']));
    for (const message of [
      { type: 'shocks', text: long },
      { type: 'action', key: long, action: 'add' },
      { type: 'history', question: { do: 'show', key: long } },
      { type: 'history', question: { do: 'list', key, of: { ...of, filter: long } } },
      { type: 'useTried', key, action: 'add', coin: long, amount: '1' },
      ...[Number.NaN, -1, 1.5, Number.POSITIVE_INFINITY, 2 ** 53].map((round) => ({ type: 'whatIf', round })),
      { type: 'whatIf', round: 1, trial: { prices: many, changes: {} } },
      { type: 'whatIf', round: 1, trial: { prices: {}, changes: Object.fromEntries(Object.keys(many).map((one) => [one, []])) } },
      { type: 'whatIf', round: 1, trial: { prices: { [long]: '1' }, changes: {} } },
    ])
      assert.equal(parseFromPage(message), undefined, JSON.stringify(message).slice(0, 100));
  });
});
