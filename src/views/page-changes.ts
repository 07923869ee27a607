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

/** Whether both are the same text as JSON. What wasn't made again is the same object; what was made again differs early on, as a rule. */
function isAlike(a: unknown, b: unknown): boolean {
  if (a === b) return true;
  if (typeof a !== 'object' || typeof b !== 'object' || a === null || b === null) return false;
  if (Array.isArray(a)) return Array.isArray(b) && a.length === b.length && a.every((one, at) => isAlike(one, b[at]));
  if (Array.isArray(b)) return false;
  const [one, other] = [a as Readonly<Record<string, unknown>>, b as Readonly<Record<string, unknown>>];
  const names = Object.keys(one);
  return names.length === Object.keys(other).length && names.every((name) => name in other && isAlike(one[name], other[name]));
}
