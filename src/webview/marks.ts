import { html, svg, type SVGTemplateResult, type TemplateResult } from 'lit-html';
import type { GaugeTick, GaugeView } from '../core/protocol.ts';

/** One shape per level, so that colour is never the only difference. Drawn on a 16 × 16 field. */
const levelShapes: Readonly<Record<GaugeView['level'], SVGTemplateResult>> = {
  ok: svg`<path class="solid" d="M8 1 2.5 3v4.6c0 3.4 2.3 6 5.5 7.4 3.2-1.4 5.5-4 5.5-7.4V3z"></path><path class="cut" d="m5.3 7.9 2 2 3.5-3.9"></path>`,
  watch: svg`<path class="line" d="M1 8c1.9-3 4.2-4.5 7-4.500s5.1 1.5 7 4.500c-1.9 3-4.2 4.5-7 4.500S2.9 11 1 8z"></path><circle class="solid" cx="8" cy="8" r="2.4"></circle>`,
  warn: svg`<path class="solid" d="M8 1.3 15.3 14.500H.7z"></path><path class="cut" d="M8 5.800v4.200m0 1.900v.2"></path>`,
  danger: svg`<path class="solid" d="M8.3.8c.5 2.3-.4 3.6-1.7 5C5.2 7.3 3.3 8.5 3.3 11A4.6 4.6 0 0 0 8 15.500a4.6 4.6 0 0 0 4.7-4.500c0-2-.8-3.3-1.6-4.2-.2 1.1-.6 1.7-1.3 2.1.5-2.9.3-6-1.5-8.100z"></path><path class="cut" d="M8 10v1.700m0 1.500v.1"></path>`,
  unknown: svg`<circle class="line dashed" cx="8" cy="8" r="6.5"></circle><path class="line" d="M6.2 6.400C6.4 4 9.8 4.1 9.7 6.3 9.6 7.6 8 7.8 8 9.300m0 2v.2"></path>`,
};

const icon = (shape: SVGTemplateResult): TemplateResult => html`<svg viewBox="0 0 16 16" aria-hidden="true">${shape}</svg>`;

/** The level as a shape; its word stands beside it. */
export const levelIcon = (level: GaugeView['level']): TemplateResult => icon(levelShapes[level]);

/** A tick's head: hollow for the margin call, full for liquidation. Pointing to the centre when its group is turned. */
export function tickHead(kind: GaugeTick['kind']): SVGTemplateResult {
  return kind === 'marginCall'
    ? svg`<path class="head hollow" d="M-119 0l-5-3.500v7z"></path>`
    : svg`<path class="head full" d="M-118 0l-7-5v10z"></path>`;
}

/** Points down when its card is open. */
export const foldIcon = icon(svg`<path class="line" d="m6 4 4 4-4 4"></path>`);

/** The sign on the refresh button. */
export const refreshIcon = icon(svg`<path class="line" d="M13 8a5 5 0 1 1-1.6-3.700M13.2 1.800v3h-3"></path>`);
