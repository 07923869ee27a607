import { randomUUID } from 'node:crypto';
import path from 'node:path';
import * as vscode from 'vscode';
import { AccountBook } from './engine/accounts/account-book.ts';
import { SharedState } from './engine/storage/shared-state.ts';
import { existsState, readLastCopy, watchLastCopy } from './engine/storage/state-folder.ts';
import { Vault } from './engine/accounts/vault.ts';
import { systemClock } from './core/clock.ts';
import { exchanges } from './exchanges/registry.ts';
import { Arming } from './engine/ledger/arming.ts';
import { LateJournal } from './engine/ledger/database/late-journal.ts';
import { Ledger } from './engine/ledger/ledger.ts';
import { Connections } from './engine/monitor/connections.ts';
import { Poller } from './engine/monitor/poller.ts';
import { Store } from './engine/monitor/store.ts';
import { Wakes } from './engine/monitor/wakes.ts';
import {
  registerAccountCommands,
  registerActingCommands,
  registerActivityCommands,
  registerArmingCommands,
  registerSimulatorCommands,
  registerViewCommands,
} from './vscode/commands.ts';
import { registerActivityView, registerCollateralView, registerLoansView, registerPositionsView } from './vscode/trees.ts';
import type { App } from './vscode/front.ts';
import { commandIds } from './vscode/command-ids.ts';
import { registerGauges } from './vscode/gauge-commands.ts';
import { LazyPages } from './views/lazy-pages.ts';
import { pageReader } from './views/page-reader.ts';
import { sceneOf } from './vscode/scene.ts';
import { intervalMs, readLimits } from './vscode/settings.ts';
import { isBuiltIn } from './engine/simulated/start.ts';
import { SimulatedExchange } from './engine/simulated/simulated-exchange.ts';
import { tellStateTrouble } from './vscode/state-trouble.ts';
import { registerStatusBar } from './vscode/status-bar.ts';
import { watchPrices } from './vscode/watch-prices.ts';

/** How long a command waits for the proof of a change; the change itself is followed for as long as it takes. */
const proofPatienceMs = 60_000;

let closing: (() => Promise<void>) | undefined;

/** Lets what became of the last changes be written down before the window is gone. */
export function deactivate(): Promise<void> | undefined {
  return closing?.();
}

/** Builds the parts, connects them and registers what can be seen. Waits for nothing: no network, no secret, no database. */
export function activate(context: vscode.ExtensionContext): void {
  const keep = <T extends vscode.Disposable>(part: T): T => {
    context.subscriptions.push(part);
    return part;
  };
  const log = keep(vscode.window.createOutputChannel('LTV Gauge', { log: true }));
  const folder = context.globalStorageUri.fsPath;
  const clock = systemClock;
  const window = randomUUID();
  const stateFolder = path.join(folder, 'state');
  const worker = context.asAbsolutePath('dist/parts/ledger-worker.js');
  const shared = keep(
    new SharedState({
      open: async () => (await import('./vscode/open-state.ts')).openState(stateFolder, worker),
      lastCopy: () => readLastCopy(stateFolder),
      exists: () => existsState(stateFolder),
      watch: (changed) => watchLastCopy(stateFolder, changed),
      old: context.globalState,
      clock,
    }),
  );
  const book = keep(new AccountBook(shared));
  const arming = keep(new Arming({ rows: shared, clock, book, window, newId: randomUUID }));
  const vault = new Vault(context.secrets);
  const simulated = keep(
    new SimulatedExchange({ folder: path.join(folder, 'simulated'), book, vault, log, mayStoreKeys: () => findsAllKeys(book, vault) }),
  );
  const connections = keep(
    new Connections({
      exchanges,
      book,
      vault,
      clock,
      locate: (account) => simulated.locate(account),
      look: () => shared.look(),
      isArmed: (accountId) => arming.state(accountId).armed,
      trace: (line) => {
        log.debug(line);
      },
    }),
  );
  const store = keep(new Store({ book, storage: shared.snapshots, clock }));
  const journal = keep(
    new LateJournal(async () => {
      const { SqliteJournal } = await import('./engine/ledger/database/sqlite-journal.ts');
      return new SqliteJournal({ folder: path.join(folder, 'journal'), worker, storage: shared.anchor });
    }),
  );
  const ledger = keep(
    new Ledger({
      journal,
      book,
      connections,
      clock,
      newId: randomUUID,
      // Figures that the views would have read anew by now are not acted on.
      maxPreviewAgeMs: intervalMs,
      proofPatienceMs,
      window,
      arming,
      limits: readLimits,
    }),
  );
  closing = () => ledger.close();
  const onRead = (accountId: string): Promise<void> => ledger.reconcile(accountId);
  const wakes = new Wakes(clock);
  const poller = keep(new Poller({ book, store, connections, clock, intervalMs, onRead, wakes }));
  const app: App = {
    context,
    log,
    clock,
    exchanges,
    book,
    vault,
    connections,
    store,
    wakes,
    poller,
    ledger,
    arming,
    simulated,
    intervalMs,
  };
  const pages = keep(new LazyPages(pageReader({ connections, states: store, scene: () => sceneOf(app) })));
  keep(registerViewCommands(app, pages));
  keep(registerAccountCommands(app));
  keep(registerActingCommands(app));
  keep(registerArmingCommands(app));
  keep(registerActivityCommands(app));
  keep(registerSimulatorCommands(app));
  keep(registerLoansView(app, pages));
  keep(registerPositionsView(app, pages));
  keep(registerCollateralView(app, pages));
  keep(registerActivityView(app, pages));
  keep(registerStatusBar(app));
  keep(registerGauges(app));
  keep(watchPrices(app));

  keep(tellStateTrouble(app, shared));
  const looked = shared.start();
  poller.start();
  // Set by `npm start`: a person who only wants to look finds something to look at.
  if (process.env['LTV_GAUGE_SIMULATED'] === '1') void looked.then(() => trySimulated(app));
}

/** In a browser a window that does not find a key another one stored would wipe it by storing one. Windows of the desktop share a keyring. */
async function findsAllKeys(book: AccountBook, vault: Vault): Promise<boolean> {
  if (vscode.env.uiKind !== vscode.UIKind.Web) return true;
  const found = await Promise.all(
    book
      .list()
      .filter((account) => !isBuiltIn(account))
      .map(({ id }) => vault.has(id)),
  );
  return !found.includes(false);
}

async function trySimulated({ book, log }: App): Promise<void> {
  if (book.list().length > 0) return;
  try {
    await vscode.commands.executeCommand(commandIds.trySimulated);
    await vscode.commands.executeCommand('workbench.view.extension.ltvGauge');
  } catch (error) {
    log.warn(`the simulated exchange did not start: ${String(error)}`);
  }
}
