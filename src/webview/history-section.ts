import { html, nothing, type TemplateResult } from 'lit-html';
import {
  historyLists,
  historyRanges,
  type HistoryChart,
  type HistoryPage,
  type HistoryQuestion,
  type HistoryRange,
  type HistoryTable,
  type HistoryView,
  type ToPage,
} from '../core/protocol.ts';
import { cursorAfter, cursorAt, historyOf, tableRows, type ChartPlace, type HistoryActs } from './history.ts';
import type { Section, Tools } from './section.ts';

export { style } from './history.css';

/** Typing waits for the end of a word. Milliseconds. */
const typingMs = 250;

export const open = (tools: Tools): Section => new HistorySection(tools);

/** The history of a loan or position: charts, and lists of what was done. */
class HistorySection implements Section {
  readonly #tools: Tools;
  /** Absent until one is chosen. */
  #range: HistoryRange | undefined;
  #of: HistoryPage;
  #view: HistoryView | undefined;
  #table: HistoryTable | undefined;
  readonly #places = new Map<HistoryChart['id'], ChartPlace>();
  #typing: ReturnType<typeof setTimeout> | undefined;

  constructor(tools: Tools) {
    const { kept } = tools;
    const before = (typeof kept === 'object' && kept !== null ? kept : {}) as Readonly<Record<'key' | 'range' | 'list', unknown>>;
    this.#tools = tools;
    this.#range = historyRanges.find((one) => one === before.range);
    const list = historyLists.find((one) => one === before.list) ?? 'event';
    this.#of = { list, by: 'at', descending: true, filter: '', page: 0 };
    this.#show(before.key);
  }

  draw(): TemplateResult {
    if (this.#view === undefined) return html`${nothing}`;
    return historyOf(this.#view, this.#range ?? this.#view.range, this.#table, this.#of, (chart) => this.#placeOf(chart), this.#acts);
  }

  hear(message: ToPage): void {
    if (message.type !== 'history') return;
    if ('open' in message) this.#show(this.#view?.key);
    else if ('view' in message) this.#take(message.view);
    else if (message.key === this.#view?.key) this.#table = message.table;
  }

  opened(isOpen: boolean): void {
    if (isOpen) this.#show(this.#view?.key);
    else this.#ask({ do: 'close' });
  }

  #ask(question: HistoryQuestion): void {
    this.#tools.send({ type: 'history', question });
  }

  #show(key: unknown): void {
    this.#ask({ do: 'show', ...(this.#range === undefined ? {} : { range: this.#range }), ...(typeof key === 'string' ? { key } : {}) });
  }

  #askList(): void {
    if (this.#view !== undefined) this.#ask({ do: 'list', key: this.#view.key, of: this.#of });
  }

  #remember(): void {
    this.#tools.keep({ key: this.#view?.key, range: this.#range, list: this.#of.list });
  }

  #take(next: HistoryView): void {
    const isOther = next.key !== this.#view?.key;
    this.#view = next;
    for (const chart of next.charts) {
      const { page, ...place } = this.#placeOf(chart);
      if (isOther || page * tableRows >= chart.points.length) this.#places.set(chart.id, { ...place, cursor: Infinity, page: 0 });
    }
    if (!isOther) return;
    this.#table = undefined;
    const list = next.lists.find(({ id }) => id === this.#of.list) ?? next.lists[0];
    this.#of = { ...this.#of, page: 0, ...(list === undefined ? {} : { list: list.id }) };
    this.#askList();
    this.#remember();
  }

  /** The newest point, until another is looked at. */
  #placeOf({ id, points }: HistoryChart): ChartPlace {
    const { cursor, ...place } = this.#places.get(id) ?? { cursor: Infinity, tableOpen: false, page: 0 };
    return { ...place, cursor: Math.min(cursor, points.length - 1) };
  }

  #put(chart: HistoryChart, change: Partial<ChartPlace>): void {
    const place = { ...this.#placeOf(chart), ...change };
    this.#places.set(chart.id, place.cursor === chart.points.length - 1 ? { ...place, cursor: Infinity } : place);
    this.#tools.redraw();
  }

  #listed(change: Partial<HistoryPage>): void {
    // Rows of one list never stand under the name of another.
    if (change.list !== undefined && change.list !== this.#of.list) this.#table = undefined;
    this.#of = { ...this.#of, ...change };
    this.#askList();
    this.#tools.redraw();
    this.#remember();
  }

  readonly #acts: HistoryActs = {
    chosen: ({ target }: Event) => {
      if (target instanceof HTMLSelectElement) this.#show(target.value);
    },
    range: (range) => {
      this.#range = range;
      this.#show(this.#view?.key);
      this.#remember();
    },
    pressed: (chart, event: KeyboardEvent) => {
      if (event.altKey || event.ctrlKey || event.metaKey) return;
      const cursor = cursorAfter(event.key, this.#placeOf(chart).cursor, chart.points.length);
      if (cursor === undefined) return;
      event.preventDefault();
      this.#put(chart, { cursor });
    },
    pointed: (chart, { currentTarget, clientX }: PointerEvent) => {
      if (!(currentTarget instanceof Element)) return;
      const { left, width } = currentTarget.getBoundingClientRect();
      this.#put(chart, { cursor: cursorAt((clientX - left) / width, chart.points) });
    },
    toggled: (chart, { target }: Event) => {
      if (target instanceof HTMLDetailsElement && target.open !== this.#placeOf(chart).tableOpen) {
        this.#put(chart, { tableOpen: target.open });
      }
    },
    turned: (chart, page) => {
      this.#put(chart, { page });
    },
    list: (change) => {
      this.#listed(change);
    },
    filtered: ({ target }: Event) => {
      if (!(target instanceof HTMLInputElement)) return;
      this.#of = { ...this.#of, filter: target.value, page: 0 };
      clearTimeout(this.#typing);
      this.#typing = setTimeout(() => {
        this.#askList();
      }, typingMs);
    },
    copy: () => {
      if (this.#view !== undefined) this.#ask({ do: 'copy', key: this.#view.key, of: this.#of });
    },
    export: () => {
      this.#ask({ do: 'export', list: this.#of.list });
    },
  };
}
