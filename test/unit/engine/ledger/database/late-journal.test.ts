import assert from 'node:assert/strict';
import { LateJournal } from '../../../../../src/engine/ledger/database/late-journal.ts';
import type { Journal } from '../../../../../src/engine/ledger/journal.ts';

/** A journal that can be brought after `failures` attempts. */
function late(failures: number) {
  let attempts = 0;
  let disposals = 0;
  const inner: Journal = {
    load: () => Promise.resolve([]),
    append: () => Promise.resolve(),
    verify: () => Promise.resolve({ ok: true, rows: 0, writes: 0 }),
    setAside: () => Promise.resolve('elsewhere'),
    dispose: () => {
      disposals += 1;
    },
  };
  const journal = new LateJournal(() => {
    attempts += 1;
    return attempts <= failures ? Promise.reject(new Error('the part could not be read')) : Promise.resolve(inner);
  });
  return { journal, attempts: () => attempts, disposals: () => disposals };
}

describe('a journal that is brought in when it is first asked', () => {
  it('is tried again by whoever asks next when it could not be brought', async () => {
    const { journal, attempts } = late(2);
    await assert.rejects(journal.load(), /could not be read/);
    await assert.rejects(journal.verify(), /could not be read/);
    assert.deepEqual(await journal.load(), []);
    await journal.setAside();
    assert.equal(attempts(), 3);
  });

  it('is brought once for all who ask at a time, also when that fails', async () => {
    const { journal, attempts } = late(1);
    const outcomes = await Promise.allSettled([journal.load(), journal.load(), journal.verify()]);
    assert.deepEqual(new Set(outcomes.map(({ status }) => status)), new Set(['rejected']));
    assert.equal(attempts(), 1);
    await Promise.all([journal.load(), journal.load()]);
    assert.equal(attempts(), 2);
  });

  it('is let go with the window, when it was there', async () => {
    const { journal, disposals } = late(1);
    await assert.rejects(journal.load());
    await journal.load();
    journal.dispose();
    await assert.rejects(journal.load());
    assert.equal(disposals(), 1);
  });
});
