import { html, nothing, type TemplateResult } from 'lit-html';
import type { StressTable, StressView } from '../core/protocol.ts';
import { levelShape } from './marks.ts';

/** What happens if prices move, below the gauges. Closed until opened. */
export function stressSection(view: StressView, open: boolean): TemplateResult {
  return html`<details class="stress" ?open=${open}>
    <summary><h2>${view.heading}</h2></summary>
    ${view.tables.map((table, place) => tableOf(table, view, `shocks-${place.toString()}`))}
  </details>`;
}

/** `id` is the caption's, which names the scrolling region. */
function tableOf(table: StressTable, view: StressView, id: string): TemplateResult {
  return html`<section class=${table.simulatedMark === undefined ? '' : 'simulated'}>
    ${table.simulatedMark === undefined ? nothing : html`<p class="mark">${table.simulatedMark}</p>`}
    ${
      table.first.length === 0
        ? nothing
        : html`<h3>${view.firstHeading}</h3>
            <ul>
              ${table.first.map((sentence) => html`<li>${sentence}</li>`)}
            </ul>`
    }
    ${table.rows.length === 0 ? nothing : grid(table, view, id)} ${table.leftOut.map((text) => html`<p class="detail">${text}</p>`)}
  </section>`;
}

function grid({ caption, columns, rows }: StressTable, { shockHeading }: StressView, id: string): TemplateResult {
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby=${id}>
    <table>
      <caption id=${id}>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${shockHeading}</th>
          ${columns.map(({ title, detail }) => html`<th scope="col">${title} <span class="detail">${detail}</span></th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ label, cells }) =>
            html`<tr>
              <th scope="row">${label}</th>
              ${cells.map(
                ({ text, level }) =>
                  html`<td class="level-${level}">
                    <svg viewBox="0 0 16 16" aria-hidden="true">${levelShape(level)}</svg>
                    ${text}
                  </td>`,
              )}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
