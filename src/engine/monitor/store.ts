import type { WriteRecord } from '../ledger/record.ts';
import type { Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Account, Snapshot } from '../../core/model.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../core/risk/live-estimate.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Pass } from '../storage/state-protocol.ts';

/** Consecutive failed readings of an account. Times in milliseconds since the Unix epoch. */
export interface Failure {
  readonly error: ExchangeError;
  /** When the first of them failed. */
  readonly since: number;
  /** When the last of them failed. */
  readonly at: number;
  readonly attempts: number;
}

export interface AccountState {
  readonly account: Account;
  /** The last figures, however old; `snapshot.asOf` tells their age. */
  readonly snapshot?: Snapshot;
  readonly failure?: Failure;
  readonly reading: boolean;
  /** Estimates from the last figures; they never replace them. */
  readonly live?: Live;
  /** A watcher read the last figures, with a key of its own. */
  readonly watched?: true;
}

/** What a reading may lack, for once or because its key may not read it. */
const gaps = ['loansTrouble', 'loansBarred', 'positionsTrouble', 'positionsBarred', 'walletTrouble'] as const;

/** Whether a reading lacks nothing that the held one has: else its key can read less. */
export const isAsWhole = (read: Snapshot, held: Snapshot | undefined): boolean =>
  gaps.every((gap) => read[gap] === undefined || held?.[gap] !== undefined);

/** What should have been read but wasn't. A key without a permission leaves no gap: the views name the missing permission. */
export function gapsOf(snapshot: Snapshot | undefined): readonly Message[] {
  const loans = snapshot?.loansBarred === true ? undefined : snapshot?.loansTrouble;
  const positions = snapshot?.positionsBarred === true ? undefined : snapshot?.positionsTrouble;
  return [loans, positions].filter((trouble) => trouble !== undefined);
}

/** `account`: added, removed or changed. `state`: a reading ended or failed. `live`: only estimates changed. */
export interface StoreChange {
  readonly accountId: string;
  readonly what: 'account' | 'state' | 'live';
}

/** The end of a reading, and when. */
export type Reading = { readonly at: number } & ({ readonly snapshot: Snapshot } | { readonly failure: Failure });

/** Keeps the last reading of each account for other windows and the next start. */
export interface ReadingStorage {
  /** The last figures. Undefined if there are none or they aren't valid. */
  get(accountId: string): Snapshot | undefined;
  /** Stores a reading of this account only. Failures must not disturb this window. */
  keep(accountId: string, reading: Reading, pass: Pass): void;
  /** Deletes it. */
  forget(accountId: string): void;
  /** Fires once the kept readings are loaded, if they aren't from the start. */
  readonly onDidLoad?: (listener: () => void) => Disposable;
}

/** Adds what follows from comparing a reading with the held one. @param intervalMs time between two readings */
export type NewsOf = (held: Snapshot, read: Snapshot, now: number, intervalMs: number, writes: readonly WriteRecord[]) => Snapshot;

/** Finds a better reason for a failed reading, such as announced maintenance. */
export type Explain = (account: Account, error: ExchangeError) => ExchangeError;

export interface StoreOptions {
  readonly book: AccountBook;
  readonly storage: ReadingStorage;
  readonly clock: Clock;
  readonly explain?: Explain;
  readonly newsOf: NewsOf;
  /** Changes of the account that were sent from here, as far as known. */
  readonly writesOf?: (accountId: string) => readonly WriteRecord[];
  /** Time between two readings. Milliseconds. */
  readonly intervalMs?: () => number;
}

type Known = Omit<AccountState, 'account'>;

/** Everything known about each account: the last figures and what has failed since. Views are functions of this. */
export class Store implements Disposable {
  readonly #options: StoreOptions;
  readonly #known = new Map<string, Known>();
  readonly #changed = new Emitter<StoreChange>();
  /** When the last reading of each account ended, in any window. */
  readonly #readAt = new Map<string, number>();
  readonly #watches: readonly Disposable[];

  /** Fires after every reading, because the age changes even if no figure does. */
  readonly onDidChange = this.#changed.on;

