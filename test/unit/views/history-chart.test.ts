// What charts show is what was recorded: nothing invented, nothing worse left out, and no gap bridged.
import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import fc from 'fast-check';
import { decimal, greater, lesser, type Decimal } from '../../../src/core/decimal.ts';
import { formatLtv } from '../../../src/core/format.ts';
import { historyRanges, type HistoryChart, type HistoryRange } from '../../../src/core/protocol.ts';
import { withFigures } from '../../../src/engine/history/figures.ts';
import type { Bucket, Series } from '../../../src/engine/storage/history-protocol.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import {
  chartSpan,
  entriesOf,
  figureChart,
  interestChart,
  priceChart,
  rateChart,
  type ChartScene,
  type Mark,
  type Watched,
} from '../../../src/views/history-chart.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { says } from '../../texts.ts';
import { holds } from '../property.ts';
import { say } from './gauge-scenes.ts';
import { loan, snapshot } from './samples.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;
const now = Date.UTC(2026, 10, 30, 12, 34);
const time = (ms: number): string => new Date(ms).toISOString();

const span24 = chartSpan('24h', now);
const always: Watched = { since: 0, until: now };
const bucket = (place: number, figures: Readonly<Record<string, readonly [min: string, max?: string]>>, span = span24): Bucket => ({
  at: span.from + place * span.width,
  count: 1,
  covered: span.width,
  figures: Object.fromEntries(
    Object.entries(figures).map(([name, [low, high = low]]) => {
      const [min, max] = [decimal(low), decimal(high)];
      return [name, { first: min, last: max, min, max }];
    }),
  ),
});
function scene(
  buckets: readonly Bucket[],
  gaps: Series['gaps'] = [],
  marks: readonly Mark[] = [],
  watched = always,
  span = span24,
): ChartScene {
  return { span, watched, entries: entriesOf({ buckets, gaps }, watched, span), gaps, moved: [], marks, say, time };
}
const pathOf = (chart: HistoryChart | undefined, kind: HistoryChart['lines'][number]['kind']): string | undefined =>
  chart?.lines.find((line) => line.kind === kind)?.path;

