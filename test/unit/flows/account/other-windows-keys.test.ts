import assert from 'node:assert/strict';
import { addAccount } from '../../../../src/flows/account/add.ts';
import { removeAccount, updateKeys } from '../../../../src/flows/account/change.ts';
import { mayChangeKeys } from '../../../../src/flows/account/try-keys.ts';
import { Setup } from '../../engine/ledger/support.ts';
import { actingAt, leave, press, Scripted, type Answer } from '../scripted.ts';
import { says, saysLike } from '../../../texts.ts';

/** In a browser, with one account whose keys this window may or may not find. */
function browser(found: boolean, ...answers: readonly Answer[]) {
  const setup = new Setup();
  const talk = new Scripted(...answers);
  const { app, keys } = actingAt(setup, talk);
  if (found) keys.set('a', { apiKey: 'key' });
  const outlets = { ...app.outlets, shared: { ask: (async () => []) as never } };
  return { talk, app: { ...app, outlets, keepsOwnKeys: true }, keys, setup, account: setup.accounts.get('a')! };
}

describe('keys that another window of a browser may have stored', () => {
  it('are nothing to ask about when this window finds all, nor on the desktop', async () => {
    const { app } = browser(true);
    assert.equal(await mayChangeKeys(app), true);
    const lost = browser(false);
    assert.equal(await mayChangeKeys({ ...lost.app, keepsOwnKeys: false }), true);
  });

  it('of the built-in exchange are not missed: it makes its own', async () => {
    const { app, setup, account } = browser(false);
    setup.accounts.set('a', { ...account, id: 'simulated-1', site: 'loopback' });
    assert.equal(await mayChangeKeys(app), true);
  });

  it('are asked about, too, when only the address of an outlet is missing', async () => {
    const { app, talk } = browser(true, leave);
    const outlet = { id: 'o', kind: 'ntfy', host: 'ntfy.sh', enabled: true, least: 'warn', amounts: false, dead: false };
    const kept = new Map<string, string>();
    const outlets = {
      ...{ clock: app.outlets.clock, shared: { ask: (async () => [outlet]) as never } },
      secrets: { ...app.outlets.secrets, get: async (slot: string) => kept.get(slot) },
    };
    assert.equal(await mayChangeKeys({ ...app, outlets }), false);
    assert.equal(talk.heard[0]!.title, says('key.not-found-of', 'ntfy (ntfy.sh)'));
    kept.set('ltvGauge.outlet.o', '{"url":"https://ntfy.sh","topic":"long-and-random"}');
    assert.equal(await mayChangeKeys({ ...app, outlets }), true);
  });

  it('are asked about before any question of adding: reloading comes first, and Escape stores nothing', async () => {
    for (const [answer, did] of [
      [leave, []],
      [press(says('button.reload-window')), ['reloadWindow']],
    ] as const) {
      const { app, talk, keys } = browser(false, answer);
      await addAccount(app);
      assert.equal(talk.left, 0);
      assert.deepEqual(talk.did, did);
      assert.equal(keys.size, 0);
      const [dialog] = talk.heard;
      assert.equal(dialog!.title, says('key.not-found-of', 'Main'));
      assert.deepEqual([dialog!.kind, dialog!.choices], ['warning', [says('button.reload-window'), says('button.continue-anyway')]]);
    }
    const { app, talk } = browser(false, press(says('button.continue-anyway')), leave);
    await addAccount(app);
    assert.match(talk.heard[1]!.title, saysLike('account.exchange'));
  });

  it('are asked about before other keys are entered, in words for that', async () => {
    const { app, talk, account } = browser(false, press(says('button.continue-anyway')), leave);
    await updateKeys(app, account);
    assert.deepEqual(talk.heard[0]!.choices, [says('button.reload-window'), says('button.continue-anyway')]);
    assert.equal(talk.heard[1]!.detail, 'API key');
    const left = browser(false, leave);
    await updateKeys(left.app, left.account);
    assert.equal(left.talk.left, 0);
  });

  it('are asked about before an account is removed, after that was confirmed, and it stays when the window is reloaded', async () => {
    const { app, talk, setup, account } = browser(false, press(says('button.remove-account')), press(says('button.reload-window')));
    await removeAccount(app, account);
    assert.equal(talk.left, 0);
    assert.deepEqual([...setup.accounts.keys()], ['a']);
    const sure = browser(false, press(says('button.remove-account')), press(says('button.continue-anyway')));
    await removeAccount(sure.app, sure.account);
    assert.equal(sure.setup.accounts.size, 0);
  });
});
