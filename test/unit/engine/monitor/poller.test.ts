import assert from 'node:assert/strict';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { settled } from '../../core/fake-clock.ts';
import { failing, minute, never, polling } from './polling.ts';
import { account, failure, snapshot } from './support.ts';

describe('the poller', () => {
  it('has no timer without an account', async () => {
    const { poller, clock } = await polling([]);
    poller.start();
    await settled();
    assert.equal(clock.sleeping, 0);
  });

  it('asks for nothing before start has returned', async () => {
    const world = await polling(['a']);
    world.poller.start();
    assert.deepEqual(world.reads, []);
    await world.clock.advance(0);
    assert.deepEqual(world.reads, ['a']);
    world.poller.dispose();
  });

  it('reads again one interval after the work is done, with one timer', async () => {
    const world = await polling(['a']);
    const finish = world.heldUp('a');
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
    const world = await polling(['a']);
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
    const world = await polling(['slow', 'quick']);
    world.answers.set('slow', never);
    world.poller.start();
    await world.clock.advance(5 * minute);
    assert.equal(world.count('slow'), 1);
    assert.equal(world.count('quick'), 11);
    world.poller.dispose();
  });

  it('shares a read under way instead of doubling it', async () => {
    const world = await polling(['a']);
    const finish = world.heldUp('a');
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

  it('reads at once when a person asks, whatever the back-off says, and keeps one timer', async () => {
    const world = await polling(['a', 'b']);
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
    const world = await polling(['a']);
    await world.poller.refresh();
    assert.equal(world.count('a'), 1);
    assert.equal(world.clock.sleeping, 0);
  });

  it('resolves a refresh that failed, with the failure in the store', async () => {
    const world = await polling(['a']);
    world.answers.set('a', failing('clock'));
    await world.poller.refresh('a');
    assert.equal(world.store.get('a')?.failure?.error.kind, 'clock');
    await world.poller.refresh('nobody');
  });

  it('does not repeat what an unexpected error says', async () => {
    const world = await polling(['a']);
    world.answers.set('a', () => Promise.reject(new Error('secret 4711')));
    await world.poller.refresh('a');
    const error = world.store.get('a')?.failure?.error;
    assert.ok(ExchangeError.is(error));
    assert.doesNotMatch(error.message, /4711/);
  });

  it('asks the new connection when the old one was taken away under a read', async () => {
    const world = await polling(['a']);
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
    const world = await polling([]);
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
    const world = await polling(['a']);
    const finish = world.heldUp('a');
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
    const world = await polling(['a', 'b']);
    const finish = world.heldUp('a');
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
    const world = await polling(['a', 'b'], {
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
    const world = await polling(['a']);
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
