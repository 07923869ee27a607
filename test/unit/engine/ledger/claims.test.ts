import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english } from '../../../../src/core/message.ts';
import type { WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { fold } from '../../../../src/engine/ledger/write-states.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { change, d, Setup, ignore, refused, start, type Gate, rowOf } from './support.ts';
import { saysLike } from '../../../texts.ts';

const told = async (setup: Setup): Promise<readonly WriteRecord[]> => [...fold(await setup.disk.load()).values()];
const ends = async (setup: Setup): Promise<[string, string | undefined][]> =>
  (await told(setup)).map((record) => [record.state, rowOf(record)]);

/** The rows of a write that was sent. */
async function oneWrite(): Promise<readonly WriteRecord[]> {
  const setup = new Setup();
  await start(setup.window().ledger);
  return setup.disk.load();
}

/** A window whose request is lost on the way there, and whose answer only fails after `ms`: it follows the write for longer than others wait. */
async function lostSlowly(setup: Setup, ms: number): Promise<void> {
  const window = setup.window({ gate: (what) => (what === 'after send' ? setup.clock.sleep(ms) : Promise.resolve()) });
  setup.venue.sendFault = 'lost-before';
  await start(window.ledger);
  setup.venue.sendFault = 'none';
}

describe('a row of the history', () => {
  it('that another window already took for the proof, seen with the effect of the next change, freezes nothing', async () => {
    const setup = new Setup();
    const [one, two] = [setup.window(), setup.window()];
    void start(one.ledger, change({ direction: 'reduce' }));
    await settled();
    setup.venue.settle();
    await two.ledger.reconcile('a');
    // The first window looks for the first time only now, and sees more pledged than before its reduction.
    void start(two.ledger, change({ amount: d('0.3') }));
    await settled();
    setup.venue.settle();
    await setup.clock.advance(10_000);
    await one.ledger.reconcile('a');
    assert.deepEqual(await ends(setup), [
      ['effective', '1001'],
      ['effective', '1002'],
    ]);
    assert.equal(one.ledger.frozen('a'), undefined);
    assert.deepEqual([...one.ledger.open(), ...two.ledger.open()], []);
  });

  it('never proves a write that a person gave up in one window while another still follows it', async () => {
    const setup = new Setup();
    await lostSlowly(setup, 50_000);
    await setup.clock.advance(61_000);
    const two = setup.window();
    await two.ledger.reconcile('a');
    await two.ledger.settle(two.ledger.open('a')[0]!.id, 'not-effective');
    void start(two.ledger);
    await settled();
    setup.venue.settle();
    await setup.clock.advance(60_000);
    assert.deepEqual(await ends(setup), [
      ['not-effective', undefined],
      ['effective', '1001'],
    ]);
  });

  it('that may be the late effect of a change that was given up says so, and only for the very next one that asks for the same', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    setup.venue.sendFault = 'lost-before';
    const first = start(ledger);
    await setup.clock.advance(61_000);
    const { id } = await (await first).done;
    await ledger.settle(id, 'not-effective');
    setup.venue.sendFault = 'none';
    const notes: (string | undefined)[] = [];
    for (const amount of ['0.10', '0.1']) {
      const done = start(ledger, change({ amount: d(amount) }));
      await settled();
      setup.venue.settle();
      await setup.clock.advance(2_000);
      const { state, note } = await (await done).done;
      assert.equal(state, 'effective');
      notes.push(note && english(note));
    }
    assert.match(notes[0] ?? '', saysLike('change.may-be-earlier', '0.8', 'BTC'));
    assert.equal(notes[1], undefined);
  });

  it('raises no doubt when the change before was another one, or never left', async () => {
    for (const before of [change({ amount: d('0.2') }), change({ direction: 'reduce' as const })]) {
      const setup = new Setup();
      const { ledger } = setup.window();
      setup.venue.sendFault = 'lost-before';
      const first = start(ledger, before);
      await setup.clock.advance(61_000);
      await ledger.settle((await (await first).done).id, 'not-effective');
      setup.venue.sendFault = 'none';
      const done = start(ledger);
      await settled();
      setup.venue.settle();
      await setup.clock.advance(2_000);
      assert.equal((await (await done).done).note, undefined);
    }
    const setup = new Setup();
    const stop = new AbortController();
    const { ledger } = setup.window({
      gate: async (what) => {
        if (what === 'after append sent') stop.abort();
      },
    });
    await assert.rejects(
      ledger.commit(await ledger.preview('a', change()), ignore, { signal: stop.signal }),
      refused(saysLike('refusal.stopped')),
    );
    const done = start(ledger);
    await settled();
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await (await done).done).note, undefined);
  });

  it('proves one of two open writes, however the windows that look for them interleave', async () => {
    const [planned, sent] = await oneWrite();
    await holds(
      fc.asyncProperty(fc.scheduler(), async (scheduler) => {
        const setup = new Setup();
        // In a journal of before, two windows wrote `sent` at the same moment. The first sends; the other died before it took its plan back.
        const other = (row: WriteRecord): void => {
          setup.disk.adopt({ ...row, id: 'never-sent' });
        };
        const gate: Gate = (what) => scheduler.schedule(Promise.resolve(), what);
        const first = setup.window({
          gate: async (what) => {
            if (what === 'before append planned') other(planned!);
            if (what === 'after append sent') other(sent!);
          },
        });
        const { done } = await start(first.ledger);
        first.journal.gate = gate;
        setup.venue.settle();
        const more = [setup.window({ gate }), setup.window({ gate })];
        // It follows the one; the others look for both, and first for the other.
        await setup.clock.advance(1_000);
        await scheduler.waitFor(Promise.all(more.map(({ ledger }) => ledger.reconcile('a'))));
        const later = setup.clock.advance(61_000);
        await scheduler.waitFor(Promise.all([later, done]));
        const all = [first, ...more];
        await scheduler.waitFor(Promise.all(all.map(({ ledger }) => ledger.reconcile('a'))));
        const states = (await told(setup)).map(({ state }) => state);
        assert.equal(states.filter((state) => state === 'effective').length, 1);
        for (const { ledger } of all) assert.equal(ledger.open('a').length, 1, 'the other stays open in each window');
      }),
      { numRuns: 100 },
    );
  }).timeout(30_000);

  it('proves nothing until the journal has it', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    const done = start(ledger);
    await settled();
    setup.venue.settle();
    journal.failOn = { state: 'effective' };
    await setup.clock.advance(20_000);
    assert.deepEqual(
      ledger.open('a').map(({ state }) => state),
      ['accepted'],
    );
    journal.failOn = undefined;
    await setup.clock.advance(10_000);
    assert.equal((await (await done).done).state, 'effective');
    assert.deepEqual(await ends(setup), [['effective', '1001']]);
  });

  it('proves nothing while the journal cannot be read: it may be the proof of another write', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    const done = start(ledger);
    await settled();
    setup.venue.settle();
    journal.unreadable = new Error('EIO');
    await setup.clock.advance(20_000);
    await ledger.reconcile('a');
    assert.equal(ledger.open('a').length, 1);
    journal.unreadable = undefined;
    await setup.clock.advance(10_000);
    assert.equal((await (await done).done).state, 'effective');
  });

  it('freezes even when the journal cannot take it', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'wrong-way';
    const { ledger, journal } = setup.window();
    const done = start(ledger);
    await settled();
    setup.venue.settle();
    journal.failOn = { state: 'mismatch' };
    await setup.clock.advance(2_000);
    assert.equal((await (await done).done).state, 'mismatch');
    assert.notEqual(ledger.frozen('a'), undefined);
  });
});
