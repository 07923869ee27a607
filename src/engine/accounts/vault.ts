import { ExchangeError } from '../../core/errors.ts';
import { fieldsIn } from '../../core/json.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Keys } from '../../exchanges/exchange.ts';
import { keysElsewhereCode, keysMissingCode } from './failures-here.ts';

/** The part of `vscode.SecretStorage` that is used here. */
export interface SecretStorage {
  get(key: string): PromiseLike<string | undefined>;
  store(key: string, value: string): PromiseLike<void>;
  delete(key: string): PromiseLike<void>;
}

/** Field of the stored text with the owner. A string like the keys, so that versions that don't know it can still read them. */
const ownerField = 'ltvGauge.owner';

const unreadable = msg(
  'key.not-found',
  "This window can't find the account's API key. Reload the window; if it's still missing, unlock your system's keyring.",
);
const notKept = msg('key.not-kept', "The keyring didn't save the change. Unlock your system's keyring, then try again.");

/** Keys, and the venue's id of their owner, if it was known when they were stored. */
export interface OwnedKeys {
  readonly keys: Keys;
  readonly owner?: string;
}

/**
 * The accounts' keys, in the editor's secret storage and nowhere else: read at each use, never kept here. Errors contain neither what was
 * stored nor what the keyring said about it.
 */
export class Vault {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  /** @throws ExchangeError of kind `auth` with the code `keysMissingCode` if there are none or they can't be read */
  async read(accountId: string): Promise<Keys> {
    return (await this.readOwned(accountId)).keys;
  }

  /** Like `read`, with their owner: both are in one text, so that neither can change without the other. */
  async readOwned(accountId: string): Promise<OwnedKeys> {
    const stored = await quietly(() => this.#secrets.get(slot(accountId)), unreadable);
    const owned = stored === undefined ? undefined : ownedOf(stored);
    if (owned === undefined) throw keysMissing();
    return owned;
  }

  /** Whether this window finds readable keys of the account. Never rejects. */
  has(accountId: string): Promise<boolean> {
    return this.readOwned(accountId).then(
      () => true,
      () => false,
    );
  }

  /**
   * Stores the keys and reads them back.
   * @param owner the venue's id of the user they belong to, if known
   * @throws ExchangeError of kind `auth` with the code `keysMissingCode` if the keyring doesn't hold exactly these afterwards
   */
  async store(accountId: string, keys: Keys, owner?: string): Promise<void> {
    const text = JSON.stringify(owner === undefined ? keys : { ...keys, [ownerField]: owner });
    if (ownedOf(text) === undefined) throw missing(notKept);
    await quietly(() => this.#secrets.store(slot(accountId), text), notKept);
    const kept = await quietly(() => this.#secrets.get(slot(accountId)), notKept);
    if (kept !== text) throw missing(notKept);
  }

  /** @throws ExchangeError if the keyring fails. Does nothing if there are none. */
  async delete(accountId: string): Promise<void> {
    await quietly(() => this.#secrets.delete(slot(accountId)), notKept);
  }
}

/** This window doesn't find the account's keys. */
export const keysMissing = (): ExchangeError => missing(unreadable);

/** Another window has the keys: nothing is lost. */
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
  const { [ownerField]: owner, ...keys } = fieldsIn(text);
  const parts = Object.values(keys);
  if (parts.length === 0 || !parts.every((part) => typeof part === 'string' && part !== '')) return undefined;
  if (owner !== undefined && (typeof owner !== 'string' || owner === '')) return undefined;
  return { keys: keys as Keys, ...(owner === undefined ? {} : { owner }) };
}
