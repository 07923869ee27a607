import assert from 'node:assert/strict';
import { appendFile, mkdtemp, readFile, rm, stat, truncate, writeFile } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { msg } from '../../../src/core/message.ts';
import { FileJournal, JournalError, MemoryJournal, TargetTaken } from '../../../src/ledger/journal.ts';
import type { WriteRecord } from '../../../src/ledger/record.ts';
import { change, d } from './support.ts';

const written = (id: string, facts: Partial<WriteRecord> = {}): WriteRecord => ({
  id,
  accountId: 'a',
  venue: 'okx',
  accountName: 'Main “quoted”\nname',
  change: change({ amount: d('1.7921483143067599') }),
  request: {
    method: 'POST',
    path: '/api/v5/finance/flexible-loan/adjust-collateral',
    body: '{"type":"add","collateralAmt":"1.7921483143067599"}',
  },
  baseline: { kind: 'collateral', newestHistoryId: '17316594851045086', pledged: d('0.8'), ltv: d('0.58') },
  ltvBefore: d('0.58'),
  ltvEstimate: d('0.51555556'),
  state: 'sent',
  plannedAt: 1_700_000_000_000,
  sentAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_001,
  note: msg('One {0}.', msg('two {0}', 'three')),
  ...facts,
});

const writtenMargin = (facts: Partial<WriteRecord> = {}): WriteRecord => ({
  id: 'm1',
  accountId: 'a',
  venue: 'bybit',
  accountName: 'Main',
  change: {
    kind: 'margin',
    position: { positionId: 'linear:BTCUSDT:1', instrument: 'BTCUSDT', market: 'linear', slot: '1', side: 'long', marginCoin: 'USDT' },
    direction: 'reduce',
    coin: 'USDT',
    amount: d('10.5'),
  },
  request: { method: 'POST', path: '/v5/position/add-margin', body: '{"margin":"-10.5"}' },
  baseline: {
    kind: 'margin',
    size: d('1'),
    margin: d('400'),
    steadyMargin: d('399.5'),
    leverage: d('10'),
    entryPrice: d('20000'),
    liquidationPrice: d('19700'),
  },
  liquidationBefore: d('19700'),
  liquidationEstimate: d('19710.5'),
  state: 'sent',
  plannedAt: 1_700_000_000_000,
  sentAt: 1_700_000_000_001,
  updatedAt: 1_700_000_000_001,
  ...facts,
});

