import assert from 'node:assert/strict';
import { type Refusal, type Ledger, type Preview, type WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { settled } from '../../core/fake-clock.ts';
import { account, change, d, Setup, ignore, loanId, refused, trouble, type SendFault } from './support.ts';
import { english } from '../../../../src/core/message.ts';
import { outcomeText } from '../../../../src/words/outcome.ts';
import { says, saysLike } from '../../../texts.ts';

/** A commit that is going on, with what it has said so far. */
function begin(ledger: Ledger, preview: Preview, signal?: AbortSignal) {
  const progress: string[] = [];
  const done = ledger.commit(preview, ({ state }) => progress.push(state), signal === undefined ? {} : { signal });
  done.catch(ignore);
  return { progress, done };
}

/** An addition of 0.1 BTC, sent and answered. */
async function sent(
  setup: Setup,
  window = setup.window(),
): Promise<{ window: typeof window; progress: string[]; done: Promise<WriteRecord> }> {
  const { progress, done } = begin(window.ledger, await window.ledger.preview('a', change()));
  await settled();
  return { window, progress, done };
}

describe('the ledger', () => {
  it('journals, sends once, and says effective only when reading proves it', async () => {
    const setup = new Setup();
    const { window, progress, done } = await sent(setup);
    assert.deepEqual(progress, ['planned', 'sent', 'accepted']);
    assert.deepEqual(
      window.ledger.open('a').map(({ state }) => state),
      ['accepted'],
    );
    await setup.clock.advance(5_000);
    assert.deepEqual(progress, ['planned', 'sent', 'accepted'], 'accepted is not done');
    setup.venue.settle();
    await setup.clock.advance(10_000);
    const record = await done;
    assert.equal(record.state, 'effective');
    assert.equal(record.ltvBefore, '0.58');
    assert.equal(record.ltvEstimate, '0.51555556');
    assert.equal(record.ltvAfter, '0.5156');
    assert.deepEqual(record.evidence, {
      kind: 'history',
      id: '1001',
      row: { type: 'collateral_locked', coin: 'BTC', amount: '-0.1', at: setup.venue.rows[0]!.at },
    });
    assert.deepEqual(record.request, { method: 'POST', path: '/adjust', body: JSON.stringify(change()) });
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'accepted', 'effective']);
    assert.deepEqual(setup.venue.sends, [change()]);
    assert.deepEqual(window.ledger.open(), []);
    assert.equal(setup.clock.sleeping, 0);
  });

  it('sends an addition as an addition and a reduction as a reduction', async () => {
    for (const direction of ['add', 'reduce'] as const) {
      const setup = new Setup();
      const { ledger } = setup.window();
      const { done } = begin(ledger, await ledger.preview('a', change({ direction })));
      await settled();
      setup.venue.settle();
      await setup.clock.advance(2_000);
      assert.equal((await done).state, 'effective');
      assert.deepEqual(
        setup.venue.sends.map((each) => each.direction),
        [direction],
      );
      assert.equal(setup.venue.pledged, direction === 'add' ? '0.9' : '0.7');
    }
  });

  it('has the row `sent` on the disk before the bytes leave', async () => {
    const setup = new Setup();
    const window = setup.window();
    let onDisk: string[] = [];
    const take = setup.venue.take.bind(setup.venue);
    setup.venue.take = async (asked) => {
      onDisk = await window.journal.states();
      return take(asked);
    };
    await sent(setup, window);
    assert.deepEqual(onDisk, ['planned', 'sent']);
  });

  it('sends nothing when the journal cannot take `planned`', async () => {
    const setup = new Setup();
    const window = setup.window();
    window.journal.failOn = { state: 'planned' };
    const preview = await window.ledger.preview('a', change());
    await assert.rejects(
      window.ledger.commit(preview, ignore),
      refused(saysLike('change.nothing-sent', says('ledger.unavailable', says('ledger.free-space')))),
    );
    assert.equal(setup.venue.sends.length, 0);
    assert.deepEqual(window.ledger.open(), []);
  });

  for (const after of [false, true]) {
    it(`sends nothing when the journal fails ${after ? 'after' : 'before'} it wrote \`sent\`, and the loan is free again`, async () => {
      const setup = new Setup();
      const window = setup.window();
      window.journal.failOn = { state: 'sent', after };
      await assert.rejects(
        window.ledger.commit(await window.ledger.preview('a', change()), ignore),
        refused(saysLike('change.nothing-sent')),
      );
      assert.equal(setup.venue.sends.length, 0);
      assert.deepEqual(window.ledger.open(), []);
      window.journal.failOn = undefined;
      const again = await sent(setup, window);
      setup.venue.settle();
      await setup.clock.advance(2_000);
      assert.equal((await again.done).state, 'effective');
      assert.equal(setup.venue.sends.length, 1);
    });
  }

  it('sends nothing when the journal took `sent` but does not show it', async () => {
    const setup = new Setup();
    const window = setup.window();
    window.journal.disk.append = () => Promise.resolve();
    await assert.rejects(
      window.ledger.commit(await window.ledger.preview('a', change()), ignore),
      refused(saysLike('change.nothing-sent')),
    );
    assert.equal(setup.venue.sends.length, 0);
  });

  it('goes on when the journal fails after the send: what happened has happened', async () => {
    const setup = new Setup();
    const window = setup.window();
    window.journal.failOn = { state: 'accepted' };
    const { done } = await sent(setup, window);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'effective');
    assert.equal(setup.venue.sends.length, 1);
  });

  it('refuses a preview that was used, whether one after the other or at the same moment', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', change());
    const [first, second] = [begin(ledger, preview), begin(ledger, preview)];
    await assert.rejects(second.done, refused(saysLike('refusal.used-before')));
    await settled();
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await first.done).state, 'effective');
    await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('refusal.used-before')));
    assert.equal(setup.venue.sends.length, 1);
  });

  it('refuses a preview that somebody made or copied', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', change());
    await assert.rejects(ledger.commit({ ...preview }, ignore), refused(saysLike('refusal.used-before')));
    await assert.rejects(setup.window().ledger.commit(preview, ignore), refused(saysLike('refusal.used-before')));
    assert.equal(setup.venue.sends.length, 0);
  });

  it('lets one of two previews of the same loan go, when both are confirmed at the same moment', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const previews = [await ledger.preview('a', change()), await ledger.preview('a', change({ amount: d('0.2') }))];
    const [first, second] = previews.map((preview) => begin(ledger, preview));
    await assert.rejects(second!.done, refused(saysLike('refusal.being-sent')));
    await settled();
    assert.deepEqual(setup.venue.sends, [change()]);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await first!.done).state, 'effective');
  });

  it('refuses figures that grew too old while the person thought', async () => {
    const setup = new Setup();
    const { ledger } = setup.window();
    const preview = await ledger.preview('a', change());
    setup.clock.jump(60_001);
    await assert.rejects(ledger.commit(preview, ignore), refused(saysLike('refusal.preview-outdated')));
    const other = await ledger.preview('a', change());
    setup.clock.jump(-10_000);
    await assert.rejects(ledger.commit(other, ignore), refused(saysLike('refusal.preview-outdated')));
    assert.equal(setup.venue.sends.length, 0);
  });

  it('refuses figures that grew too old while the machine slept between the journal and the send', async () => {
    const setup = new Setup();
    const window = setup.window({
      gate: async (what) => {
        if (what === 'after append sent') setup.clock.jump(3_600_000);
      },
    });
    await assert.rejects(
      window.ledger.commit(await window.ledger.preview('a', change()), ignore),
      refused(saysLike('refusal.preview-outdated')),
    );
    assert.equal(setup.venue.sends.length, 0);
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'not-effective']);
    assert.deepEqual(setup.window().ledger.open(), []);
  });

  const changes: [string, (setup: Setup) => void, RegExp][] = [
    ['removed', (setup) => setup.accounts.delete('a'), saysLike('refusal.account-removed')],
    ['made read-only', (setup) => setup.accounts.set('a', account({ readOnly: true })), saysLike('refusal.key-cannot-trade')],
    ['moved to another site', (setup) => setup.accounts.set('a', account({ site: 'eea' })), saysLike('refusal.account-changed')],
    ['given the keys of another user', (setup) => setup.accounts.set('a', account({ uid: '2' })), saysLike('refusal.account-changed')],
    [
      'moved to another address',
      (setup) => setup.accounts.set('a', account({ baseUrl: 'http://127.0.0.1:1' })),
      saysLike('refusal.account-changed'),
    ],
  ];
  for (const [name, act, pattern] of changes) {
    for (const when of ['before the commit', 'after append sent']) {
      it(`sends nothing for an account that is ${name} ${when}`, async () => {
        const setup = new Setup();
        const window = setup.window({
          gate: async (what) => {
            if (what === when) act(setup);
          },
        });
        const preview = await window.ledger.preview('a', change());
        if (when === 'before the commit') act(setup);
        await assert.rejects(window.ledger.commit(preview, ignore), refused(pattern));
        assert.equal(setup.venue.sends.length, 0);
        assert.deepEqual(window.ledger.open(), []);
      });
    }
  }

  it('is not confused by a new name', async () => {
    const setup = new Setup();
    const window = setup.window();
    const preview = await window.ledger.preview('a', change());
    setup.accounts.set('a', account({ name: 'Renamed' }));
    begin(window.ledger, preview);
    await settled();
    assert.equal(setup.venue.sends.length, 1);
  });

  it('closes what the venue refused, with its reason, and the loan is free', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'refused';
    const { window, done, progress } = await sent(setup);
    const record = await done;
    assert.equal(record.state, 'rejected');
    assert.deepEqual(record.note, trouble('refused', 'none').sentence);
    assert.deepEqual(progress, ['planned', 'sent', 'rejected']);
    assert.equal(setup.clock.sleeping, 0, 'nothing is to be proven');
    await window.ledger.preview('a', change());
  });

  it('says of what never got to the venue that it was not done, and of nobody that he refused it', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'never-left';
    const { window, done, progress } = await sent(setup);
    const record = await done;
    assert.equal(record.state, 'not-effective');
    assert.equal(record.sentAt, undefined);
    assert.deepEqual(record.note, trouble('network', 'none').sentence);
    assert.deepEqual(progress, ['planned', 'sent', 'not-effective']);
    assert.deepEqual(window.ledger.open(), []);
    await window.ledger.preview('a', change());
  });

  for (const fault of ['lost-after', 'odd-error'] satisfies SendFault[]) {
    it(`takes an answer that is ${fault} for unknown, reads, and finds what happened, without a second send`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const { window, done, progress } = await sent(setup);
      assert.deepEqual(progress, ['planned', 'sent', 'unknown']);
      await assert.rejects(window.ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
      setup.venue.settle();
      await setup.clock.advance(2_000);
      assert.equal((await done).state, 'effective');
      assert.equal(setup.venue.sends.length, 1);
      assert.equal(setup.venue.pledged, '0.9');
    });
  }

  it('keeps a write open that never had an effect, never sends it again, and leaves the settlement to a person', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const { window, done } = await sent(setup);
    await setup.clock.advance(60_000);
    assert.equal((await done).state, 'unknown');
    for (let round = 0; round < 5; round += 1) await window.ledger.reconcile('a');
    assert.equal(window.ledger.open('a').length, 1);
    assert.equal(setup.venue.sends.length, 1);
    setup.venue.sendFault = 'none';
    await window.ledger.settle(window.ledger.open('a')[0]!.id, 'not-effective');
    assert.deepEqual(window.ledger.open(), []);
    await window.ledger.preview('a', change());
  });

  it('looks after 1 s, then less and less often, and stops when patience is over', async () => {
    const setup = new Setup();
    const looks: number[] = [];
    const start = setup.clock.now();
    setup.venue.shapeProof = (proof) => {
      looks.push(setup.clock.now() - start);
      return proof;
    };
    const { done } = await sent(setup);
    await setup.clock.advance(300_000);
    assert.equal((await done).state, 'accepted');
    assert.deepEqual(looks.slice(0, 4), [1_000, 2_500, 4_750, 8_125]);
    assert.equal(looks.at(-1), 60_000);
    assert.ok(looks.length < 15);
  });

  it('proves later what settled after patience was over', async () => {
    const setup = new Setup();
    const { window, done } = await sent(setup);
    await setup.clock.advance(60_000);
    assert.equal((await done).state, 'accepted');
    setup.venue.settle();
    await window.ledger.reconcile('a');
    assert.deepEqual(window.ledger.open(), []);
    assert.deepEqual(window.heard.at(-1)?.ltvAfter, '0.5156');
  });

  it('goes on looking when a reading fails', async () => {
    const setup = new Setup();
    const { done } = await sent(setup);
    setup.venue.settle();
    setup.venue.readFault = true;
    await setup.clock.advance(20_000);
    setup.venue.readFault = false;
    await setup.clock.advance(20_000);
    assert.equal((await done).state, 'effective');
  });

  for (const fault of ['wrong-way', 'wrong-amount'] satisfies SendFault[]) {
    it(`freezes the account when the venue acted ${fault}, says so, and thaws it by a person only`, async () => {
      const setup = new Setup();
      setup.venue.sendFault = fault;
      const { window, done } = await sent(setup);
      setup.venue.settle();
      await setup.clock.advance(2_000);
      const record = await done;
      assert.equal(record.state, 'mismatch');
      assert.match(english(outcomeText(record, 'OKX', false).sentence), saysLike('outcome.mismatch'));
      assert.equal(window.ledger.frozen('a')?.id, record.id);
      assert.equal(window.ledger.frozen('b'), undefined);
      await assert.rejects(window.ledger.preview('a', change({ loan: { loanId: '67890' } })), refused(saysLike('refusal.frozen')));
      const reopened = setup.window();
      await assert.rejects(reopened.ledger.preview('a', change()), refused(saysLike('refusal.frozen')), 'a restart does not thaw');
      await window.ledger.settle(record.id, 'lift-freeze');
      assert.equal(window.ledger.frozen('a'), undefined);
      setup.venue.sendFault = 'none';
      await window.ledger.preview('a', change());
      await reopened.ledger.preview('a', change());
    });
  }

  it('tells what is not settled on an account by the journal as it is now, and nothing while it cannot be read', async () => {
    const setup = new Setup();
    const fresh = setup.window();
    assert.equal(await fresh.ledger.unsettled('a'), undefined);
    setup.venue.sendFault = 'wrong-way';
    const { window, done } = await sent(setup);
    const restarted = setup.window();
    assert.deepEqual(restarted.ledger.open('a'), [], 'it has read nothing yet');
    assert.equal((await restarted.ledger.unsettled('a'))?.state, 'accepted', 'an open write of another window');
    assert.equal(await restarted.ledger.unsettled('b'), undefined);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    const { id } = await done;
    assert.equal((await restarted.ledger.unsettled('a'))?.state, 'mismatch', 'a freeze');
    await window.ledger.settle(id, 'lift-freeze');
    assert.equal(await restarted.ledger.unsettled('a'), undefined);
    restarted.journal.unreadable = new Error('denied');
    await assert.rejects(restarted.ledger.unsettled('a'), refused(saysLike('ledger.unavailable')));
  });

  it('does not send on an account that was frozen between preview and commit', async () => {
    const setup = new Setup();
    const window = setup.window();
    const other = await window.ledger.preview('a', change());
    setup.venue.sendFault = 'wrong-way';
    const { done } = await sent(setup, window);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'mismatch');
    await assert.rejects(window.ledger.commit(other, ignore), refused(saysLike('refusal.frozen')));
    assert.equal(setup.venue.sends.length, 1);
  });

  it('stops waiting when told to, but not the write', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'hangs';
    const window = setup.window();
    const stop = new AbortController();
    const { done } = begin(window.ledger, await window.ledger.preview('a', change()), stop.signal);
    await settled();
    stop.abort();
    const { id, state } = await done;
    assert.equal(state, 'sent');
    const pointing = (pattern: RegExp) => (error: unknown) => {
      refused(pattern)(error);
      return (error as Refusal).openWrite?.id === id;
    };
    // Stopping the wait doesn't stop the request.
    await assert.rejects(window.ledger.preview('a', change()), pointing(saysLike('refusal.being-sent')));
    await setup.clock.advance(61_000);
    for (const settlement of ['effective', 'not-effective'] as const) {
      await assert.rejects(window.ledger.settle(id, settlement), pointing(saysLike('refusal.being-sent')));
    }
    await assert.rejects(setup.window().ledger.preview('a', change()), pointing(saysLike('refusal.unfinished')));
    setup.venue.answer();
    await settled();
    await assert.rejects(window.ledger.preview('a', change()), pointing(saysLike('refusal.unfinished')));
    assert.deepEqual(
      window.ledger.open('a').map(({ state }) => state),
      ['accepted'],
    );
    setup.venue.settle();
    await window.ledger.reconcile('a');
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'accepted', 'effective']);
    assert.equal(setup.venue.sends.length, 1);
    assert.equal(setup.clock.sleeping, 0);
  });

  it('sends nothing when it is told to stop before the send', async () => {
    const setup = new Setup();
    const stop = new AbortController();
    const window = setup.window({
      gate: async (what) => {
        if (what === 'after append planned') stop.abort();
      },
    });
    await assert.rejects(
      window.ledger.commit(await window.ledger.preview('a', change()), ignore, { signal: stop.signal }),
      refused(saysLike('refusal.stopped')),
    );
    assert.equal(setup.venue.sends.length, 0);
    assert.deepEqual(await window.journal.states(), ['planned', 'not-effective']);
  });

  it('leaves alone what is under way here: reconcile does not look and a person cannot judge yet', async () => {
    const setup = new Setup();
    let looks = 0;
    setup.venue.shapeProof = (proof) => {
      looks += 1;
      return proof;
    };
    const { window, done } = await sent(setup);
    await window.ledger.reconcile('a');
    assert.equal(looks, 0);
    await assert.rejects(window.ledger.settle(window.ledger.open('a')[0]!.id, 'not-effective'), refused(saysLike('resolve.in-progress')));
    setup.venue.settle();
    await setup.clock.advance(2_000);
    await done;
  });

  it('is not stopped by a view or a progress display that fails', async () => {
    const setup = new Setup();
    const window = setup.window();
    const broken = (): never => {
      throw new Error('broken view');
    };
    window.ledger.onDidChange(broken);
    const done = window.ledger.commit(await window.ledger.preview('a', change()), broken);
    await settled();
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'effective');
    assert.equal(setup.venue.sends.length, 1);
  });

  it('keeps loans apart: one that is open does not hold up another', async () => {
    const setup = new Setup();
    const { window } = await sent(setup);
    setup.venue.shape = (given) => ({ ...given, loan: { ...given.loan, id: '67890', orderId: '67890' } });
    await window.ledger.preview('a', change({ loan: { loanId: '67890' } }));
    setup.venue.shape = (given) => given;
    await assert.rejects(window.ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
  });

  it('asks nothing of journal or venue before it is used, and leaves nothing behind when disposed', async () => {
    const setup = new Setup();
    const asked: string[] = [];
    const window = setup.window({
      gate: async (what) => {
        asked.push(what);
      },
    });
    await settled();
    assert.deepEqual(asked, []);
    assert.deepEqual(window.ledger.open(), []);
    const { done } = await sent(setup, window);
    window.ledger.dispose();
    assert.equal((await done).state, 'accepted');
    assert.equal(setup.clock.sleeping, 0);
  });

  it('refuses an id that is not new', async () => {
    const setup = new Setup();
    const window = setup.window({ options: { newId: () => 'same' } });
    const { done } = await sent(setup, window);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    await done;
    await assert.rejects(window.ledger.commit(await window.ledger.preview('a', change()), ignore), RangeError);
    assert.equal(setup.venue.sends.length, 1);
  });
});

