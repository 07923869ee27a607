// A disk that is full, locked or gone for a moment: whichever row of a change it cannot take, the window that knows better writes it down at its
// next look, nothing stays held for ever, and nothing is sent twice or decided over.
import assert from 'node:assert/strict';
import fc from 'fast-check';
import { english, msg } from '../../../../src/core/message.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { JournalError } from '../../../../src/engine/ledger/journal.ts';
import { Refusal, type Ledger, type WriteRecord, type WriteState } from '../../../../src/engine/ledger/ledger.ts';
import { fold, isFreezing, isOpen } from '../../../../src/engine/ledger/write-states.ts';
import { settled } from '../../core/fake-clock.ts';
import { holds } from '../../property.ts';
import { marginChange } from './market.ts';
import { change, d, Setup, ignore, refused, start, type SendFault, type TestJournal } from './support.ts';
import { saysLike } from '../../../texts.ts';

type Window = ReturnType<Setup['window']>;

/** A way in which a change comes to an end, and the end it comes to on a disk that works. */
interface Way {
  readonly name: string;
  readonly end: WriteState;
  readonly fault?: SendFault;
  readonly asked?: Change;
  /** Comes between the journal and the send. */
  readonly between?: (setup: Setup) => void;
  /** What a person says in the end. */
  readonly settlement?: 'effective' | 'not-effective' | 'lift-freeze';
}

const ways: readonly Way[] = [
  { name: 'done', end: 'effective' },
  { name: 'done, of margin', end: 'effective', asked: marginChange({ direction: 'reduce' }) },
  { name: 'refused', end: 'rejected', fault: 'refused' },
  { name: 'refused, of margin', end: 'rejected', fault: 'refused', asked: marginChange() },
  { name: 'never left', end: 'not-effective', fault: 'never-left' },
  { name: 'lost on its way back', end: 'effective', fault: 'lost-after' },
  { name: 'lost on its way there', end: 'unknown', fault: 'lost-before' },
  { name: 'answered oddly', end: 'effective', fault: 'odd-error' },
  { name: 'done otherwise', end: 'mismatch', fault: 'wrong-way' },
  { name: 'done otherwise, and thawed', end: 'mismatch', fault: 'wrong-way', settlement: 'lift-freeze' },
  { name: 'closed by a person', end: 'not-effective', fault: 'lost-before', settlement: 'not-effective' },
  { name: 'called done by a person', end: 'effective', fault: 'lost-before', settlement: 'effective' },
  {
    name: 'taken back at the last moment',
    end: 'not-effective',
    between: (setup) => {
      setup.armed = { armed: false };
    },
  },
];

const sendsOf = ({ venue, market }: Setup): number => venue.sends.length + market.sends.length;

const told = async (setup: Setup): Promise<readonly WriteRecord[]> => [...fold(await setup.disk.load()).values()];

/** Carries one change out as far as it goes. */
async function carriedOut(setup: Setup, { ledger, journal }: Window, way: Way): Promise<void> {
  setup.venue.sendFault = way.fault ?? 'none';
  if (way.between !== undefined) {
    journal.gate = (what) => {
      if (what === 'after append sent') way.between?.(setup);
      return Promise.resolve();
    };
  }
  await ledger.preview('a', way.asked ?? change()).then((preview) => {
    ledger.commit(preview, ignore).catch(ignore);
  }, ignore);
  await settled();
  setup.venue.settle();
  setup.market.settle();
  await setup.clock.advance(61_000);
  const record = (await ledger.activity('a'))[0];
  if (way.settlement !== undefined && record !== undefined) await ledger.settle(record.id, way.settlement).catch(ignore);
  setup.venue.sendFault = 'none';
  setup.armed = { armed: true, until: 'restart' };
  journal.gate = () => Promise.resolve();
}

