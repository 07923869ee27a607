import { add, decimal, fractionForDrawing, greater, lesser, subtract, sum, zero, type Decimal } from '../core/decimal.ts';
import { formatAmount, formatDistance, formatLtv, formatRate } from '../core/format.ts';
import { hideable, msg, type Message } from '../core/message.ts';
import type { Target } from '../core/model.ts';
import type { HistoryChart, HistoryPoint, HistoryRange } from '../core/protocol.ts';
import type { Bucket, InterestSum, Series, Span, Stretch } from '../engine/storage/history-protocol.ts';
import { ownCoins } from '../words/amount.ts';
import { bracketed, listed, type Text } from '../words/text.ts';
import type { Say } from './gauge-frame.ts';

const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

/** Buckets of each range, at most 300: as long as rows of the stored history or whole numbers of them, so that each row is in one bucket. */
const buckets: Readonly<Record<HistoryRange, readonly [ms: number, count: number]>> = {
  '1h': [minute, 60],
  '6h': [2 * minute, 180],
  '24h': [5 * minute, 288],
  '7d': [hour, 168],
  '30d': [4 * hour, 180],
  '90d': [8 * hour, 270],
  '1y': [2 * day, 183],
};

/** What a chart spans. Milliseconds since the Unix epoch; `to` is exclusive. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number;
  /** Of a bucket. */
  readonly width: number;
  readonly now: number;
}

/** The last bucket is the one that has begun. */
export function chartSpan(range: HistoryRange, now: number): ChartSpan {
  const [width, count] = buckets[range];
  const to = (Math.floor(now / width) + 1) * width;
  return { from: to - count * width, to, width, now };
}

/** Interest is booked by the hour. */
export const interestWidth = ({ width }: ChartSpan): number => (width < hour ? hour : day);

/** When the first and the last reading was. */
export type Watched = Stretch;

/** Without a reading for that long, whatever the interval, it isn't watched now. */
const quietMs = 15 * minute;
/** Gaps are stored for that long. */
const gapsKeptMs = 90 * day;

/** A change of its own or an event of the venue. */
export interface Mark {
  readonly at: number;
  readonly kind: 'own' | 'venue' | 'forced';
  readonly text: Text;
}

/** What a chart is made of, oldest first: buckets with readings, and times of a bucket or more without any. */
export type Entry = { readonly kind: 'bucket'; readonly bucket: Bucket; readonly isJoined: boolean } | ({ readonly kind: 'gap' } & Stretch);

/** Nothing is added and nothing left out: each bucket once, each gap that is at least as long as a bucket once. */
export function entriesOf({ buckets: read, gaps }: Pick<Series, 'buckets' | 'gaps'>, watched: Watched, span: ChartSpan): readonly Entry[] {
  const { from, width, now } = span;
  const quiet = [
    { since: 0, until: watched.since },
    ...gaps,
    ...(now - watched.until > quietMs ? [{ since: watched.until, until: now }] : []),
  ]
    .map(({ since, until }) => ({ since: Math.max(since, from), until: Math.min(until, now) }))
    .filter(({ since, until }) => until - since >= width);
  const isJoined = (bucket: Bucket, place: number): boolean => {
    const before = read[place - 1];
    if (before === undefined) return false;
    if (gaps.some(({ since }) => since >= before.at && since < bucket.at)) return false;
    // Older gaps are known only by what is missing.
    return bucket.at - before.at <= width || before.at > now - gapsKeptMs;
  };
  const entries: Entry[] = [
    ...read.map((bucket, place): Entry => ({ kind: 'bucket', bucket, isJoined: isJoined(bucket, place) })),
    ...quiet.map((gap): Entry => ({ kind: 'gap', ...gap })),
  ];
  return entries.sort((a, b) => startOf(a) - startOf(b));
}

const startOf = (entry: Entry): number => (entry.kind === 'gap' ? entry.since : entry.bucket.at);

/** What all charts of one view share. */
export interface ChartScene {
  readonly span: ChartSpan;
  readonly watched: Watched;
  readonly entries: readonly Entry[];
  /** As in `Series`. */
  readonly gaps: readonly Stretch[];
  readonly moved: readonly Stretch[];
  readonly marks: readonly Mark[];
  readonly say: Say;
  readonly time: (ms: number) => string;
}

type Path = Pick<HistoryChart['lines'][number], 'kind' | 'path'> & { readonly label: Text };

/** A line of a chart. */
interface Drawn {
  readonly kind: HistoryChart['lines'][number]['kind'];
  readonly label: Text;
  /** What of each bucket is drawn. */
  readonly value: (figures: Bucket['figures']) => Decimal | undefined;
}

