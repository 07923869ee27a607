import assert from 'node:assert/strict';
import { msg } from '../../../../src/core/message.ts';
import { JournalError } from '../../../../src/engine/ledger/journal.ts';
import { settled } from '../../core/fake-clock.ts';
import { marginChange } from './market.ts';
import { change, d, Setup, ignore, noLimits, refused, start, everSent } from './support.ts';
import { saysLike } from '../../../texts.ts';

describe('the activity of an account', () => {
  it('is every write of all windows, closed ones too, newest first', async () => {
    const setup = new Setup();
    setup.accounts.set('b', { ...setup.accounts.get('a')!, id: 'b' });
    await start(setup.window().ledger, change());
    setup.venue.settle();
    await setup.clock.advance(5_000);
    setup.venue.sendFault = 'refused';
    await start(setup.window().ledger, marginChange());
    await setup.clock.advance(5_000);
    setup.venue.sendFault = 'none';
    const other = setup.window().ledger;
    other.commit(await other.preview('b', marginChange()), ignore).catch(ignore);
    await settled();
    const { ledger } = setup.window();
    const told = async (accountId?: string) => (await ledger.activity(accountId)).map(({ id, state }) => `${id} ${state}`);
    assert.deepEqual(await told('a'), ['w2 rejected', 'w1 effective']);
    assert.deepEqual(await told(), ['w3 accepted', 'w2 rejected', 'w1 effective']);
    assert.deepEqual(await told('c'), []);
  });

  it('keeps what each was decided on, what came back, and what proved it', async () => {
    const setup = new Setup();
    const { ledger } = setup.window({ options: { window: 'left one' } });
    const sentAt = setup.clock.now();
    await start(ledger, change({ direction: 'reduce' }));
    setup.venue.settle();
    await setup.clock.advance(5_000);
    const [record] = await setup.window().ledger.activity('a');
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
    assert.deepEqual(record.evidence.row, { type: 'collateral_released', coin: 'BTC', amount: '0.1', at: setup.venue.rows[0]!.at });
  });

  for (const [fault, kind, state] of [
    ['refused', 'refused', 'rejected'],
    ['never-left', 'neverLeft', 'not-effective'],
    ['lost-before', 'lost', 'unknown'],
    ['odd-error', 'lost', 'unknown'],
  ] as const) {
    it(`tells an answer that was ${fault} from others`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const { ledger } = setup.window();
      await start(ledger, marginChange());
      const [record] = await setup.window().ledger.activity();
      assert.equal(record?.state, state);
      assert.deepEqual(record.answer, { at: setup.clock.now(), kind });
      assert.equal(await everSent(ledger, 'a'), fault !== 'never-left');
    });
  }

  it('keeps the venue’s own code and what it says would lead on', async () => {
    const setup = new Setup();
    setup.venue.refusal = { code: '51736', instead: ['less', 'otherCoin'] };
    setup.venue.sendFault = 'refused';
    await start(setup.window().ledger);
    const [record] = await setup.window().ledger.activity();
    assert.deepEqual(record?.answer, { at: setup.clock.now(), kind: 'refused', code: '51736', instead: ['less', 'otherCoin'] });
  });

  it('keeps the answer also when another window found the proof', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'hangs';
    const one = setup.window();
    const { done } = await start(one.ledger);
    setup.venue.settle();
    const two = setup.window();
    await two.ledger.reconcile('a');
    setup.venue.answer();
    await setup.clock.advance(2_000);
    await done;
    const [record] = await setup.window().ledger.activity();
    assert.equal(record?.state, 'effective');
    assert.equal(record.answer?.kind, 'accepted');
  });

  it('has the steps of one write in the order of the journal', async () => {
    const setup = new Setup();
    await start(setup.window().ledger, change());
    await start(setup.window().ledger, marginChange());
    setup.venue.settle();
    setup.market.settle();
    await setup.clock.advance(5_000);
    const { ledger } = setup.window();
    assert.deepEqual(
      (await ledger.steps('w1')).map(({ state }) => state),
      ['planned', 'sent', 'accepted', 'effective'],
    );
    assert.ok((await ledger.steps('w1')).every(({ id }) => id === 'w1'));
    assert.deepEqual(await ledger.steps('nobody'), []);
  });

  it('knows whether anything ever left, whatever became of it', async () => {
    const setup = new Setup();
    assert.equal(await everSent(setup.window().ledger, 'a'), false);
    setup.venue.sendFault = 'never-left';
    await start(setup.window().ledger);
    assert.equal(await everSent(setup.window().ledger, 'a'), false, 'nothing was reached');
    setup.venue.sendFault = 'lost-after';
    await start(setup.window().ledger);
    assert.equal(await everSent(setup.window().ledger, 'a'), true);
    assert.equal(await everSent(setup.window().ledger, 'b'), false);
  });

  it('cannot be told on a journal that cannot be read, and the reason is the journal’s own', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    journal.unreadable = new JournalError(msg('test', 'Row 7 was altered.'));
    for (const asked of [() => ledger.activity(), () => ledger.steps('w1'), () => everSent(ledger, 'a')]) {
      await assert.rejects(asked, refused(/Row 7 was altered\./));
    }
  });
});

