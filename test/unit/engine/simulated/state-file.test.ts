import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { StateFile } from '../../../../src/engine/simulated/state-file.ts';
import { ManualDelay } from './manual-delay.ts';

describe('the saved state of a simulated exchange', () => {
  let folder: string;
  let file: string;
  let delay: ManualDelay;
  let saved: StateFile;
  const errors: unknown[] = [];

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-state-'));
    file = path.join(folder, 'deep', 'one.json');
    delay = new ManualDelay();
    errors.length = 0;
    saved = new StateFile(file, (error) => errors.push(error), delay.start);
  });

  afterEach(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  it('is written once for a burst of changes, with the last of them', async () => {
    for (const state of ['1', '2', '3']) saved.schedule(state);
    assert.equal(await saved.read(), undefined);
    assert.equal(delay.waiting, 1);
    delay.elapse();
    assert.equal(readFileSync(file, 'utf8'), '3');
    saved.schedule('4');
    delay.elapse();
    assert.equal(await saved.read(), '4');
  });

  it('is written at once on flush, whole or not at all, and leaves no draft beside it', () => {
    saved.schedule('1');
    saved.flush();
    assert.equal(readFileSync(file, 'utf8'), '1');
    assert.equal(delay.waiting, 0);
    assert.deepEqual(readdirSync(path.dirname(file)), ['one.json']);
  });

  it('stays gone after it was deleted, whatever comes late', async () => {
    saved.schedule('1');
    saved.flush();
    saved.schedule('2');
    saved.delete();
    saved.schedule('3');
    saved.flush();
    assert.equal(delay.waiting, 0);
    assert.equal(await saved.read(), undefined);
    assert.deepEqual(errors, []);
  });

  it('reports a disk that refuses instead of throwing', () => {
    const onTop = new StateFile(path.join(folder, 'file', 'one.json'), (error) => errors.push(error), delay.start);
    const blocker = new StateFile(path.join(folder, 'file'), (error) => errors.push(error), delay.start);
    blocker.schedule('x');
    blocker.flush();
    onTop.schedule('1');
    onTop.flush();
    assert.equal(errors.length, 1);
  });
});
