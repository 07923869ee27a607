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

/** Which accounts may be written on. Nothing is armed until a person arms it, except what is simulated. */
export class Arming implements Disposable {
  readonly #options: ArmingOptions;
  /** Terms that end with this window; `false` is disarmed by hand. */
  readonly #here = new Map<string, number | 'restart' | false>();
  /** Whose keys each account with a term had when it was armed, as far as known. */
  readonly #owners = new Map<string, string | undefined>();
  /** When each account with a term was last asked about. */
  readonly #seen = new Map<string, number>();
  readonly #changed = new Emitter<string>();
  readonly #watch: Disposable;

  /** Told the id of the account whose state was changed by a person. That a term runs out is not told: ask `state`. */
  readonly onDidChange = this.#changed.on;

  constructor(options: ArmingOptions) {
    this.#options = options;
    this.#watch = options.book.onDidChange((accountId) => {
      if (options.book.get(accountId) === undefined) this.#forget(accountId).catch(() => undefined);
    });
  }

  /** An account that is not in the book is not armed. */
  state(accountId: string): ArmState {
    const { book, clock, storage } = this.#options;
    const account = book.get(accountId);
    const here = this.#here.get(accountId);
    if (account === undefined || here === false) return { armed: false };
    // What was decided about one user's money says nothing about another's.
    const owner = this.#owners.get(accountId) ?? account.uid;
    this.#owners.set(accountId, owner);
    if (here !== undefined && owner !== undefined && owner !== account.uid) return { armed: false };
    if (here === 'restart') return { armed: true, until: here };
    if (here !== undefined) return this.#isRunning(accountId, here, clock.now()) ? { armed: true, until: here } : { armed: false };
    const kept = storage.get(slot(accountId));
    if (kept === true || (kept !== undefined && kept === account.uid)) return { armed: true, until: 'always' };
    return account.simulated ? { armed: true, until: 'simulated' } : { armed: false };
  }

  async arm(accountId: string, term: ArmingTerm): Promise<void> {
    const now = this.#options.clock.now();
    if (term === 'always') this.#here.delete(accountId);
    else this.#here.set(accountId, term === 'restart' ? term : now + quarterMs);
    this.#seen.set(accountId, now);
    this.#owners.set(accountId, this.#options.book.get(accountId)?.uid);
    this.#changed.fire(accountId);
    // Last, so that nothing said meanwhile is undone by it.
    await this.#keep(accountId, term === 'always');
    if (term === 'always') this.#changed.fire(accountId);
  }

  /** At once in this window, and for always in all that open later. */
  async disarm(accountId: string): Promise<void> {
    this.#here.set(accountId, false);
    this.#changed.fire(accountId);
    await this.#keep(accountId, false);
  }

  dispose(): void {
    this.#watch.dispose();
    this.#changed.dispose();
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

  async #forget(accountId: string): Promise<void> {
    this.#here.delete(accountId);
    await this.#keep(accountId, false);
  }

  async #keep(accountId: string, always: boolean): Promise<void> {
    const { storage, book } = this.#options;
    // Where it is not known yet whose keys these are, there is nothing to hold on to.
    const value = always ? (book.get(accountId)?.uid ?? true) : undefined;
    if (storage.get(slot(accountId)) !== value) await storage.update(slot(accountId), value);
  }
}

const slot = (accountId: string): string => `ltvGauge.armed.${accountId}`;
