import { decimal } from '../../../src/core/decimal.ts';
import { ExchangeError } from '../../../src/core/errors.ts';
import { english, msg, type Message } from '../../../src/core/message.ts';
import type { Account, Loan } from '../../../src/core/model.ts';
import type { Exchange } from '../../../src/exchanges/exchange.ts';
import type { AccountState } from '../../../src/engine/monitor/store.ts';
import type { ViewContext } from '../../../src/words/account.ts';

/** The moment all scenes play at. */
export const now = 1_700_000_000_000;
const intervalMs = 30_000;

export const say = (message: Message | string): string => (typeof message === 'string' ? message : english(message));

const okx = {
  id: 'okx',
  name: 'OKX',
  sites: [
    { id: 'global', label: msg('test', 'Global'), simulated: false, demo: false },
    { id: 'global-demo', label: msg('test', 'Global, demo trading'), simulated: false, demo: true },
    { id: 'loopback', label: msg('test', 'Loopback'), simulated: true, demo: false },
  ],
} as unknown as Exchange;

export function aScene(change: Partial<ViewContext> = {}): ViewContext {
  return {
    exchanges: [okx],
    now,
    intervalMs,
    when: (ms) => ms.toString(),
    zoned: (ms) => `${ms.toString()} UTC`,
    openWrites: () => [],
    frozen: () => undefined,
    arming: () => ({ armed: false }),
    warnings: () => [],
    ...change,
  };
}

export function anAccount(change: Partial<Account> = {}): Account {
  return { id: 'main', venue: 'okx', site: 'global', name: 'Main', simulated: false, readOnly: false, ...change };
}

const loan: Loan = {
  id: '12345',
  orderId: '12345',
  ltv: decimal('0.57421'),
  debtUsd: decimal('40000.001'),
  collateralUsd: decimal('69660.559'),
  collateralValuation: 'adjusted',
  debts: [{ coin: 'USDT', amount: decimal('40000.001') }],
  collateral: [{ coin: 'BTC', amount: decimal('0.812345678901234567') }],
  marginCall: { ltv: decimal('0.7374'), source: 'venue' },
  liquidation: { ltv: decimal('0.8374'), source: 'venue' },
  liquidationPrice: { instrument: 'BTC-USDT', price: decimal('60931.7') },
};

/** A loan at 57.43 % with margin call at 73.74 % and liquidation at 83.74 %. */
export function aLoan(change: Partial<Loan> = {}, ...unknown: (keyof Loan)[]): Loan {
  return Object.fromEntries(
    Object.entries({ ...loan, ...change }).filter(([name]) => !unknown.includes(name as keyof Loan)),
  ) as unknown as Loan;
}

/** An account with these loans, read `ageMs` ago. */
export function aState(loans: readonly Loan[], change: Partial<AccountState> = {}, ageMs = 1_000): AccountState {
  return { account: anAccount(), snapshot: { loans, wallet: [], positions: [], asOf: now - ageMs }, reading: false, ...change };
}

export const unreachable: NonNullable<AccountState['failure']> = {
  error: new ExchangeError({ kind: 'network', sentence: msg('test', 'OKX could not be reached.'), effect: 'none' }),
  since: now - 60_000,
  at: now - 1_000,
  attempts: 3,
};
