import { isFresh, type Clock } from '../../core/clock.ts';
import type { Decimal } from '../../core/decimal.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { ExchangeError } from '../../core/errors.ts';
import type { Message } from '../../core/message.ts';
import type { Account, Snapshot } from '../../core/model.ts';
import type { LiveLoan, LivePosition, NoLive } from '../../core/risk/live-estimate.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Pass } from '../storage/state-protocol.ts';
import { intervalInForce } from './pace.ts';

/** Reads of an account that failed, one after the other. Times are milliseconds since the Unix epoch. */
export interface Failure {
  readonly error: ExchangeError;
  /** When the first of the row failed. */
  readonly since: number;
  /** When the last one failed. */
  readonly at: number;
  readonly attempts: number;
}

export interface AccountState {
  readonly account: Account;
  /** The last figures read, however old: their age is `snapshot.asOf`. */
  readonly snapshot?: Snapshot;
  readonly failure?: Failure;
  readonly reading: boolean;
  /** What our arithmetic makes of the last figures. Never instead of them. */
  readonly live?: Live;
}

/**
 * Whether figures of an account may be shown as the present ones: read in time, and the last reading did not fail.
 * @param intervalMs the person's
 * @param keptFrom when they were read, if earlier than the rest: then the newest reading could not tell
 */
export function isCurrent(state: AccountState, now: number, intervalMs: number, keptFrom?: number): boolean {
  const { account, failure, snapshot } = state;
  if (failure !== undefined || keptFrom !== undefined || snapshot === undefined) return false;
  return isFresh(snapshot.asOf, now, intervalInForce(snapshot, intervalMs, { account }));
}

/** What should have been read and was not. A key that is not meant to read everything leaves no gap: the views say what it may not. */
export function gapsOf(snapshot: Snapshot | undefined): readonly Message[] {
  const loans = snapshot?.loansBarred === true ? undefined : snapshot?.loansTrouble;
  const positions = snapshot?.positionsBarred === true ? undefined : snapshot?.positionsTrouble;
  return [loans, positions].filter((trouble) => trouble !== undefined);
}

/** `account`: added, removed or renamed. `state`: anything read or failed. `live`: only what is estimated has changed. */
export interface StoreChange {
  readonly accountId: string;
  readonly what: 'account' | 'state' | 'live';
}

/** How a reading ended, and when. */
export type Reading = { readonly at: number } & ({ readonly snapshot: Snapshot } | { readonly failure: Failure });

/** Where the last reading of each account is kept, for the other windows and the next start. */
export interface ReadingStorage {
  /** The last figures. Undefined when there are none, or anything about them is odd. */
  get(accountId: string): Snapshot | undefined;
  /** Writes what belongs to this account and nothing else. That it fails must not disturb this window. */
  keep(accountId: string, reading: Reading, pass: Pass): void;
  /** Takes it away. */
  forget(accountId: string): void;
  /** Told once what was kept is there, if it is not there from the start. */
  readonly onDidLoad?: (listener: () => void) => Disposable;
}

/** A reading with what comparing it with the held one tells. @param intervalMs between two readings */
export type NewsOf = (held: Snapshot, read: Snapshot, now: number, intervalMs: number) => Snapshot;

/** What is known besides of why a reading failed. */
export type Explain = (account: Account, error: ExchangeError) => ExchangeError;

export interface StoreOptions {
  readonly book: AccountBook;
  readonly storage: ReadingStorage;
  readonly clock: Clock;
  readonly explain?: Explain;
  readonly newsOf: NewsOf;
  /** The time between two readings. Milliseconds. */
  readonly intervalMs?: () => number;
}

type Known = Omit<AccountState, 'account'>;

/** What is known of every account: the last figures, and what went wrong since. Views are functions of this. */
export class Store implements Disposable {
  readonly #options: StoreOptions;
  readonly #known = new Map<string, Known>();
  readonly #changed = new Emitter<StoreChange>();
  /** When the last reading of each account ended, in whichever window. */
  readonly #readAt = new Map<string, number>();
  readonly #watches: readonly Disposable[];

  /** Told after every read, because the age has changed even when no figure has. */
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

  /** A read has begun. */
  begin(accountId: string): void {
    this.#set(accountId, (known) => ({ ...known, reading: true }));
  }