interface Column {
  readonly label: Text;
  readonly text: (figures: Bucket['figures']) => string | undefined;
}

/** How one kind of figure is shown. */
interface Shown {
  readonly id: HistoryChart['id'];
  readonly title: Text;
  /** The figure that the line and the band are of. */
  readonly figure: string;
  readonly main: (span: Span) => Decimal;
  readonly lines: readonly Drawn[];
  readonly columns: readonly Column[];
  readonly format: (value: Decimal) => string;
  /** A drawing lower than that would look like movement. */
  readonly least: Decimal;
  readonly hasMarks?: true;
}

const [width, height] = [600, 200];

/** A figure is written once, however often it is shown. */
function once(format: (value: Decimal) => string): (value: Decimal | undefined) => string | undefined {
  const known = new Map<Decimal, string>();
  return (value) => {
    if (value === undefined) return undefined;
    const text = known.get(value) ?? format(value);
    known.set(value, text);
    return text;
  };
}

/** The LTV of a loan with its lines as they were, or the distance of a position: the worst of each bucket, and how far it moved. */
export function figureChart(scene: ChartScene, kind: Target['kind']): HistoryChart | undefined {
  const isLoan = kind === 'loan';
  const figure = isLoan ? 'ltv' : 'distance';
  const text = once(isLoan ? formatLtv : formatDistance);
  const threshold = (name: 'marginCall' | 'liquidation', label: Message): Drawn & Column => ({
    kind: name,
    label,
    value: (figures) => figures[name]?.min,
    text: (figures) => text(figures[name]?.min),
  });
  const lines = isLoan
    ? [threshold('marginCall', msg('term.margin-call', 'Margin call')), threshold('liquidation', msg('term.liquidation', 'Liquidation'))]
    : [];
  const title = isLoan ? msg('term.ltv', 'LTV') : msg('line.distance', 'Distance to {0}', msg('preview.liquidation', 'liquidation'));
  const extremes = [
    { label: msg('history.highest', 'Highest'), text: (figures: Bucket['figures']) => text(figures[figure]?.max) },
    { label: msg('history.lowest', 'Lowest'), text: (figures: Bucket['figures']) => text(figures[figure]?.min) },
  ];
  return chartOf(scene, {
    ...{ id: 'figure', title, figure, lines, format: isLoan ? formatLtv : formatDistance, least: decimal('0.02'), hasMarks: true },
    main: isLoan ? ({ max }) => max : ({ min }) => min,
    columns: [...(isLoan ? extremes : extremes.reverse()), ...lines],
  });
}

/** The price of a coin, or of the instrument of a position with the price of its liquidation. */
export function priceChart(scene: ChartScene, figure: string, title: Text): HistoryChart | undefined {
  const text = once(formatAmount);
  const column = (label: Message, of: keyof Span): Column => ({ label, text: (figures) => text(figures[figure]?.[of]) });
  const liquidation: Drawn & Column = {
    kind: 'liquidation',
    label: msg('term.liquidation-price', 'Liquidation price'),
    value: (figures) => figures['liquidationPrice']?.last,
    text: (figures) => text(figures['liquidationPrice']?.last),
  };
  const lines = figure === 'mark' ? [liquidation] : [];
  return chartOf(scene, {
    ...{ id: 'price', title, figure, lines, format: formatAmount, least: zero, main: ({ last }) => last },
    columns: [
      column(msg('history.last', 'Last'), 'last'),
      column(msg('history.highest', 'Highest'), 'max'),
      column(msg('history.lowest', 'Lowest'), 'min'),
      ...lines,
    ],
  });
}

/** The borrow rate of a coin. */
export function rateChart(scene: ChartScene, coin: string): HistoryChart | undefined {
  const figure = `rate ${coin}`;
  const text = once(formatRate);
  return chartOf(scene, {
    ...{ id: 'rate', title: msg('history.rate', 'Borrow rate of {0}, per year', coin), figure, lines: [], main: ({ max }) => max },
    ...{ format: formatRate, least: decimal('0.002') },
    columns: [
      { label: msg('history.highest', 'Highest'), text: (figures) => text(figures[figure]?.max) },
      { label: msg('history.lowest', 'Lowest'), text: (figures) => text(figures[figure]?.min) },
    ],
  });
}

