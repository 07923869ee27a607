import assert from 'node:assert/strict';
import type { TemplateResult } from 'lit-html';
import type { GaugeView } from '../../../src/core/protocol.ts';
import { gaugeItem } from '../../../src/webview/gauge.ts';
import { says, saysInTurn } from '../../texts.ts';

/** The markup of a template with its values in their places, as far as it takes to look at it without a browser. */
function markup(value: unknown): string {
  if (Array.isArray(value)) return value.map(markup).join('');
  if (typeof value !== 'object' || value === null) return typeof value === 'symbol' ? '' : String(value);
  const { strings, values = [] } = value as { readonly strings?: TemplateResult['strings']; readonly values?: readonly unknown[] };
  // A directive has values only.
  return strings === undefined ? markup(values) : strings.map((text, index) => text + markup(values[index] ?? '')).join('');
}

const view = (change: Partial<GaugeView> = {}): GaugeView => ({
  key: 'a',
  title: 'Loan 1',
  subtitle: 'OKX · Main',
  level: 'watch',
  levelText: 'Watch',
  caption: 'LTV',
  figure: '57.43%',
  at: 0.5743,
  meter: { now: '57.43', max: '100' },
  scale: ['0%', '100%'],
  ticks: [{ kind: 'marginCall', at: 0.7374, label: says('term.margin-call'), valueText: '73.74%', source: 'from OKX' }],
  zones: [],
  distanceText: 'Collateral may fall',
  rows: [],
  ageText: 'Read just now',
  stale: false,
  reading: false,
  pending: [],
  spokenValue: 'LTV 57.43%. Estimated now ~58.41%',
  spokenLevel: '',
  actions: [],
  ...change,
});
const drawn = (change: Partial<GaugeView> = {}): string => markup(gaugeItem(view(change), 0, true, () => undefined)).replace(/\s+/g, ' ');
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

  it('changes nothing of what the meter measures, and is told in its text', () => {
    const text = drawn({ estimate });
    assert.match(text, /aria-valuenow=57\.43/);
    assert.match(text, /aria-valuetext=LTV 57\.43%\. Estimated now ~58\.41%/);
  });

  it('is drawn where the figure itself is unknown, too', () => {
    const { at, meter, ...unknown } = view({ estimate });
    assert.ok(at !== undefined && meter !== undefined);
    assert.match(markup(gaugeItem(unknown, 0, true, () => undefined)), /tick estimate/);
  });
});
