import assert from 'node:assert/strict';
import type { Settlement } from '../../../src/engine/ledger/ledger.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { change, Setup, ignore } from '../engine/ledger/support.ts';
import { actingAt, leave, press, Scripted, throughTime, type Answer } from './scripted.ts';
import { changeName, onLoan, says, saysLike } from '../../texts.ts';

/** A change with an unknown outcome, or one that the exchange executed the other way round; then what the person marks. */
async function resolving(fault: 'lost-before' | 'wrong-way', ...answers: readonly Answer[]) {
  const setup = new Setup();
  const talk = new Scripted(...answers);
  const { app } = actingAt(
    setup,
    talk,
    {},
    {
      read: async () => ({ asOf: setup.clock.now(), loans: [setup.venue.loan()], positions: [], wallet: [], prices: {} }),
      loans: { history: async () => ({ rows: setup.venue.rows }) },
    },
  );
  setup.venue.sendFault = fault;
  const done = app.ledger.commit(await app.ledger.preview('a', change()), ignore);
  await throughTime(setup, done);
  // Long enough that it is not merely late.
  await setup.clock.advance(20 * 60_000);
  await throughTime(setup, resolveWrite(app, new Attended(), { accountId: 'a' }));
  return { setup, app, talk };
}

describe('a person’s word on a change without proof', () => {
  const settlements: readonly (readonly [string, Exclude<Settlement, 'lift-freeze'>, string, RegExp, string])[] = [
    [
      says('button.mark-executed'),
      'effective',
      says('resolve.sure', says('button.mark-executed')),
      saysLike('resolve.no-proof'),
      says('activity.marked-executed'),
    ],
    [
      says('button.mark-not-executed'),
      'not-effective',
      says('resolve.sure', says('button.mark-not-executed')),
      saysLike('resolve.may-be-late'),
      says('activity.marked-not-executed'),
    ],
  ];
  for (const [label, settlement, question, warning, state] of settlements) {
    it(`“${label}” counts after a second question`, async () => {
      const { talk, app } = await resolving('lost-before', press(label), press(label));
      const [first, second] = talk.heard.filter(({ what }) => what === 'dialog');
      assert.deepEqual(first!.choices, [says('button.refresh'), says('button.mark-executed'), says('button.mark-not-executed')]);
      const name = changeName('add', '0.1', 'BTC', onLoan('12345'), 'Main');
      assert.equal(first!.title, says('resolve.question', name));
      assert.equal(second!.title, question);
      assert.deepEqual(second!.choices, ['Go Back', label]);
      assert.match(second!.detail, warning);
      const [record] = await app.ledger.activity('a');
      assert.equal(record!.state, settlement);
      assert.equal(record!.evidence, undefined);
      assert.deepEqual(app.ledger.open('a'), []);
      assert.deepEqual(talk.titles('notice'), [says('list.sentence', says('list.colon', state, name))]);
    });

    it(`“${label}” does not count when the second question is answered with Go Back or left`, async () => {
      const { talk, app } = await resolving('lost-before', press(label), press('Go Back'), press(label), leave, leave);
      assert.equal(talk.left, 0);
      assert.equal(app.ledger.open('a').length, 1);
    });
  }
});

describe('a freeze', () => {
  it('is lifted after a second question only', async () => {
    const { talk, app } = await resolving('wrong-way', press(says('button.unfreeze')), press('Go Back'), leave);
    assert.equal(talk.left, 0);
    assert.ok(app.ledger.frozen('a') !== undefined);
    const lifted = await resolving('wrong-way', press(says('button.unfreeze')), press(says('button.unfreeze')));
    const [first, second] = lifted.talk.heard.filter(({ what }) => what === 'dialog');
    assert.deepEqual(first!.choices, [says('button.refresh'), says('button.unfreeze')]);
    assert.match(second!.title, saysLike('resolve.sure', says('button.unfreeze')));
    assert.equal(lifted.app.ledger.frozen('a'), undefined);
    assert.deepEqual(lifted.talk.titles('notice'), [says('resolve.unfrozen')]);
  });
});
