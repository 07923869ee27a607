import path from 'node:path';
import { systemClock, type Clock } from '../core/clock.ts';
import type { Disposable } from '../core/emitter.ts';
import type { Account, Snapshot } from '../core/model.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import { exchanges as allExchanges } from '../exchanges/registry.ts';
import { AccountBook } from './accounts/account-book.ts';
import { borrowLimit } from './accounts/borrowing.ts';
import { keyFailures } from './accounts/failures-here.ts';
import { outletSlot, Vault, type SecretStorage } from './accounts/vault.ts';
import type { VenueHistoryOptions } from './history/venue-history.ts';
import { Arming } from './ledger/arming.ts';
import { LateJournal } from './ledger/database/late-journal.ts';
import { Ledger, type WriteRecord } from './ledger/ledger.ts';
import { holderOf, isSameOwner } from './ledger/owner.ts';
import type { LimitsFault, LimitsInForce } from './ledger/limits.ts';
import { Connections } from './monitor/connections.ts';
import { LatePoller } from './monitor/late-poller.ts';
import { Store, type Explain, type Failure, type NewsOf } from './monitor/store.ts';
import { Wakes } from './monitor/wakes.ts';
import { watchPrices } from './prices/watch-prices.ts';
import type { OutletPorts } from './outlets/outlet-book.ts';
import type { EnginePorts, Log } from './ports.ts';
import { SimulatedExchange } from './simulated/simulated-exchange.ts';
import { isBuiltIn } from './simulated/built-in.ts';
import { SharedState } from './storage/shared-state.ts';
import { Reader, type ReaderOptions } from './monitor/reader.ts';
import type * as News from './monitor/reading-news.ts';
import { LateWarnings } from './watch/late-warnings.ts';
import { existsState, readLastCopy, stateIn, watchLastCopy } from './storage/state-folder.ts';

/** Everything that reads accounts and changes them, put together, for any front to show and to ask. */
export interface Engine extends Disposable {
  readonly log: Log;
  readonly clock: Clock;
  readonly exchanges: readonly Exchange[];
  readonly book: AccountBook;
  readonly vault: Vault;
  readonly connections: Connections;
  readonly store: Store;
  /** Tells when the machine has slept or moved. */
  readonly wakes: Wakes;
  readonly poller: Pick<LatePoller, 'refresh' | 'nudge'>;
  /** Whether this window reads for all that are open, and news of that. */
  readonly reader: Pick<Reader, 'isReader' | 'onDidChange'>;
  readonly ledger: Ledger;
  /** Which accounts changes may be sent from. */
  readonly arming: Arming;
  readonly simulated: SimulatedExchange;
  /** What comes near its line, told to a person. */
  readonly warnings: LateWarnings;
  /** What it takes to keep the outlets of warnings and to reach them. */
  readonly outlets: OutletPorts;
  /** An id that nothing else has. */
  readonly newId: () => string;
  /** News of what all windows share, and what is kept of the past. What is in there is changed by the parts above, and by an import. */
  readonly shared: Pick<SharedState<Snapshot, Failure>, 'ask' | 'onDidMeetTrouble' | 'onDidRemake'>;
  /** The person's poll interval, clamped to its minimum. Milliseconds. */
  readonly intervalMs: () => number;
  /** Begins to read. Returns at once; resolves when what all windows share was looked at, however that ended. Once is enough. */
  start(): Promise<void>;
  /** Lets the outcomes of the last changes be recorded, then disposes. Takes three seconds at most and never rejects. */
  close(): Promise<void>;
  /** Ends all work at once. What left for an exchange is not called back; the next start finds it in the ledger. */
  dispose(): void;
}

/** How long a command waits for the proof of a change; the change itself is followed for as long as it takes. */
const proofPatienceMs = 60_000;
/** A window that closes waits no longer for a database that is locked. Milliseconds. */
const handOverMs = 1_500;

/**
 * Builds the parts and connects them. Waits for nothing and opens nothing: no network, no secret, no database. What cannot be opened later is
 * told by `shared` and by whoever needed it.
 * @throws RangeError when the ports name no place to work in
 */
