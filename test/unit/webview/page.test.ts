import assert from 'node:assert/strict';
import type { GaugeView, PageState } from '../../../src/core/protocol.ts';
import { levelNews, neighbour, silenced } from '../../../src/webview/page.ts';
import { gaugeView, pageState } from './markup.ts';
import { says, saysInTurn } from '../../texts.ts';

const gauge = (key: string, level: GaugeView['level']): GaugeView =>
  ({ key, level, spokenLevel: `${key} is ${level}` }) as Partial<GaugeView> as GaugeView;

describe('Moving among gauges by keyboard', () => {
  const keys = ['a', 'b', 'c'];

  it('goes on and back one by one, and stops at the ends', () => {
    assert.equal(neighbour(keys, 'a', 'ArrowRight'), 'b');
    assert.equal(neighbour(keys, 'b', 'ArrowDown'), 'c');
    assert.equal(neighbour(keys, 'c', 'ArrowDown'), 'c');
    assert.equal(neighbour(keys, 'b', 'ArrowLeft'), 'a');
    assert.equal(neighbour(keys, 'a', 'ArrowUp'), 'a');
  });

  it('jumps to the first and the last', () => {
    assert.equal(neighbour(keys, 'b', 'Home'), 'a');
    assert.equal(neighbour(keys, 'b', 'End'), 'c');
  });

  it('leaves every other key alone', () => {
    assert.equal(neighbour(keys, 'b', 'Enter'), undefined);
    assert.equal(neighbour(keys, 'b', 'Tab'), undefined);
  });
});

describe('What is said aloud', () => {
  it('is a level that has changed, and nothing else', () => {
    const before = [gauge('a', 'ok'), gauge('b', 'warn')];
    assert.equal(levelNews(before, [gauge('a', 'watch'), gauge('b', 'warn')]), 'a is watch');
    assert.equal(levelNews(before, before), '');
  });

  it('is every level that has changed at once', () => {
    assert.equal(levelNews([gauge('a', 'ok'), gauge('b', 'ok')], [gauge('a', 'warn'), gauge('b', 'danger')]), 'a is warn. b is danger');
  });

  it('is not a gauge that came or went', () => {
    assert.equal(levelNews([gauge('a', 'ok')], [gauge('b', 'danger')]), '');
  });
});

describe('A page that hears nothing any more', () => {
  const whole = (key: string, level: GaugeView['level']): GaugeView =>
    gaugeView({
      key,
      level,
      levelText: level,
      spokenValue: 'LTV 60%. Read just now',
      reading: true,
      estimate: { at: 0.6, label: 'Estimate', valueText: '~60.1%', source: says('estimate.prices-read', says('time.just-now')) },
      rows: [
        { label: 'Debt', lines: [{ value: '5,000 USDC' }] },
        {
          label: says('estimate.live'),
          live: true,
          lines: [{ value: '~60.1%', detail: says('estimate.prices-read', says('time.just-now')) }],
        },
      ],
      actions: [{ id: 'add', label: says('gauge.add-collateral') }],
    });
  const state = (level: GaugeView['level']): PageState =>
    pageState([whole('a', level)], {
      sections: [{ id: 'stress', heading: 'If prices moved' }],
      stress: { firstHeading: '', memberHeading: '', own: { label: '', example: '' }, tables: [] },
      summaries: [{ worst: { key: 'a', level, text: 'Worst' }, facts: ['Debt $1'] }],
      notices: ['OKX: not reached'],
      emptyActions: [{ id: 'addAccount', label: says('term.add-account') }],
    });

  it('says so first, and keeps what it said before', () => {
    assert.deepEqual(silenced(state('ok')).notices, [says('gauges.silent'), 'OKX: not reached']);
  });

  it('shows nothing as of now, and the figures as old', () => {
    const old = silenced(state('ok'));
    assert.deepEqual([old.stress, old.sections], [undefined, []]);
    assert.deepEqual(old.summaries, []);
    assert.equal(old.gauges[0]!.line.age, says('gauges.not-current'));
    assert.deepEqual(
      old.gauges.map(({ stale, reading, estimate, rows, ageText }) => ({ stale, reading, estimate, rows: rows.length, ageText })),
      [{ stale: true, reading: false, estimate: undefined, rows: 1, ageText: says('gauges.not-current') }],
    );
    assert.match(old.gauges[0]!.spokenValue, saysInTurn(/^/, says('gauges.not-current'), '. '));
  });

  it('neither reassures nor takes an alarm back', () => {
    const levels = (['ok', 'watch', 'warn', 'danger', 'unknown'] as const).map((level) => {
      const [old] = silenced(state(level)).gauges;
      return `${old!.level}: ${old!.levelText}`;
    });
    assert.deepEqual(levels, [
      `unknown: ${says('gauges.not-current')}`,
      `unknown: ${says('gauges.not-current')}`,
      'warn: warn',
      'danger: danger',
      `unknown: ${says('gauges.not-current')}`,
    ]);
  });

  it('has no button that would do nothing', () => {
    const old = silenced(state('danger'));
    assert.deepEqual([old.gauges[0]!.actions, old.gauges[0]!.line.acts, old.emptyActions], [[], [], []]);
  });
});
