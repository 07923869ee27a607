import assert from 'node:assert/strict';
import { chooseAccount } from '../../../../src/flows/account/choose.ts';
import { Setup } from '../../engine/ledger/support.ts';
import { actingAt, leave, pick, press, Scripted, type Answer } from '../scripted.ts';
import { says } from '../../../texts.ts';

async function choosing(names: readonly string[], argument: unknown, ...answers: readonly Answer[]) {
  const setup = new Setup();
  const main = setup.accounts.get('a')!;
  setup.accounts.clear();
  for (const name of names) setup.accounts.set(name, { ...main, id: name, name });
  const talk = new Scripted(...answers);
  const account = await chooseAccount(actingAt(setup, talk).app, argument);
  assert.equal(talk.left, 0);
  return { talk, chosen: account?.name };
}

describe('the account that a command is about', () => {
  it('is the one that a menu names, and none when that is gone: never another one', async () => {
    assert.equal((await choosing(['A', 'B'], { accountId: 'B' })).chosen, 'B');
    const gone = await choosing(['A'], { accountId: 'B' });
    assert.deepEqual([gone.chosen, gone.talk.heard], [undefined, []]);
  });

  it('is the only one there is, without a question', async () => {
    const { chosen, talk } = await choosing(['A'], undefined);
    assert.deepEqual([chosen, talk.heard], ['A', []]);
  });

  it('is picked of several, each with its exchange and site', async () => {
    const { chosen, talk } = await choosing(['A', 'B'], undefined, pick('B'));
    assert.equal(chosen, 'B');
    assert.equal(talk.heard[0]!.title, ` | ${says('choose.account')}`);
    assert.deepEqual(talk.heard[0]!.lines, [`A | OKX · OKX Global`, `B | OKX · OKX Global`]);
    assert.equal((await choosing(['A', 'B'], undefined, leave)).chosen, undefined);
  });

  it('can be made first where there is none', async () => {
    for (const [label, command] of [
      [says('term.add-account'), 'addAccount'],
      [says('gauges.try-simulated-exchange'), 'trySimulated'],
    ] as const) {
      const { chosen, talk } = await choosing([], undefined, press(label));
      assert.equal(chosen, undefined);
      assert.deepEqual([talk.titles('notice'), talk.did], [[says('choose.no-account-yet')], [command]]);
      assert.deepEqual(talk.heard[0]!.choices, [says('term.add-account'), says('gauges.try-simulated-exchange')]);
    }
  });
});
