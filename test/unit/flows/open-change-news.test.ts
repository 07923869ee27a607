import assert from 'node:assert/strict';
import { Attended } from '../../../src/flows/open-change-news.ts';
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