function chartOf(scene: ChartScene, shown: Shown): HistoryChart | undefined {
  const { span, entries, say } = scene;
  const { figure, main, lines } = shown;
  const own = entries.flatMap((entry) => (entry.kind === 'bucket' ? (entry.bucket.figures[figure] ?? []) : []));
  if (own.length === 0) return undefined;
  const values = [
    ...own.flatMap(({ min, max }) => [min, max]),
    ...entries.flatMap((entry) => (entry.kind === 'bucket' ? lines.flatMap(({ value }) => value(entry.bucket.figures) ?? []) : [])),
  ];
  const [low, high] = [values.reduce(lesser), values.reduce(greater)];
  const extent = greater(subtract(high, low), shown.least);
  const y = (value: Decimal): number => (height - 8) * (1 - fractionForDrawing(subtract(value, low), extent)) + 4;
  const paths: readonly Path[] = [
    { kind: 'unwatched', label: msg('history.unwatched', 'Not watched'), path: gapPath(entries, span) },
    { kind: 'band', label: msg('history.band', 'Lowest to highest'), path: bandPath(scene, figure, y) },
    ...lines.map(({ kind, label, value }) => ({ kind, label, path: linePath(scene, (figures) => value(figures), y) })),
    { kind: 'main', label: shown.title, path: linePath(scene, (figures) => figures[figure] && main(figures[figure]), y) },
    ...(shown.hasMarks === true ? markPaths(scene) : []),
  ];
  return {
    id: shown.id,
    title: say(shown.title),
    columns: columnsOf(scene, shown).map(say),
    points: pointsOf(scene, shown, y),
    ends: [shown.format(add(low, extent)), shown.format(low)],
    lines: paths.filter(({ path }) => path !== '').map((one) => ({ ...one, label: say(one.label) })),
  };
}

const hasChanges = ({ marks }: ChartScene, { hasMarks }: Pick<Shown, 'hasMarks'>): boolean => hasMarks === true && marks.length > 0;

const columnsOf = (scene: ChartScene, shown: Shown): readonly Text[] => [
  msg('history.from', 'From'),
  ...shown.columns.map(({ label }) => label),
  msg('history.watched', 'Watched'),
  ...(hasChanges(scene, shown) ? [msg('overview.changes', 'Changes')] : []),
];

function pointsOf(scene: ChartScene, shown: Shown, y: (value: Decimal) => number): readonly HistoryPoint[] {
  const { span, entries, say, time } = scene;
  return entries.flatMap((entry, place): HistoryPoint[] => {
    const isGap = entry.kind === 'gap';
    const next = entries[place + 1];
    const until = next === undefined ? span.to : startOf(next);
    const changes = hasChanges(scene, shown) ? [changesIn(scene, startOf(entry), until)] : [];
    if (isGap) {
      const text = msg('history.not-watched', 'Not watched from {0} to {1}', time(entry.since), time(entry.until));
      const told = changes[0] === '' || changes[0] === undefined ? text : listed([text, changes[0]]);
      return [{ x: place01(span, (entry.since + entry.until) / 2), cells: [say(told)] }];
    }
    const { at, figures } = entry.bucket;
    const own = figures[shown.figure];
    if (own === undefined) return [];
    return [
      {
        x: place01(span, at + span.width / 2),
        y: rounded(y(shown.main(own)) / height, 4),
        cells: [time(at), ...shown.columns.map(({ text }) => text(figures) ?? '–'), coverage(scene, entry.bucket), ...changes],
      },
    ];
  });
}

/** How much of a bucket was watched, rounded down, and whether it was watched from another computer only. */
function coverage({ span, watched, gaps, moved, say }: ChartScene, { at, covered }: Bucket): string {
  const [since, until] = [Math.max(at, watched.since), Math.min(at + span.width, watched.until)];
  const length = until - since;
  const missed = gaps.reduce((sum, gap) => sum + Math.max(Math.min(gap.until, until) - Math.max(gap.since, since), 0), 0);
  // Where readings are rare, rows that are shorter than the time between them don't add up to all that was watched.
  const known = at > span.now - gapsKeptMs ? length - missed : covered;
  const part = length <= 0 ? 1 : Math.min(known / length, 1);
  const text = `${Math.floor(part * 100).toString()}%`;
  const isElsewhere = moved.some(({ since, until }) => since <= at && until >= at + span.width);
  return isElsewhere ? say(bracketed(text, msg('history.other-computer', 'other computer'))) : text;
}

function changesIn({ marks, say }: ChartScene, since: number, until: number): string {
  const texts = marks.filter(({ at }) => at >= since && at < until).map(({ text }) => text);
  return texts.length === 0 ? '' : say(typeof texts[0] === 'string' && texts.length === 1 ? texts[0] : listed(texts));
}

