import { decimal } from '../../../src/core/decimal.ts';
import { ExchangeError, type ErrorKind } from '../../../src/core/errors.ts';
import { english, msg } from '../../../src/core/message.ts';
import type { Account, Loan, Position, Snapshot, Vanished, WalletCoin } from '../../../src/core/model.ts';
import type { Exchange } from '../../../src/exchanges/exchange.ts';
import type { WriteRecord } from '../../../src/engine/ledger/ledger.ts';
import type { AccountState, Failure } from '../../../src/engine/monitor/store.ts';
import type { ViewContext } from '../../../src/words/account.ts';
import type { Entry } from '../../../src/views/entry.ts';
import type { Text } from '../../../src/words/text.ts';
import { barePosition } from '../../bare-position.ts';

/** All samples are seen at this moment, read every 30 seconds. */
export const now = Date.UTC(2026, 10, 21, 12);

export const text = (part: Text | undefined): string => (part === undefined ? '' : typeof part === 'string' ? part : english(part));

/** A line as shown: label and description. */
export const line = (entry: Entry): string => [entry.label, ...(entry.description ?? [])].map(text).join(' | ');

export const below = (entry: Entry): readonly string[] => (entry.children ?? []).map(line);

export function loan(change: Partial<Loan> = {}): Loan {
  return {
    id: '12345',
    orderId: '12345',
    ltv: decimal('0.57421'),
    debtUsd: decimal('40000'),
    collateralUsd: decimal('69652.63'),
    collateralValuation: 'adjusted',
    debts: [{ coin: 'USDT', amount: decimal('40000') }],
    collateral: [{ coin: 'BTC', amount: decimal('0.8') }],
    marginCall: { ltv: decimal('0.7374'), source: 'venue' },
    liquidation: { ltv: decimal('0.8374'), source: 'venue' },
    liquidationPrice: { instrument: 'BTC-USDT', price: decimal('60000.5') },
    ...change,
  };
}

/** A long position in USDT contracts with the mark price 12.4 % above liquidation. Figures invented. */
export function position(change: Partial<Position> = {}, ...unknown: (keyof Position)[]): Position {
  const whole: Position = {
    ...barePosition,
    size: decimal('20'),
    exposure: decimal('0.2'),
    entryPrice: decimal('61000.5'),
    markPrice: decimal('60000'),
    lastPrice: decimal('60010.1'),
    liquidationPrice: decimal('52560'),
    leverage: decimal('8'),
    margin: decimal('1600'),
    maintenanceMargin: decimal('48'),
    marginRatio: decimal('9.4'),
    unrealizedPnl: decimal('-200.1'),
    ...change,
  };
  return Object.fromEntries(Object.entries(whole).filter(([name]) => !unknown.includes(name as keyof Position))) as unknown as Position;
}

/** An account without loans, with these positions. */
export function holding(positions: readonly Position[], change: Partial<Snapshot> = {}): Snapshot {
  return snapshot({ loans: [], positions, ...change });
}

export const btc: WalletCoin = {
  coin: 'BTC',
  amount: decimal('1.7921483143067599'),
  usd: decimal('158292.621793314105231'),
  pledgeable: true,
};

export function account(change: Partial<Account> = {}): Account {
  return { id: 'one', venue: 'okx', site: 'global', name: 'Main', simulated: false, readOnly: false, ...change };
}

export function snapshot(change: Partial<Snapshot> = {}): Snapshot {
  return { loans: [loan()], wallet: [btc], positions: [], asOf: now - 1_000, ...change };
}

/** The sample loan and a position after they went away near their end. */
export const gone: readonly Vanished[] = [
  { kind: 'position', id: 'p9', name: 'BTC-USDT', side: 'long', lastSeen: now - 60_000, noticed: now - 1_000 },
  { kind: 'loan', id: '12345', name: '12345', lastSeen: now - 60_000, noticed: now - 1_000 },
];

/** A change of the margin of the sample position. */
export function marginWrite(change: Partial<WriteRecord> = {}): WriteRecord {
  const { positionId, instrument, market, slot, side, marginCoin } = position();
  return {
    ...write(),
    change: {
      kind: 'margin',
      position: { positionId, instrument, market, slot, side, marginCoin },
      direction: 'add',
      coin: 'USDT',
      amount: decimal('100'),
    },
    baseline: { kind: 'margin', size: decimal('20'), margin: decimal('1600') },
    ...change,
  };
}

export function failure(kind: ErrorKind = 'network', code?: string): Failure {
  const error = new ExchangeError({
    kind,
    sentence: msg('test', 'It went wrong.'),
    effect: 'none',
    ...(code === undefined ? {} : { code }),
  });
  return { error, since: now - 60_000, at: now - 5_000, attempts: 3 };
}

export function state(change: Partial<AccountState> = {}): AccountState {
  return { account: account(), snapshot: snapshot(), reading: false, ...change };
}

export const venue: Exchange = {
  id: 'okx',
  name: 'OKX',
  sites: [
    { id: 'global', label: msg('test', 'Global'), baseUrl: 'https://exchange.test', simulated: false, demo: false },
    { id: 'global-demo', label: msg('test', 'Global, demo trading'), baseUrl: 'https://exchange.test', simulated: false, demo: true },
    { id: 'loopback', label: msg('term.loopback-simulated', 'This computer (simulated)'), simulated: true, demo: false },
  ],
  keyFields: [],
  collateralWallet: msg('test', 'Funding account'),
  marginWallet: msg('test', 'Trading account'),
  oneWaySlot: 'net',
  keyHelpUrl: 'https://exchange.test/keys',
  connect: () => {
    throw new Error('no sample connects');
  },
};

export function viewContext(change: Partial<ViewContext> = {}): ViewContext {
  return {
    exchanges: [venue],
    now,
    intervalMs: 30_000,
    when: (ms) => new Date(ms).toISOString(),
    zoned: (ms) => new Date(ms).toISOString(),
    openWrites: () => [],
    frozen: () => undefined,
    arming: () => ({ armed: true, until: 'simulated' }),
    warnings: () => [],
    ...change,
  };
}

export function write(change: Partial<WriteRecord> = {}): WriteRecord {
  return {
    id: 'w1',
    accountId: 'one',
    venue: 'okx',
    accountName: 'Main',
    change: { kind: 'collateral', loan: { loanId: '12345', orderId: '12345' }, direction: 'add', coin: 'BTC', amount: decimal('0.1') },
    request: { method: 'POST', path: '/', body: '' },
    baseline: { kind: 'collateral', pledged: decimal('0.8') },
    state: 'accepted',
    plannedAt: now - 5_000,
    updatedAt: now - 3_000,
    ...change,
  };
}
