import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Emitter } from '../../../../src/core/emitter.ts';
import { nextReadInMs } from '../../../../src/engine/monitor/waits.ts';
import { Wakes, type Wake } from '../../../../src/engine/monitor/wakes.ts';
import type { Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { FakeClock } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { failing, minute, polling, type Polling } from './polling.ts';
import { account, failure, snapshot } from './support.ts';

describe('the back-off of the poller', () => {
  for (const [where, random, expected] of [
    ['the most', 1 - 1e-9, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]],
    ['half of it', 0.5, [30_000, 45_000, 75_000, 135_000, 165_000, 165_000]],
    ['the least', 0, Array.from({ length: 6 }, () => 30_000)],
  ] as const) {
    it(`waits longer after each failure, at most five minutes, and is back to normal after a success (${where})`, async () => {
      const world = await polling(['a'], { random: () => random });
      world.answers.set('a', failing('network'));
      world.poller.start();
      await world.clock.advance(0);
      const waits: (number | undefined)[] = [];
      for (let round = 0; round < 6; round += 1) {
        waits.push(world.clock.nextIn);
        await world.clock.advance(world.clock.nextIn ?? 0);
      }
      assert.deepEqual(waits, expected);
      assert.equal(world.store.get('a')?.failure?.attempts, 7);
      world.answers.delete('a');
      await world.clock.advance(world.clock.nextIn ?? 0);
      assert.equal(world.store.get('a')?.failure, undefined);
      assert.equal(world.clock.nextIn, 30_000);
      world.poller.dispose();
    });
  }

  describe('when the machine woke or moved', () => {
    /** Failing for long enough to wait five minutes; then the network is back. */
    async function backedOff(
      kind: Parameters<typeof failure>[0] = 'network',
      retryAfterMs?: number,
    ): Promise<{ world: Polling; wakes: Emitter<Wake> }> {
      const wakes = new Emitter<Wake>();
      const world = await polling(['a'], { wakes });
      world.answers.set('a', failing(kind, retryAfterMs));
      world.poller.start();
      await world.clock.advance(12 * minute);
      assert.ok((world.store.get('a')?.failure?.attempts ?? 0) > (retryAfterMs === undefined ? 4 : 0));
      return { world, wakes };
    }

    for (const wake of ['slept', 'moved'] as const) {
      it(`ends a running back-off within a second (${wake})`, async () => {
        const { world, wakes } = await backedOff();
        const before = world.count('a');
        world.clock.suspend(8 * 60 * minute);
        await world.clock.advance(0);
        assert.equal(world.count('a'), before, 'a timer does not count sleep');
        world.answers.delete('a');
        wakes.fire(wake);
        await world.clock.advance(1_000);
        assert.equal(world.count('a'), before + 1);
        assert.equal(world.store.get('a')?.failure, undefined);
        world.poller.dispose();
        assert.equal(world.clock.sleeping, 0);
      });
    }

    it('begins the back-off anew when the network is not there yet', async () => {
      const { world, wakes } = await backedOff();
      wakes.fire('slept');
      await world.clock.advance(1_000);
      const waits: (number | undefined)[] = [];
      // Of the first, half a second is over: it was read after as long.
      await world.clock.advance(0);
      for (let round = 0; round < 4; round += 1) {
        waits.push(world.clock.nextIn);
        await world.clock.advance(world.clock.nextIn ?? 0);
      }
      assert.deepEqual(waits, [29_500, 45_000, 75_000, 135_000]);
      world.poller.dispose();
    });

    it('tries again as soon as the venue answers when the first try failed, not an interval later', async () => {
      for (const kind of ['slept', 'moved'] as const) {
        const { world, wakes } = await backedOff();
        world.interval = 5 * minute;
        wakes.fire(kind);
        await world.clock.advance(1_000);
        world.answers.delete('a');
        await world.clock.advance(5_000);
        const before = world.count('a');
        world.poller.answered('a');
        await world.clock.advance(1_000);
        assert.equal(world.count('a'), before + 1, kind);
        assert.equal(world.store.get('a')?.failure, undefined);
        // From now on it is an outage like any other.
        world.answers.set('a', failing('network'));
        await world.clock.advance(5 * minute);
        world.poller.answered('a');
        await world.clock.advance(1_000);
        assert.equal(world.count('a'), before + 2, kind);
        world.poller.dispose();
      }
    });

    it('still leaves the venue alone for as long as it asked for, sleep included', async () => {
      const { world, wakes } = await backedOff('rate', 30 * minute);
      const before = world.count('a');
      wakes.fire('slept');
      wakes.fire('moved');
      await world.clock.advance(10 * minute);
      assert.equal(world.count('a'), before);
      world.clock.suspend(20 * minute);
      wakes.fire('slept');
      await world.clock.advance(1_000);
      assert.equal(world.count('a'), before + 1);
      world.poller.dispose();
    });

    it('asks no sooner with keys that are no good on another network either, but does where the address is what was refused', async () => {
      for (const [kind, more] of [
        ['auth', 0],
        ['permission', 0],
        ['ip', 1],
      ] as const) {
        const { world, wakes } = await backedOff(kind);
        const before = world.count('a');
        wakes.fire('moved');
        await world.clock.advance(1_000);
        assert.equal(world.count('a'), before + more, kind);
        world.poller.dispose();
      }
    });

    it('reads old figures anew after sleep also where nothing failed, and lets the interval run when only the network changed', async () => {
      const wakes = new Emitter<Wake>();
      const world = await polling(['a', 'b'], { wakes });
      world.interval = 10 * minute;
      world.poller.start();
      await world.clock.advance(minute);
      wakes.fire('moved');
      await world.clock.advance(1_000);
      assert.deepEqual([world.count('a'), world.count('b')], [1, 1]);
      world.clock.suspend(60 * minute);
      wakes.fire('slept');
      await world.clock.advance(1_000);
      assert.deepEqual([world.count('a'), world.count('b')], [2, 2]);
      world.poller.dispose();
    });

    it('listens only while there is an account', async () => {
      const clock = new FakeClock();
      const wakes = new Wakes(clock, () => '');
      const world = await polling([], { wakes });
      world.poller.start();
      assert.equal(clock.sleeping, 0);
      await world.book.add(account('a'));
      assert.equal(clock.sleeping, 1);
      await world.book.remove('a');
      assert.equal(clock.sleeping, 0);
      await world.book.add(account('b'));
      assert.equal(clock.sleeping, 1);
      world.poller.dispose();
      assert.equal(clock.sleeping, 0);
    });

    it('leaves the reading to the window that reads for all when this one was stopped alone', async () => {
      const role = { isReader: true, pass: async (): Promise<Pass | undefined> => (role.isReader ? { fence: 1, window: 'w' } : undefined) };
      const wakes = new Emitter<Wake>();
      const world = await polling(['a'], { wakes, reader: role, random: () => 1 - 1e-9 });
      world.answers.set('a', failing('network'));
      world.poller.start();
      await world.clock.advance(12 * minute);
      role.isReader = false;
      world.poller.turn();
      const before = world.count('a');
      wakes.fire('slept');
      await world.clock.advance(minute);
      assert.equal(world.count('a'), before, 'that one waits for five minutes');
      role.isReader = true;
      world.poller.turn();
      await world.clock.advance(10_000);
      assert.equal(world.count('a'), before + 1, 'the back-off is forgiven once it reads');
      world.poller.dispose();
    });
  });
});

