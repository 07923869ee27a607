import { type ChildProcess, spawn, spawnSync, type StdioOptions } from 'node:child_process';
import path from 'node:path';
import { root } from './places.ts';

/** A process with all its children, which end together. */
export interface Group {
  readonly process: ChildProcess;
  /** The exit code; 128 and more when a signal ended it. Never rejects. */
  readonly exited: Promise<number>;
  /** Asks all to end, then insists. Resolves when they are gone. */
  stop(): Promise<void>;
}

export interface GroupOptions {
  readonly env?: NodeJS.ProcessEnv;
  readonly cwd?: string;
  readonly stdio?: StdioOptions;
  readonly shell?: boolean;
}

const windows = process.platform === 'win32';
const patienceMs = 5000;
const running = new Set<Group>();
let handlersSet = false;

function kill(child: ChildProcess, signal: NodeJS.Signals): boolean {
  if (child.pid === undefined) return false;
  if (windows) return spawnSync('taskkill', ['/pid', String(child.pid), '/T', '/F'], { stdio: 'ignore' }).status === 0;
  try {
    return process.kill(-child.pid, signal);
  } catch {
    return false; // nobody left
  }
}

/** However this process ends, its groups end with it. */
function setHandlers(): void {
  if (handlersSet) return;
  handlersSet = true;
  let asked = false;
  const end = (code: number) => {
    if (asked) process.exit(code); // a second Ctrl+C: the exit handler insists
    asked = true;
    void Promise.all([...running].map((group) => group.stop())).then(() => process.exit(code));
  };
  process.on('SIGINT', () => {
    end(130);
  });
  process.on('SIGTERM', () => {
    end(143);
  });
  process.on('SIGHUP', () => {
    end(129);
  });
  // The bootstrap or the test runner that started us was killed.
  if (process.send !== undefined) {
    process.on('disconnect', () => {
      end(143);
    });
    process.channel?.unref();
  }
  process.on('exit', () => {
    for (const group of running) kill(group.process, 'SIGKILL');
  });
}

/** Starts a program in a group of its own. */
export function startGroup(command: string, args: readonly string[], options: GroupOptions = {}): Group {
  setHandlers();
  const child = spawn(command, args, {
    cwd: root,
    stdio: ['ignore', 'inherit', 'inherit'],
    ...options,
    detached: !windows,
    windowsHide: true,
  });
  const exited = new Promise<number>((resolve) => {
    child.once('error', (error) => {
      process.stderr.write(`${command} cannot be started: ${error.message}\n`);
      resolve(127);
    });
    child.once('exit', (code, signal) => {
      resolve(code ?? (signal === 'SIGINT' ? 130 : 143));
    });
  });
  const group: Group = {
    process: child,
    exited,
    async stop() {
      kill(child, 'SIGTERM');
      const insist = setTimeout(() => kill(child, 'SIGKILL'), patienceMs);
      await exited;
      clearTimeout(insist);
      kill(child, 'SIGKILL'); // what the leader left behind
      running.delete(group);
    },
  };
  running.add(group);
  void exited.then(() => {
    kill(child, 'SIGKILL');
    running.delete(group);
  });
  return group;
}

/** Every process by its number, with its parent and the moment it began. Empty where that cannot be listed. */
function processTable(): ReadonlyMap<number, { readonly parent: number; readonly begun: string }> {
  if (windows) return new Map();
  const { stdout } = spawnSync('ps', ['-A', '-o', 'pid=,ppid=,lstart='], { encoding: 'utf8' });
  return new Map(
    [...stdout.matchAll(/^\s*(\d+)\s+(\d+)\s+(.*)$/gm)].map(([, pid, parent, begun]) => [
      Number(pid),
      { parent: Number(parent), begun: begun ?? '' },
    ]),
  );
}

/**
 * Ends the named groups (by default all that were started) and all their descendants, also those in groups of their own: a hanging program passes
 * no signal on. Resolves when they are gone.
 */
export async function stopAll(groups: Iterable<Group> = running): Promise<void> {
  const before = processTable();
  const ended = [...groups].filter((group) => running.has(group));
  const tree = new Set(ended.map(({ process: { pid } }) => pid));
  for (let size = -1; size !== tree.size;) {
    size = tree.size;
    for (const [pid, { parent }] of before) if (tree.has(parent)) tree.add(pid);
  }
  await Promise.all(ended.map((group) => group.stop()));
  for (const [pid, { begun }] of processTable()) {
    // The number may have passed to another meanwhile.
    if (!tree.has(pid) || before.get(pid)?.begun !== begun) continue;
    try {
      process.kill(pid, 'SIGKILL');
    } catch {
      // gone just now
    }
  }
}

/** Runs a program to its end and answers with its exit code. */
export function run(command: string, args: readonly string[], options: GroupOptions = {}): Promise<number> {
  return startGroup(command, args, options).exited;
}

/** Runs a script with the Node that runs this one, and its flags. */
export function runNode(args: readonly string[], options: GroupOptions = {}): Promise<number> {
  return run(process.execPath, [...process.execArgv, ...args], options);
}

/** npm, as a program to start: the one that called us, with our Node, or the one on the PATH. */
export function npm(args: readonly string[]): { readonly command: string; readonly args: readonly string[]; readonly shell: boolean } {
  const caller = process.env['npm_execpath'];
  if (caller !== undefined && /npm-cli\.c?js$/.test(caller)) {
    return { command: process.execPath, args: [...process.execArgv, caller, ...args], shell: false };
  }
  return { command: windows ? 'npm.cmd' : 'npm', args, shell: windows };
}

/** Runs npm to its end and answers with its exit code. */
export function runNpm(args: readonly string[], options: GroupOptions = {}): Promise<number> {
  const call = npm(args);
  return run(call.command, call.args, { ...options, shell: call.shell });
}

/** Our environment without what npm, an editor or a debugger set in it for its own children, which would mislead an independent program. */
export function cleanEnvironment(more: Readonly<Record<string, string | undefined>> = {}): NodeJS.ProcessEnv {
  const foreign =
    /^(npm_(package|lifecycle|config_local_prefix|config_prefix|command|node_execpath)|INIT_CWD$|VSCODE_|ELECTRON_|NODE_OPTIONS$|PORT$)/;
  const own = Object.entries(process.env).filter(([name]) => !foreign.test(name));
  return { ...Object.fromEntries(own), ...more };
}

/** The program's path when it is on the PATH. */
export function onPath(name: string): string | undefined {
  const result = spawnSync(windows ? 'where' : 'which', [name], { encoding: 'utf8' });
  const first = result.status === 0 ? result.stdout.split(/\r?\n/)[0]?.trim() : undefined;
  return first === undefined || first === '' ? undefined : path.resolve(first);
}
