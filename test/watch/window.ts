import { english, msg } from '../../src/core/message.ts';
import type { Snapshot } from '../../src/core/model.ts';
import { AccountBook } from '../../src/engine/accounts/account-book.ts';
import { Vault } from '../../src/engine/accounts/vault.ts';
import { shareReadings } from '../../src/engine/engine.ts';
import { VenueHistory } from '../../src/engine/history/venue-history.ts';
import { Connections } from '../../src/engine/monitor/connections.ts';
import { Poller } from '../../src/engine/monitor/poller.ts';
import { intervalInForce } from '../../src/engine/monitor/pace.ts';
import { Reader, type ReaderOptions } from '../../src/engine/monitor/reader.ts';
import { newsOf } from '../../src/engine/monitor/reading-news.ts';
import { Store, type Failure } from '../../src/engine/monitor/store.ts';
import { Wakes } from '../../src/engine/monitor/wakes.ts';
import { watchPrices } from '../../src/engine/prices/watch-prices.ts';
import { SharedState } from '../../src/engine/storage/shared-state.ts';
import { existsState, readLastCopy } from '../../src/engine/storage/state-folder.ts';
import { LateWarnings } from '../../src/engine/watch/late-warnings.ts';
import type { WarningFront } from '../../src/engine/watch/warning-watch.ts';
import type { Told } from '../../src/engine/watch/warnings.ts';
import type { Exchange, Keys } from '../../src/exchanges/exchange.ts';
import type { Folder } from './folder.ts';
import { venueFor, type VenueOptions } from './venue.ts';
import { WindowProcess } from './window-process.ts';

/** What a notice was made of, and when. */
export interface Composed {
  readonly id: number;
  /** Milliseconds since the world began. */
  readonly at: number;
  readonly told: readonly Told[];
}

export interface WindowOptions extends Omit<VenueOptions, 'clock' | 'window'> {
  readonly name: string;
  readonly folder: Folder;
  readonly intervalMs: () => number;
  readonly network: () => string;
  readonly newId: () => number;
  /** It has just been handed what it is to show. */
  readonly claimed: (window: SimulatedWindow) => void;
  readonly shown: (window: SimulatedWindow, composed: Composed) => void;
  readonly noted: (window: SimulatedWindow) => void;
  /** Instead of the simulation's own venue. */
  readonly exchanges?: readonly Exchange[];
  /** What these are asked by. */
  readonly fetch?: typeof fetch;
  /** By account; its own id unless told. */
  readonly keys?: ReadonlyMap<string, Keys>;
}

const none = (): undefined => undefined;

/** One window of the editor with the parts that watch, put together as src/engine/engine.ts does. */
export class SimulatedWindow extends WindowProcess {
  readonly store: Store;
  readonly reader: Reader;
  readonly book: AccountBook;
  readonly warnings: LateWarnings;
  readonly #front: WarningFront;
  readonly log: string[] = [];
  readonly #shared: SharedState<Snapshot, Failure>;
  readonly #poller: Poller;
  readonly #parts: readonly { dispose(): void }[];

  constructor(options: WindowOptions) {
    const { name, folder, time, random, intervalMs, market } = options;
    super(name, time);
    const { clock } = this;
    const shared = new SharedState<Snapshot, Failure>({
      open: async () =>
        folder.open(clock, (asked, answer) => {
          if (asked.do === 'noteShown') options.noted(this);
          if (asked.do === 'claimNotices' && (answer as { notices: readonly unknown[] } | undefined)?.notices.length) options.claimed(this);
        }),
      lastCopy: () => readLastCopy(folder.path),
      exists: () => existsState(folder.path),
      old: { get: none, update: () => Promise.resolve() },
      clock,
    });
    const book = new AccountBook(shared);
    const keys = new Map(
      market.accounts.map(({ account }) => [
        `ltvGauge.keys.${account.id}`,
        JSON.stringify(options.keys?.get(account.id) ?? { apiKey: account.id }),
      ]),
    );
    const vault = new Vault({ get: async (key) => keys.get(key), store: async () => undefined, delete: async () => undefined });
    const connections = new Connections({
      exchanges: options.exchanges ?? [venueFor({ ...options, clock, window: name })],
      ...(options.fetch === undefined ? {} : { fetch: options.fetch }),
      ...{ book, vault, clock },
      locate: async (account) => account,
      look: () => shared.look(),
    });
    const everyMs: ReaderOptions['everyMs'] = (snapshot, account) => intervalInForce(snapshot, intervalMs(), { account });
    const reader = new Reader({ shared, book, clock, everyMs, window: name });
    const store = new Store({ book, storage: reader, clock, newsOf });
    const wakes = new Wakes(clock, options.network);
    const chance = random.for(name);
    const poller = new Poller({ book, store, connections, clock, intervalMs, wakes, reader, random: chance.for('poller').next });
    const log = { debug: none, info: none, warn: (line: string) => void this.log.push(line) };
    const prices = watchPrices({ store, connections, clock, wakes, log, reader, poller, intervalMs, random: chance.for('prices').next });
    const history = market.past === undefined ? [] : [new VenueHistory({ store, shared, connections, reader, clock, log })];
    const following = shareReadings(reader, store, poller, { reconcile: async () => undefined });
    const secrets = { get: async () => undefined, store: async () => undefined, delete: async () => undefined };
    this.warnings = new LateWarnings({ store, book, connections, shared, clock, wakes, intervalMs, window: name, log, reader, secrets });
    this.#front = {
      compose: async (told) => {
        const composed: Composed = { id: options.newId(), at: time.passed, told };
        return {
          sentence: msg('test', '{0}', JSON.stringify(composed)),
          about: told.filter(({ says }) => says !== 'gone').map(({ account, target, level }) => ({ account, target, level })),
        };
      },
      show: async (notice) => {
        options.shown(this, JSON.parse(english(notice.sentence)) as Composed);
      },
      settings: () => ({ enabled: true, quietHours: '' }),
    };
    this.#shared = shared;
    [this.book, this.reader, this.store, this.#poller] = [book, reader, store, poller];
    this.#parts = [shared, book, connections, reader, store, poller, prices, following, ...history, this.warnings];
  }

  /** As after activation: the front is attached, then reading begins. */
  open(): void {
    this.warnings.attach(this.#front);
    void this.#shared.start();
    this.#poller.start();
  }

  async close(): Promise<void> {
    this.isClosed = true;
    await this.reader.close();
    for (const part of [...this.#parts].reverse()) part.dispose();
    this.ends();
  }
}
