import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { spawnSync } from 'node:child_process';
import { resolveCliArgsFromVSCodeExecutablePath } from '@vscode/test-electron';
import { _electron, type Page } from 'playwright-core';
import { freePort, installExtension, startBrowserHost } from '../host/browser-host.ts';
import { type Desktop, desktopFlags, findDesktop } from '../host/desktop.ts';
import { cacheFolder, vsixFile } from '../host/places.ts';
import { cleanEnvironment } from '../host/processes.ts';
import { writeSettings } from '../host/quiet-settings.ts';
import { freshVsix } from '../host/vsix.ts';
import { filledCaches, launchBrowser, workbenchUrl } from './browser.ts';

/** `npm run test:full`, in every language and theme. */
export const isLongRound = process.env['LTV_GAUGE_LOOKS'] === 'all';

export interface SessionOptions {
  /** The simulated account is there from the start. */
  readonly simulated?: boolean;
  /**
   * The editor's display language as our extension sees it, such as `zh-cn`. The workbench itself stays English, for it has no language
   * pack. In the browser only.
   */
  readonly language?: string;
  readonly settings?: Readonly<Record<string, unknown>>;
  /** What the opened folder contains, as one from someone else may. */
  readonly folderSettings?: Readonly<Record<string, unknown>>;
  readonly viewport?: { readonly width: number; readonly height: number };
  /** Extensions of the editor's own that are there besides its themes. */
  readonly builtIn?: readonly string[];
  /** Folders of extensions that are installed beside ours. In the browser only. */
  readonly beside?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
}

/** A running VS Code with the packaged extension installed, and a hand on its windows. */
export interface Session {
  readonly page: Page;
  /** Where all that this VS Code writes is kept: fresh, and thrown away with the session. What the browser itself keeps is in `browser`. */
  readonly folder: string;
  /** In the browser a test can open more windows and take keys away; the desktop offers no hand for that. */
  readonly inBrowser: boolean;
  /** Opens one more window on the same profile; undefined where the host cannot. */
  openWindow(): Promise<Page>;
  close(): Promise<void>;
}

const home = path.join(cacheFolder, 'e2e');
/** A hundred others would be started with each window; the integration suite has them all. */
const looks = ['theme-defaults', 'theme-seti', 'theme-modern-icons'];
let sessions = 0;

interface Setting {
  readonly language: string | undefined;
  readonly folder: string;
  readonly workspace: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly viewport: { readonly width: number; readonly height: number };
  readonly builtIn: readonly string[];
  readonly beside: readonly string[];
}

function prepare(options: SessionOptions): Setting {
  sessions += 1;
  const folder = path.join(home, `session-${String(process.pid)}-${String(sessions)}`);
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  // Without a graphics card each frame of what moves costs a core.
  const still = { 'workbench.reduceMotion': 'on', 'editor.cursorBlinking': 'solid' };
  // A warning may come at any moment; only who waits for one is to meet it.
  const silent = { 'ltvGauge.warnings.enabled': false };
  writeSettings(path.join(folder, 'user-data'), { ...still, ...silent, ...options.settings });
  if (options.folderSettings !== undefined) {
    mkdirSync(path.join(workspace, '.vscode'));
    writeFileSync(path.join(workspace, '.vscode/settings.json'), JSON.stringify(options.folderSettings));
  }
  return {
    folder,
    workspace,
    language: options.language,
    env: { ...options.env, LTV_GAUGE_SIMULATED: options.simulated === true ? '1' : undefined },
    viewport: options.viewport ?? { width: 1280, height: 800 },
    builtIn: options.builtIn ?? [],
    beside: options.beside ?? [],
  };
}

/**
 * Installs the package into a folder that all sessions share, unless this exact package is there. Installed elsewhere and moved into place when
 * complete, so two runs don't collide.
 */
async function installed(kind: string, install: (extensionsFolder: string) => Promise<void> | void): Promise<string> {
  const stamp = (await freshVsix()).slice(0, 16);
  const folder = path.join(home, `${kind}-extensions-${stamp}`);
  if (existsSync(folder)) return folder;
  const aside = path.join(home, `aside-${String(process.pid)}`);
  mkdirSync(aside, { recursive: true });
  await install(aside);
  try {
    renameSync(aside, folder);
  } catch {
    rmSync(aside, { recursive: true, force: true }); // another run was first
  }
  for (const name of readdirSync(home)) {
    if (name.startsWith(`${kind}-extensions`) && !name.endsWith(stamp)) rmSync(path.join(home, name), { recursive: true, force: true });
  }
  return folder;
}