describe('a rehearsal', () => {
  it('shows the request of the preview and sends nothing', async () => {
    const setup = new Setup();
    const { ledger, journal } = setup.window();
    const preview = await ledger.preview('a', change({ amount: d('0.10') }));
    const view = await ledger.rehearse(preview);
    assert.equal(view.body, JSON.stringify(preview.change));
    assert.equal(setup.venue.sends.length, 0);
    assert.deepEqual(await journal.states(), []);
    await start(ledger, change({ amount: d('0.10') }));
    assert.equal((await ledger.activity())[0]?.request.body, view.body, 'what was shown is what is sent');
  });
});

describe('the journal, for a person', () => {
  it('says that it is whole, or why not', async () => {
    const setup = new Setup();
    await start(setup.window().ledger);
    const { ledger, journal } = setup.window();
    const whole = await ledger.verify();
    assert.ok(whole.ok);
    assert.deepEqual([whole.rows, whole.writes], [3, 1]);
    journal.verify = () => Promise.reject(new JournalError(msg('test', 'The disk is gone.')));
    assert.deepEqual(await ledger.verify(), { ok: false, sentence: msg('test', 'The disk is gone.') });
  });

  it('that is moved aside takes what this window knows to be open along, so that nothing is sent over it', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const { ledger, journal } = setup.window();
    const { done } = await start(ledger, change());
    await setup.clock.advance(61_000);
    assert.equal((await done).state, 'unknown');
    setup.venue.sendFault = 'none';
    journal.unreadable = new JournalError(msg('test', 'Row 7 was altered.'));
    await assert.rejects(ledger.preview('a', marginChange()), refused(/Row 7/));
    assert.equal(await ledger.setAside(), 'memory');
    await assert.rejects(setup.window().ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
    await setup.window().ledger.preview('a', marginChange());
    await ledger.settle((await done).id, 'not-effective');
    await ledger.preview('a', change());
  });

  it('that is moved aside keeps a freeze', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'wrong-way';
    const { ledger } = setup.window();
    await start(ledger, change());
    setup.venue.settle();
    await setup.clock.advance(5_000);
    assert.equal(ledger.frozen('a')?.state, 'mismatch');
    await ledger.setAside();
    await assert.rejects(setup.window().ledger.preview('a', marginChange()), refused(/frozen/));
  });

  it('that is moved aside takes along what counts towards a limit of the day, and lets go of what is older', async () => {
    const setup = new Setup();
    setup.limits = { ...noLimits, perDayByCoin: new Map([['BTC', d('0.15')]]) };
    const { ledger } = setup.window();
    await start(ledger);
    setup.venue.settle();
    await setup.clock.advance(5_000);
    await ledger.setAside();
    for (const window of [ledger, setup.window().ledger]) {
      await assert.rejects(window.preview('a', change()), refused(saysLike('limit.per-day', '0.1 BTC')));
    }
    await setup.clock.advance(24 * 3_600_000);
    await ledger.setAside();
    assert.deepEqual(await ledger.activity(), []);
  });

  for (const fault of ['none', 'lost-before'] as const) {
    it(`that was moved aside by a window that knew nothing gets what another window knows to be open (${fault})`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const one = setup.window().ledger;
      const { done } = await start(one);
      await setup.clock.advance(61_000);
      const { id, state } = await done;
      const two = setup.window().ledger;
      await two.setAside();
      await one.reconcile('a');
      await assert.rejects(two.preview('a', change()), refused(saysLike('refusal.unfinished')));
      assert.deepEqual(
        (await two.activity()).map((record) => [record.id, record.state]),
        [[id, state]],
      );
      await one.reconcile('a');
      assert.equal((await two.steps()).length, 2, 'once');
    });
  }

  it('that was moved aside while a change that nobody waits for any more is under way keeps that and its answer', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'hangs';
    setup.venue.reference = 'ours';
    const { ledger } = setup.window();
    const stop = new AbortController();
    const done = ledger.commit(await ledger.preview('a', change()), ignore, { signal: stop.signal });
    await settled();
    stop.abort();
    const { id } = await done;
    const aside = setup.window().ledger.setAside();
    setup.venue.answer();
    await aside;
    await settled();
    await ledger.reconcile('a');
    const [record] = await setup.window().ledger.activity();
    assert.deepEqual([record?.id, record?.state, record?.reference], [id, 'accepted', 'ours']);
    await assert.rejects(setup.window().ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
  });

  it('that was moved aside keeps what another window knows to be open beside what was sent since', async () => {
    const setup = new Setup();
    const one = setup.window().ledger;
    setup.venue.sendFault = 'lost-before';
    await start(one);
    await setup.clock.advance(61_000);
    const two = setup.window().ledger;
    await two.setAside();
    await start(two, change({ amount: d('0.2') }));
    await setup.clock.advance(61_000);
    await one.reconcile('a');
    assert.equal((await setup.window().ledger.activity()).length, 2);
    assert.equal(one.open('a').length, 2);
    await two.reconcile('a');
    assert.equal(two.open('a').length, 2);
  });

  it('is not moved while a change is just being sent', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    await start(ledger);
    await assert.rejects(ledger.setAside(), refused(saysLike('refusal.being-sent')));
    assert.equal((await ledger.activity()).length, 1);
  });

  it('is not moved while a change is just being sent that nobody waits for any more, and can be once its answer is there', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'hangs';
    const { ledger } = setup.window();
    const stop = new AbortController();
    const done = ledger.commit(await ledger.preview('a', change()), ignore, { signal: stop.signal });
    await settled();
    stop.abort();
    await done;
    await assert.rejects(ledger.setAside(), refused(saysLike('refusal.being-sent')));
    setup.venue.answer();
    await settled();
    await ledger.setAside();
    assert.equal(ledger.open('a').length, 1);
  });
});
