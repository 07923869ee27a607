import assert from 'node:assert/strict';
import { html } from 'lit-html';
import type { PageState, StressTable, StressView } from '../../../src/core/protocol.ts';
import { page, type Place } from '../../../src/webview/page.ts';
import { firstChoices } from '../../../src/webview/arrange.ts';
import { stressTables } from '../../../src/webview/stress.ts';
import { flat, pageState } from './markup.ts';
import { says, saysLike } from '../../texts.ts';

const table = (change: Partial<StressTable> = {}): StressTable => ({
  first: ['BTC −12.4%: the position liquidated'],
  caption: 'Estimates of everything',
  members: [
    { key: 'a', title: 'Loan 1', detail: 'OKX, LTV' },
    { key: 'b', title: 'Loan 2', detail: 'OKX, LTV' },
  ],
  shocks: [
    {
      label: 'BTC −10%',
      cells: [
        { text: '63.81% · Watch', level: 'watch' },
        { text: `74.00% · ${says('term.margin-call')}`, level: 'danger' },
      ],
    },
  ],
  leftOut: [says('stress.left-out', says('estimate.stale'), 'loan 3')],
  ...change,
});
const view = (...tables: StressTable[]): StressView => ({
  firstHeading: 'First',
  memberHeading: 'Loan or position',
  own: { label: 'Your own', example: '−35' },
  tables,
});
const shown = (...tables: StressTable[]): string => flat(stressTables(view(...tables), [], '', () => undefined));
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('The section of shocks', () => {
  it('is a real table: a caption, a header for each shock, and one for each loan and position', () => {
    const text = shown(table());
    assert.match(text, /<caption id=shocks-0> Estimates of everything <\/caption>/);
    assert.equal(count(text, '<th scope="col">'), 2);
    assert.equal(count(text, '<th scope="row">'), 2);
    assert.equal(count(text, '<td '), 2);
    assert.ok(!text.includes('<th scope="col"></th>'), 'no header is empty');
  });

  it('follows the order of the lines, each row with its own cells', () => {
    const text = flat(stressTables(view(table()), ['b', 'a'], '', () => undefined));
    assert.match(text, /Loan 2 .*>74\.00% .*Loan 1 .*>63\.81% Watch</);
  });

  it('takes shocks of the person, and says which it does not understand', () => {
    const refused = { ...view(table()), own: { label: 'Your own', example: '−35', refused: 'Ignored: x' } };
    assert.match(
      flat(stressTables(refused, [], '-35, x', () => undefined)),
      /<input placeholder=−35 \.value=-35, x @change= maxlength="1000" \/>.*<output>Ignored: x</,
    );
  });

  it('lets what scrolls be reached by keyboard, under the name of its caption', () => {
    const text = shown(table(), table());
    for (const id of ['shocks-0', 'shocks-1']) {
      assert.ok(text.includes(`role="region" tabindex="0" aria-labelledby=${id}`));
      assert.equal(count(text, `id=${id}>`), 1);
    }
  });

  it('says each level in words beside its shape, which is hidden from a screen reader', () => {
    const text = shown(table());
    assert.match(
      text,
      /<td class="level-danger" data-label=BTC −10%> ?<svg viewBox="0 0 16 16" aria-hidden="true">.*<\/svg> <span>74\.00% Margin call<\/span> ?<\/td>/,
    );
  });

  it('marks what is no real money, and only that', () => {
    const marked = shown(table({ simulatedMark: 'SIMULATED' }), table());
    assert.equal(count(marked, '<p class="mark" id="shocks-0m">SIMULATED</p>'), 1);
  });

  it('says who is left out even where nothing is left for a table', () => {
    const text = shown(table({ first: [], shocks: [], members: [] }));
    assert.ok(!text.includes('<table>') && !text.includes('<h3>'));
    assert.match(text, saysLike('stress.left-out', says('estimate.stale'), 'loan 3'));
  });

  it('stands on a page only where there is one', () => {
    const acts = { act: () => undefined, choose: () => undefined, reveal: () => undefined };
    const draw = (sections: PageState['sections'], open: Place['sections'] = new Map()): string => {
      const place = { current: undefined, open: new Set<string>(), order: [], choices: firstChoices, sections: open };
      return flat(page(pageState([], { sections }), place, acts, () => undefined));
    };
    assert.ok(!draw([]).includes('<details'));
    const one = [{ id: 'stress', heading: 'If prices moved' }] as const;
    assert.equal(count(draw(one), '<details'), 1);
    assert.match(draw(one), /<h2>If prices moved<\/h2><\/summary> <\/details>/, 'what is closed is not drawn');
    assert.match(draw(one, new Map([['stress', html`<p>Open</p>`]])), /<\/summary> <p>Open<\/p> <\/details>/);
  });
});
