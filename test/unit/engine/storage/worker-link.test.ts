// A thread that hangs, as over a disk that does not answer.
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { openStateDatabase } from '../../../../src/engine/storage/state-database.ts';
import { StateTrouble } from '../../../../src/engine/storage/shared-state.ts';
import type { Trouble } from '../../../../src/engine/storage/trouble.ts';
import { LedgerFault } from '../../../../src/engine/storage/trouble.ts';
import { WorkerLink } from '../../../../src/engine/storage/worker-link.ts';
import { JournalError } from '../../../../src/engine/ledger/journal.ts';
import { SqliteJournal } from '../../../../src/engine/ledger/database/sqlite-journal.ts';
import { record } from '../../words/records.ts';
import { saysLike } from '../../../texts.ts';

/** How long a thread that hangs may be silent here. Long enough for a busy machine to start one in. */
const patienceMs = 3_000;

/** How long one that works may be silent: a busy machine takes seconds to start it, which are not to count as hanging. */
const longPatienceMs = 10_000;

/** How long it works on each part. */
const stepMs = 0.15 * longPatienceMs;

/** Answers, works for a while, hangs, or hangs inside a transaction. */
const script = `
const { parentPort, workerData } = require('node:worker_threads');
const { DatabaseSync } = require('node:sqlite');
const wait = (ms) => Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
parentPort.on('message', ({ number, request }) => {
  if (request.do === 'close') return parentPort.close();
  if (request.do === 'work') wait(request.ms);
  if (request.do === 'hang' || request.do === 'look' || request.do === 'change') wait();
  if (request.do === 'steps') {
    for (let done = 1; done <= 8; done += 1) {
      wait(${String(stepMs)});
      parentPort.postMessage({ number, done, of: 8 });
    }
  }
  if (request.do === 'hold') {
    const db = new DatabaseSync(workerData.folder + '/held.sqlite');
    db.exec('CREATE TABLE IF NOT EXISTS t (a); BEGIN IMMEDIATE; INSERT INTO t VALUES (1)');
    wait();
  }
  parentPort.postMessage({ number, answer: 'done' });
});
`;

type Asked = { readonly do: 'hang' } | { readonly do: 'steps' } | { readonly do: 'hold' } | { readonly do: 'work'; readonly ms: number };
type Answers = Readonly<Record<Asked['do'], string>>;

