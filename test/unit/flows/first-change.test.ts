import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { Setup } from '../engine/ledger/support.ts';
import { actingAt, leave, pick, press, Scripted, throughTime, type, type Answer } from './scripted.ts';
import { says } from '../../texts.ts';

const add = 'Add 0.1 BTC';

async function adding(setup: Setup, ...answers: readonly Answer[]) {
  const talk = new Scripted(pick('BTC'), type('0.1'), ...answers);
  const coins = [{ coin: 'BTC', limit: setup.venue.wallet }];
  const { app } = actingAt(setup, talk, { loans: [setup.venue.loan()] }, { collateral: { options: async () => coins } });
  await throughTime(setup, changeCollateral(app, new Attended(), 'add', undefined));
  const dialogs = talk.heard.filter(({ what }) => what === 'dialog');
  return { talk, dialogs };
}

describe('the first change with real money', () => {
  it('cannot be sent before its request was looked at, and can afterwards', async () => {
    const setup = new Setup();
    const { talk, dialogs } = await adding(setup, press(says('button.show-request')), pick(says('button.back-to-preview')), press(add));
    assert.deepEqual(
      dialogs.map(({ choices }) => choices),
      [
        [says('button.refresh'), says('button.show-request')],
        [says('button.refresh'), says('button.show-request'), add],
      ],
    );
    const [page] = talk.heard.filter(({ what }) => what === 'page');
    assert.match(page!.detail, /POST/);
    assert.equal(setup.venue.sends.length, 1);
    assert.equal(talk.left, 0);
    // What says that nothing was sent is no longer true.
    assert.ok(talk.did.includes('closePages'));
  });

  it('is not sent by whoever leaves the preview, nor by looking at the request', async () => {
    const setup = new Setup();
    const { talk } = await adding(setup, press(says('button.show-request')), leave, leave);
    assert.equal(setup.venue.sends.length, 0);
    assert.equal(talk.left, 0);
  });

  it('has to be looked at again when the request is another one meanwhile', async () => {
    const setup = new Setup();
    const talk = new Scripted(pick('BTC'), type('0.1'), press(says('button.show-request')), pick(says('button.back-to-preview')), leave);
    let shown = 0;
    const { app } = actingAt(
      setup,
      talk,
      { loans: [setup.venue.loan()] },
      {
        collateral: {
          options: async () => [{ coin: 'BTC', limit: setup.venue.wallet }],
          rehearse: () => ({ method: 'POST', url: `https://venue.invalid/${(shown += 1).toString()}`, headers: [], body: '' }),
        },
      },
    );
    await throughTime(setup, changeCollateral(app, new Attended(), 'add', undefined));
    assert.deepEqual(talk.heard.at(-1)!.choices, [says('button.refresh'), says('button.show-request')]);
  });

  it('is asked for arming where the account is not armed, and leaving that sends nothing', async () => {
    const setup = new Setup();
    setup.armed = { armed: false };
    setup.accounts.set('a', { ...setup.accounts.get('a')!, uid: '1' });
    const { dialogs } = await adding(setup, press(says('button.arm-account')), leave, leave);
    assert.deepEqual(
      dialogs.map(({ choices }) => choices.at(-1)),
      [says('button.arm-account'), says('button.arm-account')],
    );
    assert.equal(setup.venue.sends.length, 0);
  });
});
