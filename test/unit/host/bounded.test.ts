import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { countOf, one, progressIn, runBeside, runBounded, type Count, type Suite } from '../../host/bounded.ts';

const root = path.resolve(__dirname, '../../../..');

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
  let text: string;
  const say = (more: string): void => void (text += more);
  const bounded = (suite: Suite, leftMs: number): Promise<Count> => runBounded(suite, leftMs, { resultFile: result, say });
  beforeEach(() => {
    text = '';
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
    run: async (run) => {
      const file = path.join(folder, 'some.test.cjs');
      writeFileSync(file, tests);
      const mocha = ['node_modules/mocha/bin/mocha.js', file, '--reporter', path.join(root, 'test/host/reporter.mjs'), '--exit'];
      const env = { ...process.env, LTV_GAUGE_RESULT: run.resultFile };
      return countOf('hanging', await run.start(process.execPath, mocha, { cwd: root, env }), run);
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
    const count = await bounded(suiteOf(tests, 0.08), 600_000);
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
    assert.deepEqual(await bounded(slow, 50), { passed: 0, failed: 1 });
    assert.match(text, /the time of all suites together\. It is ended\.\nIt was in no test\./);
    text = '';
    const late = await bounded(suiteOf(`it('one', () => {});`, 1), 0);
    assert.deepEqual([late, progressIn(result)], [{ passed: 0, failed: 1 }, undefined]);
    assert.match(text, /hanging: not run, the time of all suites together is over\./);
  });

  it('counts what it did where it ends by itself', async () => {
    const fine = await bounded(suiteOf(`it('one', () => {}); it('two', () => console.log('heard'));`, 1), 600_000);
    assert.deepEqual(
      [fine, progressIn(result)],
      [
        { passed: 2, failed: 0 },
        { passed: 2, failed: 0 },
      ],
    );
    assert.match(text, /one[^]*heard\n[^]*2 passing/);
    text = '';
    const thrown = await bounded({ name: 'x', minutes: 1, run: () => Promise.reject(new Error('broken')) }, 1_000);
    assert.deepEqual([thrown, text], [{ passed: 0, failed: 1 }, 'broken\n']);
  });

  it('that hangs is ended alone: another goes on', async () => {
    const other = bounded(suiteOf(`it('takes its time', (done) => setTimeout(done, 3_000)).timeout(20_000);`, 1), 600_000);
    const ended = await runBounded(
      { name: 'endless', minutes: 0.01, run: async ({ start }) => one((await start(process.execPath, ['-e', 'for (;;);'])) === 0) },
      600_000,
      { resultFile: path.join(folder, 'other.json'), say: () => undefined },
    );
    assert.deepEqual(
      [ended, await other],
      [
        { passed: 0, failed: 1 },
        { passed: 1, failed: 0 },
      ],
    );
  }).timeout(30_000);

  it('that dies in the middle of a test has failed, and says in which', async () => {
    const count = await bounded(suiteOf(`it('one', () => {}); it('dies', () => process.kill(process.pid, 'SIGKILL'));`, 1), 600_000);
    assert.deepEqual(count, { passed: 1, failed: 1 });
    assert.match(text, /hanging: ended with exit code \d+\. It was in: dies\n/);
  });

  it('that ran nothing, or whose count cannot be read, has failed', async () => {
    const run = { resultFile: result, say };
    assert.deepEqual([countOf('empty', 0, run).failed, text], [1, 'empty: no test ran.\n']);
    // With --grep a part may have none, but has to say so.
    assert.equal(countOf('empty', 0, run, true).failed, 1);
    writeFileSync(result, '{ "passed": 0, "failed": 0 }');
    assert.deepEqual([countOf('empty', 0, run).failed, countOf('empty', 0, run, true).failed], [1, 0]);
    assert.deepEqual([countOf('empty', 1, run, true).failed], [1]);
    writeFileSync(result, '{ "passed": 1');
    assert.equal(progressIn(result), undefined);
    writeFileSync(result, '{ "passed": 7, "failed": 2 }');
    assert.deepEqual(countOf('bad', 1, run), { passed: 7, failed: 2 });
  });
});

describe('the suites of `npm test` beside each other', () => {
  /** Runs them and writes down when each begins and ends; those named `bad` fail. */
  async function log(suites: readonly Pick<Suite, 'name' | 'after' | 'alone'>[], slots: number): Promise<readonly string[]> {
    const seen: string[] = [];
    const nothing = (): Promise<Count> => Promise.resolve(one(true));
    await runBeside(
      suites.map((suite) => ({ minutes: 1, run: nothing, ...suite })),
      slots,
      async ({ name }, missing) => {
        seen.push(missing === undefined ? `+${name}` : `${name} without ${missing}`);
        await new Promise((resolve) => setTimeout(resolve, 5));
        if (missing === undefined) seen.push(`-${name}`);
        return one(missing === undefined && !name.includes('bad'));
      },
    );
    return seen;
  }

  it('are never more than there are slots, and begin in their order', async () => {
    assert.deepEqual(await log([{ name: 'a' }, { name: 'b' }, { name: 'c' }], 2), ['+a', '+b', '-a', '+c', '-b', '-c']);
    assert.deepEqual(await log([{ name: 'a' }, { name: 'b' }], 1), ['+a', '-a', '+b', '-b']);
    assert.deepEqual(await log([], 2), []);
  });

  it('wait for all of the kind that they need, while others go first, and need nothing of what is not run', async () => {
    const all = [{ name: 'build x' }, { name: 'build y' }, { name: 'e2e', after: ['build', 'none'] }, { name: 'check' }];
    const seen = await log(all, 3);
    assert.deepEqual(seen.slice(0, 3), ['+build x', '+build y', '+check']);
    assert.ok(seen.indexOf('+e2e') > Math.max(seen.indexOf('-build x'), seen.indexOf('-build y')));
  });

  it('are not run, and have failed, where what they need has failed', async () => {
    const all = [{ name: 'build bad' }, { name: 'build good' }, { name: 'e2e', after: ['build'] }, { name: 'more', after: ['e2e'] }];
    assert.deepEqual((await log(all, 1)).slice(-2), ['e2e without build', 'more without e2e']);
  });

  it('are alone of their kind where they ask for it', async () => {
    const all = [{ name: 'e2e a', alone: true }, { name: 'e2e b', alone: true }, { name: 'unit' }];
    assert.deepEqual(await log(all, 3), ['+e2e a', '+unit', '-e2e a', '+e2e b', '-unit', '-e2e b']);
  });
});
