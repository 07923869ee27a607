import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { lowered, nothingToUndo, undoChoices, undoIsOver, undoMs } from '../../../src/words/undo.ts';
import { inBoth } from './chinese.ts';
import { change, record } from './records.ts';

const done = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' }, plannedAt: 1_000, sentAt: 1_001, updatedAt: 2_000 });
const soon = 3_000;
const taken = (amount: string, more: Parameters<typeof record>[0] = {}) =>
  record({
    id: 'w2',
    change: { ...change, direction: 'reduce', amount: decimal(amount) },
    state: 'effective',
    evidence: { kind: 'history', id: 'h3' },
    plannedAt: 2_500,
    sentAt: 2_501,
    updatedAt: 2_800,
    ...more,
  });
const offered = (...records: ReturnType<typeof record>[]): readonly string[] =>
  undoChoices(records, undefined, soon).map(
    ({ record: { id }, change: { direction, amount, coin } }) => `${id} ${direction} ${amount} ${coin}`,
  );

describe('what can be undone', () => {
  it('is an addition that was proven, as a reduction of the same amount', () => {
    assert.deepEqual(offered(done), ['w1 reduce 0.1 BTC']);
    assert.deepEqual(offered(record({ state: 'accepted' })), []);
    assert.deepEqual(offered(taken('0.1', { plannedAt: 500 })), []);
  });

  it('is nothing any more when the ten minutes are over', () => {
    assert.equal(undoChoices([done], undefined, done.updatedAt + undoMs + 1).length, 0);
  });

  it('is only the one that was named', () => {
    assert.equal(undoChoices([done], 'w1', soon).length, 1);
    assert.equal(undoChoices([done], 'other', soon).length, 0);
  });

  it('is not what may have been taken out of the same loan since', () => {
    assert.deepEqual(offered(taken('0.1'), done), []);
    assert.deepEqual(offered(taken('0.1', { state: 'unknown' }), done), [], 'it may have happened');
    assert.deepEqual(offered(taken('0.04'), done), ['w1 reduce 0.06 BTC'], 'the rest of it');
    assert.deepEqual(offered(taken('0.1', { state: 'rejected' }), done), ['w1 reduce 0.1 BTC'], 'it did not happen');
    assert.deepEqual(offered(taken('0.1', { state: 'not-effective' }), done), ['w1 reduce 0.1 BTC'], 'the exchange says that it failed');
    const { evidence, ...judged } = taken('0.1', { state: 'not-effective' });
    assert.ok(evidence !== undefined);
    assert.deepEqual(offered(judged, done), [], 'it may be done late, whatever a person said');
    const { sentAt, ...never } = judged;
    assert.ok(sentAt !== undefined);
    assert.deepEqual(offered(never, done), ['w1 reduce 0.1 BTC'], 'it never left');
    assert.deepEqual(offered(taken('0.1', { plannedAt: 900 }), done), ['w1 reduce 0.1 BTC'], 'it was before');
    assert.deepEqual(offered(taken('0.1', { accountId: 'a2' }), done), ['w1 reduce 0.1 BTC'], 'it was elsewhere');
  });

  it('is over as soon as less of it is left than was confirmed', () => {
    const at = (records: ReturnType<typeof record>[], amount: string, now = soon) => undoIsOver(records, done, decimal(amount), now);
    assert.equal(at([done], '0.1'), undefined);
    assert.equal(at([taken('0.04'), done], '0.06'), undefined);
    for (const over of [at([taken('0.04'), done], '0.061'), at([taken('0.1'), done], '0.1'), at([done], '0.1', done.updatedAt + undoMs)]) {
      assert.ok(over !== undefined);
      assert.match(inBoth(over), /can no longer be undone here/);
    }
  });

  it('is said to be nothing, with why', () => {
    assert.match(inBoth(nothingToUndo(true)), /once and for ten minutes/);
    assert.match(inBoth(nothingToUndo(false)), /nothing to undo/);
  });
});

describe('an undo', () => {
  const undo = undoChoices([done], undefined, soon)[0]!;

  it('takes out the same amount where that is safe, or where the preview has to decide', () => {
    for (const most of [decimal('0.1'), decimal('5'), undefined]) {
      const answer = lowered(undo, most, false);
      assert.ok('change' in answer);
      assert.equal(answer.change.amount, '0.1');
      assert.equal(answer.change.direction, 'reduce');
      assert.equal(
        inBoth(answer.remark),
        'To undo: Add 0.1 BTC to loan 12345 (Main). This takes 0.1 BTC out again, as a change of its own.',
      );
    }
  });

  it('takes out less, and says so, where only less is safe', () => {
    const answer = lowered(undo, decimal('0.03'), false);
    assert.ok('change' in answer);
    assert.equal(answer.change.amount, '0.03');
    assert.match(inBoth(answer.remark), /CAUTION: 0\.1 BTC were added, but only 0\.03 BTC can be taken out safely/);
  });

  it('takes out nothing where nothing is safe', () => {
    const answer = lowered(undo, decimal('0'), true);
    assert.ok('refused' in answer);
    assert.match(inBoth(answer.refused), /nothing of it can be taken out safely\. Nothing was sent\./);
  });
});