/** As a person gets rid of whatever is left, which has to be possible in every window. */
async function resolved(ledger: Ledger): Promise<void> {
  for (const { id } of ledger.open('a')) await ledger.settle(id, 'not-effective');
  const frozen = ledger.frozen('a');
  if (frozen !== undefined) await ledger.settle(frozen.id, 'lift-freeze');
}

/** What must hold once the disk works again and each window has looked. */
async function mustBeSound(setup: Setup, window: Window, what: string): Promise<void> {
  const sends = sendsOf(setup);
  assert.ok(sends <= 1, what);
  await setup.clock.advance(61_000);
  await window.ledger.reconcile('a');
  const here = await window.ledger.activity('a');
  const there = await told(setup);
  assert.deepEqual(
    here.map(({ id, state, sentAt }) => [id, state, sentAt]),
    [...there].reverse().map(({ id, state, sentAt }) => [id, state === 'sent' ? 'unknown' : state, sentAt]),
    `${what}: the disk knows less than this window`,
  );
  const other = setup.window();
  assert.deepEqual(
    (await other.ledger.activity('a')).map(({ id, state }) => [id, state]),
    here.map(({ id, state }) => [id, state]),
    `${what}: another window reads something else`,
  );
  const rows = await setup.disk.load();
  await window.ledger.reconcile('a');
  assert.equal((await setup.disk.load()).length, rows.length, `${what}: written again and again`);
  await resolved(other.ledger);
  await window.ledger.reconcile('a');
  assert.equal(await window.ledger.unsettled('a'), undefined, `${what}: cannot be resolved`);
  for (const { ledger } of [window, other]) {
    const before = sendsOf(setup);
    const { done } = await start(ledger, change({ amount: d('0.001') }));
    setup.venue.settle();
    await setup.clock.advance(61_000);
    assert.equal((await done).state, 'effective', `${what}: the loan takes no further change`);
    assert.equal(sendsOf(setup), before + 1, what);
  }
}

describe('one append that fails', () => {
  for (const way of ways) {
    it(`at any row holds nothing up for ever (${way.name})`, async () => {
      const whole = new Setup();
      const { journal, ledger } = whole.window();
      await carriedOut(whole, { journal, ledger, heard: [] }, way);
      const rows = journal.appends;
      assert.equal((await told(whole)).at(-1)?.state, way.end, 'the way is not what it is called');
      assert.ok(rows >= 3);
      for (let row = 1; row <= rows; row += 1) {
        for (const fault of ['before', 'after'] as const) {
          const setup = new Setup();
          const window = setup.window();
          window.journal.fault = (count) => (count === row ? fault : undefined);
          await carriedOut(setup, window, way);
          await mustBeSound(setup, window, `row ${row.toString()}, ${fault} it reached the disk`);
        }
      }
    });

    it(`and all after it, until the disk works again (${way.name})`, async () => {
      for (let row = 1; row <= 4; row += 1) {
        const setup = new Setup();
        const window = setup.window();
        window.journal.fault = (count) => (count >= row ? 'before' : undefined);
        await carriedOut(setup, window, way);
        await window.ledger.reconcile('a');
        window.journal.fault = () => undefined;
        await mustBeSound(setup, window, `from row ${row.toString()} on`);
      }
    });
  }

  it('now and then, at whichever rows, changes nothing either', async () => {
    await holds(
      fc.asyncProperty(
        fc.constantFrom(...ways),
        fc.array(fc.constantFrom('before' as const, 'after' as const, undefined, undefined), { minLength: 1, maxLength: 12 }),
        async (way, faults) => {
          const setup = new Setup();
          const window = setup.window();
          window.journal.fault = (count) => faults[count - 1];
          await carriedOut(setup, window, way);
          window.journal.fault = () => undefined;
          await mustBeSound(setup, window, way.name);
        },
      ),
      { numRuns: 60 },
    );
  }).timeout(40_000);
});

