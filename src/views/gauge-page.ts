import type { FromPage, PageAction } from '../core/protocol.ts';

const escapes: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
const escape = (text: string): string => text.replace(/[&<>"']/g, (character) => escapes[character] ?? character);

/** What the shell of the page is made of. */
export interface GaugeHtml {
  /** Fresh for every page, from a cryptographic source. */
  readonly nonce: string;
  /** The origin of the editor's own resources. */
  readonly cspSource: string;
  readonly script: string;
  readonly style: string;
  readonly language: string;
  readonly title: string;
}

/**
 * The shell of the page. Its content comes later as messages; only our own files may be loaded, run or style it. What a script with the nonce
 * imports has the nonce too.
 */
export function gaugeHtml(facts: GaugeHtml): string {
  const { nonce, cspSource, script, style, language, title } = facts;
  const policy = `default-src 'none'; style-src ${cspSource}; script-src 'nonce-${nonce}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="${escape(language)}">
  <head>
    <meta charset="utf-8">
    <meta http-equiv="Content-Security-Policy" content="${escape(policy)}">
    <meta name="viewport" content="width=device-width, initial-scale=1">
    <link rel="stylesheet" href="${escape(style)}">
    <title>${escape(title)}</title>
  </head>
  <body>
    <main id="page"></main>
    <div id="spoken" role="status" aria-live="polite"></div>
    <script type="module" nonce="${escape(nonce)}" src="${escape(script)}"></script>
  </body>
</html>`;
}

const actions: readonly PageAction[] = [
  'add',
  'reduce',
  'repay',
  'ltvTarget',
  'addMargin',
  'reduceMargin',
  'liquidationTarget',
  'resolve',
  'rescue',
  'reveal',
  'refresh',
];
const emptyActions = ['addAccount', 'trySimulated'] as const;

/** A message of the page; undefined for anything else. Nothing from a page is trusted. */
export function parseFromPage(value: unknown): FromPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, key, action, text } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return { type };
    case 'shocks':
      return typeof text === 'string' ? { type, text } : undefined;
    case 'action': {
      const known = actions.find((one) => one === action);
      return known === undefined || typeof key !== 'string' ? undefined : { type, key, action: known };
    }
    case 'emptyAction': {
      const known = emptyActions.find((one) => one === action);
      return known === undefined ? undefined : { type, action: known };
    }
    default:
      return undefined;
  }
}
