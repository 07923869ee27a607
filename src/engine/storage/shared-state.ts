import type { Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { fieldsIn } from '../../core/json.ts';
import { english, msg, type Message } from '../../core/message.ts';
import type { Seen } from './ledger-protocol.ts';
import {
  parseLastCopy,
  watchLease,
  type AccountRecords,
  type ArmedRow,
  type ArmedRows,
  type LastCopy,
  type Lease,
  type LeaseName,
  type Looked,
  type PricesRow,
  type Shared,
  type OldState,
  type StateAnswers,
  type StateAsked,
  type StateChange,
  type StateFacts,
  type Version,
} from './state-protocol.ts';
import type { HistoryAsked, HistoryMove } from './history-protocol.ts';
import type { OutletAsked } from './outlet-protocol.ts';
import type { WarningAsked } from './warning-protocol.ts';
import { isMarked, markKey, oldAnchorKey, oldRecords, oldState, type RecordStorage } from './old-state.ts';

/** The shared state can't be read or changed. */
export class StateTrouble extends Error {
  override readonly name = 'StateTrouble';
  readonly sentence: Message;
  /** The database didn't answer in time. */
  readonly isSilent: boolean;

  constructor(sentence: Message, isSilent = false) {
    super(english(sentence));
    this.sentence = sentence;
    this.isSilent = isSilent;
  }
}

/** The database that holds the shared state. */
export interface StateDatabase<Figures, Failed> {
  /** Parses the last figures of an account; undefined if not valid. */
  readonly read: (text: string) => Figures | undefined;
  /** Parses the reason of a failed reading; undefined if not valid. */
  readonly readFailure: (text: string) => Failed | undefined;
  /** @throws StateTrouble */
  ask<A extends StateAsked>(asked: A): Promise<StateAnswers[A['do']]>;
  /** Finishes earlier requests first. */
  close(): void;
}

/** A reading of an account by any window, with its last figures; none if it was never read, or they were deleted. */
export interface SharedReading<Figures, Failed> {
  readonly account: string;
  readonly at: number;
  readonly asOf?: number;
  readonly figures?: Figures;
  readonly failure?: Failed;
  /** A watcher read the figures. */
  readonly watched?: true;
}

/** What a look found about leases and readings. */
export interface Found<Figures, Failed> {
  readonly lease: Lease;
  /** All other leases, by name. */
  readonly leases: ReadonlyMap<LeaseName, Lease>;
  /** The new ones. */
  readonly readings: readonly SharedReading<Figures, Failed>[];
  readonly prices: readonly PricesRow[];
}

export interface SharedStateOptions<Figures, Failed> {
  /** Opens the database when it's first needed. */
  readonly open: () => Promise<StateDatabase<Figures, Failed>>;
  /** The last copy of the accounts beside the database, read synchronously; undefined if there is none. */
  readonly lastCopy: () => string | undefined;
  /** Whether the database exists, without opening it. */
  readonly exists: () => boolean;
  /** The editor's storage, where versions before this kept everything. Only read, except for one mark. */
  readonly old: RecordStorage;
  readonly clock: Clock;
  /** Calls back when another window may have changed something. Where this isn't available, polling finds it. */
  readonly watch?: (changed: () => void) => Disposable;
}

/** How often a window looks for changes of others, while there is an account. Milliseconds. */
const lookEveryMs = 500;
/** The same while the database can't be read. Milliseconds. */
const lookAgainMs = 5_000;

/**
 * Accounts, arming, last figures and the ledger's anchor, shared by all windows. Readers never wait: they get the last known state, at
 * first from the copy. Changes are made in the database, one account at a time, and every window sees them within a second.
 *
 * While the database can't be read, accounts stay listed as last known, and nothing is armed.
 */
export class SharedState<Figures = unknown, Failed = unknown> implements AccountRecords, ArmedRows, Disposable {
  readonly #options: SharedStateOptions<Figures, Failed>;
  readonly #accountChanged = new Emitter<string>();
  readonly #armingChanged = new Emitter<string>();
  readonly #loaded = new Emitter<undefined>();
  readonly #troubled = new Emitter<Message | undefined>();
  readonly #remade = new Emitter<undefined>();
  readonly #looked = new Emitter<Found<Figures, Failed> | undefined>();
  readonly #warningsChanged = new Emitter<undefined>();
  readonly #end = new AbortController();
  #records: ReadonlyMap<string, unknown>;
  #removed: ReadonlySet<string>;
  #armed: readonly ArmedRow[] | undefined;
  /** Arming terms from before this window was opened. */
  #before: ReadonlySet<string> = new Set();
  /** Figures as in the database. */
  #snapshots: Map<string, Figures | undefined> | undefined;
  /** Readings of this window that the database has and no look has told of yet, by account. */
  readonly #own = new Map<string, { readonly at: number; readonly figures: Figures }>();
  #news = 0;
  #version: Version | undefined;
  #warnings: string | undefined;
  #trouble: Message | undefined;
  /** Set while the database doesn't answer: until a look of ours succeeds, every other request would only wait in vain. */
  #silence: StateTrouble | undefined;
  #database: Promise<StateDatabase<Figures, Failed>> | undefined;
  #watch: Disposable | undefined;
  #underWay: Promise<void> | undefined;
  #following: Promise<void> | undefined;
  #isPolling = false;
  /** Whether the known state came from the database or its copy. */
  #isCertain: boolean;

  readonly onDidChangeAccount = this.#accountChanged.on;
  readonly onDidChangeArming = this.#armingChanged.on;
  /** Fires once the figures of the last session are loaded. */
  readonly onDidLoad = this.#loaded.on;
  /** Fires with a sentence for the person when the database can't be read, and with undefined when it can again. */
  readonly onDidMeetTrouble = this.#troubled.on;
  /** Fires when the database was missing and was rebuilt from the last copy. */
  readonly onDidRemake = this.#remade.on;
  /** Fires at the end of each look, before its caller continues; with undefined if the database couldn't be read. */
  readonly onDidLook = this.#looked.on;
  /** Fires when any window changed the warnings or notices. */
  readonly onDidChangeWarnings = this.#warningsChanged.on;

  constructor(options: SharedStateOptions<Figures, Failed>) {
    this.#options = options;
    const copy = parseLastCopy(options.lastCopy());
    this.#isCertain = copy !== undefined;
    this.#removed = new Set(copy?.removed);
    this.#records = byId(copy?.accounts ?? oldRecords(options.old).map(({ record }) => record));
  }

  /** Starts looking, unless there is nothing to look at. Returns at once; resolves when the first look has ended, however it ended. */
  start(): Promise<void> {
    this.#watch = this.#options.watch?.(() => {
      this.look().catch(() => undefined);
    });
    if (this.#isNeeded()) return this.look().catch(() => undefined);
    this.#armed = [];
    return Promise.resolve();
  }

  accounts(): readonly unknown[] {
    return [...this.#records.values()];
  }

  async addAccount(record: { readonly id: string }): Promise<void> {
    await this.#change({ do: 'add', id: record.id, record });
  }

  async updateAccount(id: string, fields: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#change({ do: 'update', id, fields });
  }

  async removeAccount(id: string): Promise<void> {
    await this.#change({ do: 'remove', id });
  }

  armed(account: string): readonly ArmedRow[] | undefined {
    return this.#trouble === undefined ? this.#armed?.filter((row) => row.account === account && !this.#before.has(row.given)) : undefined;
  }

  async arm(row: ArmedRow): Promise<void> {
    await this.#change({ do: 'arm', row });
  }

  async disarm(account: string, keep?: ArmedRow): Promise<void> {
    await this.#change({ do: 'disarm', account, ...(keep === undefined ? {} : { keep }) });
  }

  async takeBack(given: readonly string[]): Promise<void> {
    await this.#change({ do: 'takeBack', given });
  }

  /**
   * Loads the current state with a look that begins after this call.
   * @throws StateTrouble if it can't be read
   */
  async look(): Promise<void> {
    if (this.#silence === undefined) return this.#lookNext();
    this.#looked.tell(undefined);
    throw this.#silence;
  }

  #lookNext(): Promise<void> {
    if (this.#underWay === undefined) return this.#begin();
    return (this.#following ??= this.#underWay
      .catch(() => undefined)
      .then(() => {
        this.#following = undefined;
        return this.#begin();
      }));
  }

  /** The last figures of an account; those of the last session are there after the first look. */
  figures(account: string): Figures | undefined {
    return this.#snapshots?.get(account);
  }

  /** The database keeps this reading: its figures need not be parsed from there, and held a second time. */
  keptOwn(account: string, at: number, figures: Figures): void {
    this.#own.set(account, { at, figures });
  }

  /**
   * Reads or changes leases, readings, warnings, outlets or history in the database.
   * @throws StateTrouble
   */
  async ask<A extends Shared | WarningAsked | OutletAsked | HistoryAsked | HistoryMove>(asked: A): Promise<StateAnswers[A['do']]> {
    if (this.#end.signal.aborted) throw new StateTrouble(unexpected('the window is closing'));
    return (await this.#answering()).ask(asked);
  }

  /** The last known position of the ledger. */
  readonly anchor = {
    /** @throws StateTrouble if it can't be read */
    get: async (): Promise<unknown> => (await (await this.#answering()).ask({ do: 'anchor' })) ?? this.#options.old.get(oldAnchorKey),
    note: async (at: Seen): Promise<void> => {
      await (await this.#answering()).ask({ do: 'noteAnchor', at });
    },
  };

  dispose(): void {
    this.#end.abort();
    this.#watch?.dispose();
    for (const emitter of [
      ...[this.#accountChanged, this.#armingChanged],
      ...[this.#loaded, this.#troubled, this.#remade, this.#looked, this.#warningsChanged],
    ])
      emitter.dispose();
    this.#database?.then(
      (database) => {
        database.close();
      },
      () => undefined,
    );
  }

  #isNeeded(): boolean {
    return this.#records.size > 0 || this.#options.exists() || oldRecords(this.#options.old).length > 0;
  }

  async #answering(): Promise<StateDatabase<Figures, Failed>> {
    if (this.#silence !== undefined) throw this.#silence;
    return this.#opened();
  }

  #opened(): Promise<StateDatabase<Figures, Failed>> {
    this.#database ??= this.#options.open();
    // The next call tries again.
    this.#database.catch(() => (this.#database = undefined));
    return this.#database;
  }

  #begin(): Promise<void> {
    const look = this.#look().finally(() => {
      this.#underWay = undefined;
    });
    this.#underWay = look;
    return look;
  }

  async #look(): Promise<void> {
    let looked: Looked;
    try {
      looked = await this.#ask();
      // Deleting the file doesn't delete our accounts.
      if (looked.absent === true && this.#records.size > 0)
        looked = await this.#ask({ accounts: this.accounts(), removed: [...this.#removed] });
    } catch (error) {
      if (error instanceof StateTrouble && error.isSilent) this.#silence = error;
      this.#meet(error instanceof StateTrouble ? error.sentence : unexpected(error));
      this.#looked.tell(undefined);
      throw error;
    }
    if (this.#end.signal.aborted) return;
    this.#silence = undefined;
    const isFirst = this.#snapshots === undefined;
    const database = await this.#opened();
    const { read } = database;
    this.#snapshots ??= new Map(looked.snapshots?.map(({ account, text }) => [account, read(text)]));
    this.#meet(undefined);
    if (looked.facts !== undefined) this.#take(looked.facts);
    this.#armed ??= [];
    if (isFirst) this.#loaded.tell(undefined);
    if (looked.remade) this.#remade.tell(undefined);
    if (looked.warnings !== this.#warnings) {
      this.#warnings = looked.warnings;
      this.#warningsChanged.tell(undefined);
    }
    if (looked.takenIn > 0 && !isMarked(this.#options.old)) {
      // Only by the window that imported it, at once and only once: each write rewrites the editor's storage as a whole.
      this.#options.old.update(markKey, { takenOver: new Date(this.#options.clock.now()).toISOString() }).then(undefined, () => undefined);
    }
    this.#tellSeen(looked, database);
    this.#poll();
  }

  #tellSeen({ lease, leases = new Map(), news }: Looked, { read, readFailure }: StateDatabase<Figures, Failed>): void {
    if (lease === undefined) return;
    if (news !== undefined) this.#news = news.upTo;
    const readings = (news?.readings ?? []).flatMap(({ text, failure, ...row }): readonly SharedReading<Figures, Failed>[] => {
      const own = this.#own.get(row.account);
      this.#own.delete(row.account);
      const isOwn = own?.at === row.at && text !== null;
      const told = isOwn ? own.figures : typeof text === 'string' ? read(text) : undefined;
      // Another version may write something unknown to this one: then the known figures stay and become out of date.
      if (typeof text === 'string' && told === undefined) return [];
      if (text !== undefined || isOwn) this.#snapshots?.set(row.account, told);
      const [figures, failed] = [this.#snapshots?.get(row.account), failure === undefined ? undefined : readFailure(failure)];
      if (failure !== undefined && failed === undefined) return [];
      const isWatched = row.asOf !== undefined && leases.get(watchLease(row.account))?.beat === row.asOf;
      return [
        {
          ...row,
          ...(figures === undefined ? {} : { figures }),
          ...(failed === undefined ? {} : { failure: failed }),
          ...(isWatched ? { watched: true } : {}),
        },
      ];
    });
    this.#looked.tell({ lease, leases, readings, prices: news?.prices ?? [] });
  }

  async #ask(copy?: LastCopy): Promise<Looked> {
    const old = this.#old();
    return (await this.#opened()).ask({
      do: 'look',
      ...(this.#version === undefined ? {} : { known: this.#version }),
      ...(this.#snapshots === undefined ? { snapshots: true } : {}),
      ...(this.#news === 0 ? {} : { news: this.#news }),
      ...(old === undefined ? {} : { old }),
      ...(copy === undefined ? {} : { copy }),
    });
  }

  /** State of an older version, as long as part of it isn't known here. */
  #old(): OldState | undefined {
    const { old } = this.#options;
    const known = (id: string): boolean => this.#isCertain && (this.#records.has(id) || this.#removed.has(id));
    return oldRecords(old).every(({ id }) => known(id)) ? undefined : oldState(old, known);
  }

  async #change(change: StateChange): Promise<void> {
    const changed = await (await this.#answering()).ask({ do: 'change', change });
    if ('refused' in changed) {
      throw new RangeError(changed.refused === 'taken' ? 'an account with this id is already there' : 'there is no account with this id');
    }
    if (this.#end.signal.aborted) return;
    this.#take(changed.facts);
    this.#poll();
  }

  /** An older answer changes nothing. */
  #take({ version, accounts, removed, armed }: StateFacts): void {
    const known = this.#version;
    if (known?.file === version.file && known.place === version.place && version.revision < known.revision) return;
    // Another file has its own count.
    if (known?.file !== version.file || known.place !== version.place) this.#news = 0;
    const [recordsBefore, armedBefore] = [this.#records, this.#armed];
    this.#version = version;
    this.#isCertain = true;
    this.#removed = new Set(removed);
    this.#records = new Map(accounts.map(({ id, text }) => [id, recordOf(id, text)]));
    this.#armed = armed;
    if (armedBefore === undefined) this.#before = new Set(armed.filter(({ term }) => term === 'quarter').map(({ given }) => given));
    for (const id of new Set([...recordsBefore.keys(), ...this.#records.keys()])) {
      const isSame = JSON.stringify(recordsBefore.get(id)) === JSON.stringify(this.#records.get(id));
      if (!isSame) this.#accountChanged.tell(id);
    }
    for (const account of new Set([...(armedBefore ?? []), ...armed].map((row) => row.account))) {
      if (sayings(armedBefore, account) !== sayings(armed, account)) this.#armingChanged.tell(account);
    }
  }

  #meet(trouble: Message | undefined): void {
    const before = this.#trouble;
    this.#trouble = trouble;
    if (before === trouble || (before !== undefined && trouble !== undefined && english(before) === english(trouble))) return;
    this.#troubled.tell(trouble);
    for (const id of this.#records.keys()) this.#armingChanged.tell(id);
    this.#poll();
  }

  /** Without accounts there is no timer. */
  #poll(): void {
    if (this.#isPolling || this.#end.signal.aborted || (this.#records.size === 0 && this.#trouble === undefined)) return;
    this.#isPolling = true;
    this.#options.clock
      .sleep(this.#trouble === undefined ? lookEveryMs : lookAgainMs, this.#end.signal)
      .then(() => {
        // Reported at once: the database is known to be silent.
        if (this.#silence !== undefined) this.#looked.tell(undefined);
        return this.#lookNext();
      })
      .catch(() => undefined)
      .finally(() => {
        this.#isPolling = false;
        this.#poll();
      });
  }
}

const sayings = (rows: readonly ArmedRow[] | undefined, account: string): string =>
  (rows ?? [])
    .filter((row) => row.account === account)
    .map(({ given }) => given)
    .sort()
    .join('\n');

function byId(records: readonly unknown[]): ReadonlyMap<string, unknown> {
  const all = new Map<string, unknown>();
  for (const record of records) {
    const { id } = record as { readonly id?: unknown };
    if (typeof id === 'string' && !all.has(id)) all.set(id, record);
  }
  return all;
}

/** A record under the name of another account is nobody's: it must not stand in the place of that one. */
function recordOf(id: string, text: string): unknown {
  const record = fieldsIn(text);
  return record['id'] === id ? record : undefined;
}

/** The accounts come from the last copy, and none is armed. */
export const unreadable = (reason: Message): Message =>
  msg('storage.unreadable', "The accounts can't be read, so they're shown from the last copy and none is armed. {0}", reason);

export const otherReason = (reason: string): Message => msg('storage.reason', 'Reason: {0}. Fix it, then reload the window.', reason);

const unexpected = (error: unknown): Message => unreadable(otherReason(String(error)));
