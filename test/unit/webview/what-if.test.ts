import assert from 'node:assert/strict';
import type { WhatIfRow, WhatIfView } from '../../../src/core/protocol.ts';
import { oneAtATime, whatIf, type Tried, type WhatIfActs } from '../../../src/webview/what-if.ts';
import { flat, gaugeView, pageState } from './markup.ts';

const row = (change: Partial<WhatIfRow> = {}): WhatIfRow => ({
  key: 'a',
  title: 'Loan 1',
  detail: 'OKX · Main, LTV',
  figure: '57.43% → ~71.78%',
  level: 'danger',
  levelText: 'Danger',
  toMarginCall: '~2.6%',
  toLiquidation: '~14.2%',
  liquidationPrice: '~BTC $58,801.35',
  acts: [
    { action: 'add', coin: 'BTC', label: 'Add BTC' },
    { action: 'repay', coin: 'USDT', label: 'Repay USDT' },
  ],
  ...change,
});
const view = (rows: readonly WhatIfRow[], coins = ['BTC', 'ETH']): WhatIfView => ({
  words: {
    note: 'Estimates',
    allCoins: 'All coins',
    percent: 'in %',
    reset: 'Reset',
    use: 'Use This…',
    noChange: 'No change',
    also: 'Also…',
    oneByOne: 'One by one',
    amount: 'Amount',
    first: 'First',
  },
  coins,
  tables: [{ first: ['BTC −2.6%: Loan 1'], rows, leftOut: ['Not included: loan 9'] }],
});
const nothing: Tried = { all: '0', prices: {}, changes: {} };
const adding = (amount: string): Tried => ({ ...nothing, changes: { a: [{ action: 'add', coin: 'BTC', amount }] } });
const acts: WhatIfActs = {
  move: () => undefined,
  choose: () => undefined,
  type: () => undefined,
  use: () => undefined,
  reset: () => undefined,
};
const state = pageState([gaugeView({ key: 'a', actions: [{ id: 'add', label: 'Add' }] })]);
const shown = (rows: readonly WhatIfRow[], tried = nothing, order: readonly string[] = ['a'], coins?: string[]): string =>
  flat(whatIf(view(rows, coins), tried, state, order, acts));
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('The section that tries things out', () => {
  it('has a native slider and a field for all coins and for each, and one where there is one coin', () => {
    assert.equal(count(shown([row()]), 'type="range"'), 3);
    assert.equal(count(shown([row()]), 'type="number"'), 3);
    assert.equal(count(shown([row()], nothing, [], ['BTC']), 'type="range"'), 1);
    const text = shown([row()], { ...nothing, all: '-20', prices: { BTC: '-20', ETH: '5' } });
    assert.match(text, /aria-label=All coins aria-valuetext=−20%/);
    assert.match(text, /aria-label=BTC aria-valuetext=−20% \.value=-20/);
    assert.match(text, /aria-label=ETH aria-valuetext=\+5%/);
    assert.match(text, /aria-label="BTC, in %" \.value=-20/);
    assert.match(shown([row()]), /aria-label=BTC aria-valuetext=0%/);
  });

  it('is a table that follows the order of the lines, with each level in words beside its shape', () => {
    const text = shown([row(), row({ key: 'b', title: 'Loan 2', level: 'ok', levelText: 'OK' })], nothing, ['b', 'a']);
    assert.ok(text.indexOf('tried level-ok') < text.indexOf('tried level-danger'));
    assert.equal(count(text, 'role="columnheader"'), 6);
    assert.equal(count(text, 'role="rowheader"'), 2);
    assert.match(text, /tried level-danger">.*aria-hidden="true">.*<span>Danger<\/span>/);
    assert.match(text, /<strong>57\.43% → ~71\.78%<\/strong>/);
    assert.match(text, /Not included: loan 9/);
  });

  it('lets a change be used only when it is one that the card offers, with an amount that can be', () => {
    const button = (text: string): string => /<button \?disabled=(\w+) aria-label="Use This… Loan 1"/.exec(text)?.[1] ?? '';
    assert.equal(button(shown([row()])), 'true');
    assert.equal(button(shown([row()], adding(''))), 'true');
    assert.equal(button(shown([row()], adding('0.1'))), 'false');
    assert.equal(button(shown([row({ refused: { at: 0, text: 'More than there is' } })], adding('0.1'))), 'true');
    assert.equal(button(shown([row()], { ...nothing, changes: { a: [{ action: 'repay', coin: 'USDT', amount: '1' }] } })), 'true');
  });

  it('says why an amount is left out, and has no fields where nothing can be changed', () => {
    assert.match(
      shown([row({ refused: { at: 0, text: 'More than there is' } })], adding('9')),
      /aria-invalid=true .*<output>More than there is</,
    );
    assert.ok(!shown([row({ acts: [] })]).includes('<select'));
  });
});

describe('Several changes of one loan', () => {
  const both: Tried = { ...nothing, changes: { a: [...adding('0.1').changes['a']!, { action: 'repay', coin: 'USDT', amount: '500' }] } };

  it('have a line each, a further one as soon as there is an amount, and none for what is tried already', () => {
    assert.equal(count(shown([row()]), '<select'), 1);
    assert.equal(count(shown([row()], adding('')), '<select'), 1);
    const second = shown([row()], adding('0.1'));
    assert.deepEqual([count(second, '<select'), count(second, 'Also…'), count(second, 'Add BTC')], [2, 1, 1]);
    const acts = [...row().acts, { action: 'reduce' as const, coin: 'BTC', label: 'Remove BTC' }];
    assert.equal(count(shown([row({ acts })], adding('0.1')), 'Remove BTC'), 1, 'not beside adding the same');
    assert.equal(count(shown([row()], both), '<select'), 2);
  });

  it('are each used alone, which is said, and only the one that cannot be is marked', () => {
    const text = shown([row({ refused: { at: 1, text: 'More than there is' } })], both);
    assert.ok(text.includes('One by one') && !shown([row()], adding('0.1')).includes('One by one'));
    assert.match(text, /disabled=false aria-label="Use This… Loan 1"/);
    assert.match(text, /disabled=true aria-label="Use This… Loan 1 \(2\)"/);
    assert.deepEqual([count(text, 'aria-invalid=true'), count(text, '<output>More than there is')], [1, 1]);
  });
});

describe('What the section asks', () => {
  it('is asked once a frame, not before the last answer, and then as it is by that time', () => {
    const frames: (() => void)[] = [];
    const sent: number[] = [];
    let value = 0;
    const { ask, answered } = oneAtATime(
      (run) => frames.push(run),
      () => sent.push(value),
    );
    const frame = (): void => {
      for (const run of frames.splice(0)) run();
    };
    const move = (): void => {
      value += 1;
      ask();
    };
    for (let moves = 0; moves < 3; moves += 1) move();
    frame();
    assert.deepEqual(sent, [3]);
    for (let moves = 0; moves < 3; moves += 1) {
      move();
      frame();
    }
    assert.deepEqual(sent, [3], 'no second before the answer');
    answered();
    frame();
    assert.deepEqual(sent, [3, 6]);
    answered();
    frame();
    assert.deepEqual(sent, [3, 6], 'nothing new, nothing asked');
  });
});
