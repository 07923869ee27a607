import { mkdir, open, readFile, stat, type FileHandle } from 'node:fs/promises';
import path from 'node:path';
import { english, msg, type Message } from '../core/message.ts';
import { Holders } from './holders.ts';
import type { WriteRecord } from './record.ts';
import { fromLine, toLine } from './stored-record.ts';

/** Where writes are remembered. Only ever grows. */
export interface Journal {
  /**
   * Every row ever appended, oldest first, also those of other windows; a record has a row for each of its states.
   * The very same array as long as nothing was added.
   * @throws JournalError
   */
  load(): Promise<readonly WriteRecord[]>;
  /**
   * Resolves when the row is durable. A row in state `sent` takes its loan or position until the write is closed.
   * @throws TargetTaken when another open write holds it: nothing was written.
   * @throws JournalError when the row could not be made durable; after a crash it may be there nevertheless.
   */
  append(record: WriteRecord): Promise<void>;
  /**
   * Reads everything anew and looks whether a row was altered, is missing or was put in between.
   * @throws JournalError when it could not be looked at.
   */
  verify(): Promise<Verification>;
  /**
   * Moves a journal that cannot be read aside, never deletes it, and begins anew.
   * @returns where it is now
   * @throws JournalError
   */
  setAside(): Promise<string>;
  dispose(): void;
}

export type Verification =
  | { readonly ok: true; readonly rows: number; readonly writes: number; /** Hex SHA-256 of the last row. */ readonly head?: string }
  | { readonly ok: false; readonly row?: number; readonly sentence: Message };

/** The journal cannot be read as a whole, or not be written: nothing may be sent on half a memory. */
export class JournalError extends Error {
  override readonly name = 'JournalError';
  readonly sentence: Message;

  constructor(sentence: Message) {
    super(english(sentence));
    this.sentence = sentence;
  }
}

/** Another write on the same loan or position was written down as sent and is not closed yet. */
export class TargetTaken extends Error {
  override readonly name = 'TargetTaken';
  /** The one that holds it. */
  readonly writeId: string;

  constructor(writeId: string) {
    super(`held by ${writeId}`);
    this.writeId = writeId;
  }
}

export const disposed = (): JournalError => new JournalError(msg('This window is closing and writes nothing down any more.'));

/** Forgets everything with its process; for tests. */
export class MemoryJournal implements Journal {
  #rows: readonly WriteRecord[] = [];
  #holders = new Holders();

  load(): Promise<readonly WriteRecord[]> {
    return Promise.resolve(this.#rows);
  }

  append(record: WriteRecord): Promise<void> {
    const row = fromLine(toLine(record));
    const holder = this.#holders.against(row);
    if (holder !== undefined) return Promise.reject(new TargetTaken(holder));
    this.adopt(row);
    return Promise.resolve();
  }

  /** Takes a row in as one of an older journal, in which two open writes could be on one loan or position. */
  adopt(record: WriteRecord): void {
    const row = fromLine(toLine(record));
    this.#holders.add(row);
    this.#rows = [...this.#rows, row];
  }

  verify(): Promise<Verification> {
    return Promise.resolve({ ok: true, rows: this.#rows.length, writes: this.#holders.writes });
  }

  setAside(): Promise<string> {
    this.#rows = [];
    this.#holders = new Holders();
    return Promise.resolve('memory');
  }

  dispose(): void {
    // Nothing is held.
  }
}

const fileName = 'writes.jsonl';
/** Written after a line that a crash or a full disk cut short, so that the fragment can be told from damage. */
const afterTornLine = '{"torn":"the line before was never finished"}';

/**
 * JSON lines in a file that is never truncated nor rewritten. A row is on the disk before `append` resolves.
 * Several windows may append to one file.
 */
export class FileJournal implements Journal {
  readonly #folder: string;
  readonly #onTorn: (line: number) => void;
  #last: Promise<unknown> = Promise.resolve();
  #cache: { readonly size: number; readonly rows: readonly WriteRecord[] } | undefined;

  /** @param onTorn told the number of a last line that was cut short, each time the file is read anew */
  constructor(folder: string, onTorn: (line: number) => void = () => undefined) {
    this.#folder = folder;
    this.#onTorn = onTorn;
  }

  get #file(): string {
    return path.join(this.#folder, fileName);
  }

  /** @throws JournalError naming the first line that is damaged; a last line that was cut short is not damage. */
  load(): Promise<readonly WriteRecord[]> {
    return this.#inTurn(async () => {
      const { size } = await stat(this.#file).catch(absent);
      // The file only grows: as long as its size is the same, so is its content.
      if (this.#cache?.size !== size) this.#cache = { size, rows: size === 0 ? [] : this.#parse(await readFile(this.#file, 'utf8')) };
      return this.#cache.rows;
    });
  }

  /** @throws when the row could not be made durable; it may then be on the disk, in part or whole, or not at all. */
  append(record: WriteRecord): Promise<void> {
    return this.#inTurn(async () => {
      const line = toLine(record);
      await mkdir(this.#folder, { recursive: true });
      const isNew = await stat(this.#file).then(
        () => false,
        () => true,
      );
      const file = await open(this.#file, 'a+', 0o600);
      try {
        const before = (await endsInsideLine(file)) ? `\n${afterTornLine}\n` : '';
        await file.appendFile(`${before}${line}\n`, 'utf8');
        await file.sync();
      } finally {
        await file.close();
      }
      if (isNew) await syncFolder(this.#folder);
    });
  }

  verify(): Promise<Verification> {
    return Promise.reject(disposed());
  }

  setAside(): Promise<string> {
    return Promise.reject(disposed());
  }

  dispose(): void {
    // Nothing is held.
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#last.then(work);
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #parse(content: string): WriteRecord[] {
    const lines = content.split('\n');
    const rows: WriteRecord[] = [];
    for (const [index, line] of lines.entries()) {
      if (line === '' || line === afterTornLine) continue;
      try {
        rows.push(fromLine(line));
      } catch {
        const isLast = index === lines.length - 1;
        if (isLast) this.#onTorn(index + 1);
        else if (lines[index + 1] !== afterTornLine) throw this.#damaged(index + 1);
      }
    }
    return rows;
  }

  #damaged(line: number): JournalError {
    return new JournalError(
      msg(
        'Line {0} of the journal of changes cannot be read, so it is not known what is still under way and no change can be sent. Compare your loans and positions at the exchange, then move the file {1} away and reload the window.',
        line.toString(),
        this.#file,
      ),
    );
  }
}

function absent(error: unknown): { size: number } {
  if ((error as NodeJS.ErrnoException).code === 'ENOENT') return { size: 0 };
  throw error;
}

async function endsInsideLine(file: FileHandle): Promise<boolean> {
  const { size } = await file.stat();
  if (size === 0) return false;
  const { buffer, bytesRead } = await file.read(Buffer.alloc(1), 0, 1, size - 1);
  return bytesRead === 1 && buffer[0] !== 0x0a;
}

/** A new file is only durable once its folder entry is. Where folders cannot be synced (Windows, some network disks) nothing better is to be had. */
async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r').catch(() => undefined);
  try {
    await handle?.sync();
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EPERM', 'EISDIR', 'EBADF'].includes((error as NodeJS.ErrnoException).code ?? '')) throw error;
  } finally {
    await handle?.close();
  }
}
