import { html, nothing, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { FromPage, GaugeView, PageState } from '../core/protocol.ts';
import { gaugeItem } from './gauge.ts';
import { stressSection } from './stress.ts';

/** Where the person is on the page. */
export interface Place {
  /** The gauge that Tab stops at. */
  readonly current: string | undefined;
  /** Whether the stress section is open. */
  readonly stressOpen: boolean;
}

/**
 * A state that may no longer hold, because the extension stopped responding: nothing is drawn as up to date, and nothing can be
 * pressed.
 */
export function silenced({ heading, silent, gauges, notices, emptyText }: PageState): PageState {
  return {
    heading,
    silent,
    notices: [silent.notice, ...notices],
    gauges: gauges.map((gauge) => silencedGauge(gauge, silent.age)),
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
    spokenValue: `${age}. ${gauge.spokenValue}`,
    actions: [],
  };
}

/** The whole page. */
export function page(state: PageState, { current, stressOpen }: Place, send: (message: FromPage) => void): TemplateResult {
  const reachable = state.gauges.some((gauge) => gauge.key === current) ? current : state.gauges[0]?.key;
  return html`<h1>${state.heading}</h1>
    ${state.notices.map((notice) => html`<p class="notice">${notice}</p>`)}
    ${
      state.gauges.length === 0
        ? empty(state, send)
        : html`<ul class="gauges" role="list" aria-label=${state.heading}>
            ${repeat(
              state.gauges,
              (gauge) => gauge.key,
              (gauge, index) =>
                gaugeItem(gauge, index, gauge.key === reachable, (key, action) => {
                  send({ type: 'action', key, action });
                }),
            )}
          </ul>`
    }
    ${state.stress === undefined ? nothing : stressSection(state.stress, stressOpen)}`;
}

function empty(state: PageState, send: (message: FromPage) => void): TemplateResult {
  return html`<div class="empty">
    <svg viewBox="-60 -60 120 72" aria-hidden="true">
      <path class="band" d="M-50 0A50 50 0 0 1 50 0"></path>
      <path class="tip" d="M-3 0 22-36 5 5z"></path>
    </svg>
    <p>${state.emptyText}</p>
    ${
      state.emptyActions.length === 0
        ? nothing
        : html`<div class="changes">
            ${state.emptyActions.map(
              ({ id, label }) =>
                html`<button
                  type="button"
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