describe('the poller when a venue answers again', () => {
  const outage = async (kind: Parameters<typeof failure>[0] = 'network', retryAfterMs?: number): Promise<Polling> => {
    const world = await polling(['a']);
    world.answers.set('a', failing(kind, retryAfterMs));
    world.poller.start();
    await world.clock.advance(30 * minute);
    return world;
  };
  const untilRead = async (world: Polling): Promise<number> => {
    const [before, began] = [world.count('a'), world.clock.now()];
    world.answers.delete('a');
    world.poller.answered('a');
    while (world.count('a') === before) await world.clock.advance(500);
    return world.clock.now() - began;
  };

  it('reads within a second what an outage has kept from being read, not after the rest of the back-off', async () => {
    const world = await outage();
    // Of the wait of 165 s not much is over.
    const before = world.count('a');
    while (world.count('a') === before) await world.clock.advance(500);
    await world.clock.advance(70_000);
    assert.ok((await untilRead(world)) <= 1_000);
    assert.equal(world.store.get('a')?.failure, undefined);
    assert.equal(world.clock.nextIn, 30_000, 'and then at the usual interval');
    world.poller.dispose();
  });

  it('goes on with one to two intervals while the venue answers others, however often that is said', async () => {
    const world = await outage();
    const times: number[] = [];
    for (let second = 0; second < 20 * 60; second += 1) {
      const before = world.count('a');
      world.poller.answered('a');
      await world.clock.advance(1_000);
      if (world.count('a') > before) times.push(second);
    }
    const waits = times.slice(1).map((at, index) => at - times[index]!);
    assert.ok(waits.length > 20 && waits.every((wait) => wait >= 30 && wait <= 60), waits.join());
    world.poller.dispose();
  });

  it('waits for an interval at most near a line, and tries again when it was told so during a reading that failed', async () => {
    const world = await polling(['a'], { random: () => 1 - 1e-9 });
    world.answers.set('a', () => Promise.resolve(snapshot(world.clock.now(), '0.72')));
    world.poller.start();
    await world.clock.advance(0);
    world.answers.set('a', failing('network'));
    await world.clock.advance(10 * minute);
    let before = world.count('a');
    while (world.count('a') === before) await world.clock.advance(500);
    world.poller.answered('a');
    await world.clock.advance(5_000);
    assert.equal(world.count('a'), before + 2);
    world.answers.set('a', () => world.clock.sleep(2_000).then(() => Promise.reject(failure('network'))));
    before = world.count('a');
    while (world.count('a') === before) await world.clock.advance(500);
    world.poller.answered('a');
    await world.clock.advance(5_000);
    assert.equal(world.count('a'), before + 2);
    world.poller.dispose();
  });

  it('changes nothing where only a person can help, and waits as long as the venue wants', async () => {
    const persons = await outage('auth');
    assert.ok((await untilRead(persons)) > 10_000);
    persons.poller.dispose();
    const held = await outage('rate', 10 * minute);
    const before = held.count('a');
    while (held.count('a') === before) await held.clock.advance(500);
    assert.ok((await untilRead(held)) > 9 * minute);
    held.poller.dispose();
  });
});