/** A change that was refused, whose refusal the disk did not take: there it is still being sent. */
async function refusedInVain(
  setup: Setup,
  window: Window = setup.window(),
): Promise<{ readonly window: Window; readonly record: WriteRecord }> {
  setup.venue.sendFault = 'refused';
  window.journal.failOn = { state: 'rejected' };
  const record = await (await start(window.ledger)).done;
  setup.venue.sendFault = 'none';
  assert.equal(record.state, 'rejected');
  assert.deepEqual(await window.journal.states(), ['planned', 'sent']);
  return { window, record };
}

/** Fails like the disk at every append; in the words of the journal. */
const full = (journal: TestJournal): void => {
  journal.failOn = undefined;
  journal.append = () => Promise.reject(new JournalError(msg('test', 'The disk is full.')));
};

describe('a closed change whose row could not be written', () => {
  it('is written at the next look, once, and then other windows know too', async () => {
    const setup = new Setup();
    const { window } = await refusedInVain(setup);
    window.journal.failOn = undefined;
    for (let look = 0; look < 3; look += 1) await window.ledger.reconcile('a');
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'rejected']);
    const other = setup.window();
    assert.deepEqual(
      (await other.ledger.activity('a')).map(({ state }) => state),
      ['rejected'],
    );
    await start(other.ledger);
    assert.equal(setup.venue.sends.length, 1);
  });

  it('does not hold its loan where it is known better, even if the looks before failed too', async () => {
    const setup = new Setup();
    const { window } = await refusedInVain(setup);
    const preview = await window.ledger.preview('a', change());
    // Fails at the looks of the commit, and works when it comes to the row that takes the loan.
    window.journal.gate = (what) => {
      if (what === 'before append sent') window.journal.failOn = undefined;
      return Promise.resolve();
    };
    window.ledger.commit(preview, ignore).catch(ignore);
    await settled();
    assert.equal(setup.venue.sends.length, 1);
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'planned', 'rejected', 'sent', 'accepted']);
  });

  it('says why nothing can be sent as long as it cannot be written', async () => {
    const setup = new Setup();
    const { window } = await refusedInVain(setup);
    const append = window.journal.append.bind(window.journal);
    window.journal.append = (record) =>
      record.state === 'rejected' ? Promise.reject(new JournalError(msg('test', 'The disk is full.'))) : append(record);
    const preview = await window.ledger.preview('a', change());
    await assert.rejects(window.ledger.commit(preview, ignore), refused(/The disk is full/));
    assert.equal(setup.venue.sends.length, 0);
  });

  for (const settlement of ['effective', 'not-effective', 'lift-freeze'] as const) {
    it(`is written by resolving it, or it is said why not (${settlement})`, async () => {
      const setup = new Setup();
      const { window, record } = await refusedInVain(setup);
      await setup.clock.advance(61_000);
      const append = window.journal.append.bind(window.journal);
      full(window.journal);
      await assert.rejects(window.ledger.settle(record.id, settlement), refused(/The disk is full/));
      await assert.rejects(window.ledger.noteDown(), refused(/The disk is full/));
      window.journal.append = append;
      await window.ledger.settle(record.id, settlement);
      assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'rejected'], 'what the exchange said stands');
    });
  }

  it('is told to who asks for what is unfinished, once', async () => {
    const setup = new Setup();
    const { window, record } = await refusedInVain(setup);
    window.journal.failOn = undefined;
    assert.deepEqual(
      (await window.ledger.noteDown()).map(({ id, state }) => [id, state]),
      [[record.id, 'rejected']],
    );
    assert.deepEqual(await window.ledger.noteDown(), []);
    window.journal.unreadable = new JournalError(msg('test', 'The folder is gone.'));
    await assert.rejects(window.ledger.noteDown(), refused(/The folder is gone/));
  });

  for (const settlement of ['effective', 'not-effective'] as const) {
    it(`does not override what a person decided in another window meanwhile (${settlement})`, async () => {
      for (const at of ['before the look', 'during the look'] as const) {
        const setup = new Setup();
        const { window, record } = await refusedInVain(setup);
        await setup.clock.advance(61_000);
        const decide = async (): Promise<void> => {
          const other = setup.window();
          await other.ledger.reconcile('a');
          await other.ledger.settle(record.id, settlement);
        };
        if (at === 'before the look') await decide();
        window.journal.failOn = undefined;
        window.journal.gate = async (what) => {
          if (what === 'before append rejected' && at === 'during the look') await decide();
        };
        await window.ledger.reconcile('a');
        await window.ledger.reconcile('a');
        const [stands] = await told(setup);
        assert.equal(stands?.state, settlement, at);
        assert.match(english(stands.note ?? msg('test', '')), saysLike('change.marked-by-you'));
        assert.deepEqual(
          (await window.ledger.activity('a')).map(({ state }) => state),
          [settlement],
          at,
        );
      }
    });
  }

  it('is not closed by a person in the place of a proof that could not be written, and the proof is found again', async () => {
    const setup = new Setup();
    const one = setup.window();
    const { done } = await start(one.ledger);
    await setup.clock.advance(61_000);
    const { id } = await done;
    setup.venue.settle();
    const next = one.journal.appends + 1;
    one.journal.fault = (count) => (count === next ? 'before' : undefined);
    await assert.rejects(one.ledger.settle(id, 'not-effective'), refused(saysLike('ledger.outcome-not-written')));
    await one.ledger.settle(id, 'not-effective');
    assert.deepEqual(
      (await told(setup)).map(({ state, evidence }) => [state, evidence?.kind]),
      [['effective', 'history']],
    );
  });

  it('never brings back to life what has been done since', async () => {
    const setup = new Setup();
    const one = setup.window();
    one.journal.failOn = { state: 'accepted' };
    await start(one.ledger);
    setup.venue.settle();
    await setup.window().ledger.reconcile('a');
    one.journal.failOn = undefined;
    await one.ledger.reconcile('a');
    await setup.clock.advance(5_000);
    const [stands] = await told(setup);
    assert.equal(stands?.state, 'effective');
    assert.equal(stands.answer?.kind, undefined);
    assert.ok(!isOpen(stands) && !isFreezing(stands));
  });
});

