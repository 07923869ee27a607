import type { Clock } from '../core/clock.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import type { Account } from '../core/model.ts';

/** For how long a person arms an account: a quarter of an hour, until this window is reloaded, or until it is taken back. */
export type ArmingTerm = 'quarter' | 'restart' | 'always';

/**
 * Whether changes may be sent from an account.
 * - `simulated` armed from the start, for no money moves
 * - a number: until that time, in milliseconds since the Unix epoch
 */
export type ArmState = { readonly armed: false } | { readonly armed: true; readonly until: number | 'restart' | 'always' | 'simulated' };

export interface ArmingOptions {
  /** Keeps what was armed for always, and nothing else: all shorter terms end with the window. What `vscode.Memento` offers, as far as needed. */
  readonly storage: { get(key: string): unknown; update(key: string, value: unknown): PromiseLike<void> };
  readonly clock: Clock;
  readonly book: { get(accountId: string): Account | undefined; onDidChange(listener: (accountId: string) => void): Disposable };
}

/** Fifteen minutes. Milliseconds. */
export const quarterMs = 15 * 60_000;

/** Clocks of one machine may be set back a little between two looks. Milliseconds. */
const clockSlackMs = 5_000;

/** A term that ends with this window. */
interface Term {
  readonly until: number | 'restart';
  /** Whom it was given; becomes more exact when it is learnt whose keys the account has. */
  whose: string;
}

/** Which accounts may be written on. Nothing is armed until a person arms it, except what is simulated. */
export class Arming implements Disposable {
  readonly #options: ArmingOptions;
  /** `false` is disarmed by hand, or armed for a term that is over. */
  readonly #here = new Map<string, Term | false>();
  /** When each account with a term was last asked about. */
  readonly #seen = new Map<string, number>();
  readonly #changed = new Emitter<string>();
  readonly #watch: Disposable;
  readonly #end = new AbortController();

  /** Told the id of the account whose state was changed by a person. That a term runs out is not told: ask `state`. */
  readonly onDidChange = this.#changed.on;

  constructor(options: ArmingOptions) {
    this.#options = options;
    this.#watch = options.book.onDidChange((accountId) => {
      this.#recheck(accountId).catch(() => undefined);
    });
  }

  /** An account that is not in the book is not armed. */
  state(accountId: string): ArmState {
    const { book, clock, storage } = this.#options;
    const account = book.get(accountId);
    const here = this.#here.get(accountId);
    if (account === undefined || here === false) return { armed: false };
    if (here !== undefined) {
      const { until } = here;
      if (!isOf(account, here.whose)) return { armed: false };
      here.whose = ownerOf(account);
      return until === 'restart' || this.#isRunning(accountId, until, clock.now()) ? { armed: true, until } : { armed: false };
    }
    if (isOf(account, storage.get(slot(accountId)))) return { armed: true, until: 'always' };
    return account.simulated ? { armed: true, until: 'simulated' } : { armed: false };
  }

  /** Nothing happens when the account is not in the book. */
  async arm(accountId: string, term: ArmingTerm): Promise<void> {
    const { book, clock } = this.#options;
    const account = book.get(accountId);
    if (account === undefined) return;
    const whose = ownerOf(account);
    const now = clock.now();
    if (term === 'always') this.#here.delete(accountId);
    else this.#give(accountId, { until: term === 'restart' ? term : now + quarterMs, whose });
    this.#seen.set(accountId, now);
    this.#changed.fire(accountId);
    // Last, so that nothing said meanwhile is undone by it.
    await this.#keep(accountId, term === 'always' ? whose : undefined);
    if (term === 'always') this.#changed.fire(accountId);
  }

  /** At once in this window, and for always in all that open later. */
  async disarm(accountId: string): Promise<void> {
    this.#here.set(accountId, false);
    this.#changed.fire(accountId);
    await this.#keep(accountId, undefined);
  }

  dispose(): void {
    this.#end.abort();
    this.#watch.dispose();
    this.#changed.dispose();
  }

  /** A quarter is over when a timer says so, too: a clock that was set back while nobody looked tells nothing. */
  #give(accountId: string, term: Term): void {
    this.#here.set(accountId, term);
    if (term.until === 'restart') return;
    this.#options.clock.sleep(quarterMs, this.#end.signal).then(
      () => {
        if (this.#here.get(accountId) === term) this.#here.set(accountId, false);
      },
      () => undefined,
    );
  }

  /** A clock that was set back makes no term longer than it was: it ends it, for nobody knows how much of it is over. */
  #isRunning(accountId: string, until: number, now: number): boolean {
    const seen = this.#seen.get(accountId) ?? now;
    this.#seen.set(accountId, now);
    const running = now < until && now >= seen - clockSlackMs;
    // Not as it was before: a term that was chosen ends in nothing being armed, on a simulated account too.
    if (!running) this.#here.set(accountId, false);
    return running;
  }

  /** What was armed for one owner or place is not armed for another one, and does not come back with the first. */
  async #recheck(accountId: string): Promise<void> {
    const account = this.#options.book.get(accountId);
    if (account === undefined) {
      this.#here.delete(accountId);
      await this.#keep(accountId, undefined);
      return;
    }
    const here = this.#here.get(accountId);
    if (here !== undefined && here !== false && !isOf(account, here.whose)) this.#here.set(accountId, false);
    const kept = this.#options.storage.get(slot(accountId));
    if (kept !== undefined) await this.#keep(accountId, isOf(account, kept) ? ownerOf(account) : undefined);
  }

  async #keep(accountId: string, whose: string | undefined): Promise<void> {
    const { storage } = this.#options;
    if (storage.get(slot(accountId)) !== whose) await storage.update(slot(accountId), whose);
  }
}

/**
 * Whose money an arming is about: keys of another user, or of another place, under the same id are another account. A simulated exchange
 * may be served elsewhere after a restart.
 */
const ownerOf = ({ venue, site, baseUrl, uid, simulated }: Account, known = uid): string =>
  JSON.stringify([venue, site, simulated ? 'simulated' : (baseUrl ?? ''), known ?? '']);

/** Whether it is the owner that is written down, or one of whom only the user was not known then. */
const isOf = (account: Account, whose: unknown): boolean => whose === ownerOf(account) || whose === ownerOf(account, '');

const slot = (accountId: string): string => `ltvGauge.armed.${accountId}`;
