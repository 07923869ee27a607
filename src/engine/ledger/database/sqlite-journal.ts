import path from 'node:path';
import { setImmediate as breathe } from 'node:timers/promises';
import { disposed, JournalError, TargetTaken, type Journal, type Verification } from '../journal.ts';
import type { WriteRecord } from '../record.ts';
import { fromLine, isNewerLine, toLine } from '../record-format.ts';
import { Anchor, type AnchorStorage } from './anchor.ts';
import { readOldLines, renameOldLines, UnreadableLines } from './old-lines.ts';
import { databaseName, type Answers, type Request, type Seen } from '../../storage/ledger-protocol.ts';
import { findingOf, sentenceOf, unreliable } from './fault-text.ts';
import { isDamage, LedgerFault, troubleOf, type Damage } from '../../storage/trouble.ts';
import { WorkerLink, type Followed } from '../../storage/worker-link.ts';

export interface SqliteJournalOptions {
  /** Where `ledger.sqlite` is, shared by all windows. Made when first written to. */
  readonly folder: string;
  /** The bundle of src/engine/database-worker.ts. */
  readonly worker: string;
  /** Survives the folder; shared by all windows. */
  readonly storage: AnchorStorage;
  /** How long to wait for another window. Milliseconds. */
  readonly busyMs?: number;
  /** More to set on the database, such as `max_page_count = 20`: tests make small disks of it. */
  readonly pragmas?: readonly string[];
  /** How long the database may answer nothing. Milliseconds. */
  readonly patienceMs?: number;
}

type Take = (rows: readonly WriteRecord[], isFirst: boolean) => void;
const unfollowed: Followed = { signal: new AbortController().signal, say: () => undefined };

const usualBusyMs = 5_000;
/** A long ledger says meanwhile that it is being read. Milliseconds. */
const usualPatienceMs = 30_000;

/**
 * The ledger: one SQLite database for all windows, each row chained to the one before it by its hash. Nothing is opened before its first
 * use. Rows are durable when `append` resolves (write-ahead log, synced at each commit).
 *
 * Altered, missing, added and swapped rows are found, and so is a file that is gone, cut off or replaced by an older copy. Somebody who
 * makes the whole chain and the anchor in the shared database again is not detected; no more is promised.
 */
export class SqliteJournal implements Journal {
  readonly #folder: string;
  readonly #link: WorkerLink<Request, Answers>;
  readonly #anchor: Anchor;
  #last: Promise<unknown> = Promise.resolve();
  #rows: readonly WriteRecord[] = [];
  /** Where `#rows` end. */
  #at: Seen | undefined;
  #isDisposed = false;

  constructor({ folder, worker, storage, busyMs = usualBusyMs, pragmas = [], patienceMs = usualPatienceMs }: SqliteJournalOptions) {
    this.#folder = folder;
    this.#link = new WorkerLink(worker, { folder, busyMs, pragmas }, patienceMs);
    this.#anchor = new Anchor(storage);
  }

  get #file(): string {
    return path.join(this.#folder, databaseName);
  }

