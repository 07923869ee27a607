import type { TemplateResult } from 'lit-html';
import type { GaugeView, OverviewWords, PageState } from '../../../src/core/protocol.ts';
import { says } from '../../texts.ts';

/** The markup of a template with its values in their places, as far as it takes to look at it without a browser. */
export function markup(value: unknown): string {
  if (Array.isArray(value)) return value.map(markup).join('');
  if (typeof value === 'function') return '';
  if (typeof value !== 'object' || value === null) return typeof value === 'symbol' ? '' : String(value);
  const { strings, values = [] } = value as { readonly strings?: TemplateResult['strings']; readonly values?: readonly unknown[] };
  if (strings !== undefined) return strings.map((text, index) => text + markup(values[index] ?? '')).join('');
  // A directive has values only: of `guard` a function makes what it shows, of `repeat` one for each item.
  const [first, , each] = values;
  if (Array.isArray(first) && isMaker(each)) return first.map((one: unknown) => markup(each(one))).join('');
  const made = values.at(-1);
  return isMaker(made) ? markup(made()) : markup(values);
}

const isMaker = (value: unknown): value is (item?: unknown) => unknown => typeof value === 'function';

/** Without line breaks and indentation. */
export const flat = (value: unknown): string => markup(value).replace(/\s+/g, ' ');

export const gaugeView = (change: Partial<GaugeView> = {}): GaugeView => ({
  key: 'a',
  title: 'Loan 1',
  subtitle: 'OKX · Main',
  line: {
    venue: 'OKX',
    toMarginCall: '22.1%',
    toLiquidation: '~31.4%',
    age: 'just now',
    marks: [],
    acts: [
      { id: 'add', label: says('overview.add'), title: says('gauge.add-collateral') },
      { id: 'ltvTarget', label: says('overview.target'), title: says('button.bring-ltv-target-more') },
    ],
  },
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

export const words: OverviewWords = {
  filter: 'Filter',
  groups: { none: 'No groups', account: 'Account', venue: 'Exchange' },
  compact: 'Compact',
  columns: {
    worst: 'Level',
    name: 'Name',
    figure: 'LTV',
    marginCall: 'To margin call',
    liquidation: 'To liquidation',
    age: 'Updated',
    changes: 'Changes',
  },
};

export const pageState = (gauges: readonly GaugeView[], change: Partial<PageState> = {}): PageState => {
  const asTheyCome = gauges.map((_, place) => place);
  return {
    heading: says('term.ltv-gauges'),
    silent: { notice: says('gauges.silent'), age: says('gauges.not-current') },
    words,
    summaries: [],
    sections: [],
    sectionFailed: says('gauges.section-failed'),
    gauges,
    orders: { worst: asTheyCome, marginCall: asTheyCome, liquidation: asTheyCome, age: asTheyCome },
    notices: [],
    emptyText: '',
    emptyActions: [],
    ...change,
  };
};
