import { createHash } from 'node:crypto';
import { cpSync, existsSync, globSync, mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { root, vsixFile } from './places.ts';
import { startGroup } from './processes.ts';
import { entriesInZip, repacked } from './zip.ts';

const kilobyte = 1000;

interface Gate {
  readonly what: string;
  readonly files: readonly string[];
  readonly limit: number;
}

/**
 * A file of ours and all that it requires or imports while it loads: what activation has to read, or the page. Parts that wait for their first use
 * are in it only when asked for.
 */
function loadedWith(file: string, andLater = false, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const text = readFileSync(path.join(root, file), 'utf8');
  const loads = /(?:\.then\(\(?\)?=>\w*\(?)?require\("(\.[^"]+)"\)|\b(?:from|import)"(\.[^"]+)"/g;
  for (const [statement, required, imported] of text.matchAll(loads)) {
    const target = required ?? imported;
    if (target === undefined || (statement.startsWith('.then') && !andLater)) continue;
    loadedWith(path.posix.join(path.posix.dirname(file), target), andLater, seen);
  }
  return seen;
}

const gates = (): readonly Gate[] => {
  const page = [...loadedWith('dist/webview/main.js')];
  const activated = loadedWith('dist/extension.js');
  return [
    { what: 'extension, as activated', files: [...activated], limit: 6 * kilobyte },
    // Loaded at once where there are accounts, else when somebody looks or runs a command.
    { what: 'extension, with the engine', files: [...activated, ...loadedWith('dist/parts/running.js')], limit: 95 * kilobyte },
    // With an account, what is read after the activation until the last known state is in the views: the engine, the thread of the database, and
    // what views, warnings and prices share. 50 kB were asked for; the views and what they stand on are 130 by themselves.
    {
      what: 'extension, until the last known state is shown',
      files: [
        ...new Set([
          ...activated,
          ...['running', 'open-state', 'venue-history'].flatMap((part) => [...loadedWith(`dist/parts/${part}.js`)]),
        ]),
      ],
      limit: 355 * kilobyte,
    },
    // Somewhat above what two venues, a simulator, the dialogs, the ledger, the warnings and the database of all windows come to. Nobody loads all of it: a
    // venue is 45 to 70 kB for those who have an account there, the simulator 60, all dialogs 130. When this is passed, look first for what has
    // come into two parts or for a new package; activation is held by its own limit.
    {
      what: 'extension and command line, all parts',
      files: globSync('dist/**/*.js', { cwd: root, exclude: ['dist/webview'] }),
      limit: 910 * kilobyte,
    },
    // Most of it is what the extension's parts stand on too, with what `watch` needs of that.
    { what: 'command line, as started', files: [...loadedWith('dist/ltv-gauge.js')], limit: 180 * kilobyte },
    { what: 'page', files: [...page, 'dist/webview/page.css'], limit: 40 * kilobyte },
    { what: 'page, lazy parts', files: globSync('dist/webview/*.js', { cwd: root, exclude: page }), limit: 25 * kilobyte },
    // A twentieth of it is the second language. Zopfli has packed it.
    { what: 'package', files: [path.relative(root, vsixFile)], limit: 400 * kilobyte },
  ];
};

/** What may be in the package; vsce adds the two XML files and renames the three texts. */
const allowed = [
  /^\[Content_Types\]\.xml$/,
  /^extension\.vsixmanifest$/,
  /^extension\/package\.json$/,
  /^extension\/package\.nls(\.[a-z-]+)?\.json$/,
  /^extension\/dist\/l10n\/bundle\.l10n(\.[a-z-]+)?\.json$/,
  /^extension\/dist\/(extension|ltv-gauge)\.js$/,
  /^extension\/dist\/parts\/[\w-]+\.js$/,
  /^extension\/dist\/webview\/([\w-]+\.js|page\.css)$/,
  /^extension\/media\/(icon\.png|activity-bar\.svg|loanplan\.schema\.json|walkthrough\/[a-z.-]+\.md)$/,
  /^extension\/dist\/LICENSES\.txt$/,
  /^extension\/(readme\.md|changelog\.md|LICENSE\.txt|LICENSE)$/i,
];
const required = [
  'extension/package.json',
  'extension/package.nls.json',
  'extension/package.nls.zh-cn.json',
  'extension/dist/l10n/bundle.l10n.zh-cn.json',
  'extension/dist/extension.js',
  'extension/dist/ltv-gauge.js',
  'extension/dist/parts/ledger-worker.js',
  'extension/dist/webview/main.js',
  'extension/dist/webview/page.css',
  'extension/dist/LICENSES.txt',
  'extension/media/icon.png',
];

/** Runs a tool that only says something worth reading when it fails. */
async function quietly(args: readonly string[], failure: string, cwd = root): Promise<void> {
  const group = startGroup(process.execPath, args, { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
  let said = '';
  for (const stream of [group.process.stdout, group.process.stderr]) {
    stream?.setEncoding('utf8').on('data', (text: string) => (said += text));
  }
  if ((await group.exited) !== 0) throw new Error(`${said.trim()}\n${failure}`);
}

/** Judges what `makeVsix` has just made. Answers with what its parts weigh; throws when it is not as it must be. */
export function judgeVsix(): readonly string[] {
  const sizes: string[] = [];
  const faults: string[] = [];
  for (const { what, files, limit } of gates()) {
    const size = files.reduce((sum, file) => sum + statSync(path.join(root, file)).size, 0);
    const text = `${what}: ${(size / kilobyte).toFixed(1)} kB of ${String(limit / kilobyte)} kB`;
    sizes.push(text);
    if (size > limit) faults.push(`Too large: ${text}.`);
  }
  const names = entriesInZip(readFileSync(vsixFile)).map(({ name }) => name);
  for (const name of names) if (!allowed.some((one) => one.test(name))) faults.push(`Does not belong in the package: ${name}.`);
  for (const file of withoutEditor()) faults.push(`Runs without the editor and asks for it: ${file}.`);
  for (const name of required) if (!names.includes(name)) faults.push(`Missing in the package: ${name}.`);
  if (faults.length > 0) throw new Error([...sizes, ...faults].join('\n'));
  return sizes;
}

/**
 * What starts without the editor, in plain Node, and whatever it may load later: nothing asks for the editor, and nothing commits a change, arms,
 * or opens the vault of keys. esbuild.js sees to the latter, where modules still have names.
 */
function withoutEditor(): readonly string[] {
  const files = ['dist/ltv-gauge.js', 'dist/parts/ledger-worker.js'].flatMap((file) => [...loadedWith(file, true)]);
  return [...new Set(files)].filter((file) => readFileSync(path.join(root, file), 'utf8').includes('require("vscode")'));
}

/** A stamp of everything that goes into the package, so that an unchanged one need not be made again. */
function sourceStamp(): string {
  const hash = createHash('sha256');
  const files = globSync(['src/**/*', 'media/**/*', 'l10n/**/*', 'package*.json', '*.md', 'LICENSE', 'esbuild.js', '.vscodeignore'], {
    cwd: root,
  });
  for (const file of files.sort()) {
    const full = path.join(root, file);
    if (statSync(full).isFile()) hash.update(file).update(readFileSync(full));
  }
  return hash.digest('hex');
}

const stampFile = `${vsixFile}.stamp`;

/** What the package shows as its readme. */
const usersReadme = 'out/README.md';

/** Contributors have the repository before them; what lines up the cells of tables is for editors. */
const usersPart = (readme: string): string =>
  readme
    .replace(/^## For contributors\n[^]*(?=^Licence: )/m, '')
    .replace(/^\|.*\|$/gm, (row) => row.replace(/ {2,}\|/g, ' |').replace(/-{4,}/g, '---'));

/** The editor reads a manifest and tables; what npm and people need of them stays in the repository. */
function forTheEditor(name: string, data: Buffer): Buffer {
  if (!name.endsWith('.json')) return data;
  const {
    scripts: _,
    devDependencies: __,
    dependencies: ___,
    allowScripts: ____,
    ...rest
  } = JSON.parse(data.toString()) as Readonly<Record<string, unknown>>;
  return Buffer.from(JSON.stringify(rest));
}

/** Builds and packages, and leaves in dist what is in the package. Throws when a step fails. */
export async function makeVsix(): Promise<void> {
  mkdirSync(path.dirname(vsixFile), { recursive: true });
  await quietly(['esbuild.js', '--minify'], 'The build failed.');
  writeFileSync(path.join(root, usersReadme), usersPart(readFileSync(path.join(root, 'README.md'), 'utf8')));
  // A dependency that is bundled is in dist already; vsce would else ask npm for all of them.
  await quietly(
    ['node_modules/@vscode/vsce/vsce', 'package', '--no-dependencies', '--readme-path', usersReadme, '--out', vsixFile],
    'vsce could not package the extension.',
  );
  writeFileSync(vsixFile, await repacked(readFileSync(vsixFile), forTheEditor));
  writeFileSync(stampFile, sourceStamp());
}

/** Whether a clean build in another folder, from files that are new there, makes the same package byte by byte. */
export async function isSameElsewhere(): Promise<boolean> {
  const folder = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-elsewhere-'));
  const other = path.join(folder, 'deeper/than/this');
  const left = new Set(['.git', '.vscode-test', 'dist', 'node_modules', 'out'].map((name) => path.join(root, name)));
  try {
    cpSync(root, other, { recursive: true, filter: (file) => !left.has(file) });
    symlinkSync(path.join(root, 'node_modules'), path.join(other, 'node_modules'), 'junction');
    await quietly(['test/host/package.ts'], 'The package could not be made elsewhere.', other);
    return readFileSync(path.join(other, path.relative(root, vsixFile))).equals(readFileSync(vsixFile));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** The package's stamp; makes the package when it is missing or its sources have changed. */
export async function freshVsix(): Promise<string> {
  const stamp = sourceStamp();
  if (existsSync(vsixFile) && existsSync(stampFile) && readFileSync(stampFile, 'utf8') === stamp) return stamp;
  await makeVsix();
  return stamp;
}
