/**
 * Where things stand on the half-circle. The centre is 0/0, y grows downwards, the scale runs clockwise from the left end (0)
 * over the top (0.5) to the right end (1).
 */
export const radius = {
  band: 100,
  /** The thin ring that shows what lies beyond the margin call. */
  zone: 113,
  tickFrom: 89,
  tickTo: 118,
  label: 128,
} as const;

/** Drawing units; at the usual width of a card one unit is about one pixel. */
export const labelLine = 14;
/** What is left for a label beside the end of the scale. */
export const labelWidth = 62;
/** Digits and signs of the label's font that fit into it. */
export const longestLabel = 9;
const labelHeight = 2 * labelLine;
const labelGap = 3;
const aside = 2;
/** Leaves room for the labels of usual thresholds, so that dials beside each other stand at one height. */
const highest = -136;
const lowest = 24;
const halfWidth = 194;

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface PlacedLabel extends Point {
  readonly anchor: 'start' | 'end';
  /** Set when the label had to give way and needs a line to its tick. */
  readonly leader: boolean;
}

/** A point at `at` (0..1) on the scale, `distance` from the centre; to a tenth of a unit. */
export function pointAt(at: number, distance: number): Point {
  const angle = Math.PI * (1 - at);
  return { x: tenth(Math.cos(angle) * distance), y: tenth(-Math.sin(angle) * distance) };
}

const tenth = (value: number): number => Math.round(value * 10) / 10 + 0;

/** The half-circle as a path from left to right. Its length is declared as 100, so that dashes are per cent of the scale. */
export function arcPath(distance: number): string {
  const r = distance.toString();
  return `M-${r} 0A${r} ${r} 0 0 1 ${r} 0`;
}

/** The dashes that let only `from`..`to` (0..1) of an arc be seen. */
export function dashes(from: number, to: number): string {
  const length = Math.max(0, to - from);
  return `0 ${tenth(from * 100).toString()} ${tenth(length * 100).toString()} 300`;
}

/**
 * Places two-line labels (x and the baseline of the second line) outside the arc, so that no two overlap however near their
 * ticks are. A label stands on its tick and grows away from the middle; where two on one side would touch, the one nearer to
 * the top moves up, which can lead it neither into the arc nor into another label.
 */
export function placeLabels(places: readonly number[]): PlacedLabel[] {
  const placed = new Map<number, PlacedLabel>();
  for (const side of ['left', 'right'] as const) {
    const indices = [...places.keys()].filter((index) => ((places[index] ?? 0) < 0.5 ? 'left' : 'right') === side);
    // From the foot of the arc to its top.
    indices.sort((a, b) => Math.abs((places[b] ?? 0) - 0.5) - Math.abs((places[a] ?? 0) - 0.5));
    let ceiling = Infinity;
    for (const index of indices) {
      const end = pointAt(places[index] ?? 0, radius.label);
      // Beside its tick at the foot of the arc, above it at the top.
      const own = tenth(end.y + (labelHeight / 2) * (1 + end.y / radius.label));
      const y = Math.min(own, ceiling);
      placed.set(index, {
        x: tenth(end.x + (side === 'left' ? -aside : aside)),
        y,
        anchor: side === 'left' ? 'end' : 'start',
        leader: y < own - 2,
      });
      ceiling = y - labelHeight - labelGap;
    }
  }
  return [...places.keys()].flatMap((index) => placed.get(index) ?? []);
}

/** The drawing's frame, grown upwards where labels had to move there. */
export function viewBox(labels: readonly PlacedLabel[]): string {
  const top = Math.min(highest, ...labels.map((label) => label.y - labelHeight - labelGap));
  return [-halfWidth, top, 2 * halfWidth, lowest - top].map((value) => tenth(value).toString()).join(' ');
}
