// `npm test`: the checks, the unit tests, a short round of processes killed in the middle of a write, the tests inside VS Code, the package and the
// tests that drive it as a person would, a few at a time. `npm run test:full` is the long round.
// `npm test -- unit e2e` runs only those, `npm test -- "e2e bybit"` only that part; `--grep words` only the tests named so.
import { globSync, mkdirSync, rmSync, statSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { countOf, failure, kindOf, one, runBeside, runBounded, type Count, type Run, type Suite } from './bounded.ts';
import { needChromium } from './chromium.ts';
import { findDesktop } from './desktop.ts';
import { cacheFolder, root } from './places.ts';
import { npm, stopAll } from './processes.ts';
import { isSameElsewhere, judgeVsix, makeVsix } from './vsix.ts';

const checks = ['lint', 'types', 'format', 'unused', 'texts'];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' }, full: { type: 'boolean' } } });
const isFull = values.full === true;
/** Of all suites together, whatever fails. Stated in the readme, and below the limit of the build server. */
const mostMinutes = 60;
/** For processes to end in. */
const graceMs = 30_000;
/** Lines of a failed suite. */
const mostRepeated = 80;
/** Suites that failed beside others and are run once more alone. */
const mostAgain = 2;
/** So that no core waits long for the last of them. */
const unitParts = 4;

const environment = (more: NodeJS.ProcessEnv = {}): NodeJS.ProcessEnv => ({
  ...process.env,
  // What is written goes through a pipe.
  ...(process.stdout.isTTY && process.env['NO_COLOR'] === undefined ? { FORCE_COLOR: '1' } : {}),
  ...more,
});

/** Runs a script that counts what it does. */
async function counted(name: string, run: Run, args: readonly string[], more: NodeJS.ProcessEnv = {}): Promise<Count> {
  const env = environment({
    LTV_GAUGE_RESULT: run.resultFile,
    NODE_OPTIONS: '--enable-source-maps',
    ...(isFull ? { LTV_GAUGE_PROPERTIES: 'many', LTV_GAUGE_LOOKS: 'all' } : {}),
    ...(values.grep === undefined ? {} : { LTV_GAUGE_GREP: values.grep }),
    ...more,
  });
  const code = await run.start(process.execPath, [...process.execArgv, ...args], { env });
  return countOf(name, code, run, values.grep !== undefined);
}

/** Where a test is once it is built. */
const built = (source: string): string => `out/${source.replace(/\.ts$/, '.js')}`;
const testFiles = (kind: string): readonly string[] =>
  globSync(`test/${kind}/**/*.test.ts`, { cwd: root })
    .map((file) => file.split(path.sep).join('/'))
    .sort();

function mocha(name: string, run: Run, files: readonly string[], timeoutMs: number, env: NodeJS.ProcessEnv = {}): Promise<Count> {
  const args = [
    'node_modules/mocha/bin/mocha.js',
    ...files.map(built),
    ...['--reporter', path.join(root, 'test/host/reporter.mjs')],
    ...['--timeout', String(timeoutMs)],
    '--exit', // a test that failed half-way may leave something open
    ...(process.env['CI'] === undefined ? [] : ['--forbid-only']),
    ...(values.grep === undefined ? [] : ['--grep', values.grep]),
  ];
  return counted(name, run, args, env);
}

/** The tests of all windows together, and the product as it is packaged. */
async function build(run: Run): Promise<Count> {
  const [code] = await Promise.all([run.start(process.execPath, ['esbuild.js', '--tests'], { env: environment() }), makeVsix()]);
  return one(code === 0);
}

const check = (name: string): Suite => ({
  name: `check ${name}`,
  minutes: 15,
  run: async ({ start }) => {
    const { command, args, shell } = npm(['run', '--silent', `check:${name}`]);
    return one((await start(command, args, { env: environment(), shell })) === 0);
  },
});

const after = ['build'];

/** Half a minute of real time each, and hardly any of a core's: sockets and threads that fall silent, processes that are stopped. */
const waitingFiles = ['monitor/listening', 'storage/worker-link', 'watch/processes'].map((name) => `test/unit/engine/${name}.test.ts`);

const unit = Array.from({ length: unitParts }, (_, part): Suite => {
  const name = `unit ${String(part + 1)}/${String(unitParts)}`;
  const files = (): readonly string[] =>
    testFiles('unit').filter((file, index) => index % unitParts === part && !waitingFiles.includes(file));
  return { name, after, minutes: isFull ? 40 : 20, run: (run) => mocha(name, run, files(), 30_000) };
});

const waiting: Suite = {
  name: 'unit waiting',
  after,
  waits: true,
  minutes: 10,
  run: (run) => mocha('unit waiting', run, waitingFiles, 30_000),
};

const browser: Suite = {
  name: 'browser',
  after,
  waits: true,
  minutes: 5,
  run: async () => {
    const { prepareBrowser } = await import('../e2e/session.ts');
    await prepareBrowser();
    return one(true);
  },
};

/** For readings to be compared, and for a window to take over from another. */
const mostlyWaits = /\bwindows\.test\.ts$/;

/** Each file has a VS Code of its own, even a single one; on the desktop two would take the focus from each other. */
function workbench(onDesktop: boolean, kind: string, env: NodeJS.ProcessEnv = {}, files = testFiles('e2e')): readonly Suite[] {
  const longFirst = [...files].sort((a, b) => statSync(path.join(root, b)).size - statSync(path.join(root, a)).size);
  return longFirst.map((file): Suite => {
    const name = `${kind} ${path.basename(file, '.test.ts')}`;
    const needed = onDesktop ? after : [...after, browser.name];
    return {
      name,
      after: needed,
      alone: onDesktop,
      waits: mostlyWaits.test(file),
      drivesEditor: true,
      minutes: 15,
      run: (run) => mocha(name, run, [file], 120_000, env),
    };
  });
}

const crash: Suite = {
  name: 'crash',
  after,
  minutes: isFull ? 40 : 15,
  run: (run) => counted('crash', run, ['out/test/crash/main.js', ...(isFull ? [] : ['--short'])]),
};
/** The whole, in seeded worlds. */
const chaos: Suite = {
  name: 'crash chaos',
  after,
  minutes: isFull ? 40 : 5,
  run: (run) => counted('crash chaos', run, ['out/test/chaos/main.js', ...(isFull ? ['--seeds', '200'] : ['--short', '--seeds', '8'])]),
};
/** Odd answers of the exchanges. */
const fuzz: Suite = {
  name: 'crash fuzz',
  after,
  minutes: isFull ? 90 : 5,
  run: (run) =>
    counted('crash fuzz', run, ['out/test/fuzz/main.js', ...(isFull ? ['--cases', '1000000', '--draw', '25'] : ['--cases', '3000'])]),
};
const integration: Suite = {
  name: 'integration',
  after,
  drivesEditor: true,
  minutes: 15,
  run: (run) => counted('integration', run, ['test/host/integration.ts']),
};
const packaged: Suite = {
  name: 'package',
  after,
  minutes: 1,
  run: async ({ say }) => {
    for (const line of judgeVsix()) say(`${line}\n`);
    return one(true);
  },
};

const reproduced: Suite = {
  name: 'reproduced',
  after,
  minutes: 5,
  run: async ({ say }) => {
    const isSame = await isSameElsewhere();
    if (!isSame) say('A clean build in another folder made another package.\n');
    return one(isSame);
  },
};

/** In turn from each: what drives a workbench often waits, what computes never does. */
const zipped = <T>(some: readonly T[], others: readonly T[]): readonly T[] =>
  Array.from({ length: Math.max(some.length, others.length) }, (_, index) => [some[index], others[index]])
    .flat()
    .filter((one) => one !== undefined);

/** In the order in which they begin, when all they need is there. */
function suites(onDesktop: boolean): readonly Suite[] {
  const hostile = isFull ? workbench(onDesktop, 'hostile', { LTV_GAUGE_HOSTILE: '1' }) : [];
  // As npm carries the oldest that the manifest allows; it knows too few flags for the integration tests.
  const oldest =
    isFull && !onDesktop
      ? workbench(false, 'oldest', { LTV_GAUGE_CODE_SERVER: '4.110.0', LTV_GAUGE_LOOKS: 'one' }, ['test/e2e/first-look.test.ts'])
      : [];
  const others = [...unit, integration, crash, chaos, fuzz, ...checks.map(check)];
  const first: readonly Suite[] = [
    { name: 'build', minutes: 5, run: build },
    packaged,
    ...(isFull ? [reproduced] : []),
    ...(onDesktop ? [] : [browser]),
  ];
  return [...first, waiting, ...zipped([...workbench(onDesktop, 'e2e'), ...hostile, ...oldest], others)];
}

/** The selected suites; the build is added for those that need it. */
function chosen(all: readonly Suite[]): readonly Suite[] {
  if (positionals.length === 0) return all;
  const matches = (suite: Suite, name: string): boolean => suite.name === name || kindOf(suite.name) === name;
  for (const name of positionals) {
    if (all.some((suite) => matches(suite, name))) continue;
    throw new Error(`There is no suite “${name}”. There are: check, unit, e2e, ${all.map((suite) => suite.name).join(', ')}.`);
  }
  const asked = all.filter((suite) => positionals.some((name) => matches(suite, name)));
  return all.filter((suite) => asked.includes(suite) || asked.some(({ after: needed = [] }) => needed.includes(suite.name)));
}

interface Sum extends Count {
  readonly ms: number;
}

const told = (name: string, { passed, failed, ms }: Sum): string =>
  `── ${name}: ${String(passed)} passed, ${String(failed)} failed, ${(ms / 1000).toFixed(1)} s\n`;

/** Of a failed suite, what is repeated at the end: from Mocha's count of failures on, else its last words. */
function whatFailed(text: string): string {
  const lines = text.trimEnd().split('\n');
  const from = lines.findLastIndex((line) => /\b\d+ failing\b/u.test(line));
  return lines.slice(from === -1 ? -mostRepeated : from, from === -1 ? undefined : from + mostRepeated).join('\n');
}

/** Runs a suite and prints what it had to say when it ends. */
async function runOne(suite: Suite, missing: string | undefined, deadline: number): Promise<{ readonly sum: Sum; readonly text: string }> {
  const started = Date.now();
  const resultFile = path.join(cacheFolder, `result-${String(process.pid)}-${suite.name.replace(/\W+/g, '-')}.json`);
  rmSync(resultFile, { force: true });
  let text = '';
  const say = (more: string): void => void (text += more);
  const count =
    missing === undefined
      ? await runBounded(suite, deadline - Date.now(), { resultFile, say })
      : failure(say, `Not run: ${missing} failed.`);
  rmSync(resultFile, { force: true });
  const sum = { ...count, ms: Date.now() - started };
  process.stdout.write(`\n── ${suite.name}\n${text}${told(suite.name, sum)}`);
  return { sum, text };
}

/**
 * Runs them all and adds up by kind. What failed is repeated at the end, where it is not lost among thousands of lines. What drives a whole
 * editor goes by its speed too: where little of that failed beside the other suites, it is run once more alone, and both outcomes are told.
 */
async function runAll(asked: readonly Suite[]): Promise<ReadonlyMap<string, Sum>> {
  let failures = '';
  const deadline = Date.now() + mostMinutes * 60_000;
  const sums = new Map<Suite, Sum>();
  // Two more than there are cores: what drives a workbench, and some unit tests, often wait.
  await runBeside(asked, availableParallelism() + 2, async (suite, missing) => {
    const { sum, text } = await runOne(suite, missing, deadline);
    sums.set(suite, sum);
    if (sum.failed > 0) failures += `\n── failed in ${suite.name}\n${whatFailed(text)}\n`;
    return sum;
  });
  const failed = [...sums].filter(([, sum]) => sum.failed > 0).map(([suite]) => suite);
  if (failed.length <= mostAgain && sums.size > failed.length && failed.every(({ drivesEditor }) => drivesEditor)) {
    for (const suite of failed) {
      const { sum, text } = await runOne(suite, undefined, deadline);
      sums.set(suite, sum);
      failures +=
        sum.failed > 0 ? `\n── failed alone too: ${suite.name}\n${whatFailed(text)}\n` : `\n── UNSTEADY: ${suite.name} passed alone\n`;
    }
  }
  process.stdout.write(failures);
  return byKind(sums);
}

function byKind(sums: ReadonlyMap<Suite, Sum>): ReadonlyMap<string, Sum> {
  const kinds = new Map<string, Sum>();
  for (const [{ name }, { passed, failed, ms }] of sums) {
    const before = kinds.get(kindOf(name)) ?? { passed: 0, failed: 0, ms: 0 };
    kinds.set(kindOf(name), { passed: before.passed + passed, failed: before.failed + failed, ms: before.ms + ms });
  }
  return kinds;
}

async function main(): Promise<number> {
  const started = Date.now();
  const onDesktop = typeof (await findDesktop({ installed: false })) !== 'string';
  const asked = chosen(suites(onDesktop));
  mkdirSync(cacheFolder, { recursive: true });
  if (!onDesktop && asked.some(({ name }) => ['integration', 'e2e', 'hostile'].includes(kindOf(name)))) await needChromium();
  const sums = await runAll(asked);
  let passed = 0;
  let failed = 0;
  process.stdout.write('\n');
  for (const [kind, sum] of sums) {
    // With --grep a part may have nothing, but not all of them.
    const nothing = sum.passed + sum.failed === 0;
    if (nothing) process.stdout.write(`${kind}: no test ran.\n`);
    passed += sum.passed;
    failed += sum.failed + (nothing ? 1 : 0);
    process.stdout.write(told(kind, sum));
  }
  process.stdout.write(`── all: ${((Date.now() - started) / 1000).toFixed(1)} s\n\n${String(passed)} passed, ${String(failed)} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Ends even if something that is no longer awaited keeps this process alive. */
function endIn(ms: number, code: number): void {
  setTimeout(() => {
    process.exit(code);
  }, ms).unref();
}

// For preparations before the suites: getting an editor or a browser.
setTimeout(
  () => {
    process.stderr.write(`Not finished within ${String(mostMinutes)} minutes, and given up.\n`);
    void stopAll().finally(() => process.exit(1));
  },
  mostMinutes * 60_000 + graceMs,
).unref();

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
endIn(graceMs, process.exitCode);
