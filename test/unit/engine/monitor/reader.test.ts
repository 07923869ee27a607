import assert from 'node:assert/strict';
import { intervalInForce } from '../../../../src/engine/monitor/pace.ts';
import { Reader, type ReaderOptions } from '../../../../src/engine/monitor/reader.ts';
import type { Failure } from '../../../../src/engine/monitor/store.ts';
import type { SharedState } from '../../../../src/engine/storage/shared-state.ts';
import type { Snapshot } from '../../../../src/core/model.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Found } from '../../../../src/engine/storage/shared-state.ts';
import { freeLease, type NewReading, type StateAsked } from '../../../../src/engine/storage/state-protocol.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, snapshot, World } from './support.ts';

const everyMs: ReaderOptions['everyMs'] = (snapshot, account) => intervalInForce(snapshot, 60_000, { account });

describe('what a window keeps of a reading for its history', () => {
  for (const [what, ltv, levels, staleMs] of [
    ['far from a line', '0.5', undefined, 180_000],
    ['near its line', '0.72', undefined, 30_000],
    ["near the person's own", '0.5', { 'loan:12345': { danger: decimal('0.4'), warn: decimal('0.5'), watch: decimal('0.6') } }, 30_000],
  ] as const) {
    it(`is a gap after three of the intervals in force (${what})`, async () => {
      const world = new World();
      await world.book.add(account('a', levels === undefined ? {} : { levels }));
      const asked: unknown[] = [];
      const nothing = (): { dispose(): void } => ({ dispose: () => undefined });
      const shared = {
        onDidLoad: nothing,
        onDidLook: nothing,
        ask: async (question: { reading?: { staleMs?: number } }) => void asked.push(question.reading?.staleMs),
      } as unknown as SharedState<Snapshot, Failure>;
      const reader = new Reader({ shared, book: world.book, clock: world.clock, window: 'w', everyMs });
      reader.keep('a', { at: 1, snapshot: snapshot(1, ltv) }, {});
      assert.deepEqual(asked, [staleMs]);
      reader.dispose();
    });
  }
});

describe('what a window read itself', () => {
  it('is held once: what the database keeps of it is what the window has already', async () => {
    const world = new World();
    await world.book.add(account('a'));
    const nothing = (): { dispose(): void } => ({ dispose: () => undefined });
    const held: unknown[] = [];
    let answer = 'kept';
    const shared = {
      ...{ onDidLoad: nothing, onDidLook: nothing, ask: async () => answer },
      keptOwn: (...own: readonly unknown[]) => held.push(...own),
    } as unknown as SharedState<Snapshot, Failure>;
    const reader = new Reader({ shared, book: world.book, clock: world.clock, window: 'w', everyMs });
    const read = snapshot(1);
    reader.keep('a', { at: 2, snapshot: read }, {});
    await settled();
    assert.deepEqual(held, ['a', 2, read]);
    assert.equal(held[2], read);
    answer = 'fence';
    reader.keep('a', { at: 4, snapshot: snapshot(3) }, {});
    await settled();
    assert.equal(held.length, 3, 'what the database refused is not what it has');
    reader.dispose();
  });
});

describe('what a window read while the database could not be used', () => {
  it('is shared once it can be: the last of each account, with the time of the look, and no more once it is there', async () => {
    const world = new World();
    for (const id of ['a', 'b', 'c']) await world.book.add(account(id));
    const looked = new Emitter<Found<Snapshot, Failure> | undefined>();
    const kept: { readonly reading: NewReading; readonly now: number; readonly fence: number | undefined }[] = [];
    let isLocked = true;
    const shared = {
      onDidLoad: () => ({ dispose: () => undefined }),
      onDidLook: looked.on,
      look: async () => undefined,
      ask: async (asked: StateAsked) => {
        if (isLocked) throw new Error('locked');
        if (asked.do === 'keepReading') kept.push({ reading: asked.reading, now: asked.now, fence: asked.pass.fence });
      },
    } as unknown as SharedState<Snapshot, Failure>;
    const reader = new Reader({ shared, book: world.book, clock: world.clock, window: 'w', everyMs });
    const looks = async (isRead: boolean): Promise<void> => {
      looked.fire(isRead ? { lease: freeLease, leases: new Map(), readings: [], prices: [] } : undefined);
      await settled();
    };
    await looks(true);
    for (const asOf of [1, 2]) reader.keep('a', { at: asOf, snapshot: snapshot(asOf) }, { fence: asOf, window: 'w' });
    for (const id of ['b', 'c']) reader.keep(id, { at: 3, snapshot: snapshot(3) }, {});
    reader.forget('c');
    await settled();
    await looks(false);
    await looks(true);
    isLocked = false;
    world.clock.jump(5_000);
    await looks(false);
    assert.deepEqual(kept, []);
    await looks(true);
    assert.deepEqual(
      kept.map(({ reading: { account: of, at }, now, fence }) => [of, at, now, fence]),
      [
        ['a', 2, world.clock.now(), 2],
        ['b', 3, world.clock.now(), undefined],
      ],
    );
    await looks(true);
    assert.equal(kept.length, 2);
    reader.dispose();
  });
});
