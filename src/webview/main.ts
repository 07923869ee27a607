import { render } from 'lit-html';
import { aliveMs, silentMs, type FromPage, type PageState, type ToPage } from '../core/protocol.ts';
import { levelNews, neighbour, page, silenced } from './page.ts';

/** What the editor gives a page. */
interface Host {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

/** Kept while the page is hidden: where the person was. Never a figure. */
interface Kept {
  readonly key?: string | undefined;
  readonly scroll?: number;
  readonly stressOpen?: boolean;
}

const host = acquireVsCodeApi();
const root = elementOf('page');
const spoken = elementOf('spoken');
const kept = (host.getState() ?? {}) as Kept;

let state: PageState | undefined;
let current = kept.key;
let stressOpen = kept.stressOpen ?? false;
/** When the extension was heard last. Milliseconds. */
let heard = performance.now();
let silent = false;

function elementOf(id: string): HTMLElement {
  const element = document.getElementById(id);
  if (element === null) throw new Error(`no element ${id}`);
  return element;
}

function send(message: FromPage): void {
  host.postMessage(message);
}

function draw(): void {
  if (state !== undefined) render(page(silent ? silenced(state) : state, { current, stressOpen }, send), root);
}

function itemOf(key: string): HTMLElement | undefined {
  return [...root.querySelectorAll<HTMLElement>('.gauge')].find((item) => item.dataset['key'] === key);
}

function keyAround(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('.gauge')?.dataset['key'] : undefined;
}

function remember(): void {
  host.setState({ key: current, scroll: window.scrollY, stressOpen } satisfies Kept);
}

function focusOn(key: string): void {
  current = key;
  draw();
  itemOf(key)?.focus();
}

function show(next: PageState): void {
  const before = state;
  const focused = keyAround(document.activeElement);
  state = next;
  draw();
  if (before === undefined) {
    window.scrollTo(0, kept.scroll ?? 0);
    return;
  }
  const news = levelNews(before.gauges, next.gauges);
  // News about a gauge must not stay when none is shown.
  if (news !== '' || next.gauges.length === 0) spoken.textContent = news;
  // The focused gauge is gone: stay in the list instead of losing the focus.
  const first = next.gauges[0];
  if (focused !== undefined && first !== undefined && itemOf(focused) === undefined) focusOn(first.key);
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  heard = performance.now();
  const wasSilent = silent;
  silent = false;
  if (data.type === 'state') show(data.state);
  else if (wasSilent) draw();
  if (data.type === 'reveal' && itemOf(data.key) !== undefined) focusOn(data.key);
});

// An extension that has ended can't say so, and its last figures would look up to date as long as the page is open.
setInterval(() => {
  if (silent || state === undefined || performance.now() - heard < silentMs) return;
  silent = true;
  draw();
  spoken.textContent = state.silent.notice;
}, aliveMs);

root.addEventListener('focusin', ({ target }) => {
  const key = keyAround(target);
  if (key === undefined || key === current) return;
  current = key;
  draw();
  remember();
});

root.addEventListener('keydown', (event) => {
  const from = keyAround(event.target);
  if (from === undefined || state === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const to = neighbour(
    state.gauges.map((gauge) => gauge.key),
    from,
    event.key,
  );
  if (to === undefined) return;
  event.preventDefault();
  focusOn(to);
});

// It does not bubble.
root.addEventListener(
  'toggle',
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement)) return;
    stressOpen = target.open;
    remember();
  },
  true,
);

window.addEventListener('scrollend', remember);

send({ type: 'ready' });
