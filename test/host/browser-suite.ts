import { format } from 'node:util';
import { chromium } from 'playwright-core';
import { type BrowserHost, type BrowserHostOptions, startBrowserHost } from './browser-host.ts';
import { chromiumFlags, needChromium } from './chromium.ts';

const deadlineMs = 300_000;
const mark = '[suite] ';

export interface BrowserSuite extends Omit<BrowserHostOptions, 'testDriver'> {
  readonly extensionDevelopmentPath: string;
  readonly extensionTestsPath: string;
  /** A line of the suite, or of the workbench. */
  readonly say: (text: string, isSuite: boolean) => void;
}

/** Runs a suite inside the extension host of the VS Code that npm carries. Resolves with its exit code. */
export async function runInBrowser(options: BrowserSuite): Promise<number> {
  const env = { ...options.env, LTV_GAUGE_SUITE_MARK: mark };
  const host = await startBrowserHost({ ...options, env, testDriver: true });
  try {
    return await runSuite(host, options);
  } finally {
    await host.stop();
  }
}

async function runSuite(host: BrowserHost, options: BrowserSuite): Promise<number> {
  const remote = (file: string) => `vscode-remote://${new URL(host.url).host}${file}`;
  const payload = (['extensionDevelopmentPath', 'extensionTestsPath'] as const).map((name) => [name, remote(options[name])]);
  // Console lines arrive as a level and printf-like arguments.
  const print = (level: string, args: readonly unknown[]): void => {
    const text = format(...args);
    const isSuite = text.startsWith(mark);
    options.say(isSuite ? text.slice(mark.length) : `${level}: ${text}`, isSuite);
  };
  const browser = await chromium.launch({ executablePath: await needChromium(), args: chromiumFlags });
  try {
    const page = await browser.newPage({ viewport: { width: 1280, height: 800 } });
    const ended = new Promise<number>((resolve, reject) => {
      const fail = (reason: string) => () => {
        reject(new Error(reason));
      };
      const timer = setTimeout(fail(`The suite did not end within ${String(deadlineMs / 1000)} s.`), deadlineMs);
      timer.unref();
      page.on('crash', fail('The page crashed.'));
      page.on('close', fail('The page was closed.'));
      void host.exited.then(fail('VS Code ended before the suite did.'));
      void page.exposeFunction('codeAutomationLog', print);
      void page.exposeFunction('codeAutomationExit', resolve);
    });
    const query = new URLSearchParams({ folder: options.workspace, payload: JSON.stringify(payload) });
    await page.goto(`${host.url}?${query.toString()}`);
    return await ended;
  } finally {
    await browser.close();
  }
}
