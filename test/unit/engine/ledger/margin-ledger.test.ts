import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../src/core/message.ts';
import { Refusal } from '../../../../src/engine/ledger/ledger.ts';
import { fold } from '../../../../src/engine/ledger/write-states.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { long, marginChange, short } from './market.ts';
import { change, d, Setup, ignore, refused, rowOf, start, trouble, type SendFault } from './support.ts';
import { saysLike } from '../../../texts.ts';

describe('a change of margin', () => {
  for (const id of [long, short]) {
    for (const direction of ['add', 'reduce'] as const) {
      it(`reaches the venue as it was confirmed: ${direction} on the ${id === long ? 'long' : 'short'} side`, async () => {
        const setup = new Setup();
        const window = setup.window();
        const asked = marginChange({ direction, amount: d('10.50') }, id);
        const { done } = await start(window.ledger, asked);
        assert.deepEqual(setup.market.sends, [asked], 'to the last character');
        assert.deepEqual(
          window.ledger.open('a').map(({ state }) => state),
          ['accepted'],
        );
        setup.market.settle();
        await setup.clock.advance(2_000);
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
        assert.equal(setup.market.held.get(id)!.steady, direction === 'add' ? '410.5' : '389.5');
        assert.equal(setup.venue.sends.length, 0);
      });
    }
  }

  it('is on the disk as sent before the bytes leave', async () => {
    const setup = new Setup();
    const window = setup.window();
    let onDisk: string[] = [];
    const take = setup.market.take.bind(setup.market);
    setup.market.take = async (...given) => {
      onDisk = await window.journal.states();
      return take(...given);
    };
    await start(window.ledger, marginChange());
    assert.deepEqual(onDisk, ['planned', 'sent']);
  });

  for (const fault of ['lost-after', 'odd-error'] satisfies SendFault[]) {
    it(`whose answer is ${fault} is found by reading, without a second send`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const { ledger } = setup.window();
      const { done } = await start(ledger, marginChange());
      await assert.rejects(ledger.preview('a', marginChange()), refused(saysLike('refusal.unfinished')));
      setup.market.settle();
      await setup.clock.advance(2_000);
      assert.equal((await done).state, 'effective');
      assert.equal(setup.market.sends.length, 1);
    });
  }

  it('that never had an effect stays open until a person settles it, also when the position is gone', async () => {
    for (const gone of [false, true]) {
      const setup = new Setup();
      setup.venue.sendFault = 'lost-before';
      const { ledger } = setup.window();
      const { done } = await start(ledger, marginChange());
      if (gone) setup.market.held.delete(long);
      await setup.clock.advance(61_000);
      const { id, state } = await done;
      assert.equal(state, 'unknown');
      await ledger.reconcile('a');
      assert.equal(ledger.open('a').length, 1);
      await ledger.settle(id, 'not-effective');
      assert.deepEqual(ledger.open('a'), []);
    }
  });

  it('is closed with the reason when the venue refuses it', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'refused';
    const { ledger } = setup.window();
    const record = await (await start(ledger, marginChange())).done;
    assert.equal(record.state, 'rejected');
    assert.deepEqual(record.note, trouble('refused', 'none').sentence);
    await ledger.preview('a', marginChange());
  });

  for (const fault of ['wrong-way', 'wrong-amount'] satisfies SendFault[]) {
    it(`freezes the account when the venue acted ${fault}, loans too, until a person lifts it`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const { ledger } = setup.window();
      const { done } = await start(ledger, marginChange());
      setup.market.settle();
      await setup.clock.advance(2_000);
      const record = await done;
      assert.equal(record.state, 'mismatch');
      for (const asked of [change(), marginChange({}, short)]) await assert.rejects(ledger.preview('a', asked), refused(/frozen/));
      await assert.rejects(setup.window().ledger.preview('a', marginChange()), refused(/frozen/));
      await ledger.settle(record.id, 'lift-freeze');
      await ledger.preview('a', marginChange());
    });
  }

  it('freezes by our own second look when the adapter takes the wrong direction for the right one', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'wrong-way';
    setup.market.shapeProof = (proof) => (proof.state === 'contradicted' ? { ...proof, state: 'effective' } : proof);
    const { done } = await start(setup.window().ledger, marginChange());
    setup.market.settle();
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'mismatch');
  });

  it('is proven while the margin that is shown falls with the price', async () => {
    const setup = new Setup();
    setup.market.drifting = true;
    const { done } = await start(setup.window().ledger, marginChange());
    setup.market.drift = d('-25');
    await setup.clock.advance(5_000);
    setup.market.settle();
    await setup.clock.advance(5_000);
    assert.equal((await done).state, 'effective');
  });

  it('holds up neither the loan, nor the other side of a hedge, nor is it held up by them', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const dones = [];
    for (const asked of [change(), marginChange(), marginChange({ direction: 'reduce' }, short)])
      dones.push((await start(ledger, asked)).done);
    assert.equal(ledger.open('a').length, 3);
    assert.equal(setup.venue.sends.length + setup.market.sends.length, 3);
    await assert.rejects(ledger.preview('a', marginChange({}, short)), refused(saysLike('refusal.unfinished')));
    await assert.rejects(ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
    setup.venue.settle();
    setup.market.settle();
    await setup.clock.advance(3_000);
    assert.deepEqual(
      (await Promise.all(dones)).map(({ state }) => state),
      ['effective', 'effective', 'effective'],
    );
  });

  it('is no longer good after another change of the position, and says so of a position', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const early = await ledger.preview('a', marginChange());
    const previews = [await ledger.preview('a', marginChange()), await ledger.preview('a', marginChange())];
    const [first, second] = previews.map((preview) => ledger.commit(preview, ignore));
    await assert.rejects(second!, refused(saysLike('refusal.being-sent')));
    await settled();
    setup.market.settle();
    await setup.clock.advance(2_000);
    assert.equal((await first!).state, 'effective');
    await assert.rejects(ledger.commit(early, ignore), refused(saysLike('refusal.overtaken')));
    assert.equal(setup.market.sends.length, 1);
  });

  it('raises a doubt when the one before asked for the same and was given up', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    setup.venue.sendFault = 'lost-before';
    const first = await start(ledger, marginChange());
    await setup.clock.advance(61_000);
    await ledger.settle((await first.done).id, 'not-effective');
    setup.venue.sendFault = 'none';
    const { done } = await start(ledger, marginChange());
    setup.market.settle();
    await setup.clock.advance(2_000);
    assert.match(english((await done).note!), saysLike('change.may-be-earlier'));
  });

  it('is sent once between windows, however their steps interleave', async () => {
    await holds(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const setup = new Setup();
        const windows = [setup.window(), setup.window()];
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
        assert.equal(setup.market.sends.length, 1);
        setup.market.settle();
        const moving = setup.clock.advance(61_000);
        await Promise.race([moving, scheduler.waitFor(moving)]);
        await scheduler.waitFor(Promise.all(ends));
        assert.deepEqual((await Promise.all(ends)).sort(), ['effective', 'refused']);
        assert.equal(setup.market.sends.length, 1);
      }),
      { numRuns: 60 },
    );
  });

  it('is not proven by the effect of another that went before it, when its window died before it took its plan back', async () => {
    const setup = new Setup();
    const first = setup.window({
      gate: async (what) => {
        const rows = await setup.disk.load();
        const mine = rows.find(({ id, state }) => id === 'w1' && state === (what === 'before append sent' ? 'planned' : 'sent'));
        // The other window plans, and says sent, at the same moment as this one but after it, as a journal of before let it.
        if ((what === 'before append sent' || what === 'after append sent') && mine !== undefined)
          setup.disk.adopt({ ...mine, id: 'never-sent' });
      },
    });
    const { done } = await start(first.ledger, marginChange());
    setup.market.settle();
    const later = setup.window();
    await later.ledger.reconcile('a');
    await setup.clock.advance(61_000);
    assert.equal((await done).state, 'effective');
    await later.ledger.reconcile('a');
    const told = [...fold(await setup.disk.load()).values()].map(({ id, state }) => [id, state]);
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
    const setup = new Setup();
    setup.venue.reference = '1001';
    const first = setup.window();
    const { done } = await start(first.ledger);
    await setup.clock.advance(61_000);
    assert.equal((await done).reference, '1001');
    setup.venue.receipts.length = 0;
    setup.venue.settle();
    const second = setup.window();
    await second.ledger.reconcile('a');
    assert.deepEqual(setup.venue.receipts, [{ reference: '1001' }]);
    assert.equal(second.heard.at(-1)?.state, 'effective');
  });

  it('keeps a row of another change from being taken for this one', async () => {
    const setup = new Setup();
    setup.venue.reference = '7777';
    const { ledger } = setup.window();
    const { done } = await start(ledger);
    setup.venue.settle();
    await setup.clock.advance(61_000);
    assert.equal((await done).state, 'accepted');
  });

  it('closes it as not done when the row of that id says that it failed, and the loan is free again', async () => {
    const setup = new Setup();
    setup.venue.reference = '55';
    setup.venue.shapeProof = () => ({
      state: 'pending',
      failed: { id: '55', type: 'failed', forced: false, coin: 'BTC', amount: d('0.1'), at: 1 },
    });
    const window = setup.window();
    const { done } = await start(window.ledger);
    await setup.clock.advance(2_000);
    const record = await done;
    assert.equal(record.state, 'not-effective');
    assert.equal(rowOf(record), '55');
    assert.match(english(record.note!), saysLike('collateral.accepted-but-failed', 'failed', '0.1', 'BTC'));
    assert.deepEqual(window.ledger.open('a'), []);
    setup.venue.shapeProof = (proof) => proof;
    setup.venue.reference = undefined;
    const again = await start(window.ledger);
    setup.venue.taken.shift();
    setup.venue.settle();
    await setup.clock.advance(2_000);
    const second = await again.done;
    assert.equal(second.state, 'effective');
    assert.equal(second.note, undefined, 'it was the word of the venue, and leaves no doubt');
  });

  it('does not close what has no answer, whatever row of a failure is there', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-after';
    setup.venue.shapeProof = () => ({
      state: 'pending',
      failed: { id: '55', type: 'failed', forced: false, coin: 'BTC', amount: d('0.1'), at: 1 },
    });
    const { ledger } = setup.window();
    const { done } = await start(ledger);
    await setup.clock.advance(61_000);
    assert.equal((await done).state, 'unknown');
  });
});
