import assert from 'node:assert/strict';
import { LatePoller } from '../../../../src/engine/monitor/late-poller.ts';
import type { PollerOptions } from '../../../../src/engine/monitor/poller.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, readingConnection, snapshot, World } from './support.ts';

type PartOf = NonNullable<ConstructorParameters<typeof LatePoller>[1]>;

class Late extends World {
  readonly reads: string[] = [];
  loads = 0;
  readonly options: PollerOptions = {
    book: this.book,
    store: this.store,
    clock: this.clock,
    intervalMs: () => 30_000,
    random: () => 0.5,
    connections: {
      get: async (id) =>
        readingConnection(() => {
          this.reads.push(id);
          return Promise.resolve(snapshot(this.clock.now()));
        }),
    },
  };

  poller(part: PartOf = () => import('../../../../src/engine/monitor/poller.ts')): LatePoller {
    return new LatePoller(this.options, () => {
      this.loads += 1;
      return part();
    });
  }
}

describe('what reads the accounts', () => {
  it('is loaded with the first account, and goes on by itself', async () => {
    const world = new Late();
    const poller = world.poller();
    poller.start();
    poller.turn();
    poller.follow('a');
    poller.nudge('a');
    await settled();
    assert.deepEqual([world.loads, world.clock.sleeping], [0, 0]);
    await world.book.add(account('a'));
    await world.clock.advance(30_000);
    assert.deepEqual([world.loads, world.reads.length], [1, 2]);
    await world.book.add(account('b'));
    poller.nudge('a');
    await world.clock.advance(1_000);
    assert.deepEqual([world.loads, world.reads.join('')], [1, 'aaba']);
    poller.dispose();
    await settled();
    assert.equal(world.clock.sleeping, 0);
  });

  it('reads for a person before it is started, and then is started once', async () => {
    const world = new Late();
    await world.book.add(account('a'));
    const poller = world.poller();
    await poller.refresh();
    await world.clock.advance(60_000);
    assert.equal(world.reads.length, 1);
    poller.start();
    await world.clock.advance(29_999);
    assert.equal(world.reads.length, 2);
    assert.equal(world.loads, 1);
    poller.dispose();
  });

  it('counts what was read since the window began, also while it was being loaded', async () => {
    const world = new Late();
    await world.book.add(account('a'));
    let come: (part: Awaited<ReturnType<PartOf>>) => void = () => undefined;
    const poller = world.poller(() => new Promise((resolve) => (come = resolve)));
    await world.clock.advance(1_000);
    poller.start();
    world.store.take('a', world.clock.now(), snapshot(world.clock.now()), undefined);
    await world.clock.advance(1_000);
    come(await import('../../../../src/engine/monitor/poller.ts'));
    await world.clock.advance(28_999);
    assert.equal(world.reads.length, 0);
    await world.clock.advance(1);
    assert.equal(world.reads.length, 1);
    poller.dispose();
  });

  it('says of each account that it is not read when it cannot be loaded, and tries again every minute', async () => {
    const world = new Late();
    await world.book.add(account('a'));
    let there = false;
    const poller = world.poller(() => (there ? import('../../../../src/engine/monitor/poller.ts') : Promise.reject(new Error('gone'))));
    poller.start();
    await settled();
    await poller.refresh();
    assert.notEqual(world.store.get('a')?.failure, undefined);
    assert.deepEqual([world.loads, world.clock.sleeping], [2, 1]);
    there = true;
    await world.clock.advance(60_000);
    assert.equal(world.store.get('a')?.failure, undefined);
    assert.equal(world.reads.length, 1);
    poller.dispose();
    await settled();
    assert.equal(world.clock.sleeping, 0);
  });

  it('is not started when the window closes while it is loaded', async () => {
    const world = new Late();
    await world.book.add(account('a'));
    const poller = world.poller();
    poller.start();
    poller.dispose();
    await world.clock.advance(60_000);
    assert.deepEqual([world.reads.length, world.clock.sleeping], [0, 0]);
  });
});
