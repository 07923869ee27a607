import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import type { HistoryChart, HistoryList, HistoryOrder, HistoryPage, HistoryRange, HistoryTable, HistoryView } from '../core/protocol.ts';

/** Rows of a chart's table that are shown at once. */
export const tableRows = 25;

/** Where the person is in one chart. */
export interface ChartPlace {
  /** The point that is looked at. */
  readonly cursor: number;
  readonly tableOpen: boolean;
  /** Of the table, from 0. */
  readonly page: number;
}

/** What a person does in the section; `events` are those of the browser. */
export interface HistoryActs {
  readonly chosen: (event: never) => void;
  readonly range: (range: HistoryRange) => void;
  readonly pressed: (chart: HistoryChart, event: never) => void;
  readonly pointed: (chart: HistoryChart, event: never) => void;
  readonly toggled: (chart: HistoryChart, event: never) => void;
  readonly turned: (chart: HistoryChart, page: number) => void;
  readonly list: (change: Partial<HistoryPage>) => void;
  readonly filtered: (event: never) => void;
  readonly copy: () => void;
  readonly export: () => void;
}

/** How figures moved, and what was done, of one loan or position. */
export function historyOf(
  view: HistoryView,
  range: HistoryRange,
  table: HistoryTable | undefined,
  of: HistoryPage,
  placeOf: (chart: HistoryChart) => ChartPlace,
  acts: HistoryActs,
): TemplateResult {
  const { words } = view;
  return html`<div class="tools">
      ${view.simulatedMark === undefined ? nothing : html`<span class="mark">${view.simulatedMark}</span>`}
      <select aria-label=${words.choose} @change=${acts.chosen}>
        ${view.choices.map(({ key, label }) => html`<option value=${key} ?selected=${key === view.key}>${label}</option>`)}
      </select>
      ${radios('range', words.range, view.ranges, range, acts.range)}
    </div>
    ${view.notice === undefined ? nothing : html`<p role="status">${view.notice}</p>`}
    <div class="charts">
      ${view.charts.map((chart) => {
        const place = placeOf(chart);
        return guard([chart, place.cursor, place.tableOpen, place.page], () => drawing(chart, view, place, acts));
      })}
    </div>
    ${records(view, table, of, acts)}`;
}

function radios<Id extends string>(
  name: string,
  legend: string,
  options: readonly { readonly id: Id; readonly label: string }[],
  chosen: Id,
  choose: (id: Id) => void,
): TemplateResult {
  return html`<fieldset>
    <legend>${legend}</legend>
    ${options.map(
      ({ id, label }) =>
        html`<label
          ><input
            type="radio"
            name="history-${name}"
            .checked=${id === chosen}
            @change=${() => {
              choose(id);
            }}
          />${label}</label
        >`,
    )}
  </fieldset>`;
}

/** What a point says: when, and each figure under its name. */
export const pointText = ({ columns }: HistoryChart, cells: readonly string[]): string =>
  cells.flatMap((cell, place) => (cell === '' ? [] : place === 0 ? cell : `${columns[place] ?? ''} ${cell}`)).join(' · ');

function drawing(chart: HistoryChart, { words, times }: HistoryView, place: ChartPlace, acts: HistoryActs): TemplateResult {
  const { id, title, note, ends, lines, points } = chart;
  const point = points[place.cursor];
  const text = point === undefined ? '' : pointText(chart, point.cells);
  const x = (point?.x ?? 0) * 600;
  return html`<section aria-labelledby="chart-${id}">
    <h3 id="chart-${id}">${title}</h3>
    ${note === undefined ? nothing : html`<p class="detail">${note}</p>`}
    <div class="plot">
      <p class="ends"><span>${ends[0]}</span><span>${ends[1]}</span></p>
      <div
        class="surface"
        role="slider"
        tabindex="0"
        aria-labelledby="chart-${id}"
        aria-valuemin="0"
        aria-valuemax=${points.length - 1}
        aria-valuenow=${place.cursor}
        aria-valuetext=${text}
        @keydown=${(event: never) => {
          acts.pressed(chart, event);
        }}
        @pointermove=${(event: never) => {
          acts.pointed(chart, event);
        }}
      >
        <svg viewBox="0 0 600 200" preserveAspectRatio="none" aria-hidden="true">
          ${lines.map(({ kind, path }) => svg`<path class=${kind} d=${path}></path>`)}
          <path class="cursor" d="M${x} 0V200"></path>
          ${point?.y === undefined ? nothing : svg`<path class="dot" d="M${x} ${point.y * 200}h0"></path>`}
        </svg>
      </div>
    </div>
    <p class="times"><span>${times[0]}</span><span>${times[1]}</span></p>
    <p class="readout">${text}</p>
    <ul class="legend">
      ${lines.map(
        ({ kind, label }) =>
          html`<li>
            <svg viewBox="0 0 24 12" aria-hidden="true"><path class=${kind} d=${sample(kind)}></path></svg>${label}
          </li>`,
      )}
    </ul>
    <details
      ?open=${place.tableOpen}
      @toggle=${(event: never) => {
        acts.toggled(chart, event);
      }}
    >
      <summary>${words.table}</summary>
      ${place.tableOpen ? pointTable(chart, words, place.page, acts) : nothing}
    </details>
  </section>`;
}

