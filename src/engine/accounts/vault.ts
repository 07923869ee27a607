import { ExchangeError } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Keys } from '../../exchanges/exchange.ts';

/** What `vscode.SecretStorage` offers, as far as we need it. */
export interface SecretStorage {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** The `code` of the `auth` error of an account whose keys are not in the keyring. */
export const keysMissingCode = 'keys-missing';

/** The `code` of the `auth` error of an account whose keys another window stored, where this one only sees them once it is reloaded. */
export const keysElsewhereCode = 'keys-elsewhere';

/** The `code` of the `auth` error of an account whose keys are of another user than its record says. */
export const otherOwnerCode = 'keys-of-another';

/** In the stored text, beside the keys: whose they are. A text like the keys, so that versions that do not know it can still read them. */
const ownerField = 'ltvGauge.owner';

const unreadable = msg(
  'key.not-found',
  "This window can't find the account's API key. Reload the window; if it's still missing, unlock your system's keyring.",
);
const notKept = msg('key.not-kept', "The keyring didn't save the change. Unlock your system's keyring, then try again.");

/** Keys, and the venue's id of the user they belong to, as far as that was known when they were stored. */
export interface OwnedKeys {
  readonly keys: Keys;
  readonly owner?: string;
}

/**
 * The keys of the accounts, in the editor's secret storage and nowhere else: read at each use, never kept here.
 * Errors never hold what was stored, nor what the keyring said about it.
 */
export class Vault {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** @throws ExchangeError of kind `auth` with the code `keysMissingCode` when there are none, or none that can be read. */
  async read(accountId: string): Promise<Keys> {
    return (await this.readOwned(accountId)).keys;
  }

  /** As `read`, with their owner: the two are one text, so that neither can change without the other. */
  async readOwned(accountId: string): Promise<OwnedKeys> {
    const stored = await quietly(() => this.#secrets.get(slot(accountId)), unreadable);
    const owned = stored === undefined ? undefined : ownedOf(stored);
    if (owned === undefined) throw keysMissing();
    return owned;
  }

  /** Whether this window finds keys of the account that can be read. Never rejects. */
  has(accountId: string): Promise<boolean> {
    return this.readOwned(accountId).then(
      () => true,
      () => false,
    );
  }

  /**
   * Stores and reads back.
   * @param owner the venue's id of the user they belong to, if it is known
   * @throws ExchangeError of kind `auth` with the code `keysMissingCode` when the keyring does not hold exactly these afterwards.
   */
  async store(accountId: string, keys: Keys, owner?: string): Promise<void> {
    const text = JSON.stringify(owner === undefined ? keys : { ...keys, [ownerField]: owner });
    if (ownedOf(text) === undefined) throw missing(notKept);
    await quietly(() => this.#secrets.store(slot(accountId), text), notKept);
    const kept = await quietly(() => this.#secrets.get(slot(accountId)), notKept);
    if (kept !== text) throw missing(notKept);
  }

  /** @throws ExchangeError when the keyring fails. Nothing happens when there are none. */
  async delete(accountId: string): Promise<void> {
    await quietly(() => this.#secrets.delete(slot(accountId)), notKept);
  }
}

/** That this window does not find the keys of an account. */
export const keysMissing = (): ExchangeError => missing(unreadable);

/** That another window has them: nothing is lost. */
export const keysElsewhere = (): ExchangeError =>
  new ExchangeError({
    kind: 'auth',
    code: keysElsewhereCode,
    sentence: msg('key.elsewhere', "This window can't see keys that another window stored. Reload the window."),
    effect: 'none',
  });

const slot = (accountId: string): string => `ltvGauge.keys.${accountId}`;

/** Where the secrets of an outlet are: beside the keys of the accounts, and of no account. */
export const outletSlot = (id: string): string => `ltvGauge.outlet.${id}`;

const missing = (sentence: Message): ExchangeError => new ExchangeError({ kind: 'auth', code: keysMissingCode, sentence, effect: 'none' });

async function quietly<T>(ask: () => PromiseLike<T>, sentence: Message): Promise<T> {
  try {
    return await ask();
  } catch {
    throw missing(sentence);
  }
}

function ownedOf(text: string): OwnedKeys | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const { [ownerField]: owner, ...keys } = value as Record<string, unknown>;
  const parts = Object.values(keys);
  if (parts.length === 0 || !parts.every((part) => typeof part === 'string' && part !== '')) return undefined;
  if (owner !== undefined && (typeof owner !== 'string' || owner === '')) return undefined;
  return { keys: keys as Keys, ...(owner === undefined ? {} : { owner }) };
}
