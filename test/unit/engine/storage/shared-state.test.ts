import assert from 'node:assert/strict';
import { existsSync, readFileSync, renameSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { msg } from '../../../../src/core/message.ts';
import { SharedState, StateTrouble } from '../../../../src/engine/storage/shared-state.ts';
import { FakeClock } from '../../core/fake-clock.ts';
import { account, Cabinet, Memento, within } from './cabinet.ts';
import { says, saysLike } from '../../../texts.ts';

/** The end of patience with a busy machine, not a promise of speed. Milliseconds. */
const soonMs = 20_000;

const isTrouble =
  (pattern: RegExp) =>
  (error: unknown): boolean => {
    assert.ok(error instanceof StateTrouble, String(error));
    assert.match(error.message, pattern);
    return true;
  };

/** A window that was just closed may hold the file a little longer on a busy machine. */
const patient = { timeout: 5_000 };

describe('several windows', function () {
  this.timeout(60_000);
  let cabinet: Cabinet;
  beforeEach(() => {
    cabinet = new Cabinet();
  });
  afterEach(() => {
    cabinet.remove();
  });

  it('lose none of six accounts that one adds while two others keep figures', async () => {
    const [one, two, three] = [await cabinet.open(), await cabinet.open(), await cabinet.open()];
    await one.book.add(account('0'));
    await within(soonMs, 'the first is seen', () => two.names.length === 1 && three.names.length === 1);
    let isOver = false;
    const keep = async (window: typeof two): Promise<void> => {
      for (let count = 0; !isOver; count += 1) {
        for (const { id } of window.book.list()) await window.keeps(id, { asOf: count, by: count });
      }
    };
    const keeping = Promise.all([keep(two), keep(three)]);
    for (let index = 1; index <= 6; index += 1) await one.book.add(account(index.toString()));
    isOver = true;
    await keeping;
    const all = ['0', '1', '2', '3', '4', '5', '6'].map((id) => `Account ${id}`);
    for (const window of [one, two, three, await cabinet.open()]) {
      await within(soonMs, 'all are seen', () => window.names.length === 7);
      assert.deepEqual(window.names, all);
      assert.equal(window.memento.writes, 0, 'nothing is written where every window writes all of it');
    }
  });

  it('keep the figures they have where another one wrote some that they do not understand', async () => {
    const one = await cabinet.open();
    const two = await cabinet.open({
      read: (text) => {
        const figures = JSON.parse(text) as { readonly asOf: number; readonly strange?: true };
        return figures.strange === true ? undefined : figures;
      },
    });
    await one.book.add(account('a'));
    await two.shared.look();
    const heard: unknown[] = [];
    two.shared.onDidLook((seen) => heard.push(...(seen?.readings ?? []).map(({ figures }) => figures)));
    await one.keeps('a', { asOf: 1 });
    await two.shared.look();
    await one.keeps('a', { asOf: 2, strange: true });
    await two.shared.look();
    assert.deepEqual(heard, [{ asOf: 1 }]);
  });

  for (const watch of [true, false]) {
    it(`see what one adds, renames and removes within a second (${watch ? 'told by the disk' : 'by looking'})`, async () => {
      const [one, two] = [await cabinet.open(), await cabinet.open({ watch })];
      await one.book.add(account('a'));
      if (!watch) await two.shared.look();
      await within(soonMs, 'added', () => two.names[0] === 'Account a');
      const heard: string[] = [];
      two.book.onDidChange((id) => heard.push(id));
      await one.book.update('a', { name: 'Other' });
      await within(soonMs, 'renamed', () => two.names[0] === 'Other');
      await one.book.remove('a');
      await within(soonMs, 'removed', () => two.names.length === 0);
      assert.deepEqual(heard, ['a', 'a']);
    });
  }

  it('are armed and disarmed by one within a second', async () => {
    const [one, two] = [await cabinet.open(), await cabinet.open()];
    await one.book.add(account('a'));
    await one.book.add(account('s', { simulated: true, site: 'loopback' }));
    await within(soonMs, 'added', () => two.names.length === 2);
    for (const term of ['quarter', 'always'] as const) {
      await one.arming.arm('a', term, { typedName: 'Account a' });
      await within(soonMs, `armed for ${term}`, () => two.arming.state('a').armed);
      assert.deepEqual(two.arming.state('a'), one.arming.state('a'));
      await two.arming.disarm('a');
      await within(soonMs, 'disarmed', () => !one.arming.state('a').armed);
    }
    assert.deepEqual(two.arming.state('s'), { armed: true, until: 'simulated' });
    await one.arming.disarm('s');
    await within(soonMs, 'disarmed', () => !two.arming.state('s').armed);
  });

  it('are not armed by one that is armed until it is reloaded, and disarm it all the same', async () => {
    const [one, two] = [await cabinet.open(), await cabinet.open()];
    await one.book.add(account('a'));
    await within(soonMs, 'added', () => two.names.length === 1);
    await one.arming.arm('a', 'restart');
    await two.shared.look();
    assert.equal(one.arming.state('a').armed, true);
    assert.equal(two.arming.state('a').armed, false);
    await two.arming.arm('a', 'restart');
    assert.equal(one.arming.state('a').armed, true, 'each window has a term of its own');
    await two.arming.disarm('a');
    await within(soonMs, 'disarmed', () => !one.arming.state('a').armed);
  });

  it('that open later are armed by what is for always only, and know that a simulated account was disarmed', async () => {
    const one = await cabinet.open();
    for (const id of ['a', 'b']) await one.book.add(account(id));
    for (const id of ['s', 't']) await one.book.add(account(id, { simulated: true }));
    await one.arming.arm('a', 'always', { typedName: 'Account a' });
    await one.arming.arm('b', 'quarter');
    await one.arming.disarm('s');
    const later = await cabinet.open();
    assert.deepEqual(
      ['a', 'b', 's', 't'].map((id) => later.arming.state(id)),
      [{ armed: true, until: 'always' }, { armed: false }, { armed: false }, { armed: true, until: 'simulated' }],
    );
    await later.arming.arm('s', 'always', { typedName: 'Account s' });
    assert.equal((await cabinet.open()).arming.state('s').armed, true);
  });

  it('see what is there now when they are asked to look, however late they would have seen it by themselves', async () => {
    const [one, two] = [await cabinet.open(), await cabinet.open({ watch: false })];
    await one.book.add(account('a'));
    await two.shared.look();
    assert.equal(two.names.length, 1);
    await one.arming.arm('a', 'always', { typedName: 'Account a' });
    await two.shared.look();
    assert.equal(two.arming.state('a').armed, true);
    const removing = one.book.remove('a');
    await removing;
    await Promise.all([two.shared.look(), two.shared.look()]);
    assert.equal(two.names.length, 0);
    assert.equal(two.arming.state('a').armed, false);
  });

  it('change different fields of one account without undoing each other', async () => {
    const [one, two] = [await cabinet.open(), await cabinet.open({ watch: false })];
    await one.book.add(account('a'));
    await two.shared.look();
    await Promise.all([one.book.update('a', { name: 'Other' }), two.book.update('a', { readOnly: true })]);
    await one.shared.look();
    assert.deepEqual(one.book.list(), [account('a', { name: 'Other', readOnly: true })]);
    await assert.rejects(two.book.add(account('a')), RangeError);
    await assert.rejects(two.book.update('z', { name: 'Z' }), RangeError);
  });

  it('hold what they read themselves once, until another reads', async () => {
    const [one, two] = [await cabinet.open({ watch: false }), await cabinet.open({ watch: false })];
    await one.book.add(account('a'));
    const [own, at] = [{ asOf: 1, ltv: '0.5' }, Date.now() - 1_000];
    const reading = { account: 'a', at, asOf: own.asOf, text: JSON.stringify(own) };
    assert.equal(await one.shared.ask({ do: 'keepReading', reading, now: at, pass: {} }), 'kept');
    one.shared.keptOwn('a', at, own);
    await one.shared.look();
    assert.equal(one.shared.figures('a'), own);
    await two.shared.look();
    assert.deepEqual(two.shared.figures('a'), own);
    assert.equal(await two.keeps('a', { asOf: 2, ltv: '0.6' }), 'kept');
    one.shared.keptOwn('a', at, own);
    await one.shared.look();
    assert.deepEqual(one.shared.figures('a'), { asOf: 2, ltv: '0.6' });
  });

  it('keep the figures of one account in its own row, and none of one that is gone', async () => {
    const one = await cabinet.open();
    await one.book.add(account('a'));
    await one.book.add(account('b'));
    await one.keeps('a', { asOf: 1 });
    await one.keeps('b', { asOf: 2 });
    const later = await cabinet.open();
    assert.deepEqual([later.shared.figures('a'), later.shared.figures('b')], [{ asOf: 1 }, { asOf: 2 }]);
    await one.book.remove('a');
    // This window has not seen it yet.
    await later.keeps('a', { asOf: 3 });
    await one.shared.ask({ do: 'forget', account: 'b', now: Date.now() });
    assert.deepEqual(cabinet.query('SELECT * FROM snapshots'), []);
    assert.equal(readFileSync(path.join(cabinet.folder, 'accounts.json'), 'utf8').includes('asOf'), false);
  });

  it('keep how far the ledger had come, of one ledger only ever further', async () => {
    const [one, two] = [await cabinet.open(), await cabinet.open()];
    await one.shared.anchor.note({ id: 'l1', rows: 5, head: 'h5' });
    await two.shared.anchor.note({ id: 'l1', rows: 3, head: 'h3' });
    assert.deepEqual(await two.shared.anchor.get(), { id: 'l1', rows: 5, head: 'h5' });
    await two.shared.anchor.note({ id: 'l2', rows: 0, head: 'l2' });
    assert.deepEqual(await one.shared.anchor.get(), { id: 'l2', rows: 0, head: 'l2' });
  });

  it('touch nothing, and set no timer, as long as there is no account', async () => {
    const one = await cabinet.open();
    await new Promise((resolve) => setTimeout(resolve, 700));
    assert.equal(existsSync(cabinet.file), false);
    assert.equal(one.trouble, undefined);
  });

  it('are for their owner only, and hold no key', async () => {
    const one = await cabinet.open();
    await one.book.add(account('a'));
    for (const name of ['state.sqlite', 'accounts.json']) {
      assert.equal(statSync(path.join(cabinet.folder, name)).mode & 0o077, 0, name);
    }
  });

  it('show the accounts at once when they open, before the database is', async () => {
    const one = await cabinet.open();
    await one.book.add(account('a'));
    await one.arming.arm('a', 'always', { typedName: 'Account a' });
    const later = cabinet.window();
    assert.deepEqual(later.names, ['Account a']);
    assert.equal(later.arming.state('a').armed, false, 'nobody knows yet');
    await later.started();
    assert.equal(later.arming.state('a').armed, true);
  });
});

describe('what a version before the shared database kept', function () {
  this.timeout(60_000);
  let cabinet: Cabinet;
  const whose = (id: string, uid = `user of ${id}`): string => JSON.stringify(['okx', 'global', '', uid]);
  beforeEach(() => {
    cabinet = new Cabinet();
    cabinet.disk.all = {
      'ltvGauge.accounts': [account('a'), { ...account('b'), colour: 'blue' }, 7, account('n', { uid: '' })],
      'ltvGauge.armed.a': whose('a'),
      'ltvGauge.armed.n': JSON.stringify(['okx', 'global', '', '']),
      'ltvGauge.snapshot.b': { asOf: 7 },
      'ltvGauge.ledgerAnchor': { id: 'l1', rows: 5, head: 'h5' },
    };
  });
  afterEach(() => {
    cabinet.remove();
  });

  it('is listed at once, and taken over once, by one of two windows; the old copy stays, marked', async () => {
    const before = structuredClone(cabinet.disk.all);
    const [one, two] = [cabinet.window(), cabinet.window()];
    assert.deepEqual(one.names, ['Account a', 'Account b', 'Account n']);
    await Promise.all([one.started(), two.started()]);
    assert.deepEqual(one.names, two.names);
    // Of two that look at once one may have to look again: until then nothing is armed.
    await within(soonMs, 'who is armed is known', () => one.arming.state('a').armed);
    assert.deepEqual(one.arming.state('a'), { armed: true, until: 'always' });
    assert.equal(one.arming.state('n').armed, false, 'armed for nobody in particular');
    assert.deepEqual(two.shared.figures('b'), { asOf: 7 });
    assert.deepEqual(await two.shared.anchor.get(), { id: 'l1', rows: 5, head: 'h5' });
    assert.equal(one.memento.writes + two.memento.writes, 1, 'one of them marks it');
    const { 'ltvGauge.takenOver': mark, ...rest } = cabinet.disk.all;
    assert.deepEqual(rest, before);
    assert.notEqual(mark, undefined);
    assert.match(String(cabinet.query("SELECT record FROM accounts WHERE id = 'b'")[0]?.['record']), /blue/);
  });

  it('loses nothing to an old version that runs beside, and gets back nothing that was removed', async () => {
    const oldWindow = cabinet.window().memento;
    const one = await cabinet.open();
    await one.book.remove('a');
    await one.book.update('b', { name: 'New name' });
    await one.book.add(account('c'));
    // The old version still has its own list, and adds to that.
    await oldWindow.update('ltvGauge.accounts', [account('a'), account('b'), account('old')]);
    await oldWindow.update('ltvGauge.armed.old', whose('old'));
    one.memento.arrive();
    await within(soonMs, 'taken in', () => one.names.includes('Account old'));
    const expected = ['New name', 'Account n', 'Account c', 'Account old'];
    assert.deepEqual(one.names, expected);
    const later = await cabinet.open();
    assert.deepEqual(later.names, expected);
    await cabinet.closeAll();
    assert.deepEqual((await cabinet.open()).names, expected);
  });

  it('does not arm what was disarmed since, even when the database is lost with its copy', async () => {
    const one = await cabinet.open();
    await one.arming.disarm('a');
    await cabinet.closeAll();
    rmSync(cabinet.folder, { recursive: true });
    const later = await cabinet.open();
    assert.equal(later.names.length, 3);
    assert.equal(later.arming.state('a').armed, false);
  });
});

describe('a shared database that cannot be used', function () {
  this.timeout(60_000);
  let cabinet: Cabinet;
  beforeEach(async () => {
    cabinet = new Cabinet();
    const one = await cabinet.open();
    await one.book.add(account('a'));
    await one.book.add(account('s', { simulated: true }));
    await one.book.add(account('gone'));
    await one.book.remove('gone');
    await one.arming.arm('a', 'always', { typedName: 'Account a' });
  });
  afterEach(() => {
    cabinet.remove();
  });

  const listsAllAndArmsNothing = (window: Awaited<ReturnType<Cabinet['open']>>): void => {
    assert.deepEqual(window.names, ['Account a', 'Account s']);
    assert.equal(window.arming.state('a').armed, false);
    assert.equal(window.arming.state('s').armed, false);
  };

  it('lists the accounts from the last copy, arms nothing and says so when it is damaged; nothing is wiped', async () => {
    await cabinet.closeAll();
    for (const suffix of ['-wal', '-shm']) rmSync(cabinet.file + suffix, { force: true });
    writeFileSync(cabinet.file, Buffer.alloc(8192, 7));
    const window = await cabinet.open();
    listsAllAndArmsNothing(window);
    assert.match(window.trouble ?? '', saysLike('storage.unreadable', saysLike('storage.damaged')));
    await assert.rejects(window.book.add(account('c')), isTrouble(saysLike('storage.not-saved', saysLike('storage.damaged'))));
    await assert.rejects(window.arming.arm('a', 'always', { typedName: 'Account a' }), isTrouble(/damaged/));
    await assert.rejects(window.shared.look(), StateTrouble);
    listsAllAndArmsNothing(window);
    assert.deepEqual(readFileSync(cabinet.file), Buffer.alloc(8192, 7));
    // As the message says: renamed, and rebuilt from the last copy.
    await cabinet.closeAll();
    rmSync(cabinet.file);
    const again = await cabinet.open();
    assert.deepEqual(again.names, ['Account a', 'Account s']);
    assert.equal(again.arming.state('a').armed, false);
  });

  it('loses its arming and nothing else when the file is gone, also while windows are open', async () => {
    const open = await cabinet.open();
    assert.equal(open.arming.state('a').armed, true);
    for (const suffix of ['', '-wal', '-shm']) rmSync(cabinet.file + suffix, { force: true });
    await within(soonMs, 'noticed', () => !open.arming.state('a').armed);
    assert.deepEqual(open.names, ['Account a', 'Account s']);
    const later = await cabinet.open();
    assert.deepEqual(later.names, ['Account a', 'Account s']);
    assert.equal(later.arming.state('a').armed, false);
    await later.book.add(account('c'));
    await within(soonMs, 'goes on', () => open.names.includes('Account c'));
    assert.deepEqual(
      cabinet.query('SELECT id FROM removed').map(({ id }) => id),
      ['gone'],
    );
  });

  for (const lost of ['', ' with its last copy']) {
    it(`that is emptied or taken away${lost} under an open window costs it no account`, async () => {
      const open = await cabinet.open();
      for (const away of [
        (): void => {
          rmSync(cabinet.file);
        },
        () => {
          truncateSync(cabinet.file, 0);
        },
      ]) {
        for (const suffix of ['-wal', '-shm']) rmSync(cabinet.file + suffix, { force: true });
        away();
        if (lost !== '') rmSync(path.join(cabinet.folder, 'accounts.json'));
        const names: string[][] = [];
        open.book.onDidChange(() => names.push(open.names));
        await open.shared.look().catch(() => undefined);
        await open.shared.look().catch(() => undefined);
        await open.shared.look();
        assert.deepEqual(open.names, ['Account a', 'Account s']);
        assert.deepEqual(names, []);
        assert.equal(open.arming.state('a').armed, false);
        assert.equal((await cabinet.open()).names.length, 2);
      }
    });
  }

  it('that is put back as it was before is taken as it is, and arms nothing that it does not say', async () => {
    const open = await cabinet.open();
    await open.arming.disarm('a');
    const backup = `${cabinet.file}.backup`;
    const db = new DatabaseSync(cabinet.file, patient);
    db.prepare('VACUUM INTO ?').run(backup);
    db.close();
    await open.arming.arm('a', 'always', { typedName: 'Account a' });
    await open.book.add(account('c'));
    for (const suffix of ['-wal', '-shm']) rmSync(cabinet.file + suffix, { force: true });
    renameSync(backup, cabinet.file);
    await within(soonMs, 'noticed', () => !open.arming.state('a').armed);
    assert.deepEqual(open.names, ['Account a', 'Account s']);
  });

  it('tells once that it was made anew', async () => {
    await cabinet.closeAll();
    rmSync(cabinet.file);
    const [one, two] = [await cabinet.open(), await cabinet.open()];
    assert.deepEqual([one.remade, two.remade], [1, 0]);
  });

  it('lists, arms nothing and goes on by itself when another program locks it for a while', async () => {
    await cabinet.closeAll();
    const other = new DatabaseSync(cabinet.file, patient);
    other.exec('PRAGMA locking_mode = EXCLUSIVE; BEGIN IMMEDIATE; UPDATE facts SET value = value');
    const window = cabinet.window({ busyMs: 200 });
    const starting = window.started();
    listsAllAndArmsNothing(window);
    await starting;
    listsAllAndArmsNothing(window);
    assert.match(window.trouble ?? '', /locked/);
    await assert.rejects(window.book.update('a', { name: 'Z' }), isTrouble(/locked/));
    other.exec('ROLLBACK');
    other.close();
    await window.shared.look();
    assert.equal(window.trouble, undefined);
    assert.equal(window.arming.state('a').armed, true);
    assert.deepEqual(window.names, ['Account a', 'Account s']);
  }).timeout(15_000);

  it('keeps what is there when the disk is full, and says that nothing was changed', async () => {
    await cabinet.closeAll();
    const window = await cabinet.open({ pragmas: ['max_page_count = 20'] });
    const big = 'x'.repeat(200_000);
    await assert.rejects(window.book.add(account('c', { name: big })), isTrouble(saysLike('storage.not-saved', says('storage.full'))));
    await assert.rejects(window.keeps('a', { asOf: 1, big }), StateTrouble);
    assert.deepEqual(window.names, ['Account a', 'Account s']);
    assert.equal(window.trouble, undefined);
    await window.shared.look();
    assert.deepEqual((await cabinet.open()).names, ['Account a', 'Account s']);
  });

  it('takes no disarming for done that could not be written, but holds it here', async () => {
    await cabinet.closeAll();
    const other = new DatabaseSync(cabinet.file, patient);
    const window = await cabinet.open({ busyMs: 200 });
    assert.equal(window.arming.state('a').armed, true);
    other.exec('BEGIN IMMEDIATE; UPDATE facts SET value = value');
    await assert.rejects(window.arming.disarm('a'), isTrouble(/locked/));
    assert.equal(window.arming.state('a').armed, false);
    other.exec('ROLLBACK');
    other.close();
    await window.shared.look();
    assert.equal(window.arming.state('a').armed, false);
  });

  // By SQLite's own switch, which acts like a read-only folder: permissions don't stop root.
  it('says that it is read-only', async () => {
    const window = await cabinet.open({ pragmas: ['query_only = 1'] });
    assert.deepEqual(window.names, ['Account a', 'Account s']);
    await assert.rejects(window.book.add(account('c')), isTrouble(/read-only|written/));
    assert.deepEqual(window.names, ['Account a', 'Account s']);
  });

  it('of which nothing but zeros is left, or only a part, is not taken for an empty one', async () => {
    await cabinet.closeAll();
    truncateSync(cabinet.file, 5000);
    const window = await cabinet.open();
    assert.deepEqual(window.names, ['Account a', 'Account s']);
    assert.equal(window.arming.state('a').armed, false);
    assert.match(window.trouble ?? '', /damaged/);
  });

  it('is left alone when a newer version made it its own', async () => {
    await cabinet.closeAll();
    const db = new DatabaseSync(cabinet.file, patient);
    db.exec('PRAGMA user_version = 99');
    db.close();
    const window = await cabinet.open();
    listsAllAndArmsNothing(window);
    assert.match(window.trouble ?? '', saysLike('storage.unreadable', saysLike('storage.update')));
  });

  it('goes on when only the last copy is lost or senseless, and mends that', async () => {
    await cabinet.closeAll();
    const copy = path.join(cabinet.folder, 'accounts.json');
    for (const content of [undefined, '', '{', 'null', '[]', '{"accounts":[7,null],"removed":[7]}']) {
      if (content === undefined) rmSync(copy);
      else writeFileSync(copy, content);
      const window = await cabinet.open();
      assert.deepEqual(window.names, ['Account a', 'Account s'], content);
      assert.equal(window.arming.state('a').armed, true);
      assert.match(readFileSync(copy, 'utf8'), /Account a/);
    }
  });
});

describe('a database that does not answer', () => {
  it('is waited for by one look only, at the start and every five seconds: all others are told at once', async () => {
    const clock = new FakeClock();
    const silent = new StateTrouble(msg('test', 'No answer.'), true);
    const thread: { answer?: () => unknown } = {};
    const asked: string[] = [];
    const shared = new SharedState({
      open: () =>
        Promise.resolve({
          read: String,
          readFailure: String,
          ask: async (request) => {
            asked.push(request.do);
            // As long as the thread is waited for.
            await clock.sleep(thread.answer === undefined ? 10_000 : 1);
            if (thread.answer === undefined) throw silent;
            return thread.answer() as never;
          },
          close: () => undefined,
        }),
      lastCopy: () => JSON.stringify({ accounts: [account('a')], removed: [] }),
      exists: () => true,
      old: new Memento({ all: {} }),
      clock,
    });
    const looks: boolean[] = [];
    shared.onDidLook((found) => looks.push(found !== undefined));
    const started = shared.start();
    await clock.advance(10_000);
    await started;
    assert.deepEqual([asked, looks], [['look'], [false]]);

    await assert.rejects(shared.look(), isTrouble(/No answer/));
    await assert.rejects(shared.ask({ do: 'warnings' }), isTrouble(/No answer/));
    await assert.rejects(shared.anchor.get(), isTrouble(/No answer/));
    await assert.rejects(shared.arm({ account: 'a', window: 'w', term: 'always', whose: 'x', given: 'g' }), isTrouble(/No answer/));
    assert.equal(shared.armed('a'), undefined);
    assert.deepEqual([asked, looks], [['look'], [false, false]], 'nothing more was asked');

    await clock.advance(5_000);
    assert.deepEqual(
      [asked, looks],
      [
        ['look', 'look'],
        [false, false, false],
      ],
      'who has to read for itself is told again before it is answered',
    );
    thread.answer = () => ({ takenIn: 0, remade: false, lease: { fence: 0, beat: 0, holder: '' } });
    await clock.advance(20_000);
    assert.equal(looks.at(-1), true);
    const before = asked.length;
    const look = shared.look();
    await clock.advance(10);
    await look;
    assert.ok(asked.length > before);
    shared.dispose();
  });
});
