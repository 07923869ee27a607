import { compare, decimal, isDecimal, isPositive, type Decimal } from '../core/decimal.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import type { Account } from '../core/model.ts';
import type { RecordStorage } from './storage.ts';

const storageKey = 'ltvGauge.accounts';
/** Above any LTV at which something still has to be decided. */
const highestLtv = decimal('2');
/** Where something that is not even a list is moved before the first account is written over it. */
const unreadableKey = 'ltvGauge.accounts.unreadable';

/** What of an account may change. */
export type AccountUpdate = Partial<Omit<Account, 'id' | 'venue' | 'thresholds'>> & {
  readonly thresholds?: Account['thresholds'] | undefined;
};

/**
 * The accounts a person added, without their keys. Whatever else is found in storage is left there and not listed:
 * one broken record must not cost the others.
 */
export class AccountBook implements Disposable {
  readonly #storage: RecordStorage;
  readonly #changed = new Emitter<string>();
  #lastWrite: Promise<void> = Promise.resolve();

  /** Told the id of an account that was added, changed or removed, once it is stored. */
  readonly onDidChange = this.#changed.on;

  constructor(storage: RecordStorage) {
    this.#storage = storage;
  }

  /** In the order they were added. */
  list(): readonly Account[] {
    const accounts = new Map<string, Account>();
    for (const record of this.#records()) {
      const account = accountOf(record);
      if (account !== undefined && !accounts.has(account.id)) accounts.set(account.id, account);
    }
    return [...accounts.values()];
  }

  get(id: string): Account | undefined {
    return this.list().find((account) => account.id === id);
  }

  /**
   * The name is trimmed.
   * @throws RangeError when the record is incomplete, its name is empty, its id is taken, or its user id or thresholds are not believable.
   */
  add(account: Account): Promise<void> {
    return this.#write(account.id, (records) => {
      if (this.get(account.id) !== undefined) throw new RangeError('an account with this id is already there');
      believable(account);
      return [...records, checked({ ...account, name: account.name.trim() })];
    });
  }

  /**
   * Changes what is given and keeps the rest, also what a newer version may have written beside it. Thresholds that are
   * given as undefined are removed.
   * @throws RangeError when the account is not there, its name would become empty, or its user id or thresholds are not believable.
   */
  update(id: string, change: AccountUpdate): Promise<void> {
    return this.#write(id, (records) => {
      const at = records.findIndex((record) => accountOf(record)?.id === id);
      if (at < 0) throw new RangeError('there is no account with this id');
      const name = change.name?.trim();
      const changed: Record<string, unknown> = { ...(records[at] as object), ...change, ...(name === undefined ? {} : { name }) };
      if (changed['thresholds'] === undefined) delete changed['thresholds'];
      believable(change);
      return records.with(at, checked(changed));
    });
  }

  /** Nothing happens when it is not there. */
  remove(id: string): Promise<void> {
    return this.#write(id, (records) => records.filter((record) => accountOf(record)?.id !== id));
  }

  dispose(): void {
    this.#changed.dispose();
  }

  #records(): readonly unknown[] {
    const stored = this.#storage.get(storageKey);
    return Array.isArray(stored) ? (stored as readonly unknown[]) : [];
  }

  /** One change after the other, each made on what the one before left. */
  #write(id: string, change: (records: readonly unknown[]) => readonly unknown[]): Promise<void> {
    const write = this.#lastWrite.then(async () => {
      const stored = this.#storage.get(storageKey);
      const next = change(this.#records());
      if (stored !== undefined && !Array.isArray(stored)) await this.#storage.update(unreadableKey, stored);
      await this.#storage.update(storageKey, next);
    });
    this.#lastWrite = write.catch(() => undefined);
    return write.then(() => {
      try {
        this.#changed.fire(id);
      } catch {
        // It is stored; a view that fails must not make it look as if it were not.
      }
    });
  }
}

function accountOf(record: unknown): Account | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, venue, site, baseUrl, name, simulated, readOnly, uid, thresholds } = record as Record<string, unknown>;
  if (!isText(id) || !isText(venue) || !isText(site) || !isText(name)) return undefined;
  if (typeof simulated !== 'boolean' || typeof readOnly !== 'boolean') return undefined;
  if (baseUrl !== undefined && !isText(baseUrl)) return undefined;
  // Figures that cannot be meant are as good as none; the account is not lost for them.
  const own = thresholdsOf(thresholds);
  return Object.freeze({
    id,
    venue,
    site,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    name,
    simulated,
    readOnly,
    // An account whose owner cannot be read is one whose owner is not known yet.
    ...(isText(uid) ? { uid } : {}),
    ...(own === undefined ? {} : { thresholds: own }),
  });
}

/** Two fractions above 0 and up to 2, the margin call before the liquidation; undefined for anything else. */
function thresholdsOf(value: unknown): Account['thresholds'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { marginCall, liquidation } = value as Record<string, unknown>;
  if (!isLtv(marginCall) || !isLtv(liquidation) || compare(marginCall, liquidation) >= 0) return undefined;
  return Object.freeze({ marginCall, liquidation });
}

function believable({ uid, thresholds }: AccountUpdate): void {
  if (uid !== undefined && !isText(uid)) throw new RangeError('a user id is a text');
  if (thresholds !== undefined && thresholdsOf(thresholds) === undefined) {
    throw new RangeError('thresholds are fractions above 0 and up to 2, the margin call below the liquidation');
  }
}

const isLtv = (value: unknown): value is Decimal =>
  typeof value === 'string' && isDecimal(value) && isPositive(value) && compare(value, highestLtv) <= 0;

function checked(record: object): object {
  if (accountOf(record) === undefined) throw new RangeError('an account needs an id, an exchange, a site and a name');
  return record;
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
