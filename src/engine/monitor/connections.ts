import { createHash } from 'node:crypto';
import type { AccountBook } from '../accounts/account-book.ts';
import { StateTrouble } from '../storage/shared-state.ts';
import { failedInside, keysMissingCode, otherOwnerCode } from '../accounts/failures-here.ts';
import { keysElsewhere, type OwnedKeys, type Vault } from '../accounts/vault.ts';
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
  /** Loads what the first reading needs. */
  readonly prepare?: () => Promise<void>;
  /** Resolves to the account's current address; starts the built-in simulated exchange if needed. */
  readonly locate: (account: Account) => Promise<Address>;
  /** Loads what other windows changed; rejects if that can't be read. Called right before each signed request. */
  readonly look?: () => Promise<void>;
  /** Whether the account is armed, according to the last `look`. */
  readonly isArmed?: (accountId: string) => boolean;
  /** Whether keys missing here were stored by another window and are invisible to this one. */
  readonly areKeysElsewhere?: (accountId: string) => boolean;
}

interface Line {
  readonly connection: Promise<Connection>;
  /** Set once `locate` has resolved. */
  address?: Address;
  /** The owner of its keys, if known. */
  uid?: string | undefined;
}

/** One connection per account, created at first use and replaced when the account's address or owner changes. */
export class Connections implements Disposable {
  readonly #options: ConnectionsOptions;
  readonly #lines = new Map<string, Line>();
  readonly #watch: Disposable;
  /** Owners that the venue reported in this window, by digest of keys stored without an owner. */
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
   * Concurrent calls share one connection. It may be disposed during an `await` of the caller.
   * @throws ExchangeError if the account or its venue is unknown, or the venue can't be located.
   */
  get(accountId: string): Promise<Connection> {
    const there = this.#lines.get(accountId);
    if (there !== undefined) return there.connection;
    const line: Line = { connection: Promise.resolve().then(() => this.#open(accountId, line)) };
    this.#lines.set(accountId, line);
    line.connection.catch(() => {
      // The next call tries again.
      if (this.#lines.get(accountId) === line) this.#lines.delete(accountId);
    });
    return line.connection;
  }

  /**
   * A connection for keys that aren't stored (yet). The caller disposes it.
   * @throws ExchangeError if the venue is unknown.
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
    // The account may have been removed or its address changed in the meantime.
    const account = this.#account(accountId);
    if (this.#lines.get(accountId) !== line) throw gone();
    if (!same(before, account) && !same(address, account)) return this.#open(accountId, line);
    if (account.simulated && this.#isReal(account.venue, address.site)) throw mislabelled(address.site);
    line.address = address;
    line.uid = account.uid;
    const { book } = this.#options;
    // Read each time, so that new thresholds apply without a new connection.
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
   * The account's keys, if a request may still be sent with them. The keys are read before the checks, because a slow keyring leaves time
   * for another window to remove or disarm the account, or to store keys of another user.
   */
  async #keysFor(accountId: string, line: Line, address: Address, write: boolean): Promise<Keys> {
    const { look, isArmed } = this.#options;
    const owned = await this.#owned(accountId);
    const owner = write ? await this.#ownerOf(this.#account(accountId), address, owned) : owned.owner;
    try {
      await look?.();
    } catch (error) {
      // For reading, the last known state is good enough.
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
   * The owner of the keys, needed to send a change. For keys stored without an owner, the venue is asked once per window. The answer isn't
   * stored with the keys: in a browser, writing to secret storage could erase keys that other windows stored.
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

  /** Renaming must not drop a connection that may be sending a change; a new address or owner must. */
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

/** A real site labelled as simulated would claim that no money moves, and would be armed from the start. */
const mislabelled = (site: string): ExchangeError => new ExchangeError({ kind: 'refused', effect: 'none', sentence: wrongPlace(site) });
