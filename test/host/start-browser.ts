import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { freePort, installExtension, startBrowserHost } from './browser-host.ts';
import { installNpmHost } from './npm-host.ts';
import { cacheFolder, vsixFile } from './places.ts';
import { startGroup } from './processes.ts';
import { writeSettings } from './quiet-settings.ts';
import { type StartOptions } from './start-options.ts';
import { freshVsix } from './vsix.ts';

const usualPort = 8080;

async function choosePort(wanted: number | undefined): Promise<number> {
  const port = await freePort(wanted ?? usualPort);
  if (port !== undefined) return port;
  if (wanted !== undefined) {
    throw new Error(
      `Port ${String(wanted)} is taken by another program. End that one, or choose another: npm start -- --browser --port ${String(wanted + 1)}`,
    );
  }
  const other = await freePort();
  if (other === undefined) throw new Error('No port is free on this machine.');
  return other;
}

async function installOnce(folder: string, extensionsFolder: string): Promise<void> {
  const stampFile = path.join(folder, 'extension.stamp');
  const stamp = await freshVsix();
  if (existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return;
  await installExtension(vsixFile, { folder, extensionsFolder });
  writeFileSync(stampFile, stamp);
}

function openBrowser(url: string): void {
  const [command, ...args] = { darwin: ['open'], win32: ['cmd', '/c', 'start', ''] }[process.platform as string] ?? ['xdg-open'];
  const group = startGroup(command ?? 'xdg-open', [...args, url], { stdio: 'ignore' });
  void group.exited;
}

/**
 * Runs VS Code in the browser until it is ended. Keys belong to an address and a browser, so each port has a profile of its own, which
 * the next start finds again.
 */
export async function startInBrowser(options: StartOptions): Promise<number> {
  const port = await choosePort(options.port);
  await installNpmHost();
  const folder = path.join(cacheFolder, 'start', String(port));
  const extensionsFolder = path.join(folder, 'extensions');
  mkdirSync(extensionsFolder, { recursive: true });
  process.stdout.write('Building and installing the extension …\n');
  await installOnce(folder, extensionsFolder);
  const userData = path.join(folder, 'user-data');
  if (!existsSync(path.join(userData, 'User/settings.json'))) writeSettings(userData);
  const host = await startBrowserHost({
    folder,
    extensionsFolder,
    workspace: path.join(folder, 'workspace'),
    port,
    env: { LTV_GAUGE_SIMULATED: '1' },
  });
  process.stdout.write(`LTV Gauge is ready at ${host.url}\n`);
  if (options.open) openBrowser(host.url);
  process.stdout.write('Press Ctrl+C to end.\n');
  return host.exited;
}
