import assert from 'node:assert/strict';
import type { Account } from '../../../src/core/model.ts';
import { AccountBook } from '../../../src/engine/accounts/account-book.ts';
import { replaceKeys } from '../../../src/engine/replace-keys.ts';
import { Vault } from '../../../src/engine/accounts/vault.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { account } from './ledger/support.ts';
import { MemoryRecords, MemorySecrets } from './accounts/memory-storage.ts';
import { saysLike } from '../../texts.ts';

const keys = { apiKey: 'new', secret: 'new' };

/** An account with keys of a user, and what happens to it, in order. */
async function place(facts: Partial<Account> = { uid: '1' }) {
  const records = new MemoryRecords();
  const secrets = new MemorySecrets();
  const [book, vault] = [new AccountBook(records), new Vault(secrets)];
  await book.add(account(facts));
  await vault.store('a', { apiKey: 'old', secret: 'old' }, facts.uid);
  const happened: string[] = [];
  const held: WriteRecord[] = [];
  const note = (what: string) => async () => {
    happened.push(what);
  };
  book.onDidChange(() => happened.push(`record says ${book.get('a')?.uid ?? 'nobody'}`));
  const store = secrets.store.bind(secrets);
  secrets.store = async (key, value) => {
    happened.push('keys');
    await store(key, value);
  };
  const places = {
    book,
    vault,
    arming: { disarm: note('disarmed') },
    poller: { refresh: note('last reading over') },
    store: { forget: () => void happened.push('forgotten') },
    ledger: { unsettled: async () => held.at(-1) },
  };
  return { held, places, book, vault, secrets, happened };
}

describe('other keys for an account', () => {
  it('of another owner: not armed, the owner first, then the keys, and what the old ones read is forgotten at once and last', async () => {
    const { places, vault, happened } = await place();
    await replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '2' });
    assert.deepEqual(happened, ['disarmed', 'record says 2', 'keys', 'forgotten', 'last reading over', 'forgotten']);
    assert.deepEqual(await vault.readOwned('a'), { keys, owner: '2' });
  });

  it('of another owner are told by the record as it is now, not by what somebody believes it to be', async () => {
    const { places, happened } = await place();
    await replaceKeys(places, account({ uid: '2' }), keys, { readOnly: false, uid: '2' });
    assert.deepEqual(happened, ['disarmed', 'record says 2', 'keys', 'forgotten', 'last reading over', 'forgotten']);
  });

  it('of another owner that the keyring does not keep leave the record with the one before', async () => {
    const { places, book, secrets, happened } = await place();
    secrets.fault = 'throws';
    await assert.rejects(replaceKeys(places, account({ uid: '1' }), keys, { readOnly: true, uid: '2' }));
    assert.deepEqual(happened, ['disarmed', 'record says 2', 'keys', 'record says 1']);
    assert.equal(book.get('a')?.readOnly, false);
  });

  it('of another owner are not taken while something is not settled that the old ones sent, those of the same owner are', async () => {
    const change = { kind: 'collateral', loan: { loanId: '1' }, direction: 'add', coin: 'BTC', amount: decimal('1') };
    for (const [state, reason] of [
      ['accepted', saysLike('refusal.unfinished')],
      ['mismatch', saysLike('refusal.frozen')],
    ] as const) {
      const { held, places, vault, happened } = await place();
      held.push({ id: 'w', state, change } as WriteRecord);
      await assert.rejects(replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '2' }), reason);
      assert.deepEqual(happened, []);
      assert.equal((await vault.readOwned('a')).owner, '1');
      await replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '1' });
      assert.deepEqual(happened, ['keys']);
    }
  });

  // The pool of every Bybit account has the same id: it would be rated, and let out, by another user's lines.
  it('of another owner take away the lines, levels and rescues that were set for the old one, those of the same owner keep them', async () => {
    const own = {
      thresholds: { marginCall: decimal('0.93'), liquidation: decimal('0.97') },
      levels: { 'loan:pool': { watch: decimal('0.03'), warn: decimal('0.02'), danger: decimal('0.01') } },
      rescues: { 'loan:pool': { at: '0.9', steps: [{ act: 'add', coin: 'BTC', amount: '1' }] } },
    };
    const set = ({ thresholds, levels, rescues }: Partial<Account> = {}) => ({ thresholds, levels, rescues });
    const none = set();
    const { places, book, secrets, happened } = await place({ uid: '1', ...own });
    await replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '1' });
    assert.deepEqual(set(book.get('a')), own);
    secrets.fault = 'throws';
    await assert.rejects(replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '2' }));
    assert.deepEqual(set(book.get('a')), own);
    secrets.fault = 'none';
    happened.length = 0;
    await replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '2' });
    assert.deepEqual(set(book.get('a')), none);
    assert.deepEqual(happened.slice(-4), ['record says 2', 'forgotten', 'last reading over', 'forgotten'], 'before anything is read');
  });

  it('of the same owner change nothing else', async () => {
    const { places, happened } = await place();
    await replaceKeys(places, account({ uid: '1' }), keys, { readOnly: false, uid: '1' });
    assert.deepEqual(happened, ['keys']);
  });

  it('of nobody who is known are never armed', async () => {
    for (const [facts, uid] of [
      [{ uid: '1' }, undefined],
      [{}, '2'],
    ] as const) {
      const { places, happened } = await place(facts);
      await replaceKeys(places, account(facts), keys, { readOnly: false, ...(uid === undefined ? {} : { uid }) });
      assert.equal(happened[0], 'disarmed');
    }
  });
});