  /**
   * A read has brought figures. An answer that was overtaken by a newer one does not replace it.
   * @param pass by what right it was read, here as in `fail`
   */
  succeed(accountId: string, snapshot: Snapshot, pass: Pass = {}): void {
    const at = this.#options.clock.now();
    this.#set(accountId, ({ snapshot: held }) => {
      if (held !== undefined && this.#isNewer(held.asOf, snapshot.asOf)) return { snapshot: held, reading: false };
      const whole =
        held === undefined ? snapshot : this.#options.newsOf(held, withKept(snapshot, held), at, this.#options.intervalMs?.() ?? 0);
      this.#keep(accountId, { at, snapshot: whole }, pass);
      return { snapshot: whole, reading: false };
    });
  }

  /** A read has failed. The last figures stay, with their age. */
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

  /** A read was given up. */
  giveUp(accountId: string): void {
    this.#set(accountId, (known) => ({ ...known, reading: false }));
  }

  /**
   * Takes over what another window has read; undefined figures were let go of.
   * @returns whether it is newer than what is known here
   */
  take(accountId: string, at: number, snapshot: Snapshot | undefined, failure: Failure | undefined): boolean {
    const readAt = this.#readAt.get(accountId);
    if (this.#options.book.get(accountId) === undefined) return false;
    if (readAt !== undefined && (readAt === at || this.#isNewer(readAt, at))) return false;
    this.#readAt.set(accountId, at);
    this.#set(accountId, ({ snapshot: held, live, reading }) => {
      const isHeld =
        held !== undefined && snapshot !== undefined && (held.asOf === snapshot.asOf || this.#isNewer(held.asOf, snapshot.asOf));
      const now = isHeld ? { snapshot: held, ...(live === undefined ? {} : { live }) } : snapshot === undefined ? {} : { snapshot };
      return { ...now, ...(failure === undefined ? {} : { failure }), reading };
    });
    return true;
  }

  /** When the last reading ended, in whichever window; undefined when none has since this one opened, and none is kept. */
  readAt(accountId: string): number | undefined {
    return this.#readAt.get(accountId);
  }

  /** What is estimated from `snapshot`. Nothing happens when that is no longer what is held: an estimate belongs to its reading. */
  estimate(accountId: string, snapshot: Snapshot, live: Live): void {
    if (this.#options.book.get(accountId) === undefined || this.#of(accountId).snapshot !== snapshot) return;
    this.#known.set(accountId, { ...this.#of(accountId), live });
    this.#changed.fire({ accountId, what: 'live' });
  }

  /** Lets go of the last figures, because they are not those of this account any more. Nothing else of it is lost. */
  forget(accountId: string): void {
    this.#forget(accountId);
    this.#changed.fire({ accountId, what: 'state' });
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#changed.dispose();
  }

  /** What was kept has come: it stands where nothing newer was read. */
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

  /** Nothing is remembered of an account that is not, or no longer, in the book. */
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

  /** A time that lies in the future comes from a clock that was wrong, and would never be overtaken. */
  #isNewer(known: number, than: number): boolean {
    return known > than && known <= this.#options.clock.now();
  }
}

/**
 * Where loans or positions could not all be read, those that are missing stay as they were last seen, with the time of that:
 * an alarm must not go out because its line was cut.
 */
function withKept(snapshot: Snapshot, held: Snapshot): Snapshot {
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

/** An estimate, or why there is none. */
export type Estimated<Figures> = Figures | NoLive;

/** What is estimated of an account: its last reading at newer prices. Replaced as a whole, and void with the next reading. */
export interface Live {
  /** When the prices were read; absent while none are newer than the reading. Milliseconds since the Unix epoch. */
  readonly at?: number;
  /** By loan id; empty without `at`. */
  readonly loans: Readonly<Record<string, Estimated<LiveLoan>>>;
  /** By position id. */
  readonly positions: Readonly<Record<string, Estimated<LivePosition>>>;
  /** By loan id: by how much the last estimate that could be compared with a reading was off. Fraction of LTV, above zero when too high. */
  readonly off: Readonly<Record<string, Decimal>>;
  /** Loans whose last estimate was off by more than 0.5 % of the venue's figure: nothing is estimated of them until one is good again. */
  readonly doubted: readonly string[];
}

/** How often prices are asked for. Milliseconds. */
export const watchEveryMs = 10_000;

/** An estimate counts as the present one for as long as a reading would that is made at this interval. Milliseconds. */
export const liveIntervalMs = 2 * watchEveryMs;
