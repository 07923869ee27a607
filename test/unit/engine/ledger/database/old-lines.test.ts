import assert from 'node:assert/strict';
import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { JournalError } from '../../../../../src/engine/ledger/journal.ts';
import { toLine } from '../../../../../src/engine/ledger/record-format.ts';
import { change } from '../support.ts';
import { written, writtenMargin } from '../written.ts';
import { withoutThreads } from '../../storage/same-thread.ts';
import { Drawer } from './setup-folder.ts';
import { saysLike } from '../../../../texts.ts';

const torn = '{"torn":"the line before was never finished"}';
/** As version 1 wrote it, which knew loans only. */
const first = (state: string): string =>
  '{"format":1,"id":"w1","accountId":"a","venue":"okx","accountName":"Main","change":{"loan":{"loanId":"12345","orderId":"12345"},' +
  '"direction":"add","coin":"BTC","amount":"0.1"},"request":{"method":"POST","path":"/adjust","body":"{}"},"baseline":' +
  `{"newestHistoryId":"1000","pledged":"0.8","ltv":"0.58"},"ltvBefore":"0.58",${state}}`;

describe('the lines that versions before the database wrote', () => {
  let drawer: Drawer;
  let threads: () => void;
  let file = '';
  const old = (...lines: string[]): void => {
    mkdirSync(drawer.folder, { recursive: true });
    writeFileSync(file, lines.join('\n'));
  };
  beforeEach(() => {
    threads = withoutThreads();
    drawer = new Drawer();
    file = path.join(drawer.folder, 'writes.jsonl');
  });
  afterEach(() => {
    drawer.remove();
    threads();
  });

  it('are taken in once, in order, whoever asks first, and kept', async () => {
    const rows = [written('w1'), writtenMargin(), written('w1', { state: 'accepted' })];
    const content = [...rows.map(toLine), ''].join('\n');
    old(content);
    const windows = [drawer.open(), drawer.open()];
    const [one, two] = await Promise.all(windows.map((journal) => journal.load()));
    assert.deepEqual(one, rows);
    assert.deepEqual(two, rows);
    assert.equal(existsSync(file), false);
    assert.equal(readFileSync(`${file}.imported`, 'utf8'), content);
    await assert.rejects(windows[0]!.append(written('w2')), /held by w1/, 'what is open there holds its loan');
    assert.equal((await drawer.open().verify()).ok, true);
  });

  it('are taken in before anything is appended, however much of it there is', async () => {
    const rows = Array.from({ length: 250 }, (_, index) => written(`w${index.toString()}`, { state: 'planned' }));
    old(...rows.map(toLine), '');
    const journal = drawer.open();
    await journal.append(written('new'));
    assert.deepEqual(await journal.load(), [...rows, written('new')]);
  });

  it('are not taken in twice when the window died before it had renamed them', async () => {
    const content = `${toLine(written('w1', { state: 'planned' }))}\n`;
    old(content);
    await drawer.open().load();
    old(content);
    const journal = drawer.open();
    assert.equal((await journal.load()).length, 1);
    old(`${toLine(written('w2', { state: 'planned' }))}\n`);
    assert.equal((await journal.load()).length, 2, 'what an older version still writes is');
    assert.deepEqual(
      readdirSync(drawer.folder)
        .filter((name) => name.startsWith('writes'))
        .sort(),
      ['writes.jsonl.imported', 'writes.jsonl.imported-2', 'writes.jsonl.imported-3'],
    );
  });

  it('are understood as they were in the first version', async () => {
    old(
      first('"state":"sent","plannedAt":1,"sentAt":2,"updatedAt":2'),
      first('"state":"effective","plannedAt":1,"sentAt":2,"updatedAt":3,"ltvAfter":"0.5156","historyId":"1001"'),
      toLine(writtenMargin()),
      '',
    );
    const journal = drawer.open();
    const [sent, effective, margin] = await journal.load();
    assert.deepEqual(sent, {
      id: 'w1',
      accountId: 'a',
      venue: 'okx',
      accountName: 'Main',
      change: change(),
      request: { method: 'POST', path: '/adjust', body: '{}' },
      baseline: { kind: 'collateral', newestHistoryId: '1000', pledged: '0.8', ltv: '0.58' },
      ltvBefore: '0.58',
      state: 'sent',
      plannedAt: 1,
      sentAt: 2,
      updatedAt: 2,
    });
    assert.deepEqual(effective, {
      ...sent,
      state: 'effective',
      updatedAt: 3,
      ltvAfter: '0.5156',
      evidence: { kind: 'history', id: '1001' },
    });
    assert.deepEqual(margin, writtenMargin());
    assert.equal((await journal.verify()).ok, true);
  });

  it('may hold two open changes of one loan: the older holds it, then the other', async () => {
    old(toLine(written('w1')), toLine(written('w2')), '');
    const journal = drawer.open();
    await assert.rejects(journal.append(written('w3')), /held by w1/);
    await journal.append(written('w1', { state: 'effective' }));
    await assert.rejects(journal.append(written('w3')), /held by w2/);
    assert.equal((await journal.verify()).ok, true);
    await journal.append(written('w2', { state: 'not-effective' }));
    await journal.append(written('w3'));
    assert.equal((await journal.verify()).ok, true);
  });

  for (const cut of [1, 2, 40, 300]) {
    it(`may lack the last ${cut.toString()} bytes`, async () => {
      const content = `${toLine(written('w1'))}\n${toLine(written('w2', { state: 'planned' }))}\n`;
      old(content.slice(0, -cut));
      const ids = (await drawer.open().load()).map(({ id }) => id);
      // A row that only lacks its line end is whole.
      assert.deepEqual(ids, cut === 1 ? ['w1', 'w2'] : ['w1']);
    });
  }

  it('may hold a line that was cut short and marked so', async () => {
    old(toLine(written('w1')), toLine(written('w2')).slice(0, 99), torn, toLine(written('w3', { state: 'planned' })), '');
    assert.deepEqual(
      (await drawer.open().load()).map(({ id }) => id),
      ['w1', 'w3'],
    );
  });

  const line = toLine(written('w2'));
  const damages: readonly (readonly [string, string])[] = [
    ['cut short in the middle', line.slice(0, 50)],
    ['no record', '{"format":2}'],
    ['of a format that is not known', line.replace(/"format":\d+/, '"format":99')],
    ['of a change and a baseline that do not belong together', line.replace('"kind":"collateral"', '"kind":"margin"')],
    ['with an amount that is a number', line.replace('"amount":"1.7921483143067599"', '"amount":1.79')],
    ['with a direction that does not exist', line.replace('"direction":"add"', '"direction":"flip"')],
    ['with a state that does not exist', line.replace('"state":"sent"', '"state":"done"')],
    ['overwritten with zeros', '\0\0\0\0'],
  ];
  for (const [name, damaged] of damages) {
    it(`are not half understood: line 2 ${name}`, async () => {
      old(toLine(written('w1')), damaged, toLine(written('w3')), '');
      const before = readFileSync(file, 'utf8');
      const journal = drawer.open();
      for (const act of [() => journal.load(), () => journal.append(written('w4'))]) {
        await assert.rejects(
          act(),
          (error) =>
            error instanceof JournalError &&
            saysLike('ledger.unreliable', saysLike('ledger.line-unreadable', '2', /.*writes\.jsonl/)).test(error.message),
        );
      }
      const verification = await journal.verify();
      assert.ok(!verification.ok);
      assert.equal(verification.row, 2);
      assert.equal(readFileSync(file, 'utf8'), before, 'nothing is repaired behind a person’s back');
    });
  }

  it('are set aside alone when only they cannot be read', async () => {
    const journal = drawer.open();
    await journal.append(written('w1'));
    old('damaged', toLine(written('w2')), '');
    await assert.rejects(journal.load(), JournalError);
    const place = await journal.setAside();
    assert.match(readFileSync(place, 'utf8'), /^damaged/);
    assert.deepEqual(await journal.load(), [written('w1')]);
    appendFileSync(file, '');
    assert.equal((await journal.verify()).ok, true);
  });
});
