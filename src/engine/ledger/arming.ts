import type { Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import { ownerOf, stakesOf } from '../accounts/stakes.ts';
import { Refusal } from './refusal.ts';
import type { ArmedRow, ArmedRows } from '../storage/state-protocol.ts';

/** For how long a person arms an account: a quarter of an hour, until this window is reloaded, or until it is taken back. */
export type ArmingTerm = 'quarter' | 'restart' | 'always';

/** What a person gives besides their word. */
export interface ArmingProof {
  /** The name of the account, as they typed it. */
  readonly typedName?: string;
}

/**
 * Whether changes may be sent from an account.
 * - `simulated` armed from the start, for no money moves
 * - a number: until that time, in milliseconds since the Unix epoch
 */
export type ArmState = { readonly armed: false } | { readonly armed: true; readonly until: number | 'restart' | 'always' | 'simulated' };

export interface ArmingOptions {
  /** What was said in all windows. */
  readonly rows: ArmedRows;
  readonly clock: Clock;
  readonly book: { get(accountId: string): Account | undefined; onDidChange(listener: (accountId: string) => void): Disposable };
  /** A name for this window that no other one has, also none before it. */
  readonly window: string;
  /** An id that nothing else has. */
  readonly newId: () => string;
}

/** Fifteen minutes. Milliseconds. */
export const quarterMs = 15 * 60_000;

/** Clocks of one machine may be set back a little between two looks. Milliseconds. */
const clockSlackMs = 5_000;

/**
 * Which accounts may be written on. Nothing is armed until a person arms it, except what is simulated. What a person says in one window acts
 * in all that are open, save a term that ends with the window; only `always` acts in windows that open later. As long as it is
 * unknown what was said, nothing is armed.
 */
export class Arming implements Disposable {
  readonly #options: ArmingOptions;
  /** Sayings that are over, whatever is still written down. */
  readonly #over = new Set<string>();
  /** Disarmed here, while that could not be written down. */
  readonly #off = new Set<string>();
  /** Armed for a term that is over: what is armed without a person's word is not armed again after it. */
  readonly #ended = new Set<string>();
  /** When each term was first and last seen to run. */
  readonly #seen = new Map<string, number>();
  readonly #told = new Map<string, string>();
  readonly #changed = new Emitter<string>();
  readonly #watches: readonly Disposable[];
  readonly #end = new AbortController();

  /** Told the id of the account whose state was changed by a person. That a term runs out is not told: ask `state`. */
  readonly onDidChange = this.#changed.on;

  constructor(options: ArmingOptions) {
    this.#options = options;
    this.#watches = [
      options.book.onDidChange((accountId) => {
        this.#recheck(accountId).catch(() => undefined);
      }),
      options.rows.onDidChangeArming((accountId) => {
        this.#recheck(accountId).catch(() => undefined);
        this.#tell(accountId);
      }),
    ];
  }

  /** An account that is not in the book is not armed. */
  state(accountId: string): ArmState {
    const account = this.#options.book.get(accountId);
    const rows = this.#options.rows.armed(accountId);
    if (account === undefined || rows === undefined || this.#off.has(accountId)) return { armed: false };
    const ofThisOwner = rows.filter((row) => this.#acts(row) && isOf(account, row.whose));
    const given = ofThisOwner.find(({ term }) => term === 'always') ?? ofThisOwner.find((row) => this.#isRunning(row));
    if (given !== undefined) {
      return { armed: true, until: given.term === 'quarter' ? (given.until ?? 0) : given.term === 'always' ? 'always' : 'restart' };
    }
    const isTakenBack = rows.some(({ term }) => term === 'disarmed') || this.#ended.has(accountId);
    return account.simulated && !isTakenBack ? { armed: true, until: 'simulated' } : { armed: false };
  }

  /** Whether it is armed here or may be in another window, which has a term of its own; also when that is unknown. */
  mayBeArmed(accountId: string): boolean {
    const rows = this.#options.rows.armed(accountId);
    return (
      rows === undefined || this.state(accountId).armed || rows.some(({ term, given }) => term !== 'disarmed' && !this.#over.has(given))
    );
  }

  /**
   * Nothing happens when the account is not in the book.
   * @param proof a live account is armed `always` only for a person who typed its exact name
   * @throws Refusal without that proof, or when the owner of the keys is unknown; StateTrouble when it can't be recorded. Then nothing is armed.
   */
  async arm(accountId: string, term: ArmingTerm, { typedName }: ArmingProof = {}): Promise<void> {
    const { book, clock, rows, window, newId } = this.#options;
    const account = book.get(accountId);
    if (account === undefined) return;
    if (account.uid === undefined && !account.simulated) throw ownerUnknown();
    if (asksForName(term, account) && typedName !== account.name) throw nameNotTyped(account.name);
    const now = clock.now();
    const row: ArmedRow = {
      account: accountId,
      window: term === 'restart' ? window : '',
      term,
      whose: ownerOf(account),
      ...(term === 'quarter' ? { until: now + quarterMs } : {}),
      given: newId(),
    };
    this.#ended.delete(accountId);
    await rows.arm(row);
    // Not before: what was disarmed only here would act again if this failed.
    this.#off.delete(accountId);
    this.#tell(accountId);
  }

  /** At once in this window, within a second in all others, and in all that open later. @throws StateTrouble when only here. */
  async disarm(accountId: string): Promise<void> {
    this.#off.add(accountId);
    this.#tell(accountId);
    const { book, rows, newId } = this.#options;
    const account = book.get(accountId);
    const keep: ArmedRow | undefined =
      account?.simulated === true
        ? { account: accountId, window: '', term: 'disarmed', whose: ownerOf(account), given: newId() }
        : undefined;
    for (const { given } of rows.armed(accountId) ?? []) this.#over.add(given);
    await rows.disarm(accountId, keep);
    // From now on what is recorded counts: another window may arm it again.
    this.#off.delete(accountId);
    this.#tell(accountId);
  }

  dispose(): void {
    this.#end.abort();
    for (const watch of this.#watches) watch.dispose();
    this.#changed.dispose();
  }

  /** Whether a saying is for this window, and was not taken back here. */
  #acts({ given, term, window }: ArmedRow): boolean {
    return term !== 'disarmed' && !this.#over.has(given) && (window === '' || window === this.#options.window);
  }

  /** A clock that was set back makes no term longer than it was: it ends it, because it is unknown how much of it is over. */
  #isRunning(row: ArmedRow): boolean {
    const { given, until = 0 } = row;
    if (row.term !== 'quarter') return true;
    const now = this.#options.clock.now();
    const seen = this.#seen.get(given);
    this.#seen.set(given, now);
    const running = now < until && until - now <= quarterMs + clockSlackMs && now >= (seen ?? now) - clockSlackMs;
    if (!running) this.#close(row);
    else if (seen === undefined) this.#endAfter(row, until - now);
    return running;
  }

  /** A timer ends a quarter as well: the clock may have been set back in between. */
  #endAfter(row: ArmedRow, ms: number): void {
    this.#options.clock.sleep(ms, this.#end.signal).then(
      () => {
        this.#close(row);
      },
      () => undefined,
    );
  }

  /** Not as it was before: a term that was chosen ends in nothing being armed, on a simulated account too. */
  #close({ given, account }: ArmedRow): void {
    if (this.#over.has(given)) return;
    this.#over.add(given);
    // One that was armed again meanwhile goes on.
    if (!(this.#options.rows.armed(account) ?? []).some((row) => this.#acts(row))) this.#ended.add(account);
  }

  /** What was armed for one owner or place is not armed for another one, and does not come back with the first. */
  async #recheck(accountId: string): Promise<void> {
    const { book, rows } = this.#options;
    const account = book.get(accountId);
    const said = rows.armed(accountId) ?? [];
    const over = said.filter(({ term, whose }) => account === undefined || (term !== 'disarmed' && !isOf(account, whose)));
    if (over.length === 0) return;
    for (const row of over) {
      if (account !== undefined && this.#acts(row)) this.#ended.add(accountId);
      this.#over.add(row.given);
    }
    this.#tell(accountId);
    await rows.takeBack(over.map(({ given }) => given));
  }

  #tell(accountId: string): void {
    const now = JSON.stringify(this.state(accountId));
    if (this.#told.get(accountId) === now) return;
    this.#told.set(accountId, now);
    this.#changed.fire(accountId);
  }
}

/** Whether a term requires typing the name of the account. */
const asksForName = (term: ArmingTerm, account: Account): boolean => term === 'always' && stakesOf(account) === 'live';

const nameNotTyped = (name: string): Refusal =>
  new Refusal(msg('arming.name-needed', 'Not armed. To always arm a LIVE account, type its exact name: {0}', name));

const ownerUnknown = (): Refusal =>
  new Refusal(msg('arming.no-owner', 'Not armed: the owner of these keys is unknown. Run "LTV Gauge: Test Connection" first.'));

/** Whether it is the recorded owner. What was said while the owner was unknown counts for no owner. */
const isOf = (account: Account, whose: string): boolean => (account.simulated || account.uid !== undefined) && whose === ownerOf(account);
