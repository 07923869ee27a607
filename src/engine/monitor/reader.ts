import { staleAfterMs, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { Snapshot } from '../../core/model.ts';
import { keysMissingCode, otherOwnerCode } from '../accounts/vault.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Failure, Reading, ReadingStorage } from './store.ts';
import type { SharedReading, SharedState } from '../storage/shared-state.ts';
import type { Pass, PricesRow } from '../storage/state-protocol.ts';
import type { LeaseOptions, ReaderLease } from './lease.ts';

export interface ReaderOptions {
  readonly shared: SharedState<Snapshot, Failure>;
  readonly book: AccountBook;
  readonly clock: Clock;
  /** A name for this window that no other one has. */
  readonly window: string;
  /** The time between two readings. Milliseconds. */
  readonly intervalMs: () => number;
}

/** A window that closes waits no longer for a database that is locked. Milliseconds. */
const closingMs = 1_500;

/** What fails so says something of the window, and nothing of the account. */
const keysHere: ReadonlySet<string | undefined> = new Set([keysMissingCode, otherOwnerCode]);

/** A reading of whichever window. */
export interface News {
  readonly accountId: string;
  readonly at: number;
  readonly snapshot: Snapshot | undefined;
  readonly failure: Failure | undefined;
}

/** What all windows read together: one of them reads, and each gets what any of them has read. */
export class Reader implements ReadingStorage, Disposable {
  readonly #options: ReaderOptions;
  /** Loaded with the database. */
  #lease: ReaderLease | undefined;
  #isLoading = false;
  /** It could not be loaded: then this window reads for itself. */
  #isAlone = false;
  #isDisposed = false;
  readonly #changed = new Emitter<undefined>();
  readonly #news = new Emitter<News>();
  readonly #priced = new Emitter<PricesRow>();
  readonly #prices = new Map<string, PricesRow>();
  readonly #watches: readonly Disposable[];

  /** Told when this window begins or ends to read for all. */
  readonly onDidChange = this.#changed.on;
  /** Told of each reading, also of those of this window. */
  readonly onDidRead = this.#news.on;
  /** Told of newer prices of a site, also of those that this window asked for. */
  readonly onDidPrice = this.#priced.on;
  readonly onDidLoad: NonNullable<ReadingStorage['onDidLoad']>;

  constructor(options: ReaderOptions) {
    const { shared, book } = options;
    this.#options = options;
    this.onDidLoad = shared.onDidLoad;
    this.#watches = [
      shared.onDidLook((seen) => {
        for (const row of seen?.prices ?? []) this.#price(row);
        for (const reading of seen?.readings ?? []) tell(this.#news, newsOf(reading));
        // After what was read: who takes over goes on from there.
        if (this.#lease === undefined) this.#begin();
        else this.#lease.see(seen?.lease);
      }),
      book.onDidChange(() => {
        if (book.list().length === 0) void this.#lease?.letGo();
        else if (this.#lease?.isAtWork !== true) shared.look().catch(() => undefined);
      }),
    ];
  }

  /** Whether this window reads for all, or for itself where nothing can be shared. */
  get isReader(): boolean {
    return this.#lease?.isReader ?? this.#isAlone;
  }

  /** By what right this window reads now; undefined when another one does. */
  pass(): Promise<Pass | undefined> {
    return this.#lease?.pass() ?? Promise.resolve(this.#isAlone ? {} : undefined);
  }

  get(accountId: string): Snapshot | undefined {
    return this.#options.shared.figures(accountId);
  }

  keep(account: string, reading: Reading, pass: Pass): void {
    const { clock, shared, intervalMs } = this.#options;
    const { at } = reading;
    // Another window may find the keys.
    if ('failure' in reading && keysHere.has(reading.failure.error.code)) return;
    const kept =
      'snapshot' in reading
        ? { account, at, asOf: reading.snapshot.asOf, text: JSON.stringify(reading.snapshot), staleMs: staleAfterMs(intervalMs()) }
        : { account, at, failure: JSON.stringify(reading.failure) };
    // Where it is refused, or cannot be written, the looks tell what that means.
    shared.share({ do: 'keepReading', reading: kept, now: clock.now(), pass }).catch(() => undefined);
  }

  forget(account: string): void {
    const { clock, shared, book } = this.#options;
    // With the account itself all that is kept of it goes.
    if (book.get(account) !== undefined) shared.share({ do: 'forget', account, now: clock.now() }).catch(() => undefined);
  }

  /** The latest prices of a site, whoever asked for them. */
  prices(site: string): PricesRow | undefined {
    return this.#prices.get(site);
  }

  keepPrices(prices: PricesRow, pass: Pass): void {
    const { clock, shared } = this.#options;
    this.#price(prices);
    shared.share({ do: 'keepPrices', prices, now: clock.now(), pass }).catch(() => undefined);
  }

  /** This window reads no more. Resolves when another one may take over. */
  async close(): Promise<void> {
    this.#isDisposed = true;
    const enough = new AbortController();
    await Promise.race([this.#lease?.end(), this.#options.clock.sleep(closingMs, enough.signal).catch(() => undefined)]);
    enough.abort();
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#isDisposed = true;
    void this.#lease?.end();
    for (const emitter of [this.#changed, this.#news, this.#priced]) emitter.dispose();
  }

  #begin(): void {
    const { shared, book } = this.#options;
    if (this.#isLoading || book.list().length === 0) return;
    this.#isLoading = true;
    import('./lease.ts')
      .then(({ ReaderLease: Part }) => {
        if (this.#isDisposed) return undefined;
        this.#lease = new Part(this.#leaseOptions());
        if (this.#isAlone) tell(this.#changed, undefined);
        return shared.look();
      })
      .catch(() => {
        // The next look tries again.
        if (this.#lease !== undefined || this.#isAlone) return;
        this.#isAlone = true;
        tell(this.#changed, undefined);
      })
      .finally(() => (this.#isLoading = false));
  }

  #leaseOptions(): LeaseOptions {
    const { shared, clock, window, book } = this.#options;
    return {
      window,
      clock,
      isNeeded: () => book.list().length > 0,
      lead: (seen) => shared.share({ do: 'lead', window, seen }),
      beat: (fence) => shared.share({ do: 'beat', window, fence }),
      release: (fence) => shared.share({ do: 'release', window, fence }),
      look: () => shared.look(),
      onChange: () => {
        tell(this.#changed, undefined);
      },
    };
  }

  #price(row: PricesRow): void {
    const known = this.#prices.get(row.site);
    if (known !== undefined && known.at >= row.at && known.at <= this.#options.clock.now()) return;
    this.#prices.set(row.site, row);
    tell(this.#priced, row);
  }
}

function newsOf({ account: accountId, at, asOf, figures, failure }: SharedReading<Snapshot, Failure>): News {
  // The text is only written when a figure changes; the time is that of the last reading.
  return { accountId, at, snapshot: figures === undefined || asOf === undefined ? figures : { ...figures, asOf }, failure };
}

/** A view that fails must not keep the rest from the news. */
function tell<T>(emitter: Emitter<T>, news: T): void {
  try {
    emitter.fire(news);
  } catch {
    // The others have been told.
  }
}
