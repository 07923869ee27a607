import { html, nothing, type TemplateResult } from 'lit-html';
import { guard } from 'lit-html/directives/guard.js';
import { live } from 'lit-html/directives/live.js';
import { repeat } from 'lit-html/directives/repeat.js';
import type { PageState, Trial, TriedLine, WhatIfRow, WhatIfView } from '../core/protocol.ts';
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
  /** @param at the place of the line in the row; so below */
  readonly choose: (row: WhatIfRow, at: number, did: Did) => void;
  readonly type: (row: WhatIfRow, at: number, did: Did, isDone: boolean) => void;
  readonly use: (row: WhatIfRow, at: number) => void;
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

const noLines: readonly TriedLine[] = [];

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
    ${
      rows.length === 0
        ? nothing
        : html`<div class="first">
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
                  const lines = tried.changes[row.key] ?? noLines;
                  const offered = (actions.get(row.key) ?? []).map(({ id }) => id).join(' ');
                  return guard([JSON.stringify(row), lines, offered], () => rowOf(row, lines, offered, words, columns, acts));
                },
              )}
            </div>`
    }
    ${leftOut.map((text) => html`<p class="detail">${text}</p>`)}
  </section>`;
}

function rowOf(
  row: WhatIfRow,
  lines: readonly TriedLine[],
  offered: string,
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
    <div role="cell" class="change">
      ${placesOf(row, lines).map((at) => fields(row, lines, at, offered, words, columns.changes, acts))}
      ${lines.length > 1 ? html`<p class="detail">${words.oneByOne}</p>` : nothing}
    </div>
  </div>`;
}

type Act = Pick<TriedLine, 'action' | 'coin'>;

/** As the value of an option. */
export const valueOf = ({ action, coin }: Act): string => `${action} ${coin}`;

/** What can still be tried in a line: of each coin, either adding or taking out, and repaying. */
const choicesOf = ({ acts }: WhatIfRow, lines: readonly TriedLine[], at: number): WhatIfRow['acts'] =>
  acts.filter(
    ({ action, coin }) =>
      !lines.some((line, place) => place !== at && line.coin === coin && (line.action === 'repay') === (action === 'repay')),
  );

/** The places of the lines, and of one more as soon as all have an amount and anything is left to try. */
function placesOf(row: WhatIfRow, lines: readonly TriedLine[]): readonly number[] {
  const isFull = lines.every(({ amount }) => amount !== '');
  return [...lines.keys(), ...(isFull && choicesOf(row, lines, lines.length).length > 0 ? [lines.length] : [])];
}

function fields(
  row: WhatIfRow,
  lines: readonly TriedLine[],
  at: number,
  offered: string,
  words: WhatIfView['words'],
  label: string,
  acts: WhatIfActs,
): TemplateResult {
  const line = lines[at];
  const refused = row.refused?.at === at ? row.refused.text : undefined;
  const isUsable = line !== undefined && offered.split(' ').includes(line.action) && line.amount !== '' && refused === undefined;
  const name = at === 0 ? row.title : `${row.title} (${(at + 1).toString()})`;
  return html`<div>
    <select
      aria-label="${label}: ${name}"
      @change=${(did: Did) => {
        acts.choose(row, at, did);
      }}
    >
      <option value="" .selected=${live(line === undefined)}>${at === 0 || line !== undefined ? words.noChange : words.also}</option>
      ${choicesOf(row, lines, at).map(
        (act) =>
          html`<option value=${valueOf(act)} .selected=${live(line !== undefined && valueOf(act) === valueOf(line))}>${act.label}</option>`,
      )}
    </select>
    ${
      line === undefined && at > 0
        ? nothing
        : html`<input
              inputmode="decimal"
              placeholder=${words.amount}
              aria-label="${words.amount}: ${name}"
              aria-invalid=${refused === undefined ? 'false' : 'true'}
              .value=${line?.amount ?? ''}
              ?disabled=${line === undefined}
              @input=${(did: Did) => {
                acts.type(row, at, did, false);
              }}
              @change=${(did: Did) => {
                acts.type(row, at, did, true);
              }}
            />
            <button
              ?disabled=${!isUsable}
              aria-label="${words.use} ${name}"
              @click=${() => {
                acts.use(row, at);
              }}
            >
              ${words.use}
            </button>`
    }
    <output>${refused ?? nothing}</output>
  </div>`;
}
