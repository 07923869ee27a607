import { html, nothing, svg, type SVGTemplateResult, type TemplateResult } from 'lit-html';
import { repeat } from 'lit-html/directives/repeat.js';
import type { GaugeEstimate, GaugeRow, GaugeTick, GaugeView, GaugeZone, PageAction } from '../core/protocol.ts';
import { arcPath, dashes, labelLine, labelWidth, longestLabel, placeLabels, pointAt, radius, viewBox } from './dial.ts';
import { refreshIcon, tickHead } from './marks.ts';

/** What opens below a line: everything that is known. Its height stays when an estimate comes or goes. */
export function card(view: GaugeView, tab: string, act: (action: PageAction) => void): TemplateResult {
  return html`<div class="dial" role="img" aria-label=${view.spokenValue}>${dial(view)}</div>
    <div class="words">
      <p class="distance">${view.distanceText}</p>
      <dl class="live">${view.rows.filter(({ live }) => live === true).map(row)}</dl>
      ${view.trouble === undefined ? nothing : html`<p class="trouble">${view.trouble}</p>`}
      ${view.pending.map((sentence) => html`<p class="pending">${sentence}</p>`)}
      <dl>${view.rows.filter(({ live }) => live !== true).map(row)}</dl>
      <footer>${actions(view, tab, act)}</footer>
    </div>`;
}

function row({ label, lines }: GaugeRow): TemplateResult {
  return html`<div>
    <dt>${label}</dt>
    ${lines.map(({ value, detail }) => html`<dd><span class="value">${value}</span> ${detail === undefined ? nothing : html`<span class="detail">${detail}</span>`}</dd>`)}
  </div>`;
}

function actions(view: GaugeView, tab: string, act: (action: PageAction) => void): TemplateResult {
  const refresh = view.actions.find((action) => action.id === 'refresh');
  const changes = view.actions.filter((action) => action.id !== 'refresh');
  const pressed = (action: PageAction) => () => {
    act(action);
  };
  return html`<p class="age">
      <span>${view.ageText}</span>
      ${
        refresh === undefined
          ? nothing
          : html`<button
              class=${view.reading ? 'icon reading' : 'icon'}
              title=${refresh.label}
              aria-label="${refresh.label}: ${view.title}"
              tabindex=${tab}
              @click=${pressed('refresh')}
            >
              ${refreshIcon}
            </button>`
      }
    </p>
    <div class="changes">
      ${repeat(
        changes,
        ({ id }) => id,
        ({ id, label }) =>
          html`<button class=${id} tabindex=${tab} aria-label="${label}: ${view.title}" @click=${pressed(id)}>${label}</button>`,
      )}
    </div>`;
}

function dial(view: GaugeView): TemplateResult {
  // The second needle has its own label, placed among the others so that none covers another.
  const marks: readonly Marked[] = view.estimate === undefined ? view.ticks : [...view.ticks, view.estimate];
  const labels = placeLabels(marks.map(({ at }) => at));
  return html`<svg viewBox=${viewBox(labels)} aria-hidden="true">
    <path class="band" pathLength="100" d=${arcPath(radius.band)}></path>
    ${view.zones.map(zone)} ${view.at === undefined ? nothing : filled(view.at)}
    ${view.ticks.map(
      (tick) => svg`<g class="tick ${tick.kind}" transform="rotate(${tick.at * 180})">
        <line x1=${-radius.tickFrom} x2=${-radius.tickTo}></line>${tickHead(tick.kind)}
      </g>`,
    )}
    ${view.estimate === undefined ? nothing : estimateNeedle(view.estimate)}
    ${labels.map((label, index) => {
      const tick = marks[index];
      if (tick === undefined) return nothing;
      const from = pointAt(tick.at, radius.label);
      return svg`${label.leader ? svg`<line class="leader" x1=${from.x} y1=${from.y} x2=${label.x} y2=${label.y + 3}></line>` : nothing}
        <text class="label" text-anchor=${label.anchor} x=${label.x} y=${label.y - labelLine}>${tick.label}</text>
        <text class="label figure" text-anchor=${label.anchor} x=${label.x} y=${label.y} lengthAdjust="spacingAndGlyphs" textLength=${tick.valueText.length > longestLabel ? labelWidth : nothing}>${tick.valueText}<title>${tick.source}</title></text>`;
    })}
    <text class="end" x=${-radius.band} y="18">${view.scale[0]}</text>
    <text class="end" x=${radius.band} y="18">${view.scale[1]}</text>
    <text class="caption" y="-50">${view.caption}</text>
    <text class=${view.figure.length > 7 ? 'main long' : 'main'} y="-14">${view.figure}</text>
  </svg>`;
}

type Marked = Pick<GaugeTick, 'at' | 'label' | 'valueText' | 'source'>;

/** Thin and dashed, with a head of its own, so that it can't be mistaken for the venue's needle or a threshold. */
const estimateNeedle = ({ at }: GaugeEstimate): SVGTemplateResult =>
  svg`<g class="tick estimate" transform="rotate(${at * 180})">
    <line x1=${-radius.tickFrom} x2=${-radius.tickTo}></line><path class="head hollow" d="M-118 0l-4-4-4 4 4 4z"></path>
  </g>`;

const zone = ({ kind, from, to }: GaugeZone): SVGTemplateResult =>
  svg`<path class="zone ${kind}" pathLength="100" d=${arcPath(radius.zone)} stroke-dasharray=${dashes(from, to)}></path>`;

const filled = (at: number): SVGTemplateResult =>
  svg`<path class="filled" pathLength="100" d=${arcPath(radius.band)} stroke-dasharray=${dashes(0, at)}></path>
    <g class="needle" transform="rotate(${at * 180})"><path d="M-109 0h19"></path><path class="tip" d="M-91 0l11-6v12z"></path></g>`;
