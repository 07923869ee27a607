import assert from 'node:assert/strict';
import { english, msg } from '../../../src/core/message.ts';
import type { Connection } from '../../../src/exchanges/exchange.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { change, connectionTo, Setup } from './ledger/support.ts';
import { marginChange } from './ledger/market.ts';
import { saysLike } from '../../texts.ts';

/** A setup whose venue lacks some kind of change, and notes what it was asked. */
function lacking(lack: 'collateral' | 'margin', why?: string) {
  const setup = new Setup();
  const asked: string[] = [];
  const plain = connectionTo(setup.venue, setup.market, async (what) => void asked.push(what));
  const { collateral, margin } = plain.actions;
  const actions = lack === 'collateral' ? { margin: margin! } : { collateral: collateral! };
  const connection: Connection = { ...plain, actions, ...(why === undefined ? {} : { absent: { [lack]: msg('test', '{0}', why) } }) };
  const { ledger } = setup.window({ options: { connections: { get: async () => connection } } });
  return { setup, ledger, asked, connection };
}

const refusedBy = (words: RegExp) => (error: unknown) =>
  ExchangeError.is(error, 'refused') && error.effect === 'none' && words.test(english(error.sentence));

describe('a change of a kind that the venue does not offer', () => {
  for (const [lack, asking] of [
    ['collateral', change()],
    ['margin', marginChange()],
  ] as const) {
    it(`is refused before anything is asked or written, in the venue's own words (${lack})`, async () => {
      const { setup, ledger, asked } = lacking(lack, 'There are no loans here.');
      await assert.rejects(ledger.preview('a', asking), refusedBy(/^There are no loans here\.$/));
      assert.deepEqual([asked, await setup.disk.load()], [[], []]);
    });

    it(`is refused where the venue has no words for it (${lack})`, async () => {
      await assert.rejects(lacking(lack).ledger.preview('a', asking), refusedBy(saysLike('change.not-offered')));
    });
  }

  it('is not sent either where it was offered when it was previewed', async () => {
    const setup = new Setup();
    const plain = connectionTo(setup.venue, setup.market);
    let connection: Connection = plain;
    const { ledger } = setup.window({ options: { connections: { get: async () => connection } } });
    const preview = await ledger.preview('a', change());
    connection = { ...plain, actions: {} };
    await assert.rejects(
      ledger.commit(preview, () => undefined),
      saysLike('change.not-offered'),
    );
    assert.deepEqual([setup.venue.sends, await setup.disk.load()], [[], []]);
  });

  it('stays open where it was sent when it was offered', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const plain = connectionTo(setup.venue, setup.market);
    let connection: Connection = plain;
    const { ledger } = setup.window({ options: { connections: { get: async () => connection } } });
    const done = ledger.commit(await ledger.preview('a', change()), (record) => {
      if (record.state === 'unknown') connection = { ...plain, actions: {} };
    });
    await setup.clock.advance(600_000);
    assert.equal((await done).state, 'unknown');
    assert.equal(ledger.open('a').length, 1);
  });
});
