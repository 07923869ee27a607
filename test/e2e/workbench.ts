import { mkdirSync } from 'node:fs';
import path from 'node:path';
import { type Frame, type Locator, type Page } from 'playwright-core';
import { extensionId, screenshotFolder } from '../host/places.ts';
import { leaks } from './canaries.ts';
import { eventually, patienceMs } from './eventually.ts';
import { type PageElement } from './page-element.ts';
import { QuickInput } from './quick-input.ts';
import { openSession, type Session, type SessionOptions } from './session.ts';

/** A modal dialog, as it is read and answered. */
export interface Dialog {
  readonly text: string;
  readonly buttons: readonly string[];
  /** Presses a button by keyboard: Tab until it has the focus, then Enter. */
  press(button: string): Promise<void>;
}

const squeeze = (text: string) => text.replace(/\s+/g, ' ').trim();
const startDeadlineMs = 60_000;

/** One window of VS Code, used and read as a person would. Every method waits for what it needs; none sleeps. */
export class Workbench {
  readonly page: Page;
  readonly quickInput: QuickInput;
  readonly #session: Session;

  constructor(session: Session, page: Page) {
    this.#session = session;
    this.page = page;
    this.quickInput = new QuickInput(page);
  }

  get inBrowser(): boolean {
    return this.#session.inBrowser;
  }

  get folder(): string {
    return this.#session.folder;
  }

