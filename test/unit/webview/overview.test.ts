import assert from 'node:assert/strict';
import type { GaugeView, PageState } from '../../../src/core/protocol.ts';
import { firstChoices } from '../../../src/webview/arrange.ts';
import { page } from '../../../src/webview/page.ts';
import { flat, gaugeView, pageState } from './markup.ts';
import { says } from '../../texts.ts';

const acts = { act: () => undefined, choose: () => undefined, reveal: () => undefined };
function drawn(
  gauges: readonly GaugeView[],
  open: readonly string[] = [],
  choices = firstChoices,
  current?: string,
  change: Partial<PageState> = {},
): string {
  const order = gauges.map(({ key }) => key);
  return flat(
    page(pageState(gauges, change), { current, open: new Set(open), order, choices, sections: new Map() }, acts, () => undefined),
  );
}
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('The overview', () => {
  it('has a line for each, with its figure as a meter, its distances, its age and its two changes', () => {
    const text = drawn([gaugeView()]);
    for (const part of ['57.43%', '22.1%', '~31.4%', 'just now', says('overview.add'), says('overview.target')])
      assert.ok(text.includes(part), part);
    assert.match(
      text,
      /role=meter aria-label=Loan 1, LTV aria-valuemin=0 aria-valuemax=100 aria-valuenow=57\.43 aria-valuetext=LTV 57\.43%/,
    );
  });

  it('shows an estimate beside the figure, which stays what the meter measures', () => {
    const estimate = { at: 0.6, label: 'Estimate', valueText: '~58.41%', source: 'prices just now' };
    const text = drawn([gaugeView({ estimate })]);
    assert.match(text, /<strong>57\.43%<\/strong>.*title=prices just now>→ ~58\.41%</);
    assert.match(text, /aria-valuenow=57\.43/);
    assert.match(text, /aria-valuetext=LTV 57\.43%\. Estimated now ~58\.41%/);
  });

  it('draws how the figure moved, beside the meter and in words', () => {
    const { line } = gaugeView();
    const text = drawn([gaugeView({ line: { ...line, trend: { path: 'M0 19h0L1 1', text: '24 h: 50.00% to 60.00%' } } })]);
    assert.match(
      text,
      /<\/svg> <\/div> <svg class="trend"[^>]* role="img"> ?<title>24 h: 50\.00% to 60\.00%<\/title> ?<path d=M0 19h0L1 1>/,
    );
    assert.ok(!drawn([gaugeView()]).includes('class="trend"'));
  });

  it('measures nothing where nothing is known', () => {
    const { at, meter, ...unknown } = gaugeView({ figure: '–' });
    assert.ok(at !== undefined && meter !== undefined);
    const text = drawn([unknown]);
    assert.ok(!text.includes('role=meter') && !text.includes('class="filled"'));
  });

  it('opens a card below a line, and says which are open', () => {
    const two = [gaugeView(), gaugeView({ key: 'b', title: 'Loan 2' })];
    const text = drawn(two, ['b']);
    assert.deepEqual([count(text, 'aria-expanded=false'), count(text, 'aria-expanded=true'), count(text, 'class="card"')], [1, 1, 1]);
    assert.ok(text.indexOf('class="card"') > text.indexOf('<h2>Loan 2'));
  });

  it('lets Tab stop at one line and its buttons only', () => {
    const two = [gaugeView(), gaugeView({ key: 'b', title: 'Loan 2' })];
    const text = drawn(two, [], firstChoices, 'b');
    assert.deepEqual([count(text, 'tabindex=0'), count(text, 'tabindex=-1')], [3, 3]);
    assert.ok(text.indexOf('tabindex=0') > text.indexOf('<h2>Loan 1'));
    assert.equal(count(drawn(two, [], firstChoices, 'gone'), 'tabindex=0'), 3);
  });

  it('marks what is no real money: each line where there is real money too, else all at once', () => {
    const simulated = gaugeView({ simulatedMark: says('preview.simulated') });
    assert.equal(count(drawn([simulated, gaugeView({ key: 'b' })]), 'class="mark"'), 1);
    const summary = { simulatedMark: says('preview.simulated'), worst: { key: 'a', level: 'watch' as const, text: '' }, facts: [] };
    const both = [simulated, { ...simulated, key: 'b' }];
    assert.equal(count(drawn(both, [], firstChoices, undefined, { summaries: [summary] }), 'class="mark"'), 1);
    assert.equal(count(drawn(both), 'class="mark"'), 2, 'nothing above them says it');
    assert.equal(count(drawn([gaugeView()]), 'class="mark"'), 0);
  });

  it('says what it is sorted by', () => {
    assert.equal(count(drawn([gaugeView()]), 'aria-sort='), 6);
    assert.equal(count(drawn([gaugeView()]), 'aria-sort=ascending'), 1);
    assert.equal(count(drawn([gaugeView()], [], { ...firstChoices, reversed: true }), 'aria-sort=descending'), 1);
  });

  it('begins with the worst', () => {
    const text = drawn([gaugeView()], [], firstChoices, undefined, {
      summaries: [
        { worst: { key: 'a', level: 'danger', text: 'Worst: Loan 1' }, facts: ['Need attention: 2'] },
        { simulatedMark: 'SIMULATED', worst: { key: 'b', level: 'ok', text: 'Worst: Loan 2' }, facts: [] },
      ],
    });
    assert.ok(text.indexOf('Worst: Loan 1') < text.indexOf('Need attention: 2'));
    assert.ok(text.indexOf('SIMULATED') < text.indexOf('Worst: Loan 2') && text.indexOf('Worst: Loan 2') < text.indexOf('treegrid'));
  });
});
