import assert from 'node:assert/strict';
import type { Verdict } from '../../../src/engine/ledger/ledger.ts';
import { Attended } from '../../../src/flows/open-change-news.ts';
import { resolveWrite } from '../../../src/flows/resolve.ts';
import { change, Setup, ignore } from '../engine/ledger/support.ts';
import { actingAt, leave, press, Scripted, throughTime, type Answer } from './scripted.ts';
import { says, saysLike } from '../../texts.ts';

/** A change that nobody knows the outcome of, or one that the exchange did the other way round; then what the person says of it. */
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
  const verdicts: readonly (readonly [string, Exclude<Verdict, 'lift-freeze'>, RegExp])[] = [
    [says('button.mark-executed'), 'effective', saysLike('resolve.record-change-happen')],
    [says('button.mark-not-executed'), 'not-effective', saysLike('resolve.record-change-not')],
  ];
  for (const [label, verdict, question] of verdicts) {
    it(`“${label}” counts after a second question`, async () => {
      const { talk, app } = await resolving('lost-before', press(label), press(label));
      const [first, second] = talk.heard.filter(({ what }) => what === 'dialog');
      assert.deepEqual(first!.choices, [says('button.refresh'), says('button.mark-executed'), says('button.mark-not-executed')]);
      assert.match(second!.title, question);
      assert.deepEqual(second!.choices, ['Go Back', label]);
      assert.match(second!.detail, /your word, not proof/);
      const [record] = await app.ledger.activity('a');
      assert.equal(record!.state, verdict);
      assert.equal(record!.evidence, undefined);
      assert.deepEqual(app.ledger.open('a'), []);
      assert.deepEqual(talk.titles('notice'), [says('resolve.recorded-said', label)]);
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
    assert.match(second!.title, saysLike('resolve.allow-changes-account'));
    assert.equal(lifted.app.ledger.frozen('a'), undefined);
    assert.deepEqual(lifted.talk.titles('notice'), [says('resolve.freeze-lifted')]);
  });
});
