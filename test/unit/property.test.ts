import assert from 'node:assert/strict';
import fc from 'fast-check';
import { holds } from './property.ts';

const small = fc.integer({ min: 0, max: 1_000_000 });

function messageOf(act: () => void): string {
  try {
    act();
  } catch (error) {
    assert.ok(error instanceof Error);
    return error.message;
  }
  return assert.fail('nothing was thrown');
}

describe('a property', () => {
  it('is tried with the same values each time, and with new ones', () => {
    const round = (): readonly number[] => {
      const seen: number[] = [];
      holds(
        fc.property(small, (value) => {
          seen.push(value);
        }),
        { numRuns: 40 },
      );
      return seen;
    };
    const [one, other] = [round(), round()];
    assert.ok(one.length >= 25, one.length.toString());
    assert.deepEqual(one.slice(0, 20), other.slice(0, 20));
    if (process.env['LTV_GAUGE_PROPERTIES'] === undefined) assert.notDeepEqual(one.slice(20), other.slice(20));
  });

  it('that fails is told with its seed, its path and the smallest values that were found', () => {
    const text = messageOf(() => {
      holds(
        fc.property(small, (value) => {
          assert.ok(value < 1_000, 'too large');
        }),
      );
    });
    assert.match(text, /seed: -?\d+, path: "[\d:]+"/);
    assert.match(text, /Counterexample: \[1000\]/);
    assert.match(text, /too large/);
    assert.match(text, /LTV_GAUGE_SEED=\d+ npm test -- unit --grep "that fails is told/);
  });

  it('ends where shrinking would not', function () {
    // Longer than the bound, which is what is tested.
    this.timeout(30_000);
    const begun = performance.now();
    const text = messageOf(() => {
      holds(
        fc.property(fc.array(fc.bigInt(), { minLength: 400, maxLength: 500 }), () => {
          const until = performance.now() + 50;
          while (performance.now() < until);
          throw new Error('never true');
        }),
      );
    });
    assert.match(text, /never true/);
    assert.ok(performance.now() - begun < 15_000, 'within some seconds');
  });

  it('that gets no time to be tried is no property that holds', function () {
    // A long round gives each test ten times as long.
    this.timeout(process.env['LTV_GAUGE_PROPERTIES'] === 'many' ? 100 : 1_000);
    const slow = fc.property(small, () => {
      const until = performance.now() + 200;
      while (performance.now() < until);
    });
    // Half of four fifths of a second are two runs.
    assert.match(
      messageOf(() => {
        holds(slow);
      }),
      /tried too little: its time was over after \d of \d+ runs with seed \d+, and 10 are the least/,
    );
  });

  it('may wait, and is told in the same way', async () => {
    await holds(
      fc.asyncProperty(small, async (value) => {
        assert.ok(value >= 0);
      }),
    );
    await assert.rejects(
      holds(
        fc.asyncProperty(small, async (value) => {
          assert.ok(value < 1_000);
        }),
      ),
      /Counterexample: \[1000\][\s\S]*LTV_GAUGE_SEED=/,
    );
  });
});