describe("a person's settlement", () => {
  it('gives way to what the venue can still tell', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-after';
    const { window, done } = await sent(setup);
    await setup.clock.advance(60_000);
    const { id } = await done;
    setup.venue.settle();
    await window.ledger.settle(id, 'not-effective');
    assert.equal(window.heard.at(-1)?.state, 'effective');
    assert.deepEqual(await window.journal.states(), ['planned', 'sent', 'unknown', 'effective']);
  });

  it('counts when the venue cannot be read, after a short wait', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    let hang = false;
    const window = setup.window({
      gate: (what) => (hang && what === 'before proveCollateral' ? new Promise(() => undefined) : Promise.resolve()),
    });
    const { done } = await sent(setup, window);
    await setup.clock.advance(60_000);
    const { id } = await done;
    hang = true;
    const settling = window.ledger.settle(id, 'effective');
    await setup.clock.advance(5_000);
    await settling;
    assert.equal(window.heard.at(-1)?.state, 'effective');
    assert.equal(window.heard.at(-1)?.ltvAfter, undefined);
    assert.equal(setup.clock.sleeping, 0);
  });

  it('counts only once it is written down', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-before';
    const { window, done } = await sent(setup);
    await setup.clock.advance(60_000);
    const { id } = await done;
    window.journal.failOn = { state: 'not-effective' };
    await assert.rejects(window.ledger.settle(id, 'not-effective'), refused(saysLike('ledger.outcome-not-written')));
    assert.equal(window.ledger.open('a').length, 1);
    await assert.rejects(window.ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
  });

  it('changes nothing about what is closed, and nothing about what is not known', async () => {
    const setup = new Setup();
    const { window, done } = await sent(setup);
    setup.venue.settle();
    await setup.clock.advance(2_000);
    const { id } = await done;
    await window.ledger.settle(id, 'not-effective');
    await window.ledger.settle(id, 'lift-freeze');
    assert.equal((await window.journal.states()).at(-1), 'effective');
    await assert.rejects(window.ledger.settle('nobody', 'effective'), refused(saysLike('resolve.change-gone')));
    assert.equal(loanId, '12345');
  });

  it('loses against a proof that arrives while it is being written down', async () => {
    const setup = new Setup();
    setup.venue.sendFault = 'lost-after';
    const first = setup.window();
    const { done } = await sent(setup, first);
    await setup.clock.advance(60_000);
    const { id } = await done;
    const window = setup.window({
      gate: async (what) => {
        if (what !== 'before append not-effective') return;
        setup.venue.settle();
        await window.ledger.reconcile('a');
      },
    });
    await window.ledger.settle(id, 'not-effective');
    assert.equal(window.heard.at(-1)?.state, 'effective');
  });
});
