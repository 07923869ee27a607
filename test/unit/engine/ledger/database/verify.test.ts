import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { copyFileSync, existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { english } from '../../../../../src/core/message.ts';
import { JournalError } from '../../../../../src/engine/ledger/journal.ts';
import { toLine } from '../../../../../src/engine/ledger/record-format.ts';
import { MemoryAnchor } from '../../accounts/memory-storage.ts';
import { written } from '../written.ts';
import { withoutThreads } from '../../storage/same-thread.ts';
import { Drawer } from './setup-folder.ts';
import { saysLike } from '../../../../texts.ts';

const unlocked = ['rows_are_not_changed', 'rows_are_not_deleted', 'rows_follow_each_other'].map((name) => `DROP TRIGGER ${name}`);
/** As documented at Chain: over the hash before, the number and the line. */
const hashOf = (prev: unknown, seq: number, line: string): string =>
  createHash('sha256')
    .update(`${String(prev)}\n${seq.toString()}\n${line}`)
    .digest('hex');
const text = (value: unknown): string => `'${String(value).replaceAll("'", "''")}'`;

/** A ledger of five rows: w1 and w2 took their loans, w1 was closed, w2 is open, w3 only planned. */
async function filled(drawer: Drawer, storage = drawer.storage): Promise<void> {
  const other = { ...written('w2').change, loan: { loanId: 'other' } } as never;
  const journal = drawer.open({ storage });
  await journal.append(written('w1', { state: 'planned' }));
  await journal.append(written('w1'));
  await journal.append(written('w2', { change: other }));
  await journal.append(written('w1', { state: 'effective' }));
  await journal.append(written('w3', { state: 'planned' }));
}

const rowAt = (drawer: Drawer, seq: number): { prev: string; hash: string; line: string } =>
  drawer.query(`SELECT prev, hash, line FROM rows WHERE seq = ${seq.toString()}`)[0] as never;

/** Puts a row at the end whose hash is as it must be. */
function appended(drawer: Drawer, line: string): void {
  const { hash } = rowAt(drawer, 5);
  drawer.tamper(`INSERT INTO rows VALUES (6, ${text(hash)}, ${text(hashOf(hash, 6, line))}, ${text(line)})`);
}

interface Harm {
  readonly name: string;
  readonly harm: (drawer: Drawer) => void | Promise<void>;
  readonly found: RegExp;
  readonly row?: number;
  /** Only a full read finds it, not a window that read the rows before. */
  readonly onlyAnew?: boolean;
  /** Only reading finds it: it is chained as it must be, and what it says is not asked when another row is written. */
  readonly onlyReading?: boolean;
}

const harms: readonly Harm[] = [
  {
    name: 'a row was altered',
    harm: (drawer) => {
      drawer.tamper(...unlocked, `UPDATE rows SET line = replace(line, '"add"', '"reduce"') WHERE seq = 3`);
    },
    found: saysLike('ledger.row-altered', '3'),
    row: 3,
    onlyAnew: true,
  },
  {
    name: 'a row was altered and given the hash that it then needs',
    harm: (drawer) => {
      const { prev, line } = rowAt(drawer, 3);
      const altered = line.replace('"add"', '"reduce"');
      drawer.tamper(...unlocked, `UPDATE rows SET line = ${text(altered)}, hash = ${text(hashOf(prev, 3, altered))} WHERE seq = 3`);
    },
    found: saysLike('ledger.row-misplaced', '4'),
    row: 4,
    onlyAnew: true,
  },
  {
    name: 'the last row was altered and given the hash that it then needs',
    harm: (drawer) => {
      const { prev, line } = rowAt(drawer, 5);
      const altered = line.replace('"add"', '"reduce"');
      drawer.tamper(...unlocked, `UPDATE rows SET line = ${text(altered)}, hash = ${text(hashOf(prev, 5, altered))} WHERE seq = 5`);
    },
    found: saysLike('ledger.row-altered', '5'),
    row: 5,
  },
  {
    name: 'a row in the middle is missing',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'DELETE FROM rows WHERE seq = 3');
    },
    found: saysLike('ledger.row-missing', '3'),
    row: 3,
    onlyAnew: true,
  },
  {
    name: 'a row in the middle is missing and those after it have moved up',
    harm: (drawer) => {
      drawer.tamper(
        ...unlocked,
        'DELETE FROM rows WHERE seq = 3',
        'UPDATE rows SET seq = 3 WHERE seq = 4',
        'UPDATE rows SET seq = 4 WHERE seq = 5',
      );
    },
    found: saysLike('ledger.row-misplaced', '3'),
    row: 3,
  },
  {
    name: 'the first row is missing',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'DELETE FROM rows WHERE seq = 1');
    },
    found: saysLike('ledger.row-missing', '1'),
    row: 1,
    onlyAnew: true,
  },
  {
    name: 'the last rows are missing',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'DELETE FROM rows WHERE seq > 3');
    },
    found: saysLike('ledger.rows-missing', undefined, '3', '5'),
  },
  {
    name: 'all rows are missing',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'DELETE FROM rows', 'DELETE FROM open_targets');
    },
    found: saysLike('ledger.rows-missing', undefined, '0', '5'),
  },
  {
    name: 'a row was put in between',
    harm: (drawer) => {
      drawer.tamper(
        ...unlocked,
        'UPDATE rows SET seq = 6 WHERE seq = 5',
        'UPDATE rows SET seq = 5 WHERE seq = 4',
        'INSERT INTO rows SELECT 4, hash, hash, line FROM rows WHERE seq = 3',
      );
    },
    found: saysLike('ledger.row-altered', '4'),
    row: 4,
  },
  {
    name: 'a row was put before the first',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'INSERT INTO rows SELECT 0, prev, hash, line FROM rows WHERE seq = 1');
    },
    found: saysLike('ledger.row-misplaced', '0'),
    row: 0,
    onlyAnew: true,
  },
  {
    name: 'a row was put after the last',
    harm: (drawer) => {
      drawer.tamper(`INSERT INTO rows SELECT 6, prev, hash, line FROM rows WHERE seq = 1`);
    },
    found: saysLike('ledger.row-misplaced', '6'),
    row: 6,
  },
  {
    name: 'two rows were swapped',
    harm: (drawer) => {
      drawer.tamper(...unlocked, 'UPDATE rows SET seq = -seq WHERE seq IN (2, 3)', 'UPDATE rows SET seq = 5 + seq WHERE seq < 0');
    },
    found: saysLike('ledger.row-misplaced', '2'),
    row: 2,
    onlyAnew: true,
  },
  {
    name: 'the texts of two rows were swapped',
    harm: (drawer) => {
      const [two, three] = [rowAt(drawer, 2), rowAt(drawer, 3)];
      drawer.tamper(
        ...unlocked,
        `UPDATE rows SET line = ${text(three.line)} WHERE seq = 2`,
        `UPDATE rows SET line = ${text(two.line)} WHERE seq = 3`,
      );
    },
    found: saysLike('ledger.row-altered', '2'),
    row: 2,
    onlyAnew: true,
  },
  {
    name: 'a row is no record',
    harm: (drawer) => {
      appended(drawer, '{"format":2}');
    },
    found: saysLike('ledger.row-unreadable', '6'),
    row: 6,
  },
  {
    name: 'a row is a record with a number for an amount',
    harm: (drawer) => {
      appended(drawer, toLine(written('w3', { state: 'planned' })).replace('"amount":"1.7921483143067599"', '"amount":1.79'));
    },
    found: saysLike('ledger.row-unreadable', '6'),
    row: 6,
    onlyReading: true,
  },
  {
    name: 'a row is zeros',
    harm: (drawer) => {
      appended(drawer, '\u0001\u0001\u0001');
    },
    found: saysLike('ledger.row-unreadable', '6'),
    row: 6,
  },
  {
    name: 'an open change lost its loan',
    harm: (drawer) => {
      drawer.tamper('DELETE FROM open_targets');
    },
    found: saysLike('ledger.contradicts-itself', 'loan:other'),
    onlyAnew: true,
  },
  {
    name: 'a loan is held by a change that is closed',
    harm: (drawer) => {
      drawer.tamper("INSERT INTO open_targets VALUES ('a', 'loan:12345', 'w1')");
    },
    found: saysLike('ledger.contradicts-itself', 'loan:12345'),
    onlyAnew: true,
  },
  {
    name: 'a loan is held by another change',
    harm: (drawer) => {
      drawer.tamper("UPDATE open_targets SET write = 'w9'");
    },
    found: saysLike('ledger.contradicts-itself', 'loan:other'),
    onlyAnew: true,
  },
  {
    name: 'the file is gone',
    harm: (drawer) => {
      for (const ending of ['', '-wal', '-shm']) rmSync(drawer.file + ending, { force: true });
    },
    found: saysLike('ledger.file-gone', /.*ledger\.sqlite/, '5'),
  },
  {
    name: 'another ledger is in its place',
    harm: async (drawer) => {
      const other = new Drawer();
      await filled(other);
      other.tamper('PRAGMA wal_checkpoint(TRUNCATE)');
      replaceBy(drawer, other.file);
      other.remove();
    },
    found: saysLike('ledger.file-replaced'),
  },
  {
    name: 'it is no database',
    harm: (drawer) => {
      replaceBy(drawer, undefined);
      writeFileSync(drawer.file, 'writes: none\n'.repeat(400));
    },
    found: saysLike('ledger.file-not-ours'),
  },
  {
    name: 'it is a database of something else',
    harm: (drawer) => {
      replaceBy(drawer, undefined);
      drawer.tamper('CREATE TABLE rows (seq INTEGER PRIMARY KEY, line TEXT)');
    },
    found: saysLike('ledger.file-not-ours'),
  },
  {
    name: 'its header is damaged',
    harm: (drawer) => {
      overwrite(drawer, 0, 16);
    },
    found: saysLike('ledger.file-not-ours'),
  },
];

