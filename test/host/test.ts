// `npm test`: the checks, the unit tests, a short round of processes killed in the middle of a write, the tests inside VS Code, the package and the
// tests that drive it as a person would.
// `npm test -- unit e2e` runs only those; `--grep words` only the tests named so.
import { existsSync, mkdirSync, readFileSync, rmSync } from 'node:fs';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { needChromium } from './chromium.ts';
import { findDesktop } from './desktop.ts';
import { cacheFolder, root } from './places.ts';
import { runNode, runNpm } from './processes.ts';
import { judgeVsix, makeVsix } from './vsix.ts';

interface Count {
  readonly passed: number;
  readonly failed: number;
}

interface Suite {
  readonly name: string;
  /** Needs nothing built. */
  readonly isCheck?: boolean;
  run(): Promise<Count>;
}

const checks = ['types', 'lint', 'format', 'unused', 'texts'];
const { values, positionals } = parseArgs({ allowPositionals: true, options: { grep: { type: 'string' } } });
const resultFile = path.join(cacheFolder, `result-${String(process.pid)}.json`);

const one = (passed: boolean): Count => ({ passed: passed ? 1 : 0, failed: passed ? 0 : 1 });

function failure(error: unknown): Count {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  return one(false);
}

/** What a suite counted. One that crashed, ended badly without a failure, or ran nothing counts as failed. */
function countOf(name: string, exitCode: number): Count {
  const count = existsSync(resultFile) ? (JSON.parse(readFileSync(resultFile, 'utf8')) as Count) : { passed: 0, failed: 0 };
  if (count.failed > 0) return count;
  if (exitCode === 0 && count.passed > 0) return count;
  process.stderr.write(exitCode === 0 ? `${name}: no test ran.\n` : `${name}: ended with exit code ${String(exitCode)}.\n`);
  return { passed: count.passed, failed: 1 };
}

async function counted(name: string, runSuite: (env: NodeJS.ProcessEnv) => Promise<number>): Promise<Count> {
  rmSync(resultFile, { force: true });
  const env = { ...process.env, LTV_GAUGE_RESULT: resultFile, NODE_OPTIONS: '--enable-source-maps' };
  const code = await runSuite(values.grep === undefined ? env : { ...env, LTV_GAUGE_GREP: values.grep });
  const count = countOf(name, code);
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
  { name: 'build', run: build },
  ...checks.map((check) => ({
    name: `check ${check}`,
    isCheck: true,
    run: async () => one((await runNpm(['run', '--silent', `check:${check}`])) === 0),
  })),
  { name: 'unit', run: () => mocha('unit', 10_000) },
  { name: 'crash', run: () => counted('crash', (env) => runNode(['out/test/crash/main.js', '--short'], { env })) },
  { name: 'integration', run: () => counted('integration', (env) => runNode(['test/host/integration.ts'], { env })) },
  {
    name: 'package',
    run: async () => {
      await makeVsix();
      for (const line of judgeVsix()) process.stdout.write(`${line}\n`);
      return one(true);
    },
  },
  { name: 'e2e', run: () => mocha('e2e', 120_000) },
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
  for (const suite of asked) {
    const { name } = suite;
    const started = Date.now();
    process.stdout.write(`\n── ${name}\n`);
    const count: Count = built || suite.isCheck ? await suite.run().catch(failure) : failure(new Error('Not run: the build failed.'));
    if (name === 'build') built = count.failed === 0;
    passed += count.passed;
    failed += count.failed;
    const seconds = ((Date.now() - started) / 1000).toFixed(1);
    process.stdout.write(`── ${name}: ${String(count.passed)} passed, ${String(count.failed)} failed, ${seconds} s\n`);
  }
  process.stdout.write(`\n${String(passed)} passed, ${String(failed)} failed\n`);
  return failed === 0 ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
}
