import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Arming } from '../../../../src/engine/ledger/arming.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { MemoryArmedRows } from '../accounts/memory-storage.ts';
import { Ledger, Refusal, type LedgerOptions, type Preview } from '../../../../src/engine/ledger/ledger.ts';
import { account, change, connectionTo, d, Setup, ignore, refused } from './support.ts';
import { MemoryJournal } from './memory-journal.ts';
import { marginChange } from './market.ts';
import { saysLike } from '../../../texts.ts';

// Without a front: these rules hold for every use of the engine.

describe('arming always', () => {
  const arm = async (facts: Partial<Account>, typedName?: string): Promise<boolean> => {
    const [known, changed] = [account({ uid: '1', ...facts }), new Emitter<string>()];
    const book = { get: () => known, onDidChange: changed.on };
    const rows = new MemoryArmedRows();
    const arming = new Arming({ clock: new FakeClock(), rows, book, window: 'w', newId: () => 'x' });
    try {
      await arming.arm('a', 'always', typedName === undefined ? undefined : { typedName });
    } catch (error) {
      assert.equal(rows.shared.rows.length, 0, 'nothing is left behind');
      throw error;
    }
    return arming.state('a').armed;
  };
  const nameAsked = refused(saysLike('arming.name-needed', 'Main'));

  it('takes the typed name of a live account, to the letter', async () => {
    for (const typed of [undefined, '', 'main', 'Main ', ' Main', 'Other']) await assert.rejects(arm({}, typed), nameAsked);
    assert.equal(await arm({}, 'Main'), true);
  });

  it('takes no account’s word that it is simulated: its site tells', async () => {
    for (const facts of [{ simulated: true }, { site: 'elsewhere' }, { venue: 'unheard-of', site: 'loopback', simulated: true }]) {
      await assert.rejects(arm(facts), nameAsked);
    }
  });

  it('asks for no name where no real money moves', async () => {
    for (const facts of [{ site: 'loopback', simulated: true }, { site: 'global-demo' }, { venue: 'bybit', site: 'testnet' }]) {
      assert.equal(await arm(facts), true);
    }
  });
});

/** A ledger as in the engine, with no checks in front of it. */
function bare(setup: Setup, options: Partial<LedgerOptions> = {}): Ledger {
  let ids = 0;
  return new Ledger({
    journal: setup.disk,
    book: { get: (id) => setup.accounts.get(id) },
    connections: { get: () => Promise.resolve(connectionTo(setup.venue, setup.market)) },
    clock: setup.clock,
    newId: () => `r${(ids += 1).toString()}`,
    maxPreviewAgeMs: () => 60_000,
    proofPatienceMs: 60_000,
    window: 'bare',
    arming: { state: () => ({ armed: true, until: 'restart' }) },
    limits: () => setup.limits,
    ...options,
  });
}

const refusedWith = (remedy: Refusal['remedy'], pattern: RegExp) => (error: unknown) => {
  refused(pattern)(error);
  assert.equal(error instanceof Refusal && error.remedy, remedy);
  return true;
};

async function sends(ledger: Ledger, preview: Preview, setup: Setup): Promise<void> {
  const before = setup.venue.sends.length + setup.market.sends.length;
  const done = ledger.commit(preview, ignore);
  done.catch(ignore);
  await settled();
  assert.equal(setup.venue.sends.length + setup.market.sends.length, before + 1);
  setup.venue.settle();
  setup.market.settle();
  await setup.clock.advance(5_000);
  assert.equal((await done).state, 'effective');
}

