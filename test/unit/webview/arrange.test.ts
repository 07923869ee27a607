import assert from 'node:assert/strict';
import fc from 'fast-check';
import { arranged, firstChoices, kept, keptWhere, renewed, sorted, type Choices } from '../../../src/webview/arrange.ts';
import { holds } from '../property.ts';
import { gaugeView, pageState } from './markup.ts';

const a = gaugeView({ key: 'a', title: 'Loan 10', at: 0.5 });
const b = gaugeView({ key: 'b', title: 'Loan 9', at: 0.7, subtitle: 'OKX · Second', levelText: 'Danger' });
const { at, ...withoutAt } = gaugeView({ key: 'c', title: 'BTC-USDT long', line: { ...a.line, venue: 'Bybit', marks: ['unreachable'] } });
const state = pageState([a, b, withoutAt], {
  orders: { worst: [1, 2, 0], marginCall: [1, 0, 2], liquidation: [2, 1, 0], age: [0, 1, 2] },
});
const by = (change: Partial<Choices>): string => sorted(state, { ...firstChoices, ...change }).join('');
const shown = (change: Partial<Choices>): string =>
  arranged(state.gauges, ['b', 'c', 'a'], { ...firstChoices, ...change })
    .map(({ title, gauges }) => `${title ?? ''}:${gauges.map(({ key }) => key).join('')}`)
    .join(' ');

describe('The order of the lines', () => {
  it('is worst first, as the extension says', () => {
    assert.equal(by({}), 'bca');
  });

  it('goes by the exact orders of the extension, by name, or by the place on the scale', () => {
    assert.equal(at !== undefined, true);
    assert.deepEqual(
      [by({ sort: 'marginCall' }), by({ sort: 'liquidation' }), by({ sort: 'age' }), by({ sort: 'name' }), by({ sort: 'figure' })],
      ['bac', 'cba', 'abc', 'cba', 'bac'],
    );
  });

  it('can be turned round', () => {
    assert.equal(by({ reversed: true }), 'acb');
  });

  it('stays where somebody is about to press something: what is new comes last, what is gone leaves', () => {
    assert.deepEqual(kept(['a', 'b', 'c'], ['d', 'c', 'a']), ['a', 'c', 'd']);
    const keys = fc.uniqueArray(fc.constantFrom('a', 'b', 'c', 'd', 'e', 'f'));
    holds(
      fc.property(keys, keys, (before, fresh) => {
        assert.deepEqual(kept(before, fresh).sort(), [...fresh].sort());
      }),
    );
  });
});

describe('What is shown of the lines', () => {
  it('is all of them without a filter', () => {
    assert.equal(shown({}), ':bca');
  });

  it('is what holds every word of the filter, in name, account, level and marks', () => {
    assert.equal(shown({ filter: 'LOAN' }), ':ba');
    assert.equal(shown({ filter: 'second danger' }), ':b');
    assert.equal(shown({ filter: 'unreach' }), ':c');
    assert.equal(shown({ filter: 'nothing' }), '');
  });

  it('stands in groups, the one with the worst line first', () => {
    assert.equal(shown({ group: 'account' }), 'OKX · Second:b OKX · Main:ca');
    assert.equal(shown({ group: 'venue' }), 'OKX:ba Bybit:c');
  });
});

describe('New gauges', () => {
  it('are the very same where nothing has changed, so that nothing is drawn again', () => {
    const copy = structuredClone(a);
    const changed = { ...b, figure: '70.01%' };
    const { gauges } = renewed(pageState([a, b]), pageState([copy, changed]));
    assert.equal(gauges[0], a);
    assert.equal(gauges[1], changed);
  });

  it('wait where that is asked for, but never those that are new', () => {
    const [changed, other] = [
      { ...a, figure: '57.44%' },
      { ...b, figure: '70.01%' },
    ];
    assert.deepEqual(
      keptWhere([a, b], [changed, other], (key) => key === 'b'),
      [changed, b],
    );
    assert.deepEqual(
      keptWhere([a], [a, other], () => true),
      [a, other],
    );
  });
});
