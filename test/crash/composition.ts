import { randomUUID } from 'node:crypto';
import path from 'node:path';
import { decimal } from '../../src/core/decimal.ts';
import { AccountBook } from '../../src/engine/accounts/account-book.ts';
import { openStateDatabase } from '../../src/engine/storage/state-database.ts';
import { SharedState } from '../../src/engine/storage/shared-state.ts';
import { existsState, readLastCopy } from '../../src/engine/storage/state-folder.ts';
import { Vault } from '../../src/engine/accounts/vault.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Connection } from '../../src/exchanges/exchange.ts';
import { exchanges } from '../../src/exchanges/registry.ts';
import { Arming } from '../../src/engine/ledger/arming.ts';
import { SqliteJournal } from '../../src/engine/ledger/database/sqlite-journal.ts';
import type { Journal } from '../../src/engine/ledger/journal.ts';
import { Ledger } from '../../src/engine/ledger/ledger.ts';
import { limitsFrom } from '../../src/engine/ledger/limits.ts';
import { Connections } from '../../src/engine/monitor/connections.ts';
import { MemorySecrets } from '../unit/engine/accounts/memory-storage.ts';
import { KeptStorage } from './kept-storage.ts';
import type { Setup } from './protocol.ts';

export const accountId = 'a';
/** As in src/engine/engine.ts. */
const proofPatienceMs = 60_000;

export interface Composition {
  readonly ledger: Ledger;
  readonly journal: Journal;
  connection(): Promise<Connection>;
  /** Limits are per connection and in real time, too long to wait for here. */
  reconnect(): void;
  dispose(): void;
}

/** Everything a write needs, put together as in src/engine/engine.ts, with what tests hold in hand. */
export async function compose(
  setup: Setup,
  {
    clock,
    fetch,
    watch,
  }: { readonly clock: Clock; readonly fetch: typeof globalThis.fetch; readonly watch: (journal: Journal) => Journal },
): Promise<Composition> {
  const worker = path.join(__dirname, 'ledger-worker.js');
  const state = path.join(setup.folder, 'state');
  const window = randomUUID();
  const shared = new SharedState({
    open: () => Promise.resolve(openStateDatabase({ folder: state, worker, read: () => undefined, readFailure: () => undefined })),
    lastCopy: () => readLastCopy(state),
    exists: () => existsState(state),
    old: new KeptStorage(setup.storage),
    // Nothing else changes an account here, and time passes only while something waits.
    clock: { now: () => clock.now(), sleep: () => new Promise(() => undefined) },
  });
  await shared.start();
  const book = new AccountBook(shared);
  // What is simulated is armed from the start.
  const arming = new Arming({ rows: shared, clock, book, window, newId: randomUUID });
  const vault = new Vault(new MemorySecrets());
  await vault.store(accountId, setup.keys);
  const { venue, baseUrl } = setup;
  const account = { id: accountId, venue, site: 'loopback', baseUrl, name: 'Simulated', simulated: true, readOnly: false };
  if (book.get(accountId) === undefined) await book.add(account);

  const connect = (): Connections =>
    new Connections({
      exchanges,
      book,
      vault,
      clock,
      fetch,
      locate: (account) => Promise.resolve(account),
      look: () => shared.look(),
      isArmed: (id) => arming.state(id).armed,
    });
  let connections = connect();
  const journal = new SqliteJournal({ folder: path.join(setup.folder, 'journal'), worker, storage: shared.anchor });
  const ledger = new Ledger({
    journal: watch(journal),
    book,
    connections: { get: (id) => connections.get(id) },
    clock,
    newId: randomUUID,
    maxPreviewAgeMs: () => 60_000,
    proofPatienceMs,
    window,
    arming,
    limits: () => ({ ...limitsFrom({}), borrowPerDayUsd: () => decimal('100000') }),
  });
  return {
    ledger,
    journal,
    connection: () => connections.get(accountId),
    reconnect() {
      connections.dispose();
      connections = connect();
    },
    dispose() {
      ledger.dispose();
      journal.dispose();
      arming.dispose();
      connections.dispose();
      book.dispose();
      shared.dispose();
    },
  };
}
