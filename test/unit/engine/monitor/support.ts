import { AccountBook } from '../../../../src/engine/accounts/account-book.ts';
import { Vault } from '../../../../src/engine/accounts/vault.ts';
import { Emitter } from '../../../../src/core/emitter.ts';
import { decimal } from '../../../../src/core/decimal.ts';
import { ExchangeError, type ErrorKind } from '../../../../src/core/errors.ts';
import { msg } from '../../../../src/core/message.ts';
import type { Account, Snapshot } from '../../../../src/core/model.ts';
import type { Connection, ConnectionOptions, Exchange, Site } from '../../../../src/exchanges/exchange.ts';
import { Store, type Reading, type ReadingStorage } from '../../../../src/engine/monitor/store.ts';
import { newsOf } from '../../../../src/engine/monitor/reading-news.ts';
import type { Pass, PricesRow } from '../../../../src/engine/storage/state-protocol.ts';
import { storedSnapshot } from '../../../../src/engine/monitor/stored-snapshot.ts';
import { MemoryRecords, MemorySecrets, MemoryStorage } from '../accounts/memory-storage.ts';
import { FakeClock } from '../../core/fake-clock.ts';

export const account = (id: string, facts: Partial<Account> = {}): Account => ({
  id,
  venue: 'okx',
  site: 'global',
  name: id,
  simulated: false,
  readOnly: false,
  ...facts,
});

export const snapshot = (asOf: number, ltv = '0.58'): Snapshot => ({
  loans: [
    {
      id: '12345',
      orderId: '12345',
      ltv: decimal(ltv),
      debtUsd: decimal('40000'),
      collateralUsd: decimal('68992.123456789012345678'),
      collateralValuation: 'adjusted',
      debts: [{ coin: 'USDT', amount: decimal('40000') }],
      collateral: [{ coin: 'BTC', amount: decimal('0.800000000000000001'), usd: decimal('70400') }],
      marginCall: { ltv: decimal('0.7374'), source: 'venue' },
      liquidation: { ltv: decimal('0.8374'), source: 'venue' },
      liquidationPrice: { instrument: 'BTC-USDT', price: decimal('59708.62') },
    },
  ],
  wallet: [
    { coin: 'BTC', amount: decimal('1.7921483143067599'), pledgeable: true },
    { coin: 'SOL', amount: decimal('40') },
  ],
  positions: [],
  asOf,
});

export const failure = (kind: ErrorKind = 'network', retryAfterMs?: number): ExchangeError =>
  new ExchangeError({ kind, sentence: msg('test', 'It failed.'), effect: 'none', ...(retryAfterMs === undefined ? {} : { retryAfterMs }) });

const unused = (): never => {
  throw new Error('not to be used here');
};

/** A connection of which only `read` works. */
export function readingConnection(read: (signal?: AbortSignal) => Promise<Snapshot>, dispose: () => void = () => undefined): Connection {
  return {
    read,
    dispose,
    inspect: unused,
    indexPrices: unused,
    actions: {},
  };
}

/** A venue that notes how it was connected to. */
export class FakeExchange implements Exchange {
  readonly id = 'okx';
  readonly name = 'OKX';
  sites: readonly Site[] = [];
  readonly keyFields = [];
  readonly collateralWallet = msg('term.funding-account', 'funding account');
  readonly marginWallet = msg('okx.trading-account', 'trading account');
  readonly oneWaySlot = 'net';
  readonly keyHelpUrl = '';
  readonly made: ConnectionOptions[] = [];
  disposed = 0;

  connect(options: ConnectionOptions): Promise<Connection> {
    this.made.push(options);
    return Promise.resolve(
      readingConnection(unused, () => {
        this.disposed += 1;
      }),
    );
  }
}

/** The last figures as the shared database gives them back: read from their text. */
class StoredReadings extends MemoryStorage implements ReadingStorage {
  /** All that was handed over, in order. */
  readonly kept: { readonly accountId: string; readonly reading: Reading; readonly pass: Pass }[] = [];

  override get(accountId: string): Snapshot | undefined {
    return storedSnapshot(super.get(accountId));
  }

  keep(accountId: string, reading: Reading, pass: Pass): void {
    if (this.failing) return;
    this.kept.push({ accountId, reading, pass });
    if ('snapshot' in reading) void this.update(accountId, reading.snapshot);
  }

  forget(accountId: string): void {
    void this.update(accountId, undefined);
  }
}

/** Which window reads, as the test says. */
export class FakeReader {
  #isReader = true;
  readonly #changed = new Emitter<undefined>();
  readonly #priced = new Emitter<PricesRow>();
  readonly #prices = new Map<string, PricesRow>();
  readonly onDidChange = this.#changed.on;
  readonly onDidPrice = this.#priced.on;
  readonly kept: PricesRow[] = [];

  get isReader(): boolean {
    return this.#isReader;
  }

  set isReader(isReader: boolean) {
    this.#isReader = isReader;
    this.#changed.fire(undefined);
  }

  async pass(): Promise<Pass | undefined> {
    return this.isReader ? { fence: 1, window: 'w' } : undefined;
  }

  prices(site: string): PricesRow | undefined {
    return this.#prices.get(site);
  }

  keepPrices(row: PricesRow): void {
    this.kept.push(row);
    this.arrive(row);
  }

  /** From another window. */
  arrive(row: PricesRow): void {
    this.#prices.set(row.site, row);
    this.#priced.fire(row);
  }
}

export class World {
  readonly clock = new FakeClock();
  readonly storage = new StoredReadings();
  readonly secrets = new MemorySecrets();
  readonly records = new MemoryRecords();
  readonly book = new AccountBook(this.records);
  readonly vault = new Vault(this.secrets);
  readonly store = new Store({ book: this.book, storage: this.storage, clock: this.clock, newsOf });
}
