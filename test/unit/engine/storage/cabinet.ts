import { existsSync, rmSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { AccountBook } from '../../../../src/engine/accounts/account-book.ts';
import { openStateDatabase, type StateDatabaseOptions } from '../../../../src/engine/storage/state-database.ts';
import { SharedState } from '../../../../src/engine/storage/shared-state.ts';
import { existsState, readLastCopy, watchLastCopy } from '../../../../src/engine/storage/state-folder.ts';
import { systemClock } from '../../../../src/core/clock.ts';
import { english } from '../../../../src/core/message.ts';
import type { Account } from '../../../../src/core/model.ts';
import { Arming } from '../../../../src/engine/ledger/arming.ts';
import type { RecordStorage } from '../../../../src/engine/storage/old-state.ts';
import { memoryFolder } from '../../../memory-folder.ts';

/** Built beside the tests, which run as out/test/unit/accounts/…. */
const worker = path.join(process.cwd(), 'out/test/unit/ledger-worker.js');

export const account = (id: string, facts: Partial<Account> = {}): Account => ({
  id,
  venue: 'okx',
  site: 'global',
  name: `Account ${id}`,
  simulated: false,
  readOnly: false,
  uid: `user of ${id}`,
  ...facts,
});

/** As the editor's storage: one object per extension, which each window reads at its start and writes back whole. */
export class Memento implements RecordStorage {
  readonly #disk: { all: Readonly<Record<string, unknown>> };
  #view: Readonly<Record<string, unknown>>;
  writes = 0;

  constructor(disk: { all: Readonly<Record<string, unknown>> }) {
    this.#disk = disk;
    this.#view = structuredClone(disk.all);
  }

  get(key: string): unknown {
    return this.#view[key];
  }

  async update(key: string, value: unknown): Promise<void> {
    this.writes += 1;
    this.#view = { ...this.#view, [key]: value };
    this.#disk.all = structuredClone(this.#view);
  }

  /** What another window wrote arrives, late. */
  arrive(): void {
    this.#view = structuredClone(this.#disk.all);
  }
}

const parse = (text: string): unknown => JSON.parse(text);

/** One window with all that it shares with the others. */
export class Window {
  readonly memento: Memento;
  readonly shared: SharedState;
  readonly book: AccountBook;
  readonly arming: Arming;
  /** What a person was told, as long as it lasts. */
  trouble: string | undefined;
  remade = 0;

  constructor(cabinet: Cabinet, more: Partial<StateDatabaseOptions<unknown, unknown>> & { readonly watch?: boolean } = {}) {
    this.memento = new Memento(cabinet.disk);
    this.shared = new SharedState({
      open: () => Promise.resolve(openStateDatabase({ folder: cabinet.folder, worker, read: parse, readFailure: parse, ...more })),
      lastCopy: () => readLastCopy(cabinet.folder),
      exists: () => existsState(cabinet.folder),
      ...(more.watch === false ? {} : { watch: (changed) => watchLastCopy(cabinet.folder, changed) }),
      old: this.memento,
      clock: systemClock,
    });
    this.shared.onDidMeetTrouble((trouble) => {
      this.trouble = trouble === undefined ? undefined : english(trouble);
    });
    this.shared.onDidRemake(() => {
      this.remade += 1;
    });
    this.book = new AccountBook(this.shared);
    this.arming = new Arming({
      rows: this.shared,
      clock: systemClock,
      book: this.book,
      window: cabinet.newId(),
      newId: () => cabinet.newId(),
    });
  }

  get names(): string[] {
    return this.book.list().map(({ name }) => name);
  }

  /** Figures that were read at `asOf`, as a person asks for them. */
  async keeps(id: string, figures: { readonly asOf: number } & Record<string, unknown>): Promise<unknown> {
    const now = systemClock.now();
    const reading = { account: id, at: now, asOf: figures.asOf, text: JSON.stringify(figures) };
    return this.shared.ask({ do: 'keepReading', reading, now, pass: {} });
  }

  async started(): Promise<this> {
    await this.shared.start();
    return this;
  }

  dispose(): void {
    this.arming.dispose();
    this.book.dispose();
    this.shared.dispose();
  }
}

/** A machine: a folder, the editor's storage, and the windows that are open. */
export class Cabinet {
  readonly folder: string;
  readonly disk: { all: Readonly<Record<string, unknown>> } = { all: {} };
  readonly #windows: Window[] = [];
  #ids = 0;

  constructor() {
    this.folder = path.join(memoryFolder('state'), 'deep', 'state');
  }

  get file(): string {
    return path.join(this.folder, 'state.sqlite');
  }

  newId(): string {
    return (this.#ids += 1).toString();
  }

  window(more?: ConstructorParameters<typeof Window>[1]): Window {
    const window = new Window(this, more);
    this.#windows.push(window);
    return window;
  }

  async open(more?: ConstructorParameters<typeof Window>[1]): Promise<Window> {
    return this.window(more).started();
  }

  /** Every window is closed; the threads let go of the file. */
  async closeAll(): Promise<void> {
    for (const window of this.#windows.splice(0)) window.dispose();
    // The last one to close it takes its log away.
    await within(5_000, 'the file is let go of', () => !existsSync(`${this.file}-wal`));
  }

  query(sql: string): Record<string, unknown>[] {
    const db = new DatabaseSync(this.file, { readOnly: true });
    try {
      return db.prepare(sql).all();
    } finally {
      db.close();
    }
  }

  remove(): void {
    for (const window of this.#windows.splice(0)) window.dispose();
    rmSync(path.dirname(path.dirname(this.folder)), { recursive: true, force: true, maxRetries: 10, retryDelay: 20 });
  }
}

/** Waits until it is so. @throws when it is not within `ms` */
export async function within(ms: number, what: string, isSo: () => boolean): Promise<void> {
  const until = Date.now() + ms;
  while (!isSo()) {
    if (Date.now() > until) throw new Error(`not within ${ms.toString()} ms: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
}
