// A journal that was damaged: nothing in it closes, unfreezes or forgets what was whole, and a ledger that lost a row says so.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import fc from 'fast-check';
import { readOldLines, UnreadableLines } from '../../../src/engine/ledger/database/old-lines.ts';
import { JournalError } from '../../../src/engine/ledger/journal.ts';
import type { WriteRecord } from '../../../src/engine/ledger/record.ts';
import { fromLine, toLine } from '../../../src/engine/ledger/record-format.ts';
import { fold, isFreezing, isOpen } from '../../../src/engine/ledger/write-states.ts';
import { memoryFolder } from '../../memory-folder.ts';
import { Drawer } from '../engine/ledger/database/setup-folder.ts';
import { repayWrite } from '../engine/ledger/kinds/repay.ts';
import { written, writtenMargin } from '../engine/ledger/written.ts';
import { withoutThreads } from '../engine/storage/same-thread.ts';
import { holds } from '../property.ts';
import { damaged, damagedBytes, damagedText } from './garbage.ts';

const closed = { updatedAt: 1_700_000_000_009 };
/** Ids far apart: no few bits make one of the other. */
const [one, two, three] = ['00000000-aaaa', '11111111-bbbb', '22222222-cccc'] as const;
const rows: readonly WriteRecord[] = [
  written(one, { state: 'planned' }),
  written(one),
  writtenMargin({ id: two }),
  written(one, { state: 'accepted', reference: 'r', ...closed }),
  writtenMargin({ id: two, state: 'mismatch', evidence: { kind: 'position' }, ...closed }),
  written(one, { state: 'effective', evidence: { kind: 'history', id: 'h' }, ...closed }),
  { ...repayWrite(), id: three },
  writtenMargin({ id: two, state: 'mismatch', freezeLiftedAt: 1_700_000_000_010, ...closed }),
];
const lines = rows.map(toLine);

const objectIn = (line: string): Partial<WriteRecord> => {
  try {
    return (JSON.parse(line) ?? {}) as Partial<WriteRecord>;
  } catch {
    return {};
  }
};

/** By id, what must hold: a whole line opened or froze it, and no line at all says that it ended. */
function surely(all: readonly string[]): ReadonlyMap<string, 'open' | 'frozen'> {
  const ended = all.map(objectIn);
  const known = all.filter((line) => lines.includes(line)).map(objectIn);
  const sure = new Map<string, 'open' | 'frozen'>();
  for (const id of [one, two, three]) {
    const isLifted = ended.some((row) => row.id === id && row.freezeLiftedAt !== undefined);
    const [froze, opened] = [['mismatch'], ['sent', 'accepted']].map((states) =>
      known.some((row) => row.id === id && states.includes(row.state ?? '')),
    );
    const isClosed = ended.some((row) => row.id === id && ['effective', 'mismatch', 'rejected', 'not-effective'].includes(row.state ?? ''));
    if (froze === true && !isLifted) sure.set(id, 'frozen');
    else if (opened === true && !isClosed) sure.set(id, 'open');
  }
  return sure;
}

describe('A line of the journal', () => {
  it('that was damaged is refused, or says in each field what it holds', () => {
    holds(
      fc.property(
        fc.constantFrom(...lines).chain((line) => damaged(JSON.parse(line)).map((value) => JSON.stringify(value))),
        (line) => {
          let record: WriteRecord;
          try {
            record = fromLine(line);
          } catch {
            return;
          }
          const held = JSON.parse(line) as Readonly<Record<string, unknown>>;
          const mustBeIn = (part: unknown, whole: unknown, way: string): void => {
            if (typeof part !== 'object' || part === null) assert.equal(part, whole, way);
            else
              for (const [name, value] of Object.entries(part))
                mustBeIn(value, (whole as Readonly<Record<string, unknown>> | undefined)?.[name], `${way}.${name}`);
          };
          mustBeIn(record, held, '');
          assert.ok([record.id, record.accountId, record.venue].every((text) => typeof text === 'string' && text !== ''));
          assert.match(record.change.amount, /^-?\d+(\.\d+)?$/);
          assert.deepEqual(fromLine(toLine(record)), record);
        },
      ),
      { numRuns: 5_000 },
    );
  });
});

