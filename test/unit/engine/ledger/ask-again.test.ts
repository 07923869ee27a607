// A person has the same request sent once more after a lost answer. All rules are in the ledger; no front is needed to hold them.
import assert from 'node:assert/strict';
import type { Clock } from '../../../../src/core/clock.ts';
import type { Change, CollateralChange } from '../../../../src/exchanges/exchange.ts';
import type { Ledger, WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { saysLike } from '../../../texts.ts';
import { settled } from '../../core/fake-clock.ts';
import { change, connectionTo, d, refused, Setup, start, trouble, type SendFault } from './support.ts';

const never = refused(saysLike('again.never'));
const tooLate = refused(saysLike('again.too-late'));

/** A venue that tells a copy by an id of ours, and a change whose answer was lost. */
async function lost(fault: SendFault = 'lost-before') {
  const setup = new Setup();
  const copies: Change[] = [];
  let slept = 0;
  const at = {
    setup,
    copies,
    /** What the venue does with a copy; by default it takes it. */
    copy: (asked: CollateralChange, _signal: AbortSignal): unknown => setup.venue.take(asked),
    describe: undefined as string | undefined,
    /** The machine sleeps: only clocks that count sleep go on. */
    sleep: (ms: number) => {
      slept += ms;
      setup.clock.suspend(ms);
    },
    window: () => {
      const usual = connectionTo(setup.venue, setup.market);
      const { collateral } = usual.actions;
      const again = async (asked: CollateralChange, signal: AbortSignal) => {
        copies.push(asked);
        await at.copy(asked, signal);
        return {};
      };
      const describe = (asked: CollateralChange) => ({
        ...collateral!.describe(asked),
        ...(at.describe === undefined ? {} : { body: at.describe }),
      });
      const actions = { ...usual.actions, collateral: { ...collateral!, describe, again } };
      const { now, uptime } = setup.clock;
      const clock: Clock = { now, uptime, sleep: setup.clock.sleep, ticks: () => uptime() - slept };
      return setup.window({ options: { clock, connections: { get: async () => ({ ...usual, actions }) } } });
    },
  };
  const { ledger, journal } = at.window();
  setup.venue.sendFault = fault;
  const { done } = await start(ledger);
  setup.venue.sendFault = 'none';
  const record = ledger.open('a')[0]!;
  assert.equal(record.state, 'unknown');
  return { ...at, at, ledger, journal, record, done };
}

const now = (ledger: Ledger): WriteRecord => ledger.known('a').at(-1)!;

describe('asking again with the same id', () => {
  it('sends the same change once more, has both sends in the row, and still waits for proof', async () => {
    const { setup, ledger, journal, record, copies, done } = await lost();
    await setup.clock.advance(5_000);
    assert.equal(await ledger.canAskAgain(record), true);
    await ledger.askAgain(record);
    assert.deepEqual(copies, [change()]);
    const { state, sentAt, again, answer } = now(ledger);
    assert.deepEqual([state, answer?.kind, again?.answer?.kind], ['accepted', 'lost', 'accepted']);
    assert.equal(again!.at - sentAt!, 5_000);
    assert.equal(await ledger.canAskAgain(now(ledger)), false);
    setup.venue.settle();
    await setup.clock.advance(10_000);
    assert.equal((await done).state, 'effective');
    assert.deepEqual(await journal.states(), ['planned', 'sent', 'unknown', 'unknown', 'accepted', 'effective']);
    const rows = await journal.disk.load();
    assert.deepEqual(
      rows.map((row) => row.again?.answer?.kind ?? row.again !== undefined),
      [false, false, false, true, 'accepted', 'accepted'],
      'the second send is put down before it leaves',
    );
    assert.deepEqual(rows.at(-1), now(ledger));
  });

  it('tells by the copy that the first one arrived, and does nothing more', async () => {
    const { setup, ledger, record, at, done } = await lost('lost-after');
    at.copy = () => undefined;
    await ledger.askAgain(record);
    assert.equal(now(ledger).state, 'accepted');
    setup.venue.settle();
    await setup.clock.advance(10_000);
    assert.equal((await done).state, 'effective');
    assert.equal(setup.venue.sends.length, 1);
  });

  it('leaves the outcome unknown when the copy is refused, lost, or never left: that tells nothing of the first one', async () => {
    for (const [error, kind] of [
      [trouble('refused', 'none', { code: '51736' }), 'refused'],
      [trouble('network', 'unknown'), 'lost'],
      [trouble('network', 'none'), 'neverLeft'],
      [new TypeError('odd'), 'lost'],
    ] as const) {
      const { ledger, record, at, copies } = await lost();
      at.copy = () => {
        throw error;
      };
      await ledger.askAgain(record);
      const { state, again, answer } = now(ledger);
      assert.deepEqual([state, answer?.kind, again?.answer?.kind], ['unknown', 'lost', kind]);
      await assert.rejects(ledger.askAgain(now(ledger)), never);
      assert.equal(copies.length, 1);
    }
  });

  it('waits ten seconds for the answer', async () => {
    const { setup, ledger, record, at, copies } = await lost();
    at.copy = (_asked, signal) =>
      new Promise((_resolve, reject) => {
        signal.addEventListener('abort', () => {
          reject(trouble('aborted', 'unknown'));
        });
      });
    const asked = ledger.askAgain(record);
    await setup.clock.advance(9_999);
    assert.equal(now(ledger).again?.answer, undefined);
    await setup.clock.advance(1);
    await asked;
    assert.deepEqual([now(ledger).state, now(ledger).again?.answer?.kind], ['unknown', 'lost']);
    assert.equal(copies.length, 1);
  });

  it('is refused later than 20 s after the first send, also when the row takes so long', async () => {
    const { setup, ledger, record, copies } = await lost();
    await setup.clock.advance(20_001);
    assert.equal(await ledger.canAskAgain(record), false);
    await assert.rejects(ledger.askAgain(record), tooLate);
    const slow = await lost();
    await slow.setup.clock.advance(19_000);
    slow.journal.gate = async (what) => {
      if (what === 'before append unknown') await slow.setup.clock.advance(2_000);
    };
    await assert.rejects(slow.ledger.askAgain(slow.record), tooLate);
    assert.equal(now(slow.ledger).again?.answer?.kind, 'neverLeft');
    assert.deepEqual([...copies, ...slow.copies], []);
  });

  it('is refused after sleep, however short, and after the clock was set', async () => {
    const { ledger, record, sleep, copies } = await lost();
    sleep(3_000);
    await assert.rejects(ledger.askAgain(record), tooLate);
    const other = await lost();
    other.setup.clock.setWall(-5_000);
    await assert.rejects(other.ledger.askAgain(other.record), tooLate);
    assert.deepEqual([...copies, ...other.copies], []);
  });

  it('is refused after a restart and in another window', async () => {
    const { record, window, copies } = await lost();
    const second = window().ledger;
    await second.reconcile('a');
    assert.equal(second.open('a').length, 1);
    assert.equal(await second.canAskAgain(record), false);
    await assert.rejects(second.askAgain(record), never);
    assert.deepEqual(copies, []);
  });

  it('happens once, also of two at the same moment', async () => {
    const { ledger, record, at, copies } = await lost();
    at.copy = () => undefined;
    const both = await Promise.allSettled([ledger.askAgain(record), ledger.askAgain(record)]);
    assert.deepEqual(both.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);
    await assert.rejects(ledger.askAgain(record), never);
    await assert.rejects(ledger.askAgain(now(ledger)), never);
    assert.equal(copies.length, 1);
  });

  it('is refused for another id, another amount, or other bytes than were sent', async () => {
    const { ledger, record, at, copies } = await lost();
    await assert.rejects(ledger.askAgain({ ...record, id: 'w9' }), never);
    await assert.rejects(ledger.askAgain({ ...record, change: change({ amount: d('0.2') }) }), never);
    await assert.rejects(ledger.askAgain({ ...record, request: { ...record.request, body: '{"clOrdId":"other"}' } }), never);
    at.describe = '{"clOrdId":"other"}';
    await assert.rejects(ledger.askAgain(record), never);
    assert.deepEqual(copies, []);
  });

  it('is refused once the outcome is known, the account is disarmed, frozen or another one, or the window ends', async () => {
    const known = await lost('lost-after');
    known.setup.venue.settle();
    await known.setup.clock.advance(2_000);
    await assert.rejects(known.ledger.askAgain(known.record), never);
    const disarmed = await lost();
    disarmed.setup.armed = { armed: false };
    await assert.rejects(disarmed.ledger.askAgain(disarmed.record), refused(saysLike('refusal.not-armed')));
    const other = await lost();
    other.setup.accounts.set('a', { ...other.setup.accounts.get('a')!, uid: 'someone-else' });
    await assert.rejects(other.ledger.askAgain(other.record));
    const closing = await lost();
    closing.ledger.dispose();
    await assert.rejects(closing.ledger.askAgain(closing.record), refused(saysLike('refusal.stopped')));
    for (const { copies } of [known, disarmed, other, closing]) assert.deepEqual(copies, []);
  });

  it('is refused where it can not be put down, and where a copy would be another change', async () => {
    const { ledger, record, journal, copies } = await lost();
    journal.failOn = { state: 'unknown' };
    await assert.rejects(ledger.askAgain(record), refused(saysLike('change.nothing-sent')));
    assert.deepEqual(copies, []);
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const { ledger: plain } = setup.window();
    await start(plain);
    await settled();
    assert.equal(await plain.canAskAgain(plain.open('a')[0]!), false);
    await assert.rejects(plain.askAgain(plain.open('a')[0]!), never);
  });
});