describe('A chart of the history', () => {
  it('has at most 300 buckets, each a whole number of stored rows, and ends with the one that has begun', () => {
    for (const range of historyRanges) {
      const { from, to, width } = chartSpan(range, now);
      assert.ok((to - from) / width <= 300 && to > now && to - now <= width, range);
      const row = [day, 15 * minute, minute].find((ms) => ms <= width)!;
      assert.equal(width % row, 0, range);
      assert.equal(from % row, 0, range);
    }
  });

  it('draws the highest LTV, how far it moved, and its lines as they were', () => {
    const lines = { marginCall: ['0.7'], liquidation: ['0.8'] } as const;
    const chart = figureChart(scene([bucket(0, { ltv: ['0.5', '0.6'], ...lines }), bucket(1, { ltv: ['0.55'], ...lines })]), 'loan');
    assert.deepEqual(chart?.ends, ['80.00%', '50.00%']);
    assert.equal(pathOf(chart, 'main'), 'M1.0 132.0h0L3.1 164.0');
    assert.equal(pathOf(chart, 'band'), 'M1.0 196.0V132.0');
    assert.equal(pathOf(chart, 'marginCall'), 'M1.0 68.0h0L3.1 68.0');
    assert.equal(pathOf(chart, 'liquidation'), 'M1.0 4.0h0L3.1 4.0');
    assert.deepEqual(chart.columns.slice(0, 5), [
      ...[says('history.from'), says('history.highest'), says('history.lowest')],
      ...[says('term.margin-call'), says('term.liquidation')],
    ]);
    assert.deepEqual(chart.points[0]?.cells.slice(1), ['60.00%', '50.00%', '70.00%', '80.00%', '100%']);
  });

  it('draws the shortest distance of a position', () => {
    const chart = figureChart(scene([bucket(0, { distance: ['0.1', '0.3'] }), bucket(1, { distance: ['0.2'] })]), 'position');
    assert.deepEqual(
      chart?.points.map(({ cells }) => cells.slice(1, 3)),
      [
        ['10.0%', '30.0%'],
        ['20.0%', '20.0%'],
      ],
    );
    assert.ok(chart.points[0]!.y! > chart.points[1]!.y!);
  });

  it('is broken once at each gap, and tells of those that are as long as a bucket', () => {
    const buckets = [0, 1, 5, 6].map((place) => bucket(place, { ltv: ['0.5'] }));
    const gaps = [
      { since: buckets[0]!.at + minute, until: buckets[0]!.at + 2 * minute },
      { since: buckets[1]!.at + minute, until: buckets[2]!.at + minute },
    ];
    const chart = figureChart(scene(buckets, gaps), 'loan');
    assert.equal(pathOf(chart, 'main')?.match(/M/g)?.length, 3);
    assert.equal(pathOf(chart, 'unwatched')?.match(/M/g)?.length, 1);
    assert.deepEqual(
      chart?.points.map(({ cells }) => cells).filter(({ length }) => length === 1),
      [[says('history.not-watched', time(gaps[1]!.since), time(gaps[1]!.until))]],
    );
  });

  it('says when watching began, and since when nobody watches', () => {
    const watched = { since: span24.from + 2 * hour, until: now - hour };
    const chart = figureChart(scene([bucket(30, { ltv: ['0.5'] })], [], [], watched), 'loan');
    assert.deepEqual(
      chart?.points.map(({ cells }) => cells[0]),
      [
        says('history.not-watched', time(span24.from), time(watched.since)),
        time(span24.from + 30 * span24.width),
        says('history.not-watched', time(watched.until), time(now)),
      ],
    );
  });

  it('tells what was done in the stretch where it was done, also in a gap', () => {
    const marks: Mark[] = [
      { at: span24.from + minute, kind: 'own', text: 'Add' },
      { at: span24.from + 2 * minute, kind: 'venue', text: 'Added' },
      { at: span24.from + hour, kind: 'forced', text: 'Liquidated' },
    ];
    const gap = { since: span24.from + 30 * minute, until: span24.from + 2 * hour };
    const chart = figureChart(scene([bucket(0, { ltv: ['0.5'] }), bucket(24, { ltv: ['0.5'] })], [gap], marks), 'loan');
    assert.equal(chart?.points[0]?.cells.at(-1), says('list.semicolon', 'Add', 'Added'));
    assert.match(chart.points[1]?.cells[0] ?? '', /; Liquidated$/);
    assert.equal(chart.points[2]?.cells.at(-1), '');
    for (const kind of ['own', 'venue', 'forced'] as const) assert.match(pathOf(chart, kind) ?? '', /^M[\d.]+ 200v-\d+$/);
  });

  it('says what was watched, and what only from another computer', () => {
    const rare = { ...bucket(0, { ltv: ['0.5'] }), covered: minute };
    const moved = [{ since: span24.from, until: span24.from + span24.width }];
    const missed = { since: span24.from + span24.width, until: span24.from + span24.width + minute };
    const chart = figureChart({ ...scene([rare, bucket(1, { ltv: ['0.5'] })], [missed]), moved }, 'loan');
    assert.deepEqual(
      chart?.points.map(({ cells }) => cells.at(-1)),
      [says('list.brackets', '100%', says('history.other-computer')), '80%'],
    );
    const year = chartSpan('1y', now);
    // Older gaps are forgotten; what was watched isn't.
    const old = { ...bucket(0, { ltv: ['0.5'] }, year), covered: year.width / 3 };
    assert.equal(figureChart(scene([old], [], [], always, year), 'loan')?.points[0]?.cells.at(-1), '33%');
  });

  it('is not there for what was never recorded', () => {
    assert.equal(figureChart(scene([]), 'loan'), undefined);
    assert.equal(figureChart(scene([bucket(0, { debtUsd: ['1'] })]), 'loan'), undefined);
    assert.equal(rateChart(scene([bucket(0, { ltv: ['1'] })]), 'USDT'), undefined);
    assert.equal(priceChart(scene([]), 'price BTC', ''), undefined);
    assert.equal(interestChart(scene([]), 'USDT', [], decimal('0')), undefined);
  });

  it('adds up interest by the day, exactly', () => {
    const span = chartSpan('30d', now);
    const sums = [0, 1].map((place) => ({ at: span.from + place * day, amount: decimal(place === 0 ? '0.1' : '0.2') }));
    const chart = interestChart({ span, say, time }, 'USDT', sums, decimal('7.30'));
    assert.equal(chart?.note, says('history.interest-sums', '0.3', '7.30'));
    assert.deepEqual(
      chart.points.map(({ cells, y }) => [cells[1], y]),
      [
        ['0.1 USDT', 0.5],
        ['0.2 USDT', 0],
      ],
    );
    assert.equal(chart.title, says('history.interest-day', 'USDT'));
  });
});

