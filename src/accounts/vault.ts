import type { Keys } from '../exchanges/exchange.ts';
import type { SecretStorage } from './storage.ts';

/** The `code` of the `auth` error of an account whose keys are not in the keyring. */
export const keysMissingCode = 'keys-missing';

/** The keys of the accounts, in the editor's secret storage and nowhere else. */
export class Vault {
  readonly #secrets: SecretStorage;

  constructor(secrets: SecretStorage) {
    this.#secrets = secrets;
  }

  read(accountId: string): Promise<Keys> {
    void this.#secrets;
    return Promise.reject(new Error(`not there yet: ${accountId}`));
  }

  store(accountId: string, keys: Keys): Promise<void> {
    void keys;
    return Promise.reject(new Error(`not there yet: ${accountId}`));
  }

  delete(accountId: string): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${accountId}`));
  }
}
