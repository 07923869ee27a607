import assert from 'node:assert/strict';
import type { Simulator, SimulatorOptions } from '../../../../src/simulator/okx/start.ts';
import { startFrom } from '../../../../src/engine/simulated/start.ts';

const simulator = {} as Simulator;
const options: SimulatorOptions = { id: 'a' };

describe('a simulated exchange that is started', () => {
  it('keeps its saved state when the part that starts it could not be loaded', async () => {
    const unusable: unknown[] = [];
    const failing = startFrom(
      () => Promise.reject(new Error('the part could not be read')),
      'state',
      options,
      (error) => unusable.push(error),
    );
    await assert.rejects(failing, /the part could not be read/);
    assert.equal(unusable.length, 0);
    const started: SimulatorOptions[] = [];
    const load = async () => async (given: SimulatorOptions) => {
      started.push(given);
      return simulator;
    };
    await startFrom(load, 'state', options, (error) => unusable.push(error));
    assert.deepEqual([started, unusable], [[{ ...options, state: 'state' }], []]);
  });

  it('starts anew when its state cannot be used', async () => {
    const unusable: unknown[] = [];
    const started: SimulatorOptions[] = [];
    const load = async () => async (given: SimulatorOptions) => {
      started.push(given);
      if (given.state !== undefined) throw new Error('no state of ours');
      return simulator;
    };
    await startFrom(load, 'state', options, (error) => unusable.push(error));
    assert.deepEqual([started.length, unusable.length], [2, 1]);
  });
});
