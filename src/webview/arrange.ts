import type { GaugeView, GroupBy, PageChanges, PageState, SortBy } from '../core/protocol.ts';

/** How the person wants to see the overview. */
export interface Choices {
  readonly filter: string;
  readonly group: GroupBy;
  readonly sort: SortBy;
  /** The other way round. */
  readonly reversed: boolean;
  readonly compact: boolean;
}

export const firstChoices: Choices = { filter: '', group: 'none', sort: 'worst', reversed: false, compact: false };

/** The keys of all gauges in the order that is asked for. */
export function sorted({ gauges, orders }: Pick<PageState, 'gauges' | 'orders'>, { sort, reversed }: Choices): string[] {
  const all = [...gauges];
  const some =
    sort === 'name'
      ? all.sort((a, b) => a.title.localeCompare(b.title, undefined, { numeric: true }))
      : sort === 'figure'
        ? all.sort((a, b) => (b.at ?? -1) - (a.at ?? -1))
        : orders[sort].flatMap((place) => all[place] ?? []);
  const keys = some.map(({ key }) => key);
  return reversed ? keys.reverse() : keys;
}

/** The order while somebody is about to press something: nothing moves, what is new comes last. */
export function kept(before: readonly string[], fresh: readonly string[]): string[] {
  const there = new Set(fresh);
  const known = new Set(before);
  return [...before.filter((key) => there.has(key)), ...fresh.filter((key) => !known.has(key))];
}

export interface Group {
  /** Absent without groups. */
  readonly title?: string;
  readonly gauges: readonly GaugeView[];
}

/** What is shown, in its groups; each stands where its first line would. */
export function arranged(gauges: readonly GaugeView[], order: readonly string[], { filter, group }: Choices): readonly Group[] {
  const byKey = new Map(gauges.map((gauge) => [gauge.key, gauge]));
  const words = filter.toLowerCase().split(/\s+/);
  const shown = order
    .flatMap((key) => byKey.get(key) ?? [])
    .filter((gauge) => {
      if (filter === '') return true;
      const text = [gauge.title, gauge.subtitle, gauge.levelText, gauge.simulatedMark, ...gauge.line.marks].join(' ').toLowerCase();
      return words.every((word) => text.includes(word));
    });
  if (group === 'none') return shown.length === 0 ? [] : [{ gauges: shown }];
  const groups = new Map<string, GaugeView[]>();
  for (const gauge of shown) {
    const title = group === 'venue' ? gauge.line.venue : gauge.subtitle;
    groups.set(title, [...(groups.get(title) ?? []), gauge]);
  }
  return [...groups].map(([title, some]) => ({ title, gauges: some }));
}

/** The state with what has changed in it. */
export function withChanges(state: PageState, { parts, gauges }: PageChanges): PageState {
  const fresh = new Map(gauges.map((gauge) => [gauge.key, gauge]));
  return { ...state, ...parts, gauges: state.gauges.map((gauge) => fresh.get(gauge.key) ?? gauge) };
}

/** The new state; a gauge that is as before stays the very same, so that nothing of it is drawn again. */
export function renewed(before: PageState | undefined, after: PageState): PageState {
  const known = new Map(before?.gauges.map((gauge) => [gauge.key, gauge]));
  const gauges = after.gauges.map((gauge) => {
    const old = known.get(gauge.key);
    return old !== undefined && JSON.stringify(old) === JSON.stringify(gauge) ? old : gauge;
  });
  return { ...after, gauges };
}

/** The new gauges, but those before where that is asked for. */
export function keptWhere(
  before: readonly GaugeView[],
  after: readonly GaugeView[],
  isKept: (key: string) => boolean,
): readonly GaugeView[] {
  const known = new Map(before.map((gauge) => [gauge.key, gauge]));
  return after.map((gauge) => (isKept(gauge.key) ? (known.get(gauge.key) ?? gauge) : gauge));
}