  constructor(options: StoreOptions) {
    this.#options = options;
    const watch = options.book.onDidChange((accountId) => {
      if (options.book.get(accountId) === undefined) this.#forget(accountId);
      this.#changed.fire({ accountId, what: 'account' });
    });
    const load = options.storage.onDidLoad?.(() => {
      this.#load();
    });
    this.#watches = load === undefined ? [watch] : [watch, load];
  }

  all(): readonly AccountState[] {
    return this.#options.book.list().map((account) => ({ account, ...this.#of(account.id) }));
  }

  get(accountId: string): AccountState | undefined {
    const account = this.#options.book.get(accountId);
    return account === undefined ? undefined : { account, ...this.#of(accountId) };
  }

  /** A reading has begun. */
  begin(accountId: string): void {
    this.#set(accountId, (known) => ({ ...known, reading: true }));
  }

  /**
   * A reading brought figures. An older answer never replaces a newer one.
   * @param pass the pass it was read with, here and in `fail`
   */
  succeed(accountId: string, snapshot: Snapshot, pass: Pass = {}): void {
    const at = this.#options.clock.now();
    this.#set(accountId, ({ snapshot: held, watched }) => {
      if (held !== undefined && this.#isNewer(held.asOf, snapshot.asOf)) return { snapshot: held, ...mark(watched), reading: false };
      const whole = held === undefined ? snapshot : this.#newsOf(accountId, held, snapshot, at);
      this.#keep(accountId, { at, snapshot: whole }, pass);
      return { snapshot: whole, reading: false };
    });
  }

  #newsOf(accountId: string, held: Snapshot, snapshot: Snapshot, at: number): Snapshot {
    const { newsOf, intervalMs, writesOf } = this.#options;
    return newsOf(held, withKept(snapshot, held), at, intervalMs?.() ?? 0, writesOf?.(accountId) ?? []);
  }

  /** A reading failed. The last figures stay, with their age. */
  fail(accountId: string, failed: ExchangeError, pass: Pass = {}): void {
    const { clock, book, explain } = this.#options;
    const at = clock.now();
    const account = book.get(accountId);
    const error = (account && explain?.(account, failed)) ?? failed;
    this.#set(accountId, ({ failure: before, ...known }) => {
      const failure = { error, since: before?.since ?? at, at, attempts: (before?.attempts ?? 0) + 1 };
      this.#keep(accountId, { at, failure }, pass);
      return { ...known, failure, reading: false };
    });
  }

  /** A reading was abandoned. */
  giveUp(accountId: string): void {
    this.#set(accountId, (known) => ({ ...known, reading: false }));
  }

  /**
   * Takes over a reading of another window; undefined figures mean they were deleted.
   * @param watched a watcher read the figures
   * @returns whether it is newer than what this window knows
   */
  take(accountId: string, at: number, snapshot: Snapshot | undefined, failure: Failure | undefined, watched?: true): boolean {
    const readAt = this.#readAt.get(accountId);
    if (this.#options.book.get(accountId) === undefined) return false;
    if (readAt !== undefined && (readAt === at || this.#isNewer(readAt, at))) return false;
    this.#readAt.set(accountId, at);
    this.#set(accountId, ({ snapshot: held, watched: was, live, reading }) => {
      const isHeld =
        held !== undefined && snapshot !== undefined && (held.asOf === snapshot.asOf || this.#isNewer(held.asOf, snapshot.asOf));
      const now = isHeld ? { snapshot: held, ...(live === undefined ? {} : { live }) } : snapshot === undefined ? {} : { snapshot };
      const isOlder = isHeld && held.asOf !== snapshot.asOf;
      return { ...now, ...mark(isOlder ? was : watched), ...(failure === undefined ? {} : { failure }), reading };
    });
    return true;
  }

  /** When the last reading ended, in any window; undefined if there is none since this window opened and none is kept. */
  readAt(accountId: string): number | undefined {
    return this.#readAt.get(accountId);
  }

  /** Sets the estimates for `snapshot`. Ignored if a newer reading is held: an estimate belongs to its reading. */
  estimate(accountId: string, snapshot: Snapshot, live: Live): void {
    if (this.#options.book.get(accountId) === undefined || this.#of(accountId).snapshot !== snapshot) return;
    this.#known.set(accountId, { ...this.#of(accountId), live });
    this.#changed.fire({ accountId, what: 'live' });
  }

  /** Deletes the last figures, because they belong to another owner. Everything else stays. */
  forget(accountId: string): void {
    this.#forget(accountId);
    this.#changed.fire({ accountId, what: 'state' });
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#changed.dispose();
  }

  /** The kept readings are loaded: they apply where nothing newer was read. */
  #load(): void {
    const without = [...this.#known].filter(([, { snapshot }]) => snapshot === undefined);
    for (const [accountId, known] of without) {
      const snapshot = this.#options.storage.get(accountId);
      if (snapshot !== undefined) this.#known.set(accountId, { ...known, snapshot });
    }
    for (const [accountId] of without) this.#changed.fire({ accountId, what: 'state' });
  }

  #of(accountId: string): Known {
    const held = this.#known.get(accountId);
    if (held !== undefined) return held;
    const snapshot = this.#options.storage.get(accountId);
    const known: Known = { ...(snapshot === undefined ? {} : { snapshot }), reading: false };
    this.#known.set(accountId, known);
    return known;
  }

  /** Accounts that aren't in the book are ignored. */
  #set(accountId: string, change: (known: Known) => Known): void {
    if (this.#options.book.get(accountId) === undefined) return;
    this.#known.set(accountId, change(this.#of(accountId)));
    this.#changed.fire({ accountId, what: 'state' });
  }

  #forget(accountId: string): void {
    this.#known.delete(accountId);
    this.#readAt.delete(accountId);
    this.#options.storage.forget(accountId);
  }

  #keep(accountId: string, reading: Reading, pass: Pass): void {
    this.#readAt.set(accountId, reading.at);
    this.#options.storage.keep(accountId, reading, pass);
  }

  /** A time in the future comes from a wrong clock, and nothing would ever be newer. */
  #isNewer(known: number, than: number): boolean {
    return known > than && known <= this.#options.clock.now();
  }
}

