import assert from 'node:assert/strict';
import { run } from '../../../watch/run.ts';

/** The long round lives through more of them. */
const worlds = process.env['LTV_GAUGE_PROPERTIES'] === 'many' ? 60 : 30;

describe('the watch in simulated worlds', function () {
  this.timeout(60_000);
  for (let number = 0; number < worlds; number += 1) {
    it(`says what is so, and nothing else (world ${String(number)})`, async () => {
      const { faults, log } = await run('unit', number, { isShort: true });
      assert.deepEqual([...faults, ...log], []);
    });
  }

  it('comes out the same for the same seed', async () => {
    const [one, other]: [string[], string[]] = [[], []];
    await run('same', 4, { isShort: true, say: (line) => one.push(line) });
    await run('same', 4, { isShort: true, say: (line) => other.push(line) });
    assert.ok(one.length > 20);
    assert.deepEqual(other, one);
  });
});
