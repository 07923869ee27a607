import { staleAfterMs, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { Account, Snapshot } from '../../core/model.ts';
import { keysHere } from '../accounts/failures-here.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Failure, Reading, ReadingStorage } from './store.ts';
import type { SharedReading, SharedState } from '../storage/shared-state.ts';
import type { Pass, PricesRow, StateAsked } from '../storage/state-protocol.ts';
import type { LeaseOptions, ReaderLease } from './lease.ts';

export interface ReaderOptions {
  readonly shared: SharedState<Snapshot, Failure>;
  readonly book: AccountBook;
  readonly clock: Clock;
  /** Unique among all windows. */
  readonly window: string;
  /** Whether a person is looking at this window. Default: always. */
  readonly isSeen?: (() => boolean) | undefined;
  /** Time between two readings of an account with these figures. Milliseconds. */
  readonly everyMs: (snapshot: Snapshot, account: Account | undefined) => number;
}

type KeepReading = Extract<StateAsked, { readonly do: 'keepReading' }>;

/** After this long without focus, nobody is considered to be looking. Milliseconds. */
const unseenMs = 5 * 60_000;
/** Shortest time between notes that somebody is looking. Milliseconds. */
const noteEveryMs = 30_000;

/** Shares readings between windows: one window reads, and all get its figures. */
export class Reader implements ReadingStorage, Disposable {
  readonly #options: ReaderOptions;
  /** Loaded with the database. */
  #lease: ReaderLease | undefined;
  #isLoading = false;
  /** The lease couldn't be loaded, so this window reads for itself. */
  #isAlone = false;
  #isDisposed = false;
  readonly #began: number;
  /** When it was last noted that somebody is looking. */
  #notedAt = 0;
  readonly #changed = new Emitter<undefined>();
  readonly #read = new Emitter<SharedReading<Snapshot, Failure>>();
  readonly #priced = new Emitter<PricesRow>();
  readonly #prices = new Map<string, PricesRow>();
  /** The last reading of each account until it's stored: by older ones other windows would find this one late, and read too. */
  readonly #unshared = new Map<string, { readonly asked: KeepReading; hasFailed: boolean }>();
  readonly #watches: readonly Disposable[];

  /** Fires when this window starts or stops reading for all. */
  readonly onDidChange = this.#changed.on;
  /** Fires for each reading, including this window's own. */
  readonly onDidRead = this.#read.on;
  /** Fires for newer prices of a site, including this window's own. */
  readonly onDidPrice = this.#priced.on;
  readonly onDidLoad: NonNullable<ReadingStorage['onDidLoad']>;

  constructor(options: ReaderOptions) {
    const { shared, book } = options;
    this.#options = options;
    this.#began = options.clock.now();
    this.onDidLoad = shared.onDidLoad;
    this.#watches = [
      shared.onDidLook((seen) => {
        for (const row of seen?.prices ?? []) this.#price(row);
        for (const reading of seen?.readings ?? []) this.#read.tell(timed(reading));
        const isNews = (seen?.readings.length ?? 0) > 0 && Math.abs(options.clock.now() - this.#notedAt) >= noteEveryMs;
        if (isNews && options.isSeen?.() === true) void this.isSeen();
        // After the readings are taken, so that a new holder continues from them.
        if (this.#lease === undefined) this.#begin();
        else this.#lease.see(seen?.lease);
        if (seen === undefined) return;
        for (const { asked, hasFailed } of [...this.#unshared.values()]) if (hasFailed) this.#share({ ...asked, now: options.clock.now() });
      }),
      book.onDidChange(() => {
        if (book.list().length === 0) void this.#lease?.letGo();
        else if (this.#lease?.isDecided !== true) shared.look().catch(() => undefined);
      }),
    ];
  }

  /** Whether this window reads: for all, or for itself if nothing can be shared. */
  get isReader(): boolean {
    return this.#lease?.isReader ?? this.#isAlone;
  }

  /** The pass for a reading that starts now; undefined if another window reads. */
  pass(): Promise<Pass | undefined> {
    return this.#lease?.pass() ?? Promise.resolve(this.#isAlone ? {} : undefined);
  }

  /** Whether a person looks at any window, or did in the last minutes. True if that can't be told. */
  async isSeen(): Promise<boolean> {
    const { shared, clock, isSeen } = this.#options;
    if (isSeen === undefined) return true;
    const now = (this.#notedAt = clock.now());
    const at = await shared.ask({ do: 'seen', isSeen: isSeen(), now }).catch(() => undefined);
    return now - Math.max(at ?? now, this.#began) < unseenMs;
  }

  get(accountId: string): Snapshot | undefined {
    return this.#options.shared.figures(accountId);
  }

  keep(account: string, reading: Reading, pass: Pass): void {
    const { clock, book, everyMs } = this.#options;
    const { at, failure, snapshot } = reading as { readonly at: number; readonly failure?: Failure; readonly snapshot?: Snapshot };
    // Another window may have the keys.
    if (failure !== undefined && keysHere.has(failure.error.code)) return;
    const kept =
      snapshot === undefined
        ? { account, at, failure: JSON.stringify(failure) }
        : { account, at, asOf: snapshot.asOf, text: JSON.stringify(snapshot), staleMs: staleAfterMs(everyMs(snapshot, book.get(account))) };
    this.#share({ do: 'keepReading', reading: kept, now: clock.now(), pass }, snapshot);
  }

  #share(asked: KeepReading, figures?: Snapshot): void {
    const { account } = asked.reading;
    const unshared = { asked, hasFailed: false };
    this.#unshared.set(account, unshared);
    // The next look tells if it was refused.
    const { shared } = this.#options;
    shared.ask(asked).then(
      (kept) => {
        if (kept === 'kept' && figures !== undefined) shared.keptOwn(account, asked.reading.at, figures);
        if (this.#unshared.get(account) === unshared) this.#unshared.delete(account);
      },
      () => (unshared.hasFailed = true),
    );
  }

  forget(account: string): void {
    const { clock, shared, book } = this.#options;
    this.#unshared.delete(account);
    // Removing an account deletes everything kept about it anyway.
    if (book.get(account) !== undefined) shared.ask({ do: 'forget', account, now: clock.now() }).catch(() => undefined);
  }

  /** The latest prices of a site, from any window. */
  prices(site: string): PricesRow | undefined {
    return this.#prices.get(site);
  }

  keepPrices(prices: PricesRow, pass: Pass): void {
    const { clock, shared } = this.#options;
    this.#price(prices);
    shared.ask({ do: 'keepPrices', prices, now: clock.now(), pass }).catch(() => undefined);
  }

  /** Stops reading. Resolves when another window can take over. */
  async close(): Promise<void> {
    this.#isDisposed = true;
    await this.#lease?.end();
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#isDisposed = true;
    void this.#lease?.end();
    for (const emitter of [this.#changed, this.#read, this.#priced]) emitter.dispose();
  }

  #begin(): void {
    const { shared, book } = this.#options;
    if (this.#isLoading || book.list().length === 0) return;
    this.#isLoading = true;
    import('./lease.ts')
      .then(({ ReaderLease: Part }) => {
        if (this.#isDisposed) return undefined;
        this.#lease = new Part(this.#leaseOptions());
        if (this.#isAlone) this.#changed.tell(undefined);
        return shared.look();
      })
      .catch(() => {
        // The next look tries again.
        if (this.#lease !== undefined || this.#isAlone) return;
        this.#isAlone = true;
        this.#changed.tell(undefined);
      })
      .finally(() => (this.#isLoading = false));
  }

  #leaseOptions(): LeaseOptions {
    const { shared, clock, window, book } = this.#options;
    return {
      window,
      clock,
      isNeeded: () => book.list().length > 0,
      lead: (seen) => shared.ask({ do: 'lead', window, seen }),
      beat: (fence) => shared.ask({ do: 'beat', window, fence }),
      release: (fence) => shared.ask({ do: 'release', window, fence }),
      look: () => shared.look(),
      onChange: () => {
        this.#changed.tell(undefined);
      },
    };
  }

  #price(row: PricesRow): void {
    const known = this.#prices.get(row.site);
    if (known !== undefined && known.at >= row.at && known.at <= this.#options.clock.now()) return;
    this.#prices.set(row.site, row);
    this.#priced.tell(row);
  }
}

/** The text is only written when a figure changes, so the time comes from the row. */
const timed = (reading: SharedReading<Snapshot, Failure>): SharedReading<Snapshot, Failure> =>
  reading.figures === undefined || reading.asOf === undefined
    ? reading
    : { ...reading, figures: { ...reading.figures, asOf: reading.asOf } };
