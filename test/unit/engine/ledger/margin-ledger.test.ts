import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../src/core/message.ts';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import { fold } from '../../../../src/engine/ledger/write-states.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { long, marginChange, short } from './market.ts';
import { change, d, Desk, ignore, refused, rowOf, start, trouble, type SendFault } from './support.ts';

describe('a change of margin', () => {
  for (const id of [long, short]) {
    for (const direction of ['add', 'reduce'] as const) {
      it(`reaches the venue as it was confirmed: ${direction} on the ${id === long ? 'long' : 'short'} side`, async () => {
        const desk = new Desk();
        const window = desk.window();
        const asked = marginChange({ direction, amount: d('10.50') }, id);
        const { done } = await start(window.ledger, asked);
        assert.deepEqual(desk.market.sends, [asked], 'to the last character');
        assert.deepEqual(
          window.ledger.open('a').map(({ state }) => state),
          ['accepted'],
        );
        desk.market.settle();
        await desk.clock.advance(2_000);
        const record = await done;
        assert.equal(record.state, 'effective');
        assert.deepEqual(record.evidence, { kind: 'position' });
        const up = (direction === 'add') === (id === short);
        const before = id === long ? 19_700 : 20_300;
        assert.equal(record.liquidationBefore, before.toString());
        assert.equal(record.liquidationAfter, (up ? before + 10.5 : before - 10.5).toString());
        assert.ok(up ? Number(record.liquidationEstimate) > before : Number(record.liquidationEstimate) < before);
        assert.equal(record.ltvBefore, undefined);
        assert.deepEqual(record.request.body, JSON.stringify(asked));
        assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'accepted', 'effective']);
        assert.equal(desk.market.held.get(id)!.steady, direction === 'add' ? '410.5' : '389.5');
        assert.equal(desk.venue.sends.length, 0);
      });
    }
  }

  it('is on the disk as sent before the bytes leave', async () => {
    const desk = new Desk();
    const window = desk.window();
    let onDisk: string[] = [];
    const take = desk.market.take.bind(desk.market);
    desk.market.take = async (...given) => {
      onDisk = await window.journal.states();
      return take(...given);
    };
    await start(window.ledger, marginChange());
    assert.deepEqual(onDisk, ['planned', 'sent']);
  });

  for (const fault of ['lost-after', 'odd-error'] satisfies SendFault[]) {
    it(`whose answer is ${fault} is found by reading, without a second send`, async () => {
      const desk = new Desk();
      desk.venue.sendFault = fault;
      const { ledger } = desk.window();
      const { done } = await start(ledger, marginChange());
      await assert.rejects(ledger.preview('a', marginChange()), refused(/change of this position is not finished/));
      desk.market.settle();
      await desk.clock.advance(2_000);
      assert.equal((await done).state, 'effective');
      assert.equal(desk.market.sends.length, 1);
    });
  }

  it('that never had an effect stays open until a person settles it, also when the position is gone', async () => {
    for (const gone of [false, true]) {
      const desk = new Desk();
      desk.venue.sendFault = 'lost-before';
      const { ledger } = desk.window();
      const { done } = await start(ledger, marginChange());
      if (gone) desk.market.held.delete(long);
      await desk.clock.advance(61_000);
      const { id, state } = await done;
      assert.equal(state, 'unknown');
      await ledger.reconcile('a');
      assert.equal(ledger.open('a').length, 1);
      await ledger.settle(id, 'not-effective');
      assert.deepEqual(ledger.open('a'), []);
    }
  });

  it('is closed with the reason when the venue refuses it', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'refused';
    const { ledger } = desk.window();
    const record = await (await start(ledger, marginChange())).done;
    assert.equal(record.state, 'rejected');
    assert.deepEqual(record.note, trouble('refused', 'none').sentence);
    await ledger.preview('a', marginChange());
  });

  for (const fault of ['wrong-way', 'wrong-amount'] satisfies SendFault[]) {
    it(`freezes the account when the venue acted ${fault}, loans too, until a person lifts it`, async () => {
      const desk = new Desk();
      desk.venue.sendFault = fault;
      const { ledger } = desk.window();
      const { done } = await start(ledger, marginChange());
      desk.market.settle();
      await desk.clock.advance(2_000);
      const record = await done;
      assert.equal(record.state, 'mismatch');
      for (const asked of [change(), marginChange({}, short)]) await assert.rejects(ledger.preview('a', asked), refused(/frozen/));
      await assert.rejects(desk.window().ledger.preview('a', marginChange()), refused(/frozen/));
      await ledger.settle(record.id, 'lift-freeze');
      await ledger.preview('a', marginChange());
    });
  }

  it('freezes by our own second look when the adapter takes the wrong direction for the right one', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'wrong-way';
    desk.market.shapeProof = (proof) => (proof.state === 'contradicted' ? { ...proof, state: 'effective' } : proof);
    const { done } = await start(desk.window().ledger, marginChange());
    desk.market.settle();
    await desk.clock.advance(2_000);
    assert.equal((await done).state, 'mismatch');
  });

  it('is proven while the margin that is shown falls with the price', async () => {
    const desk = new Desk();
    desk.market.drifting = true;
    const { done } = await start(desk.window().ledger, marginChange());
    desk.market.drift = d('-25');
    await desk.clock.advance(5_000);
    desk.market.settle();
    await desk.clock.advance(5_000);
    assert.equal((await done).state, 'effective');
  });

  it('holds up neither the loan, nor the other side of a hedge, nor is it held up by them', async () => {
    const desk = new Desk();
    const { ledger } = desk.window();
    const dones = [];
    for (const asked of [change(), marginChange(), marginChange({ direction: 'reduce' }, short)])
      dones.push((await start(ledger, asked)).done);
    assert.equal(ledger.open('a').length, 3);
    assert.equal(desk.venue.sends.length + desk.market.sends.length, 3);
    await assert.rejects(ledger.preview('a', marginChange({}, short)), refused(/position is not finished/));
    await assert.rejects(ledger.preview('a', change()), refused(/loan is not finished/));
    desk.venue.settle();
    desk.market.settle();
    await desk.clock.advance(3_000);
    assert.deepEqual(
      (await Promise.all(dones)).map(({ state }) => state),
      ['effective', 'effective', 'effective'],
    );
  });

  it('is no longer good after another change of the position, and says so of a position', async () => {
    const desk = new Desk();
    const { ledger } = desk.window();
    const early = await ledger.preview('a', marginChange());
    const previews = [await ledger.preview('a', marginChange()), await ledger.preview('a', marginChange())];
    const [first, second] = previews.map((preview) => ledger.commit(preview, ignore));
    await assert.rejects(second!, refused(/change of this position is just being sent/));
    await settled();
    desk.market.settle();
    await desk.clock.advance(2_000);
    assert.equal((await first!).state, 'effective');
    await assert.rejects(ledger.commit(early, ignore), refused(/change of this position was sent after this preview/));
    assert.equal(desk.market.sends.length, 1);
  });

  it('raises a doubt when the one before asked for the same and was given up', async () => {
    const desk = new Desk();
    const { ledger } = desk.window();
    desk.venue.sendFault = 'lost-before';
    const first = await start(ledger, marginChange());
    await desk.clock.advance(61_000);
    await ledger.settle((await first.done).id, 'not-effective');
    desk.venue.sendFault = 'none';
    const { done } = await start(ledger, marginChange());
    desk.market.settle();
    await desk.clock.advance(2_000);
    assert.match(english((await done).note!), /asked for the same and was closed by your verdict/);
  });

  it('is sent once between windows, however their steps interleave', async () => {
    await holds(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const desk = new Desk();
        const windows = [desk.window(), desk.window()];
        const previews = await Promise.all(windows.map(({ ledger }) => ledger.preview('a', marginChange())));
        const ends = windows.map(({ ledger, journal }, index) => {
          journal.gate = (what) => scheduler.schedule(Promise.resolve(), what);
          return ledger.commit(previews[index]!, ignore).then(
            ({ state }) => state,
            (error: unknown) => (error instanceof Refusal ? 'refused' : String(error)),
          );
        });
        await scheduler.waitIdle();
        await settled();
        await scheduler.waitIdle();
        assert.equal(desk.market.sends.length, 1);
        desk.market.settle();
        const moving = desk.clock.advance(61_000);
        await Promise.race([moving, scheduler.waitFor(moving)]);
        await scheduler.waitFor(Promise.all(ends));
        assert.deepEqual((await Promise.all(ends)).sort(), ['effective', 'refused']);
        assert.equal(desk.market.sends.length, 1);
      }),
      { numRuns: 60 },
    );
  });

  it('is not proven by the effect of another that went before it, when its window died before it took its plan back', async () => {
    const desk = new Desk();
    const first = desk.window({
      gate: async (what) => {
        const rows = await desk.disk.load();
        const mine = rows.find(({ id, state }) => id === 'w1' && state === (what === 'before append sent' ? 'planned' : 'sent'));
        // The other window plans, and says sent, at the same moment as this one but after it, as a journal of before let it.
        if ((what === 'before append sent' || what === 'after append sent') && mine !== undefined)
          desk.disk.adopt({ ...mine, id: 'never-sent' });
      },
    });
    const { done } = await start(first.ledger, marginChange());
    desk.market.settle();
    const later = desk.window();
    await later.ledger.reconcile('a');
    await desk.clock.advance(61_000);
    assert.equal((await done).state, 'effective');
    await later.ledger.reconcile('a');
    const told = [...fold(await desk.disk.load()).values()].map(({ id, state }) => [id, state]);
    assert.deepEqual(told, [
      ['w1', 'effective'],
      ['never-sent', 'sent'],
    ]);
    assert.deepEqual(
      later.ledger.open('a').map(({ id, state }) => [id, state]),
      [['never-sent', 'unknown']],
    );
  });
});

