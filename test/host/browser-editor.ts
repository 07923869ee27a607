#!/usr/bin/env -S node --disable-warning=MODULE_TYPELESS_PACKAGE_JSON
// Takes the flags that @vscode/test-electron gives to a desktop VS Code and runs the suite in the VS Code that npm carries instead, so
// that one call of `runTests` serves both.
import { createWriteStream, rmSync } from 'node:fs';
import path from 'node:path';
import { format, parseArgs } from 'node:util';
import { chromium } from 'playwright-core';
import { type BrowserHost, freePort, startBrowserHost } from './browser-host.ts';
import { chromiumFlags, needChromium } from './chromium.ts';
import { cacheFolder } from './places.ts';
import { writeSettings } from './quiet-settings.ts';

const deadlineMs = 300_000;

function flag(name: 'extensionDevelopmentPath' | 'extensionTestsPath'): string {
  const { values } = parseArgs({
    strict: false,
    options: { extensionDevelopmentPath: { type: 'string' }, extensionTestsPath: { type: 'string' } },
  });
  const value = values[name];
  if (typeof value !== 'string') throw new Error(`--${name}=… is missing.`);
  return path.resolve(value);
}

const mark = '[suite] ';
const logFile = path.join(cacheFolder, 'integration.log');
const log = createWriteStream(logFile);

/** Console lines arrive as a level and printf-like arguments: the suite's are shown, the workbench's are kept for when something fails. */
function print(level: string, args: readonly unknown[]): void {
  const text = format(...args);
  if (text.startsWith(mark)) process.stdout.write(`${text.slice(mark.length)}\n`);
  else log.write(`${level}: ${text}\n`);
}

async function runSuite(host: BrowserHost, workspace: string): Promise<number> {
  const remote = (file: string) => `vscode-remote://${new URL(host.url).host}${file}`;
  const payload = [
    ['extensionDevelopmentPath', remote(flag('extensionDevelopmentPath'))],
    ['extensionTestsPath', remote(flag('extensionTestsPath'))],
  ];
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
    const query = new URLSearchParams({ folder: workspace, payload: JSON.stringify(payload) });
    await page.goto(`${host.url}?${query.toString()}`);
    return await ended;
  } finally {
    await browser.close();
  }
}

async function main(): Promise<number> {
  const folder = path.join(cacheFolder, `integration-${String(process.pid)}`);
  const workspace = path.join(folder, 'workspace');
  const port = (await freePort()) ?? 0;
  writeSettings(path.join(folder, 'user-data'));
  const host = await startBrowserHost({
    folder,
    extensionsFolder: path.join(folder, 'extensions'),
    workspace,
    port,
    env: { LTV_GAUGE_SUITE_MARK: mark },
    testDriver: true,
  });
  try {
    return await runSuite(host, workspace);
  } finally {
    await host.stop();
    rmSync(folder, { recursive: true, force: true });
  }
}

try {
  process.exitCode = await main();
  if (process.exitCode !== 0) process.stderr.write(`What the workbench said is in ${logFile}\n`);
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
