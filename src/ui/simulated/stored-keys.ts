import { keysMissingCode, type Vault } from '../../accounts/vault.ts';
import { ExchangeError } from '../../core/errors.ts';
import type { Keys } from '../../exchanges/exchange.ts';
import type { SimulatorKeys } from '../../simulator/okx/start.ts';

/**
 * The stored keys of a simulated account, or undefined when there are none: then new ones are made, because with
 * simulated keys nothing is lost. Rejects when the keyring cannot be read at all.
 */
export async function storedKeys(vault: Pick<Vault, 'read'>, accountId: string): Promise<SimulatorKeys | undefined> {
  let keys: Keys;
  try {
    keys = await vault.read(accountId);
  } catch (error) {
    if (ExchangeError.is(error, 'auth') && error.code === keysMissingCode) return undefined;
    throw error;
  }
  const { apiKey, secret, passphrase } = keys as Partial<Record<string, string>>;
  return apiKey === undefined || secret === undefined || passphrase === undefined ? undefined : { apiKey, secret, passphrase };
}