  /** Resolves when the workbench is drawn and takes input. */
  async ready(): Promise<this> {
    await this.page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: startDeadlineMs });
    await this.page.locator('.monaco-workbench .part.activitybar .action-item').first().waitFor({ timeout: startDeadlineMs });
    return this;
  }

  /** Runs a command by its full title, such as `LTV Gauge: Refresh`. */
  runCommand(title: string): Promise<void> {
    return this.quickInput.runCommand(title);
  }

  /** Picks the row that holds `text` from the open list. */
  pick(text: string): Promise<void> {
    return this.quickInput.pick(text);
  }

  /** Replaces the text in the open box; `prompt` waits for the box whose title, placeholder or message holds it. */
  async type(text: string, prompt?: string): Promise<void> {
    if (prompt !== undefined) await this.quickInput.waitFor(prompt);
    await this.quickInput.type(text);
  }

  pressEnter(): Promise<void> {
    return this.page.keyboard.press('Enter');
  }

  escape(): Promise<void> {
    return this.page.keyboard.press('Escape');
  }

  /** Shows our container in the side bar. */
  async openContainer(): Promise<void> {
    await this.runCommand('View: Show LTV Gauge');
    await this.page.locator('.part.sidebar .composite.title').filter({ hasText: 'LTV Gauge' }).waitFor({ timeout: patienceMs });
    await this.page.locator('.part.sidebar .pane').first().waitFor({ timeout: patienceMs });
  }

  /** A view's pane by its title, such as `Loans`. */
  pane(viewTitle: string): Locator {
    return this.page.locator('.split-view-view .pane').filter({ has: this.page.locator(`.pane-header[aria-label^="${viewTitle} "]`) });
  }

  /** The row of a tree that holds `text`. */
  treeItem(viewTitle: string, text: string): Locator {
    return this.pane(viewTitle).getByRole('treeitem').filter({ hasText: text }).first();
  }

  /** The rows of a tree as they are read: label and description. Empty when the view is not shown. */
  async treeRows(viewTitle: string): Promise<string[]> {
    const labels = (rows: readonly PageElement[]) =>
      rows.map((row) => Array.from(row.querySelectorAll('.label-name, .label-description'), ({ innerText }) => innerText));
    const rows = await this.pane(viewTitle).getByRole('treeitem').evaluateAll(labels);
    return rows.map((row) => squeeze(row.join(' ')));
  }

  /** Waits for a row that holds `text`. */
  waitForRow(viewTitle: string, text: string | RegExp): Promise<string> {
    return eventually(
      `a row “${String(text)}” in ${viewTitle}`,
      async () => (await this.treeRows(viewTitle)).find((row) => (typeof text === 'string' ? row.includes(text) : text.test(row))),
      { seen: () => this.treeRows(viewTitle) },
    );
  }

  /** Opens a row's children, if they are not shown already. */
  async expand(viewTitle: string, text: string): Promise<void> {
    await eventually(`“${text}” in ${viewTitle} to open`, async () => {
      const row = this.treeItem(viewTitle, text);
      if ((await row.getAttribute('aria-expanded', { timeout: 1000 })) === 'true') return true;
      await row.click({ timeout: 1000 });
      await this.page.keyboard.press('ArrowRight');
      return false;
    });
  }

  /** Runs an entry of a row's context menu. */
  async contextMenu(viewTitle: string, text: string, entry: string): Promise<void> {
    await this.treeItem(viewTitle, text).click({ button: 'right', timeout: patienceMs });
    const item = this.page.locator('.context-view .monaco-menu .action-item').filter({ hasText: entry }).first();
    await item.waitFor({ timeout: patienceMs });
    // A menu that has just opened takes the click that opened it for one of its own, and ignores the next.
    await eventually(`“${entry}” to be taken`, async () => {
      if (await item.isVisible()) await item.click({ timeout: 1000 });
      return !(await item.isVisible());
    });
  }

  #statusBarItem(): Locator {
    return this.page.locator(`.part.statusbar .statusbar-item[id^="${extensionId}"]`).first();
  }

  /** What our status bar item says, or undefined when it is not there. */
  async statusBarText(): Promise<string | undefined> {
    const item = this.#statusBarItem();
    return (await item.count()) === 0 ? undefined : squeeze(await item.innerText());
  }

  /** What our status bar item tells a screen reader. */
  async statusBarLabel(): Promise<string | undefined> {
    const item = this.#statusBarItem();
    if ((await item.count()) === 0) return undefined;
    return (await item.locator('[aria-label]').first().getAttribute('aria-label')) ?? undefined;
  }

  /** Texts of the notifications that are shown now, newest first. */
  async notifications(): Promise<string[]> {
    return (await this.page.locator('.notification-list-item-message').allInnerTexts()).map(squeeze);
  }

  /**
   * Presses a button of a notification by its text.
   * @param text a part of what the notification says, where others may have such a button too
   */
  async pressInNotification(button: string, text = ''): Promise<void> {
    const one = this.page.locator('.notification-list-item').filter({ hasText: text });
    await one.locator('.monaco-button').filter({ hasText: button }).first().click({ timeout: patienceMs });
  }

  /** Puts away what earlier steps have said. */
  async clearNotifications(): Promise<void> {
    await this.runCommand('Notifications: Clear All Notifications');
    await this.quickInput.waitUntilClosed();
  }

  /** Waits for a notification. One that VS Code put into its list without showing is found there, as a person would. */
  waitForNotification(text: string | RegExp): Promise<string> {
    const told = async (): Promise<string | undefined> =>
      (await this.notifications()).find((one) => (typeof text === 'string' ? one.includes(text) : text.test(one)));
    const what = `a notification “${String(text)}”`;
    return eventually(what, told, { deadlineMs: patienceMs / 2 }).catch(async () => {
      if (!(await this.page.locator('.notifications-center').isVisible())) {
        await this.page
          .locator('[id="status.notifications"]')
          .click({ timeout: 2000 })
          .catch(() => undefined);
      }
      return eventually(what, told, { deadlineMs: patienceMs / 2, seen: () => this.notifications() });
    });
  }

  /** Waits for a modal dialog and reads it. */
  async dialog(): Promise<Dialog> {
    const box = this.page.locator('.monaco-dialog-box');
    await box.waitFor({ timeout: patienceMs });
    const buttons = box.locator('.dialog-buttons .monaco-button');
    return {
      text: (await box.locator('.dialog-message-container').innerText()).trim(),
      buttons: (await buttons.allInnerTexts()).map(squeeze),
      press: async (name) => {
        const isFocused = async () => (await box.locator('.monaco-button:focus').filter({ hasText: name }).count()) > 0;
        for (let step = 0; !(await isFocused()); step += 1) {
          if (step > 10) throw new Error(`The dialog's button “${name}” cannot be reached by keyboard.`);
          await this.page.keyboard.press('Tab');
        }
        await this.page.keyboard.press('Enter');
        // Another dialog may follow at once.
        await eventually(`“${name}” to be taken`, async () => !(await isFocused()));
      },
    };
  }

  /** The page inside the webview panel that is in front, when it has been drawn. */
  gaugeFrame(): Promise<Frame> {
    return eventually('the page of the panel', async () => {
      const outer = await this.page.locator('iframe.webview.ready').first().elementHandle({ timeout: 1000 });
      const frame = await outer.contentFrame();
      const inner = await frame?.locator('iframe#active-frame').elementHandle({ timeout: 1000 });
      return (await inner?.contentFrame()) ?? undefined;
    });
  }

  /** Makes the window so high that no row of a tree is out of sight, until `normalHeight`. A list draws only what is in sight. */
  async fullHeight(): Promise<void> {
    await this.page.setViewportSize({ width: 1280, height: 2400 });
  }

  async normalHeight(): Promise<void> {
    await this.page.setViewportSize({ width: 1280, height: 800 });
  }

  /** Makes the window so wide that the page in the panel is `width` wide. */
  async panelWidth(frame: Frame, width: number): Promise<void> {
    const measured = (): Promise<number> => frame.locator('html').evaluate(({ clientWidth }: PageElement) => clientWidth);
    const now = await measured();
    const { width: all, height } = this.page.viewportSize() ?? { width: 1280, height: 800 };
    await this.page.setViewportSize({ width: all + width - now, height });
    await eventually(`a panel ${width.toString()} wide`, async () => (await measured()) === width);
  }

  /** Takes a picture of the window into out/screenshots and answers with the file. */
  async screenshot(name: string): Promise<string> {
    mkdirSync(screenshotFolder, { recursive: true });
    const file = path.join(screenshotFolder, `${name}.png`);
    await this.page.screenshot({ path: file, animations: 'disabled' });
    return file;
  }

  /** Reloads the window, as `Developer: Reload Window` does. */
  async reload(): Promise<void> {
    await this.page.reload();
    await this.ready();
  }

  /** One more window on the same profile, with an extension host of its own. */
  async openWindow(): Promise<Workbench> {
    return new Workbench(this.#session, await this.#session.openWindow()).ready();
  }

  /** What holds a part of a key that was typed: files of this VS Code, its page with all frames, command lines. */
  async leaks(): Promise<readonly string[]> {
    const contents = this.page.frames().map(async (frame) => [frame.url(), await frame.content().catch(() => '')] as const);
    return leaks(this.folder, Object.fromEntries(await Promise.all(contents)));
  }

  /** Ends VS Code with all its windows. */
  close(): Promise<void> {
    return this.#session.close();
  }
}

/** Starts VS Code with the packaged extension installed and waits for its first window. */
export async function launchWorkbench(options: SessionOptions = {}): Promise<Workbench> {
  const session = await openSession(options);
  try {
    return await new Workbench(session, session.page).ready();
  } catch (error) {
    await session.close();
    throw error;
  }
}
