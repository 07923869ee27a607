import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countOf, progressIn, runBounded, type Suite } from '../../host/bounded.ts';
import { runNode } from '../../host/processes.ts';

const root = path.resolve(__dirname, '../../../..');

/** What is written to stderr meanwhile. */
async function heard<T>(act: () => Promise<T> | T): Promise<{ readonly result: T; readonly text: string }> {
  const write = process.stderr.write.bind(process.stderr);
  let text = '';
  process.stderr.write = (chunk: string | Uint8Array): boolean => {
    text += String(chunk);
    return true;
  };
  try {
    return { result: await act(), text };
  } finally {
    process.stderr.write = write;
  }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

describe('a suite of `npm test`', function () {
  // It starts processes, and gives those that hang some seconds to end.
  this.timeout(60_000);
  let folder: string;
  let result: string;
  beforeEach(() => {
    folder = mkdtempSync(path.join(tmpdir(), 'ltv-gauge-bounded-'));
    result = path.join(folder, 'result.json');
  });
  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  /** Mocha on one file of tests, as `npm test` runs it. */
  const suiteOf = (tests: string, minutes: number): Suite => ({
    name: 'hanging',
    minutes,
    run: async () => {
      const file = path.join(folder, 'some.test.cjs');
      writeFileSync(file, tests);
      const mocha = ['node_modules/mocha/bin/mocha.js', file, '--reporter', path.join(root, 'test/host/reporter.mjs'), '--exit'];
      const env = { ...process.env, LTV_GAUGE_RESULT: result };
      const code = await runNode(mocha, { cwd: root, env, stdio: ['ignore', 'ignore', 'inherit'] });
      return countOf('hanging', code, result);
    },
  });

  it('that hangs is ended with all that it started, has failed, and says in which test', async function () {
    if (process.platform === 'win32') this.skip(); // there taskkill knows the tree
    const child = path.join(folder, 'child.pid');
    const tests = `
      const { spawn } = require('node:child_process');
      describe('a file', () => {
        it('is fine', () => {});
        it('never comes back', () => {
          const sleeper = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { detached: true, stdio: 'ignore' });
          require('node:fs').writeFileSync(${JSON.stringify(child)}, String(sleeper.pid));
          for (;;);
        });
      });`;
    const begun = Date.now();
    const { result: count, text } = await heard(() => runBounded(suiteOf(tests, 0.08), 600_000, result));
    assert.ok(Date.now() - begun < 30_000, 'within its time and some seconds to end in');
    assert.deepEqual(count, { passed: 1, failed: 1 });
    assert.match(
      text,
      /hanging: did not finish within 0\.1 min, the time of this suite\. It is ended\.\nIt was in: a file never comes back\n/,
    );
    const pid = Number(readFileSync(child, 'utf8'));
    for (let tries = 0; isAlive(pid) && tries < 50; tries += 1) await new Promise((resolve) => setTimeout(resolve, 100));
    assert.equal(isAlive(pid), false, 'what it started is gone');
  });

  it('ends with the time of all suites, and is not begun when that is over', async () => {
    const slow: Suite = { name: 'slow', minutes: 10, run: () => new Promise(() => undefined) };
    const first = await heard(() => runBounded(slow, 50, result));
    assert.deepEqual(first.result, { passed: 0, failed: 1 });
    assert.match(first.text, /the time of all suites together\. It is ended\.\nIt was in no test\./);
    const late = await heard(() => runBounded(suiteOf(`it('one', () => {});`, 1), 0, result));
    assert.deepEqual([late.result, progressIn(result)], [{ passed: 0, failed: 1 }, undefined]);
    assert.match(late.text, /hanging: not run, the time of all suites together is over\./);
  });

  it('counts what it did where it ends by itself', async () => {
    const fine = await heard(() => runBounded(suiteOf(`it('one', () => {}); it('two', () => {});`, 1), 600_000, result));
    assert.deepEqual([fine.result, fine.text, progressIn(result)], [{ passed: 2, failed: 0 }, '', { passed: 2, failed: 0 }]);
    const thrown = await heard(() => runBounded({ name: 'x', minutes: 1, run: () => Promise.reject(new Error('broken')) }, 1_000, result));
    assert.deepEqual([thrown.result, thrown.text], [{ passed: 0, failed: 1 }, 'broken\n']);
  });

  it('that dies in the middle of a test has failed, and says in which', async () => {
    const { result: count, text } = await heard(() =>
      runBounded(suiteOf(`it('one', () => {}); it('dies', () => process.kill(process.pid, 'SIGKILL'));`, 1), 600_000, result),
    );
    assert.deepEqual(count, { passed: 1, failed: 1 });
    assert.match(text, /hanging: ended with exit code \d+\. It was in: dies\n/);
  });

  it('that ran nothing, or whose count cannot be read, has failed', async () => {
    const nothing = await heard(() => countOf('empty', 0, result));
    assert.deepEqual([nothing.result.failed, nothing.text], [1, 'empty: no test ran.\n']);
    writeFileSync(result, '{ "passed": 1');
    assert.equal(progressIn(result), undefined);
    writeFileSync(result, '{ "passed": 7, "failed": 2 }');
    assert.deepEqual(countOf('bad', 1, result), { passed: 7, failed: 2 });
  });
});
