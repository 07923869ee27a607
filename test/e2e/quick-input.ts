import { type Locator, type Page } from 'playwright-core';
import { eventually, patienceMs } from './eventually.ts';
import { type PageElement } from './page-element.ts';

/** What the quick input shows: the palette, a list to pick from, or a box to type into. */
export interface QuickInputState {
  readonly title: string;
  readonly placeholder: string;
  readonly value: string;
  /** The line under the box: the prompt, or why the value is refused. */
  readonly message: string;
  readonly refused: boolean;
  readonly secret: boolean;
  readonly rows: readonly string[];
}

/** Runs in the page at once: read piece by piece, a state would take too long. */
function read([widget]: readonly PageElement[]): QuickInputState | undefined {
  const input = widget?.querySelector('.quick-input-filter input');
  if (!widget?.checkVisibility() || !input) return undefined;
  const squeeze = (text: string | undefined) => (text ?? '').replace(/\s+/g, ' ').trim();
  const text = (selector: string) => squeeze(widget.querySelector(selector)?.innerText);
  return {
    title: text('.quick-input-title'),
    placeholder: input.getAttribute('placeholder') ?? '',
    value: input.value,
    message: text('.quick-input-message'),
    refused: widget.querySelector('.quick-input-filter .monaco-inputbox.error') !== null,
    secret: input.getAttribute('type') === 'password',
    rows: Array.from(widget.querySelectorAll('.quick-input-list .monaco-list-row'), (row) => squeeze(row.innerText)),
  };
}

/** The quick input at the top of the window, used by keyboard only. */
export class QuickInput {
  readonly #page: Page;
  readonly #widget: Locator;
  readonly #input: Locator;

  constructor(page: Page) {
    this.#page = page;
    this.#widget = page.locator('.quick-input-widget');
    this.#input = this.#widget.locator('.quick-input-filter input');
  }

  /** What is shown, or undefined when nothing is open. */
  state(): Promise<QuickInputState | undefined> {
    return this.#widget.evaluateAll(read);
  }

  /** Waits until a quick input is open whose title, placeholder or message holds `text`. */
  waitFor(text: string): Promise<QuickInputState> {
    return eventually(
      `a quick input with “${text}”`,
      async () => {
        const state = await this.state();
        return state !== undefined && [state.title, state.placeholder, state.message].some((one) => one.includes(text)) ? state : undefined;
      },
      { seen: () => this.state() },
    );
  }

  waitUntilClosed(): Promise<void> {
    return this.#widget.waitFor({ state: 'hidden', timeout: patienceMs });
  }

  /** Replaces what is in the box. Waits until the box takes input. */
  async type(text: string): Promise<void> {
    await this.#input.first().fill(text, { timeout: patienceMs });
  }

  /** Moves to the first row whose text holds `text` with the arrow keys and presses Enter. */
  async pick(text: string): Promise<void> {
    const row = this.#row(text);
    await eventually(
      `a row “${text}” to pick`,
      async () => {
        // What closed shortly before may give the focus back to where it came from, late; a person would click into the box.
        if ((await this.#widget.locator(':focus').count()) === 0) await this.#input.first().focus({ timeout: 1000 });
        if (await row.isVisible()) return this.#focus(text);
        // A long list draws only what is in sight.
        if ((await this.#rows().count()) > 1) await this.#page.keyboard.press('ArrowDown');
        return false;
      },
      { seen: () => this.state() },
    );
    await this.#take(text);
  }

  /**
   * Presses Enter on a row. Right after a list has opened it can be lost to whatever had the focus before, and a row of the list before may still be
   * drawn: then the list is still there, or another row has the focus, and a person would go to the row and press it again.
   */
  async #take(text: string, exact = false): Promise<void> {
    const asked = await this.#settledQuestion();
    await eventually(
      `“${text}” to be taken`,
      async () => {
        if ((await this.#question()) !== asked) return true;
        if (!(await this.#focus(text, exact))) return false;
        await this.#page.keyboard.press('Enter');
        return eventually('the next question', async () => (await this.#question()) !== asked, { deadlineMs: 5000 });
      },
      { seen: () => this.state() },
    );
  }

  /** What is being asked once it is drawn whole: the list may stand before its title and placeholder do, and the other way round. */
  async #settledQuestion(): Promise<string> {
    let last: string | undefined;
    await eventually('a question', async () => {
      const now = JSON.stringify(await this.state());
      const same = now === last;
      last = now;
      return same;
    });
    return this.#question();
  }

  /** What is being asked: it changes when an answer was taken. */
  async #question(): Promise<string> {
    const state = await this.state();
    return state === undefined ? '' : `${state.title}\n${state.placeholder}\n${state.message}`;
  }

  /** Opens the palette and runs the command with this title, retrying until the extension has registered the command. */
  async runCommand(title: string): Promise<void> {
    await eventually(
      `the command “${title}”`,
      async () => {
        await this.#page.keyboard.press('F1');
        await this.#input.first().waitFor({ timeout: 2000 });
        await this.#input.first().fill(`>${title}`, { timeout: 2000 });
        const found = await eventually(title, () => this.#focus(title, true), { deadlineMs: 1500 }).catch(() => false);
        if (!found) await this.#page.keyboard.press('Escape');
        return found;
      },
      { seen: () => this.state() },
    );
    await this.#take(title, true);
  }

  #rows(): Locator {
    return this.#widget.locator('.quick-input-list .monaco-list-row');
  }

  /** By its name: what is drawn of a row may hide parts of one in the list before. */
  #row(text: string, exact = false): Locator {
    const name = exact ? new RegExp(`^${text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')}(, |$)`) : text;
    return this.#widget.locator('.quick-input-list').getByRole('option', { name }).first();
  }

  /** One step towards the row; true when it has the focus. */
  async #focus(text: string, exact = false): Promise<boolean> {
    const row = this.#row(text, exact);
    if (!(await row.isVisible())) return false;
    const rows = await this.#rows().count();
    for (let step = 0; step <= rows; step += 1) {
      if (/\bfocused\b/.test((await row.getAttribute('class', { timeout: 1000 })) ?? '')) return true;
      await this.#page.keyboard.press('ArrowDown');
    }
    return false;
  }
}
