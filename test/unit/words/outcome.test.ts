import assert from 'node:assert/strict';
import { decimal } from '../../../src/core/decimal.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { WriteState } from '../../../src/engine/ledger/ledger.ts';
import { progressText } from '../../../src/words/kinds.ts';
import { outcomeText } from '../../../src/words/outcome.ts';
import { record } from './records.ts';
import { changeName, onLoan, says, saysInTurn, saysLike } from '../../texts.ts';

const states: readonly WriteState[] = ['planned', 'sent', 'accepted', 'effective', 'rejected', 'unknown', 'not-effective', 'mismatch'];

function said(state: WriteState, simulated = false): string {
  return english(
    outcomeText(
      record({
        state,
        evidence: { kind: 'history', id: 'h2' },
        ltvAfter: decimal('0.5155'),
        note: msg('test', '51756: above the maximum.'),
      }),
      'OKX',
      simulated,
    ).sentence,
  );
}

describe('what is said of a change', () => {
  it('is "done" for an effective change only', () => {
    for (const state of states) assert.equal(said(state).startsWith('Done'), state === 'effective', state);
  });

  it('gives the new LTV of the venue when it is done', () => {
    const proven = record({ state: 'effective', evidence: { kind: 'history', id: 'h2' }, ltvAfter: decimal('0.5155') });
    assert.equal(
      english(outcomeText(proven, 'OKX', false).sentence),
      says('outcome.done-now', says('term.ltv'), '51.55%', 'OKX', changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main')),
    );
  });

  it("claims no proof for a change that was closed by a person's word", () => {
    const closed = record({ state: 'effective', note: msg('change.marked-by-you', 'Marked by you, without proof from the exchange.') });
    assert.equal(
      english(outcomeText(closed, 'OKX', false).sentence),
      `${says('list.sentence', says('list.colon', says('activity.marked-executed'), changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main')))} ${says('change.marked-by-you')}`,
    );
  });

  it('says of an accepted change that it is not done yet and is not sent again', () => {
    assert.match(said('accepted'), saysLike('outcome.accepted', 'OKX'));
  });

  it('says of an unknown outcome that it is found out by reading, never by sending again', () => {
    assert.match(said('unknown'), saysLike('outcome.unknown', 'OKX', onLoan('12345')));
  });

  it("carries the venue's own sentence on a refusal", () => {
    assert.match(said('rejected'), saysInTurn(saysLike('outcome.rejected', 'OKX'), '51756: above the maximum.'));
  });

  it('is an alarm when the venue did something else', () => {
    const outcome = outcomeText(record({ state: 'mismatch' }), 'OKX', false);
    assert.equal(outcome.loudness, 'alarm');
    assert.equal(outcome.resolvable, true);
    assert.match(english(outcome.sentence), saysLike('outcome.mismatch', 'OKX', 'Main'));
  });

  it('says simulated wherever it is', () => {
    for (const state of states) {
      assert.equal(said(state, true).includes('SIMULATED'), true, state);
      assert.equal(said(state, false).includes('SIMULATED'), false, state);
    }
  });

  it('claims nothing while it is under way that is not known', () => {
    assert.equal(english(progressText(record({ state: 'accepted' }), 'OKX') ?? msg('test', '')), says('kinds.confirming', 'OKX'));
    assert.equal(progressText(record({ state: 'effective' }), 'OKX'), undefined);
  });
});
