import assert from 'node:assert/strict';
import type { Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { isReadElsewhere } from '../../../../src/exchanges/purpose.ts';
import { settled } from '../../core/fake-clock.ts';
import { beside, fence, minute, never, polling } from './polling.ts';
import { failure, snapshot } from './support.ts';

describe('the poller of a window beside others', () => {
  it('reads only what a person asks for while another window reads, and goes on from what that one read', async () => {
    const world = await beside(['a', 'b']);
    world.poller.start();
    await world.clock.advance(0);
    assert.equal(isReadElsewhere(world.clock), false);
    world.turns(false);
    assert.equal(isReadElsewhere(world.clock), true);
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
    const world = await polling(['a']);
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
    const world = await polling(['a'], {
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
    const finish = world.heldUp('a');
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
