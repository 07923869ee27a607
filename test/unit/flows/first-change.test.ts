import assert from 'node:assert/strict';
import { changeCollateral } from '../../../src/flows/change.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { Desk } from '../engine/ledger/support.ts';
import { actingAt, leave, pick, press, Scripted, throughTime, type, type Answer } from './scripted.ts';

const add = 'Add 0.1 BTC';

async function adding(desk: Desk, ...answers: readonly Answer[]) {
  const talk = new Scripted(pick('BTC'), type('0.1'), ...answers);
  const coins = [{ coin: 'BTC', limit: desk.venue.wallet }];
  const { app } = actingAt(desk, talk, { loans: [desk.venue.loan()] }, { collateral: { options: async () => coins } });
  await throughTime(desk, changeCollateral(app, new Attended(), 'add', undefined));
  const dialogs = talk.heard.filter(({ what }) => what === 'dialog');
  return { talk, dialogs };
}

describe('the first change with real money', () => {
  it('cannot be sent before its request was looked at, and can afterwards', async () => {
    const desk = new Desk();
    const { talk, dialogs } = await adding(desk, press('Show Request'), pick('Back to the Preview'), press(add));
    assert.deepEqual(
      dialogs.map(({ choices }) => choices),
      [
        ['Read Again', 'Show Request'],
        ['Read Again', 'Show Request', add],
      ],
    );
    const [page] = talk.heard.filter(({ what }) => what === 'page');
    assert.match(page!.detail, /POST/);
    assert.equal(desk.venue.sends.length, 1);
    assert.equal(talk.left, 0);
    // What says that nothing was sent is no longer true.
    assert.ok(talk.did.includes('closePages'));
  });

  it('is not sent by whoever leaves the preview, nor by looking at the request', async () => {
    const desk = new Desk();
    const { talk } = await adding(desk, press('Show Request'), leave, leave);
    assert.equal(desk.venue.sends.length, 0);
    assert.equal(talk.left, 0);
  });

  it('has to be looked at again when the request is another one meanwhile', async () => {
    const desk = new Desk();
    const talk = new Scripted(pick('BTC'), type('0.1'), press('Show Request'), pick('Back to the Preview'), leave);
    let shown = 0;
    const { app } = actingAt(
      desk,
      talk,
      { loans: [desk.venue.loan()] },
      {
        collateral: {
          options: async () => [{ coin: 'BTC', limit: desk.venue.wallet }],
          rehearse: () => ({ method: 'POST', url: `https://venue.invalid/${(shown += 1).toString()}`, headers: [], body: '' }),
        },
      },
    );
    await throughTime(desk, changeCollateral(app, new Attended(), 'add', undefined));
    assert.deepEqual(talk.heard.at(-1)!.choices, ['Read Again', 'Show Request']);
  });

  it('is asked for arming where the account is not armed, and leaving that sends nothing', async () => {
    const desk = new Desk();
    desk.armed = { armed: false };
    desk.accounts.set('a', { ...desk.accounts.get('a')!, uid: '1' });
    const { dialogs } = await adding(desk, press('Arm Writing…'), leave, leave);
    assert.deepEqual(
      dialogs.map(({ choices }) => choices.at(-1)),
      ['Arm Writing…', 'Arm Writing…'],
    );
    assert.equal(desk.venue.sends.length, 0);
  });
});
