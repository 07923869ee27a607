// The same account at the exchange, added here twice: what one has under way, has been frozen for or has moved today holds for the other.
import assert from 'node:assert/strict';
import type { Account } from '../../../../src/core/model.ts';
import type { Change } from '../../../../src/exchanges/exchange.ts';
import { MemoryJournal } from './memory-journal.ts';
import type { Ledger, Refusal, WriteRecord } from '../../../../src/engine/ledger/ledger.ts';
import { ownerOf } from '../../../../src/engine/ledger/owner.ts';
import { fromLine, toLine } from '../../../../src/engine/ledger/record-format.ts';
import { fold, merge, sameTarget } from '../../../../src/engine/ledger/write-states.ts';
import { sites } from '../../../../src/exchanges/bybit/sites.ts';
import { settled } from '../../core/fake-clock.ts';
import { Drawer } from './database/setup-folder.ts';
import { marginChange, short } from './market.ts';
import { account, change, connectionTo, d, Setup, ignore, noLimits, refused } from './support.ts';
import { written } from './written.ts';
import { says, saysLike } from '../../../texts.ts';

const uid = '44705892343619584';

function twins(one: Partial<Account> = {}, other: Partial<Account> = {}): Setup {
  const setup = new Setup();
  setup.accounts.clear();
  setup.accounts.set('a', account({ id: 'a', uid, ...one }));
  setup.accounts.set('b', account({ id: 'b', name: 'Again', uid, ...other }));
  return setup;
}

/** Sent from `id` as far as it goes without time passing. */
async function sent(ledger: Ledger, id: string, asked: Change = change()): Promise<{ readonly done: Promise<WriteRecord> }> {
  const done = ledger.commit(await ledger.preview(id, asked), ignore);
  done.catch(ignore);
  await settled();
  return { done };
}

const pointingTo = (ledger: Ledger, pattern: RegExp) => (error: unknown) => {
  refused(pattern)(error);
  assert.equal((error as Refusal).openWrite?.id, (ledger.open()[0] ?? ledger.frozen('a'))?.id);
  return true;
};

