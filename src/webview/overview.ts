import { html, nothing, svg, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { repeat } from 'lit-html/directives/repeat.js';
import type { GaugeView, GroupBy, LineTrend, OverviewWords, PageAction, SortBy, Summary } from '../core/protocol.ts';
import type { Choices, Group } from './arrange.ts';
import { card } from './gauge.ts';
import { foldIcon, levelIcon } from './marks.ts';

/** What a person does in the overview. */
export interface Acts {
  readonly act: (key: string, action: PageAction) => void;
  readonly choose: (change: Partial<Choices>) => void;
  readonly reveal: (key: string) => void;
}

/** Where the person is in it. */
export interface Seen {
  /** The line that Tab stops at. */
  readonly reachable: string | undefined;
  readonly open: ReadonlySet<string>;
  readonly choices: Choices;
  /** All is money of one kind, so its mark stands above the lines. */
  readonly isMarkedOnce: boolean;
}

const cells = 7;
const sortable: readonly SortBy[] = ['worst', 'name', 'figure', 'marginCall', 'liquidation', 'age'];
const groupings: readonly GroupBy[] = ['none', 'account', 'venue'];

/** How everything stands: the worst first. */
export function summaryLines(summaries: readonly Summary[], { reveal }: Acts): TemplateResult {
  return html`${summaries.map(
    ({ simulatedMark, worst, facts }) =>
      html`<p class="summary level-${worst.level}">
        ${mark(simulatedMark)}
        <button
          class="worst"
          @click=${() => {
            reveal(worst.key);
          }}
        >
          ${levelIcon(worst.level)} ${worst.text}
        </button>
        ${facts.map((fact) => html`<span>${fact}</span>`)}
      </p>`,
  )}`;
}

const mark = (text: string | undefined): TemplateResult | typeof nothing =>
  text === undefined ? nothing : html`<span class="mark">${text}</span>`;

/** Filter, groups and size. */
export function toolbar(words: OverviewWords, choices: Choices, shown: number, all: number, { choose }: Acts): TemplateResult {
  return html`<div class="tools">
    <input type="search" aria-label=${words.filter} placeholder=${words.filter} .value=${choices.filter} />
    <output>${choices.filter === '' ? nothing : `${shown.toString()}/${all.toString()}`}</output>
    ${groupings.map(
      (group) =>
        html`<button
          aria-pressed=${choices.group === group}
          @click=${() => {
            choose({ group });
          }}
        >
          ${words.groups[group]}
        </button>`,
    )}
    <button
      aria-pressed=${choices.compact}
      @click=${() => {
        choose({ compact: !choices.compact });
      }}
    >
      ${words.compact}
    </button>
  </div>`;
}

/** One line per loan and position, with a card below those that are open. */
export function overview(groups: readonly Group[], label: string, words: OverviewWords, seen: Seen, acts: Acts): TemplateResult {
  const { choices } = seen;
  return html`<div class=${choices.compact ? 'overview compact' : 'overview'} role="treegrid" aria-label=${label}>
    <div class="columns" role="row">
      ${sortable.map((sort) => columnHead(sort, words, choices, acts))}
      <div role="columnheader" class="acts">${words.columns.changes}</div>
    </div>
    ${repeat(
      groups,
      ({ title }) => title ?? '',
      ({ title, gauges }) =>
        html`${
          title === undefined
            ? nothing
            : html`<div role="row" class="group">
                <div role="gridcell" aria-colspan=${cells}>${title} <span>${gauges.length}</span></div>
              </div>`
        }
        ${repeat(
          gauges,
          ({ key }) => key,
          (gauge) => {
            const isOpen = seen.open.has(gauge.key);
            const isReachable = gauge.key === seen.reachable;
            return guard([gauge, isOpen, isReachable, seen.isMarkedOnce], () =>
              item(gauge, isOpen, isReachable, seen.isMarkedOnce, words.columns, acts),
            );
          },
        )}`,
    )}
  </div>`;
}

function columnHead(sort: SortBy, words: OverviewWords, choices: Choices, { choose }: Acts): TemplateResult {
  const isBy = choices.sort === sort;
  const order = choices.reversed ? 'descending' : 'ascending';
  return html`<div role="columnheader" class=${sort} aria-sort=${isBy ? order : nothing}>
    <button
      @click=${() => {
        choose({ sort, reversed: isBy && !choices.reversed });
      }}
    >
      ${words.columns[sort]}
    </button>
  </div>`;
}

function item(
  view: GaugeView,
  isOpen: boolean,
  isReachable: boolean,
  isMarkedOnce: boolean,
  columns: OverviewWords['columns'],
  acts: Acts,
): TemplateResult {
  const tab = isReachable ? '0' : '-1';
  const act = (action: PageAction): void => {
    acts.act(view.key, action);
  };
  return html`<div role="rowgroup" class="gauge level-${view.level}${view.stale ? ' stale' : ''}" data-key=${view.key}>
    <div
      role="row"
      class="line"
      tabindex=${tab}
      aria-level="1"
      aria-expanded=${isOpen}
      aria-label="${view.title}, ${view.subtitle}. ${view.spokenValue}"
    >
      <div role="gridcell" class="worst">
        <p class="level">${levelIcon(view.level)}<span>${view.levelText}</span></p>
      </div>
      <div role="gridcell" class="name">
        ${foldIcon}
        <h2>${view.title}</h2>
        <p class="subtitle">
          ${isMarkedOnce ? nothing : mark(view.simulatedMark)} ${view.line.marks.map((text) => html`<span class="tag">${text}</span>`)}
          <span>${view.subtitle}</span>
        </p>
      </div>
      <div role="gridcell" class="figure">${meter(view)} ${trend(view.line.trend)}</div>
      <div role="gridcell" class="marginCall" data-label=${columns.marginCall}>${view.line.toMarginCall ?? nothing}</div>
      <div role="gridcell" class="liquidation" data-label=${columns.liquidation}>
        ${view.line.toLiquidation}
        ${view.line.liquidationPrice === undefined ? nothing : html`<span class="price">${view.line.liquidationPrice}</span>`}
      </div>
      <div role="gridcell" class="age">${view.line.age}</div>
      <div role="gridcell" class="acts">
        ${repeat(
          view.line.acts,
          (one) => one.id,
          (one) =>
            html`<button
              class=${one.id}
              tabindex=${tab}
              title=${one.title}
              aria-label="${one.label} ${one.title}: ${view.title}"
              @click=${() => {
                act(one.id);
              }}
            >
              ${one.label}
            </button>`,
        )}
      </div>
    </div>
    ${
      isOpen
        ? html`<div role="row" class="card" aria-level="2">
            <div role="gridcell" aria-colspan=${cells}>${card(view, tab, act)}</div>
          </div>`
        : nothing
    }
  </div>`;
}

/** The figure, and below it where it stands on its scale: a thin line is the margin call, a thick one liquidation. */
function meter(view: GaugeView): TemplateResult {
  const { meter: measured, estimate, spokenValue } = view;
  const label = measured === undefined ? spokenValue : `${view.title}, ${view.caption}`;
  const when = (text?: string): string | typeof nothing => (measured === undefined ? nothing : (text ?? nothing));
  return html`<div
    class="meter"
    role=${measured === undefined ? 'img' : 'meter'}
    aria-label=${label}
    aria-valuemin=${when('0')}
    aria-valuemax=${when(measured?.max)}
    aria-valuenow=${when(measured?.now)}
    aria-valuetext=${when(spokenValue)}
  >
    <p>
      <strong>${view.figure}</strong>
      <span class="caption">${view.caption}</span>
      ${estimate === undefined ? nothing : html`<span class="now" title=${estimate.source}>→ ${estimate.valueText}</span>`}
    </p>
    <svg class="bar" viewBox="0 0 100 10" preserveAspectRatio="none" aria-hidden="true">
      <path class="band" d="M0 5h100"></path>
      ${view.zones.map(({ kind, from, to }) => svg`<path class="zone ${kind}" d="M${from * 100} 9.2H${to * 100}"></path>`)}
      ${view.at === undefined ? nothing : svg`<path class="filled" d="M0 5H${view.at * 100}"></path>`}
      ${estimate === undefined ? nothing : svg`<path class="now" d="M${estimate.at * 100} 0v10"></path>`}
      ${view.ticks.map(({ kind, at }) => svg`<path class="tick ${kind}" d="M${Math.min(at * 100, 99)} 0v10"></path>`)}
    </svg>
  </div>`;
}

/** How the figure moved. */
const trend = (moved: LineTrend | undefined): TemplateResult | typeof nothing =>
  moved === undefined
    ? nothing
    : html`<svg class="trend" viewBox="0 0 48 20" role="img">
        <title>${moved.text}</title>
        <path d=${moved.path}></path>
      </svg>`;
