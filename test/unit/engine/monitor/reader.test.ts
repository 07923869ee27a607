import assert from 'node:assert/strict';
import { Reader } from '../../../../src/engine/monitor/reader.ts';
import type { Failure } from '../../../../src/engine/monitor/store.ts';
import type { SharedState } from '../../../../src/engine/storage/shared-state.ts';
import type { Snapshot } from '../../../../src/core/model.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { account, snapshot, World } from './support.ts';

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
      const reader = new Reader({ shared, book: world.book, clock: world.clock, window: 'w', intervalMs: () => 60_000 });
      reader.keep('a', { at: 1, snapshot: snapshot(1, ltv) }, {});
      assert.deepEqual(asked, [staleMs]);
      reader.dispose();
    });
  }
});
