import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import type { Account } from '../../core/model.ts';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Connections } from '../monitor/connections.ts';
import type { Store } from '../monitor/store.ts';
import type { Log } from '../ports.ts';
import { isOtherOwner, keyNote } from '../replace-keys.ts';
import type { Reader } from './warning-watch.ts';
import { setPurpose } from '../../exchanges/purpose.ts';

export interface KeyWatchOptions {
  readonly store: Pick<Store, 'all' | 'onDidChange'>;
  readonly book: Pick<AccountBook, 'get' | 'update'>;
  readonly connections: Pick<Connections, 'get'>;
  readonly clock: Clock;
  readonly reader: Reader;
  readonly log: Pick<Log, 'info'>;
}

/** How often an exchange is asked about a key. Milliseconds. */
export const askKeyEveryMs = 24 * 60 * 60_000;
/** Retry delay after a failure. Milliseconds. */
const againAfterMs = 60 * 60_000;

/**
 * Asks the exchange about each key once a day, to warn before it expires. Only the reading window asks, and only about accounts that can be
 * read: the others have a warning of their own.
 */
export class KeyWatch implements Disposable {
  readonly #options: KeyWatchOptions;
  readonly #end = new AbortController();
  readonly #watches: readonly Disposable[];
  /** When each account was last asked about, by a clock that can't be set. Milliseconds. */
  readonly #askedAt = new Map<string, number>();

  constructor(options: KeyWatchOptions) {
    this.#options = options;
    setPurpose(this.#end.signal, 'standing');
    const look = (): void => {
      this.#look();
    };
    this.#watches = [options.store.onDidChange(look), options.reader.onDidChange(look)];
    look();
  }

  dispose(): void {
    this.#end.abort();
    for (const watch of this.#watches) watch.dispose();
  }

  #look(): void {
    const { store, reader, log } = this.#options;
    if (!reader.isReader) return;
    for (const { account, snapshot, failure } of store.all()) {
      if (snapshot === undefined || failure !== undefined || !this.#isDue(account)) continue;
      this.#askedAt.set(account.id, uptimeOf(this.#options.clock));
      this.#ask(account).catch((error: unknown) => {
        if (!this.#end.signal.aborted) log.info(`key of ${account.id} not checked: ${String(error)}`);
      });
    }
  }

  #isDue({ id, simulated, key }: Account): boolean {
    const { clock } = this.#options;
    const asked = this.#askedAt.get(id);
    if (simulated || (asked !== undefined && uptimeOf(clock) - asked < againAfterMs)) return false;
    const age = key === undefined ? askKeyEveryMs : clock.now() - key.asOf;
    // A time in the future comes from a wrong clock.
    return age >= askKeyEveryMs || age < 0;
  }

  async #ask({ id, uid, key }: Account): Promise<void> {
    const { connections, book, clock } = this.#options;
    const facts = await (await connections.get(id)).inspect(this.#end.signal);
    // Keys that were replaced meanwhile have their own note.
    const isSame = book.get(id)?.key?.asOf === key?.asOf && !isOtherOwner(uid === undefined ? {} : { uid }, facts.uid);
    if (isSame && !this.#end.signal.aborted) await book.update(id, { key: keyNote(facts, clock.now()) });
  }
}