/** Puts another file in the place of the ledger, as from a backup: it is a new file. */
function replaceBy(drawer: Drawer, source: string | undefined): void {
  for (const ending of ['', '-wal', '-shm']) rmSync(drawer.file + ending, { force: true });
  if (source !== undefined) copyFileSync(source, drawer.file);
}

/** A copy of the ledger as it is, and the copy damaged, in its place. */
function overwrite(drawer: Drawer, from: number, bytes: number): void {
  drawer.tamper('PRAGMA wal_checkpoint(TRUNCATE)');
  const content = readFileSync(drawer.file);
  content.fill(0xa5, from, from + bytes);
  replaceBy(drawer, undefined);
  writeFileSync(drawer.file, content);
}

describe('a ledger', () => {
  let drawer: Drawer;
  let threads: () => void;
  beforeEach(() => {
    threads = withoutThreads();
    drawer = new Drawer();
  });
  afterEach(() => {
    drawer.remove();
    threads();
  });

  it('that nobody touched is found to be whole', async () => {
    await filled(drawer);
    const head = rowAt(drawer, 5).hash;
    assert.deepEqual(await drawer.open().verify(), { ok: true, rows: 5, writes: 3, head });
  });

  for (const { name, harm, found, row, onlyAnew = false, onlyReading = false } of harms) {
    it(`is found out when ${name}`, async () => {
      await filled(drawer);
      const open = drawer.open();
      await open.load();
      await harm(drawer);
      const damaged = (error: unknown): boolean =>
        error instanceof JournalError && saysLike('ledger.unreliable', found).test(error.message);
      if (!onlyAnew) {
        await assert.rejects(open.load(), damaged);
        if (!onlyReading) await assert.rejects(open.append(written('w5')), damaged);
      }
      const fresh = drawer.open();
      for (const journal of [open, fresh]) {
        const verification = await journal.verify();
        assert.ok(!verification.ok);
        assert.match(english(verification.sentence), found);
        assert.equal(verification.row, row);
      }
      if (found.source.includes('contradicts')) return;
      await assert.rejects(fresh.load(), damaged, 'nothing is read from it');
      if (!onlyReading) await assert.rejects(fresh.append(written('w5')), damaged, 'nothing is written to it');
    });
  }

  it('that is long tells how far it is, can be stopped, and is told right when it is not', async () => {
    // Only a real one can be ended at its work.
    threads();
    await filled(drawer);
    const rows: string[] = [];
    let { hash } = rowAt(drawer, 5);
    for (let seq = 6; seq <= 4_500; seq += 1) {
      const line = toLine(written(`p${seq.toString()}`, { state: 'planned' }));
      const next = hashOf(hash, seq, line);
      rows.push(`INSERT INTO rows VALUES (${seq.toString()}, ${text(hash)}, ${text(next)}, ${text(line)})`);
      hash = next;
    }
    drawer.tamper('BEGIN', ...rows, 'COMMIT');
    const journal = drawer.open();
    const parts: number[] = [];
    const stop = new AbortController();
    const stopping = journal.verify({
      signal: stop.signal,
      say: (part) => {
        parts.push(part);
        if (part > 0.4) stop.abort();
      },
    });
    await assert.rejects(stopping);
    assert.ok(parts.length >= 1 && parts.length < 10, parts.join());
    const all: number[] = [];
    const whole = await journal.verify({ signal: new AbortController().signal, say: (part) => void all.push(part) });
    assert.deepEqual(whole, { ok: true, rows: 4_500, writes: 4_498, head: hash });
    assert.deepEqual(all.slice(0, 3), [2_000 / 4_500 / 2, 4_000 / 4_500 / 2, 0.5]);
    assert.deepEqual(
      all.toSorted((a, b) => a - b),
      all,
    );
    assert.equal(all.at(-1), 1);
  });

  it('that contradicts itself about who holds a loan takes no change of that loan', async () => {
    await filled(drawer);
    drawer.tamper("INSERT INTO open_targets VALUES ('a', 'loan:12345', 'w1')");
    await assert.rejects(
      drawer.open().append(written('w5')),
      (error) => error instanceof JournalError && error.message.includes('contradicts itself'),
    );
  });

  for (const wait of ['while a window has it open', 'while no window is open']) {
    it(`is found out when an older copy was put back ${wait}`, async () => {
      await filled(drawer);
      drawer.tamper('PRAGMA wal_checkpoint(TRUNCATE)');
      const copy = path.join(path.dirname(drawer.folder), 'copy.sqlite');
      copyFileSync(drawer.file, copy);
      const open = drawer.open();
      for (const id of ['w5', 'w6']) await open.append(written(id, { state: 'planned' }));
      replaceBy(drawer, copy);
      const journal = wait.startsWith('while a window') ? open : drawer.open();
      const verification = await journal.verify();
      assert.ok(!verification.ok);
      assert.match(english(verification.sentence), saysLike('ledger.rows-missing', undefined, '5', '7'));
      await assert.rejects(journal.append(written('w7')), saysLike('ledger.unreliable', saysLike('ledger.rows-missing')));
      await assert.rejects(journal.load(), JournalError);
    });
  }

  it('is found out when an older copy was put back and written on', async () => {
    await filled(drawer);
    drawer.tamper('PRAGMA wal_checkpoint(TRUNCATE)');
    const copy = path.join(path.dirname(drawer.folder), 'copy.sqlite');
    copyFileSync(drawer.file, copy);
    await drawer.open().append(written('w5', { state: 'planned' }));
    replaceBy(drawer, copy);
    const elsewhere = drawer.open({ storage: new MemoryAnchor() });
    for (const id of ['w6', 'w7']) await elsewhere.append(written(id, { state: 'planned' }));
    const verification = await drawer.open().verify();
    assert.ok(!verification.ok);
    assert.match(english(verification.sentence), saysLike('ledger.row-altered', '6'));
  });

  it('is found out when its log of last rows is lost', async () => {
    await filled(drawer);
    const [lost, whole] = [path.join(path.dirname(drawer.folder), 'lost.sqlite'), readFileSync(drawer.file)];
    writeFileSync(lost, whole);
    replaceBy(drawer, lost);
    const journal = drawer.open();
    await assert.rejects(journal.load(), saysLike('ledger.rows-missing', undefined, undefined, '5'));
    await assert.rejects(journal.append(written('w5')), JournalError);
  });

  it('is found out when a page in its middle is damaged, and the row is named where reading ends', async () => {
    const journal = drawer.open();
    for (let index = 0; index < 60; index += 1) await journal.append(written(`w${index.toString()}`, { state: 'planned' }));
    drawer.tamper('PRAGMA wal_checkpoint(TRUNCATE)');
    const whole = readFileSync(drawer.file);
    let named = 0;
    for (let page = 2; page <= whole.length / 4096; page += 1) {
      replaceBy(drawer, undefined);
      const content = Buffer.from(whole);
      content.fill(0xff, (page - 1) * 4096, page * 4096);
      writeFileSync(drawer.file, content);
      const fresh = drawer.open();
      const verification = await fresh.verify();
      fresh.dispose();
      assert.ok(!verification.ok, `page ${page.toString()}`);
      if (verification.row === undefined) continue;
      assert.match(english(verification.sentence), /^Row \d+ /);
      if (verification.row > 1) named += 1;
    }
    assert.ok(named >= 5, named.toString());
  });

  it('of a newer version is left alone, with words', async () => {
    await filled(drawer);
    drawer.tamper('PRAGMA user_version = 1000', 'PRAGMA wal_checkpoint(TRUNCATE)');
    const before = readFileSync(drawer.file);
    const journal = drawer.open();
    for (const act of [() => journal.load(), () => journal.append(written('w5')), () => journal.verify()]) {
      await assert.rejects(act(), (error) => error instanceof JournalError && saysLike('ledger.newer-version').test(error.message));
    }
    assert.deepEqual(readFileSync(drawer.file), before);
  });

  it('that a newer version makes its own is left alone by a window that has it open', async () => {
    const journal = drawer.open();
    await journal.append(written('w0', { state: 'planned' }));
    drawer.tamper('PRAGMA user_version = 1000');
    for (const act of [() => journal.append(written('w5')), () => journal.load(), () => journal.verify()]) {
      await assert.rejects(act(), (error) => error instanceof JournalError && saysLike('ledger.newer-version').test(error.message));
    }
    assert.equal(drawer.query('SELECT count(*) AS n FROM rows')[0]!['n'], 1);
  });

  it('with a row of a newer version is not called damaged', async () => {
    const journal = drawer.open();
    await journal.append(written('w0', { state: 'planned' }));
    const [last] = drawer.query('SELECT hash, line FROM rows');
    const line = JSON.stringify({ ...(JSON.parse(String(last!['line'])) as object), id: 'w1', format: 4, state: 'asleep' });
    const hash = createHash('sha256')
      .update(`${String(last!['hash'])}\n2\n${line}`)
      .digest('hex');
    drawer.tamper(`INSERT INTO rows VALUES (2, '${String(last!['hash'])}', '${hash}', '${line}')`);
    for (const act of [() => journal.load(), () => journal.verify(), () => drawer.open().load()]) {
      await assert.rejects(act(), (error) => error instanceof JournalError && saysLike('ledger.newer-version').test(error.message));
    }
  });

  it('says nothing against an anchor that lags behind, is missing or makes no sense', async () => {
    const early = new MemoryAnchor();
    await drawer.open({ storage: early }).append(written('w0', { state: 'planned' }));
    await filled(drawer);
    const none = new MemoryAnchor();
    const senseless = new MemoryAnchor();
    senseless.at = { id: 7, rows: -1 };
    const failing = new MemoryAnchor();
    failing.failing = true;
    for (const storage of [early, none, senseless, failing]) {
      const journal = drawer.open({ storage });
      assert.equal((await journal.verify()).ok, true);
      await journal.load();
      await journal.append(written('w9', { state: 'planned' }));
    }
  });

  it('keeps an anchor that another window wrote later from going back', async () => {
    const [one, two] = [drawer.open(), drawer.open()];
    await one.append(written('w1', { state: 'planned' }));
    const early = drawer.storage.at;
    await two.append(written('w2', { state: 'planned' }));
    const late = drawer.storage.at;
    assert.notEqual(late, early);
    await one.load();
    assert.equal(drawer.storage.at, late);
    // Written out of order by the editor, it is behind, and no harm.
    drawer.storage.at = early;
    await two.append(written('w3', { state: 'planned' }));
    assert.equal((await drawer.open().verify()).ok, true);
  });
});

