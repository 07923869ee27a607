import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';
import type { Keys } from '../exchanges/exchange.ts';
import type { SecretStorage } from './storage.ts';

/** The `code` of the `auth` error of an account whose keys are not in the keyring. */
export const keysMissingCode = 'keys-missing';

const unreadable = msg('The API key of this account is not in the keyring. Run "LTV Gauge: Update Keys…" to enter it again.');
const notKept = msg('The keyring did not keep the API key. Unlock the keyring of your system, then enter the key again.');
const notDeleted = msg('The keyring did not let go of the API key. Unlock the keyring of your system, then remove the account again.');

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
    const stored = await quietly(() => this.#secrets.get(slot(accountId)), unreadable);
    const keys = stored === undefined ? undefined : keysOf(stored);
    if (keys === undefined) throw missing(unreadable);
    return keys;
  }

  /**
   * Stores and reads back.
   * @throws ExchangeError of kind `auth` with the code `keysMissingCode` when the keyring does not hold exactly these afterwards.
   */
  async store(accountId: string, keys: Keys): Promise<void> {
    const text = JSON.stringify(keys);
    if (keysOf(text) === undefined) throw missing(notKept);
    await quietly(() => this.#secrets.store(slot(accountId), text), notKept);
    const kept = await quietly(() => this.#secrets.get(slot(accountId)), notKept);
    if (kept !== text) throw missing(notKept);
  }

  /** @throws ExchangeError when the keyring fails. Nothing happens when there are none. */
  async delete(accountId: string): Promise<void> {
    await quietly(() => this.#secrets.delete(slot(accountId)), notDeleted);
  }
}

const slot = (accountId: string): string => `ltvGauge.keys.${accountId}`;

const missing = (sentence: Message): ExchangeError => new ExchangeError({ kind: 'auth', code: keysMissingCode, sentence, effect: 'none' });

async function quietly<T>(ask: () => PromiseLike<T>, sentence: Message): Promise<T> {
  try {
    return await ask();
  } catch {
    throw missing(sentence);
  }
}

function keysOf(text: string): Keys | undefined {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return undefined;
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
  const parts = Object.values(value);
  return parts.length > 0 && parts.every((part) => typeof part === 'string' && part !== '') ? (value as Keys) : undefined;
}
