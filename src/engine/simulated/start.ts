import { randomUUID } from 'node:crypto';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Account } from '../../core/model.ts';
import type { Keys } from '../../exchanges/exchange.ts';
import type { SimulatorKeys } from '../../simulator/okx/auth.ts';
import type { Simulator, SimulatorOptions } from '../../simulator/okx/start.ts';
import { keysMissingCode, type Vault } from '../accounts/vault.ts';

export type Start = (options: SimulatorOptions) => Promise<Simulator>;

/** Loaded on first use, so that activation does not pay for it. */
export const loadStart = async (): Promise<Start> => (await import('../../simulator/okx/start.ts')).startSimulator;

/** Starts from a saved state; from the beginning when there is none or it cannot be used. What cannot be loaded says nothing about the state. */
export async function startFrom(
  load: () => Promise<Start>,
  state: string | undefined,
  options: SimulatorOptions,
  onUnusable: (error: unknown) => void,
): Promise<Simulator> {
  const start = await load();
  if (state === undefined) return start(options);
  try {
    return await start({ ...options, state });
  } catch (error) {
    if (isPortTaken(error)) throw error;
    onUnusable(error);
    return start(options);
  }
}

/** Whether something else listens on the port already. */
export function isPortTaken(error: unknown): boolean {
  const code = (error as { code?: unknown } | undefined)?.code;
  return code === 'EADDRINUSE' || code === 'EACCES';
}

/** What went wrong with the start, as the one kind of error that pollers and views know. */
export function notStarted(error: unknown): ExchangeError {
  if (ExchangeError.is(error)) return error;
  const reason = error instanceof Error ? error.message : String(error);
  return new ExchangeError({
    kind: 'unavailable',
    sentence: msg('simulated.exchange-not-started', "The simulated exchange couldn't start: {0}", reason),
    effect: 'none',
  });
}

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

const idPrefix = 'simulated-';

/** Whether this account lives on the exchange inside the extension. A loopback account that a person added by address does not. */
export function isBuiltIn(account: Pick<Account, 'id' | 'site'>): boolean {
  return account.site === 'loopback' && isBuiltInId(account.id);
}

/** The same by id alone, for an account that is gone. */
export function isBuiltInId(accountId: string): boolean {
  return accountId.startsWith(idPrefix);
}

/** Never used before: a removed account's open changes do not weigh on its successor. */
export function newBuiltInId(): string {
  return `${idPrefix}${randomUUID()}`;
}
