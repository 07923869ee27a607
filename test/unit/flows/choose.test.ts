import assert from 'node:assert/strict';
import { keysElsewhereCode, keysMissingCode } from '../../../src/engine/accounts/failures-here.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { loanChoices, nothingToChoose, obstacleOf } from '../../../src/flows/choose.ts';
import { account, loan, record } from '../words/records.ts';
import { loanAt } from '../../../src/views/place.ts';
import { says } from '../../texts.ts';

const other = { ...account, id: 'a2', name: 'Second' };
const state = (more: Partial<AccountState> = {}): AccountState => ({
  account,
  snapshot: { loans: [loan, { ...loan, id: '67890', orderId: '67890' }], wallet: [], positions: [], asOf: 1 },
  reading: false,
  ...more,
});
const failure = (code?: string): NonNullable<AccountState['failure']> => ({
  error: new ExchangeError({ kind: 'auth', sentence: msg('test', 'No keys.'), effect: 'none', ...(code === undefined ? {} : { code }) }),
  since: 1,
  at: 1,
  attempts: 1,
});

describe('the loans to choose from', () => {
  it('are all of them from the palette, and the one that a menu names', () => {
    const states = [state(), state({ account: other })];
    assert.equal(loanChoices(states, undefined).length, 4);
    assert.equal(loanChoices(states, { accountId: 'a2' }).length, 2);
    const [only, ...more] = loanChoices(states, loanAt('a2', '67890'));
    assert.deepEqual([only?.state.account.id, only?.loan.id, more.length], ['a2', '67890', 0]);
  });

  it('are never another loan than the one that was named', () => {
    assert.deepEqual(loanChoices([state()], loanAt('a1', 'gone')), []);
    assert.equal(english(nothingToChoose([state()], loanAt('a1', 'gone')).sentence), says('choose.gone'));
  });

  it('are explained when there are none', () => {
    assert.deepEqual(nothingToChoose([], undefined).remedies, ['addAccount', 'trySimulated']);
    const empty = state({ snapshot: { loans: [], wallet: [], positions: [], asOf: 1 } });
    assert.equal(english(nothingToChoose([empty], undefined).sentence), says('loan.none'));
    const unread: AccountState = { account, reading: false, failure: failure(keysMissingCode) };
    assert.deepEqual(nothingToChoose([unread], undefined).remedies, ['reloadWindow', 'updateKeys', 'tryAgain']);
    const elsewhere: AccountState = { account, reading: false, failure: failure(keysElsewhereCode) };
    assert.deepEqual(nothingToChoose([elsewhere], undefined).remedies, ['reloadWindow', 'tryAgain']);
  });
});

describe('what stands in the way of a change', () => {
  it('is nothing for an account that may trade', () => {
    assert.equal(obstacleOf(state(), undefined), undefined);
  });

  it('is explained with what to do', () => {
    const readOnly = obstacleOf(state({ account: { ...account, readOnly: true } }), undefined);
    assert.deepEqual(readOnly?.remedies, ['updateKeys']);
    const frozen = obstacleOf(state(), record({ state: 'mismatch' }));
    assert.deepEqual(frozen?.remedies, ['resolveWrite']);
  });

  it('is not a failed read: the fresh read before the change decides', () => {
    for (const code of [undefined, keysMissingCode, keysElsewhereCode])
      assert.equal(obstacleOf(state({ failure: failure(code) }), undefined), undefined);
  });
});