  load(): Promise<readonly WriteRecord[]> {
    return this.#inTurn(async () => {
      await this.#withOldLines(() => this.#catchUp());
      return this.#rows;
    });
  }

  append(record: WriteRecord): Promise<void> {
    return this.#inTurn(async () => {
      const line = toLine(record);
      const appended = await this.#withOldLines(async () => this.#link.ask({ do: 'append', line, seen: await this.#seen() }));
      if ('takenBy' in appended) throw new TargetTaken(appended.takenBy);
      this.#anchor.note(appended.at);
    });
  }

  verify({ signal, say }: Followed = unfollowed): Promise<Verification> {
    return this.#inTurn(async () => {
      try {
        signal.throwIfAborted();
        const followed: Followed = {
          signal,
          say: (part) => {
            say(part / 2);
          },
        };
        const { at, writes } = await this.#withOldLines(async () => this.#link.ask({ do: 'verify', seen: await this.#seen() }, followed));
        if (at === undefined) return { ok: true, rows: 0, writes };
        // That each row is a record is found out by reading each.
        let read = 0;
        await this.#read(undefined, (rows) => {
          signal.throwIfAborted();
          read += rows.length;
          say(0.5 + read / at.rows / 2);
        });
        this.#anchor.note(at);
        return { ok: true, rows: at.rows, writes, ...(at.rows === 0 ? {} : { head: at.head }) };
      } catch (error) {
        if (error instanceof UnreadableLines) return { ok: false, row: error.line, sentence: error.finding };
        if (!(error instanceof LedgerFault) || !isDamage(error.trouble)) throw error;
        const { trouble } = error;
        return { ok: false, ...('row' in trouble ? { row: trouble.row } : {}), sentence: findingOf(trouble, this.#file) };
      }
    });
  }

  setAside(): Promise<string> {
    return this.#inTurn(async () => {
      const old = await readOldLines(this.#folder).catch((error: unknown) => error);
      if (old instanceof UnreadableLines) return renameOldLines(this.#folder, 'unreadable');
      const { at, place } = await this.#link.ask({ do: 'setAside', seen: await this.#seen() });
      this.#anchor.note(at);
      this.#rows = [];
      this.#at = at;
      return place;
    });
  }

  /** Earlier requests are still carried out. */
  dispose(): void {
    this.#isDisposed = true;
    this.#last = this.#last.then(() => {
      this.#link.close();
    });
  }

  /** One after the other, in the order of requests. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    if (this.#isDisposed) return Promise.reject(disposed());
    const turn = this.#last.then(work).catch((error: unknown) => {
      throw this.#worded(error);
    });
    this.#last = turn.catch(() => undefined);
    return turn;
  }

  #worded(error: unknown): unknown {
    if (error instanceof UnreadableLines) return new JournalError(unreliable(error.finding));
    // A record that cannot be put into a line is a mistake of ours, not the ledger's.
    return error instanceof LedgerFault ? new JournalError(sentenceOf(error.trouble, this.#file)) : error;
  }

  async #seen(): Promise<readonly Seen[]> {
    return [await this.#anchor.get(), this.#at].filter((seen) => seen !== undefined);
  }

  async #catchUp(): Promise<void> {
    let rows = this.#rows;
    const at = await this.#read(this.#at, (more, isFirst) => {
      if (isFirst) rows = more;
      else if (more.length > 0) rows = [...rows, ...more];
    });
    if (at === undefined) return;
    this.#rows = rows;
    this.#at = at;
    this.#anchor.note(at);
  }

  /**
   * Hands over the rows after `known`, in parts between which others have their turn. The first part of all is said to be so: when nothing
   * is known, or when the ledger is another one by now.
   */
  async #read(known: Seen | undefined, take: Take): Promise<Seen | undefined> {
    for (let at = known; ;) {
      const page = await this.#link.ask({ do: 'read', id: at?.id, after: at?.rows ?? 0, seen: await this.#seen() });
      if (page.at === undefined) return undefined;
      const first = page.at.rows - page.lines.length + 1;
      take(
        page.lines.map((line, index) => parsed(line, first + index)),
        page.at.id !== at?.id,
      );
      at = page.at;
      if (!page.more) return at;
      await breathe();
    }
  }

  /** Takes in what an older version wrote, should there be something, before anything else is done. */
  async #withOldLines<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof LedgerFault) || error.trouble.kind !== 'linesWaiting') throw error;
    }
    try {
      const old = await readOldLines(this.#folder);
      if (old !== undefined) {
        this.#anchor.note(await this.#link.ask({ do: 'takeIn', ...old, seen: await this.#seen() }));
        await renameOldLines(this.#folder, 'imported');
      }
    } catch (error) {
      throw error instanceof UnreadableLines || error instanceof LedgerFault ? error : new LedgerFault(troubleOf(error));
    }
    return work();
  }
}

function parsed(line: string, row: number): WriteRecord {
  try {
    return fromLine(line);
  } catch {
    throw new LedgerFault(isNewerLine(line) ? { kind: 'newer' } : ({ kind: 'unreadable', row } satisfies Damage));
  }
}
