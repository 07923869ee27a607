import assert from 'node:assert/strict';
import { Emitter } from '../../../../src/core/emitter.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Arming, quarterMs, type ArmingTerm } from '../../../../src/engine/ledger/arming.ts';
import { MemoryArmedRows } from '../accounts/memory-storage.ts';
import { FakeClock, settled } from '../../core/fake-clock.ts';
import { marginChange } from './market.ts';
import { account, change, Setup, ignore, refused, start, everSent } from './support.ts';
import { saysLike } from '../../../texts.ts';

/** A person's storage, accounts and clock, and the windows they open on them one after the other. */
class Person {
  readonly clock = new FakeClock();
  readonly stored = new MemoryArmedRows().shared;
  readonly accounts = new Map<string, Account>([
    ['a', account({ uid: '1' })],
    ['b', account({ id: 'b', uid: '2' })],
    ['simulated', account({ id: 'simulated', site: 'loopback', simulated: true })],
  ]);
  readonly changed = new Emitter<string>();
  #windows = 0;
  #sayings = 0;

  window(): Arming {
    this.#windows += 1;
    return new Arming({
      clock: this.clock,
      rows: new MemoryArmedRows(this.stored),
      book: { get: (id) => this.accounts.get(id), onDidChange: this.changed.on },
      window: `window ${this.#windows.toString()}`,
      newId: () => (this.#sayings += 1).toString(),
    });
  }

  change(facts: Partial<Account>): void {
    this.accounts.set('a', account(facts));
    this.changed.fire('a');
  }

  remove(id: string): void {
    this.accounts.delete(id);
    this.changed.fire(id);
  }
}

/** What a person has to give who arms the live account always. */
const named = { typedName: 'Main' };

const terms: readonly ArmingTerm[] = ['quarter', 'restart', 'always'];

describe('arming', () => {
  it('is off for every real account until a person does it, and for that one only', async () => {
    const arming = new Person().window();
    assert.deepEqual(arming.state('a'), { armed: false });
    await arming.arm('a', 'restart');
    assert.deepEqual(arming.state('a'), { armed: true, until: 'restart' });
    assert.deepEqual(arming.state('b'), { armed: false });
  });

  it('is on from the start where no money moves, until it is taken back here', async () => {
    const person = new Person();
    const arming = person.window();
    assert.deepEqual(arming.state('simulated'), { armed: true, until: 'simulated' });
    await arming.disarm('simulated');
    assert.deepEqual(arming.state('simulated'), { armed: false });
    await arming.arm('simulated', 'quarter');
    assert.equal(arming.state('simulated').armed, true);
    person.clock.jump(quarterMs);
    assert.equal(arming.state('simulated').armed, false, 'the term that was chosen counts, not what was before it');
    assert.deepEqual(person.window().state('simulated'), { armed: true, until: 'simulated' }, 'a new window starts anew');
  });

  it('knows no account that is not there', async () => {
    const arming = new Person().window();
    await arming.arm('nobody', 'restart');
    assert.deepEqual(arming.state('nobody'), { armed: false });
  });

  it('for a quarter of an hour ends with it, to the millisecond', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'quarter');
    assert.deepEqual(arming.state('a'), { armed: true, until: person.clock.now() + quarterMs });
    person.clock.jump(quarterMs - 1);
    assert.equal(arming.state('a').armed, true);
    person.clock.jump(1);
    assert.equal(arming.state('a').armed, false);
  });

  for (const [name, after, back] of [
    ['right away', 0, 24 * 3_600_000],
    ['after a while', 10 * 60_000, 60_000],
    ['shortly before its end', quarterMs - 1, quarterMs - 1],
  ] as const) {
    it(`for a quarter of an hour ends when the clock is set back ${name}, and does not come back with it`, async () => {
      const person = new Person();
      const arming = person.window();
      await arming.arm('a', 'quarter');
      person.clock.jump(after);
      assert.equal(arming.state('a').armed, true);
      person.clock.jump(-back);
      assert.equal(arming.state('a').armed, false);
      person.clock.jump(back);
      assert.equal(arming.state('a').armed, false);
    });
  }

