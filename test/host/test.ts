// `npm test`: the checks, the unit tests, a short round of processes killed in the middle of a write, the tests inside VS Code, the package and the
// tests that drive it as a person would.
// `npm run test:full` is the long round of some: ten times as many values for each property, and every crash. `npm test -- unit e2e` runs only those; `--grep words` only the tests named so.
import { mkdirSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { countOf, failure, runBounded, type Count, type Suite } from './bounded.ts';
import { needChromium } from './chromium.ts';
import { findDesktop } from './desktop.ts';
import { cacheFolder, root } from './places.ts';
import { runNode, runNpm, stopAll } from './processes.ts';
import { judgeVsix, makeVsix } from './vsix.ts';

const checks = ['types', 'lint', 'format', 'unused', 'texts'];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' }, full: { type: 'boolean' } } });
const isFull = values.full === true;
/** Of all suites together, whatever fails. Stated in the readme, and below the limit of the build server. */
const mostMinutes = 60;
/** For processes to end in. */
const graceMs = 30_000;
const resultFile = path.join(cacheFolder, `result-${String(process.pid)}.json`);

const one = (passed: boolean): Count => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

async function counted(name: string, runSuite: (env: NodeJS.ProcessEnv) => Promise<number>): Promise<Count> {
  rmSync(resultFile, { force: true });
  const env = {
    ...process.env,
    LTV_GAUGE_RESULT: resultFile,
    ...(isFull ? { LTV_GAUGE_PROPERTIES: 'many' } : {}),
    NODE_OPTIONS: '--enable-source-maps',
  };
  const code = await runSuite(values.grep === undefined ? env : { ...env, LTV_GAUGE_GREP: values.grep });
  const count = countOf(name, code, resultFile);
  rmSync(resultFile, { force: true });
  return count;
}

function mocha(name: string, timeoutMs: number): Promise<Count> {
  const args = [
    'node_modules/mocha/bin/mocha.js',
    `out/test/${name}/**/*.test.js`,
    ...['--reporter', path.join(root, 'test/host/reporter.mjs')],
    ...['--timeout', String(timeoutMs)],
    '--exit', // a test that failed half-way may leave something open
    ...(process.env['CI'] === undefined ? [] : ['--forbid-only']),
    ...(values.grep === undefined ? [] : ['--grep', values.grep]),
  ];
  return counted(name, (env) => runNode(args, { env }));
}

const build = async () => one((await runNode(['esbuild.js'])) === 0);

const suites: readonly Suite[] = [
  { name: 'build', minutes: 5, run: build },
  ...checks.map((check) => ({
    name: `check ${check}`,
    isCheck: true,
    minutes: 5,
    run: async () => one((await runNpm(['run', '--silent', `check:${check}`])) === 0),
  })),
  { name: 'unit', minutes: isFull ? 40 : 20, run: () => mocha('unit', 10_000) },
  {
    name: 'crash',
    minutes: isFull ? 40 : 15,
    run: () => counted('crash', (env) => runNode(['out/test/crash/main.js', ...(isFull ? [] : ['--short'])], { env })),
  },
  { name: 'integration', minutes: 15, run: () => counted('integration', (env) => runNode(['test/host/integration.ts'], { env })) },
  {
    name: 'package',
    minutes: 5,
    run: async () => {
      await makeVsix();
      for (const line of judgeVsix()) process.stdout.write(`${line}\n`);
      return one(true);
    },
  },
  { name: 'e2e', minutes: 40, run: () => mocha('e2e', 120_000) },
];

/** The suites asked for; the build and the package come with those that need them. */
function chosen(): readonly Suite[] {
  const asked = new Set(positionals);
  if (asked.size === 0) return suites;
  for (const name of asked) {
    if (!suites.some((suite) => suite.name === name || suite.name.startsWith(`${name} `))) {
      throw new Error(`There is no suite “${name}”. There are: check, ${suites.map((suite) => suite.name).join(', ')}.`);
    }
  }
  if (['unit', 'crash', 'integration', 'e2e'].some((name) => asked.has(name))) asked.add('build');
  if (asked.has('e2e')) asked.add('package');
  return suites.filter((suite) => [...asked].some((name) => suite.name === name || suite.name.startsWith(`${name} `)));
}

async function main(): Promise<number> {
  const asked = chosen();
  mkdirSync(cacheFolder, { recursive: true });
  if (asked.some(({ name }) => name === 'integration' || name === 'e2e') && typeof (await findDesktop({ installed: false })) === 'string') {
    await needChromium();
  }
  let passed = 0;
  let failed = 0;
  let built = true;
  const deadline = Date.now() + mostMinutes * 60_000;
  for (const suite of asked) {
    const { name } = suite;
    const started = Date.now();
    process.stdout.write(`\n── ${name}\n`);
    const count: Count =
      built || suite.isCheck
        ? await runBounded(suite, deadline - Date.now(), resultFile)
        : failure(new Error('Not run: the build failed.'));
    if (name === 'build') built = count.failed === 0;
    passed += count.passed;
    failed += count.failed;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`── ${name}: ${String(count.passed)} passed, ${String(count.failed)} failed, ${seconds} s\n`);
  }
  process.stdout.write(`\n${String(passed)} passed, ${String(failed)} failed\n`);
  return failed === 0 ? 0 : 1;
}

/** Ends even where something that nobody waits for any more keeps this process alive. */
function endIn(ms: number, code: number): void {
  setTimeout(() => {
    process.exit(code);
  }, ms).unref();
}

// For what comes before the suites and is not theirs: getting an editor or a browser.
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
