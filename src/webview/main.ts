import { render, type TemplateResult } from 'lit-html';
import { aliveMs, silentMs, type FromPage, type PageState, type SectionId, type ToPage } from '../core/protocol.ts';
import { firstChoices, kept as keptOrder, keptWhere, renewed, sorted, withChanges, type Choices } from './arrange.ts';
import type { Acts } from './overview.ts';
import { levelNews, neighbour, page, silenced } from './page.ts';
import type { Doors, Section } from './section.ts';
import { sound } from './sound.ts';

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
  readonly sections?: readonly SectionId[];
  /** By section, what it kept itself. */
  readonly bySection?: Readonly<Partial<Record<SectionId, unknown>>>;
}

/** For this long after somebody did something on the page, no line moves under the pointer. Milliseconds. */
const restMs = 5_000;

const doors: Doors = {
  whatIf: () => import('./what-if-section.ts'),
  stress: () => import('./stress-section.ts'),
  history: () => import('./history-section.ts'),
};

const host = acquireVsCodeApi();
// Both are in the shell of the page.
const root = document.getElementById('page') ?? document.body;
const spoken = document.getElementById('spoken') ?? document.body;
const kept = (host.getState() ?? {}) as Kept;

let state: PageState | undefined;
/** Of the message that the state is from. */
let number = 0;
let current = kept.key;
const open = new Set(kept.open);
let choices: Choices = { ...firstChoices, ...kept.choices };
let order: readonly string[] = [];
/** Which sections are open, and those that were loaded or are on their way. */
const openSections = new Set(kept.sections);
const sections = new Map<SectionId, Section | 'coming' | 'failed'>();
let bySection = kept.bySection ?? {};
/** When the extension was heard last, and when the person was. Milliseconds. */
let heard = performance.now();
let touched = -Infinity;
let silent = false;
/** Lines that the browser does not draw. */
const unseen = new Set<string>();

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
  if (state !== undefined) drawAs(silent ? silenced(state) : state);
}

function drawAs(shown: PageState): void {
  const contents = new Map([...openSections].map((id) => [id, contentOf(id, shown)]));
  render(page(shown, { current, open, order, choices, sections: contents }, acts, send), root);
}

/** What is in sight, and the rest once that is painted: hundreds of lines at once would hold up the frame. */
function drawInTurn(before: PageState, next: PageState): void {
  drawAs({ ...next, gauges: keptWhere(before.gauges, next.gauges, (key) => unseen.has(key)) });
  requestAnimationFrame(() => setTimeout(draw));
}

function contentOf(id: SectionId, shown: PageState): TemplateResult | string {
  const section = sections.get(id);
  if (section === 'failed') return shown.sectionFailed;
  return typeof section === 'object' ? section.draw(shown, order) : '';
}

/** Brings the script of a section that is open. */
async function load(id: SectionId): Promise<void> {
  if (sections.has(id)) return;
  sections.set(id, 'coming');
  try {
    const door = await doors[id]();
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(door.style);
    document.adoptedStyleSheets.push(sheet);
    const keep = (what: unknown): void => {
      bySection = { ...bySection, [id]: what };
      remember();
    };
    const section = door.open({ send, redraw: draw, kept: bySection[id], keep, speak });
    sections.set(id, section);
    if (!openSections.has(id)) section.opened?.(false);
  } catch {
    sections.set(id, 'failed');
  }
  draw();
}

function follow(id: SectionId, isOpen: boolean): void {
  if (openSections.has(id) === isOpen) return;
  if (isOpen) openSections.add(id);
  else openSections.delete(id);
  const section = sections.get(id);
  if (typeof section === 'object') section.opened?.(isOpen);
  draw();
  remember();
  if (isOpen) void load(id);
}

function openHistory(): void {
  follow('history', true);
  const summary = root.querySelector<HTMLElement>('details.history > summary');
  summary?.scrollIntoView();
  summary?.focus();
}

function speak(text: string): void {
  spoken.textContent = text;
}

function itemOf(key: string): HTMLElement | undefined {
  return [...root.querySelectorAll<HTMLElement>('.gauge')].find((item) => item.dataset['key'] === key);
}

function keyAround(target: EventTarget | null): string | undefined {
  return target instanceof Element ? target.closest<HTMLElement>('.gauge')?.dataset['key'] : undefined;
}

function remember(): void {
  host.setState({ key: current, open: [...open], choices, scroll: window.scrollY, sections: [...openSections], bySection } satisfies Kept);
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
  state = next;
  const [only, ...others] = next.gauges;
  if (before === undefined && kept.open === undefined && only !== undefined && others.length === 0) open.add(only.key);
  arrange();
  if (before === undefined) {
    draw();
    window.scrollTo(0, kept.scroll ?? 0);
    return;
  }
  drawInTurn(before, next);
  const news = levelNews(before.gauges, next.gauges);
  // News about a gauge must not stay when none is shown.
  if (news !== '' || next.gauges.length === 0) speak(news);
  // The focused gauge is gone: stay in the list instead of losing the focus.
  const first = keyAround(root.querySelector('.gauge'));
  if (focused !== undefined && first !== undefined && itemOf(focused) === undefined) focusOn(first);
}

window.addEventListener('message', (event: MessageEvent<string>) => {
  const data = JSON.parse(event.data) as ToPage;
  heard = performance.now();
  silent = false;
  for (const section of sections.values()) if (typeof section === 'object') section.hear?.(data);
  if (data.type === 'state' || data.type === 'changes') {
    const next =
      data.type === 'state' ? renewed(state, data.state) : state !== undefined && data.number === number + 1 && withChanges(state, data);
    if (next === false) send({ type: 'ready' });
    else {
      ({ number } = data);
      show(next);
    }
  } else {
    arrange();
    draw();
  }
  if (data.type === 'reveal') reveal(data.key);
  if (data.type === 'history' && 'open' in data) openHistory();
  if (data.type === 'sound') sound(new AudioContext());
});

// An extension that has ended can't say so, and its last figures would look up to date as long as the page is open.
setInterval(() => {
  if (silent || state === undefined || performance.now() - heard < silentMs) return;
  silent = true;
  draw();
  speak(state.silent.notice);
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
    const id = target instanceof HTMLDetailsElement ? (target.dataset['section'] as SectionId | undefined) : undefined;
    if (id !== undefined) follow(id, (target as HTMLDetailsElement).open);
  },
  true,
);

window.addEventListener('scrollend', remember);

root.addEventListener('contentvisibilityautostatechange', (event) => {
  const key = keyAround(event.target);
  if (key === undefined) return;
  if ((event as ContentVisibilityAutoStateChangeEvent).skipped) unseen.add(key);
  else unseen.delete(key);
});

send({ type: 'ready' });
for (const id of openSections) void load(id);