  it('for a quarter of an hour ends with it though the clock was set back while nobody looked', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'quarter');
    await person.clock.advance(10 * 60_000);
    assert.equal(arming.state('a').armed, true);
    await person.clock.advance(quarterMs);
    person.clock.jump(-quarterMs);
    assert.equal(arming.state('a').armed, false);
  });

  it('for a quarter of an hour that was begun anew is not ended by the end of the first', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'quarter');
    await person.clock.advance(10 * 60_000);
    await arming.arm('a', 'quarter');
    await person.clock.advance(10 * 60_000);
    assert.equal(arming.state('a').armed, true);
  });

  for (const [name, facts] of [
    ['of another user', { uid: '2' }],
    ['of a user that is not told', { uid: undefined }],
    ['of another site', { uid: '1', site: 'eea' }],
    ['of another address', { uid: '1', baseUrl: 'https://other.example' }],
    ['of an exchange that is no longer simulated', { uid: '1', simulated: false }],
  ] as const) {
    for (const term of terms) {
      it(`for ${term} ends when the account gets keys ${name}, here and in windows that open later, and does not come back`, async () => {
        const person = new Person();
        const before = { uid: '1', ...(name.includes('simulated') ? { simulated: true, site: 'loopback' } : {}) };
        person.accounts.set('a', account(before));
        const arming = person.window();
        await arming.arm('a', term, named);
        assert.equal(arming.state('a').armed, true);
        const { uid, ...others } = { site: 'global', ...facts };
        person.change({ ...others, ...(uid === undefined ? {} : { uid }) });
        assert.equal(arming.state('a').armed, false);
        await settled();
        assert.equal(person.window().state('a').armed, false);
        person.change({ ...before, simulated: false });
        assert.equal(arming.state('a').armed, false);
        assert.equal(person.window().state('a').armed, false);
      });
    }
  }

  it('stays when the account only gets another name or other rights, or its simulated exchange another port', async () => {
    const person = new Person();
    person.accounts.set('a', account({ simulated: true, baseUrl: 'http://127.0.0.1:1' }));
    const arming = person.window();
    await arming.arm('a', 'always', named);
    person.change({ simulated: true, baseUrl: 'http://127.0.0.1:2', name: 'Other' });
    await settled();
    assert.deepEqual(arming.state('a'), { armed: true, until: 'always' });
    assert.deepEqual(person.window().state('a'), { armed: true, until: 'always' });
  });

  it('for a quarter of an hour bears with a clock that is corrected by a little', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'quarter');
    person.clock.jump(-5_000);
    assert.equal(arming.state('a').armed, true);
  });

  it('that is taken back while it is still being stored stays taken back', async () => {
    for (const term of terms) {
      const person = new Person();
      const arming = person.window();
      await arming.arm('a', 'always', named);
      const storing = arming.arm('a', term, named);
      const taking = arming.disarm('a');
      await Promise.all([storing, taking]);
      assert.equal(arming.state('a').armed, false, term);
    }
  });

  for (const term of terms) {
    it(`for ${term} ${term === 'always' ? 'is still there in' : 'is gone in'} a window that opens later`, async () => {
      const person = new Person();
      await person.window().arm('a', term, named);
      assert.equal(person.window().state('a').armed, term === 'always');
    });

    it(`for ${term} ends at once when it is taken back, here and in windows that open later`, async () => {
      const person = new Person();
      const arming = person.window();
      await arming.arm('a', term, named);
      const done = arming.disarm('a');
      assert.equal(arming.state('a').armed, false, 'before anything is stored');
      await done;
      assert.equal(arming.state('a').armed, false);
      assert.equal(person.window().state('a').armed, false);
      assert.equal(person.stored.rows.length, 0, 'nothing is left behind');
    });

    it(`for ${term} is forgotten with the account, also by one that is added under the same id`, async () => {
      const person = new Person();
      const arming = person.window();
      await arming.arm('a', term, named);
      person.remove('a');
      await settled();
      person.accounts.set('a', account({ uid: '1' }));
      assert.equal(arming.state('a').armed, false);
      assert.equal(person.window().state('a').armed, false);
    });
  }

  for (const term of terms) {
    it(`for ${term} ends when the account gets the keys of another user, here and in windows that open later`, async () => {
      const person = new Person();
      person.accounts.set('a', account({ uid: '111' }));
      const arming = person.window();
      await arming.arm('a', term, named);
      assert.equal(arming.state('a').armed, true);
      person.accounts.set('a', account({ uid: '222' }));
      person.changed.fire('a');
      assert.equal(arming.state('a').armed, false);
      assert.equal(person.window().state('a').armed, false);
    });
  }

  it('is refused for a real account of which nobody knows whose keys it has, and nothing is armed', async () => {
    for (const term of terms) {
      const person = new Person();
      person.accounts.set('a', account());
      const arming = person.window();
      await assert.rejects(arming.arm('a', term, named), refused(saysLike('arming.no-owner')));
      assert.equal(arming.state('a').armed, false);
      person.change({ uid: '111' });
      assert.equal(arming.state('a').armed, false, 'nobody inherits it');
      assert.equal(person.window().state('a').armed, false);
    }
  });

  it('that was written down for nobody in particular by a version before is nobody’s, whoever comes next', async () => {
    const person = new Person();
    person.stored.rows = [{ account: 'a', window: '', term: 'always', whose: JSON.stringify(['okx', 'global', '', '']), given: 'old' }];
    for (const facts of [{}, { uid: '1' }, { uid: '2' }]) {
      person.accounts.set('a', account(facts));
      assert.equal(person.window().state('a').armed, false, JSON.stringify(facts));
    }
  });

  it('of a simulated account ends, too, when it gets the keys of somebody who was not known before', async () => {
    for (const term of terms) {
      const person = new Person();
      const arming = person.window();
      await arming.arm('simulated', term);
      assert.equal(arming.state('simulated').armed, true);
      person.accounts.set('simulated', account({ id: 'simulated', site: 'loopback', simulated: true, uid: '9' }));
      person.changed.fire('simulated');
      assert.equal(arming.state('simulated').armed, false);
    }
  });

  it('is off as long as nobody can tell what was said, also where no money moves', () => {
    const person = new Person();
    const rows = Object.assign(new MemoryArmedRows(person.stored), { armed: () => undefined });
    const book = { get: (id: string) => person.accounts.get(id), onDidChange: person.changed.on };
    const arming = new Arming({ clock: person.clock, rows, book, window: 'w', newId: () => 'x' });
    for (const id of ['a', 'simulated']) {
      assert.deepEqual(arming.state(id), { armed: false });
      assert.equal(arming.mayBeArmed(id), true, 'so that who disarms in a hurry disarms it');
    }
  });

  it('of a simulated account that was taken back stays so after a restart, until it is armed again', async () => {
    const person = new Person();
    await person.window().disarm('simulated');
    const later = person.window();
    assert.deepEqual(later.state('simulated'), { armed: false });
    await later.arm('simulated', 'always');
    assert.deepEqual(person.window().state('simulated'), { armed: true, until: 'always' });
  });

  it('of another window that is armed until its reload is taken back from here, too', async () => {
    const person = new Person();
    const [one, two] = [person.window(), person.window()];
    await one.arm('a', 'restart');
    assert.equal(two.state('a').armed, false);
    assert.equal(two.mayBeArmed('a'), true);
    await two.disarm('a');
    assert.equal(one.state('a').armed, false);
    assert.equal(two.mayBeArmed('a'), false);
  });

  it('for a shorter time than before ends the longer one', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'always', named);
    await arming.arm('a', 'quarter');
    person.clock.jump(quarterMs);
    assert.equal(arming.state('a').armed, false);
    assert.equal(person.window().state('a').armed, false);
  });

  it('that could not be taken out of storage is off in this window all the same', async () => {
    const person = new Person();
    const arming = person.window();
    await arming.arm('a', 'always', named);
    person.stored.failing = true;
    await assert.rejects(async () => arming.disarm('a'));
    assert.equal(arming.state('a').armed, false);
  });

  it('that could not be taken back while nobody could tell does not come back when arming anew fails', async () => {
    const person = new Person();
    await person.window().arm('a', 'always', named);
    const known = new MemoryArmedRows(person.stored);
    let isTold = true;
    const rows = Object.assign(new MemoryArmedRows(person.stored), { armed: (id: string) => (isTold ? known.armed(id) : undefined) });
    const book = { get: (id: string) => person.accounts.get(id), onDidChange: person.changed.on };
    const arming = new Arming({ clock: person.clock, rows, book, window: 'w', newId: () => 'x' });
    assert.equal(arming.state('a').armed, true);
    person.stored.failing = true;
    isTold = false;
    await assert.rejects(async () => arming.disarm('a'));
    // It can be read again, and not be written.
    isTold = true;
    assert.deepEqual(arming.state('a'), { armed: false });
    await assert.rejects(async () => arming.arm('a', 'quarter'));
    assert.deepEqual(arming.state('a'), { armed: false }, 'what could not be armed is not armed');
    person.stored.failing = false;
    await arming.arm('a', 'quarter');
    assert.equal(arming.state('a').armed, true);
  });

  it('is told of when a person changes it', async () => {
    const arming = new Person().window();
    const told: string[] = [];
    arming.onDidChange((id) => told.push(`${id} ${arming.state(id).armed.toString()}`));
    await arming.arm('a', 'quarter');
    await arming.disarm('a');
    assert.deepEqual(told, ['a true', 'a false']);
    arming.dispose();
  });
});

