import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { FromPage, GaugeView, PageState, SectionId } from '../core/protocol.ts';
import { arranged, type Choices } from './arrange.ts';
import { overview, summaryLines, toolbar, type Acts } from './overview.ts';

/** Where the person is on the page. */
export interface Place {
  /** The gauge that Tab stops at. */
  readonly current: string | undefined;
  /** Keys of the gauges whose cards are open. */
  readonly open: ReadonlySet<string>;
  /** All keys in the order of the lines. */
  readonly order: readonly string[];
  readonly choices: Choices;
  /** What stands in a section that is open. */
  readonly sections: ReadonlyMap<SectionId, TemplateResult | string>;
}

/**
 * A state that may no longer hold, because the extension stopped responding: nothing is drawn as up to date, and nothing can be
 * pressed.
 */
export function silenced({ heading, silent, words, gauges, orders, notices, sectionFailed, emptyText }: PageState): PageState {
  return {
    heading,
    silent,
    words,
    orders,
    summaries: [],
    notices: [silent.notice, ...notices],
    gauges: gauges.map((gauge) => silencedGauge(gauge, silent.age)),
    sections: [],
    sectionFailed,
    emptyText,
    emptyActions: [],
  };
}

function silencedGauge(gauge: GaugeView, age: string): GaugeView {
  const old = { ...gauge };
  delete (old as { estimate?: unknown }).estimate;
  return {
    ...old,
    // As everywhere: out-of-date figures neither reassure nor clear an alarm.
    ...(gauge.level === 'warn' || gauge.level === 'danger' ? {} : { level: 'unknown', levelText: age }),
    stale: true,
    reading: false,
    rows: gauge.rows.filter(({ live }) => live !== true),
    ageText: age,
    line: { ...gauge.line, age, acts: [] },
    spokenValue: `${age}. ${gauge.spokenValue}`,
    actions: [],
  };
}

/** The whole page. */
export function page(state: PageState, place: Place, acts: Acts, send: (message: FromPage) => void): TemplateResult {
  const { gauges, heading, words } = state;
  const { choices, open } = place;
  const groups = arranged(gauges, place.order, choices);
  const shown = groups.flatMap((group) => group.gauges);
  const reachable = shown.some(({ key }) => key === place.current) ? place.current : shown[0]?.key;
  const isMarkedOnce = state.summaries.length === 1;
  return html`<h1>${heading}</h1>
    ${state.notices.map((notice) => html`<p class="notice">${notice}</p>`)} ${summaryLines(state.summaries, acts)}
    ${
      gauges.length === 0
        ? empty(state, send)
        : html`${toolbar(words, choices, shown.length, gauges.length, acts)}
          ${overview(groups, heading, words, { reachable, open, choices, isMarkedOnce }, acts)}`
    }
    ${repeat(
      state.sections,
      ({ id }) => id,
      ({ id, heading: title }) =>
        html`<details class="section ${id}" data-section=${id} ?open=${place.sections.has(id)}>
          <summary><h2>${title}</h2></summary>
          ${place.sections.get(id) ?? nothing}
        </details>`,
    )}`;
}

function empty(state: PageState, send: (message: FromPage) => void): TemplateResult {
  return html`<div class="empty">
    <p>${state.emptyText}</p>
    ${
      state.emptyActions.length === 0
        ? nothing
        : html`<div class="changes">
            ${state.emptyActions.map(
              ({ id, label }) =>
                html`<button
                  class=${id}
                  @click=${() => {
                    send({ type: 'emptyAction', action: id });
                  }}
                >
                  ${label}
                </button>`,
            )}
          </div>`
    }
  </div>`;
}

/** Which gauge an arrow key leads to; undefined for other keys. */
export function neighbour(keys: readonly string[], from: string, pressed: string): string | undefined {
  const index = keys.indexOf(from);
  switch (pressed) {
    case 'ArrowRight':
    case 'ArrowDown':
      return keys[Math.min(index + 1, keys.length - 1)];
    case 'ArrowLeft':
    case 'ArrowUp':
      return keys[Math.max(index - 1, 0)];
    case 'Home':
      return keys[0];
    case 'End':
      return keys.at(-1);
    default:
      return undefined;
  }
}

/** For a screen reader: gauges whose level changed. New gauges are read when they are visited. */
export function levelNews(before: readonly GaugeView[], after: readonly GaugeView[]): string {
  const levels = new Map(before.map((gauge) => [gauge.key, gauge.level]));
  return after
    .filter((gauge) => (levels.get(gauge.key) ?? gauge.level) !== gauge.level)
    .map((gauge) => gauge.spokenLevel)
    .join('. ');
}