describe('a window that closes', () => {
  it('lets the last row out that the disk could not take before', async () => {
    const setup = new Setup();
    const { window } = await refusedInVain(setup);
    window.journal.failOn = undefined;
    await window.ledger.close();
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'rejected']);
    assert.equal(setup.clock.sleeping, 0);
  });

  for (const fault of ['hangs', 'never-left'] as const) {
    it(`waits for the answer of a change that has just been sent, and writes it down (${fault})`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      let answer: () => void = ignore;
      const window = setup.window({
        gate: (what) =>
          what === 'after send' && fault === 'never-left' ? new Promise<void>((resolve) => (answer = resolve)) : Promise.resolve(),
      });
      await start(window.ledger);
      const closed = window.ledger.close();
      await settled();
      assert.deepEqual(await window.journal.states(), ['planned', 'sent']);
      setup.venue.answer();
      answer();
      await closed;
      assert.deepEqual(await window.journal.states(), ['planned', 'sent', fault === 'hangs' ? 'accepted' : 'not-effective']);
    });
  }

  it('writes down that nothing left when it closes between the journal and the send', async () => {
    const setup = new Setup();
    let closed: Promise<void> | undefined;
    const window: Window = setup.window({
      gate: (what) => {
        if (what === 'after append sent') closed = window.ledger.close();
        return Promise.resolve();
      },
    });
    const { done } = await start(window.ledger);
    await assert.rejects(done, Refusal);
    await closed;
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'not-effective']);
    assert.equal(setup.venue.sends.length, 0);
  });

  it('does not wait for ever', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'hangs';
    const window = setup.window();
    await start(window.ledger);
    const closed = window.ledger.close().then(() => 'closed');
    await setup.clock.advance(3_000);
    assert.equal(await closed, 'closed');
  });
});
