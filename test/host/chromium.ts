import { existsSync } from 'node:fs';
import path from 'node:path';
import { onPath, run } from './processes.ts';

const names = ['chromium', 'chromium-browser', 'google-chrome', 'google-chrome-stable', 'microsoft-edge'];

function usualPlaces(): string[] {
  const env = process.env;
  const chrome = 'Google/Chrome/Application/chrome.exe';
  const edge = 'Microsoft/Edge/Application/msedge.exe';
  if (process.platform === 'win32') {
    return [env['PROGRAMFILES'], env['PROGRAMFILES(X86)'], env['LOCALAPPDATA']]
      .filter((folder) => folder !== undefined)
      .flatMap((folder) => [path.join(folder, chrome), path.join(folder, edge)]);
  }
  return ['Google Chrome', 'Chromium', 'Microsoft Edge'].map((name) => `/Applications/${name}.app/Contents/MacOS/${name}`);
}

/** A Chromium of this machine: CHROME_PATH, the PATH, or where installers put it. */
export function findChromium(): string | undefined {
  const chosen = process.env['CHROME_PATH'];
  if (chosen !== undefined && chosen !== '') return chosen;
  for (const name of names) {
    const file = process.platform === 'win32' ? undefined : onPath(name);
    if (file !== undefined) return file;
  }
  return usualPlaces().find((file) => existsSync(file));
}

/** As `findChromium`, but installs it where that needs no question: as root on a Debian or Ubuntu. Throws with what to do otherwise. */
export async function needChromium(): Promise<string> {
  const found = findChromium();
  if (found !== undefined) return found;
  if (process.getuid?.() === 0 && onPath('apt-get') !== undefined) {
    process.stdout.write('Installing Chromium (apt-get install chromium) …\n');
    const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
    await run('apt-get', ['update', '-q'], { env });
    await run('apt-get', ['install', '-y', '-q', '--no-install-recommends', 'chromium'], { env });
    const installed = findChromium();
    if (installed !== undefined) return installed;
  }
  throw new Error('These tests drive a browser: install Chromium or Google Chrome, or say where it is with CHROME_PATH.');
}

/** Flags for a Chromium that has no display, no sandbox privileges and no business on the network. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];
