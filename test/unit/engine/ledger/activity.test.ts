import assert from 'node:assert/strict';
import { msg } from '../../../../src/core/message.ts';
import { JournalError } from '../../../../src/engine/ledger/journal.ts';
import { settled } from '../../core/fake-clock.ts';
import { marginChange } from './market.ts';
import { change, d, Desk, ignore, noLimits, refused, start } from './support.ts';

describe('the activity of an account', () => {
  it('is every write of all windows, closed ones too, newest first', async () => {
    const desk = new Desk();
    desk.accounts.set('b', { ...desk.accounts.get('a')!, id: 'b' });
    await start(desk.window().ledger, change());
    desk.venue.settle();
    await desk.clock.advance(5_000);
    desk.venue.sendFault = 'refused';
    await start(desk.window().ledger, marginChange());
    await desk.clock.advance(5_000);
    desk.venue.sendFault = 'none';
    const other = desk.window().ledger;
    other.commit(await other.preview('b', marginChange()), ignore).catch(ignore);
    await settled();
    const { ledger } = desk.window();
    const told = async (accountId?: string) => (await ledger.activity(accountId)).map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(await told('a'), ['w2 rejected', 'w1 effective']);
    assert.deepEqual(await told(), ['w3 accepted', 'w2 rejected', 'w1 effective']);
    assert.deepEqual(await told('c'), []);
  });

  it('keeps what each was decided on, what came back, and what proved it', async () => {
    const desk = new Desk();
    const { ledger } = desk.window({ options: { window: 'left one' } });
    const sentAt = desk.clock.now();
    await start(ledger, change({ direction: 'reduce' }));
    desk.venue.settle();
    await desk.clock.advance(5_000);
    const [record] = await desk.window().ledger.activity('a');
    assert.equal(record?.window, 'left one');
    assert.deepEqual(record.figures, {
      readAt: sentAt,
      walletAvailable: '1.7921483143067599',
      limit: '0.19',
      usd: '8800',
      collateralUsd: '68965.52',
      debtUsd: '40000',
    });
    assert.deepEqual(record.answer, { at: sentAt, kind: 'accepted' });
    assert.ok(record.evidence?.kind === 'history');
    assert.deepEqual(record.evidence.row, { type: 'collateral_released', coin: 'BTC', amount: '0.1', at: desk.venue.rows[0]!.at });
  });

  for (const [fault, kind, state] of [
    ['refused', 'refused', 'rejected'],
    ['never-left', 'neverLeft', 'not-effective'],
    ['lost-before', 'lost', 'unknown'],
    ['odd-error', 'lost', 'unknown'],
  ] as const) {
    it(`tells an answer that was ${fault} from others`, async () => {
      const desk = new Desk();
      desk.venue.sendFault = fault;
      const { ledger } = desk.window();
      await start(ledger, marginChange());
      const [record] = await desk.window().ledger.activity();
      assert.equal(record?.state, state);
      assert.deepEqual(record.answer, { at: desk.clock.now(), kind });
      assert.equal(await ledger.everSent('a'), fault !== 'never-left');
    });
  }

  it('keeps the venue’s own code and what it says would lead on', async () => {
    const desk = new Desk();
    desk.venue.refusal = { code: '51736', instead: ['less', 'otherCoin'] };
    desk.venue.sendFault = 'refused';
    await start(desk.window().ledger);
    const [record] = await desk.window().ledger.activity();
    assert.deepEqual(record?.answer, { at: desk.clock.now(), kind: 'refused', code: '51736', instead: ['less', 'otherCoin'] });
  });

  it('keeps the answer also when another window found the proof', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'hangs';
    const one = desk.window();
    const { done } = await start(one.ledger);
    desk.venue.settle();
    const two = desk.window();
    await two.ledger.reconcile('a');
    desk.venue.answer();
    await desk.clock.advance(2_000);
    await done;
    const [record] = await desk.window().ledger.activity();
    assert.equal(record?.state, 'effective');
    assert.equal(record.answer?.kind, 'accepted');
  });

  it('has the steps of one write in the order of the journal', async () => {
    const desk = new Desk();
    await start(desk.window().ledger, change());
    await start(desk.window().ledger, marginChange());
    desk.venue.settle();
    desk.market.settle();
    await desk.clock.advance(5_000);
    const { ledger } = desk.window();
    assert.deepEqual(
      (await ledger.steps('w1')).map(({ state }) => state),
      ['planned', 'sent', 'accepted', 'effective'],
    );
    assert.ok((await ledger.steps('w1')).every(({ id }) => id === 'w1'));
    assert.deepEqual(await ledger.steps('nobody'), []);
  });

  it('knows whether anything ever left, whatever became of it', async () => {
    const desk = new Desk();
    assert.equal(await desk.window().ledger.everSent('a'), false);
    desk.venue.sendFault = 'never-left';
    await start(desk.window().ledger);
    assert.equal(await desk.window().ledger.everSent('a'), false, 'nothing was reached');
    desk.venue.sendFault = 'lost-after';
    await start(desk.window().ledger);
    assert.equal(await desk.window().ledger.everSent('a'), true);
    assert.equal(await desk.window().ledger.everSent('b'), false);
  });

  it('cannot be told on a journal that cannot be read, and the reason is the journal’s own', async () => {
    const desk = new Desk();
    const { ledger, journal } = desk.window();
    journal.unreadable = new JournalError(msg('Row 7 was altered.'));
    for (const asked of [() => ledger.activity(), () => ledger.steps('w1'), () => ledger.everSent('a')]) {
      await assert.rejects(asked, refused(/Row 7 was altered\./));
    }
  });
});