const installedInBrowser = (): Promise<string> =>
  installed('browser', (place) =>
    installExtension(vsixFile, { folder: path.join(home, `installer-${String(process.pid)}`), extensionsFolder: place }),
  );

/** All of these in one folder, of which the editor makes its own list. */
function withOthers(installedOnes: string, folder: string, others: readonly string[]): string {
  cpSync(installedOnes, folder, { recursive: true });
  rmSync(path.join(folder, 'extensions.json'), { force: true });
  for (const other of others) cpSync(other, path.join(folder, path.basename(other)), { recursive: true });
  return folder;
}

/** Makes once what each session in the browser needs, so that those that begin together do not all make it. */
export async function prepareBrowser(): Promise<void> {
  await installedInBrowser();
  await filledCaches();
}

async function openInBrowser(setting: Setting): Promise<Session> {
  const { folder, workspace, language, env, viewport, builtIn, beside } = setting;
  const shared = await installedInBrowser();
  const extensionsFolder = beside.length === 0 ? shared : withOthers(shared, path.join(folder, 'extensions'), beside);
  const port = await freePort();
  if (port === undefined) throw new Error('No port is free on this machine.');
  const host = await startBrowserHost({
    folder,
    extensionsFolder,
    workspace,
    port,
    env,
    builtIn: [...looks, ...builtIn],
    logsAll: isLongRound,
  });
  try {
    const context = await launchBrowser({ profile: path.join(folder, 'browser'), port, viewport });
    if (language !== undefined) await context.addInitScript(`globalThis._VSCODE_NLS_LANGUAGE = ${JSON.stringify(language)}`);
    const address = `${workbenchUrl}?folder=${encodeURIComponent(workspace)}`;
    const page = context.pages()[0] ?? (await context.newPage());
    await page.goto(address);
    return {
      page,
      folder,
      inBrowser: true,
      async openWindow() {
        // A window, not a tab: what is in a background tab hardly paints.
        const opened = context.waitForEvent('page');
        await page.evaluate(`void window.open(${JSON.stringify(address)}, '_blank', 'popup,width=1280,height=800')`);
        const other = await opened;
        await other.setViewportSize(viewport);
        return other;
      },
      async close() {
        await context.close();
        await host.stop();
      },
    };
  } catch (error) {
    await host.stop();
    throw error;
  }
}

async function openOnDesktop(desktop: Desktop, setting: Setting): Promise<Session> {
  const { folder, workspace, env } = setting;
  const extensionsFolder = await installed('desktop', (place) => {
    const [cli, ...args] = resolveCliArgsFromVSCodeExecutablePath(desktop.executable, { reuseMachineInstall: true });
    const shell = process.platform === 'win32';
    const flags = [
      ...args,
      `--user-data-dir=${path.join(home, `installer-${String(process.pid)}`)}`,
      `--extensions-dir=${place}`,
      '--install-extension',
      vsixFile,
    ];
    const result = spawnSync(shell ? `"${cli ?? ''}"` : (cli ?? ''), flags, { shell, encoding: 'utf8' });
    if (result.status !== 0) throw new Error(`${vsixFile} could not be installed: ${result.stderr}`);
  });
  const flags = desktopFlags(folder).filter((flag) => !flag.startsWith('--extensions-dir='));
  const app = await _electron.launch({
    executablePath: desktop.executable,
    args: [...flags, `--extensions-dir=${extensionsFolder}`, workspace],
    env: Object.fromEntries(Object.entries(cleanEnvironment(env)).filter((entry): entry is [string, string] => entry[1] !== undefined)),
  });
  return {
    page: await app.firstWindow(),
    folder,
    inBrowser: false,
    async openWindow() {
      throw new Error('A second window is opened in the browser host only.');
    },
    close: () => app.close(),
  };
}

/** Starts VS Code with the packaged extension: the desktop one where it can be had, else the one that npm carries. */
export async function openSession(options: SessionOptions): Promise<Session> {
  const setting = prepare(options);
  const desktop = await findDesktop({ installed: false });
  const session = await (typeof desktop === 'string' ? openInBrowser(setting) : openOnDesktop(desktop, setting));
  return {
    ...session,
    async close() {
      await session.close();
      rmSync(setting.folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 200 });
    },
  };
}