describe('the same account at the exchange, added twice', () => {
  for (const where of ['in one window', 'in two windows'] as const) {
    it(`has one open change of a loan or position, whichever of the two sends it (${where})`, async () => {
      for (const asked of [change(), marginChange()]) {
        const setup = twins();
        const one = setup.window();
        const two = where === 'in one window' ? one : setup.window();
        const early = await two.ledger.preview('b', asked);
        await sent(one.ledger, 'a', asked);
        await assert.rejects(
          two.ledger.commit(early, ignore),
          refused(new RegExp(`${saysLike('refusal.unfinished').source}|${saysLike('refusal.being-sent').source}`)),
        );
        await assert.rejects(two.ledger.preview('b', asked), pointingTo(one.ledger, saysLike('refusal.unfinished')));
        assert.equal(setup.venue.sends.length + setup.market.sends.length, 1);
        assert.equal(two.ledger.open('b').length, 1);
        // Its other loans and positions are free.
        await two.ledger.preview('b', asked.kind === 'margin' ? change() : marginChange());
      }
    });
  }

  it('lets one of two go that are confirmed at the same moment', async () => {
    const setup = twins();
    const { ledger } = setup.window();
    const previews = [await ledger.preview('a', change()), await ledger.preview('b', change())];
    const ends = previews.map((preview) => ledger.commit(preview, ignore));
    for (const end of ends) end.catch(ignore);
    await settled();
    await assert.rejects(ends[1]!, refused(saysLike('refusal.being-sent')));
    assert.equal(setup.venue.sends.length, 1);
  });

  it('is held by the journal itself, for windows that write at the same moment', async () => {
    const setup = twins();
    const one = setup.window();
    let first = true;
    const two = setup.window({
      gate: async (what) => {
        if (what !== 'before append sent' || !first) return;
        first = false;
        await sent(one.ledger, 'a');
      },
    });
    await assert.rejects(two.ledger.commit(await two.ledger.preview('b', change()), ignore), refused(saysLike('refusal.unfinished')));
    assert.equal(setup.venue.sends.length, 1);
    assert.deepEqual(
      (await two.journal.states()).filter((state) => state === 'sent'),
      ['sent'],
      'the journal took it once',
    );
  });

  it('does not act on figures from before what the other did', async () => {
    const setup = twins();
    const { ledger } = setup.window();
    const early = await ledger.preview('b', change());
    const { done } = await sent(ledger, 'a');
    setup.venue.settle();
    await setup.clock.advance(2_000);
    assert.equal((await done).state, 'effective');
    await assert.rejects(ledger.commit(early, ignore), refused(saysLike('refusal.overtaken')));
  });

  it('is frozen for both, and thawed for both', async () => {
    const setup = twins();
    setup.venue.sendFault = 'wrong-way';
    const { ledger } = setup.window();
    const early = await ledger.preview('b', marginChange());
    const { done } = await sent(ledger, 'a');
    setup.venue.settle();
    await setup.clock.advance(2_000);
    const { id, state } = await done;
    assert.equal(state, 'mismatch');
    assert.equal(ledger.frozen('b')?.id, id);
    await assert.rejects(ledger.commit(early, ignore), refused(/frozen/));
    for (const window of [ledger, setup.window().ledger]) {
      await assert.rejects(window.preview('b', marginChange()), pointingTo(ledger, /frozen/));
    }
    await ledger.settle(id, 'lift-freeze');
    await setup.window().ledger.preview('b', marginChange());
  });

  it('has one limit of the day', async () => {
    const setup = twins();
    setup.limits = { ...noLimits, perDayByCoin: new Map([['BTC', d('0.25')]]) };
    const { ledger } = setup.window();
    const { done } = await sent(ledger, 'a', change({ amount: d('0.2') }));
    setup.venue.settle();
    await setup.clock.advance(2_000);
    await done;
    await assert.rejects(
      ledger.preview('b', change({ amount: d('0.1') })),
      refused(saysLike('limit.per-day', '0.2 BTC', undefined, '0.25 BTC')),
    );
    await ledger.preview('b', change({ amount: d('0.05') }));
  });

  it('keeps a coin in the wallet from both', async () => {
    const setup = twins();
    setup.limits = { ...noLimits, keepInWallet: new Map([['USDT', d('985')]]) };
    const { ledger } = setup.window();
    setup.venue.sendFault = 'hangs';
    await sent(ledger, 'a', marginChange({ amount: d('10') }));
    await assert.rejects(ledger.preview('b', marginChange({ amount: d('10') }, short)), refused(saysLike('limit.may-leave')));
    await ledger.preview('b', marginChange({ amount: d('5') }, short));
  });

  it('has each row of its history prove one change, whichever of the two made it', async () => {
    const setup = twins();
    const { ledger } = setup.window();
    const { done: first } = await sent(ledger, 'a');
    setup.venue.settle();
    await setup.clock.advance(2_000);
    const { evidence } = await first;
    const rows = await setup.disk.load();
    const [mine] = [...fold(rows).values()];
    assert.ok(evidence !== undefined && mine !== undefined);
    const late = { ...rows[1]!, id: 'late', accountId: 'b', owner: mine.owner! };
    const folded = fold([...rows, { ...late, state: 'unknown' }, { ...late, state: 'effective', evidence }]);
    assert.equal(folded.get('late')?.state, 'unknown');
  });

  it('is never looked up with keys of another user: their rows prove nothing', async () => {
    for (const asked of [change(), marginChange()]) {
      const setup = twins();
      setup.venue.sendFault = 'lost-after';
      const one = setup.window();
      await sent(one.ledger, 'a', asked);
      one.ledger.dispose();
      // Other keys for the first of the two. What is there looks as if it had been done.
      setup.accounts.set('a', account({ id: 'a', uid: '7' }));
      setup.venue.settle();
      const reading: string[] = [];
      const connections = (real: Pick<Setup, 'venue' | 'market'>) => ({
        get: async (id: string) => {
          reading.push(id);
          return connectionTo(real.venue, real.market);
        },
      });
      const { ledger } = setup.window({ options: { connections: connections(setup) } });
      await ledger.reconcile('a');
      assert.deepEqual(reading, []);
      setup.clock.jump(120_000);
      await ledger.settle((await ledger.activity())[0]!.id, 'not-effective');
      assert.deepEqual(reading, [], 'a settlement asks nobody else either');
    }
  });

  it('is looked up with the keys of the one that is still its owner’s, where those that sent it are another user’s by now', async () => {
    const setup = twins();
    setup.venue.sendFault = 'lost-after';
    const one = setup.window();
    await sent(one.ledger, 'a');
    one.ledger.dispose();
    setup.accounts.set('a', account({ id: 'a', uid: '7' }));
    setup.venue.settle();
    const { ledger } = setup.window();
    await ledger.reconcile('b');
    assert.equal((await ledger.activity())[0]?.state, 'effective');
  });

  it('is looked up with the keys that sent it; with the other ones only once those are gone', async () => {
    const setup = twins();
    const asked: string[] = [];
    const one = setup.window();
    await sent(one.ledger, 'a');
    one.ledger.dispose();
    const real = setup.window();
    const watching = setup.window({
      options: {
        connections: {
          get: async (id) => {
            asked.push(id);
            throw new Error(says('position.not-reached'));
          },
        },
      },
    });
    await watching.ledger.reconcile('b');
    assert.deepEqual(asked, []);
    await watching.ledger.reconcile('a');
    assert.deepEqual(asked, ['a']);
    setup.accounts.delete('a');
    await watching.ledger.reconcile('b');
    assert.deepEqual(asked, ['a', 'b']);
    setup.venue.settle();
    await real.ledger.reconcile('b');
    assert.deepEqual(real.ledger.open('b'), []);
    assert.deepEqual(
      (await real.ledger.activity('a')).map(({ state }) => state),
      ['effective'],
    );
  });
});

