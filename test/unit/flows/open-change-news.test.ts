import assert from 'node:assert/strict';
import { Emitter } from '../../../src/core/emitter.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { Attended, watchWrites } from '../../../src/flows/open-change-news.ts';
import { FakeClock, settled } from '../core/fake-clock.ts';
import { marginChange, marginRecord, positions } from '../words/margin-records.ts';
import { change, record } from '../words/records.ts';

describe('loans that a command speaks about', () => {
  it('are known until the command leaves, however often it says so', () => {
    const attended = new Attended();
    const first = attended.attend('a1', change);
    const second = attended.attend('a1', change);
    assert.equal(attended.has(record()), true);
    first();
    first();
    assert.equal(attended.has(record()), true);
    second();
    assert.equal(attended.has(record()), false);
  });

  it('are told apart by account and loan', () => {
    const attended = new Attended();
    attended.attend('a1', { ...change, loan: { loanId: '67890' } });
    attended.attend('a2', change);
    assert.equal(attended.has(record()), false);
  });

  it('are told apart from positions, also under the same id, and one position from the other', () => {
    const attended = new Attended();
    const sameId = { ...marginChange(), position: { ...marginChange().position, positionId: '12345' } };
    const leave = attended.attend('a1', sameId);
    assert.equal(attended.has(record()), false);
    assert.equal(attended.has(marginRecord({ change: sameId })), true);
    assert.equal(attended.has(marginRecord({ change: marginChange(positions.short) })), false);
    leave();
    assert.equal(attended.has(marginRecord({ change: sameId })), false);
  });
});

describe('the news of changes that nobody waits for', () => {
  function watching() {
    const clock = new FakeClock();
    const changed = new Emitter<WriteRecord>();
    let open: readonly WriteRecord[] = [];
    const attended = new Attended();
    const logged: string[] = [];
    const told: (readonly [WriteRecord['state'], boolean])[] = [];
    const broken = { times: 0 };
    const note = (line: string | Error): void => void logged.push(String(line));
    const ledger = { onDidChange: changed.on, open: () => open };
    const watch = watchWrites({ clock, ledger: ledger as never, log: { info: note, warn: note, error: note } }, attended, async () => {
      if (broken.times > 0) {
        broken.times -= 1;
        throw new Error('a part that does not load');
      }
      return async ({ state }, isNews) => void told.push([state, isNews]);
    });
    const hear = async (state: WriteRecord['state'], more: Partial<WriteRecord> = {}): Promise<void> => {
      const heard = record({ state, updatedAt: clock.now(), ...more } as never);
      open = ['sent', 'accepted', 'unknown'].includes(state) ? [heard] : [];
      changed.fire(heard);
      await settled();
    };
    return { clock, attended, told, logged, broken, watch, hear };
  }

  it('tell each outcome once, and what is only planned or was lifted not at all', async () => {
    const { hear, told, logged } = watching();
    await hear('planned');
    await hear('effective');
    await hear('effective');
    await hear('mismatch', { freezeLiftedAt: 1 });
    assert.deepEqual(told, [['effective', true]]);
    assert.equal(logged.length, 4);
    assert.match(logged[1]!, /: add 0\.1 BTC, .*: effective$/);
  });

  it('leave what is open a while, for it is mostly found out by the next look', async () => {
    const { hear, told, clock } = watching();
    await hear('accepted');
    await clock.advance(10_000);
    assert.deepEqual(told, []);
    await hear('effective');
    await clock.advance(60_000);
    assert.deepEqual(told, [['effective', true]]);
  });

  it('tell of what stays open', async () => {
    const { hear, told, clock } = watching();
    await hear('unknown');
    await clock.advance(15_000);
    assert.deepEqual(told, [['unknown', true]]);
  });

  it('tell apart what was found at the start and said before', async () => {
    const { hear, told, clock } = watching();
    await hear('mismatch', { updatedAt: clock.now() - 1 });
    assert.deepEqual(told, [['mismatch', false]]);
  });

  it('say nothing of what a command speaks about, nor of that end when it is heard of again', async () => {
    const { hear, told, attended, clock } = watching();
    const leave = attended.attend('a1', change);
    await hear('accepted');
    await hear('effective');
    leave();
    await hear('effective');
    await clock.advance(60_000);
    assert.deepEqual(told, []);
  });

  it('say nothing of what a command began to speak about meanwhile', async () => {
    const { hear, told, attended, clock } = watching();
    await hear('unknown');
    attended.attend('a1', change);
    await clock.advance(60_000);
    assert.deepEqual(told, []);
  });

  it('are told by the next look where what says them could not be loaded', async () => {
    const { hear, told, logged, broken } = watching();
    broken.times = 1;
    await hear('effective');
    assert.match(logged.at(-1)!, /a part that does not load/);
    await hear('effective');
    assert.deepEqual(told, [['effective', true]]);
  });

  it('end with the window, without a word', async () => {
    const { hear, told, logged, clock, watch } = watching();
    await hear('unknown');
    watch.dispose();
    await clock.advance(60_000);
    await hear('effective');
    assert.deepEqual([told, logged.length], [[], 1]);
  });
});