export function createEngine(ports: EnginePorts): Engine {
  for (const place of ['folder', 'worker'] as const) mustBeAbsolute(place, ports[place]);
  const { log, newId, settings, window, clock = systemClock, exchanges = allExchanges } = ports;
  const { intervalMs } = settings;
  const parts: Disposable[] = [];
  const keep = <T extends Disposable>(part: T): T => {
    parts.push(part);
    return part;
  };
  const shared = keep(sharedState(ports, clock));
  const book = keep(new AccountBook(shared));
  const vault = new Vault(ports.secrets);
  const arming = keep(new Arming({ rows: shared, clock, book, window, newId }));
  const mayStoreKeys = async (): Promise<boolean> =>
    ports.windowsShareSecrets || (await findsAllSecrets(book, vault, shared, ports.secrets));
  const here = { shared, book, vault, clock, window, log };
  const simulated = keep(new SimulatedExchange({ ...here, folder: path.join(ports.folder, 'simulated'), mayStoreKeys }));
  const news = lateNews(intervalMs);
  const fetching = ports.fetch === undefined ? {} : { fetch: ports.fetch };
  const connections = keep(
    new Connections({
      ...{ exchanges, book, vault, clock, ...fetching, prepare: news.load, look: () => shared.look() },
      ...{ locate: (account) => simulated.locate(account), isArmed: (accountId) => arming.state(accountId).armed },
      areKeysElsewhere: unseenKeys(ports, clock, () => store),
      trace: (line) => {
        log.debug(line);
      },
    }),
  );
  const reader = keep(new Reader({ shared, book, clock, window, everyMs: news.everyMs, isSeen: ports.isSeen }));
  const explain: Explain = (account, error) => prices.explain(account, error);
  const writesOf = (accountId: string): readonly WriteRecord[] => ledger.known(accountId);
  const store: Store = keep(new Store({ book, storage: reader, clock, intervalMs, newsOf: news.of, explain, writesOf }));
  const journal = keep(lateJournal(ports, shared));
  // Figures that the views would have refreshed by now are not acted on.
  const acting = { maxPreviewAgeMs: intervalMs, proofPatienceMs, limits: () => limitsInForce(ports, book) };
  const ledger: Ledger = keep(new Ledger({ journal, book, connections, clock, newId, window, arming, ...acting }));
  const wakes = new Wakes(clock);
  const poller = keep(
    new LatePoller({
      ...{ book, store, connections, clock, intervalMs, wakes, reader, mustRead: mayChange(book, ledger, arming) },
      onDidChangeInterval: settings.onDidChangeInterval,
      onRead: (accountId, isRoutine) => ledger.reconcile(accountId, isRoutine ? 'routine' : 'all'),
    }),
  );
  const prices = keep(watchPrices({ store, connections, clock, wakes, log, reader, poller, intervalMs, WebSocket: ports.WebSocket }));
  keep(shareReadings(reader, store, poller, ledger));
  keep(readVenueHistory({ store, shared, connections, reader, clock, log }));
  const outlets = { shared, clock, secrets: ports.secrets, ...fetching };
  const warnings = keep(new LateWarnings({ ...outlets, store, book, connections, wakes, intervalMs, window, log, reader }));
  const dispose = (): void => {
    // What was built last is done with first: it asks those before it.
    for (const part of parts.splice(0).reverse()) part.dispose();
  };
  return {
    ...{ log, clock, exchanges, book, vault, connections, shared, intervalMs },
    ...{ store, wakes, poller, reader, ledger, arming, simulated, warnings, outlets, newId },
    start() {
      const looked = shared.start();
      poller.start();
      return looked;
    },
    async close() {
      await Promise.all([ledger.close(), atMost(handOverMs, clock, [reader.close(), simulated.close()])]);
      dispose();
    },
    dispose,
  };
}

/** The person's limits, and how much each account may borrow. */
async function limitsInForce({ settings }: EnginePorts, book: AccountBook): Promise<LimitsInForce | LimitsFault> {
  const own = await settings.limits();
  return 'fault' in own ? own : { ...own, borrowPerDayUsd: (accountId) => borrowLimit(book.get(accountId)) };
}

/** Whether keys that are not found here are those of another window: one has read the account since this one opened. */
function unseenKeys({ windowsShareSecrets }: EnginePorts, clock: Clock, store: () => Store): (accountId: string) => boolean {
  const began = clock.now();
  return (accountId) => !windowsShareSecrets && (store().get(accountId)?.snapshot?.asOf ?? 0) >= began;
}

/** Waits for all of it, but no longer. */
async function atMost(ms: number, clock: Clock, work: readonly Promise<void>[]): Promise<void> {
  const enough = new AbortController();
  await Promise.race([Promise.all(work), clock.sleep(ms, enough.signal).catch(() => undefined)]);
  enough.abort();
}

function sharedState({ folder, worker, old }: EnginePorts, clock: Clock): SharedState<Snapshot, Failure> {
  const place = stateIn(folder);
  return new SharedState({
    open: async () => (await import('./open-state.ts')).openState(place, worker),
    lastCopy: () => readLastCopy(place),
    exists: () => existsState(place),
    watch: (changed) => watchLastCopy(place, changed),
    old,
    clock,
  });
}

