import { html, nothing, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { repeat } from 'lit-html/directives/repeat.js';
import type { PageState, Trial, TriedAction, WhatIfRow, WhatIfView } from '../core/protocol.ts';
import { levelIcon } from './marks.ts';

/** The ends of the sliders, in percent. */
export const least = -90;
export const most = 100;

/** What somebody did with a field. */
interface Did {
  readonly target: unknown;
}

/** What a person does in the section; `isDone` when a field is left or a slider is let go. */
export interface WhatIfActs {
  /** @param coin absent for all of them */
  readonly move: (coin: string | undefined, did: Did, isDone: boolean) => void;
  readonly choose: (row: WhatIfRow, did: Did) => void;
  readonly type: (row: WhatIfRow, did: Did, isDone: boolean) => void;
  readonly use: (row: WhatIfRow) => void;
  readonly reset: () => void;
}

/** What is tried out now. */
export interface Tried extends Trial {
  /** Where the slider of all coins stands. */
  readonly all: string;
}

/**
 * Asks at most once a frame, and not before the last answer came; what is then the newest goes next.
 * @param send sends what is the newest at that moment
 */
export function oneAtATime(nextFrame: (run: () => void) => unknown, send: () => void): { ask: () => void; answered: () => void } {
  let isWaiting = false;
  let isNewer = false;
  const ask = (): void => {
    isNewer = isWaiting;
    if (isWaiting) return;
    isWaiting = true;
    nextFrame(send);
  };
  return {
    ask,
    answered: () => {
      isWaiting = false;
      if (isNewer) ask();
    },
  };
}

/** "−20%" */
const percentText = (percent: string): string =>
  `${percent.startsWith('-') ? '−' : percent === '0' ? '' : '+'}${percent.replace('-', '')}%`;

/** Sliders, what breaks first, and a row for each loan and position. */
export function whatIf(view: WhatIfView, tried: Tried, state: PageState, order: readonly string[], acts: WhatIfActs): TemplateResult {
  const { words, coins, tables } = view;
  const sliders = coins.length > 1 ? [undefined, ...coins] : coins;
  return html`<p class="tools">
      <span>${words.note}</span>
      <button @click=${acts.reset}>${words.reset}</button>
    </p>
    <div class="sliders">
      ${repeat(
        sliders,
        (coin) => coin,
        (coin) => slider(coin, coin === undefined ? tried.all : (tried.prices[coin] ?? '0'), words, acts),
      )}
    </div>
    ${tables.map((table) => tableOf(table, view, tried, state, order, acts))}`;
}

function slider(coin: string | undefined, percent: string, words: WhatIfView['words'], { move }: WhatIfActs): TemplateResult {
  const name = coin ?? words.allCoins;
  const moved = (did: Did): void => {
    move(coin, did, false);
  };
  const done = (did: Did): void => {
    move(coin, did, true);
  };
  return html`<div>
    <span>${name}</span>
    <input
      type="range"
      min=${least}
      max=${most}
      step="1"
      aria-label=${name}
      aria-valuetext=${percentText(percent)}
      .value=${percent}
      @input=${moved}
      @change=${done}
    />
    <input
      type="number"
      min=${least}
      max=${most}
      step="0.1"
      aria-label="${name}, ${words.percent}"
      .value=${percent}
      @input=${moved}
      @change=${done}
    />
  </div>`;
}

function tableOf(
  { simulatedMark, first, rows, leftOut }: WhatIfView['tables'][number],
  { words }: WhatIfView,
  tried: Tried,
  state: PageState,
  order: readonly string[],
  acts: WhatIfActs,
): TemplateResult {
  const { columns } = state.words;
  const actions = new Map(state.gauges.map((gauge) => [gauge.key, gauge.actions]));
  const inOrder = [...rows].sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  const heads = [columns.name, columns.worst, columns.figure, columns.marginCall, columns.liquidation, columns.changes];
  return html`<section>
    ${simulatedMark === undefined ? nothing : html`<p class="mark">${simulatedMark}</p>`}
    <div class="first">
      <h3>${words.first}</h3>
      <ul>
        ${first.map((sentence) => html`<li>${sentence}</li>`)}
      </ul>
    </div>
    <div role="table" aria-label=${words.note}>
      <div role="row" class="heads">${heads.map((head) => html`<div role="columnheader">${head}</div>`)}</div>
      ${repeat(
        inOrder,
        ({ key }) => key,
        (row) => {
          const change = tried.changes[row.key];
          const canUse = actions.get(row.key)?.some(({ id }) => id === change?.action) === true;
          return guard([JSON.stringify(row), change, canUse], () => rowOf(row, change, canUse, words, columns, acts));
        },
      )}
    </div>
    ${leftOut.map((text) => html`<p class="detail">${text}</p>`)}
  </section>`;
}

function rowOf(
  row: WhatIfRow,
  change: Trial['changes'][string] | undefined,
  canUse: boolean,
  words: WhatIfView['words'],
  columns: PageState['words']['columns'],
  acts: WhatIfActs,
): TemplateResult {
  return html`<div role="row" class="tried level-${row.level}">
    <div role="rowheader">${row.title} <span class="detail">${row.detail}</span></div>
    <div role="cell">
      <p class="level">${levelIcon(row.level)}<span>${row.levelText}</span></p>
    </div>
    <div role="cell" class="figure"><strong>${row.figure}</strong></div>
    <div role="cell" data-label=${columns.marginCall}>${row.toMarginCall ?? nothing}</div>
    <div role="cell" data-label=${columns.liquidation}>
      ${row.toLiquidation} ${row.liquidationPrice === undefined ? nothing : html`<span class="price">${row.liquidationPrice}</span>`}
    </div>
    <div role="cell" class="change">${row.acts.length === 0 ? nothing : fields(row, change, canUse, words, columns.changes, acts)}</div>
  </div>`;
}

const valueOf = ({ action, coin }: { readonly action: TriedAction; readonly coin: string }): string => `${action} ${coin}`;

function fields(
  row: WhatIfRow,
  change: Trial['changes'][string] | undefined,
  canUse: boolean,
  words: WhatIfView['words'],
  label: string,
  acts: WhatIfActs,
): TemplateResult {
  const isUsable = canUse && change !== undefined && change.amount !== '' && row.refused === undefined;
  return html`<select
      aria-label="${label}: ${row.title}"
      @change=${(did: Did) => {
        acts.choose(row, did);
      }}
    >
      <option value="" ?selected=${change === undefined}>${words.noChange}</option>
      ${row.acts.map(
        (act) =>
          html`<option value=${valueOf(act)} ?selected=${change !== undefined && valueOf(act) === valueOf(change)}>${act.label}</option>`,
      )}
    </select>
    <input
      inputmode="decimal"
      placeholder=${words.amount}
      aria-label="${words.amount}: ${row.title}"
      aria-invalid=${row.refused === undefined ? 'false' : 'true'}
      .value=${change?.amount ?? ''}
      ?disabled=${change === undefined}
      @input=${(did: Did) => {
        acts.type(row, did, false);
      }}
      @change=${(did: Did) => {
        acts.type(row, did, true);
      }}
    />
    <button
      ?disabled=${!isUsable}
      aria-label="${words.use} ${row.title}"
      @click=${() => {
        acts.use(row);
      }}
    >
      ${words.use}
    </button>
    <output>${row.refused ?? nothing}</output>`;
}