describe('the wait after a failure', () => {
  const after = (kind: Parameters<typeof failure>[0], attempts: number, retryAfterMs?: number) => ({
    error: failure(kind, retryAfterMs),
    since: 0,
    at: 0,
    attempts,
  });

  it('is at least a minute where only a person can help', () => {
    for (const kind of ['auth', 'permission', 'ip'] as const) assert.equal(nextReadInMs(10_000, after(kind, 1), 0), minute);
    assert.equal(nextReadInMs(10_000, after('network', 1), 0), 10_000);
  });

  it('is at least what the venue asks for', () => {
    assert.equal(nextReadInMs(10_000, after('rate', 1, 45_000), 0), 45_000);
  });

  it('is never below the interval and never above five minutes unless the person or the venue wants more', () => {
    holds(
      fc.property(
        fc.integer({ min: 10_000, max: 3_600_000 }),
        fc.integer({ min: 1, max: 1_000_000 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        (interval, attempts, random) => {
          const wait = nextReadInMs(interval, after('network', attempts), random);
          assert.ok(wait >= interval && wait <= Math.max(interval, 5 * minute));
          assert.equal(nextReadInMs(interval, undefined, random), interval);
        },
      ),
    );
  });

  it('is at most half a minute near a line, unless the venue or a person is waited for', () => {
    const near = (kind: Parameters<typeof failure>[0], random: number, retryAfterMs?: number): number =>
      nextReadInMs(5_000, after(kind, 20, retryAfterMs), random, 30_000);
    assert.deepEqual([near('network', 0), near('network', 0.5), near('network', 1 - 1e-9)], [5_000, 17_500, 30_000]);
    assert.equal(near('rate', 0.5, 45_000), 45_000);
    for (const kind of ['auth', 'permission', 'ip'] as const) assert.ok(near(kind, 1 - 1e-9) > 4 * minute);
  });

  it('is spread over all of it from the second on, so that accounts do not ask in step', () => {
    const waits = (attempts: number): number[] =>
      [0, 0.5, 1 - 1e-9].map((random) => nextReadInMs(10_000, after('network', attempts), random));
    assert.deepEqual(waits(1), [10_000, 10_000, 10_000]);
    assert.deepEqual(waits(4), [10_000, 45_000, 80_000]);
    assert.deepEqual(waits(20), [10_000, 155_000, 300_000]);
  });
});
