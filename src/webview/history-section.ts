import { html, nothing } from 'lit-html';
import {
  historyLists,
  historyRanges,
  type HistoryChart,
  type HistoryPage,
  type HistoryQuestion,
  type HistoryRange,
  type HistoryTable,
  type HistoryView,
} from '../core/protocol.ts';
import { cursorAfter, cursorAt, historyOf, type ChartPlace, type HistoryActs } from './history.ts';
import type { Section, Tools } from './section.ts';

export { style } from './history.css';

/** Typing waits for the end of a word. Milliseconds. */
const typingMs = 250;

/** The history of a loan or position: charts, and lists of what was done. */
export function open({ send, redraw, kept, keep }: Tools): Section {
  const before = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<Record<'key' | 'range' | 'list', unknown>>;
  let range: HistoryRange = historyRanges.find((one) => one === before.range) ?? '24h';
  let of: HistoryPage = {
    list: historyLists.find((one) => one === before.list) ?? 'event',
    ...{ by: 'at', descending: true, filter: '', page: 0 },
  };
  let view: HistoryView | undefined;
  let table: HistoryTable | undefined;
  const places = new Map<HistoryChart['id'], ChartPlace>();
  let typing: ReturnType<typeof setTimeout> | undefined;

  const ask = (question: HistoryQuestion): void => {
    send({ type: 'history', question });
  };
  const show = (key: unknown): void => {
    ask({ do: 'show', range, ...(typeof key === 'string' ? { key } : {}) });
  };
  const askList = (): void => {
    if (view !== undefined) ask({ do: 'list', key: view.key, of });
  };
  const remember = (): void => {
    keep({ key: view?.key, range, list: of.list });
  };
  /** The newest point, until another is looked at. */
  const placeOf = ({ id, points }: HistoryChart): ChartPlace => {
    const { cursor, ...place } = places.get(id) ?? { cursor: Infinity, tableOpen: false, page: 0 };
    return { ...place, cursor: Math.min(cursor, points.length - 1) };
  };
  const put = (chart: HistoryChart, change: Partial<ChartPlace>): void => {
    const last = chart.points.length - 1;
    const place = { ...placeOf(chart), ...change };
    places.set(chart.id, place.cursor === last ? { ...place, cursor: Infinity } : place);
    redraw();
  };

  const acts: HistoryActs = {
    chosen: ({ target }: Event) => {
      if (target instanceof HTMLSelectElement) show(target.value);
    },
    range: (next) => {
      range = next;
      show(view?.key);
      remember();
    },
    pressed: (chart, event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const cursor = cursorAfter(event.key, placeOf(chart).cursor, chart.points.length);
      if (cursor === undefined) return;
      event.preventDefault();
      put(chart, { cursor });
    },
    pointed: (chart, { currentTarget, clientX }: PointerEvent) => {
      if (!(currentTarget instanceof Element)) return;
      const { left, width } = currentTarget.getBoundingClientRect();
      put(chart, { cursor: cursorAt((clientX - left) / width, chart.points) });
    },
    toggled: (chart, { target }: Event) => {
      if (target instanceof HTMLDetailsElement && target.open !== placeOf(chart).tableOpen) put(chart, { tableOpen: target.open });
    },
    turned: (chart, page) => {
      put(chart, { page });
    },
    list: (change) => {
      // Rows of one list never stand under the name of another.
      if (change.list !== undefined && change.list !== of.list) table = undefined;
      of = { ...of, ...change };
      askList();
      redraw();
      remember();
    },
    filtered: ({ target }: Event) => {
      if (!(target instanceof HTMLInputElement)) return;
      of = { ...of, filter: target.value, page: 0 };
      clearTimeout(typing);
      typing = setTimeout(askList, typingMs);
    },
    copy: () => {
      if (view !== undefined) ask({ do: 'copy', key: view.key, of });
    },
    export: () => {
      ask({ do: 'export', list: of.list });
    },
  };

  const take = (next: HistoryView): void => {
    const isOther = next.key !== view?.key;
    view = next;
    for (const chart of next.charts) {
      const { page, ...place } = placeOf(chart);
      if (isOther || page * 25 >= chart.points.length) places.set(chart.id, { ...place, cursor: Infinity, page: 0 });
    }
    if (!isOther) return;
    table = undefined;
    of = { ...of, list: next.lists.some(({ id }) => id === of.list) ? of.list : (next.lists[0]?.id ?? of.list), page: 0 };
    askList();
    remember();
  };

  show(before.key);
  return {
    draw: () => (view === undefined ? html`${nothing}` : historyOf(view, range, table, of, placeOf, acts)),
    hear: (message) => {
      if (message.type !== 'history') return;
      if ('open' in message) show(undefined);
      else if ('view' in message) take(message.view);
      else if (message.key === view?.key) ({ table } = message);
    },
    opened: (isOpen) => {
      if (isOpen) show(view?.key);
      else ask({ do: 'close' });
    },
  };
}
