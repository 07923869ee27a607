import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Arming } from '../../../../src/engine/ledger/arming.ts';
import { FakeClock } from '../../core/fake-clock.ts';
import { MemoryArmedRows } from '../accounts/memory-storage.ts';
import { account, refused } from './support.ts';

// No front is here: whoever uses the engine meets these rules, however they come to it.

describe('arming always', () => {
  const arm = async (facts: Partial<Account>, typedName?: string): Promise<boolean> => {
    const [known, changed] = [account({ uid: '1', ...facts }), new Emitter<string>()];
    const book = { get: () => known, onDidChange: changed.on };
    const rows = new MemoryArmedRows();
    const arming = new Arming({ clock: new FakeClock(), rows, book, window: 'w', newId: () => 'x' });
    try {
      await arming.arm('a', 'always', typedName === undefined ? undefined : { typedName });
    } catch (error) {
      assert.equal(rows.shared.rows.length, 0, 'nothing is left behind');
      throw error;
    }
    return arming.state('a').armed;
  };
  const nameAsked = refused(/LIVE account.*not armed\. Type exactly: Main/);

  it('takes the typed name of a live account, to the letter', async () => {
    for (const typed of [undefined, '', 'main', 'Main ', ' Main', 'Other']) await assert.rejects(arm({}, typed), nameAsked);
    assert.equal(await arm({}, 'Main'), true);
  });

  it('takes no account’s word that it is simulated: its site tells', async () => {
    for (const facts of [{ simulated: true }, { site: 'elsewhere' }, { venue: 'unheard-of', site: 'loopback', simulated: true }]) {
      await assert.rejects(arm(facts), nameAsked);
    }
  });

  it('asks for no name where no real money moves', async () => {
    for (const facts of [{ site: 'loopback', simulated: true }, { site: 'global-demo' }, { venue: 'bybit', site: 'testnet' }]) {
      assert.equal(await arm(facts), true);
    }
  });
});