/** What is made of readings is loaded before the first connection, so that it is there with the first reading. */
function lateNews(intervalMs: () => number): { readonly load: () => Promise<void>; readonly of: NewsOf } & Pick<ReaderOptions, 'everyMs'> {
  let part: typeof News | undefined;
  return {
    load: async () => {
      part = await import('./monitor/reading-news.ts');
    },
    of: (...readings) => {
      if (part === undefined) throw new Error('a reading without a connection');
      return part.newsOf(...readings);
    },
    // Before that, figures are out of date as early as any.
    everyMs: (snapshot, account) => part?.intervalInForce(snapshot, intervalMs(), { account }) ?? 0,
  };
}

/** One window reads; what it reads is in all windows as if each had read it. */
export function shareReadings(
  reader: Reader,
  store: Store,
  poller: Pick<LatePoller, 'turn' | 'follow'>,
  ledger: Pick<Ledger, 'reconcile'>,
): Disposable {
  const change = reader.onDidChange(() => {
    poller.turn();
  });
  const news = reader.onDidRead(({ account, at, figures, failure, watched }) => {
    // What a watcher reads with its key says nothing about ours.
    const own = store.get(account)?.failure;
    const isOfKey = watched === true && own !== undefined && keyFailures.has(own.error.kind);
    if (!store.take(account, at, figures, isOfKey ? own : failure, watched)) return;
    poller.follow(account);
    if (figures !== undefined && failure === undefined) void ledger.reconcile(account, 'none');
  });
  return {
    dispose: () => {
      change.dispose();
      news.dispose();
    },
  };
}

/** Whether changes of the account at the exchange are open or may be sent: then this window reads it itself, whoever else does. */
function mayChange(book: AccountBook, ledger: Pick<Ledger, 'open'>, arming: Arming): (accountId: string) => boolean {
  const isArmed = (accountId: string): boolean => {
    const state = arming.state(accountId);
    return state.armed ? state.until !== 'simulated' : arming.mayBeArmed(accountId);
  };
  return (accountId) => {
    const account = book.get(accountId);
    const isSame = (other: Account): boolean => account !== undefined && isSameOwner(holderOf(other), holderOf(account));
    return ledger.open(accountId).length > 0 || book.list().some((other) => isSame(other) && isArmed(other.id));
  };
}

/** The venue's own history is read from the first reading of an account on. */
function readVenueHistory(options: VenueHistoryOptions): Disposable {
  const { store, log } = options;
  let part: Promise<Disposable> | undefined;
  const first = store.onDidChange(({ accountId }) => {
    if (store.get(accountId)?.snapshot === undefined) return;
    part ??= import('./history/venue-history.ts').then(({ VenueHistory }) => new VenueHistory(options));
    part.then(
      () => {
        first.dispose();
      },
      (error: unknown) => {
        part = undefined;
        log.warn(`history: ${String(error)}`);
      },
    );
  });
  return {
    dispose: () => {
      first.dispose();
      part?.then(
        (venue) => {
          venue.dispose();
        },
        () => undefined,
      );
    },
  };
}

const lateJournal = ({ folder, worker }: EnginePorts, { anchor }: Pick<SharedState, 'anchor'>): LateJournal =>
  new LateJournal(async () => {
    const { SqliteJournal } = await import('./ledger/database/sqlite-journal.ts');
    return new SqliteJournal({ folder: path.join(folder, 'journal'), worker, storage: anchor });
  });

/** A window that doesn't find a secret another one stored would wipe it by storing one. */
async function findsAllSecrets(
  book: AccountBook,
  vault: Vault,
  shared: Pick<SharedState, 'ask'>,
  secrets: SecretStorage,
): Promise<boolean> {
  const accounts = book.list().filter((account) => !isBuiltIn(account));
  try {
    const outlets = (await shared.ask({ do: 'outlets' })) ?? [];
    const kept = await Promise.all(outlets.map(({ id }) => secrets.get(outletSlot(id))));
    const found = await Promise.all(accounts.map(({ id }) => vault.has(id)));
    return !found.includes(false) && !kept.includes(undefined);
  } catch {
    return false;
  }
}

function mustBeAbsolute(port: 'folder' | 'worker', place: string): void {
  if (path.isAbsolute(place)) return;
  throw new RangeError(`createEngine needs an absolute path as \`${port}\`; it was given ${JSON.stringify(place)}`);
}