describe('the journal on the disk', () => {
  let folder = '';
  let file = '';
  beforeEach(async () => {
    folder = path.join(await mkdtemp(path.join(os.tmpdir(), 'ltv-gauge-journal-')), 'deep', 'storage');
    file = path.join(folder, 'writes.jsonl');
  });
  afterEach(async () => {
    await rm(path.dirname(path.dirname(folder)), { recursive: true, force: true });
  });

  it('is empty before anything was written, and touches no disk for that', async () => {
    assert.deepEqual(await new FileJournal(folder).load(), []);
    await assert.rejects(stat(folder));
  });

  it('gives back what was written, in order and to the last digit, to every window', async () => {
    const [one, two] = [new FileJournal(folder), new FileJournal(folder)];
    await one.append(written('w1'));
    await two.append(written('w2', { state: 'effective', ltvAfter: d('0.5'), evidence: { kind: 'history', id: '17316594851045087' } }));
    await one.append(written('w1', { state: 'accepted' }));
    const rows = [
      written('w1'),
      written('w2', { state: 'effective', ltvAfter: d('0.5'), evidence: { kind: 'history', id: '17316594851045087' } }),
      written('w1', { state: 'accepted' }),
    ];
    assert.deepEqual(await one.load(), rows);
    assert.deepEqual(await two.load(), rows);
    assert.deepEqual(await new FileJournal(folder).load(), rows);
  });

  it('gives back changes of margin, with what the venue called them and how they ended', async () => {
    const rows = [
      writtenMargin(),
      writtenMargin({ baseline: { kind: 'margin', size: d('2'), margin: d('400') } }),
      writtenMargin({ state: 'accepted', reference: '1850000000000000001' }),
      writtenMargin({ state: 'effective', reference: 'r', liquidationAfter: d('19690'), evidence: { kind: 'position' } }),
    ];
    const journal = new FileJournal(folder);
    for (const row of rows) await journal.append(row);
    assert.deepEqual(await new FileJournal(folder).load(), rows);
  });

  it('still reads what the first version wrote, which knew loans only', async () => {
    const line = (state: string): string =>
      '{"format":1,"id":"w1","accountId":"a","venue":"okx","accountName":"Main","change":{"loan":{"loanId":"12345","orderId":"12345"},' +
      '"direction":"add","coin":"BTC","amount":"0.1"},"request":{"method":"POST","path":"/adjust","body":"{}"},"baseline":' +
      `{"newestHistoryId":"1000","pledged":"0.8","ltv":"0.58"},"ltvBefore":"0.58",${state}}\n`;
    await new FileJournal(folder).append(written('w0'));
    await writeFile(
      file,
      line('"state":"sent","plannedAt":1,"sentAt":2,"updatedAt":2') +
        line('"state":"effective","plannedAt":1,"sentAt":2,"updatedAt":3,"ltvAfter":"0.5156","historyId":"1001"'),
    );
    const journal = new FileJournal(folder);
    await journal.append(writtenMargin());
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
  });

  it('writes rows asked for at the same time whole and in turn', async () => {
    const journal = new FileJournal(folder);
    const ids = Array.from({ length: 20 }, (_, index) => `w${index.toString()}`);
    await Promise.all(ids.map((id) => journal.append(written(id))));
    assert.deepEqual(
      (await journal.load()).map(({ id }) => id),
      ids,
    );
  });

  it('is for its owner only', async () => {
    await new FileJournal(folder).append(written('w1'));
    if (process.platform !== 'win32') assert.equal((await stat(file)).mode & 0o777, 0o600);
  });

  it('holds what belongs to a record and nothing that an object may carry besides', async () => {
    const careless = {
      ...written('w1'),
      keys: { secret: 'S-4711' },
      request: { ...written('w1').request, headers: { 'OK-ACCESS-SIGN': 'S-4711' } },
    };
    await new FileJournal(folder).append(careless);
    const content = await readFile(file, 'utf8');
    assert.doesNotMatch(content, /4711|secret|headers|SIGN/i);
  });

  for (const cut of [1, 2, 40, 300]) {
    it(`tolerates a last line that lacks its last ${cut.toString()} bytes, says so, and goes on after it`, async () => {
      await new FileJournal(folder).append(written('w1'));
      const whole = (await stat(file)).size;
      await new FileJournal(folder).append(written('w2'));
      await truncate(file, (await stat(file)).size - cut);
      const torn: number[] = [];
      const journal = new FileJournal(folder, (line) => torn.push(line));
      // A row that only lacks its line end is whole.
      const expected = cut === 1 ? ['w1', 'w2'] : ['w1'];
      assert.deepEqual(
        (await journal.load()).map(({ id }) => id),
        expected,
      );
      assert.deepEqual(torn, cut === 1 ? [] : [2]);
      const before = await readFile(file, 'utf8');
      await journal.append(written('w3'));
      assert.ok((await readFile(file, 'utf8')).startsWith(before), 'nothing is truncated');
      assert.ok((await stat(file)).size > whole);
      assert.deepEqual(
        (await journal.load()).map(({ id }) => id),
        [...expected, 'w3'],
      );
      await new FileJournal(folder).append(written('w4'));
      assert.deepEqual(
        (await new FileJournal(folder).load()).map(({ id }) => id),
        [...expected, 'w3', 'w4'],
      );
    });
  }

  const damages: [string, (lines: string[]) => string[]][] = [
    ['cut short in the middle', (lines) => lines.with(1, lines[1]!.slice(0, 50))],
    ['no record', (lines) => lines.with(1, '{"format":2}')],
    ['of a format that is not known', (lines) => lines.with(1, lines[1]!.replace('"format":3', '"format":4'))],
    [
      'of a change and a baseline that do not belong together',
      (lines) => lines.with(1, lines[1]!.replace('"kind":"collateral"', '"kind":"margin"')),
    ],
    ['with an amount that is a number', (lines) => lines.with(1, lines[1]!.replace('"amount":"1.7921483143067599"', '"amount":1.79'))],
    ['with a direction that does not exist', (lines) => lines.with(1, lines[1]!.replace('"direction":"add"', '"direction":"flip"'))],
    ['with a state that does not exist', (lines) => lines.with(1, lines[1]!.replace('"state":"sent"', '"state":"done"'))],
    ['overwritten with zeros', (lines) => lines.with(1, '\0\0\0\0')],
  ];
  for (const [name, damage] of damages) {
    it(`refuses to be half understood: line 2 ${name}`, async () => {
      const journal = new FileJournal(folder);
      for (const id of ['w1', 'w2', 'w3']) await journal.append(written(id));
      const damaged = damage((await readFile(file, 'utf8')).split('\n')).join('\n');
      await writeFile(file, damaged);
      await assert.rejects(new FileJournal(folder).load(), (error) => {
        assert.ok(error instanceof JournalError);
        assert.match(error.message, /^Line 2 .*Compare your loans and positions.*writes\.jsonl/);
        return true;
      });
      assert.equal(await readFile(file, 'utf8'), damaged, 'nothing is repaired behind a person’s back');
    });
  }

  it('does not take a marker for an excuse of another line', async () => {
    const journal = new FileJournal(folder);
    await journal.append(written('w1'));
    await appendFile(file, 'garbage\n');
    await journal.append(written('w2'));
    await assert.rejects(journal.load(), /Line 2/);
  });

  it('sees at once what another window wrote, and does not read an unchanged file again', async () => {
    const [one, two] = [new FileJournal(folder), new FileJournal(folder)];
    await one.append(written('w1'));
    assert.equal((await two.load()).length, 1);
    await one.append(written('w2'));
    assert.equal((await two.load()).length, 2);
    assert.equal(await two.load(), await two.load());
  });

  it('goes on after a failure', async () => {
    const journal = new FileJournal(folder);
    await assert.rejects(journal.append({ ...written('w1'), id: '' }));
    await journal.append(written('w2'));
    assert.equal((await journal.load()).length, 1);
  });

  it('refuses when its folder cannot be made', async () => {
    const blocked = path.join(path.dirname(path.dirname(folder)), 'a-file');
    await writeFile(blocked, '');
    await assert.rejects(new FileJournal(path.join(blocked, 'storage')).append(written('w1')));
  });
});

describe('the journal in memory', () => {
  it('keeps copies', async () => {
    const journal = new MemoryJournal();
    const record = { ...written('w1') };
    await journal.append(record);
    Object.assign(record, { id: 'changed' });
    assert.deepEqual(await journal.load(), [written('w1')]);
  });

  it('gives a loan or position to one open write at a time', async () => {
    const journal = new MemoryJournal();
    await journal.append(written('w1', { state: 'planned' }));
    await journal.append(written('w2', { state: 'planned' }));
    await journal.append(written('w1'));
    const before = await journal.load();
    await assert.rejects(journal.append(written('w2')), (error) => error instanceof TargetTaken && error.writeId === 'w1');
    assert.equal(await journal.load(), before, 'nothing was written');
    await journal.append(written('w3', { accountId: 'b' }));
    await journal.append(writtenMargin());
    await journal.append(written('w1', { state: 'rejected' }));
    await journal.append(written('w2'));
    await assert.rejects(journal.append(written('w4')), (error) => error instanceof TargetTaken && error.writeId === 'w2');
  });
});