describe('what the venue calls a change', () => {
  it('is kept with it, handed to each look for proof, and survives a restart', async () => {
    const desk = new Desk();
    desk.venue.reference = '1001';
    const first = desk.window();
    const { done } = await start(first.ledger);
    await desk.clock.advance(61_000);
    assert.equal((await done).reference, '1001');
    desk.venue.receipts.length = 0;
    desk.venue.settle();
    const second = desk.window();
    await second.ledger.reconcile('a');
    assert.deepEqual(desk.venue.receipts, [{ reference: '1001' }]);
    assert.equal(second.heard.at(-1)?.state, 'effective');
  });

  it('keeps a row of another change from being taken for this one', async () => {
    const desk = new Desk();
    desk.venue.reference = '7777';
    const { ledger } = desk.window();
    const { done } = await start(ledger);
    desk.venue.settle();
    await desk.clock.advance(61_000);
    assert.equal((await done).state, 'accepted');
  });

  it('closes it as not done when the row of that id says that it failed, and the loan is free again', async () => {
    const desk = new Desk();
    desk.venue.reference = '55';
    desk.venue.shapeProof = () => ({
      state: 'pending',
      failed: { id: '55', type: 'failed', forced: false, coin: 'BTC', amount: d('0.1'), at: 1 },
    });
    const window = desk.window();
    const { done } = await start(window.ledger);
    await desk.clock.advance(2_000);
    const record = await done;
    assert.equal(record.state, 'not-effective');
    assert.equal(rowOf(record), '55');
    assert.match(english(record.note!), /history says that it failed: "failed" of 0\.1 BTC/);
    assert.deepEqual(window.ledger.open('a'), []);
    desk.venue.shapeProof = (proof) => proof;
    desk.venue.reference = undefined;
    const again = await start(window.ledger);
    desk.venue.taken.shift();
    desk.venue.settle();
    await desk.clock.advance(2_000);
    const second = await again.done;
    assert.equal(second.state, 'effective');
    assert.equal(second.note, undefined, 'it was the word of the venue, and leaves no doubt');
  });

  it('does not close what has no answer, whatever row of a failure is there', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'lost-after';
    desk.venue.shapeProof = () => ({
      state: 'pending',
      failed: { id: '55', type: 'failed', forced: false, coin: 'BTC', amount: d('0.1'), at: 1 },
    });
    const { ledger } = desk.window();
    const { done } = await start(ledger);
    await desk.clock.advance(61_000);
    assert.equal((await done).state, 'unknown');
  });
});
