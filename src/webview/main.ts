import { render } from 'lit-html';
import { aliveMs, silentMs, type FromPage, type PageState, type ToPage } from '../core/protocol.ts';
import { firstChoices, kept as keptOrder, renewed, sorted, type Choices } from './arrange.ts';
import type { Acts } from './overview.ts';
import { levelNews, neighbour, page, silenced } from './page.ts';

/** What the editor gives a page. */
interface Host {
  postMessage(message: FromPage): void;
  getState(): unknown;
  setState(state: unknown): void;
}
declare function acquireVsCodeApi(): Host;

/** Kept while the page is hidden: where the person was, and how they want to see it. Never a figure. */
interface Kept {
  readonly key?: string | undefined;
  readonly open?: readonly string[];
  readonly choices?: Choices;
  readonly scroll?: number;
  readonly stressOpen?: boolean;
  readonly shocks?: string;
}

/** For this long after somebody did something on the page, no line moves under the pointer. Milliseconds. */
const restMs = 5_000;

const host = acquireVsCodeApi();
// Both are in the shell of the page.
const root = document.getElementById('page') ?? document.body;
const spoken = document.getElementById('spoken') ?? document.body;
const kept = (host.getState() ?? {}) as Kept;

let state: PageState | undefined;
let current = kept.key;
const open = new Set(kept.open);
let choices: Choices = { ...firstChoices, ...kept.choices };
let order: readonly string[] = [];
let stressOpen = kept.stressOpen ?? false;
let shocks = kept.shocks ?? '';
/** When the extension was heard last, and when the person was. Milliseconds. */
let heard = performance.now();
let touched = -Infinity;
let silent = false;

function send(message: FromPage): void {
  host.postMessage(message);
}

const acts: Acts = {
  act: (key, action) => {
    send({ type: 'action', key, action });
  },
  choose: (change) => {
    choices = { ...choices, ...change };
    if (state !== undefined) order = sorted(state, choices);
    draw();
    remember();
  },
  reveal,
};

function draw(): void {
  if (state === undefined) return;
  render(page(silent ? silenced(state) : state, { current, open, order, choices, stressOpen, shocks }, acts, send), root);
}

function itemOf(key: string): HTMLElement | undefined {
  return [...root.querySelectorAll<HTMLElement>('.gauge')].find((item) => item.dataset['key'] === key);
}

function keyAround(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('.gauge')?.dataset['key'] : undefined;
}

function remember(): void {
  host.setState({ key: current, open: [...open], choices, scroll: window.scrollY, stressOpen, shocks } satisfies Kept);
}

function setOpen(key: string, isOpen: boolean): void {
  if (isOpen) open.add(key);
  else open.delete(key);
}

function toggle(key: string): void {
  setOpen(key, !open.has(key));
  focusOn(key);
}

function focusOn(key: string): void {
  current = key;
  draw();
  itemOf(key)?.querySelector<HTMLElement>('.line')?.focus();
  remember();
}

/** Opens a card and leads to it, also where the filter hides it. */
function reveal(key: string): void {
  if (state?.gauges.some((gauge) => gauge.key === key) !== true) return;
  if (itemOf(key) === undefined) choices = { ...choices, filter: '' };
  setOpen(key, true);
  focusOn(key);
  itemOf(key)?.scrollIntoView({ block: 'nearest' });
}

/** Worst first, but not while somebody is about to press something. */
function arrange(): void {
  if (state === undefined) return;
  const fresh = sorted(state, choices);
  order = performance.now() - touched < restMs ? keptOrder(order, fresh) : fresh;
}

function show(next: PageState): void {
  const before = state;
  const focused = keyAround(document.activeElement);
  state = { ...next, gauges: renewed(before?.gauges ?? [], next.gauges) };
  const [only, ...others] = next.gauges;
  if (before === undefined && kept.open === undefined && only !== undefined && others.length === 0) open.add(only.key);
  arrange();
  draw();
  if (before === undefined) {
    window.scrollTo(0, kept.scroll ?? 0);
    return;
  }
  const news = levelNews(before.gauges, next.gauges);
  // News about a gauge must not stay when none is shown.
  if (news !== '' || next.gauges.length === 0) spoken.textContent = news;
  // The focused gauge is gone: stay in the list instead of losing the focus.
  const first = keyAround(root.querySelector('.gauge'));
  if (focused !== undefined && first !== undefined && itemOf(focused) === undefined) focusOn(first);
}

window.addEventListener('message', ({ data }: MessageEvent<ToPage>) => {
  heard = performance.now();
  silent = false;
  if (data.type === 'state') show(data.state);
  else {
    arrange();
    draw();
  }
  if (data.type === 'reveal') reveal(data.key);
});

// An extension that has ended can't say so, and its last figures would look up to date as long as the page is open.
setInterval(() => {
  if (silent || state === undefined || performance.now() - heard < silentMs) return;
  silent = true;
  draw();
  spoken.textContent = state.silent.notice;
}, aliveMs);

for (const event of ['pointermove', 'keydown'])
  root.addEventListener(event, () => {
    touched = performance.now();
  });

root.addEventListener('focusin', ({ target }) => {
  const key = keyAround(target);
  if (key === undefined || key === current) return;
  current = key;
  draw();
  remember();
});

root.addEventListener('input', ({ target }) => {
  if (target instanceof HTMLInputElement && target.type === 'search') acts.choose({ filter: target.value });
});

root.addEventListener('change', ({ target }) => {
  if (!(target instanceof HTMLInputElement) || target.name !== 'shocks') return;
  shocks = target.value;
  send({ type: 'shocks', text: shocks });
  remember();
});

root.addEventListener('click', ({ target }) => {
  if (!(target instanceof Element) || target.closest('.line') === null || target.closest('button') !== null) return;
  const key = keyAround(target);
  if (key !== undefined) toggle(key);
});

root.addEventListener('keydown', (event) => {
  const { key: pressed, target } = event;
  const from = keyAround(target);
  if (from === undefined || event.altKey || event.ctrlKey || event.metaKey || event.shiftKey) return;
  const isOnLine = target instanceof Element && target.classList.contains('line');
  const isOpen = open.has(from);
  if (
    isOnLine &&
    (pressed === 'Enter' || pressed === ' ' || (pressed === 'ArrowRight' && !isOpen) || (pressed === 'ArrowLeft' && isOpen))
  ) {
    event.preventDefault();
    toggle(from);
    return;
  }
  const shown = [...root.querySelectorAll<HTMLElement>('.gauge')].flatMap((item) => item.dataset['key'] ?? []);
  const to = pressed === 'Escape' ? from : neighbour(shown, from, pressed);
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
    draw();
    remember();
  },
  true,
);

window.addEventListener('scrollend', remember);

if (shocks !== '') send({ type: 'shocks', text: shocks });
send({ type: 'ready' });
