import { createHash } from 'node:crypto';
import type { AccountBook } from '../accounts/account-book.ts';
import { StateTrouble } from '../storage/shared-state.ts';
import { keysElsewhere, keysMissingCode, otherOwnerCode, type OwnedKeys, type Vault } from '../accounts/vault.ts';
import type { Clock } from '../../core/clock.ts';
import type { Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Connection, Exchange, Keys } from '../../exchanges/exchange.ts';
import { wrongPlace } from '../../exchanges/http/address.ts';
import { ownerOf } from '../ledger/owner.ts';

type Address = Pick<Account, 'site' | 'baseUrl'>;

export interface ConnectionsOptions {
  readonly exchanges: readonly Exchange[];
  readonly book: AccountBook;
  readonly vault: Vault;
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly trace?: (line: string) => void;
  /** What has to be loaded before the first reading. */
  readonly prepare?: () => Promise<void>;
  /** Where the account's venue is to be found now; starts the built-in simulated exchange when it is needed. */
  readonly locate: (account: Account) => Promise<Address>;
  /** Takes over what other windows did; rejects when that is unknown. Asked right before each signed request leaves. */
  readonly look?: () => Promise<void>;
  /** Whether changes may be sent from the account, by what was last taken over. */
  readonly isArmed?: (accountId: string) => boolean;
  /** Whether keys that are not found here are those that another window stored, which this one can't see. */
  readonly areKeysElsewhere?: (accountId: string) => boolean;
}

interface Line {
  readonly connection: Promise<Connection>;
  /** Known once located. */
  address?: Address;
  /** Whose keys it is for, as far as that is known. */
  uid?: string | undefined;
}

/** One live connection per account, made at first use and replaced when the account's address or owner changes. */
export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;
  readonly #lines = new Map<string, Line>();
  readonly #watch: Disposable;
  /** Digests of keys without a note of their owner that the venue was asked about in this window, with what it answered. */
  readonly #proven = new Map<string, string | undefined>();
  #disposed = false;

  constructor(options: ConnectionsOptions) {
    this.#options = options;
    this.#watch = options.book.onDidChange((accountId) => {
      this.#recheck(accountId);
    });
  }

  exchange(venueId: string): Exchange | undefined {
    return this.#options.exchanges.find((exchange) => exchange.id === venueId);
  }

  /**
   * Calls at the same time share one connection. Who keeps it over an `await` must expect it to be disposed.
   * @throws ExchangeError when the account or its venue is not known, or its venue cannot be found.
   */
  get(accountId: string): Promise<Connection> {
    const there = this.#lines.get(accountId);
    if (there !== undefined) return there.connection;
    const line: Line = { connection: Promise.resolve().then(() => this.#open(accountId, line)) };
    this.#lines.set(accountId, line);
    line.connection.catch(() => {
      // What failed is tried again by the next call.
      if (this.#lines.get(accountId) === line) this.#lines.delete(accountId);
    });
    return line.connection;
  }

  /**
   * A connection with keys that are not stored (yet). Whoever asks disposes it.
   * @throws ExchangeError when the venue is not known.
   */
  probe(account: Pick<Account, 'venue' | 'site' | 'baseUrl'>, keys: Keys): Promise<Connection> {
    return this.#connect(account.venue, addressOf(account), () => Promise.resolve(keys));
  }

  dispose(): void {
    this.#disposed = true;
    this.#watch.dispose();
    for (const accountId of [...this.#lines.keys()]) this.#drop(accountId);
  }

  async #open(accountId: string, line: Line): Promise<Connection> {
    const before = this.#account(accountId);
    const address = await this.#locate(before);
    // The account may have gone or moved while its venue was being found.
    const account = this.#account(accountId);
    if (this.#lines.get(accountId) !== line) throw gone();
    if (!same(before, account) && !same(address, account)) return this.#open(accountId, line);
    if (account.simulated && this.#isReal(account.venue, address.site)) throw mislabelled(address.site);
    line.address = address;
    line.uid = account.uid;
    const { book } = this.#options;
    // Asked for at each read, so that a new figure counts without a new connection.
    return this.#connect(
      account.venue,
      { ...address, ...(account.uid === undefined ? {} : { uid: account.uid }) },
      (write) => this.#keysFor(accountId, line, address, write === true),
      () => book.get(accountId)?.thresholds,
    );
  }

  #isReal(venueId: string, siteId: string): boolean {
    return this.exchange(venueId)?.sites.some(({ id, simulated }) => id === siteId && !simulated) === true;
  }

  async #locate(account: Account): Promise<Address> {
    try {
      return addressOf(await this.#options.locate(account));
    } catch (error) {
      if (ExchangeError.is(error)) throw error;
      throw failedInside();
    }
  }

  #account(accountId: string): Account {
    const account = this.#disposed ? undefined : this.#options.book.get(accountId);
    if (account === undefined) throw gone();
    return account;
  }

  async #connect(
    venueId: string,
    account: Address & Pick<Account, 'uid'>,
    keys: (write?: boolean) => Promise<Keys>,
    thresholds?: () => Account['thresholds'],
  ): Promise<Connection> {
    const exchange = this.exchange(venueId);
    if (exchange === undefined) {
      throw new ExchangeError({
        kind: 'refused',
        sentence: wrongPlace(venueId),
        effect: 'none',
      });
    }
    const { clock, fetch, trace, prepare } = this.#options;
    const owner = ownerOf({ venue: venueId, ...account });
    await prepare?.();
    return exchange.connect({
      account: addressOf(account),
      keys,
      clock,
      ...(owner === undefined ? {} : { owner }),
      ...(thresholds === undefined ? {} : { thresholds }),
      ...(fetch === undefined ? {} : { fetch }),
      ...(trace === undefined ? {} : { trace }),
    });
  }

  /**
   * The keys of the account, if a request may still leave with them. They are read first, because a keyring may take its time, in which
   * another window may have removed or disarmed the account, or given it the keys of another user.
   */
  async #keysFor(accountId: string, line: Line, address: Address, write: boolean): Promise<Keys> {
    const { look, isArmed } = this.#options;
    const owned = await this.#owned(accountId);
    const owner = write ? await this.#ownerOf(this.#account(accountId), address, owned) : owned.owner;
    try {
      await look?.();
    } catch (error) {
      // To be read, the last copy is good enough.
      if (write) throw notKnown(error);
    }
    const account = this.#account(accountId);
    if (account.uid !== line.uid || (owner !== undefined && account.uid !== undefined && owner !== account.uid)) throw keysOfAnother();
    if (write && isArmed?.(accountId) === false) throw disarmed();
    return owned.keys;
  }

  async #owned(accountId: string): Promise<OwnedKeys> {
    const { vault, areKeysElsewhere } = this.#options;
    try {
      return await vault.readOwned(accountId);
    } catch (error) {
      const isMissing = ExchangeError.is(error, 'auth') && error.code === keysMissingCode;
      throw isMissing && areKeysElsewhere?.(accountId) === true ? keysElsewhere() : error;
    }
  }

  /**
   * Whose keys they are, when a change is to leave with them. Of keys that were stored without a note of that, the venue is asked once in
   * each window: to store it now could wipe, in a browser, what other windows have stored.
   */
  async #ownerOf(account: Account, address: Address, { keys, owner }: OwnedKeys): Promise<string | undefined> {
    if (owner !== undefined || account.simulated) return owner;
    const digest = createHash('sha256')
      .update(JSON.stringify([account.venue, address, keys]))
      .digest('hex');
    if (!this.#proven.has(digest)) {
      const connection = await this.#connect(account.venue, address, () => Promise.resolve(keys));
      try {
        this.#proven.set(digest, (await connection.inspect()).uid);
      } finally {
        connection.dispose();
      }
    }
    const found = this.#proven.get(digest);
    if (found === undefined || found !== account.uid) throw keysOfAnother();
    return found;
  }

  /** A new name is no reason to cut a connection that may just be carrying a write; a new address or owner is. */
  #recheck(accountId: string): void {
    const account = this.#options.book.get(accountId);
    const line = this.#lines.get(accountId);
    if (account === undefined) this.#drop(accountId);
    else if (line?.address !== undefined && (!same(account, line.address) || account.uid !== line.uid)) this.#drop(accountId);
  }

  #drop(accountId: string): void {
    const line = this.#lines.get(accountId);
    this.#lines.delete(accountId);
    line?.connection.then(
      (connection) => {
        connection.dispose();
      },
      () => undefined,
    );
  }
}

