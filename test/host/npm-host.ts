import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { cacheFolder, root } from './places.ts';
import { cleanEnvironment, runNpm } from './processes.ts';

/** The newest that npm carries, with the VS Code of that number; `npm run test:full` also asks for the oldest that the manifest allows. */
const newest = '4.139.1';
const version = process.env['LTV_GAUGE_CODE_SERVER'] ?? newest;
export const isNewest = version === newest;
/** Raised when the way of installing changes, so that older installs are redone. */
const recipe = 2;
const name = `code-server-${version}`;
const folder = path.join(cacheFolder, name);
const entryIn = (place: string) => path.join(place, 'node_modules/code-server/out/node/entry.js');
const marker = 'installed.json';
const key = JSON.stringify({ version, recipe, platform: process.platform, arch: process.arch });

const isInstalled = () => existsSync(path.join(folder, marker)) && readFileSync(path.join(folder, marker), 'utf8') === key;

async function npmInstall(cwd: string, more: readonly string[]): Promise<void> {
  const quiet = ['--ignore-scripts', '--omit=dev', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
  const code = await runNpm(['install', ...quiet, ...more], { cwd, env: cleanEnvironment() });
  if (code !== 0) throw new Error(`npm could not install ${name} (exit code ${String(code)}). Is the npm registry within reach?`);
}

/**
 * What the package's own install script does, but for compiling: that takes minutes, a compiler and the headers of Kerberos. Two native
 * modules are needed and replaced; the others either come prebuilt or serve parts that nothing here uses (Kerberos proxies, agents).
 */
async function installInto(place: string): Promise<void> {
  mkdirSync(place, { recursive: true });
  writeFileSync(path.join(place, 'package.json'), '{ "private": true }\n');
  await npmInstall(place, ['--save-exact', `code-server@${version}`]);
  const editor = path.join(place, 'node_modules/code-server/lib/vscode');
  await npmInstall(editor, []);
  for (const module of ['spdlog', 'native-watchdog']) {
    copyFileSync(path.join(root, 'test/host/stand-ins', `${module}.cjs`), path.join(editor, 'node_modules/@vscode', module, 'index.js'));
  }
  writeFileSync(path.join(place, marker), key); // last: without it an interrupted install is made anew
}

function isRunning(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

function removeLeftovers(): void {
  for (const entry of readdirSync(cacheFolder)) {
    const owner = new RegExp(`^${name}\\.(\\d+)$`).exec(entry)?.[1];
    if (owner !== undefined && !isRunning(Number(owner))) rmSync(path.join(cacheFolder, entry), { recursive: true, force: true });
  }
}

/**
 * Gets the VS Code that npm carries, once, and answers with the script that starts it. Installed aside and moved into place when whole,
 * so two runs at a time do not meet.
 */
export async function installNpmHost(): Promise<string> {
  if (isInstalled()) return entryIn(folder);
  process.stdout.write(`Getting the VS Code that npm carries (${name}; once, about 600 MB on disk, half a minute) …\n`);
  mkdirSync(cacheFolder, { recursive: true });
  removeLeftovers();
  const place = path.join(cacheFolder, `${name}.${String(process.pid)}`);
  const started = Date.now();
  const tick = setInterval(() => process.stdout.write(`… ${String(Math.round((Date.now() - started) / 1000))} s\n`), 10_000);
  try {
    await installInto(place);
    if (!isInstalled()) {
      rmSync(folder, { recursive: true, force: true });
      renameSync(place, folder);
    }
  } finally {
    clearInterval(tick);
    rmSync(place, { recursive: true, force: true });
  }
  return entryIn(folder);
}
