import { fractionForDrawing, greater, lesser, subtract, decimal } from '../core/decimal.ts';
import { formatDistance, formatLtv } from '../core/format.ts';
import { msg } from '../core/message.ts';
import type { Target } from '../core/model.ts';
import type { LineTrend } from '../core/protocol.ts';
import { historySeries } from '../engine/history/queries.ts';
import type { Series } from '../engine/storage/history-protocol.ts';
import type { Say } from './gauge-frame.ts';
import type { PlaceOn } from './place.ts';
import { joined, spaced, type Text } from '../words/text.ts';

const bucketMs = 15 * 60_000;
const trendBuckets = 96;
/** Less than that looks like no movement. */
const leastRange = decimal('0.02');
/** The drawing's size; the page has the same. */
const [width, height] = [48, 20];

/** When the trend at `now` begins and ends: its last quarter of an hour has begun. Milliseconds since the Unix epoch. */
export function trendSpan(now: number): { readonly from: number; readonly to: number } {
  const to = (Math.floor(now / bucketMs) + 1) * bucketMs;
  return { from: to - trendBuckets * bucketMs, to };
}

/** What of the history is drawn. */
const trendFigure = (kind: Target['kind']): 'ltv' | 'distance' => (kind === 'loan' ? 'ltv' : 'distance');

/** LTV or distance over 24 hours, the worst of each quarter of an hour. Where nothing was recorded the line is broken. Undefined for less than two points. */
export function trendOf({ buckets, gaps }: Series, kind: Target['kind'], from: number, say: Say): LineTrend | undefined {
  const isLoan = kind === 'loan';
  const points = buckets.flatMap(({ at, figures }) => {
    const span = figures[trendFigure(kind)];
    return span === undefined ? [] : [{ at, value: isLoan ? span.max : span.min }];
  });
  const [first, ...others] = points;
  if (first === undefined || others.length === 0) return undefined;
  const values = points.map(({ value }) => value);
  const [low, high] = [values.reduce(lesser), values.reduce(greater)];
  const range = greater(subtract(high, low), leastRange);
  const isJoined = points.map(({ at }, place) => {
    const before = points[place - 1]?.at ?? -Infinity;
    return at - before <= bucketMs && !gaps.some(({ since, until }) => since < at + bucketMs && until > before);
  });
  const steps = points.map(({ at, value }, place) => {
    const x = ((at - from) / (trendBuckets * bucketMs)) * width;
    const y = height - 1 - fractionForDrawing(subtract(value, low), range) * (height - 2);
    const point = `${x.toFixed(1)} ${y.toFixed(1)}`;
    // A point of its own is seen by the round ends of a line without length.
    return isJoined[place] === true ? `L${point}` : `M${point}h0`;
  });
  const text = isLoan ? formatLtv : formatDistance;
  return {
    path: steps.join(''),
    text: say(
      joined([
        msg('overview.trend', '24 h: {0} to {1}', text(low), text(high)),
        ...(isJoined.lastIndexOf(false) > 0 ? [msg('overview.gaps', 'with gaps')] : []),
      ]),
    ),
  };
}

const bars = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const hours = 24;
const hourMs = 60 * 60_000;

/** The same in text, a bar for each hour with its worst, a dot for an hour without readings. Undefined for less than two hours. */
export function trendBars({ buckets }: Series, kind: Target['kind'], from: number): Text | undefined {
  const isLoan = kind === 'loan';
  const values = buckets.flatMap(({ at, figures }) => {
    const span = figures[trendFigure(kind)];
    return span === undefined ? [] : [{ hour: Math.floor((at - from) / hourMs), value: isLoan ? span.max : span.min }];
  });
  const [first, ...others] = values;
  if (first === undefined || others.length === 0) return undefined;
  const [low, high] = [values.map(({ value }) => value).reduce(lesser), values.map(({ value }) => value).reduce(greater)];
  const range = greater(subtract(high, low), leastRange);
  const line = Array.from({ length: hours }, (_, hour) => {
    const found = values.find((one) => one.hour === hour);
    return found === undefined
      ? '·'
      : bars[Math.min(bars.length - 1, Math.floor(fractionForDrawing(subtract(found.value, low), range) * bars.length))];
  }).join('');
  const text = isLoan ? formatLtv : formatDistance;
  return spaced(line, msg('overview.trend', '24 h: {0} to {1}', text(low), text(high)));
}

/** For a tooltip. Where the history can't be read there is none. */
export async function readTrendBars(
  shared: Parameters<typeof historySeries>[0],
  { accountId, on }: PlaceOn,
  now: number,
): Promise<Text | undefined> {
  const to = (Math.floor(now / hourMs) + 1) * hourMs;
  const from = to - hours * hourMs;
  const series = await historySeries(shared, accountId, on, from, to, hours, [trendFigure(on.kind)]).catch(() => undefined);
  return series && trendBars(series, on.kind, from);
}

export type Trends = ReadonlyMap<string, LineTrend | undefined>;

/** The trends of these, one after the other. Where the history can't be read there are none: whoever keeps it tells of its trouble. */
export async function readTrends(
  shared: Parameters<typeof historySeries>[0],
  places: Iterable<readonly [key: string, place: PlaceOn]>,
  now: number,
  say: Say,
): Promise<Trends> {
  const { from, to } = trendSpan(now);
  const trends = new Map<string, LineTrend | undefined>();
  for (const [key, { accountId, on }] of places) {
    const series = await historySeries(shared, accountId, on, from, to, trendBuckets, [trendFigure(on.kind)]).catch(() => undefined);
    trends.set(key, series === undefined ? undefined : trendOf(series, on.kind, from, say));
  }
  return trends;
}
