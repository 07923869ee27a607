import assert from 'node:assert/strict';
import { eventually } from './eventually.ts';
import type { Workbench } from './workbench.ts';

/** What has the focus, in the workbench or in the page of the panel. */
interface Focused {
  /** As a screen reader says it. */
  readonly name: string;
  /** It is marked on the screen. */
  readonly isSeen: boolean;
}

const reading = `(() => {
  const one = document.activeElement;
  if (one === null || one === document.body) return { name: '', isSeen: true };
  const { outlineStyle, outlineWidth, borderColor } = getComputedStyle(one);
  const isMarked = outlineStyle !== 'none' && parseFloat(outlineWidth) > 0;
  const { width, height, top, left } = one.getBoundingClientRect();
  const isInSight = width > 0 && height > 0 && top < innerHeight && left < innerWidth && top + height > 0 && left + width > 0;
  const active = one.getAttribute('aria-activedescendant');
  const said = (active && document.getElementById(active)) || one;
  return {
    frame: one.tagName === 'IFRAME',
    name: [said.getAttribute('aria-label') ?? said.innerText, one.title, one.placeholder].filter(Boolean).join(' · '),
    isSeen: isInSight && (isMarked || one.matches('input, [role=tree], [role=listbox]') || borderColor !== ''),
    isMarked,
  };
})()`;

type Read = Focused & { readonly frame?: boolean; readonly isMarked?: boolean };

/** A person without a mouse: only keys that the window gets, never an element that is given one. */
export class Keys {
  readonly #bench: Workbench;

  constructor(bench: Workbench) {
    this.#bench = bench;
  }

  async focused(): Promise<Focused> {
    const outer: Read = await this.#bench.page.evaluate(reading);
    if (outer.frame !== true) return outer;
    const inner: Read = await (await this.#bench.gaugeFrame()).evaluate(reading);
    // In the page all marks are ours.
    return { name: inner.name, isSeen: inner.name === '' || (inner.isSeen && inner.isMarked === true) };
  }

  press(...keys: readonly string[]): Promise<void> {
    return keys.reduce<Promise<void>>((before, key) => before.then(() => this.#bench.page.keyboard.press(key)), Promise.resolve());
  }

  type(text: string): Promise<void> {
    return this.#bench.page.keyboard.type(text);
  }

  /** Presses a key until what has the focus is said so; each place on the way can be seen. */
  async to(wanted: string, key = 'Tab', most = 40): Promise<void> {
    const passed: string[] = [];
    for (let step = 0; step <= most; step += 1) {
      const { name, isSeen } = await this.focused();
      assert.ok(isSeen, `the focus on “${name}” can be seen`);
      if (name.includes(wanted)) return;
      passed.push(name.slice(0, 40));
      await this.press(key);
    }
    throw new Error(`“${wanted}” can't be reached by ${key}, only ${passed.join(' | ')}`);
  }

  /** Waits until what has the focus is said so. */
  async at(wanted: string | RegExp): Promise<void> {
    await eventually(
      `the focus at “${String(wanted)}”`,
      async () => {
        const { name } = await this.focused();
        return typeof wanted === 'string' ? name.includes(wanted) : wanted.test(name);
      },
      { seen: () => this.focused() },
    );
  }

  /** Runs a command as it is typed. */
  async command(title: string): Promise<void> {
    await eventually(`the command ${title}`, async () => {
      await this.press('Escape', 'F1');
      await this.type(title);
      return eventually('its row', async () => (await this.focused()).name.startsWith(title), { deadlineMs: 3_000 }).catch(() => false);
    });
    await this.press('Enter');
    await this.#bench.quickInput.waitUntilClosed();
  }

  /** Waits until the workbench says something to a screen reader. */
  async said(pattern: RegExp): Promise<void> {
    const alerts = this.#bench.page.locator('.monaco-aria-container');
    await eventually(`“${String(pattern)}” to be said`, async () => pattern.test(await alerts.innerText()), {
      seen: () => alerts.innerText(),
    });
  }
}
