import {
  historyLists,
  historyOrders,
  historyRanges,
  type FromPage,
  type HistoryPage,
  type HistoryQuestion,
  type PageAction,
  type Trial,
  type TriedAction,
  type TriedLine,
} from '../core/protocol.ts';
import { compare, decimal } from '../core/decimal.ts';

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
  'history',
  'reveal',
  'venue',
  'refresh',
];
const emptyActions = ['addAccount', 'trySimulated'] as const;

/** Longer is no key, coin, filter or list of shocks; a page has no more gauges and coins. */
const [longest, most] = [1_000, 500];

const isText = (value: unknown): value is string => typeof value === 'string' && value.length <= longest;

/** Counts messages, or pages of a list. */
const isCount = (value: unknown): value is number => typeof value === 'number' && Number.isSafeInteger(value) && value >= 0;

/** A message of the page; undefined for anything else. Nothing from a page is trusted. */
export function parseFromPage(value: unknown): FromPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { type, key, action, text, round, trial, coin, amount, question } = value as Record<string, unknown>;
  switch (type) {
    case 'ready':
      return { type };
    case 'shocks':
      return text === undefined ? { type } : isText(text) ? { type, text } : undefined;
    case 'action': {
      const known = actions.find((one) => one === action);
      return known === undefined || !isText(key) ? undefined : { type, key, action: known };
    }
    case 'history': {
      const asked = questionIn(question);
      return asked === undefined ? undefined : { type, question: asked };
    }
    case 'whatIf': {
      const known = trial === undefined ? undefined : asTrial(trial);
      if (!isCount(round) || (known === undefined) !== (trial === undefined)) return undefined;
      return { type, round, ...(known === undefined ? {} : { trial: known }) };
    }
    case 'useTried': {
      const known = triedActions.find((one) => one === action);
      if (known === undefined || !isText(key) || !isText(coin) || !isAmount(amount)) return undefined;
      return { type, key, action: known, coin, amount };
    }
    case 'emptyAction': {
      const known = emptyActions.find((one) => one === action);
      return known === undefined ? undefined : { type, action: known };
    }
    default:
      return undefined;
  }
}

function questionIn(value: unknown): HistoryQuestion | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const asked = value as Record<string, unknown>;
  const { key } = asked;
  const [range, list] = [historyRanges.find((one) => one === asked['range']), historyLists.find((one) => one === asked['list'])];
  switch (asked['do']) {
    case 'show':
      if ((range === undefined && asked['range'] !== undefined) || (key !== undefined && !isText(key))) return undefined;
      return { do: 'show', ...(range === undefined ? {} : { range }), ...(key === undefined ? {} : { key }) };
    case 'list':
    case 'copy': {
      const of = pageIn(asked['of']);
      return of === undefined || !isText(key) ? undefined : { do: asked['do'], key, of };
    }
    case 'export':
      return list === undefined ? undefined : { do: 'export', list };
    case 'close':
      return { do: 'close' };
    default:
      return undefined;
  }
}

function pageIn(value: unknown): HistoryPage | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { page, filter, descending, ...of } = value as Record<string, unknown>;
  const [list, by] = [historyLists.find((one) => one === of['list']), historyOrders.find((one) => one === of['by'])];
  if (list === undefined || by === undefined || !isText(filter) || typeof descending !== 'boolean') return undefined;
  return isCount(page) ? { list, by, descending, filter, page } : undefined;
}

const triedActions: readonly TriedAction[] = ['add', 'reduce', 'repay', 'addMargin', 'reduceMargin'];

/** Somebody may be in the middle of typing; what it means is judged later. */
const isAmount = (value: unknown): value is string => typeof value === 'string' && value.length <= 40;

const isMove = (value: unknown): value is string =>
  typeof value === 'string' &&
  /^-?\d{1,3}(\.\d)?$/.test(value) &&
  compare(decimal(value), decimal('-90')) >= 0 &&
  compare(decimal(value), decimal('100')) <= 0;

/** Changes tried on one loan. */
const mostLines = 20;

function triedLine(value: unknown): TriedLine | undefined {
  const { action, coin, amount } = (value ?? {}) as Record<string, unknown>;
  const tried = triedActions.find((one) => one === action);
  return tried === undefined || !isText(coin) || !isAmount(amount) ? undefined : { action: tried, coin, amount };
}

function asTrial(value: unknown): Trial | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { prices, changes } = value as Record<string, unknown>;
  if (typeof prices !== 'object' || prices === null || typeof changes !== 'object' || changes === null) return undefined;
  if ([prices, changes].some((one) => Object.keys(one).length > most)) return undefined;
  const moves = Object.entries(prices).flatMap(([coin, move]: [string, unknown]) =>
    isText(coin) && isMove(move) ? [[coin, move] as const] : [],
  );
  const known = Object.entries(changes).flatMap(([key, some]: [string, unknown]) => {
    const lines = isText(key) && Array.isArray(some) && some.length <= mostLines ? some.map(triedLine) : [undefined];
    return lines.includes(undefined) ? [] : [[key, lines as readonly TriedLine[]] as const];
  });
  const isWhole = moves.length === Object.keys(prices).length && known.length === Object.keys(changes).length;
  return isWhole ? { prices: Object.fromEntries(moves), changes: Object.fromEntries(known) } : undefined;
}