describe('accounts that are not the same', () => {
  const others: readonly (readonly [string, Partial<Account>, Partial<Account>])[] = [
    ['of another user', {}, { uid: '1' }],
    ['on another site', {}, { site: 'eea' }],
    ['in demo trading', {}, { site: 'global-demo' }],
    ['at another exchange', {}, { venue: 'bybit' }],
    ['at another address', { site: 'loopback', baseUrl: 'http://127.0.0.1:1' }, { site: 'loopback', baseUrl: 'http://127.0.0.1:2' }],
  ];
  for (const [what, one, other] of others) {
    it(`do not hold each other up (${what})`, async () => {
      const setup = twins(one, other);
      setup.limits = { ...noLimits, perDayByCoin: new Map([['BTC', d('0.15')]]) };
      const { ledger } = setup.window();
      await sent(ledger, 'a');
      await ledger.preview('b', change());
      assert.deepEqual(ledger.open('b'), []);
    });
  }

  it('cannot be told from twins as long as it is not known whose keys one of them has: then each goes by itself, as before', async () => {
    const setup = new Setup();
    setup.accounts.set('a', account({ id: 'a' }));
    setup.accounts.set('b', account({ id: 'b', uid }));
    const { ledger } = setup.window();
    await sent(ledger, 'a');
    await ledger.preview('b', change());
    await assert.rejects(ledger.preview('a', change()), refused(saysLike('refusal.unfinished')));
  });
});

describe('whose a change is', () => {
  it('is the same at both addresses of one exchange', () => {
    const at = (site: string): string | undefined => ownerOf({ venue: 'bybit', site, uid: '7' });
    assert.ok(sites.some(({ id }) => id === 'global-bytick'));
    assert.equal(at('global-bytick'), at('global'));
    const known = new Set(sites.map(({ id }) => at(id)));
    assert.equal(known.size, sites.length - 1);
    assert.equal(ownerOf({ venue: 'bybit', site: 'global' }), undefined);
  });

  it('is written down with it, and records without it are still read', () => {
    const owner = ownerOf({ venue: 'okx', site: 'global', uid })!;
    const line = toLine(written('w1', { owner }));
    assert.equal(fromLine(line).owner, owner);
    // What an older version knows of a record is in there as it was: it reads the same format and leaves out what it does not know.
    const { owner: told, ...rest } = JSON.parse(line) as Record<string, unknown>;
    assert.equal(told, owner);
    assert.deepEqual(JSON.parse(toLine(written('w1'))), rest);
    assert.equal(fromLine(JSON.stringify(rest)).owner, undefined);
  });

  it('is not forgotten when a window of an older version closes the change', () => {
    const owner = ownerOf({ venue: 'okx', site: 'global', uid })!;
    const old = written('w1', { state: 'effective', evidence: { kind: 'history', id: '17' } });
    assert.equal(merge(written('w1', { owner }), old).owner, owner);
    assert.equal(merge(old, written('w1', { owner })).owner, owner);
  });

  it('goes by the account here where it is not known of both', () => {
    const owner = ownerOf({ venue: 'okx', site: 'global', uid })!;
    const old = written('old');
    assert.ok(sameTarget(old, written('new', { owner })));
    assert.ok(!sameTarget(old, written('new', { owner, accountId: 'b' })));
    assert.ok(sameTarget(written('x', { owner }), written('new', { owner, accountId: 'b' })));
    assert.ok(!sameTarget(written('x', { owner }), written('new', { owner: 'another' })));
  });

  it('holds a loan in the journal against the other, from a change without it too', async () => {
    const owner = ownerOf({ venue: 'okx', site: 'global', uid })!;
    const journal = new MemoryJournal();
    await journal.append(written('old'));
    await assert.rejects(journal.append(written('new', { owner })), { name: 'TargetTaken', writeId: 'old' });
    await journal.append(written('old', { state: 'rejected' }));
    await journal.append(written('new', { owner }));
    await assert.rejects(journal.append(written('twin', { owner, accountId: 'b' })), { name: 'TargetTaken', writeId: 'new' });
    await journal.append(written('new', { owner, state: 'rejected' }));
    await journal.append(written('twin', { owner, accountId: 'b' }));
  });

  it('holds a loan in the database of all windows against the other, and that still verifies', async () => {
    const drawer = new Drawer();
    try {
      const [one, two] = [drawer.open(), drawer.open()];
      const owner = ownerOf({ venue: 'okx', site: 'global', uid })!;
      await one.append(written('new', { owner }));
      await assert.rejects(two.append(written('twin', { owner, accountId: 'b' })), { name: 'TargetTaken', writeId: 'new' });
      // A window of an older version knows nothing of owners; what it wrote down counts.
      await two.append(written('old', { accountId: 'b' }));
      assert.deepEqual(await one.verify(), await two.verify());
      assert.equal((await one.verify()).ok, true);
      await one.append(written('new', { owner, state: 'rejected' }));
      await two.append(written('twin', { owner, accountId: 'c' }));
      assert.equal((await drawer.open().verify()).ok, true);
    } finally {
      drawer.remove();
    }
  });
});
