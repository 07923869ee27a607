import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { mkdirSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { promisify } from 'node:util';
import { launcherText } from '../../../src/cli/launcher.ts';
import { memoryFolder } from '../../memory-folder.ts';

describe('the launcher of the command line', () => {
  let parent: string;
  beforeEach(() => {
    parent = memoryFolder('launcher');
  });
  afterEach(() => {
    rmSync(parent, { recursive: true, force: true });
  });

  /** An installed version that says its name and what it is given. */
  function install(version: string, seconds: number): string {
    const place = path.join(parent, 'extensions "1"', `ltv-gauge.ltv-gauge-${version}`);
    const file = path.join(place, 'dist', 'ltv-gauge.js');
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, `console.log(${JSON.stringify(version)}, ...process.argv.slice(2))`);
    utimesSync(file, seconds, seconds);
    return place;
  }

  async function launched(here: string, ...args: string[]): Promise<string> {
    const launcher = path.join(parent, 'ltv-gauge.js');
    writeFileSync(launcher, launcherText(path.dirname(here), '/data', here));
    const { stdout } = await promisify(execFile)(process.execPath, [launcher, ...args]);
    return stdout.trim();
  }

  it('runs the newest version there is, on the data of the editor that installed it', async () => {
    const here = install('1.0.0', 1_000);
    assert.equal(await launched(here, 'status'), '1.0.0 status --data /data');
    install('1.1.0', 2_000);
    assert.equal(await launched(here, 'status'), '1.1.0 status --data /data');
    rmSync(here, { recursive: true });
    assert.equal(await launched(here, 'status', '--data', '/mine'), '1.1.0 status --data /mine');
    assert.equal(await launched(here, 'status', '--data=/mine'), '1.1.0 status --data=/mine');
    for (const account of [['--account', 'f'], ['--account=f']]) {
      assert.equal(await launched(here, 'status', ...account), ['1.1.0 status', ...account].join(' '));
      assert.equal(await launched(here, 'watch', ...account), ['1.1.0 watch', ...account, '--data /data'].join(' '));
      assert.equal(await launched(here, 'watch', '--data', 'd', ...account), ['1.1.0 watch --data d', ...account].join(' '));
    }
    assert.equal(await launched(here), '1.1.0');
  });

  it('says that nothing is installed any more', async () => {
    const here = install('1.0.0', 1_000);
    rmSync(here, { recursive: true });
    await assert.rejects(launched(here, 'status'), { code: 3, stderr: 'LTV Gauge is no longer installed.\n' });
  });
});
