import assert from 'node:assert/strict';
import type { GaugeView } from '../../../src/core/protocol.ts';
import { levelNews, neighbour } from '../../../src/webview/page.ts';

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