describe('the first change of a live account', () => {
  const notShown = refusedWith('showRequest', saysLike('refusal.first-change'));

  for (const asked of [change(), marginChange()]) {
    it(`of ${asked.kind} is not sent before its request was shown, and the preview is good after that`, async () => {
      const setup = new Setup();
      const ledger = bare(setup);
      const preview = await ledger.preview('a', asked);
      assert.equal(preview.firstChange, true);
      await assert.rejects(ledger.commit(preview, ignore), notShown);
      await assert.rejects(ledger.commit({ ...preview, requestShown: true }, ignore), refused(saysLike('refusal.used-before')));
      assert.throws(() => Object.assign(preview, { requestShown: true }), TypeError);
      assert.equal((await setup.disk.load()).length, 0, 'not even a plan');
      await ledger.rehearse(preview);
      await sends(ledger, preview, setup);
    });
  }

  it('takes the request of no other amount, account or ledger for its own', async () => {
    const setup = new Setup();
    setup.accounts.set('b', account({ id: 'b' }));
    const ledger = bare(setup);
    await ledger.rehearse(await ledger.preview('a', change({ amount: d('0.2') })));
    await ledger.rehearse(await ledger.preview('b', change()));
    await bare(setup).rehearse(await ledger.preview('a', change({ amount: d('0.3') })));
    for (const amount of ['0.1', '0.3']) {
      const preview = await ledger.preview('a', change({ amount: d(amount) }));
      assert.equal(preview.requestShown, undefined);
      await assert.rejects(ledger.commit(preview, ignore), notShown);
    }
    assert.equal(setup.venue.sends.length, 0);
  });

  it('may be read afresh after its request was shown, as long as it is the very same', async () => {
    const setup = new Setup();
    const ledger = bare(setup);
    await ledger.rehearse(await ledger.preview('a', change()));
    const again = await ledger.preview('a', change());
    assert.equal(again.requestShown, true);
    await sends(ledger, again, setup);
    const next = await ledger.preview('a', change({ amount: d('0.05') }));
    assert.equal(next.firstChange, undefined, 'it is no first one any more');
    await sends(ledger, next, setup);
  });

  it('has its request shown to each owner of the keys', async () => {
    const setup = new Setup();
    const ledger = bare(setup);
    setup.accounts.set('a', account({ uid: '7' }));
    await ledger.rehearse(await ledger.preview('a', change()));
    setup.accounts.set('a', account({ uid: '8' }));
    const preview = await ledger.preview('a', change());
    assert.equal(preview.requestShown, undefined);
    await assert.rejects(ledger.commit(preview, ignore), notShown);
    assert.equal(setup.venue.sends.length, 0);
  });

  it('is first again where its id comes back with another venue, site or owner', async () => {
    const setup = new Setup();
    setup.accounts.set('a', account({ uid: '7' }));
    const ledger = bare(setup);
    const preview = await ledger.preview('a', change());
    await ledger.rehearse(preview);
    await sends(ledger, preview, setup);
    const noOwner = account();
    for (const other of [account({ uid: '8' }), account({ uid: '7', venue: 'bybit' }), account({ uid: '7', site: 'eea' }), noOwner]) {
      setup.accounts.set('a', other);
      assert.equal((await ledger.preview('a', marginChange())).firstChange, true);
    }
    setup.accounts.set('a', account({ uid: '7' }));
    assert.equal((await ledger.preview('a', marginChange())).firstChange, undefined);
  });

  it('is the next one where the one before it never left', async () => {
    const setup = new Setup();
    let letGo = ignore;
    const leaving = new Promise<void>((resolve) => (letGo = resolve));
    const gate = (what: string): Promise<void> => (what === 'before send' ? leaving : Promise.resolve());
    const ledger = bare(setup, { connections: { get: async () => connectionTo(setup.venue, setup.market, gate) } });
    const preview = await ledger.preview('a', change());
    await ledger.rehearse(preview);
    setup.venue.sendFault = 'never-left';
    const done = ledger.commit(preview, ignore);
    await settled();
    const next = await ledger.preview('a', marginChange());
    assert.equal(next.firstChange, undefined, 'one is just leaving');
    letGo();
    assert.equal((await done).sentAt, undefined);
    setup.venue.sendFault = 'none';
    await assert.rejects(ledger.commit(next, ignore), notShown);
    await ledger.rehearse(next);
    await sends(ledger, next, setup);
  });

  it('is told by its site, whatever is noted at the account; a simulated one is free', async () => {
    for (const [facts, first] of [
      [{ simulated: true }, true],
      [{ site: 'global-demo' }, true],
      [{ site: 'loopback' }, undefined],
    ] as const) {
      const setup = new Setup();
      setup.accounts.set('a', account(facts));
      assert.equal((await bare(setup, { journal: new MemoryJournal() }).preview('a', change())).firstChange, first);
    }
  });
});

describe('adding without an estimate', () => {
  const doubtful = async (direction: 'add' | 'reduce') => {
    const setup = new Setup();
    setup.accounts.set('a', account({ site: 'loopback', simulated: true }));
    const prices = new Map([
      ['BTC', d('88000')],
      ['USDT', d('1')],
    ]);
    setup.venue.shape = (readiness) => ({ ...readiness, prices, loan: { ...readiness.loan, ltv: d('0.6') } });
    const ledger = bare(setup);
    return { setup, ledger, preview: await ledger.preview('a', change({ direction })) };
  };

  it('is sent only where that is said explicitly, also after a refusal', async () => {
    const { setup, ledger, preview } = await doubtful('add');
    const explicitly = refusedWith('withoutEstimate', saysLike('refusal.no-estimate'));
    await assert.rejects(ledger.commit(preview, ignore), explicitly);
    await assert.rejects(ledger.commit(preview, ignore, { withoutEstimate: false }), explicitly);
    assert.equal((await setup.disk.load()).length, 0);
    ledger.commit(preview, ignore, { withoutEstimate: true }).catch(ignore);
    await settled();
    assert.equal(setup.venue.sends.length, 1);
  });

  it('leaves taking out refused', async () => {
    await assert.rejects(doubtful('reduce'), refused(saysLike('change.removal-unclear')));
  });
});
