// `npm run mutate`: changes src/core in thousands of small ways, one at a time, and looks whether its unit tests notice. Prints killed and
// survived for each file and every survivor, writes out/mutation.json, and fails when fewer than 85 % are noticed. Takes about an hour for all of
// it on two cores; name files to be quicker: npm run mutate -- src/core/interest.ts
// Stryker is fetched on first use, like the editor: it is large, and not needed to build or test. Its runner for mocha does not load the mocha of
// this project, so each change is tried by a command, test/host/mutant-tests.ts.
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { cacheFolder, root } from './places.ts';
import { cleanEnvironment, runNode, runNpm } from './processes.ts';

const version = '10.0.0';
const name = `stryker-${version}`;
const folder = path.join(cacheFolder, name);
const marker = 'installed.json';

const isInstalled = () => existsSync(path.join(folder, marker)) && readFileSync(path.join(folder, marker), 'utf8') === version;

/** Installed aside and moved into place when whole. */
async function install(): Promise<void> {
  if (isInstalled()) return;
  process.stdout.write(`Getting ${name} (once, about 65 MB on disk) …\n`);
  const place = `${folder}.${String(process.pid)}`;
  try {
    mkdirSync(place, { recursive: true });
    writeFileSync(path.join(place, 'package.json'), '{ "private": true }\n');
    const quiet = ['--ignore-scripts', '--no-audit', '--no-fund', '--no-update-notifier', '--loglevel=error'];
    const code = await runNpm(['install', ...quiet, '--save-exact', `@stryker-mutator/core@${version}`], {
      cwd: place,
      env: cleanEnvironment(),
    });
    if (code !== 0) throw new Error(`npm could not install ${name} (exit code ${String(code)}). Is the npm registry within reach?`);
    writeFileSync(path.join(place, marker), version); // last: without it an interrupted install is made anew
    rmSync(folder, { recursive: true, force: true });
    renameSync(place, folder);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}

// The bootstrap put the pinned Node first on the PATH; Stryker takes no quoted path in all its commands.
const node = ['node', ...process.execArgv].join(' ');
const report = path.join(root, 'out/mutation.json');

function settings(files: readonly string[]): object {
  return {
    mutate: files.length > 0 ? files : ['src/core/**/*.ts'],
    ignorePatterns: ['/out', '/dist', '/.vscode-test'],
    // Built once with all changes in it; each run's environment says which one is active.
    buildCommand: `${node} esbuild.js --unit`,
    testRunner: 'command',
    commandRunner: { command: `${node} "${path.join(root, 'test/host/mutant-tests.ts')}"` },
    plugins: [],
    checkers: [],
    coverageAnalysis: 'off',
    concurrency: Math.min(availableParallelism(), 4),
    timeoutMS: 20_000,
    dryRunTimeoutMinutes: 15,
    tempDirName: path.join(cacheFolder, 'mutated'),
    reporters: ['clear-text', 'json', 'progress-append-only'],
    clearTextReporter: { allowColor: false, logTests: false, reportTests: false },
    jsonReporter: { fileName: report },
    thresholds: { high: 95, low: 85, break: 85 },
    allowEmpty: false,
  };
}

await install();
mkdirSync(path.dirname(report), { recursive: true });
const config = path.join(cacheFolder, 'mutate.json');
writeFileSync(config, JSON.stringify(settings(process.argv.slice(2)), null, 2));
process.exitCode = await runNode([path.join(folder, 'node_modules/@stryker-mutator/core/bin/stryker.js'), 'run', config], {
  env: cleanEnvironment(),
});
