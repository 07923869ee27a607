import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Limiter, type Line } from '../../../../src/exchanges/http/limits.ts';
import { setReadElsewhere, type Purpose } from '../../../../src/exchanges/purpose.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';

const limit = { count: 10, intervalMs: 2_000 };
const one: Line = { key: '/one', limit };
const other: Line = { key: '/other', limit };
const machine: Line = { key: 'machine', limit: { count: 12, intervalMs: 5_000 } };
const command = (): Purpose => 'command';
const standing = (): Purpose => 'standing';
const nothing = async (): Promise<void> => undefined;

interface Arrival {
  readonly at: number;
  readonly standing: boolean;
}

/** Counts as a venue does that looks at a sliding window: the most arrivals within any `intervalMs`. */
function busiest(arrivals: readonly number[], { intervalMs } = limit): number {
  return Math.max(0, ...arrivals.map((from) => arrivals.filter((at) => at >= from && at < from + intervalMs).length));
}

const within = (arrivals: readonly Arrival[], { count, intervalMs }: Line['limit']): void => {
  const all = busiest(
    arrivals.map(({ at }) => at),
    { count, intervalMs },
  );
  const polls = busiest(
    arrivals.filter((arrival) => arrival.standing).map(({ at }) => at),
    { count, intervalMs },
  );
  assert.ok(all <= Math.max(1, Math.floor(count * 0.9)), `${all.toString()} of ${count.toString()} arrived`);
  assert.ok(polls <= Math.max(1, Math.floor(count * 0.3)), `${polls.toString()} standing of ${count.toString()} arrived`);
};

