import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { existsSync, mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { promisify } from 'node:util';
import { JournalError } from '../../../../../src/engine/ledger/journal.ts';
import { written } from '../written.ts';
import { Drawer, workerFile } from './setup-folder.ts';
import { says, saysLike } from '../../../../texts.ts';

const plan = (id: string) => written(id, { state: 'planned' });
const saying = (pattern: RegExp) => (error: unknown) => {
  assert.ok(error instanceof JournalError, String(error));
  assert.match(error.message, pattern);
  return true;
};

const unavailable = (detail: string | RegExp): RegExp =>
  saysLike('list.brackets', saysLike('ledger.unavailable', says('ledger.free-space')), detail);

describe('a ledger whose disk or lock fails', () => {
  let drawer: Drawer;
  beforeEach(() => {
    drawer = new Drawer();
    mkdirSync(drawer.folder, { recursive: true });
  });
  afterEach(() => {
    drawer.remove();
  });

  /** A worker that does what it must not, and is else the real one. */
  const workerWith = (code: string): string => {
    const file = path.join(path.dirname(drawer.folder), 'worker.js');
    writeFileSync(file, `${code}\nrequire(${JSON.stringify(workerFile)});\n`);
    return file;
  };

  it('says that the disk is full, keeps what was there, and goes on when there is room again', async () => {
    const small = drawer.open({ pragmas: ['max_page_count = 14'] });
    let durable = 0;
    const fill = async (): Promise<void> => {
      for (; durable < 100; durable += 1) await small.append(plan(`w${durable.toString()}`));
    };
    await assert.rejects(fill(), saying(unavailable(says('ledger.disk-full'))));
    assert.ok(durable > 5 && durable < 100, durable.toString());
    assert.equal((await small.load()).length, durable);
    const roomy = drawer.open();
    await roomy.append(plan('more'));
    assert.deepEqual(
      (await roomy.load()).map(({ id }) => id),
      [...Array.from({ length: durable }, (_, index) => `w${index.toString()}`), 'more'],
    );
    assert.equal((await small.verify()).ok, true);
  });

  it('takes no loan for a row that it could not keep', async () => {
    const small = drawer.open({ pragmas: ['max_page_count = 14'] });
    for (let index = 0; ; index += 1) {
      const done = await small.append(plan(`w${index.toString()}`)).then(
        () => true,
        () => false,
      );
      if (!done) break;
    }
    await assert.rejects(small.append(written('sent')), JournalError);
    await drawer.open().append(written('another'));
  });

  it('says that it is read-only, and can be read still', async () => {
    await drawer.open().append(plan('w1'));
    const journal = drawer.open({ pragmas: ['query_only = ON'] });
    await assert.rejects(journal.append(plan('w2')), saying(unavailable(/.*ledger\.sqlite/)));
    assert.deepEqual(await journal.load(), [plan('w1')]);
    assert.equal((await journal.verify()).ok, true);
  });

  it('says that its folder is no folder', async () => {
    rmSync(drawer.folder, { recursive: true });
    writeFileSync(drawer.folder, '');
    await assert.rejects(drawer.open().append(plan('w1')), saying(unavailable(/.*ledger\.sqlite: .*/)));
  });

  it('says that its file is a folder, and leaves that alone', async () => {
    mkdirSync(path.join(drawer.file, 'inside'), { recursive: true });
    const journal = drawer.open();
    await assert.rejects(journal.append(plan('w1')), saying(unavailable(/.*ledger\.sqlite: .*/)));
    await assert.rejects(journal.load(), saying(unavailable(/.*ledger\.sqlite: .*/)));
    await assert.rejects(journal.verify(), saying(unavailable(/.*ledger\.sqlite: .*/)), 'nothing was found out about it');
    assert.deepEqual(readdirSync(drawer.file), ['inside']);
  });

  it('says that another window is busy, can be read meanwhile, and goes on after', async () => {
    await drawer.open().append(plan('w1'));
    const journal = drawer.open({ busyMs: 1 });
    const other = new DatabaseSync(drawer.file);
    try {
      other.exec('BEGIN IMMEDIATE');
      await assert.rejects(journal.append(plan('w2')), saying(saysLike('ledger.busy')));
      assert.deepEqual(await journal.load(), [plan('w1')]);
      other.exec('ROLLBACK');
      await journal.append(plan('w2'));
    } finally {
      other.close();
    }
    assert.equal((await journal.load()).length, 2);
  });

  it('waits for a window that is busy for a moment', async () => {
    await drawer.open().append(plan('w1'));
    const journal = drawer.open();
    await journal.load();
    const other = new DatabaseSync(drawer.file);
    try {
      other.exec('BEGIN IMMEDIATE');
      const appended = journal.append(plan('w2'));
      // Behind the append in the other thread's queue; what it waits for is only given up after.
      setImmediate(() => {
        other.exec('COMMIT');
      });
      await appended;
    } finally {
      other.close();
    }
    assert.equal((await journal.load()).length, 2);
  });

  it('says that the editor is too old when there is no SQLite', async () => {
    const journal = drawer.open({ worker: workerWith('process.getBuiltinModule = () => undefined;') });
    const tooOld = saying(saysLike('ledger.editor-too-old'));
    await assert.rejects(journal.load(), tooOld);
    await assert.rejects(journal.append(plan('w1')), tooOld);
    await assert.rejects(journal.verify(), tooOld);
    assert.equal(existsSync(drawer.file), false);
  });

  it('rejects what the thread died over, and starts it anew', async () => {
    const mark = path.join(path.dirname(drawer.folder), 'died');
    const journal = drawer.open({
      worker: workerWith(`const { existsSync, writeFileSync } = require('node:fs');
        require('node:worker_threads').parentPort.on('message', ({ request }) => {
          if (!String(request.line).includes('deadly') || existsSync(${JSON.stringify(mark)})) return;
          writeFileSync(${JSON.stringify(mark)}, '');
          process.exit(7);
        });`),
    });
    await journal.append(plan('w1'));
    await assert.rejects(journal.append(plan('deadly')), saying(unavailable('exit code 7')));
    assert.ok(existsSync(mark));
    await journal.append(plan('w2'));
    assert.deepEqual(
      (await journal.load()).map(({ id }) => id),
      ['w1', 'w2'],
    );
    assert.equal((await journal.verify()).ok, true);
  });

  for (const [endings, others] of [
    [['-wal'], 0],
    [['-wal', '-shm'], 0],
    [['-wal'], 1],
    [['-wal', '-shm'], 1],
  ] as const) {
    it(`calls nothing durable that went to a log that is gone (${endings.join(' and ')}, ${others.toString()} other windows)`, async () => {
      const journal = drawer.open();
      await journal.append(plan('w0'));
      for (let other = 0; other < others; other += 1) await drawer.open().load();
      for (const ending of endings) rmSync(drawer.file + ending);
      const isWritten = await journal.append(plan('w1')).then(
        () => true,
        (error: unknown) => {
          assert.ok(error instanceof JournalError, String(error));
          return false;
        },
      );
      const now = drawer.open().load();
      if (isWritten) assert.equal((await now).length, 2);
      else
        await now.catch((error: unknown) => {
          assert.ok(error instanceof JournalError, String(error));
        });
    });
  }

  it('does not reject with a thread that failed what the next one was asked', async () => {
    const journal = drawer.open({
      worker: workerWith(`const { parentPort } = require('node:worker_threads');
        parentPort.on('message', ({ request }) => {
          if (!String(request.line).includes('deadly')) return;
          parentPort.postMessage = () => undefined;
          throw new Error('out of memory');
        });`),
    });
    await assert.rejects(journal.append(plan('deadly')), saying(unavailable('out of memory')));
    await journal.append(plan('w1'));
    assert.deepEqual(
      (await journal.load()).map(({ id }) => id).filter((id) => id !== 'deadly'),
      ['w1'],
    );
  });

  it('says that its thread cannot start', async () => {
    const journal = drawer.open({ worker: path.join(drawer.folder, 'none.js') });
    await assert.rejects(journal.load(), saying(unavailable(/.*none\.js.*/)));
  });

  it('finishes what it was asked when its window closes, and takes nothing more', async () => {
    const journal = drawer.open();
    const appended = [plan('w1'), plan('w2')].map((row) => journal.append(row));
    journal.dispose();
    await assert.rejects(journal.append(plan('w3')), saying(/closing/));
    await Promise.all(appended);
    assert.equal((await drawer.open().load()).length, 2);
  });

  it('warns of nothing by itself, and lets other warnings through', async () => {
    const worker = workerWith(
      "require('node:worker_threads').parentPort.on('message', () => process.emitWarning('something else', 'ExperimentalWarning'));",
    );
    const script = `const { Worker } = require('node:worker_threads');
      const place = { folder: ${JSON.stringify(drawer.folder)}, busyMs: 1000, pragmas: [] };
      const run = (file) => new Promise((resolve) => {
        const worker = new Worker(file, { workerData: place });
        worker.once('message', (answer) => { console.log(JSON.stringify(answer)); worker.postMessage({ number: 2, request: { do: 'close' } }); });
        worker.once('exit', resolve);
        worker.postMessage({ number: 1, request: { do: 'append', line: ${JSON.stringify(JSON.stringify(plan('w1')))}, seen: [] } });
      });
      run(${JSON.stringify(workerFile)}).then(() => console.error('--')).then(() => run(${JSON.stringify(worker)}));`;
    const { stdout, stderr } = await promisify(execFile)(process.execPath, ['-e', script], { env: { ...process.env, NODE_OPTIONS: '' } });
    assert.match(stdout, /"rows":1,.*\n.*"rows":2,/);
    const [own, others] = stderr.split('--\n');
    assert.equal(own, '');
    assert.match(others ?? '', /something else/);
    assert.doesNotMatch(stderr, /SQLite/);
  });
});
