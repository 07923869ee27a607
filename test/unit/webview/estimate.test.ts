import assert from 'node:assert/strict';
import type { GaugeView } from '../../../src/core/protocol.ts';
import { card } from '../../../src/webview/gauge.ts';
import { flat, gaugeView } from './markup.ts';
import { says, saysInTurn } from '../../texts.ts';

const drawn = (change: Partial<GaugeView> = {}): string => flat(card(gaugeView(change), '0', () => undefined));
const estimate = { at: 0.5, label: 'Estimate', valueText: '~58.41%', source: says('estimate.prices-read', says('time.just-now')) };

describe('The second needle', () => {
  it('stands where the estimate is, with its words and its source, beside the first', () => {
    const text = drawn({ estimate });
    assert.match(text, /class="tick estimate" transform="rotate\(90\)"/);
    assert.match(text, />Estimate<\/text>/);
    assert.match(text, saysInTurn('>~58.41%<title>', says('estimate.prices-read', says('time.just-now')), '</title>'));
    assert.match(text, /class="needle" transform="rotate\(103/);
    assert.match(text, />57\.43%<\/text>/);
  });

  it('is not there without an estimate', () => {
    assert.ok(!drawn().includes('tick estimate'));
    assert.ok(!drawn().includes('Estimate<'));
  });

  it('is told in what a screen reader says of the drawing', () => {
    assert.match(drawn({ estimate }), /aria-label=LTV 57\.43%\. Estimated now ~58\.41%/);
  });

  it('is drawn where the figure itself is unknown, too', () => {
    const { at, meter, ...unknown } = gaugeView({ estimate });
    assert.ok(at !== undefined && meter !== undefined);
    assert.match(flat(card(unknown, '0', () => undefined)), /tick estimate/);
  });
});
