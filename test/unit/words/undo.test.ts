import assert from 'node:assert/strict';
import type { Change } from '../../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import { undoMs, undoOf } from '../../../src/words/undo.ts';
import { marginChange } from '../engine/ledger/market.ts';
import { change, d, Desk, ignore, start } from '../engine/ledger/support.ts';

async function carriedOut(desk: Desk, asked: Change): Promise<WriteRecord> {
  const { done } = await start(desk.window().ledger, asked);
  desk.venue.settle();
  desk.market.settle();
  await desk.clock.advance(5_000);
  return done;
}

describe('taking an addition back', () => {
  for (const asked of [change({ amount: d('0.10') }), marginChange()]) {
    it(`of ${asked.kind} is the same in the other direction, to the last character, and can be carried out`, async () => {
      const desk = new Desk();
      const record = await carriedOut(desk, asked);
      const undo = undoOf(record, desk.clock.now());
      assert.deepEqual(undo, { ...asked, direction: 'reduce' });
      const back = await carriedOut(desk, undo);
      assert.equal(back.state, 'effective');
      assert.equal(desk.venue.pledged, '0.8');
      assert.equal(desk.market.position('linear:BTCUSDT:1')?.margin, '400');
      assert.equal(undoOf(back, desk.clock.now()), undefined, 'what took something back is not taken back in turn');
    });

    it(`of ${asked.kind} is offered for ten minutes after it took effect`, async () => {
      const desk = new Desk();
      const record = await carriedOut(desk, asked);
      assert.notEqual(undoOf(record, record.updatedAt + undoMs - 1), undefined);
      assert.equal(undoOf(record, record.updatedAt + undoMs), undefined);
      assert.equal(undoOf(record, record.updatedAt - 1), undefined, 'a clock that was set back');
    });
  }

  it('is not offered for a reduction', async () => {
    const desk = new Desk();
    const record = await carriedOut(desk, change({ direction: 'reduce' }));
    assert.equal(record.state, 'effective');
    assert.equal(undoOf(record, desk.clock.now()), undefined);
  });

  it('is not offered by a person’s word, only by proof', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'lost-before';
    const { ledger } = desk.window();
    const { done } = await start(ledger);
    await desk.clock.advance(61_000);
    await ledger.settle((await done).id, 'effective');
    const [record] = await ledger.activity('a');
    assert.equal(record?.state, 'effective');
    assert.equal(undoOf(record, desk.clock.now()), undefined);
  });

  it('is not offered while nothing is proven, nor where something else was done', async () => {
    const desk = new Desk();
    const { ledger } = desk.window();
    ledger.commit(await ledger.preview('a', change()), ignore).catch(ignore);
    const states: string[] = [];
    ledger.onDidChange((record) => {
      states.push(record.state);
      if (record.state !== 'effective') assert.equal(undoOf(record, desk.clock.now()), undefined, record.state);
    });
    desk.venue.sendFault = 'wrong-amount';
    await desk.clock.advance(2_000);
    desk.venue.settle();
    await desk.clock.advance(10_000);
    assert.equal(states.at(-1), 'mismatch');
  });
});