/** A line of the legend as it looks in the drawing. */
function sample(kind: HistoryChart['lines'][number]['kind']): string {
  if (kind === 'unwatched' || kind === 'bars') return 'M2 1h20v10H2z';
  return kind === 'own' || kind === 'venue' || kind === 'forced' ? 'M12 12V0' : 'M0 6h24';
}

/** The same as the drawing, newest first. */
function pointTable(chart: HistoryChart, words: HistoryView['words'], page: number, acts: HistoryActs): TemplateResult {
  const { columns, points, title } = chart;
  const end = points.length - page * tableRows;
  const shown = points.slice(Math.max(end - tableRows, 0), end).reverse();
  const place = `${(page * tableRows + 1).toString()}–${(page * tableRows + shown.length).toString()} / ${points.length.toString()}`;
  return html`<div class="scroll" role="region" tabindex="0" aria-label="${title}, ${words.table}">
      <table>
        <thead>
          <tr>
            ${columns.map((label) => html`<th scope="col">${label}</th>`)}
          </tr>
        </thead>
        <tbody>
          ${shown.map(
            ({ cells }) =>
              html`<tr>
                ${
                  cells.length === 1
                    ? html`<td class="detail" colspan=${columns.length}>${cells[0]}</td>`
                    : cells.map((cell, column) => (column === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))
                }
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${pager(words, title, place, page, end <= tableRows, (to) => {
      acts.turned(chart, to);
    })}`;
}

function pager(
  words: HistoryView['words'],
  title: string,
  place: string,
  page: number,
  isLast: boolean,
  turn: (page: number) => void,
): TemplateResult {
  const button = (label: string, isOff: boolean, to: number): TemplateResult =>
    html`<button
      aria-label="${label}: ${title}"
      aria-disabled=${isOff}
      @click=${() => {
        if (!isOff) turn(to);
      }}
    >
      ${label}
    </button>`;
  return html`<p class="tools">
    ${button(words.previous, page === 0, page - 1)}<output>${place}</output>${button(words.next, isLast, page + 1)}
  </p>`;
}

/** The lists: sorted, filtered, a page at a time. */
function records(view: HistoryView, table: HistoryTable | undefined, of: HistoryPage, acts: HistoryActs): TemplateResult {
  const { words, lists } = view;
  const title = lists.find(({ id }) => id === of.list)?.label ?? '';
  return html`<section aria-label=${words.lists}>
    <div class="tools">
      ${radios<HistoryList>('list', words.lists, lists, of.list, (list) => {
        acts.list({ list, page: 0 });
      })}
      <input
        aria-label="${words.filter}: ${title}"
        placeholder=${words.filter}
        maxlength="200"
        .value=${of.filter}
        @input=${acts.filtered}
      />
      <button aria-label="${words.copy}: ${title}" @click=${acts.copy}>${words.copy}</button>
      <button aria-label="${words.export}: ${title}" @click=${acts.export}>${words.export}</button>
    </div>
    ${table === undefined ? nothing : recordTable(table, words, title, acts)}
  </section>`;
}

function recordTable(table: HistoryTable, words: HistoryView['words'], title: string, acts: HistoryActs): TemplateResult {
  const { of, columns, rows, place, isLast, totals, notice } = table;
  const sort = (by: HistoryOrder) => () => {
    acts.list({ by, descending: by === of.by ? !of.descending : by === 'at' || by === 'amount', page: 0 });
  };
  const direction = of.descending ? 'descending' : 'ascending';
  return html`<div class="scroll" role="region" tabindex="0" aria-label=${title}>
      <table>
        <thead>
          <tr>
            ${columns.map(
              ({ by, label }) =>
                html`<th scope="col" aria-sort=${by === of.by ? direction : nothing}>
                  ${by === undefined ? label : html`<button @click=${sort(by)}>${label}</button>`}
                </th>`,
            )}
          </tr>
        </thead>
        <tbody>
          ${rows.map(
            (cells) =>
              html`<tr>
                ${cells.map((cell, column) => (column === 0 ? html`<th scope="row">${cell}</th>` : html`<td>${cell}</td>`))}
              </tr>`,
          )}
        </tbody>
      </table>
    </div>
    ${notice === undefined ? nothing : html`<p role="status">${notice}</p>`}
    ${
      rows.length === 0
        ? nothing
        : pager(words, title, place, of.page, isLast, (page) => {
            acts.list({ page });
          })
    }
    <ul class="totals">
      ${totals.map((total) => html`<li>${total}</li>`)}
    </ul>`;
}

/** Which point a key leads to; undefined for other keys. */
export function cursorAfter(pressed: string, from: number, count: number): number | undefined {
  const steps: Readonly<Record<string, number>> = {
    ...{ ArrowLeft: -1, ArrowDown: -1, ArrowRight: 1, ArrowUp: 1, PageDown: -10, PageUp: 10 },
    ...{ Home: -count, End: count },
  };
  const step = Object.hasOwn(steps, pressed) ? steps[pressed] : undefined;
  return step === undefined ? undefined : Math.min(Math.max(from + step, 0), count - 1);
}

/** The point nearest to a place, 0..1 from the left. */
export function cursorAt(x: number, points: HistoryChart['points']): number {
  let nearest = 0;
  for (const [place, point] of points.entries()) if (Math.abs(point.x - x) < Math.abs((points[nearest]?.x ?? 0) - x)) nearest = place;
  return nearest;
}