describe('an account that is not armed', () => {
  const notArmed = (error: unknown): boolean =>
    refused(saysLike('refusal.not-armed'))(error) && (error as { remedy?: string }).remedy === 'arm';
  const sent = ({ venue, market }: Setup): number => venue.sends.length + market.sends.length;

  for (const asked of [change(), marginChange({ direction: 'reduce' })]) {
    it(`can be looked at (${asked.kind}): preview and rehearsal need no arming`, async () => {
      const setup = new Setup();
      setup.armed = { armed: false };
      const { ledger, journal } = setup.window();
      const preview = await ledger.preview('a', asked);
      assert.equal((await ledger.rehearse(preview)).method, 'POST');
      assert.equal(sent(setup), 0);
      assert.deepEqual(await journal.states(), []);
    });

    it(`sends nothing (${asked.kind}), and the same preview goes once it is armed`, async () => {
      const setup = new Setup();
      setup.armed = { armed: false };
      const { ledger, journal } = setup.window();
      const preview = await ledger.preview('a', asked);
      await assert.rejects(ledger.commit(preview, ignore), notArmed);
      assert.deepEqual(await journal.states(), []);
      setup.armed = { armed: true, until: 'restart' };
      ledger.commit(preview, ignore).catch(ignore);
      await settled();
      assert.equal(sent(setup), 1);
    });

    it(`sends nothing (${asked.kind}) wherever between confirmation and send it is disarmed`, async () => {
      const tried: string[] = [];
      for (let at = 1; ; at += 1) {
        const setup = new Setup();
        let [steps, counting, reached] = [0, false, ''];
        const { ledger, journal } = setup.window({
          gate: (what) => {
            if (counting) steps += 1;
            if (counting && steps === at) {
              reached = what;
              setup.armed = { armed: false };
            }
            return Promise.resolve();
          },
        });
        const preview = await ledger.preview('a', asked);
        counting = true;
        const done = ledger.commit(preview, ignore);
        done.catch(ignore);
        await settled();
        // From here on the bytes are on their way.
        if (reached === 'before send') break;
        tried.push(reached);
        assert.equal(sent(setup), 0, reached);
        await assert.rejects(done, notArmed, reached);
        const last = (await journal.states()).at(-1);
        assert.ok(last === undefined || last === 'not-effective', `${reached}: left as ${String(last)}`);
        assert.equal(ledger.open('a').length, 0, reached);
        assert.equal(await everSent(ledger, 'a'), false);
        setup.armed = { armed: true, until: 'restart' };
        await start(ledger, asked);
        assert.equal(sent(setup), 1, `${reached}: the loan or position is free again`);
      }
      for (const place of ['before load', 'before append planned', 'after append planned', 'before append sent', 'after append sent']) {
        assert.ok(tried.includes(place), `not tried: ${place}`);
      }
    });
  }
});
