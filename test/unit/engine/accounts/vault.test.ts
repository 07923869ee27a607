import assert from 'node:assert/strict';
import { inspect } from 'node:util';
import { keysMissingCode } from '../../../../src/engine/accounts/failures-here.ts';
import { Vault } from '../../../../src/engine/accounts/vault.ts';
import { ExchangeError } from '../../../../src/core/errors.ts';
import { MemorySecrets } from './memory-storage.ts';
import { saysLike } from '../../../texts.ts';

const keys = { apiKey: 'K-visible-4711', secret: 'S-visible-4711', passphrase: 'P-visible-4711' };
const isMissing = (error: unknown): boolean => {
  assert.ok(ExchangeError.is(error, 'auth'));
  assert.equal(error.code, keysMissingCode);
  assert.equal(error.effect, 'none');
  assert.doesNotMatch(inspect(error, { depth: 9, showHidden: true }), /4711/);
  return true;
};

describe('the vault', () => {
  it('keeps the keys of an account as one compact text, and gives them back', async () => {
    const secrets = new MemorySecrets();
    const vault = new Vault(secrets);
    await vault.store('a', keys);
    assert.deepEqual([...secrets.values], [['ltvGauge.keys.a', JSON.stringify(keys)]]);
    assert.deepEqual(await vault.read('a'), keys);
    await vault.delete('a');
    assert.equal(secrets.values.size, 0);
    await vault.delete('a');
  });

  it('asks the keyring at every use and keeps nothing', async () => {
    const secrets = new MemorySecrets();
    const vault = new Vault(secrets);
    await vault.store('a', keys);
    const before = secrets.reads;
    await vault.read('a');
    await vault.read('a');
    assert.equal(secrets.reads, before + 2);
    secrets.values.set('ltvGauge.keys.a', JSON.stringify({ ...keys, secret: 'other' }));
    assert.equal((await vault.read('a'))['secret'], 'other');
    assert.doesNotMatch(inspect(vault, { depth: 0, showHidden: true }), /4711/);
  });

  it('loses one account only when its keys are missing or damaged', async () => {
    const secrets = new MemorySecrets();
    const vault = new Vault(secrets);
    await vault.store('good', keys);
    const damaged = ['', '{', 'null', '[]', '"4711"', '{}', '{"apiKey":4711}', '{"apiKey":""}', JSON.stringify(keys).slice(0, -1)];
    await assert.rejects(vault.read('never stored'), isMissing);
    for (const text of damaged) {
      secrets.values.set('ltvGauge.keys.bad', text);
      await assert.rejects(vault.read('bad'), isMissing, text);
    }
    assert.deepEqual(await vault.read('good'), keys);
  });

  for (const fault of ['throws', 'forgets', 'garbles'] as const) {
    it(`says so when the keyring ${fault} instead of storing, without a word of the key`, async () => {
      const secrets = new MemorySecrets();
      secrets.fault = fault;
      await assert.rejects(new Vault(secrets).store('a', keys), isMissing);
    });
  }

  it('is missing keys, not failing otherwise, when the keyring throws', async () => {
    const secrets = new MemorySecrets();
    const vault = new Vault(secrets);
    await vault.store('a', keys);
    secrets.fault = 'throws';
    await assert.rejects(vault.read('a'), isMissing);
    await assert.rejects(vault.delete('a'), isMissing);
  });

  it('keeps whose keys they are in the same text, so that both change as one, and in a form that older versions read', async () => {
    const secrets = new MemorySecrets();
    const vault = new Vault(secrets);
    await vault.store('a', keys, '4711-user');
    assert.deepEqual(await vault.readOwned('a'), { keys, owner: '4711-user' });
    assert.deepEqual(await vault.read('a'), keys);
    const text = secrets.values.get('ltvGauge.keys.a')!;
    const asBefore = JSON.parse(text) as Record<string, unknown>;
    assert.ok(Object.values(asBefore).every((part) => typeof part === 'string' && part !== ''));
    secrets.values.set('ltvGauge.keys.a', JSON.stringify(keys));
    assert.deepEqual(await vault.readOwned('a'), { keys });
    secrets.values.set('ltvGauge.keys.a', JSON.stringify({ ...keys, 'ltvGauge.owner': 7 }));
    await assert.rejects(vault.readOwned('a'), isMissing);
    assert.equal(await vault.has('a'), false);
    secrets.values.set('ltvGauge.keys.a', JSON.stringify({ 'ltvGauge.owner': '7' }));
    await assert.rejects(vault.read('a'), isMissing, 'an owner alone is no key');
  });

  it('does not tell a person whose keys are missing to type them again first', async () => {
    await assert.rejects(new Vault(new MemorySecrets()).read('a'), (error: unknown) => {
      assert.ok(ExchangeError.is(error));
      assert.match(error.message, saysLike('key.not-found'));
      assert.doesNotMatch(error.message, /enter|Update Keys/);
      return true;
    });
  });

  it('does not store an empty part', async () => {
    const secrets = new MemorySecrets();
    await assert.rejects(new Vault(secrets).store('a', { ...keys, secret: '' }), isMissing);
    assert.equal(secrets.values.size, 0);
  });
});
