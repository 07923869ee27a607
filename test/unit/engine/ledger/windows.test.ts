import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Refusal, type WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { fold } from '../../../../src/engine/ledger/write-states.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { marginChange } from './market.ts';
import { change, d, Setup, ignore, refused, start, rowOf } from './support.ts';
import { saysLike } from '../../../texts.ts';

describe('two windows on one account', () => {
  it('see the open write of the other and do not send over it', async () => {
    const setup = new Setup();
    const [one, two] = [setup.window(), setup.window()];
    const early = await two.ledger.preview('a', change({ amount: d('0.2') }));
    one.ledger.commit(await one.ledger.preview('a', change()), ignore).catch(ignore);
    await settled();
    await assert.rejects(two.ledger.commit(early, ignore), (error) => error instanceof Refusal && error.openWrite !== undefined);
    await assert.rejects(two.ledger.preview('a', change()), (error) => error instanceof Refusal && error.openWrite !== undefined);
    assert.deepEqual(setup.venue.sends, [change()]);
  });

  it('learn from each other what became of it', async () => {
    const setup = new Setup();
    const [one, two] = [setup.window(), setup.window()];
    const done = one.ledger.commit(await one.ledger.preview('a', change()), ignore);
    await settled();
    await two.ledger.reconcile('a');
    assert.equal(two.ledger.open('a').length, 1);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    await done;
    await two.ledger.reconcile('a');
    assert.deepEqual(two.ledger.open('a'), []);
    assert.deepEqual(
      two.heard.map(({ state }) => state),
      ['accepted', 'effective'],
    );
  });

  it('come to one end when both prove the same write', async () => {
    const setup = new Setup();
    const [one, two] = [setup.window(), setup.window()];
    const done = one.ledger.commit(await one.ledger.preview('a', change()), ignore);
    await settled();
    setup.venue.settle();
    await two.ledger.reconcile('a');
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'effective');
    const told = [...fold(await one.journal.disk.load()).values()];
    assert.deepEqual(
      told.map((record) => [record.state, rowOf(record)]),
      [['effective', '1001']],
    );
  });

  it('leave to the window that sent it what it follows, until its patience is over, and then to the one that reads for all', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const one = setup.window({ options: { window: 'one' } });
    const two = setup.window({ options: { window: 'two' } });
    one.ledger.commit(await one.ledger.preview('a', change()), ignore).catch(ignore);
    await settled();
    await two.ledger.reconcile('a', 'none');
    assert.equal(two.ledger.open('a').length, 1, 'what the journal says is known');
    one.ledger.dispose();
    const asked = (): number => setup.venue.receipts.length;
    const before = asked();
    await two.ledger.reconcile('a', 'none');
    await two.ledger.reconcile('a', 'routine');
    assert.equal(asked(), before, 'it may be followed by the window that sent it');
    await two.ledger.reconcile('a', 'all');
    assert.equal(asked(), before + 1, 'who begins to read looks at what others left open');
    setup.clock.jump(60_000);
    await two.ledger.reconcile('a', 'none');
    assert.equal(asked(), before + 1);
    await two.ledger.reconcile('a', 'routine');
    assert.equal(asked(), before + 2, 'nobody follows it any more');
  });

  for (const place of ['before append planned', 'before append sent'] as const) {
    it(`are refused with the write of the other that was first (${place})`, async () => {
      const setup = new Setup();
      const one = setup.window();
      let first: WriteRecord | undefined;
      const two = setup.window({
        gate: async (what) => {
          if (what !== place || first !== undefined) return;
          await start(one.ledger);
          [first] = one.ledger.open('a');
        },
      });
      const preview = await two.ledger.preview('a', change());
      await assert.rejects(two.ledger.commit(preview, ignore), (error) => {
        assert.ok(error instanceof Refusal);
        assert.match(error.message, saysLike('refusal.unfinished'));
        assert.ok(first !== undefined);
        assert.equal(error.openWrite?.id, first.id);
        return true;
      });
      assert.equal(setup.venue.sends.length, 1);
      const mine = (await two.ledger.activity('a')).filter(({ id }) => id !== first?.id);
      assert.deepEqual(
        mine.map(({ state, sentAt }) => [state, sentAt]),
        [['not-effective', undefined]],
        'what did not go is closed, and never left',
      );
    });
  }

  for (const place of ['before append planned', 'before append sent', 'after append sent'] as const) {
    it(`send nothing on an account that another one has just found a mismatch on (${place})`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = 'wrong-way';
      await start(setup.window().ledger);
      setup.venue.settle();
      setup.venue.sendFault = 'none';
      const two = setup.window({
        gate: async (what) => {
          if (what === place) await setup.window().ledger.reconcile('a');
        },
      });
      const preview = await two.ledger.preview('a', marginChange());
      await assert.rejects(two.ledger.commit(preview, ignore), refused(/frozen/));
      assert.equal(setup.market.sends.length, 0);
      assert.equal((await two.ledger.unsettled('a'))?.state, 'mismatch');
      assert.deepEqual(two.ledger.open('a'), []);
    });
  }

  it('send once between them, however their steps interleave', async () => {
    await holds(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const setup = new Setup();
        const gate = (what: string): Promise<void> => scheduler.schedule(Promise.resolve(), what);
        const windows = [setup.window(), setup.window(), setup.window()];
        const previews = await Promise.all(windows.map(({ ledger }) => ledger.preview('a', change())));
        const ends = windows.map(({ ledger, journal }, index) => {
          journal.gate = gate;
          return ledger.commit(previews[index]!, ignore).then(
            () => 'sent',
            (error: unknown) => (error instanceof Refusal ? 'refused' : String(error)),
          );
        });
        await scheduler.waitIdle();
        await settled();
        await scheduler.waitIdle();
        assert.equal(setup.venue.sends.length, 1);
        setup.venue.settle();
        const moving = setup.clock.advance(61_000);
        await Promise.race([moving, scheduler.waitFor(moving)]);
        await scheduler.waitFor(Promise.all(ends));
        assert.deepEqual((await Promise.all(ends)).sort(), ['refused', 'refused', 'sent']);
        assert.equal(setup.venue.sends.length, 1);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a preview', () => {
  for (const same of [true, false]) {
    it(`is no longer good when another change was sent and done in ${same ? 'the same' : 'another'} window since`, async () => {
      const setup = new Setup();
      const one = setup.window();
      const two = same ? one : setup.window();
      const early = await two.ledger.preview('a', change({ direction: 'reduce' }));
      const done = start(one.ledger, change({ direction: 'reduce' }));
      await settled();
      setup.venue.settle();
      await setup.clock.advance(2_000);
      assert.equal((await (await done).done).state, 'effective');
      const written = (await two.journal.states()).length;
      await assert.rejects(two.ledger.commit(early, ignore), refused(saysLike('refusal.overtaken')));
      assert.equal((await two.journal.states()).length, written);
      assert.equal(setup.venue.sends.length, 1);
      // What the early preview called safe would by now end beyond the margin call.
      await assert.rejects(two.ledger.preview('a', change({ direction: 'reduce' })), refused(/margin call/));
    });
  }

  it('is no longer good when another change was sent and done while this one was written down', async () => {
    const setup = new Setup();
    const one = setup.window();
    let act = true;
    const two = setup.window({
      gate: async (what) => {
        if (what !== 'before append sent' || !act) return;
        act = false;
        await start(one.ledger);
        setup.venue.settle();
        await one.ledger.reconcile('a');
        await setup.clock.advance(2_000);
      },
    });
    const early = await two.ledger.preview('a', change({ amount: d('0.2') }));
    await assert.rejects(two.ledger.commit(early, ignore), refused(saysLike('refusal.overtaken')));
    assert.deepEqual(setup.venue.sends, [change()]);
    assert.deepEqual(
      [...fold(await setup.disk.load()).values()].map((record) => [record.state, rowOf(record)]),
      [
        ['not-effective', undefined],
        ['effective', '1001'],
      ],
    );
  });

  it('stays good when another change was refused or never left', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    const [first, second, third] = [
      await ledger.preview('a', change()),
      await ledger.preview('a', change()),
      await ledger.preview('a', change()),
    ];
    setup.venue.sendFault = 'refused';
    assert.equal((await ledger.commit(first, ignore)).state, 'rejected');
    setup.venue.sendFault = 'none';
    journal.failOn = { state: 'sent', after: true };
    await assert.rejects(ledger.commit(second, ignore), refused(saysLike('change.nothing-sent')));
    journal.failOn = undefined;
    ledger.commit(third, ignore).catch(ignore);
    await settled();
    assert.equal(setup.venue.sends.length, 1);
  });
});

