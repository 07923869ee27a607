import assert from 'node:assert/strict';
import { asPlace, concerns, loanAt, placeOf, positionAt } from '../../../src/views/place.ts';
import { marginChange, positions } from '../words/margin-records.ts';
import { change } from '../words/records.ts';

describe('what a menu or the page hands to a command', () => {
  it('is taken when it names an account, without whatever else it carries', () => {
    const loan = { kind: 'loan', id: '12345' };
    const position = { kind: 'position', id: 'p' };
    assert.deepEqual(asPlace({ accountId: 'a1', on: { ...loan, more: 1 }, more: 1 }), { accountId: 'a1', on: loan });
    assert.deepEqual(asPlace({ accountId: 'a1', on: position, coin: 'USDT' }), { accountId: 'a1', on: position, coin: 'USDT' });
    assert.deepEqual(asPlace({ accountId: 'a1', on: position, coin: 'USDT', amount: '5' }), {
      ...{ accountId: 'a1', on: position, coin: 'USDT', amount: '5' },
    });
    assert.deepEqual(asPlace({ accountId: 'a1', amount: 5 }), { accountId: 'a1' });
    assert.deepEqual(asPlace({ accountId: 'a1', writeId: 'w1' }), { accountId: 'a1', writeId: 'w1' });
  });

  it('names no loan or position unless it names one in full', () => {
    for (const on of [undefined, null, '12345', {}, { kind: 'loan' }, { kind: 'position', id: 7 }, { kind: 'account', id: 'p' }]) {
      assert.deepEqual(asPlace({ accountId: 'a1', on }), { accountId: 'a1' });
    }
  });

  it('is taken as none otherwise', () => {
    const on = { kind: 'loan', id: '12345' };
    for (const wrong of [undefined, null, 'a1', 7, {}, { accountId: 7 }, { on }, { accountId: null, on }]) {
      assert.equal(asPlace(wrong), undefined);
    }
  });
});

const margin = marginChange();

describe('the loan or position of a change', () => {
  it('is handed to other commands as what it is', () => {
    assert.deepEqual(placeOf('a1', change), { accountId: 'a1', on: { kind: 'loan', id: '12345' } });
    assert.deepEqual(placeOf('a1', margin), { accountId: 'a1', on: { kind: 'position', id: positions.long.positionId } });
  });

  it('is what a command about it means, and never the other kind or the other side', () => {
    for (const one of [change, margin]) {
      assert.equal(concerns(placeOf('a1', one), one), true);
      assert.equal(concerns({}, one), true);
      assert.equal(concerns(loanAt('a1', 'x'), one), false);
      assert.equal(concerns(positionAt('a1', positions.short.positionId), one), false);
    }
    assert.equal(concerns(placeOf('a1', change), margin), false);
    assert.equal(concerns(placeOf('a1', margin), change), false);
    // The ids of the two kinds are not told apart by themselves.
    assert.equal(concerns(positionAt('a1', '12345'), change), false);
  });
});