describe('The lines of versions before the database', () => {
  let folder: string;
  before(() => {
    folder = memoryFolder('lines');
  });
  after(() => {
    rmSync(folder, { recursive: true, force: true });
  });

  const text = `${lines.join('\n')}\n`;
  const shuffled = fc.shuffledSubarray(lines.flatMap((line) => [line, line])).map((some) => some.map((line) => `${line}\n`).join(''));

  it('that were damaged, cut off, doubled or put in another order close and unfreeze nothing', async () => {
    await holds(
      fc.asyncProperty(fc.oneof(damagedText(text), shuffled, shuffled.chain(damagedText)), async (content) => {
        writeFileSync(path.join(folder, 'writes.jsonl'), content);
        const read = await readOldLines(folder).catch((error: unknown) => error);
        if (read instanceof UnreadableLines) {
          const damage = content.split('\n')[read.line - 1];
          assert.ok(damage !== undefined && !lines.includes(damage), 'a whole line is no damage');
          return;
        }
        assert.ok(!(read instanceof Error), String(read));
        // Only the end may be cut off.
        for (const line of content.split('\n').slice(0, -1))
          assert.ok(line === '' || objectIn(line).id !== undefined, 'damage was passed over');
        const { lines: taken } = read as { readonly lines: readonly string[] };
        const intact = content.split('\n').filter((line) => lines.includes(line));
        for (const line of intact) assert.ok(taken.includes(line), 'a whole line is lost');
        const records = fold(taken.map(fromLine));
        for (const [id, is] of surely(content.split('\n'))) {
          const record = records.get(id);
          assert.ok(record !== undefined && (is === 'frozen' ? isFreezing(record) : isOpen(record)), `${id} is no longer ${is}`);
        }
      }),
      { numRuns: 2_000 },
    );
  });
});

describe('The file of the ledger', () => {
  let drawer: Drawer;
  let threads: () => void;
  /** By ending: as it was closed, and as it was while it was written. */
  let files: Readonly<Record<'closed' | 'written', Readonly<Record<string, Buffer>>>>;
  const endings = ['', '-wal'] as const;

  const copied = (): Readonly<Record<string, Buffer>> =>
    Object.fromEntries(
      endings.filter((ending) => existsSync(drawer.file + ending)).map((ending) => [ending, readFileSync(drawer.file + ending)]),
    );
  const put = (all: Readonly<Record<string, Uint8Array>>): void => {
    for (const ending of [...endings, '-shm']) rmSync(drawer.file + ending, { force: true });
    for (const [ending, bytes] of Object.entries(all)) writeFileSync(drawer.file + ending, bytes);
  };

  before(async () => {
    threads = withoutThreads();
    drawer = new Drawer();
    mkdirSync(drawer.folder, { recursive: true });
    const journal = drawer.open();
    for (const row of rows) await journal.append(row);
    const open = copied();
    journal.dispose();
    await new Promise((resolve) => setTimeout(resolve, 50));
    files = { written: open, closed: copied() };
    assert.deepEqual(Object.keys(files.written), ['', '-wal']);
    assert.deepEqual(Object.keys(files.closed), ['']);
  });
  after(() => {
    drawer.remove();
    threads();
  });

  /** What a window finds: all rows, or why not. */
  async function found(): Promise<'all' | JournalError> {
    const journal = drawer.open();
    try {
      const read = await journal.load();
      assert.deepEqual(read, rows, 'rows were lost or made');
      return 'all';
    } catch (error) {
      assert.ok(error instanceof JournalError, String(error));
      assert.ok(error.message.length > 20 && error.message.length < 1_000, error.message);
      // On half a memory nothing is sent.
      await assert.rejects(journal.append(written('new', { change: { ...written('new').change, coin: 'ETH' } })), JournalError);
      return error;
    } finally {
      journal.dispose();
    }
  }

  it('that was damaged in any byte is read whole or not at all', async () => {
    let refused = 0;
    for (const state of ['closed', 'written'] as const) {
      const all = files[state];
      const damage = fc
        .constantFrom(...Object.keys(all))
        .chain((ending) => damagedBytes(all[ending]!).map((bytes) => ({ ...all, [ending]: bytes })));
      await holds(
        fc.asyncProperty(damage, async (damagedFiles) => {
          put(damagedFiles);
          if ((await found()) !== 'all') refused += 1;
        }),
        { numRuns: 250 },
      );
    }
    assert.ok(refused > 50, 'most damage is found');
  });

  it('that is another one is not taken for it', async () => {
    const foreign = new Drawer();
    mkdirSync(foreign.folder, { recursive: true });
    const other = foreign.open();
    for (const row of rows) await other.append({ ...row, accountId: 'b' });
    const otherWal = readFileSync(`${foreign.file}-wal`);
    other.dispose();
    await new Promise((resolve) => setTimeout(resolve, 50));
    const { closed: whole, written: open } = files;
    const strange: Readonly<Record<string, Readonly<Record<string, Uint8Array>>>> = {
      'no file': {},
      'an empty file': { '': new Uint8Array() },
      'a text': { '': Buffer.from('The quick brown fox\n'.repeat(1_000)) },
      zeros: { '': new Uint8Array(whole['']!.length) },
      'the file of somebody else': { '': readFileSync(foreign.file) },
      'the file without its log': { '': open['']! },
      'the log of another file': { '': open['']!, '-wal': otherWal },
      'only a log': { '-wal': open['-wal']! },
    };
    for (const [name, all] of Object.entries(strange)) {
      put(all);
      assert.ok((await found()) instanceof JournalError, name);
    }
    put({ ...whole, '-wal': otherWal });
    await found();
    put(whole);
    assert.equal(await found(), 'all');
    foreign.remove();
  });
});