describe("a person's settlement in another window", () => {
  it('is not taken before the change had its time to take effect', async () => {
    const setup = new Setup();
    const one = setup.window();
    void start(one.ledger);
    await setup.clock.advance(59_000);
    const two = setup.window();
    await two.ledger.reconcile('a');
    const { id } = two.ledger.open('a')[0]!;
    for (const settlement of ['effective', 'not-effective'] as const) {
      await assert.rejects(two.ledger.settle(id, settlement), refused(saysLike('refusal.too-early', '60')));
    }
    await assert.rejects(two.ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
    await setup.clock.advance(1_000);
    await two.ledger.settle(id, 'not-effective');
    assert.deepEqual(two.ledger.open('a'), []);
  });

  it('is not taken any sooner because a clock was set forward', async () => {
    const setup = new Setup();
    const two = setup.window();
    void start(setup.window({ gate: (what) => (what === 'after send' ? new Promise(() => undefined) : Promise.resolve()) }).ledger);
    await settled();
    setup.clock.setWall(3_600_000);
    await two.ledger.reconcile('a');
    const { id } = two.ledger.open('a')[0]!;
    await assert.rejects(two.ledger.settle(id, 'not-effective'), refused(saysLike('refusal.too-early', '60')));
    await setup.clock.advance(60_000);
    await two.ledger.settle(id, 'not-effective');
  });

  it('is taken when the clock was set back by far since', async () => {
    const setup = new Setup();
    const one = setup.window({ gate: (what) => (what === 'after send' ? new Promise(() => undefined) : Promise.resolve()) });
    void start(one.ledger);
    await settled();
    setup.clock.jump(-3_600_000);
    const two = setup.window();
    await two.ledger.reconcile('a');
    await two.ledger.settle(two.ledger.open('a')[0]!.id, 'not-effective');
    assert.deepEqual(two.ledger.open('a'), []);
  });

  it('is learnt by the window that still follows, which then waits no longer', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const one = setup.window({ options: { proofPatienceMs: 600_000 } });
    const done = start(one.ledger);
    await setup.clock.advance(61_000);
    const two = setup.window();
    await two.ledger.reconcile('a');
    await two.ledger.settle(two.ledger.open('a')[0]!.id, 'not-effective');
    await setup.clock.advance(10_000);
    assert.equal((await (await done).done).state, 'not-effective');
    assert.equal(setup.clock.sleeping, 0);
  });

  it('given between the journal and the send keeps the bytes from leaving', async () => {
    const setup = new Setup();
    const one = setup.window({
      gate: async (what) => {
        if (what !== 'after append sent') return;
        const sent = (await setup.disk.load()).at(-1)!;
        await setup.disk.append({ ...sent, state: 'not-effective' });
      },
    });
    await assert.rejects(one.ledger.commit(await one.ledger.preview('a', change()), ignore), refused(saysLike('change.nothing-sent')));
    assert.equal(setup.venue.sends.length, 0);
  });
});
