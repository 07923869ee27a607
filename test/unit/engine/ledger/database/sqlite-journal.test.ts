import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { TargetTaken } from '../../../../../src/engine/ledger/journal.ts';
import { d } from '../support.ts';
import { written, writtenMargin } from '../written.ts';
import { Drawer } from './setup-folder.ts';

describe('the ledger on the disk', () => {
  let drawer: Drawer;
  beforeEach(() => {
    drawer = new Drawer();
  });
  afterEach(() => {
    drawer.remove();
  });

  it('is empty before anything was written, and touches no disk for that', async () => {
    const journal = drawer.open();
    assert.deepEqual(await journal.load(), []);
    assert.deepEqual(await journal.verify(), { ok: true, rows: 0, writes: 0 });
    assert.equal(existsSync(drawer.folder), false);
  });

  it('gives back what was written, in order and to the last digit, to every window', async () => {
    const [one, two] = [drawer.open(), drawer.open()];
    const evidence = { kind: 'history', id: '17316594851045087' } as const;
    const rows = [
      written('w1'),
      writtenMargin(),
      written('w1', { state: 'effective', ltvAfter: d('0.5'), evidence }),
      writtenMargin({ state: 'accepted', reference: '1850000000000000001' }),
      writtenMargin({ state: 'effective', reference: 'r', liquidationAfter: d('19690'), evidence: { kind: 'position' } }),
    ];
    for (const [index, row] of rows.entries()) await (index % 2 === 0 ? one : two).append(row);
    assert.deepEqual(await one.load(), rows);
    assert.deepEqual(await two.load(), rows);
    assert.deepEqual(await drawer.open().load(), rows);
  });

  it('gives the very same rows as long as nothing was added, and only adds what was', async () => {
    const [one, two] = [drawer.open(), drawer.open()];
    await one.append(written('w1'));
    const before = await two.load();
    assert.equal(await two.load(), before);
    await one.append(written('w1', { state: 'accepted' }));
    const after = await two.load();
    assert.deepEqual(
      after.map(({ state }) => state),
      ['sent', 'accepted'],
    );
    assert.equal(after[0], before[0], 'what is known is not read again');
    assert.equal(before.length, 1, 'what was handed out does not change');
  });

  it('gives back more rows than are read at once', async () => {
    const journal = drawer.open();
    const ids = Array.from({ length: 250 }, (_, index) => `w${index.toString()}`);
    await Promise.all(ids.map((id) => journal.append(written(id, { state: 'planned' }))));
    for (const each of [journal, drawer.open()]) {
      assert.deepEqual(
        (await each.load()).map(({ id }) => id),
        ids,
      );
    }
    assert.deepEqual(await journal.verify(), {
      ok: true,
      rows: 250,
      writes: 250,
      head: drawer.query('SELECT hash FROM rows WHERE seq = 250')[0]!['hash'],
    });
  });

  it('gives a loan or position to one open write at a time, whichever window asks', async () => {
    const [one, two] = [drawer.open(), drawer.open()];
    await one.append(written('w1', { state: 'planned' }));
    await two.append(written('w2', { state: 'planned' }));
    await one.append(written('w1'));
    const before = await two.load();
    await assert.rejects(two.append(written('w2')), (error) => error instanceof TargetTaken && error.writeId === 'w1');
    assert.equal(await two.load(), before, 'nothing was written');
    await two.append(written('w3', { accountId: 'b' }));
    await two.append(writtenMargin());
    for (const state of ['accepted', 'unknown'] as const) {
      await one.append(written('w1', { state }));
      await assert.rejects(drawer.open().append(written('w2')), TargetTaken);
    }
    await one.append(written('w1', { state: 'effective' }));
    await two.append(written('w2'));
    await assert.rejects(one.append(written('w4')), (error) => error instanceof TargetTaken && error.writeId === 'w2');
    assert.deepEqual((await one.verify()).ok, true);
  });

  it('frees nothing by a proof that belongs to another write', async () => {
    const [one, two] = [drawer.open(), drawer.open()];
    const evidence = { kind: 'history', id: '1' } as const;
    await one.append(written('w1'));
    await one.append(written('w2', { change: { ...written('w2').change, loan: { loanId: 'other' } } as never }));
    await one.append(written('w1', { state: 'effective', evidence }));
    await two.append(
      written('w2', { change: { ...written('w2').change, loan: { loanId: 'other' } } as never, state: 'effective', evidence }),
    );
    await two.append(written('w3'));
    await assert.rejects(
      two.append(written('w4', { change: { ...written('w2').change, loan: { loanId: 'other' } } as never })),
      (error) => error instanceof TargetTaken && error.writeId === 'w2',
    );
    assert.equal((await one.verify()).ok, true);
  });

  it('is for its owner only', async () => {
    await drawer.open().append(written('w1'));
    if (process.platform === 'win32') return;
    for (const name of readdirSync(drawer.folder)) assert.equal(statSync(`${drawer.folder}/${name}`).mode & 0o777, 0o600, name);
  });

  it('holds what belongs to a record and nothing that an object may carry besides', async () => {
    const careless = {
      ...written('w1'),
      keys: { secret: 'S-4711' },
      request: { ...written('w1').request, headers: { 'OK-ACCESS-SIGN': 'S-4711' } },
    };
    await drawer.open().append(careless);
    for (const name of readdirSync(drawer.folder)) {
      assert.doesNotMatch(readFileSync(`${drawer.folder}/${name}`, 'latin1'), /4711|secret|headers|SIGN/, name);
    }
  });

  it('refuses what is no record, and goes on', async () => {
    const journal = drawer.open();
    await assert.rejects(journal.append({ ...written('w1'), id: '' }));
    await journal.append(written('w2'));
    assert.equal((await journal.load()).length, 1);
  });

  it('keeps rows from being changed, taken out or put elsewhere than at the end by whoever means no harm', async () => {
    await drawer.open().append(written('w1'));
    for (const statement of [
      "UPDATE rows SET line = '{}'",
      'DELETE FROM rows',
      "REPLACE INTO rows VALUES (1, '', '', '{}')",
      "INSERT INTO rows VALUES (5, '', '', '{}')",
    ]) {
      assert.throws(() => {
        drawer.tamper(statement);
      }, /rows are/);
    }
  });
});