/** A time as a place in the drawing, 0..1. */
const place01 = ({ from, to }: ChartSpan, at: number): number => rounded(Math.min(Math.max((at - from) / (to - from), 0), 1), 4);

const rounded = (value: number, places: number): number => Number(value.toFixed(places));

const xOf = (span: ChartSpan, at: number): string => (place01(span, at) * width).toFixed(1);

function linePath(
  { span, entries }: ChartScene,
  value: (figures: Bucket['figures']) => Decimal | undefined,
  y: (value: Decimal) => number,
): string {
  let isOpen = false;
  return entries
    .map((entry) => {
      if (entry.kind === 'gap') return '';
      const at = value(entry.bucket.figures);
      const isJoined = isOpen && entry.isJoined;
      isOpen = at !== undefined;
      if (at === undefined) return '';
      const point = `${xOf(span, entry.bucket.at + span.width / 2)} ${y(at).toFixed(1)}`;
      // A point of its own is seen by the round ends of a line without length.
      return isJoined ? `L${point}` : `M${point}h0`;
    })
    .join('');
}

/** From the lowest to the highest of each bucket; nothing where both are the same. */
const bandPath = ({ span, entries }: ChartScene, figure: string, y: (value: Decimal) => number): string =>
  entries
    .map((entry) => {
      const moved = entry.kind === 'bucket' ? entry.bucket.figures[figure] : undefined;
      if (entry.kind === 'gap' || moved === undefined || moved.min === moved.max) return '';
      return `M${xOf(span, entry.bucket.at + span.width / 2)} ${y(moved.min).toFixed(1)}V${y(moved.max).toFixed(1)}`;
    })
    .join('');

const gapPath = (entries: readonly Entry[], span: ChartSpan): string =>
  entries
    .map((entry) => (entry.kind === 'gap' ? `M${xOf(span, entry.since)} 0V${height.toString()}H${xOf(span, entry.until)}V0z` : ''))
    .join('');

/** Lines at the foot of the drawing, each kind with a height of its own. */
function markPaths({ span, marks }: ChartScene): readonly Path[] {
  const kinds = [
    { kind: 'venue', label: msg('history.venue-events', 'Exchange events'), length: 18 },
    { kind: 'forced', label: msg('history.forced-events', 'Forced by the exchange'), length: 60 },
    { kind: 'own', label: msg('history.own-changes', 'Your changes'), length: 30 },
  ] as const;
  return kinds.map(({ kind, label, length }) => {
    const those = marks.filter((mark) => mark.kind === kind && mark.at >= span.from && mark.at < span.to);
    return { kind, label, path: those.map(({ at }) => `M${xOf(span, at)} ${height.toString()}v-${length.toString()}`).join('') };
  });
}

const own = (amount: Decimal): Message => hideable(formatAmount(amount));

/** What was booked of a coin owed, by the hour or by the day. @param inAll what was ever booked; undefined if not all of it can be read */
export function interestChart(
  { span, say, time }: Pick<ChartScene, 'span' | 'say' | 'time'>,
  coin: string,
  sums: readonly InterestSum[],
  inAll: Decimal | undefined,
): HistoryChart | undefined {
  if (sums.length === 0) return undefined;
  const amounts = sums.map(({ amount }) => amount);
  const [high, stretch] = [amounts.reduce(greater), interestWidth(span)];
  const y = (amount: Decimal): number => rounded(1 - fractionForDrawing(amount, high), 4);
  const path = sums.map(({ at, amount }) => {
    const [left, right] = [xOf(span, at + stretch / 10), xOf(span, at + stretch)];
    return `M${left} ${height.toString()}V${(y(amount) * height).toFixed(1)}H${right}V${height.toString()}z`;
  });
  const title =
    stretch === day
      ? msg('history.interest-day', 'Interest per day, {0}', coin)
      : msg('history.interest-hour', 'Interest per hour, {0}', coin);
  return {
    id: 'interest',
    title: say(title),
    ...(inAll === undefined
      ? {}
      : { note: say(msg('history.interest-sums', '{0} in this time, {1} in all', ...[sum(amounts), inAll].map(own))) }),
    columns: [msg('history.from', 'From'), msg('page.interest', 'Interest')].map(say),
    points: sums.map(({ at, amount }) => ({
      x: place01(span, at + stretch / 2),
      y: y(amount),
      cells: [time(at), say(ownCoins(amount, coin))],
    })),
    ends: [say(own(high)), '0'],
    lines: [{ kind: 'bars', label: say(title), path: path.join('') }],
  };
}