describe('A chart of readings as they were stored', () => {
  let folder: string;
  let file: StateFile;
  beforeEach(() => {
    folder = memoryFolder('charts');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const staleMs = 15 * minute;
  /** Minutes that pass before each reading, and its LTV. */
  const readings = fc.array(
    fc.tuple(fc.oneof(fc.integer({ min: 1, max: 14 }), fc.integer({ min: 16, max: 2_000 })), fc.integer({ min: 1, max: 9_999 })),
    {
      minLength: 1,
      maxLength: 25,
    },
  );

  it('has the highest and the lowest of them, no other figure, and each of their gaps', () => {
    holds(
      fc.property(readings, fc.constantFrom<HistoryRange>('1h', '6h', '24h', '7d', '30d', '90d'), (steps, range) => {
        file.change({ do: 'remove', id: 'a' });
        file.change({ do: 'add', id: 'a', record: { id: 'a' } });
        const end = steps.reduce((sum, [wait]) => sum + wait * minute, 0);
        let at = now - end;
        const read = steps.map(([wait, ltv]) => {
          at += wait * minute;
          return { at, wait: wait * minute, ltv: decimal((ltv / 10_000).toFixed(4)) };
        });
        for (const { at: asOf, ltv } of read) {
          const reading = { account: 'a', at: asOf, asOf, text: JSON.stringify(snapshot({ loans: [loan({ ltv })], asOf })), staleMs };
          file.share(withFigures({ do: 'keepReading', reading, now: asOf, pass: {} }));
        }
        const span = chartSpan(range, now);
        const asked = { do: 'historySeries', account: 'a', target: 'loan:12345', figures: ['ltv'], from: span.from, to: span.to } as const;
        const series = file.history({ ...asked, buckets: (span.to - span.from) / span.width })!;
        const watched = { since: read[0]!.at, until: now };
        const entries = entriesOf(series, watched, span);
        const chart = figureChart({ span, watched, entries, gaps: series.gaps, moved: [], marks: [], say, time }, 'loan');
        const inside = read.filter((one) => one.at >= span.from);
        const cells = (chart?.points ?? []).map((point) => point.cells);
        const [highest, lowest] = [1, 2].map((column) => cells.flatMap((row) => (row.length === 1 ? [] : (row[column] ?? []))));
        const texts = new Set(inside.map(({ ltv }) => formatLtv(ltv)));
        for (const text of [...highest!, ...lowest!]) assert.ok(texts.has(text), `${text} was read`);
        const ltvs = inside.map(({ ltv }) => ltv);
        const worst: Decimal = ltvs.reduce(greater);
        assert.ok(highest!.includes(formatLtv(worst)) && lowest!.includes(formatLtv(ltvs.reduce(lesser))));
        const counts = entries.reduce((sum, entry) => sum + (entry.kind === 'bucket' ? entry.bucket.count : 0), 0);
        assert.equal(counts, inside.length);
        const expected = read
          .filter((one, place) => place > 0 && one.wait > staleMs)
          .map((one) => [Math.max(one.at - one.wait, span.from), one.at] as const)
          .filter(([since, until]) => until - since >= span.width);
        const gaps = entries.flatMap((entry) => (entry.kind === 'gap' && entry.since >= watched.since ? [[entry.since, entry.until]] : []));
        assert.deepEqual(
          gaps,
          expected.filter(([since]) => since >= watched.since),
        );
      }),
      { numRuns: 60 },
    );
  });
});
