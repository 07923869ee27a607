// What a watcher stores in a database that a whole engine wrote.
import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { copyFileSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { EditorsReadings } from '../../../src/cli/keep-watched.ts';
import { stateIn } from '../../../src/cli/places.ts';
import { lookingAt } from '../../../src/cli/state-file.ts';
import { systemClock } from '../../../src/core/clock.ts';
import { decimal } from '../../../src/core/decimal.ts';
import { msg } from '../../../src/core/message.ts';
import type { Snapshot } from '../../../src/core/model.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import { ownerOf } from '../../../src/engine/ledger/owner.ts';
import { StateFile } from '../../../src/engine/storage/state-file.ts';
import { within } from '../engine/storage/cabinet.ts';
import { fill, type Filled } from './program.ts';

const minute = 60_000;

describe('the readings of a watcher in the database of the editor', () => {
  let filled: Filled;
  let file: string;
  let copies = 0;
  let held: AccountState;
  let owner: string;

  before(async () => {
    filled = await fill();
    // What was read is stored a moment later.
    await within(20_000, 'all is stored', () =>
      lookingAt(stateIn(filled.folder))
        .states()
        .every(({ snapshot }) => snapshot !== undefined),
    );
    held = lookingAt(stateIn(filled.folder)).states()[0]!;
    owner = ownerOf(held.account)!;
  });
  after(() => filled.end());

  beforeEach(() => {
    const folder = path.join(filled.parent, `copy ${(copies += 1).toString()}`);
    file = stateIn(folder);
    mkdirSync(path.dirname(file), { recursive: true });
    const from = new DatabaseSync(stateIn(filled.folder));
    from.exec(`VACUUM INTO '${file}'`);
    from.close();
    change('PRAGMA journal_mode = WAL');
  });

  function change(sql: string): void {
    const db = new DatabaseSync(file);
    db.exec(sql);
    db.close();
  }

  const watcher = (name = 'one'): EditorsReadings => new EditorsReadings(file, name, minute);
  const stored = (): AccountState => lookingAt(file).states()[0]!;
  const read = (later: number, changed: Partial<Snapshot> = {}): Snapshot => {
    const { vanished: _vanished, changed: _changed, unwatched: _unwatched, ...snapshot } = held.snapshot!;
    return { ...snapshot, ...changed, asOf: snapshot.asOf + later };
  };
  /** @returns why nothing was stored */
  const keep = (snapshot: Snapshot, by = watcher(), more: object = {}, now = snapshot.asOf + 10): string | undefined =>
    by.keep({ owner, snapshot, thresholds: undefined, ...more }, now);

  it('are those of the account, marked as read by a watcher', () => {
    assert.equal(watcher().accountOf(owner)?.id, 'okx');
    assert.equal(stored().watched, undefined);
    assert.equal(keep(read(20_000)), undefined);
    assert.equal(stored().snapshot?.asOf, held.snapshot!.asOf + 20_000);
    assert.equal(stored().watched, true);
    assert.deepEqual(
      lookingAt(file)
        .states()
        .map(({ watched }) => watched),
      [true, undefined],
    );
  });

  it('never replace a newer one, of a window or a watcher', () => {
    const later = held.snapshot!.asOf + 2 * minute;
    assert.equal(keep(read(20_000)), undefined);
    for (const by of [watcher(), watcher('slept')]) assert.equal(keep(read(10_000), by, {}, later), undefined);
    assert.equal(stored().snapshot?.asOf, held.snapshot!.asOf + 20_000);
    assert.equal(stored().watched, true);
    change(`UPDATE readings SET as_of = ${later.toString()} WHERE account = 'okx'`);
    assert.equal(keep(read(30_000), watcher(), {}, later), undefined);
    assert.equal(stored().snapshot?.asOf, later);
    assert.equal(stored().watched, undefined);
  });

  it('are stored of one watcher at a time, until it ends or is late', () => {
    const [one, two] = [watcher('one'), watcher('two')];
    assert.equal(keep(read(10_000), one), undefined);
    // It is near its line: every five seconds.
    assert.match(keep(read(14_000), two)!, /another watcher/);
    assert.match(keep(read(19_000), two)!, /another watcher/);
    assert.equal(keep(read(21_000), two), undefined);
    assert.match(keep(read(22_000), one)!, /another watcher/);
    two.end();
    one.end();
    assert.equal(keep(read(23_000), one), undefined);
  });

  it('keep what only the stored ones know', () => {
    const [loan] = held.snapshot!.loans;
    const noticed = held.snapshot!.asOf;
    change(`UPDATE snapshots SET snapshot = json_set(snapshot, '$.doubted', json('["${loan!.id}"]'), '$.unwatched', json('{"from":1,"to":${noticed.toString()}}'),
      '$.vanished', json('[{"kind":"loan","id":"old","name":"old","lastSeen":1,"noticed":${noticed.toString()}}]')) WHERE account = 'okx'`);
    const without = held.snapshot!.loans.slice(1);
    assert.equal(keep(read(20_000, { loans: without })), undefined);
    const { vanished = [], unwatched } = stored().snapshot!;
    assert.deepEqual(
      vanished.map(({ id, repaid }) => [id, repaid]),
      [
        [loan!.id, undefined],
        ['old', undefined],
      ],
    );
    assert.deepEqual(unwatched, { from: 1, to: noticed });
    // A part that can't be read now stays as it was, if the stored reading lacked it too.
    change(
      `UPDATE snapshots SET snapshot = json_set(snapshot, '$.loansTrouble', json('{"template":"No","args":[]}')) WHERE account = 'okx'`,
    );
    assert.equal(keep(read(40_000, { loans: [], loansTrouble: msg('test', 'No') })), undefined);
    assert.deepEqual(
      stored().snapshot?.loans.map(({ id, keptFrom }) => [id, keptFrom]),
      without.map(({ id }) => [id, held.snapshot!.asOf + 20_000]),
    );
  });

  it('are not stored of a key that reads less, with other thresholds, or while the own key of the editor is refused', () => {
    assert.match(keep(read(20_000, { positions: [], positionsTrouble: msg('test', 'No') }))!, /reads less/);
    // The editor's key failed once over what this key may never read.
    for (const part of ['loans', 'positions']) {
      const failed = `json_set(snapshot, '$.${part}Trouble', json('{"template":"No","args":[]}'))`;
      change(`UPDATE snapshots SET snapshot = ${failed} WHERE account = 'okx'`);
      const barred = { [part]: [], [`${part}Trouble`]: msg('test', 'No'), [`${part}Barred`]: true };
      assert.match(keep(read(20_000, barred))!, /reads less/, part);
      change(`UPDATE snapshots SET snapshot = json_remove(snapshot, '$.${part}Trouble') WHERE account = 'okx'`);
    }
    const thresholds = { marginCall: decimal('0.7'), liquidation: decimal('0.8') };
    assert.match(keep(read(20_000), watcher(), { thresholds })!, /thresholds were just changed/);
    const failure = (kind: string): string =>
      JSON.stringify({
        error: { kind, sentence: { template: 'No', args: [] }, effect: 'none', instead: [] },
        since: 1,
        at: 1,
        attempts: 1,
      });
    for (const kind of ['auth', 'permission', 'ip']) {
      change(`UPDATE readings SET failure = '${failure(kind)}' WHERE account = 'okx'`);
      assert.match(keep(read(20_000))!, /refuses the editor's own key/, kind);
    }
    assert.equal(stored().failure?.error.kind, 'ip');
    change(`UPDATE readings SET failure = '${failure('network')}' WHERE account = 'okx'`);
    assert.equal(keep(read(20_000)), undefined);
    assert.equal(stored().failure, undefined);
  });

  it('are stored for each account of that user, at its own thresholds, and for no other', () => {
    change(`INSERT INTO accounts (id, record) SELECT 'twin', json_set(record, '$.id', 'twin') FROM accounts WHERE id = 'okx';
      INSERT INTO accounts (id, record) SELECT 'strict', json_set(record, '$.id', 'strict', '$.thresholds',
        json('{"marginCall":"0.5","liquidation":"0.6"}')) FROM accounts WHERE id = 'okx';
      INSERT INTO accounts (id, record) SELECT 'another', json_set(record, '$.id', 'another', '$.uid', 'x') FROM accounts WHERE id = 'okx'`);
    assert.equal(keep(read(20_000)), undefined);
    const watched = lookingAt(file)
      .states()
      .filter((one) => one.watched)
      .map(({ account: { id } }) => id);
    assert.deepEqual(watched, ['okx', 'twin']);
    change("DELETE FROM accounts WHERE id IN ('okx', 'twin', 'strict')");
    assert.match(keep(read(30_000))!, /no account of this user/);
  });

  it('go into the history as those of a window', async () => {
    const series = async (): Promise<string> =>
      JSON.stringify(
        await lookingAt(file).ask({ do: 'historySeries', account: 'okx', target: `loan:${id}`, from: 0, to: now, buckets: 500 }),
      );
    const { id } = held.snapshot!.loans[0]!;
    const now = held.snapshot!.asOf + 10 * minute;
    const before = await series();
    assert.equal(keep(read(2 * minute)), undefined);
    assert.notEqual(await series(), before);
  });

  it('leave a whole database wherever the watcher is killed, which the next one and windows go on with', async () => {
    const script = path.join(process.cwd(), 'test/unit/cli/keeping-child.ts');
    const figures = JSON.stringify(held.snapshot);
    for (let round = 0; round < 8; round += 1) {
      change("UPDATE leases SET holder = '' WHERE name LIKE 'watch:%'");
      const child = spawn(process.execPath, ['--disable-warning=MODULE_TYPELESS_PACKAGE_JSON', script, file, owner, figures], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const ended = new Promise((resolve) => child.once('exit', resolve));
      const [said] = (await once(child.stdout, 'data')) as [Buffer];
      assert.match(String(said), /^kept/);
      await systemClock.sleep(7 * round);
      child.kill('SIGKILL');
      await ended;
      const db = new DatabaseSync(file);
      assert.equal(db.prepare('PRAGMA integrity_check').get()?.['integrity_check'], 'ok');
      const row = db.prepare("SELECT as_of, beat FROM readings JOIN leases ON name = 'watch:' || account WHERE account = 'okx'").get();
      db.close();
      assert.equal(row?.['as_of'], row?.['beat'], 'all of a reading, or nothing of it');
    }
    const { snapshot } = stored();
    assert.ok(snapshot !== undefined);
    assert.equal(keep({ ...snapshot, asOf: snapshot.asOf + minute }), undefined);
    const window = new StateFile(DatabaseSync, { folder: path.dirname(file), busyMs: 1_000, pragmas: [] });
    const now = snapshot.asOf + 2 * minute;
    const reading = { account: 'okx', at: now, asOf: now, text: JSON.stringify({ ...snapshot, asOf: now }) };
    assert.equal(window.share({ do: 'keepReading', reading, now, pass: {} }), 'kept');
    window.close();
    assert.equal(stored().watched, undefined);
  }).timeout(180_000);

  it('make, move or mend no database, and say what stands in the way', () => {
    const none = path.join(filled.parent, 'none');
    assert.throws(() => new EditorsReadings(stateIn(none), 'w', minute).accountOf(owner), /there is no .*open the editor once/);
    assert.equal(existsSync(none), false);
    for (const [what, sql, reason] of [
      ['older', 'PRAGMA user_version = 3', /of an older version\. Update LTV Gauge there/],
      ['newer', 'PRAGMA user_version = 99', /of a newer version\. Update this program/],
      ['other', 'PRAGMA application_id = 1', /notOurs/],
    ] as const) {
      const from = file;
      file = path.join(path.dirname(from), `${what}.sqlite`);
      copyFileSync(from, file);
      change(sql);
      assert.throws(() => keep(read(20_000)), reason);
      file = from;
    }
    const empty = path.join(path.dirname(file), 'empty.sqlite');
    writeFileSync(empty, '');
    assert.throws(() => new EditorsReadings(empty, 'w', minute).accountOf(owner), /of an older version/);
    const rolling = path.join(path.dirname(file), 'rolling.sqlite');
    copyFileSync(file, rolling);
    file = rolling;
    change('PRAGMA journal_mode = DELETE');
    assert.throws(() => keep(read(20_000)), /can't be shared by programs/);
    assert.deepEqual(
      readdirSync(path.dirname(file)).filter((name) => name.includes('.json')),
      [],
      'no last copy',
    );
    assert.throws(() => new EditorsReadings('//server/share/state.sqlite', 'w', minute).accountOf(owner), /there is no|network drive/);
  });
});