describe('a rehearsal', () => {
  it('shows the request of the preview and sends nothing', async () => {
    const desk = new Desk();
    const { ledger, journal } = desk.window();
    const preview = await ledger.preview('a', change({ amount: d('0.10') }));
    const view = await ledger.rehearse(preview);
    assert.equal(view.body, JSON.stringify(preview.change));
    assert.equal(desk.venue.sends.length, 0);
    assert.deepEqual(await journal.states(), []);
    await start(ledger, change({ amount: d('0.10') }));
    assert.equal((await ledger.activity())[0]?.request.body, view.body, 'what was shown is what is sent');
  });
});

describe('the journal, for a person', () => {
  it('says that it is whole, or why not', async () => {
    const desk = new Desk();
    await start(desk.window().ledger);
    const { ledger, journal } = desk.window();
    const whole = await ledger.verify();
    assert.ok(whole.ok);
    assert.deepEqual([whole.rows, whole.writes], [3, 1]);
    journal.verify = () => Promise.reject(new JournalError(msg('The disk is gone.')));
    assert.deepEqual(await ledger.verify(), { ok: false, sentence: msg('The disk is gone.') });
  });

  it('that is moved aside takes what this window knows to be open along, so that nothing is sent over it', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'lost-before';
    const { ledger, journal } = desk.window();
    const { done } = await start(ledger, change());
    await desk.clock.advance(61_000);
    assert.equal((await done).state, 'unknown');
    desk.venue.sendFault = 'none';
    journal.unreadable = new JournalError(msg('Row 7 was altered.'));
    await assert.rejects(ledger.preview('a', marginChange()), refused(/Row 7/));
    assert.equal(await ledger.setAside(), 'memory');
    await assert.rejects(desk.window().ledger.preview('a', change()), refused(/not finished/));
    await desk.window().ledger.preview('a', marginChange());
    await ledger.settle((await done).id, 'not-effective');
    await ledger.preview('a', change());
  });

  it('that is moved aside keeps a freeze', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'wrong-way';
    const { ledger } = desk.window();
    await start(ledger, change());
    desk.venue.settle();
    await desk.clock.advance(5_000);
    assert.equal(ledger.frozen('a')?.state, 'mismatch');
    await ledger.setAside();
    await assert.rejects(desk.window().ledger.preview('a', marginChange()), refused(/frozen/));
  });

  it('that is moved aside takes along what counts towards a limit of the day, and lets go of what is older', async () => {
    const desk = new Desk();
    desk.limits = { ...noLimits, perDayByCoin: new Map([['BTC', d('0.15')]]) };
    const { ledger } = desk.window();
    await start(ledger);
    desk.venue.settle();
    await desk.clock.advance(5_000);
    await ledger.setAside();
    for (const window of [ledger, desk.window().ledger]) {
      await assert.rejects(window.preview('a', change()), refused(/Within 24 hours 0.1 BTC were moved/));
    }
    await desk.clock.advance(24 * 3_600_000);
    await ledger.setAside();
    assert.deepEqual(await ledger.activity(), []);
  });

  for (const fault of ['none', 'lost-before'] as const) {
    it(`that was moved aside by a window that knew nothing gets what another window knows to be open (${fault})`, async () => {
      const desk = new Desk();
      desk.venue.sendFault = fault;
      const one = desk.window().ledger;
      const { done } = await start(one);
      await desk.clock.advance(61_000);
      const { id, state } = await done;
      const two = desk.window().ledger;
      await two.setAside();
      await one.reconcile('a');
      await assert.rejects(two.preview('a', change()), refused(/not finished/));
      assert.deepEqual(
        (await two.activity()).map((record) => [record.id, record.state]),
        [[id, state]],
      );
      await one.reconcile('a');
      assert.equal((await two.steps()).length, 2, 'once');
    });
  }

  it('that was moved aside while a change that nobody waits for any more is under way keeps that and its answer', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'hangs';
    desk.venue.reference = 'ours';
    const { ledger } = desk.window();
    const stop = new AbortController();
    const done = ledger.commit(await ledger.preview('a', change()), ignore, { signal: stop.signal });
    await settled();
    stop.abort();
    const { id } = await done;
    const aside = desk.window().ledger.setAside();
    desk.venue.answer();
    await aside;
    await settled();
    await ledger.reconcile('a');
    const [record] = await desk.window().ledger.activity();
    assert.deepEqual([record?.id, record?.state, record?.reference], [id, 'accepted', 'ours']);
    await assert.rejects(desk.window().ledger.preview('a', change()), refused(/not finished/));
  });

  it('that was moved aside keeps what another window knows to be open beside what was sent since', async () => {
    const desk = new Desk();
    const one = desk.window().ledger;
    desk.venue.sendFault = 'lost-before';
    await start(one);
    await desk.clock.advance(61_000);
    const two = desk.window().ledger;
    await two.setAside();
    await start(two, change({ amount: d('0.2') }));
    await desk.clock.advance(61_000);
    await one.reconcile('a');
    assert.equal((await desk.window().ledger.activity()).length, 2);
    assert.equal(one.open('a').length, 2);
    await two.reconcile('a');
    assert.equal(two.open('a').length, 2);
  });

  it('is not moved while a change is just being sent', async () => {
    const desk = new Desk();
    const { ledger } = desk.window();
    await start(ledger);
    await assert.rejects(ledger.setAside(), refused(/just being sent/));
    assert.equal((await ledger.activity()).length, 1);
  });

  it('is not moved while a change is just being sent that nobody waits for any more, and can be once its answer is there', async () => {
    const desk = new Desk();
    desk.venue.sendFault = 'hangs';
    const { ledger } = desk.window();
    const stop = new AbortController();
    const done = ledger.commit(await ledger.preview('a', change()), ignore, { signal: stop.signal });
    await settled();
    stop.abort();
    await done;
    await assert.rejects(ledger.setAside(), refused(/^A change is just being sent\. Wait for its end/));
    desk.venue.answer();
    await settled();
    await ledger.setAside();
    assert.equal(ledger.open('a').length, 1);
  });
});
