import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { type BrowserContext, chromium } from 'playwright-core';
import { freePort, startBrowserHost } from '../host/browser-host.ts';
import { chromiumFlags, needChromium } from '../host/chromium.ts';
import { installNpmHost } from '../host/npm-host.ts';
import { cacheFolder } from '../host/places.ts';
import { writeSettings } from '../host/quiet-settings.ts';
import { eventually } from './eventually.ts';

/** Where a workbench is to its browser, whatever port it has: what is cached belongs to an address. */
export const workbenchUrl = 'http://workbench.localhost/';

/** Takes the place of Playwright's own list, of which it keeps what could matter here. */
const featuresOff = [
  'BackgroundResourceFetch', // goes past the code that is cached
  ...['HttpsUpgrades', 'HttpsFirstBalancedModeAutoEnable', 'ThirdPartyStoragePartitioning', 'PaintHolding'],
  ...['MediaRouter', 'OptimizationHints', 'NetworkTimeServiceQuerying', 'AimEnabled', 'PreconnectToSearch'],
].join(',');

interface BrowserOptions {
  readonly profile: string;
  /** Of the workbench. */
  readonly port: number;
  readonly viewport: { readonly width: number; readonly height: number };
}

async function launch({ profile, port, viewport }: BrowserOptions): Promise<BrowserContext> {
  const rules = `--host-resolver-rules=MAP ${new URL(workbenchUrl).host} 127.0.0.1:${String(port)}`;
  return chromium.launchPersistentContext(profile, {
    executablePath: await needChromium(),
    args: [...chromiumFlags, `--disable-features=${featuresOff}`, rules],
    viewport,
  });
}

/** Files and compiled code; both are Chromium's to judge, who takes neither for another version of itself or of the editor. */
const caches = ['Cache', 'Code Cache'];
const workbenchCodeBytes = 5_000_000;

/** Opens the workbench twice in a fresh profile: what was seen once before is kept compiled. */
async function filledProfile(folder: string): Promise<string> {
  const port = (await freePort()) ?? 0;
  writeSettings(path.join(folder, 'user-data'));
  const workspace = path.join(folder, 'workspace');
  const host = await startBrowserHost({ folder, extensionsFolder: path.join(folder, 'extensions'), workspace, port, builtIn: [] });
  let context: BrowserContext | undefined;
  try {
    const profile = path.join(folder, 'browser');
    context = await launch({ profile, port, viewport: { width: 1280, height: 800 } });
    const page = context.pages()[0] ?? (await context.newPage());
    for (let time = 0; time < 2; time += 1) {
      await page.goto(workbenchUrl);
      await page.locator('.monaco-workbench .part.statusbar').waitFor({ timeout: 60_000 });
    }
    const code = path.join(profile, 'Default/Code Cache/js');
    await eventually('the code to be kept', async () =>
      readdirSync(code).some((file) => (statSync(path.join(code, file), { throwIfNoEntry: false })?.size ?? 0) > workbenchCodeBytes),
    );
    return profile;
  } finally {
    // What is cached is on the disk when it is closed.
    await context?.close();
    await host.stop();
  }
}

/** The caches of a browser that knows the editor but nothing else, made once for each editor. */
export async function filledCaches(): Promise<string> {
  const editor = path.relative(cacheFolder, await installNpmHost()).split(path.sep)[0] ?? '';
  const folder = path.join(cacheFolder, 'e2e', `browser-of-${editor}`);
  if (existsSync(folder)) return folder;
  const aside = `${folder}.${String(process.pid)}`;
  mkdirSync(aside, { recursive: true });
  try {
    const profile = await filledProfile(aside);
    try {
      renameSync(path.join(profile, 'Default'), folder);
    } catch {
      // another run was first
    }
  } finally {
    rmSync(aside, { recursive: true, force: true });
  }
  return folder;
}

/** A fresh profile, in which nothing but the editor's own code is cached: reading and compiling it costs half of each start. */
export async function launchBrowser(options: BrowserOptions): Promise<BrowserContext> {
  const filled = await filledCaches();
  for (const name of caches) cpSync(path.join(filled, name), path.join(options.profile, 'Default', name), { recursive: true });
  return launch(options);
}
