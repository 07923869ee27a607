import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import path from 'node:path';
import { downloadAndUnzipVSCode } from '@vscode/test-electron';
import { cacheFolder, root } from './places.ts';
import { cleanEnvironment, onPath, runNode, startGroup } from './processes.ts';
import { writeSettings } from './quiet-settings.ts';

/** A VS Code that opens windows of its own. */
export interface Desktop {
  readonly executable: string;
  /** The `code` on the PATH hands over to a process that is not its child; a downloaded one is the program itself. */
  readonly handsOver: boolean;
}

const updateServer = 'https://update.code.visualstudio.com/api/releases/stable';
const reachDeadlineMs = 5000;
const windows = process.platform === 'win32';

function hasDisplay(): boolean {
  if (process.platform !== 'linux') return true;
  return (process.env['DISPLAY'] ?? '') !== '' || (process.env['WAYLAND_DISPLAY'] ?? '') !== '';
}

/** The `code` of a remote terminal only speaks to the window it was opened in. */
const isRemoteTerminal = () => process.env['VSCODE_IPC_HOOK_CLI'] !== undefined || process.env['WSL_DISTRO_NAME'] !== undefined;

async function isReachable(): Promise<boolean> {
  try {
    const response = await fetch(updateServer, { signal: AbortSignal.timeout(reachDeadlineMs) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

/** Chosen by hand: `LTV_GAUGE_HOST=browser` never uses a desktop VS Code, `LTV_GAUGE_HOST=desktop` insists on one. */
const chosenHost = () => process.env['LTV_GAUGE_HOST'];

/**
 * A desktop VS Code, or one sentence that says why there is none. `installed` allows the one on the PATH; tests always use the stable
 * release, downloaded once.
 */
export async function findDesktop({ installed }: { readonly installed: boolean }): Promise<Desktop | string> {
  if (chosenHost() === 'browser') return 'LTV_GAUGE_HOST asks for no desktop VS Code.';
  if (!hasDisplay()) return 'There is no display for a desktop VS Code.';
  const code = installed && !isRemoteTerminal() ? onPath(windows ? 'code.cmd' : 'code') : undefined;
  if (code !== undefined) return { executable: code, handsOver: true };
  if (!(await isReachable())) return 'VS Code cannot be downloaded from here.';
  try {
    return { executable: await downloadAndUnzipVSCode({ version: 'stable', cachePath: cacheFolder }), handsOver: false };
  } catch (error) {
    return `The download of VS Code failed (${error instanceof Error ? error.message : String(error)}).`;
  }
}

/** Flags that any desktop VS Code of ours gets; as root, Chromium's sandbox cannot be used. */
export const desktopFlags = (folder: string): string[] => [
  `--user-data-dir=${path.join(folder, 'user-data')}`,
  `--extensions-dir=${path.join(folder, 'extensions')}`,
  '--disable-workspace-trust',
  '--disable-updates',
  '--skip-welcome',
  '--skip-release-notes',
  '--password-store=basic',
  ...(process.getuid?.() === 0 ? ['--no-sandbox', '--disable-gpu-sandbox'] : []),
];

/** Ends what `code` handed over to: the processes that were given our profile folder, which are ours alone. */
function endByProfile(folder: string): void {
  const mark = `--user-data-dir=${path.join(folder, 'user-data')}`;
  if (windows) {
    const query = `Get-CimInstance Win32_Process | Where-Object { $_.Name -like 'Code*' -and $_.CommandLine -and $_.CommandLine.Contains('${mark}') } | ForEach-Object { Stop-Process -Id $_.ProcessId }`;
    spawnSync('powershell', ['-NoProfile', '-Command', query], { stdio: 'ignore' });
    return;
  }
  const list = spawnSync('ps', ['-axo', 'pid=,args='], { encoding: 'utf8' }).stdout;
  for (const line of list.split('\n')) {
    const pid = Number(/^\s*(\d+)/.exec(line)?.[1]);
    if (!line.includes(mark) || !(pid > 0) || pid === process.pid) continue;
    try {
      process.kill(pid, 'SIGTERM');
    } catch {
      // gone meanwhile
    }
  }
}

/** Builds, opens a window with the extension under development, and waits until it is closed. */
export async function startDesktop(desktop: Desktop): Promise<number> {
  process.stdout.write('Building …\n');
  if ((await runNode(['esbuild.js'])) !== 0) throw new Error('The build failed.');
  const folder = path.join(cacheFolder, 'start', 'desktop');
  const workspace = path.join(folder, 'workspace');
  mkdirSync(workspace, { recursive: true });
  if (!existsSync(path.join(folder, 'user-data/User/settings.json'))) writeSettings(path.join(folder, 'user-data'));
  const args = [...desktopFlags(folder), '--new-window', '--wait', `--extensionDevelopmentPath=${root}`, workspace];
  const shell = windows && desktop.handsOver;
  const group = startGroup(shell ? `"${desktop.executable}"` : desktop.executable, shell ? args.map((arg) => `"${arg}"`) : args, {
    env: cleanEnvironment({ LTV_GAUGE_SIMULATED: '1' }),
    shell,
  });
  if (desktop.handsOver) {
    process.on('exit', () => {
      endByProfile(folder);
    });
  }
  process.stdout.write('VS Code opens with LTV Gauge and a simulated exchange. Close its window or press Ctrl+C to end.\n');
  return group.exited;
}
