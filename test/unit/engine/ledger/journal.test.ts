import assert from 'node:assert/strict';
import { TargetTaken } from '../../../../src/engine/ledger/journal.ts';
import { MemoryJournal } from './memory-journal.ts';
import { written, writtenMargin } from './written.ts';

describe('the journal in memory', () => {
  it('keeps copies', async () => {
    const journal = new MemoryJournal();
    const record = { ...written('w1') };
    await journal.append(record);
    Object.assign(record, { id: 'changed' });
    assert.deepEqual(await journal.load(), [written('w1')]);
  });

  it('gives a loan or position to one open write at a time', async () => {
    const journal = new MemoryJournal();
    await journal.append(written('w1', { state: 'planned' }));
    await journal.append(written('w2', { state: 'planned' }));
    await journal.append(written('w1'));
    const before = await journal.load();
    await assert.rejects(journal.append(written('w2')), (error) => error instanceof TargetTaken && error.writeId === 'w1');
    assert.equal(await journal.load(), before, 'nothing was written');
    await journal.append(written('w3', { accountId: 'b' }));
    await journal.append(writtenMargin());
    await journal.append(written('w1', { state: 'rejected' }));
    await journal.append(written('w2'));
    await assert.rejects(journal.append(written('w4')), (error) => error instanceof TargetTaken && error.writeId === 'w2');
  });
});