describe('a database thread that hangs', () => {
  let folder: string;
  let file: string;
  let link: WorkerLink<Asked, Answers>;
  const place = (): { folder: string; busyMs: number; pragmas: readonly string[] } => ({ folder, busyMs: 1_000, pragmas: [] });

  beforeEach(() => {
    folder = mkdtempSync(path.join(os.tmpdir(), 'ltv-gauge-hung-'));
    file = path.join(folder, 'worker.cjs');
    writeFileSync(file, script);
    link = new WorkerLink(file, place(), patienceMs);
  });
  afterEach(() => {
    link.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const patient = (): void => {
    link.close();
    link = new WorkerLink(file, place(), longPatienceMs);
  };

  const fails = (trouble: Trouble['kind'], asked: Promise<unknown>): Promise<void> =>
    assert.rejects(asked, (error) => error instanceof LedgerFault && error.trouble.kind === trouble);

  it('is ended, what it was asked is answered with trouble, and the next question starts another one', async () => {
    const began = Date.now();
    await Promise.all([fails('silent', link.ask({ do: 'hang' })), fails('silent', link.ask({ do: 'work', ms: 1 }))]);
    assert.ok(Date.now() - began >= 0.9 * patienceMs, 'not before its time');
    assert.equal(await link.ask({ do: 'work', ms: 1 }), 'done');
    await fails('silent', link.ask({ do: 'hang' }));
    assert.equal(await link.ask({ do: 'work', ms: 1 }), 'done');
  });

  it('is not taken for hung while it answers one question after the other, however long they wait', async () => {
    patient();
    const asked = Array.from({ length: 8 }, () => link.ask({ do: 'work', ms: stepMs }));
    assert.deepEqual(
      await Promise.all(asked),
      Array.from({ length: 8 }, () => 'done'),
    );
  });

  it('is not taken for hung over one long question, as long as it says how far it is', async () => {
    patient();
    const parts: number[] = [];
    const say = (part: number): void => void parts.push(part);
    assert.equal(await link.ask({ do: 'steps' }, { signal: new AbortController().signal, say }), 'done');
    assert.deepEqual(
      parts,
      [1, 2, 3, 4, 5, 6, 7, 8].map((done) => done / 8),
    );
  });

  it('is ended when the person stops it, at once, and the next question starts another one', async () => {
    patient();
    const stop = new AbortController();
    let stoppedAt = NaN;
    const say = (): void => {
      stoppedAt = Date.now();
      stop.abort();
    };
    await fails('stopped', link.ask({ do: 'steps' }, { signal: stop.signal, say }));
    assert.ok(Date.now() - stoppedAt < stepMs, 'its next step is not waited for');
    assert.equal(await link.ask({ do: 'work', ms: 1 }), 'done');
    stop.abort();
    const late = new AbortController();
    assert.equal(await link.ask({ do: 'work', ms: 1 }, { signal: late.signal, say: () => undefined }), 'done');
    late.abort();
    assert.equal(await link.ask({ do: 'work', ms: 1 }), 'done', 'what was answered is not stopped');
  });

  it('is not taken for hung because nothing was asked', async () => {
    patient();
    assert.equal(await link.ask({ do: 'work', ms: 1 }), 'done');
    await new Promise((resolve) => setTimeout(resolve, 1.1 * longPatienceMs));
    assert.equal(await link.ask({ do: 'work', ms: stepMs }), 'done');
  });

  it('leaves no lock behind, and nothing of a transaction that it was in', async () => {
    await fails('silent', link.ask({ do: 'hold' }));
    const db = new DatabaseSync(path.join(folder, 'held.sqlite'), { timeout: 2_000 });
    db.exec('BEGIN IMMEDIATE; ROLLBACK');
    assert.deepEqual(
      db
        .prepare('SELECT count(*) AS n FROM t')
        .all()
        .map(({ n }) => n),
      [0],
    );
    db.close();
  });

  it('fails the row that the activity log asked it to write, of which nobody knows whether it is there, and no more', async () => {
    // Hangs over the first row, and is well when it is started again.
    const hangsOnce = `const { existsSync, writeFileSync } = require('node:fs');
      const { parentPort, workerData } = require('node:worker_threads');
      const mark = workerData.folder + '/hung';
      parentPort.on('message', ({ number, request }) => {
        if (request.do === 'close') return parentPort.close();
        if (request.do === 'append' && !existsSync(mark)) {
          writeFileSync(mark, '');
          Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0);
        }
        parentPort.postMessage({ number, answer: { at: { id: 'x', rows: 1, head: 'h' } } });
      });`;
    writeFileSync(file, hangsOnce);
    const seen: unknown[] = [];
    const storage = { get: () => Promise.resolve(undefined), note: (at: unknown) => Promise.resolve(void seen.push(at)) };
    const journal = new SqliteJournal({ ...place(), worker: file, storage, patienceMs });
    const [first, second] = [journal.append(record({ state: 'sent' })), journal.append(record({ state: 'accepted' }))];
    await assert.rejects(first, (error) => error instanceof JournalError && saysLike('ledger.silent').test(error.message));
    await second;
    assert.equal(seen.length, 1, 'how far the log had come is noted of the second one only');
    journal.dispose();
  });

  it('is told as a database that cannot be used, and that a change may have been saved', async () => {
    const database = openStateDatabase({ ...place(), worker: file, patienceMs, read: String, readFailure: String });
    try {
      const says = (sentence: RegExp): ((error: unknown) => boolean) => {
        return (error) => error instanceof StateTrouble && sentence.test(error.message);
      };
      await assert.rejects(database.ask({ do: 'look' }), says(saysLike('storage.silent', undefined)));
      await assert.rejects(database.ask({ do: 'change', change: { do: 'remove', id: 'a' } }), says(saysLike('storage.maybe-saved')));
    } finally {
      database.close();
    }
  });
});
