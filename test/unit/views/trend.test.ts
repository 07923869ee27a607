import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import type { Bucket, Series } from '../../../src/engine/storage/history-protocol.ts';
import { gaugePage } from '../../../src/views/gauges.ts';
import { readTrendBars, readTrends, trendBars, trendOf, trendSpan } from '../../../src/views/trend.ts';
import { aLoan, aScene, aState, now, say } from './gauge-scenes.ts';
import { loanAt, positionAt } from '../../../src/views/place.ts';
import { says } from '../../texts.ts';
import { text } from './samples.ts';

const quarter = 15 * 60_000;
const { from, to } = trendSpan(now);
const bucket = (place: number, figure: string, min: string, max = min): Bucket => {
  const span = { first: decimal(min), last: decimal(max), min: decimal(min), max: decimal(max) };
  return { at: from + place * quarter, count: 1, covered: quarter, figures: { [figure]: span } };
};
const ltvs = (...values: readonly (readonly [place: number, ltv: string])[]): Bucket[] =>
  values.map(([place, ltv]) => bucket(place, 'ltv', ltv));
const ofLoan = (buckets: readonly Bucket[], gaps: Series['gaps'] = []) => trendOf({ buckets, gaps, moved: [] }, 'loan', from, say);

describe('The trend of 24 hours', () => {
  it('ends with the quarter of an hour that has begun', () => {
    assert.equal(to - from, 24 * 60 * 60_000);
    assert.ok(to > now && to - now <= quarter && to % quarter === 0);
  });

  it('is a line from the lowest at the foot to the highest at the top, in words too', () => {
    assert.deepEqual(ofLoan(ltvs([0, '0.5'], [1, '0.6'], [2, '0.55'])), {
      path: 'M0.0 19.0h0L0.5 1.0L1.0 10.0',
      text: says('overview.trend', '50.00%', '60.00%'),
    });
  });

  it('goes by the worst of each quarter of an hour: the highest LTV, the shortest distance', () => {
    assert.equal(
      ofLoan([bucket(0, 'ltv', '0.5', '0.58'), bucket(1, 'ltv', '0.55', '0.6')])?.text,
      says('overview.trend', '58.00%', '60.00%'),
    );
    const distances = [bucket(0, 'distance', '0.1', '0.3'), bucket(1, 'distance', '0.2', '0.4')];
    assert.equal(
      trendOf({ buckets: distances, gaps: [], moved: [] }, 'position', from, say)?.text,
      says('overview.trend', '10.0%', '20.0%'),
    );
  });

  it('is broken where nothing was recorded, and says so', () => {
    const missing = ofLoan(ltvs([0, '0.5'], [1, '0.5'], [3, '0.5']));
    assert.equal(missing?.path, 'M0.0 19.0h0L0.5 19.0M1.5 19.0h0');
    assert.equal(missing.text, `${says('overview.trend', '50.00%', '50.00%')}, ${says('overview.gaps')}`);
    const gap = { since: from + quarter + 60_000, until: from + quarter + 300_000 };
    assert.equal(ofLoan(ltvs([0, '0.5'], [1, '0.5'], [2, '0.5'], [3, '0.5']), [gap])?.path, 'M0.0 19.0h0M0.5 19.0h0M1.0 19.0h0L1.5 19.0');
  });

  it('does not make much of little', () => {
    assert.equal(ofLoan(ltvs([0, '0.5'], [1, '0.501']))?.path, 'M0.0 19.0h0L0.5 18.1');
  });

  it('is not there without two points, and not of what was unknown', () => {
    assert.equal(ofLoan([]), undefined);
    assert.equal(ofLoan(ltvs([5, '0.5'])), undefined);
    assert.equal(ofLoan([bucket(0, 'debtUsd', '1'), bucket(1, 'debtUsd', '2')]), undefined);
  });

  it('is read for each by its own figure, and what cannot be read has none', async () => {
    const asked: unknown[] = [];
    const shared = {
      ask: (one: { readonly account: string; readonly target: string }) => {
        asked.push(one);
        return one.account === 'broken'
          ? Promise.reject(new Error('broken'))
          : Promise.resolve({ buckets: ltvs([0, '0.5'], [1, '0.6']), gaps: [], moved: [] });
      },
    } as unknown as Parameters<typeof readTrends>[0];
    const places = [
      ['l', loanAt('main', '1')],
      ['b', loanAt('broken', '2')],
      ['p', positionAt('main', 'p1')],
    ] as const;
    const read = await readTrends(shared, places, now, say);
    assert.deepEqual(
      [...read].map(([key, trend]) => [key, trend !== undefined]),
      [
        ['l', true],
        ['b', false],
        ['p', false],
      ],
    );
    const common = { do: 'historySeries', account: 'main', from, to, buckets: 96 };
    assert.deepEqual(
      [asked[0], asked[2]],
      [
        { ...common, target: 'loan:1', figures: ['ltv'] },
        { ...common, target: 'position:p1', figures: ['distance'] },
      ],
    );
  });

  it('stands in the line of its loan only', () => {
    const trends = new Map([['["main","12345"]', { path: 'M0 0', text: 'up' }]]);
    const loans = [aLoan(), aLoan({ id: 'b', orderId: 'b' })];
    const lines = gaugePage([aState(loans)], aScene(), say, { trends }).state.gauges.map(({ line }) => line.trend?.text);
    assert.deepEqual(lines, ['up', undefined]);
  });
});

describe('The trend in a tooltip', () => {
  const hour = 60 * 60_000;
  const at = (place: number, min: string, max = min): Bucket => ({ ...bucket(0, 'ltv', min, max), at: from + place * hour });
  const bars = (...buckets: readonly Bucket[]) => trendBars({ buckets, gaps: [], moved: [] }, 'loan', from);

  it('has a bar for the worst of each hour and a dot for an hour without readings, lowest and highest in figures', () => {
    assert.equal(
      text(bars(at(0, '0.5'), at(1, '0.55'), at(3, '0.58', '0.6'))),
      `▁▅·█${'·'.repeat(20)} ${says('overview.trend', '50.00%', '60.00%')}`,
    );
  });

  it('does not make much of little, and is not there for a single hour', () => {
    assert.match(text(bars(at(0, '0.5'), at(1, '0.501'))), /^▁▁/);
    assert.equal(bars(at(0, '0.5')), undefined);
    assert.equal(bars(), undefined);
  });

  it('is left out where the history cannot be read', async () => {
    const broken = { ask: () => Promise.reject(new Error('no disk')) };
    assert.equal(await readTrendBars(broken, loanAt('main', '1'), now), undefined);
  });
});
