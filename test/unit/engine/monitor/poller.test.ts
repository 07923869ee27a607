import assert from 'node:assert/strict';
import fc from 'fast-check';
import { ExchangeError } from '../../../../src/core/errors.ts';
import type { Snapshot } from '../../../../src/core/model.ts';
import { nextReadInMs, Poller, type PollerOptions } from '../../../../src/engine/monitor/poller.ts';
import type { Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import { Wakes, type Wake } from '../../../../src/engine/monitor/wakes.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { account, failure, readingConnection, snapshot, World } from './support.ts';

const minute = 60_000;

/** Accounts whose reads are answered by the test. */
class Reading extends World {
  readonly reads: string[] = [];
  readonly signals = new Map<string, AbortSignal>();
  readonly answers = new Map<string, () => Promise<Snapshot>>();
  interval = 30_000;
  readonly poller: Poller;

  constructor(more: Partial<PollerOptions> = {}) {
    super();
    this.poller = new Poller({
      book: this.book,
      store: this.store,
      clock: this.clock,
      intervalMs: () => this.interval,
      random: () => 0.5,
      connections: {
        get: async (id) =>
          readingConnection((signal) => {
            this.reads.push(id);
            if (signal !== undefined) this.signals.set(id, signal);
            return (this.answers.get(id) ?? (() => Promise.resolve(snapshot(this.clock.now()))))();
          }),
      },
      ...more,
    });
  }

  count(id: string): number {
    return this.reads.filter((read) => read === id).length;
  }
}

async function reading(ids: string[], more: Partial<PollerOptions> = {}): Promise<Reading> {
  const made = new Reading(more);
  for (const id of ids) await made.book.add(account(id));
  return made;
}
const failing = (kind: Parameters<typeof failure>[0], retryAfterMs?: number) => () => Promise.reject(failure(kind, retryAfterMs));
const never = (): Promise<never> => new Promise(() => undefined);

describe('the poller', () => {
  it('has no timer without an account', async () => {
    const { poller, clock } = await reading([]);
    poller.start();
    await settled();
    assert.equal(clock.sleeping, 0);
  });

  it('asks for nothing before start has returned', async () => {
    const world = await reading(['a']);
    world.poller.start();
    assert.deepEqual(world.reads, []);
    await world.clock.advance(0);
    assert.deepEqual(world.reads, ['a']);
    world.poller.dispose();
  });

  it('reads again one interval after the work is done, with one timer', async () => {
    const world = await reading(['a']);
    let finish = (): void => undefined;
    world.answers.set(
      'a',
      () =>
        new Promise(
          (resolve) =>
            (finish = () => {
              resolve(snapshot(world.clock.now()));
            }),
        ),
    );
    world.poller.start();
    await world.clock.advance(100_000);
    assert.equal(world.count('a'), 1);
    assert.equal(world.clock.sleeping, 0, 'no timer while the work is going on');
    finish();
    await settled();
    assert.equal(world.clock.sleeping, 1);
    await world.clock.advance(29_999);
    assert.equal(world.count('a'), 1);
    await world.clock.advance(1);
    assert.equal(world.count('a'), 2);
    world.poller.dispose();
  });

  it('takes a changed interval from the next wait on', async () => {
    const world = await reading(['a']);
    world.poller.start();
    await world.clock.advance(0);
    world.interval = 10_000;
    await world.clock.advance(30_000);
    assert.equal(world.count('a'), 2);
    await world.clock.advance(10_000);
    assert.equal(world.count('a'), 3);
    world.poller.dispose();
  });

  it('does not let a slow account hold up another', async () => {
    const world = await reading(['slow', 'quick']);
    world.answers.set('slow', never);
    world.poller.start();
    await world.clock.advance(5 * minute);
    assert.equal(world.count('slow'), 1);
    assert.equal(world.count('quick'), 11);
    world.poller.dispose();
  });

  it('shares a read under way instead of doubling it', async () => {
    const world = await reading(['a']);
    let finish = (): void => undefined;
    world.answers.set(
      'a',
      () =>
        new Promise(
          (resolve) =>
            (finish = () => {
              resolve(snapshot(world.clock.now()));
            }),
        ),
    );
    world.poller.start();
    await world.clock.advance(0);
    const asked = [world.poller.refresh('a'), world.poller.refresh(), world.poller.refresh('a')];
    await settled();
    assert.equal(world.count('a'), 1);
    finish();
    await Promise.all(asked);
    assert.ok(world.store.get('a')?.snapshot);
    world.poller.dispose();
  });

  it('waits longer after each failure, at most five minutes, and is back to normal after a success', async () => {
    const world = await reading(['a']);
    world.answers.set('a', failing('network'));
    world.poller.start();
    await world.clock.advance(0);
    const waits: (number | undefined)[] = [];
    for (let round = 0; round < 6; round += 1) {
      waits.push(world.clock.nextIn);
      await world.clock.advance(world.clock.nextIn ?? 0);
    }
    assert.deepEqual(waits, [30_000, 60_000, 120_000, 240_000, 300_000, 300_000]);
    assert.equal(world.store.get('a')?.failure?.attempts, 7);
    world.answers.delete('a');
    await world.clock.advance(300_000);
    assert.equal(world.store.get('a')?.failure, undefined);
    assert.equal(world.clock.nextIn, 30_000);
    world.poller.dispose();
  });

  describe('when the machine woke or moved', () => {
    /** Failing for long enough to wait five minutes; then the network is back. */
    async function backedOff(
      kind: Parameters<typeof failure>[0] = 'network',
      retryAfterMs?: number,
    ): Promise<{ world: Reading; wakes: Emitter<Wake> }> {
      const wakes = new Emitter<Wake>();
      const world = await reading(['a'], { wakes });
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
      assert.deepEqual(waits, [29_500, 60_000, 120_000, 240_000]);
      world.poller.dispose();
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
      const world = await reading(['a', 'b'], { wakes });
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

    it('leaves the reading to the window that reads for all when this one was stopped alone', async () => {
      const role = { isReader: true, pass: async (): Promise<Pass | undefined> => (role.isReader ? { fence: 1, window: 'w' } : undefined) };
      const wakes = new Emitter<Wake>();
      const world = await reading(['a'], { wakes, reader: role });
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

    it('listens only while there is an account', async () => {
      const clock = new FakeClock();
      const wakes = new Wakes(clock, () => '');
      const world = await reading([], { wakes });
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
  });

  it('reads at once when a person asks, whatever the back-off says, and keeps one timer', async () => {
    const world = await reading(['a', 'b']);
    world.answers.set('a', failing('auth'));
    world.poller.start();
    await world.clock.advance(10 * minute);
    const before = world.count('a');
    await world.poller.refresh('a');
    assert.equal(world.count('a'), before + 1);
    await settled();
    assert.equal(world.clock.sleeping, 2);
    world.poller.dispose();
  });

  it('reads for a person also before it was started, without leaving a timer', async () => {
    const world = await reading(['a']);
    await world.poller.refresh();
    assert.equal(world.count('a'), 1);
    assert.equal(world.clock.sleeping, 0);
  });

  it('resolves a refresh that failed, with the failure in the store', async () => {
    const world = await reading(['a']);
    world.answers.set('a', failing('clock'));
    await world.poller.refresh('a');
    assert.equal(world.store.get('a')?.failure?.error.kind, 'clock');
    await world.poller.refresh('nobody');
  });

  it('does not repeat what an unexpected error says', async () => {
    const world = await reading(['a']);
    world.answers.set('a', () => Promise.reject(new Error('secret 4711')));
    await world.poller.refresh('a');
    const error = world.store.get('a')?.failure?.error;
    assert.ok(ExchangeError.is(error));
    assert.doesNotMatch(error.message, /4711/);
  });

  it('asks the new connection when the old one was taken away under a read', async () => {
    const world = await reading(['a']);
    let times = 0;
    world.answers.set('a', () => {
      times += 1;
      return times === 1 ? Promise.reject(failure('aborted')) : Promise.resolve(snapshot(world.clock.now()));
    });
    await world.poller.refresh('a');
    assert.equal(times, 2);
    assert.equal(world.store.get('a')?.failure, undefined);
  });

  it('begins with an account that is added later, and ends with one that is removed', async () => {
    const world = await reading([]);
    world.poller.start();
    await world.book.add(account('a'));
    await world.clock.advance(0);
    assert.equal(world.count('a'), 1);
    await world.book.remove('a');
    await settled();
    assert.equal(world.clock.sleeping, 0);
    world.poller.dispose();
  });

  it('does not resurrect an account that is removed while it is read', async () => {
    const world = await reading(['a']);
    let finish = (): void => undefined;
    world.answers.set(
      'a',
      () =>
        new Promise(
          (resolve) =>
            (finish = () => {
              resolve(snapshot(world.clock.now()));
            }),
        ),
    );
    world.poller.start();
    await world.clock.advance(0);
    await world.book.remove('a');
    assert.equal(world.signals.get('a')?.aborted, true);
    finish();
    await settled();
    assert.equal(world.store.get('a'), undefined);
    assert.equal(world.clock.sleeping, 0);
    world.poller.dispose();
  });

  it('leaves no timer and no read behind when disposed, also in the midst of a read', async () => {
    const world = await reading(['a', 'b']);
    let finish = (): void => undefined;
    world.answers.set(
      'a',
      () =>
        new Promise(
          (resolve) =>
            (finish = () => {
              resolve(snapshot(world.clock.now()));
            }),
        ),
    );
    world.poller.start();
    await world.clock.advance(0);
    world.poller.dispose();
    assert.equal(world.signals.get('a')?.aborted, true);
    finish();
    await settled();
    assert.equal(world.clock.sleeping, 0);
    assert.equal(world.store.get('a')?.snapshot, undefined);
    const before = world.reads.length;
    await world.poller.refresh();
    await world.book.add(account('c'));
    world.poller.start();
    await world.clock.advance(10 * minute);
    assert.equal(world.reads.length, before);
  });

  it('tells of each successful read, without waiting for what is done about it', async () => {
    const heard: string[] = [];
    const world = await reading(['a', 'b'], {
      onRead: (id) => {
        heard.push(id);
        return id === 'a' ? never() : Promise.reject(new Error('later work failed'));
      },
    });
    world.answers.set('b', failing('network'));
    world.poller.start();
    await world.clock.advance(0);
    assert.deepEqual(heard, ['a']);
    world.answers.delete('b');
    await world.clock.advance(30_000);
    assert.deepEqual([...heard].sort(), ['a', 'a', 'b']);
    assert.equal(world.store.get('b')?.failure, undefined);
    world.poller.dispose();
  });

  it('goes on when a view fails', async () => {
    const world = await reading(['a']);
    world.store.onDidChange(() => {
      throw new Error('broken view');
    });
    world.poller.start();
    await world.clock.advance(60_000);
    assert.equal(world.count('a'), 3);
    assert.equal(world.store.get('a')?.failure, undefined);
    world.poller.dispose();
  });
});

describe('the poller of a window beside others', () => {
  const fence = { fence: 3, window: 'w' };

  /** One whose window reads for all, or does not, as the test says. */
  async function beside(ids: string[], more: Partial<PollerOptions> = {}): Promise<Reading & { turns(isReader: boolean): void }> {
    const role = { isReader: true, pass: async (): Promise<Pass | undefined> => (role.isReader ? fence : undefined) };
    const world = await reading(ids, { reader: role, ...more });
    const turns = (isReader: boolean): void => {
      role.isReader = isReader;
      world.poller.turn();
    };
    return Object.assign(world, { turns });
  }

  it('reads only what a person asks for while another window reads, and goes on from what that one read', async () => {
    const world = await beside(['a', 'b']);
    world.poller.start();
    await world.clock.advance(0);
    world.turns(false);
    await world.clock.advance(minute);
    assert.equal(world.reads.length, 2);
    await world.poller.refresh('a');
    assert.equal(world.count('a'), 2);
    await world.clock.advance(10_000);
    const at = world.clock.now();
    world.store.take('b', at, snapshot(at), undefined);
    world.poller.follow('b');
    await world.clock.advance(5_000);
    world.turns(true);
    await world.clock.advance(14_999);
    assert.equal(world.reads.length, 3);
    await world.clock.advance(1);
    assert.deepEqual([world.count('a'), world.count('b')], [3, 1], '30 s after the last reading of each');
    await world.clock.advance(10_000);
    assert.equal(world.count('b'), 2);
    world.poller.dispose();
  });

  it('counts from what another window read by command, and waits as long after its failure', async () => {
    const world = await reading(['a']);
    world.poller.start();
    await world.clock.advance(20_000);
    const at = world.clock.now();
    world.store.take('a', at, snapshot(at), { error: failure('rate', 45_000), since: at, at, attempts: 1 });
    world.poller.follow('a');
    await world.clock.advance(44_999);
    assert.equal(world.count('a'), 1);
    await world.clock.advance(1);
    assert.equal(world.count('a'), 2);
    world.poller.dispose();
  });

  it('asks before each standing reading whether it may, hands its right on, and asks again while that cannot be told', async () => {
    let pass: Pass | undefined = fence;
    const routine: boolean[] = [];
    const world = await reading(['a'], {
      reader: { isReader: true, pass: async () => pass },
      onRead: async (_account, isRoutine) => {
        routine.push(isRoutine);
      },
    });
    world.poller.start();
    await world.clock.advance(30_000);
    await world.poller.refresh('a');
    assert.deepEqual(
      world.storage.kept.map((one) => one.pass),
      [fence, fence, {}],
    );
    assert.deepEqual(routine, [false, true, false], 'the first one looks at what others left open');
    pass = undefined;
    await world.clock.advance(35_000);
    assert.equal(world.count('a'), 3);
    pass = fence;
    await world.clock.advance(1_000);
    assert.equal(world.count('a'), 4);
    world.poller.dispose();
  });

  it('gives up a reading that nobody asked for when another window reads, and not one that a person waits for', async () => {
    const world = await beside(['a', 'b']);
    for (const id of ['a', 'b']) world.answers.set(id, never);
    world.poller.start();
    await world.clock.advance(0);
    void world.poller.refresh('b');
    world.turns(false);
    assert.deepEqual(
      ['a', 'b'].map((id) => world.signals.get(id)?.aborted),
      [true, false],
    );
    world.poller.dispose();
  });

  it('tells nothing of a reading that was given up', async () => {
    const world = await beside(['a']);
    let finish = (): void => undefined;
    world.answers.set(
      'a',
      () =>
        new Promise((resolve) => {
          finish = () => {
            resolve(snapshot(world.clock.now()));
          };
        }),
    );
    world.poller.start();
    await world.clock.advance(0);
    world.turns(false);
    const asked = world.poller.refresh('a');
    assert.equal(world.count('a'), 1);
    finish();
    await settled();
    assert.equal(world.count('a'), 2, 'what was given up brings nothing, so it is read once more');
    assert.equal(world.storage.kept.length, 0);
    finish();
    await asked;
    assert.deepEqual(
      world.storage.kept.map((one) => one.pass),
      [{}],
    );
    assert.equal(world.store.get('a')?.reading, false);
    world.poller.dispose();
  });

  it('reads itself what the window that reads is late with, as when that one does not find the keys, and again for as long as that is so', async () => {
    const world = await beside(['a', 'b']);
    world.turns(false);
    world.poller.start();
    const others = (id: string): void => {
      world.store.take(id, world.clock.now(), snapshot(world.clock.now()), undefined);
      world.poller.follow(id);
    };
    others('b');
    for (let passed = 0; passed < 3 * minute; passed += 30_000) {
      await world.clock.advance(30_000);
      others('b');
    }
    assert.equal(world.count('b'), 0);
    assert.ok(world.count('a') >= 3, world.count('a').toString());
    assert.ok(world.storage.kept.every(({ accountId, pass }) => accountId === 'a' && pass.fence === undefined));
    const before = world.count('a');
    others('a');
    await world.clock.advance(70_000);
    assert.equal(world.count('a'), before, 'another window reads it again');
    world.poller.dispose();
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

  it('is spread, so that windows and accounts do not ask in step', () => {
    const waits = [0, 0.5, 0.999].map((random) => nextReadInMs(10_000, after('network', 4), random));
    assert.equal(new Set(waits).size, 3);
    assert.deepEqual(waits.slice(0, 2), [64_000, 80_000]);
  });
});
