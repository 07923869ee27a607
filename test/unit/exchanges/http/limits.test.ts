import assert from 'node:assert/strict';
import { mock } from 'node:test';
import fc from 'fast-check';
import { Limiter } from '../../../../src/exchanges/http/limits.ts';
import { holds } from '../../property.ts';

const limit = { count: 5, intervalMs: 2_000 };

/** Counts as a venue does that looks at a sliding window: the most arrivals within any `intervalMs`. */
function busiest(arrivals: readonly number[]): number {
  const sorted = [...arrivals].sort((a, b) => a - b);
  return Math.max(0, ...sorted.map((from) => sorted.filter((at) => at >= from && at < from + limit.intervalMs).length));
}

const turns = async (): Promise<void> => {
  for (let round = 0; round < 20; round += 1) await Promise.resolve();
};

/** Lets compressed time pass until everyone is served. */
async function pass(done: () => boolean): Promise<void> {
  for (let step = 0; step < 6_000 && !done(); step += 1) {
    await turns();
    mock.timers.tick(10);
  }
  await turns();
}

const later = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

describe('the rate limiter', () => {
  beforeEach(() => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'], now: 1_700_000_000_000 });
  });
  afterEach(() => {
    mock.timers.reset();
  });

  it('never lets more arrive within any 2 s than allowed, whenever requests come and however long each is under way', async () => {
    const request = fc.record({
      /** After the one before. */
      gapMs: fc.integer({ min: 0, max: 900 }),
      /** Getting there, and the answer back. */
      thereMs: fc.integer({ min: 0, max: 1_500 }),
      backMs: fc.integer({ min: 0, max: 300 }),
    });
    await holds(
      fc.asyncProperty(fc.array(request, { minLength: 6, maxLength: 25 }), async (requests) => {
        const limiter = new Limiter(() => limit);
        const arrivals: number[] = [];
        let served = 0;
        for (const { gapMs, thereMs, backMs } of requests) {
          mock.timers.tick(gapMs);
          await turns();
          void limiter
            .run('/one', async () => {
              await later(thereMs);
              arrivals.push(Date.now());
              await later(backMs);
            })
            .then(() => (served += 1));
        }
        await pass(() => served === requests.length);
        assert.equal(served, requests.length);
        assert.ok(busiest(arrivals) <= limit.count, `${busiest(arrivals).toString()} arrived`);
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('lets a burst up to the limit through at once, in order, and other endpoints at any time', async () => {
    const limiter = new Limiter(() => limit);
    const order: string[] = [];
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) {
      void limiter.run('/one', async () => {
        order.push(name);
      });
    }
    void limiter.run('/other', async () => {
      order.push('other');
    });
    await turns();
    assert.deepEqual(order, ['a', 'b', 'c', 'd', 'e', 'other']);
    await pass(() => order.length === 7);
    assert.equal(order[6], 'f');
  });

  it('is not held up by a clock that is set back by an hour, nor hastened by one that is set forward', async () => {
    for (const jump of [-3_600_000, 3_600_000]) {
      const limiter = new Limiter(() => limit);
      for (let count = 0; count < 5; count += 1) await limiter.run('/one', async () => undefined);
      const now = Date.now();
      const wrong = mock.method(Date, 'now', () => now + jump);
      let served = false;
      void limiter.run('/one', async () => undefined).then(() => (served = true));
      mock.timers.tick(limit.intervalMs - 1);
      await turns();
      assert.equal(served, false);
      mock.timers.tick(1);
      await turns();
      assert.equal(served, true);
      wrong.mock.restore();
    }
  });

  it('takes back what is stopped while it waits, and never starts it', async () => {
    const limiter = new Limiter(() => limit);
    for (let count = 0; count < 5; count += 1) await limiter.run('/one', async () => undefined);
    const stop = new AbortController();
    let started = false;
    const waiting = limiter.run(
      '/one',
      async () => {
        started = true;
      },
      stop.signal,
    );
    const outcome = assert.rejects(waiting);
    await turns();
    stop.abort();
    await outcome;
    mock.timers.tick(10_000);
    await turns();
    assert.equal(started, false);
  });

  it('does not count the next request early because the one before was stopped while under way', async () => {
    const limiter = new Limiter(() => limit);
    const starts: number[] = [];
    const stop = new AbortController();
    let settled = 0;
    for (let count = 0; count < 12; count += 1) {
      limiter
        .run(
          '/one',
          () => {
            starts.push(Date.now());
            return later(50);
          },
          stop.signal,
        )
        .catch(() => undefined)
        .finally(() => (settled += 1));
    }
    await turns();
    stop.abort();
    void limiter.run('/one', async () => {
      starts.push(Date.now());
    });
    await pass(() => settled === 12 && starts.length === 6);
    assert.equal(starts.length, 6);
    assert.ok(busiest(starts) <= limit.count);
  });
});
