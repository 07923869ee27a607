// The door to `npm start`, `npm test`, `npm run bench`, `npm run mutate`, `npm run simulate` and F5. It needs nothing but Node 18: it installs what is missing, then hands
// over to the Node that package.json pins, which runs our TypeScript as it is.
import { spawn } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = path.dirname(path.dirname(path.dirname(fileURLToPath(import.meta.url))));
const windows = process.platform === 'win32';
const pinnedNode = path.join(root, 'node_modules/node/bin', windows ? 'node.exe' : 'node');
// Node looks for the kind of a module in package.json, where VS Code allows only one answer; it finds out by itself, and says so.
const quiet = '--disable-warning=MODULE_TYPELESS_PACKAGE_JSON';
const entries = {
  start: 'test/host/start.ts',
  test: 'test/host/test.ts',
  bench: 'test/host/bench.ts',
  simulate: 'src/simulator/cli.ts',
  mutate: 'test/host/mutate.ts',
  build: 'esbuild.js',
};

const json = (file) => JSON.parse(readFileSync(path.join(root, file), 'utf8'));

/**
 * npm writes node_modules/.package-lock.json as its last step, so a match means that a whole install of this very lock file is there;
 * after an interrupted one the file is missing.
 */
function isInstalled() {
  const lockOfFolder = 'node_modules/.package-lock.json';
  if (!existsSync(path.join(root, lockOfFolder)) || !existsSync(pinnedNode)) return false;
  const wanted = Object.entries(json('package-lock.json').packages);
  const found = json(lockOfFolder).packages;
  return wanted.every(([place, one]) => place === '' || one.optional || one.devOptional || found[place]?.version === one.version);
}

/** npm is called with what called us when that is npm; a yarn or pnpm there would read another lock file. */
function npmCommand() {
  const caller = process.env.npm_execpath;
  if (caller !== undefined && /npm-cli\.c?js$/.test(caller)) return [process.execPath, caller];
  return [windows ? 'npm.cmd' : 'npm'];
}

/** Runs to the end, passes signals on, and answers with an exit code. The channel tells the child when we die unheard. */
function run([command, ...args], { env = process.env, channel = false, shell = false } = {}) {
  return new Promise((resolve) => {
    const child = spawn(command, args, { cwd: root, env, shell, stdio: ['inherit', 'inherit', 'inherit', ...(channel ? ['ipc'] : [])] });
    const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
    const pass = (signal) => child.kill(signal);
    for (const signal of signals) process.on(signal, pass);
    // A signal that ends npm may end only the shell between npm and us.
    const parent = process.ppid;
    const watch = setInterval(() => {
      if (process.ppid !== parent) pass('SIGTERM');
    }, 500);
    const done = (code) => {
      clearInterval(watch);
      for (const signal of signals) process.off(signal, pass);
      resolve(code);
    };
    child.on('error', (error) => {
      console.error(`${command} cannot be started: ${error.message}`);
      done(1);
    });
    child.on('exit', (code, signal) => done(code ?? 128 + (signal === 'SIGINT' ? 2 : 15)));
  });
}

async function install() {
  console.log('Installing the dependencies (once, about half a minute) …');
  const started = Date.now();
  const tick = setInterval(() => console.log(`… ${Math.round((Date.now() - started) / 1000)} s`), 10_000);
  const npm = npmCommand();
  // Every engine that counts is the pinned Node's; warnings about the one that happens to run npm would only worry.
  const args = ['ci', '--loglevel=error', '--no-audit', '--no-fund', '--include=dev', '--ignore-scripts=false'];
  const code = await run([...npm, ...args], { shell: windows && npm.length === 1 });
  clearInterval(tick);
  if (code !== 0) return code;
  if (isInstalled()) return 0;
  console.error('npm ended well, but node_modules is not complete. Delete the folder and try again.');
  return 1;
}

async function main() {
  const [verb, ...args] = process.argv.slice(2);
  const entry = entries[verb];
  if (entry === undefined) {
    console.error(`Say one of: ${Object.keys(entries).join(', ')}.`);
    return 2;
  }
  if (!isInstalled()) {
    const code = await install();
    if (code !== 0) return code;
  }
  const pathKey = Object.keys(process.env).find((key) => key.toUpperCase() === 'PATH') ?? 'PATH';
  const front = [path.dirname(pinnedNode), path.join(root, 'node_modules/.bin')];
  const env = { ...process.env, [pathKey]: [...front, process.env[pathKey]].join(path.delimiter) };
  return run([pinnedNode, quiet, entry, ...args], { env, channel: verb !== 'simulate' });
}

process.exitCode = await main();
