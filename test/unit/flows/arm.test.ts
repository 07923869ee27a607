import assert from 'node:assert/strict';
import { armWritingOn } from '../../../src/flows/arm.ts';
import { Desk } from '../engine/ledger/support.ts';
import { actingAt, leave, pick, press, Scripted, type, type Answer } from './scripted.ts';

async function arming(answers: readonly Answer[], simulated = false) {
  const desk = new Desk();
  desk.armed = { armed: false };
  desk.accounts.set('a', { ...desk.accounts.get('a')!, uid: '1', simulated });
  const talk = new Scripted(...answers);
  const { app, armed } = actingAt(desk, talk);
  await armWritingOn(app, undefined);
  assert.equal(talk.left, 0, 'all was asked');
  return { talk, armed };
}

describe('arming an account with real money always', () => {
  it('takes its very name, and says of any other what to type', async () => {
    const { talk, armed } = await arming([pick('Always'), type(''), type('main'), type('Main '), type('Main')]);
    assert.deepEqual(armed, ['always']);
    assert.deepEqual(talk.faults, Array(3).fill('Type exactly: Main'));
  });

  it('is not done by whoever leaves, at the term or at the name', async () => {
    assert.deepEqual((await arming([leave])).armed, []);
    const { armed, talk } = await arming([pick('Always'), leave]);
    assert.deepEqual(armed, []);
    assert.deepEqual(talk.titles('notice'), []);
  });

  it('asks for no name for a term that ends, nor where no real money is', async () => {
    assert.deepEqual((await arming([pick('For 15 minutes')])).armed, ['quarter']);
  });

  it('opens the limits instead and arms nothing, when they are asked for', async () => {
    const { talk, armed } = await arming([pick('Set Limits…')]);
    assert.deepEqual(talk.did, ['openLimits']);
    assert.deepEqual(armed, []);
  });

  it('offers to take it back at once', async () => {
    const { talk } = await arming([pick('For 15 minutes'), press('Disarm Writing')]);
    assert.deepEqual(talk.did, ['disarmWriting']);
  });
});