const mark = (watched: true | undefined): Pick<AccountState, 'watched'> => (watched === undefined ? {} : { watched });

/**
 * If not all loans or positions could be read, the missing ones keep their last figures and their time: an alarm must not end because a
 * reading was incomplete.
 */
export function withKept(snapshot: Snapshot, held: Snapshot): Snapshot {
  const { loansTrouble, positionsTrouble } = snapshot;
  return {
    ...snapshot,
    ...(loansTrouble === undefined ? {} : { loans: kept(snapshot.loans, held.loans, ({ id }) => id, held.asOf) }),
    ...(positionsTrouble === undefined
      ? {}
      : { positions: kept(snapshot.positions, held.positions, ({ positionId }) => positionId, held.asOf) }),
  };
}

function kept<One extends { readonly keptFrom?: number }>(
  read: readonly One[],
  before: readonly One[],
  idOf: (one: One) => string,
  asOf: number,
): readonly One[] {
  const present = new Set(read.map(idOf));
  return [...read, ...before.filter((one) => !present.has(idOf(one))).map((one) => ({ ...one, keptFrom: one.keptFrom ?? asOf }))];
}

/** An estimate, or the reason why there is none. */
export type Estimated<Figures> = Figures | NoLive;

/** Estimates for an account: its last reading at newer prices. Replaced as a whole; the next reading ends it. */
export interface Live {
  /** When the prices were read; absent while none are newer than the reading. Milliseconds since the Unix epoch. */
  readonly at?: number;
  /** By loan id; empty without `at`. */
  readonly loans: Readonly<Record<string, Estimated<LiveLoan>>>;
  /** By position id. */
  readonly positions: Readonly<Record<string, Estimated<LivePosition>>>;
  /** By loan id: the error of the last estimate that could be compared with a reading. Fraction of LTV; above zero if it was too high. */
  readonly off: Readonly<Record<string, Decimal>>;
  /** Loans whose last estimate was more than 0.5 % off the venue's LTV: no estimates until one is good again. */
  readonly doubted: readonly string[];
}

/** How often prices are polled. Milliseconds. */
export const watchEveryMs = 10_000;

/** An estimate is up to date for as long as a reading with this interval would be. Milliseconds. */
export const liveIntervalMs = 2 * watchEveryMs;