const same = (a: Address, b: Address): boolean => a.site === b.site && a.baseUrl === b.baseUrl;

function addressOf(account: Address): Address {
  return { site: account.site, ...(account.baseUrl === undefined ? {} : { baseUrl: account.baseUrl }) };
}

const gone = (): ExchangeError =>
  new ExchangeError({
    kind: 'aborted',
    sentence: msg('refusal.account-removed', 'This account was removed. Nothing was sent. Add it again.'),
    effect: 'none',
  });

/** Stands for an error of ours, of which nothing is shown: it might quote what must not be quoted. */
export const failedInside = (): ExchangeError =>
  new ExchangeError({
    kind: 'unavailable',
    sentence: msg(
      'account.failed-inside',
      'Internal error in LTV Gauge. Run "LTV Gauge: Refresh"; if it fails again, report it with the log.',
    ),
    effect: 'none',
  });

const keysOfAnother = (): ExchangeError =>
  new ExchangeError({
    kind: 'auth',
    code: otherOwnerCode,
    effect: 'none',
    sentence: msg(
      'account.other-keys',
      'This window found keys of another user, so nothing was sent. Reload the window, or run "LTV Gauge: Update Keys…".',
    ),
  });

const disarmed = (): ExchangeError =>
  new ExchangeError({
    kind: 'aborted',
    effect: 'none',
    sentence: msg('refusal.not-armed', "This account isn't armed. Nothing was sent. Arm it first."),
  });

const notKnown = (error: unknown): ExchangeError =>
  new ExchangeError({
    kind: 'aborted',
    effect: 'none',
    sentence: msg('change.nothing-sent', 'Nothing was sent. {0}', error instanceof StateTrouble ? error.sentence : String(error)),
  });

/** Everything about such an account would say that no money moves, and it would be armed from the start. */
const mislabelled = (site: string): ExchangeError => new ExchangeError({ kind: 'refused', effect: 'none', sentence: wrongPlace(site) });
