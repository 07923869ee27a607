// The page of the panel in a plain Chromium: its own files and policy as they are in the package, with the caller in place of the extension.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { chromium, type Browser, type Page } from 'playwright-core';
import type { FromPage, ToPage } from '../../src/core/protocol.ts';
import { gaugeHtml, parseFromPage } from '../../src/views/gauge-page.ts';
import { chromiumFlags, needChromium } from './chromium.ts';
import { root } from './places.ts';

const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };
/** As little as a page can be that shows what it is told. */
const emptyHtml = `<!doctype html><title>Empty</title><p></p><script>
  addEventListener('message', ({ data }) => (document.querySelector('p').textContent = String(JSON.parse(data).number)));
</script>`;

export interface Stage {
  readonly browser: Browser;
  readonly url: string;
  close(): Promise<void>;
}

/** Serves the package's page at `/`, and an empty one at `/empty`. */
export async function openStage(): Promise<Stage> {
  const server = createServer(({ url = '/', headers }, response) => {
    const { pathname, searchParams, origin } = new URL(url, `http://${headers.host ?? ''}`);
    const name = path.basename(pathname);
    if (name === 'favicon.ico') response.writeHead(204).end();
    else if (types[path.extname(name)] !== undefined) {
      response.setHeader('Content-Type', types[path.extname(name)] ?? '');
      response.end(readFileSync(path.join(root, 'dist/webview', name)));
    } else {
      response.setHeader('Content-Type', 'text/html; charset=utf-8');
      const language = searchParams.get('language') ?? 'en';
      const facts = { nonce: 'of-the-stage', cspSource: origin, language, title: 'LTV Gauges' };
      const files = { script: `${origin}/main.js`, style: `${origin}/page.css` };
      response.end(name === 'empty' ? emptyHtml : gaugeHtml({ ...facts, ...files }));
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const browser = await chromium.launch({ executablePath: await needChromium(), args: [...chromiumFlags] });
  return {
    browser,
    url: `http://127.0.0.1:${String((server.address() as AddressInfo).port)}/`,
    async close() {
      await browser.close();
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** A tab that shows nothing yet. What its page says is checked as the extension checks it. */
export async function newTab(
  stage: Stage,
  hear: (message: FromPage, page: Page) => void,
  viewport = { width: 1280, height: 800 },
): Promise<Page> {
  const page = await stage.browser.newPage({ viewport });
  await page.exposeFunction('toHost', (text: string) => {
    const message = parseFromPage(JSON.parse(text));
    if (message !== undefined) hear(message, page);
  });
  await page.addInitScript({ path: path.join(root, 'test/host/stand-ins/panel-host.js') });
  return page;
}

/** Tells the page something. */
export async function tell(page: Page, message: ToPage): Promise<void> {
  await page.evaluate(`stage.post(${JSON.stringify(message)})`);
}

const themes = JSON.parse(readFileSync(path.join(root, 'test/fixtures/page-themes.json'), 'utf8')) as Readonly<
  Record<
    'light' | 'dark' | 'high-contrast' | 'high-contrast-light',
    { readonly class: string; readonly colors: Readonly<Record<string, string>> }
  >
>;
export type Theme = keyof typeof themes;

/** Gives the page the colours and the class of one of the editor's own themes. */
export const wear = (page: Page, theme: Theme): Promise<void> => page.evaluate(`stage.wear(${JSON.stringify(themes[theme])})`);
