import { cpSync, createWriteStream, existsSync, mkdirSync } from 'node:fs';
import { createServer } from 'node:net';
import path from 'node:path';
import { installNpmHost, isNewest } from './npm-host.ts';
import { cleanEnvironment, startGroup } from './processes.ts';

export interface BrowserHostOptions {
  /** Folder of this host's own: user data, log and configuration go there. */
  readonly folder: string;
  /** Folder with the installed extensions, which several hosts may share. */
  readonly extensionsFolder: string;
  /** Folder that the first window opens. */
  readonly workspace: string;
  readonly port: number;
  /** What the extension host finds in its environment, besides ours. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Which of the editor's own extensions are there; every one unless some are named. */
  readonly builtIn?: readonly string[];
  /** Has the editor and its extensions log all they can. */
  readonly logsAll?: boolean;
  /** For extensions under development and suites inside the host; suppresses notification toasts. */
  readonly testDriver?: boolean;
}

export interface BrowserHost {
  /** Address of the first window, without the folder: `http://127.0.0.1:8080/`. */
  readonly url: string;
  /** Settles when the host has ended. */
  readonly exited: Promise<number>;
  stop(): Promise<void>;
}

const startDeadlineMs = 60_000;

/** Says whether a port can be listened on; port 0 asks for any. Answers with the port, or undefined when it is taken. */
export function freePort(port = 0): Promise<number | undefined> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => {
      resolve(undefined);
    });
    probe.listen(port, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => {
        resolve(typeof address === 'object' && address !== null ? address.port : undefined);
      });
    });
  });
}

/** Keeps what the server would else write into the home folder, and asks no gallery for extensions. */
function ownEnvironment(folder: string): Record<string, string> {
  return {
    EXTENSIONS_GALLERY: '{}',
    XDG_CONFIG_HOME: path.join(folder, 'config'),
    XDG_DATA_HOME: path.join(folder, 'data'),
    XDG_CACHE_HOME: path.join(folder, 'cache'),
  };
}

const commonArguments = (options: Pick<BrowserHostOptions, 'folder' | 'extensionsFolder'>) => [
  ...['--user-data-dir', path.join(options.folder, 'user-data')],
  ...['--extensions-dir', options.extensionsFolder],
  ...['--config', path.join(options.folder, 'config.yaml')],
];

/** Installs a packaged extension as a user would. Throws when that fails. */
export async function installExtension(vsix: string, options: Pick<BrowserHostOptions, 'folder' | 'extensionsFolder'>): Promise<void> {
  const entry = await installNpmHost();
  mkdirSync(options.folder, { recursive: true });
  const log = createLog(options.folder, 'install.log');
  const group = startGroup(process.execPath, [entry, ...commonArguments(options), '--install-extension', vsix, '--force'], {
    env: cleanEnvironment(ownEnvironment(options.folder)),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  group.process.stdout?.pipe(log);
  group.process.stderr?.pipe(log);
  const code = await group.exited;
  if (code !== 0) throw new Error(`${vsix} could not be installed; ${path.join(options.folder, 'install.log')} says why.`);
}

function createLog(folder: string, name: string): NodeJS.WritableStream {
  return createWriteStream(path.join(folder, name));
}

/** A folder with those of the editor's own extensions that are named. */
function onlyBuiltIn(entry: string, names: readonly string[], folder: string): string {
  const all = path.join(path.dirname(entry), '../../lib/vscode/extensions');
  // Older ones know fewer.
  for (const name of names.filter((one) => existsSync(path.join(all, one)))) {
    cpSync(path.join(all, name), path.join(folder, name), { recursive: true });
  }
  return folder;
}

async function answers(url: string): Promise<boolean> {
  try {
    const response = await fetch(url, { signal: AbortSignal.timeout(10_000) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Starts the VS Code that npm carries. Resolves when its page can be opened. */
export async function startBrowserHost(options: BrowserHostOptions): Promise<BrowserHost> {
  const entry = await installNpmHost();
  mkdirSync(options.folder, { recursive: true });
  mkdirSync(options.workspace, { recursive: true });
  const logFile = path.join(options.folder, 'host.log');
  const log = createLog(options.folder, 'host.log');
  const args = [
    entry,
    ...commonArguments(options),
    ...['--auth', 'none', '--bind-addr', `127.0.0.1:${String(options.port)}`],
    ...['--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-proxy'],
    ...['--disable-getting-started-override', '--ignore-last-opened', '--app-name', 'VS Code'],
    // A window that was closed would else keep its extension host, and with it our poller, for three hours.
    ...(isNewest ? ['--reconnection-grace-time', '30'] : []),
    ...(options.builtIn === undefined
      ? []
      : ['--builtin-extensions-dir', onlyBuiltIn(entry, options.builtIn, path.join(options.folder, 'built-in'))]),
    ...(options.logsAll === true ? ['--log', 'trace'] : []),
    ...(options.testDriver === true ? ['--vscode-option=enable-smoke-test-driver'] : []),
    options.workspace,
  ];
  const group = startGroup(process.execPath, args, {
    env: cleanEnvironment({ ...ownEnvironment(options.folder), ...options.env }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  group.process.stdout?.pipe(log);
  group.process.stderr?.pipe(log);

  const url = `http://127.0.0.1:${String(options.port)}/`;
  const deadline = Date.now() + startDeadlineMs;
  while (!(await answers(url))) {
    if (group.process.exitCode === null && group.process.signalCode === null && Date.now() < deadline) {
      await new Promise((resolve) => setTimeout(resolve, 100));
      continue;
    }
    await group.stop();
    throw new Error(`VS Code did not start on port ${String(options.port)}; ${logFile} says why.`);
  }
  return { url, exited: group.exited, stop: () => group.stop() };
}
