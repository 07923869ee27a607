import assert from 'node:assert/strict';
import { english } from '../../../src/core/message.ts';
import type { Account } from '../../../src/core/model.ts';
import { isOtherOwner } from '../../../src/engine/replace-keys.ts';
import { otherOwnerSentence, shortUid, twinOf, twinSentence } from '../../../src/words/key.ts';
import { says } from '../../texts.ts';

const account = (id: string, facts: Partial<Account> = {}): Account => ({
  id,
  venue: 'okx',
  site: 'global',
  name: id,
  simulated: false,
  readOnly: false,
  ...facts,
});

describe('whose keys they are', () => {
  it('is never shown in full, except where there is hardly anything to hide', () => {
    assert.equal(shortUid('44705892343619584'), '…9584');
    assert.equal(shortUid('12345'), '…2345');
    assert.equal(shortUid('42'), '42');
    for (const sentence of [otherOwnerSentence('OKX', '44705892343619584', '55501234'), twinSentence('Main')])
      assert.doesNotMatch(english(sentence), /44705|555/);
    assert.equal(english(otherOwnerSentence('OKX', '44705892343619584', '55501234')), says('key.other-owner', 'OKX', '…9584', '…1234'));
  });

  it('is another only when both are known', () => {
    assert.equal(isOtherOwner({ uid: '1' }, '2'), true);
    assert.equal(isOtherOwner({ uid: '1' }, '1'), false);
    assert.equal(isOtherOwner({}, '2'), false, 'an account from before this was remembered');
    assert.equal(isOtherOwner({ uid: '1' }, undefined), false, 'a venue that does not tell');
  });

  const place = { venue: 'okx', site: 'global' };
  const there = account('there', { uid: '1' });

  it('finds the account that is there already', () => {
    assert.equal(twinOf([account('old'), there], place, '1'), there);
  });

  it('finds it at the other address of the same exchange', () => {
    const global = account('there', { venue: 'bybit', uid: '1' });
    assert.equal(twinOf([global], { venue: 'bybit', site: 'global-bytick' }, '1'), global);
  });

  for (const [name, accounts, asked, uid, except] of [
    ['of another user', [there], place, '2', undefined],
    ['when the venue does not tell', [account('a')], place, undefined, undefined],
    ['whose user was never told', [account('a')], place, '1', undefined],
    ['at another exchange', [account('a', { uid: '1', venue: 'bybit' })], place, '1', undefined],
    ['at another site: demo trading is another account', [account('a', { uid: '1', site: 'demo' })], place, '1', undefined],
    ['at another loopback address', [account('a', { uid: '1', baseUrl: 'http://127.0.0.1:1' })], place, '1', undefined],
    ['when it is the account itself that gets another key', [there], place, '1', 'there'],
  ] as const) {
    it(`finds none ${name}`, () => {
      assert.equal(twinOf(accounts, asked, uid, except), undefined);
    });
  }
});
