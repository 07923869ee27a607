import assert from 'node:assert/strict';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account, Snapshot } from '../../../../src/core/model.ts';
import { otherOwnerCode } from '../../../../src/engine/accounts/failures-here.ts';
import { keysMissing } from '../../../../src/engine/accounts/vault.ts';
import { settled } from '../../core/fake-clock.ts';
import { beside, failing, fence, minute, polling, type Polling } from './polling.ts';
import { account, snapshot } from './support.ts';

const uid = '44705892343619584';
const twins = (one: Partial<Account> = {}, other: Partial<Account> = {}): readonly Account[] => [
  account('a', { uid, ...one }),
  account('b', { uid, name: 'Again', ...other }),
];

const counts = (world: Polling): readonly number[] => [world.count('a'), world.count('b')];

describe('an exchange account that was added twice', () => {
  it('is read once when each has read it by its own keys, and both show it, each by its name', async () => {
    const world = await polling([...twins(), account('c', { uid: '7' })]);
    world.poller.start();
    await world.clock.advance(0);
    assert.deepEqual([...counts(world), world.count('c')], [1, 1, 1]);
    const [a, b] = [world.store.get('a')!, world.store.get('b')!];
    assert.deepEqual(a.snapshot, b.snapshot);
    assert.deepEqual([a.account.name, b.account.name], ['a', 'Again']);
    assert.deepEqual(
      world.storage.kept.map(({ accountId }) => accountId).sort(),
      ['a', 'a', 'b', 'c'],
      'as if each had been read, for the other windows and the next start',
    );
    await world.clock.advance(10 * minute - 1);
    assert.equal(world.count('a') + world.count('b'), world.count('c') + 1);
    await world.clock.advance(1);
    assert.equal(world.count('a') + world.count('b'), world.count('c') + 2, 'the keys that were not used are tried again');
    assert.equal(world.store.get('a')?.snapshot?.asOf, world.store.get('b')?.snapshot?.asOf);
    world.poller.dispose();
    assert.equal(world.clock.sleeping, 0);
  });

  it('is looked at for open changes of both, by the right that it was read with', async () => {
    const heard: string[] = [];
    const world = await beside(twins(), {
      onRead: async (id, isRoutine) => void heard.push(`${id} ${String(isRoutine)}`),
    });
    world.poller.start();
    await world.clock.advance(30_000);
    assert.deepEqual(heard, ['a false', 'b false', 'a true', 'b true', 'a true']);
    assert.ok(world.storage.kept.every(({ pass }) => pass.fence === 3));
    await world.poller.refresh('b');
    assert.deepEqual(heard.splice(0).slice(5), ['b false', 'a false']);
    world.poller.dispose();
  });

  it('is read with the keys that a person asks about, once for all, and both wait from then on', async () => {
    const world = await polling(twins());
    world.poller.start();
    await world.clock.advance(10_000);
    await world.poller.refresh('b');
    assert.deepEqual(counts(world), [1, 2]);
    await world.poller.refresh();
    assert.deepEqual(counts(world), [2, 2]);
    await world.clock.advance(29_999);
    assert.deepEqual(counts(world), [2, 2]);
    await world.clock.advance(1);
    assert.deepEqual(counts(world), [3, 2]);
    world.poller.dispose();
  });

  it('is read by the second where the first fails, whose trouble stays in sight', async () => {
    const world = await polling(twins());
    world.answers.set('a', failing('auth'));
    world.poller.start();
    await world.clock.advance(0);
    assert.deepEqual(counts(world), [1, 1]);
    assert.equal(world.store.get('a')?.failure?.error.kind, 'auth');
    assert.equal(world.store.get('a')?.snapshot, undefined);
    assert.equal(world.store.get('b')?.failure, undefined);
    await world.clock.advance(29_999);
    await world.poller.refresh();
    assert.deepEqual(counts(world), [2, 2]);
    assert.equal(world.store.get('a')?.failure?.attempts, 2);
    world.answers.delete('a');
    await world.poller.refresh();
    assert.deepEqual(counts(world), [3, 2], 'once again');
    assert.equal(world.store.get('a')?.failure, undefined);
    world.poller.dispose();
  });

  it('is read by each where the keys of one can read less', async () => {
    const world = await polling(twins());
    const barred = (): Promise<Snapshot> =>
      Promise.resolve({ ...snapshot(world.clock.now()), positionsTrouble: msg('test', 'Not allowed.'), positionsBarred: true });
    world.answers.set('a', barred);
    world.poller.start();
    await world.clock.advance(0);
    assert.deepEqual(counts(world), [1, 1]);
    assert.equal(world.store.get('b')?.snapshot?.positionsTrouble, undefined);
    // What neither can read, as where there is none of it, is no reason.
    world.answers.set('b', barred);
    await world.clock.advance(30_000);
    const before = world.reads.length;
    await world.clock.advance(60_000);
    assert.equal(world.reads.length, before + 2);
    world.poller.dispose();
  });

  it('is not read at the same time with both keys', async () => {
    const world = await polling(twins());
    const finish = world.heldUp('a');
    world.poller.start();
    await world.clock.advance(5 * minute);
    assert.deepEqual(counts(world), [1, 0]);
    finish();
    await settled();
    assert.deepEqual(counts(world), [1, 1]);
    assert.deepEqual(world.store.get('b')?.snapshot, world.store.get('a')?.snapshot);
    world.poller.dispose();
  });

  for (const [what, gone] of [
    ['missing', () => Promise.reject(keysMissing())],
    ['of no use', failing('auth')],
    ['not permitted', failing('permission')],
    ['barred at this address', failing('ip')],
  ] as const) {
    it(`says so when its own keys are ${what}, though its twin reads well`, async () => {
      for (const id of ['a', 'b']) {
        const world = await beside(twins());
        const other = id === 'a' ? 'b' : 'a';
        world.answers.set(id, gone);
        world.poller.start();
        await world.clock.advance(5 * minute);
        assert.notEqual(world.store.get(id)?.failure, undefined, 'from the start');
        assert.deepEqual([world.store.get(id)?.snapshot, world.store.get(other)?.failure], [undefined, undefined]);
        world.answers.delete(id);
        await world.poller.refresh(id);
        // Who was read last goes on reading.
        await world.poller.refresh(other);
        await world.clock.advance(minute);
        assert.equal(world.store.get(id)?.snapshot?.asOf, world.store.get(other)?.snapshot?.asOf);
        world.answers.set(id, gone);
        const [before, from] = [world.count(id), world.clock.now()];
        await world.clock.advance(10 * minute);
        const { failure, snapshot: shown } = world.store.get(id)!;
        assert.ok(failure !== undefined && failure.since - from <= 10 * minute);
        assert.ok(world.count(id) > before && shown!.asOf < world.store.get(other)!.snapshot!.asOf);
        assert.equal(world.store.get(other)?.failure, undefined);
        world.poller.dispose();
      }
    });
  }

  it('gives no figures to one whose owner it has got since they were asked for', async () => {
    const world = await polling(twins({ uid: '1' }));
    world.poller.start();
    await world.clock.advance(0);
    const finish = world.heldUp('a', () => snapshot(world.clock.now(), '0.72'));
    await world.clock.advance(40_000);
    await world.book.update('a', { uid });
    finish();
    await settled();
    assert.equal(world.store.get('a')?.snapshot?.asOf, world.clock.now());
    assert.equal(world.store.get('b')?.snapshot?.asOf, world.clock.now() - 10_000);
    world.poller.dispose();
  });

  it('gives none either to one that another window has given another owner, as a look tells', async () => {
    const looks: (() => Promise<void>)[] = [];
    const reader = {
      isReader: true,
      pass: async () =>
        looks
          .shift()?.()
          .then(() => fence) ?? fence,
    };
    const world = await polling(twins(), { reader });
    world.poller.start();
    await world.clock.advance(0);
    world.answers.set('a', () => new Promise(() => undefined));
    looks.push(
      async () => undefined,
      () => world.book.update('a', { uid: '1' }),
    );
    await world.clock.advance(30_000);
    assert.equal(world.store.get('b')?.snapshot?.asOf, world.clock.now());
    assert.equal(world.store.get('a')?.snapshot?.asOf, world.clock.now() - 30_000);
    world.poller.dispose();
  });

  for (const [what, one, other] of [
    ['of another user', {}, { uid: '1' }],
    ['on another site', {}, { site: 'eea' }],
    ['at another address', { site: 'loopback', baseUrl: 'http://127.0.0.1:1' }, { site: 'loopback', baseUrl: 'http://127.0.0.1:2' }],
    ['with other thresholds', {}, { thresholds: { marginCall: decimal('0.7'), liquidation: decimal('0.8') } }],
  ] as const) {
    it(`is no other one (${what})`, async () => {
      const world = await polling(twins(one, other));
      world.poller.start();
      await world.clock.advance(30_000);
      assert.deepEqual(counts(world), [2, 2]);
      world.poller.dispose();
    });
  }

  it('is none as long as it is not known whose the keys are', async () => {
    const world = await polling(['a', 'b']);
    world.poller.start();
    await world.clock.advance(30_000);
    assert.deepEqual(counts(world), [2, 2]);
    world.poller.dispose();
  });
});

