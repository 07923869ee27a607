import { html, nothing, type TemplateResult } from 'lit-html';
import type { StressTable, StressView } from '../core/protocol.ts';
import { levelIcon } from './marks.ts';

/**
 * What happens if prices move.
 * @param order the keys of the lines: the grid follows it
 * @param own the person's own shocks, as typed
 */
export function stressTables(
  view: StressView,
  order: readonly string[],
  own: string,
  onOwn: (event: { readonly target: unknown }) => void,
): TemplateResult {
  return html`<p class="tools">
      <label>${view.own.label} <input placeholder=${view.own.example} .value=${own} @change=${onOwn} maxlength="1000" /></label>
      <output>${view.own.refused ?? nothing}</output>
    </p>
    ${view.tables.map((table, place) => tableOf(table, view, order, `shocks-${place.toString()}`))}`;
}

/** `id` is the caption's, which names the scrolling region. */
function tableOf(table: StressTable, view: StressView, order: readonly string[], id: string): TemplateResult {
  return html`<section>
    ${table.simulatedMark === undefined ? nothing : html`<p class="mark" id="${id}m">${table.simulatedMark}</p>`}
    ${
      table.first.length === 0
        ? nothing
        : html`<h3>${view.firstHeading}</h3>
            <ul>
              ${table.first.map((sentence) => html`<li>${sentence}</li>`)}
            </ul>`
    }
    ${table.shocks.length === 0 ? nothing : grid(table, view, order, id)}
    ${table.leftOut.map((text) => html`<p class="detail">${text}</p>`)}
  </section>`;
}

/** A row for each loan and position, a column for each shock. */
function grid(
  { caption, members, shocks }: StressTable,
  { memberHeading }: StressView,
  order: readonly string[],
  id: string,
): TemplateResult {
  const rows = members.map((member, place) => ({ ...member, place }));
  rows.sort((a, b) => order.indexOf(a.key) - order.indexOf(b.key));
  return html`<div class="scroll" role="region" tabindex="0" aria-labelledby=${`${id} ${id}m`}>
    <table>
      <caption id=${id}>
        ${caption}
      </caption>
      <thead>
        <tr>
          <th scope="col">${memberHeading}</th>
          ${shocks.map(({ label }) => html`<th scope="col">${label}</th>`)}
        </tr>
      </thead>
      <tbody>
        ${rows.map(
          ({ title, detail, place }) =>
            html`<tr>
              <th scope="row">${title} <span class="detail">${detail}</span></th>
              ${shocks.map(({ label, cells }) => {
                const { text, level } = cells[place] ?? { text: '', level: 'unknown' };
                return html`<td class="level-${level}" data-label=${label}>
                  ${levelIcon(level)} <span>${text.replace(' · ', '\n')}</span>
                </td>`;
              })}
            </tr>`,
        )}
      </tbody>
    </table>
  </div>`;
}
