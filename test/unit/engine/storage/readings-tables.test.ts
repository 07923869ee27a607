import assert from 'node:assert/strict';
import { rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { StateFile } from '../../../../src/engine/storage/state-file.ts';
import type { Kept, News, Pass } from '../../../../src/engine/storage/state-protocol.ts';
import { memoryFolder } from '../../../memory-folder.ts';

const now = 1_700_000_000_000;

/** What schema 1 made, with one account and its figures. */
const schema1 = `CREATE TABLE facts (name TEXT PRIMARY KEY NOT NULL, value INTEGER NOT NULL) STRICT, WITHOUT ROWID;
  INSERT INTO facts (name, value) VALUES ('file', 7), ('revision', 3);
  CREATE TABLE accounts (seq INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, record TEXT NOT NULL) STRICT;
  CREATE TABLE removed (id TEXT PRIMARY KEY NOT NULL) STRICT, WITHOUT ROWID;
  CREATE TABLE armed (account TEXT NOT NULL, window TEXT NOT NULL, term TEXT NOT NULL, whose TEXT NOT NULL, until INTEGER, given TEXT NOT NULL,
    PRIMARY KEY (account, window)) STRICT, WITHOUT ROWID;
  CREATE TABLE snapshots (account TEXT PRIMARY KEY NOT NULL, snapshot TEXT NOT NULL) STRICT;
  CREATE TABLE anchor (one INTEGER PRIMARY KEY CHECK (one = 1), id TEXT NOT NULL, rows INTEGER NOT NULL, head TEXT NOT NULL) STRICT;
  INSERT INTO accounts (id, record) VALUES ('old', '{"id":"old"}');
  INSERT INTO snapshots (account, snapshot) VALUES ('old', '{"asOf":5}');
  PRAGMA application_id = ${(0x4c545653).toString()}; PRAGMA user_version = 1;`;

describe('what one window reads for all, in the database', () => {
  let folder: string;
  let file: StateFile;
  let seen = 0;
  beforeEach(() => {
    folder = memoryFolder('readings');
    file = new StateFile(DatabaseSync, { folder, busyMs: 1_000, pragmas: [] });
    seen = 0;
  });
  afterEach(() => {
    file.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const add = (id: string): void => void file.change({ do: 'add', id, record: { id } });
  const figures = (asOf: number, ltv: string): { readonly asOf: number; readonly text: string } => ({
    asOf,
    text: JSON.stringify({ ltv, asOf }),
  });
  const keep = (read: { asOf: number; text: string } | { failure: string }, at: number, pass: Pass = {}, clock = now): Kept =>
    file.share({ do: 'keepReading', reading: { account: 'a', at, ...read }, now: clock, pass }) as Kept;
  const news = (): News | undefined => {
    const known = file.look({}).facts!.version;
    const found = file.look({ known, news: seen }).news;
    seen = found?.upTo ?? seen;
    return found;
  };

  it('tells each reading once, with its figures only where one of them changed', () => {
    add('a');
    assert.equal(news(), undefined);
    assert.equal(keep(figures(now - 30, '0.5'), now - 29), 'kept');
    assert.deepEqual(news()?.readings, [{ account: 'a', at: now - 29, asOf: now - 30, text: figures(now - 30, '0.5').text }]);
    assert.equal(news(), undefined);
    assert.equal(keep(figures(now - 20, '0.5'), now - 19), 'kept');
    assert.deepEqual(news()?.readings, [{ account: 'a', at: now - 19, asOf: now - 20 }]);
    assert.equal(keep({ failure: 'why' }, now - 9), 'kept');
    assert.deepEqual(news()?.readings, [{ account: 'a', at: now - 9, asOf: now - 20, failure: 'why' }]);
    assert.equal(keep(figures(now - 5, '0.6'), now - 4), 'kept');
    assert.deepEqual(news()?.readings, [{ account: 'a', at: now - 4, asOf: now - 5, text: figures(now - 5, '0.6').text }]);
  });

  it('replaces no reading by an older one, unless that is of a clock that was wrong', () => {
    add('a');
    assert.equal(keep(figures(now - 10, '0.5'), now - 9), 'kept');
    assert.equal(keep(figures(now - 11, '0.4'), now - 8), 'older');
    assert.equal(keep({ failure: 'why' }, now - 10), 'older');
    assert.equal(keep(figures(now + 1_000, '0.7'), now + 1_001, {}, now + 2_000), 'kept');
    assert.equal(keep(figures(now, '0.6'), now), 'kept');
  });

  it('takes nothing with a fence that is not the present one, and anything newer that a person asked for', () => {
    add('a');
    const lead = (window: string): boolean | undefined =>
      file.share({ do: 'lead', window, seen: file.look({}).lease! }) as boolean | undefined;
    assert.equal(lead('w1'), true);
    const first = { fence: 1, window: 'w1' };
    assert.equal(keep(figures(now - 10, '0.5'), now - 9, first), 'kept');
    assert.equal(lead('w2'), true);
    assert.equal(keep(figures(now - 8, '0.5'), now - 7, first), 'fence');
    assert.equal(keep({ failure: 'why' }, now - 7, first), 'fence');
    const prices = { site: 's', at: now, prices: '{}' };
    assert.equal(file.share({ do: 'keepPrices', prices, now, pass: first }), 'fence');
    assert.equal(keep(figures(now - 6, '0.5'), now - 5, { fence: 2, window: 'w2' }), 'kept');
    assert.equal(keep(figures(now - 5, '0.5'), now - 4), 'kept');
    assert.equal(file.share({ do: 'release', window: 'w1', fence: 2 }), false);
    assert.equal(file.share({ do: 'release', window: 'w2', fence: 2 }), true);
    assert.equal(keep(figures(now - 3, '0.5'), now - 2, { fence: 2, window: 'w2' }), 'fence');
  });

  it('keeps the newest prices of each site, and none of a day ago', () => {
    add('a');
    const price = (site: string, at: number): unknown =>
      file.share({ do: 'keepPrices', prices: { site, at, prices: '{"BTC":"1"}' }, now, pass: {} });
    assert.equal(price('gone', now - 2 * 24 * 3_600_000), 'kept');
    assert.equal(price('s', now - 5), 'kept');
    assert.equal(price('s', now - 6), 'older');
    assert.deepEqual(
      news()?.prices.map((row) => ({ ...row })),
      [{ site: 's', at: now - 5, prices: '{"BTC":"1"}' }],
    );
  });

  it('lets go of figures in all windows, and of all with their account', () => {
    add('a');
    keep(figures(now - 10, '0.5'), now - 9);
    news();
    file.share({ do: 'forget', account: 'a', now: now - 5 });
    assert.deepEqual(news()?.readings, [{ account: 'a', at: now - 5, asOf: now - 5, text: null }]);
    assert.equal(keep(figures(now - 6, '0.5'), now - 4), 'older', 'a reading that began before does not bring them back');
    assert.equal(keep(figures(now - 4, '0.5'), now - 3), 'kept');
    file.change({ do: 'remove', id: 'a' });
    assert.equal(keep(figures(now - 2, '0.5'), now - 1), 'absent');
    file.share({ do: 'forget', account: 'a', now });
    add('a');
    assert.deepEqual(news()?.readings, []);
  });

  it('can be read by a window again where the row of the lease was taken away', () => {
    add('a');
    const other = new DatabaseSync(path.join(folder, 'state.sqlite'));
    other.exec('DELETE FROM leases');
    other.close();
    const seenLease = file.look({}).lease!;
    assert.deepEqual(seenLease, { fence: 0, beat: 0, holder: '' });
    assert.equal(file.share({ do: 'lead', window: 'w', seen: seenLease }), true);
    assert.equal(file.look({}).lease?.holder, 'w');
  });

  it('is added to what schema 1 made, and keeps all of that', () => {
    const old = new DatabaseSync(path.join(folder, 'state.sqlite'));
    old.exec(schema1);
    old.close();
    const { snapshots, facts, lease } = file.look({ snapshots: true });
    assert.deepEqual(
      snapshots?.map((row) => ({ ...row })),
      [{ account: 'old', text: '{"asOf":5}' }],
    );
    assert.deepEqual(
      facts?.accounts.map(({ id }) => id),
      ['old'],
    );
    assert.deepEqual([facts.version.file, facts.version.revision], [7, 3]);
    assert.deepEqual(lease, { fence: 0, beat: 0, holder: '' });
    const after = new DatabaseSync(path.join(folder, 'state.sqlite'), { readOnly: true });
    assert.equal(after.prepare('PRAGMA user_version').get()?.['user_version'], 8);
    after.close();
  });
});
