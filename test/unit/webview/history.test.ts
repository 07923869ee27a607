import assert from 'node:assert/strict';
import type { HistoryChart, HistoryPage, HistoryTable, HistoryView } from '../../../src/core/protocol.ts';
import { cursorAfter, cursorAt, historyOf, pointText, type ChartPlace, type HistoryActs } from '../../../src/webview/history.ts';
import { flat } from './markup.ts';

const chart = (change: Partial<HistoryChart> = {}): HistoryChart => ({
  id: 'figure',
  title: 'LTV',
  columns: ['From', 'Highest', 'Lowest', 'Changes'],
  points: Array.from({ length: 60 }, (_, place) => ({
    x: (place + 0.5) / 60,
    y: 0.25,
    cells: [`12:${place.toString()}`, `${place.toString()}%`, '1%', ''],
  })),
  ends: ['83%', '50%'],
  lines: [
    { kind: 'unwatched', label: 'Not watched', path: 'M0 0V200H9V0z' },
    { kind: 'main', label: 'LTV', path: 'M1 2h0' },
  ],
  ...change,
});
const view = (change: Partial<HistoryView> = {}): HistoryView => ({
  key: 'a',
  range: '24h',
  choices: [
    { key: 'a', label: 'Loan 1' },
    { key: 'b', label: 'Loan 2' },
  ],
  ranges: [
    { id: '1h', label: '1 h' },
    { id: '24h', label: '24 h' },
  ],
  lists: [
    { id: 'event', label: 'Loan history' },
    { id: 'activity', label: 'Your changes' },
  ],
  times: ['yesterday', 'today'],
  charts: [chart()],
  words: {
    choose: 'Loan or position',
    range: 'Time range',
    table: 'Table',
    lists: 'Records',
    filter: 'Filter',
    previous: 'Previous',
    next: 'Next',
    copy: 'Copy',
    export: 'Export…',
  },
  ...change,
});
const of: HistoryPage = { list: 'event', by: 'amount', descending: true, filter: '', page: 0 };
const table = (change: Partial<HistoryTable> = {}): HistoryTable => ({
  of,
  columns: [{ by: 'at', label: 'When' }, { by: 'amount', label: 'Amount' }, { label: 'Reference' }],
  rows: [['now', '0.5', 'x1']],
  place: '1–25 / 31',
  isLast: false,
  totals: ['Repaid: 4.65 USDT'],
  ...change,
});
const none = (): void => undefined;
const acts: HistoryActs = {
  ...{ chosen: none, range: none, pressed: none, pointed: none, toggled: none, turned: none, list: none, filtered: none, copy: none },
  export: none,
};
const place: ChartPlace = { cursor: 59, tableOpen: false, page: 0 };
const shown = (some = view(), rows: HistoryTable | 'none' = table(), where = place): string =>
  flat(historyOf(some, '24h', rows === 'none' ? undefined : rows, of, () => where, acts));
const count = (text: string, part: string): number => text.split(part).length - 1;

describe('The section of histories', () => {
  it('lets a chart be walked through: a slider under its title, whose value is the point in words', () => {
    const text = shown();
    assert.match(text, /role="slider" tabindex="0" aria-labelledby="chart-figure" aria-valuemin="0" aria-valuemax=59 aria-valuenow=59/);
    assert.ok(text.includes('aria-valuetext=12:59 · Highest 59% · Lowest 1%'));
    assert.ok(text.includes('<p class="readout">12:59 · Highest 59% · Lowest 1%</p>'));
    assert.match(text, /<path class="cursor" d="M595 0V200">.*<path class="dot" d="M595 50h0">/);
  });

  it('says of a time without readings only that, and draws no point there', () => {
    const gap = { x: 0.5, cells: ['Not watched from 1 to 2'] };
    const text = shown(view({ charts: [chart({ points: [gap] })] }), 'none', { ...place, cursor: 0 });
    assert.ok(text.includes('aria-valuetext=Not watched from 1 to 2 '));
    assert.ok(!text.includes('class="dot"'));
    assert.equal(pointText(chart(), gap.cells), 'Not watched from 1 to 2');
  });

  it('has each line in its legend, and the drawing hidden from a screen reader', () => {
    const text = shown();
    for (const kind of ['unwatched', 'main']) assert.equal(count(text, `class=${kind} `), 2);
    assert.equal(count(text, '<svg'), count(text, 'aria-hidden="true"'));
    assert.ok(!text.includes('style='));
  });

  it('says the same in a table, newest first, 25 rows at a time, and only when asked', () => {
    assert.ok(!shown(view(), 'none').includes('<table>'));
    const first = shown(view(), 'none', { ...place, tableOpen: true });
    assert.equal(count(first, '<th scope="row">'), 25);
    assert.ok(first.indexOf('>12:59<') < first.indexOf('>12:35<') && !first.includes('>12:34<'));
    assert.ok(first.includes('<output>1–25 / 60</output>'));
    const last = shown(view(), 'none', { ...place, tableOpen: true, page: 2 });
    assert.equal(count(last, '<th scope="row">'), 10);
    assert.match(last, /aria-label="Previous: LTV" aria-disabled=false.*51–60 \/ 60.*aria-label="Next: LTV" aria-disabled=true/);
  });

  it('sorts by what can be sorted by, and says how', () => {
    const text = shown();
    assert.equal(count(text, 'aria-sort=descending'), 1);
    assert.match(text, /aria-sort=descending> <button @click=>Amount<\/button>/);
    assert.match(text, /<th scope="col" aria-sort=> ?Reference/);
    assert.ok(text.includes('<li>Repaid: 4.65 USDT</li>'));
  });

  it('says that there is nothing, and offers no pages of it', () => {
    const text = shown(view({ charts: [], notice: 'Nothing recorded.' }), table({ rows: [], notice: 'none', totals: [] }));
    assert.match(text, /<p role="status">Nothing recorded\.<\/p>/);
    assert.match(text, /<p role="status">none<\/p>/);
    assert.ok(!text.includes('Next:'));
  });

  it('marks what is no real money', () => {
    assert.match(shown(view({ simulatedMark: 'SIMULATED' })), /<span class="mark">SIMULATED<\/span>/);
  });
});

describe('The cursor of a chart', () => {
  it('goes where its keys say, and no further', () => {
    const steps = { ArrowLeft: 4, ArrowRight: 6, ArrowUp: 6, ArrowDown: 4, PageUp: 9, PageDown: 0, Home: 0, End: 9 };
    for (const [key, to] of Object.entries(steps)) assert.equal(cursorAfter(key, 5, 10), to, key);
    for (const key of ['Tab', 'toString', 'a']) assert.equal(cursorAfter(key, 5, 10), undefined, key);
  });

  it('is at the nearest point', () => {
    const { points } = chart();
    assert.deepEqual(
      [-1, 0, 0.49, 0.51, 2].map((x) => cursorAt(x, points)),
      [0, 0, 29, 30, 59],
    );
  });
});