describe('the rate limiter', () => {
  it('never lets more arrive within any interval than our share, whatever is asked for and however long each is under way', async () => {
    const request = fc.record({
      /** After the one before. */
      gapMs: fc.integer({ min: 0, max: 700 }),
      /** Getting there, and the answer back. */
      thereMs: fc.integer({ min: 0, max: 1_500 }),
      backMs: fc.integer({ min: 0, max: 300 }),
      purpose: fc.constantFrom<Purpose>('command', 'overtaking', 'near', 'standing', 'standing'),
      line: fc.constantFrom(one, one, other),
      /** Nobody waits for it any more. */
      stoppedAfterMs: fc.option(fc.integer({ min: 0, max: 2_000 }), { nil: undefined, freq: 5 }),
      fails: fc.boolean(),
    });
    await holds(
      fc.asyncProperty(fc.array(request, { minLength: 6, maxLength: 40 }), fc.integer({ min: 1, max: 25 }), async (requests, count) => {
        const clock = new FakeClock();
        const limiter = new Limiter(clock);
        const arrivals = new Map<string, Arrival[]>([one, other, machine].map(({ key }) => [key, []]));
        let settledOnes = 0;
        for (const { gapMs, thereMs, backMs, purpose, line, stoppedAfterMs, fails } of requests) {
          await clock.advance(gapMs);
          const stop = new AbortController();
          if (stoppedAfterMs !== undefined)
            void clock.sleep(stoppedAfterMs).then(() => {
              stop.abort();
            });
          const mine = { ...line, limit: { ...line.limit, count } };
          limiter
            .run(
              [mine, machine],
              () => purpose,
              async () => {
                await clock.sleep(thereMs);
                for (const { key } of [mine, machine])
                  arrivals.get(key)!.push({ at: clock.now(), standing: purpose === 'near' || purpose === 'standing' });
                await clock.sleep(backMs);
                if (fails) throw new Error('lost');
              },
              stop.signal,
            )
            .catch(() => undefined)
            .finally(() => (settledOnes += 1));
        }
        for (let round = 0; round < 400 && settledOnes < requests.length; round += 1) await clock.advance(1_000);
        assert.equal(settledOnes, requests.length);
        for (const { key } of [one, other]) within(arrivals.get(key)!, { ...limit, count });
        within(arrivals.get('machine')!, machine.limit);
        await clock.advance(20_000);
        assert.equal(clock.sleeping, 0, 'no timer while nothing waits');
      }),
      { numRuns: 40 },
    );
  }).timeout(60_000);

  it('lets nine tenths of a limit through at once for a command and three for standing readings, in order, and others at any time', async () => {
    for (const [purpose, share] of [
      [command, 9],
      [standing, 3],
    ] as const) {
      const clock = new FakeClock();
      const limiter = new Limiter(clock);
      const order: number[] = [];
      for (let number = 1; number <= 12; number += 1) void limiter.run([one], purpose, async () => void order.push(number));
      void limiter.run([other], purpose, async () => void order.push(0));
      await settled();
      assert.deepEqual(order, [...Array.from({ length: share }, (_, index) => index + 1), 0]);
      await clock.advance(limit.intervalMs - 1);
      assert.equal(order.length, share + 1);
      await clock.advance(1);
      assert.equal(order.length, Math.min(2 * share, 12) + 1);
      assert.equal(order.at(-1), Math.min(2 * share, 12));
    }
  });

  it('leaves room for the standing readings of another window', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    setReadElsewhere(clock, true);
    let served = 0;
    const ask = (): void => void limiter.run([one], command, async () => void (served += 1));
    for (let count = 0; count < 20; count += 1) ask();
    await settled();
    assert.equal(served, 6);
    setReadElsewhere(clock, false);
    ask();
    await settled();
    assert.equal(served, 9);
  });

  it('always lets one through where a share is less', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    const once: Line = { key: '/once', limit: { count: 1, intervalMs: 1_000 } };
    const starts: number[] = [];
    for (const purpose of [standing, command]) void limiter.run([once], purpose, async () => void starts.push(clock.now()));
    await clock.advance(1_000);
    assert.equal(starts.length, 2);
    assert.equal(starts[1]! - starts[0]!, 1_000);
  });

  it('lets a command go ahead of what waits, then what is near its line, then the rest', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    const order: string[] = [];
    const ask = (name: Purpose): void =>
      void limiter.run(
        [one],
        () => name,
        async () => void order.push(name),
      );
    for (let count = 0; count < 3; count += 1) ask('standing');
    await settled();
    assert.deepEqual(order.splice(0), ['standing', 'standing', 'standing']);
    for (const name of ['standing', 'near', 'standing', 'near', 'command'] as const) ask(name);
    await settled();
    assert.deepEqual(order.splice(0), ['command'], 'not held up by the share of the others');
    await clock.advance(2_000);
    assert.deepEqual(order, ['near', 'near', 'standing']);
  });

  it('lets one that overtakes another go, though that one holds the place of all standing readings', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    const few = { ...one, limit: { count: 5, intervalMs: 2_000 } };
    const served: Purpose[] = [];
    for (const purpose of ['near', 'near', 'overtaking'] as const)
      void limiter.run(
        [few],
        () => purpose,
        () => {
          served.push(purpose);
          return new Promise(() => undefined);
        },
      );
    await clock.advance(60_000);
    assert.deepEqual(served, ['near', 'overtaking']);
  });

  it('lets what waits go ahead once a person waits for it too', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    let purpose: Purpose = 'standing';
    for (let count = 0; count < 3; count += 1) await limiter.run([one], standing, nothing);
    let served = false;
    void limiter.run(
      [one],
      () => purpose,
      async () => void (served = true),
    );
    await clock.advance(500);
    assert.equal(served, false);
    purpose = 'command';
    await limiter.run([one], command, nothing);
    assert.equal(served, true);
  });

  it('counts what is asked for one user together, over all lines of a request', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    const tight: Line = { key: 'machine', limit: { count: 4, intervalMs: 5_000 } };
    let served = 0;
    for (const line of [one, other, one, other, one]) void limiter.run([line, tight], command, async () => void (served += 1));
    await settled();
    assert.equal(served, 3);
    await clock.advance(5_000);
    assert.equal(served, 5);
  });

  it('is not held up by a clock that is set back by an hour, nor hastened by one that is set forward', async () => {
    for (const jump of [-3_600_000, 3_600_000]) {
      const clock = new FakeClock();
      const limiter = new Limiter(clock);
      for (let count = 0; count < 9; count += 1) await limiter.run([one], command, nothing);
      clock.setWall(jump);
      let served = false;
      void limiter.run([one], command, async () => void (served = true));
      await clock.advance(limit.intervalMs - 1);
      assert.equal(served, false);
      await clock.advance(1);
      assert.equal(served, true);
    }
  });

  it('takes back what is stopped while it waits, and never starts it', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    for (let count = 0; count < 9; count += 1) await limiter.run([one], command, nothing);
    const stop = new AbortController();
    let started = false;
    const outcome = assert.rejects(limiter.run([one], command, async () => void (started = true), stop.signal));
    await settled();
    stop.abort();
    await outcome;
    await assert.rejects(limiter.run([one], command, async () => void (started = true), stop.signal));
    await clock.advance(10_000);
    assert.equal(started, false);
    assert.equal(clock.sleeping, 0);
  });

  it('does not count the next request early because the one before was stopped while under way', async () => {
    const clock = new FakeClock();
    const limiter = new Limiter(clock);
    const starts: number[] = [];
    const stop = new AbortController();
    let ended = 0;
    for (let count = 0; count < 14; count += 1) {
      limiter
        .run(
          [one],
          command,
          () => {
            starts.push(clock.now());
            return clock.sleep(50);
          },
          stop.signal,
        )
        .catch(() => undefined)
        .finally(() => (ended += 1));
    }
    await settled();
    stop.abort();
    void limiter.run([one], command, async () => void starts.push(clock.now()));
    await clock.advance(3_000);
    assert.equal(ended, 14);
    assert.equal(starts.length, 10);
    assert.ok(busiest(starts) <= 9);
  });
});
