import assert from 'node:assert/strict';
import { addAccount } from '../../../../src/flows/account/add.ts';
import { Desk } from '../../engine/ledger/support.ts';
import { actingAt, goBack, leave, pick, press, Scripted, type, type Answer } from '../scripted.ts';

const facts = { uid: '7', canRead: true, canTrade: true, canWithdraw: false, boundAddresses: ['203.0.113.7'] };

async function adding(answers: readonly Answer[], canWithdraw = false) {
  const desk = new Desk();
  desk.accounts.clear();
  const talk = new Scripted(...answers);
  const { app, keys } = actingAt(desk, talk, {}, { inspect: async () => ({ ...facts, canWithdraw }) });
  await addAccount(app);
  return { talk, keys, accounts: [...desk.accounts.values()] };
}

const whole = [pick('OKX'), pick('OKX Global'), type('Mine'), type('key'), type('secret'), type('phrase'), press('Save Account')];

describe('adding an account', () => {
  it('stores its keys and its record when it is saved', async () => {
    const { talk, keys, accounts } = await adding(whole);
    assert.equal(talk.left, 0);
    assert.deepEqual(
      accounts.map(({ name, venue, site, uid }) => [name, venue, site, uid]),
      [['Mine', 'okx', 'global', '7']],
    );
    assert.deepEqual([...keys], [[accounts[0]!.id, { apiKey: 'key', secret: 'secret', passphrase: 'phrase' }]]);
  });

  whole.forEach((_answer, step) => {
    it(`leaves nothing behind when it is left at question ${(step + 1).toString()} of ${whole.length.toString()}`, async () => {
      const { talk, keys, accounts } = await adding([...whole.slice(0, step), leave]);
      assert.equal(talk.left, 0);
      assert.equal(keys.size, 0);
      assert.deepEqual(accounts, []);
    });
  });

  it('goes back to what was answered, and on from there', async () => {
    const there = [pick('OKX'), pick('OKX Global'), goBack, pick('OKX Global'), ...whole.slice(2)];
    assert.equal((await adding(there)).accounts.length, 1);
  });

  it('asks for the key again, and nothing else, when another key is wanted', async () => {
    const again = [...whole.slice(0, -1), press('Change Keys'), ...whole.slice(3)];
    const { talk, accounts } = await adding(again);
    assert.equal(talk.left, 0);
    assert.equal(accounts.length, 1);
  });

  it('refuses a key that may withdraw: it cannot be saved', async () => {
    const { talk, accounts, keys } = await adding([...whole.slice(0, -1), leave], true);
    assert.deepEqual(talk.heard.at(-1)!.choices, ['Change Keys', 'Save Nothing']);
    assert.equal(accounts.length + keys.size, 0);
  });
});
