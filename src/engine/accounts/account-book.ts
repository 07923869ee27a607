import { isTime } from '../../core/clock.ts';
import { compare, decimal, isDecimal, isPositive, one, type Decimal } from '../../core/decimal.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import type { Account, KeyNote, Levels } from '../../core/model.ts';
import type { AccountRecords } from '../storage/state-protocol.ts';
import { allowed } from './borrowing.ts';

/** Above any LTV that matters. */
const highestLtv = decimal('2');

/** The parts of an account that can change. */
export type AccountUpdate = Partial<Omit<Account, 'id' | 'venue' | 'thresholds' | 'levels' | 'rescues' | 'key' | 'borrowing'>> & {
  readonly [Name in 'thresholds' | 'levels' | 'rescues' | 'key']?: Account[Name] | undefined;
};

/**
 * The accounts a person added, without their keys. Other records found in storage are left there and not listed: one broken record must not
 * cost the others.
 */
export class AccountBook implements Disposable {
  readonly #records: AccountRecords;
  readonly #changed = new Emitter<string>();
  readonly #watch: Disposable;

  /** Fires with the id of an account that was added, changed or removed by any window, once it's stored. */
  readonly onDidChange = this.#changed.on;

  constructor(records: AccountRecords) {
    this.#records = records;
    this.#watch = records.onDidChangeAccount((id) => {
      this.#changed.fire(id);
    });
  }

  /** In the order they were added. */
  list(): readonly Account[] {
    const accounts = new Map<string, Account>();
    for (const record of this.#records.accounts()) {
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
   * @throws RangeError if the record is incomplete, its name is empty, its id is taken, or its user id or thresholds aren't plausible
   */
  async add(account: Account): Promise<void> {
    believable(account);
    const record = { ...account, name: account.name.trim() };
    mustBeAccount(record);
    await this.#records.addAccount(record);
  }

  /**
   * Changes the given fields and keeps the rest, including fields of newer versions. Thresholds, levels, rescues and the key's note are removed if
   * given as undefined.
   * @throws RangeError if the account isn't there, its name would become empty, or its user id, thresholds or levels aren't plausible
   */
  async update(id: string, change: AccountUpdate): Promise<void> {
    const name = change.name?.trim();
    if (name === '') throw new RangeError('an account needs a name');
    believable(change);
    await this.#records.updateAccount(id, { ...change, ...(name === undefined ? {} : { name }) });
  }

  /**
   * A person's act, apart from arming: allows borrowing up to `perDayUsd` within 24 hours, or nothing any more where that is undefined. It holds for
   * this owner of the keys only.
   * @throws ExchangeError `refused` if the owner is unknown, or `typedName` is not the name of a LIVE account
   */
  async allowBorrowing(id: string, perDayUsd: Decimal | undefined, typedName = ''): Promise<void> {
    const account = this.get(id);
    if (account === undefined) return;
    await this.#records.updateAccount(id, { borrowing: perDayUsd === undefined ? undefined : allowed(account, perDayUsd, typedName) });
  }

  /** Does nothing if it isn't there. */
  async remove(id: string): Promise<void> {
    await this.#records.removeAccount(id);
  }

  dispose(): void {
    this.#watch.dispose();
    this.#changed.dispose();
  }
}

/** An account from its stored record; undefined if that isn't one. */
export function accountOf(record: unknown): Account | undefined {
  if (typeof record !== 'object' || record === null) return undefined;
  const { id, venue, site, baseUrl, name, simulated, readOnly, uid, thresholds, levels, rescues, key, borrowing } = record as Record<
    string,
    unknown
  >;
  if (!isText(id) || !isText(venue) || !isText(site) || !isText(name)) return undefined;
  if (typeof simulated !== 'boolean' || typeof readOnly !== 'boolean') return undefined;
  if (baseUrl !== undefined && !isText(baseUrl)) return undefined;
  // Implausible figures count as none; the account stays.
  const own = thresholdsOf(thresholds);
  const ownLevels = levelsFrom(levels);
  const note = keyNoteOf(key);
  const lent = borrowingFrom(borrowing);
  return Object.freeze({
    id,
    venue,
    site,
    ...(baseUrl === undefined ? {} : { baseUrl }),
    name,
    simulated,
    readOnly,
    // An unreadable owner counts as not known yet.
    ...(isText(uid) ? { uid } : {}),
    ...(note === undefined ? {} : { key: note }),
    ...(own === undefined ? {} : { thresholds: own }),
    ...(lent === undefined ? {} : { borrowing: lent }),
    ...(ownLevels.length === 0 ? {} : { levels: Object.freeze(Object.fromEntries(ownLevels)) }),
    ...(typeof rescues === 'object' && rescues !== null ? { rescues: rescues as Account['rescues'] & object } : {}),
  });
}

/** Two fractions above 0 and up to 2, margin call below liquidation; undefined for anything else. */
export function thresholdsOf(value: unknown): Account['thresholds'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { marginCall, liquidation } = value as Record<string, unknown>;
  if (!isLtv(marginCall) || !isLtv(liquidation) || compare(marginCall, liquidation) >= 0) return undefined;
  return Object.freeze({ marginCall, liquidation });
}

function borrowingFrom(value: unknown): Account['borrowing'] {
  if (typeof value !== 'object' || value === null) return undefined;
  const { perDayUsd, whose } = value as Record<string, unknown>;
  if (typeof perDayUsd !== 'string' || !isDecimal(perDayUsd) || !isText(whose)) return undefined;
  return Object.freeze({ perDayUsd, whose });
}

function keyNoteOf(value: unknown): KeyNote | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { asOf, expiresAt, unbound } = value as Record<string, unknown>;
  if (!isTime(asOf)) return undefined;
  return Object.freeze({
    asOf,
    ...(isTime(expiresAt) ? { expiresAt } : {}),
    ...(unbound === true ? { unbound } : {}),
  });
}

/** The plausible levels by loan or position: between 0 and 1, each further from the line than the next worse one. */
export function levelsFrom(value: unknown): readonly (readonly [string, Levels])[] {
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value as Record<string, unknown>).flatMap(([key, levels]) => {
    if (typeof levels !== 'object' || levels === null) return [];
    const { watch, warn, danger } = levels as Record<string, unknown>;
    if (!isLtv(watch) || !isLtv(warn) || !isLtv(danger)) return [];
    if (compare(danger, warn) >= 0 || compare(warn, watch) >= 0 || compare(watch, one) >= 0) return [];
    return [[key, Object.freeze({ watch, warn, danger })]];
  });
}

function believable({ uid, thresholds, levels, ...rest }: AccountUpdate): void {
  // Only `allowBorrowing` allows it.
  if ('borrowing' in rest) throw new RangeError('borrowing is allowed by a person only');
  if (uid !== undefined && !isText(uid)) throw new RangeError('a user id is a text');
  if (thresholds !== undefined && thresholdsOf(thresholds) === undefined) {
    throw new RangeError('thresholds are fractions above 0 and up to 2, the margin call below the liquidation');
  }
  if (levels !== undefined && levelsFrom(levels).length < Object.keys(levels).length) {
    throw new RangeError('levels are fractions between 0 and 1, each further away than the next worse one');
  }
}

const isLtv = (value: unknown): value is Decimal =>
  typeof value === 'string' && isDecimal(value) && isPositive(value) && compare(value, highestLtv) <= 0;

function mustBeAccount(record: object): void {
  if (accountOf(record) === undefined) throw new RangeError('an account needs an id, an exchange, a site and a name');
}

const isText = (value: unknown): value is string => typeof value === 'string' && value.trim() !== '';
