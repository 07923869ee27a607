import type { PageChanges, PageState } from '../core/protocol.ts';

/** What the page has to be told of a newer state. Undefined where only the whole will do. */
export function changesOf(before: PageState, after: PageState): PageChanges | undefined {
  const { gauges: old, ...oldParts } = before;
  const { gauges, ...parts } = after;
  const isSamePage =
    old.length === gauges.length &&
    gauges.every(({ key }, at) => key === old[at]?.key) &&
    Object.keys(oldParts).every((name) => name in parts);
  if (!isSamePage) return undefined;
  const known: Readonly<Record<string, unknown>> = oldParts;
  return {
    parts: Object.fromEntries(Object.entries(parts).filter(([name, part]) => !isAlike(part, known[name]))),
    gauges: gauges.filter((gauge, at) => !isAlike(gauge, old[at])),
  };
}

export const isNothing = ({ parts, gauges }: PageChanges): boolean => gauges.length === 0 && Object.keys(parts).length === 0;

/** What wasn't made again is the same object. */
const isAlike = (a: unknown, b: unknown): boolean => a === b || JSON.stringify(a) === JSON.stringify(b);