describe('the window that reads and does not find the keys of an account', () => {
  for (const [what, missing] of [
    ['missing', keysMissing],
    [
      'of another user',
      () => new ExchangeError({ kind: 'auth', code: otherOwnerCode, effect: 'none', sentence: msg('test', 'Other keys.') }),
    ],
  ] as const) {
    it(`looks for them now and then and leaves the account to another window, as long as that one reads (${what})`, async () => {
      const world = await beside(['a']);
      const shown: boolean[] = [];
      world.answers.set('a', () => Promise.reject(missing()));
      world.poller.start();
      await world.clock.advance(0);
      assert.notEqual(world.store.get('a')?.failure, undefined, 'said at once');
      world.store.onDidChange(() => {
        shown.push(world.store.get('a')?.failure === undefined);
      });
      for (let passed = 30_000; passed <= 10 * minute; passed += 30_000) {
        await world.clock.advance(30_000);
        world.store.take('a', world.clock.now(), snapshot(world.clock.now()), undefined);
        world.poller.follow('a');
      }
      // After five minutes, and from then on whenever the other one's figures could be out of date.
      assert.equal(world.count('a'), 5);
      assert.ok(
        shown.every((isWell) => isWell),
        'it does not flicker',
      );
      await world.clock.advance(3 * minute);
      assert.notEqual(world.store.get('a')?.failure, undefined, 'no window finds them any more');
      world.poller.dispose();
    });
  }

  it('reads again once it finds them, at once when they are changed or a person asks', async () => {
    const world = await beside(['a']);
    const lose = (): void => void world.answers.set('a', () => Promise.reject(keysMissing()));
    lose();
    world.poller.start();
    await world.clock.advance(minute);
    world.poller.nudge('a');
    await world.clock.advance(minute);
    assert.equal(world.count('a'), 1);
    world.answers.delete('a');
    await world.book.update('a', { uid });
    await world.clock.advance(30_000);
    assert.equal(world.count('a'), 3);
    lose();
    await world.clock.advance(30_000);
    assert.notEqual(world.store.get('a')?.failure, undefined);
    world.answers.delete('a');
    await world.poller.refresh('a');
    await world.clock.advance(30_000);
    assert.equal(world.count('a'), 6);
    world.poller.dispose();
  });

  it('says so to a person who asks, though another window reads it', async () => {
    const world = await beside(['a']);
    world.answers.set('a', () => Promise.reject(keysMissing()));
    world.poller.start();
    await world.clock.advance(0);
    world.store.take('a', world.clock.now() + 1, snapshot(world.clock.now()), undefined);
    assert.equal(world.store.get('a')?.failure, undefined);
    await world.poller.refresh('a');
    assert.notEqual(world.store.get('a')?.failure, undefined);
    world.poller.dispose();
  });
});