describe('a ledger that was set aside', () => {
  let drawer: Drawer;
  let threads: () => void;
  beforeEach(() => {
    threads = withoutThreads();
    drawer = new Drawer();
  });
  afterEach(() => {
    drawer.remove();
    threads();
  });

  it('is kept whole under a dated name, and a new one is begun by every window', async () => {
    await filled(drawer);
    const [one, two] = [drawer.open(), drawer.open()];
    assert.equal((await two.load()).length, 5);
    const stale = drawer.storage.at;
    const place = await one.setAside();
    assert.match(path.relative(drawer.folder, place), /^ledger\.\d{4}-\d\d-\d\dT\d\d-\d\d-\d\d\.sqlite$/);
    const db = new DatabaseSync(place, { readOnly: true });
    assert.equal(db.prepare('SELECT count(*) AS n FROM rows').get()!['n'], 5);
    db.close();
    // A window that is late with its anchor cries no wolf.
    drawer.storage.at = stale;
    assert.deepEqual(await two.load(), []);
    await two.append(written('w2'));
    assert.deepEqual(await one.load(), [written('w2')]);
    assert.deepEqual((await one.verify()).ok, true);
    const again = await one.setAside();
    assert.notEqual(again, place);
  });

  it('is recognised when it is put back', async () => {
    await filled(drawer);
    const place = await drawer.open().setAside();
    replaceBy(drawer, place);
    if (existsSync(`${place}-wal`)) copyFileSync(`${place}-wal`, `${drawer.file}-wal`);
    const journal = drawer.open({ storage: new MemoryAnchor() });
    await assert.rejects(journal.load(), saysLike('ledger.file-damaged'));
    await assert.rejects(journal.append(written('w5')), JournalError);
  });

  it('is never one of a newer version, nor one that another window is just writing to', async () => {
    await filled(drawer);
    const journal = drawer.open({ busyMs: 50 });
    const other = new DatabaseSync(drawer.file);
    other.exec('BEGIN IMMEDIATE');
    await assert.rejects(journal.setAside(), (error) => error instanceof JournalError && saysLike('ledger.busy').test(error.message));
    other.exec('ROLLBACK; PRAGMA user_version = 1000');
    other.close();
    await assert.rejects(
      journal.setAside(),
      (error) => error instanceof JournalError && saysLike('ledger.newer-version').test(error.message),
    );
    drawer.tamper('PRAGMA user_version = 1');
    assert.equal((await journal.load()).length, 5, 'it is where it was');
  });

  it('may be one that cannot be read, or that is gone', async () => {
    await filled(drawer);
    overwrite(drawer, 0, 4096);
    const bytes = readFileSync(drawer.file);
    const journal = drawer.open();
    await assert.rejects(journal.load(), JournalError);
    assert.deepEqual(readFileSync(await journal.setAside()), bytes);
    assert.deepEqual(await journal.load(), []);
    await journal.append(written('w1'));
    replaceBy(drawer, undefined);
    await assert.rejects(journal.load(), saysLike('ledger.file-gone'));
    assert.equal(await journal.setAside(), drawer.folder);
    await journal.append(written('w2'));
    assert.deepEqual(await drawer.open().load(), [written('w2')]);
  });
});
