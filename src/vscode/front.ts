import type * as vscode from 'vscode';
import type { AccountBook } from '../engine/accounts/account-book.ts';
import type { Vault } from '../engine/accounts/vault.ts';
import type { Clock } from '../core/clock.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import type { Arming } from '../engine/ledger/arming.ts';
import type { Ledger } from '../engine/ledger/ledger.ts';
import type { Connections } from '../engine/monitor/connections.ts';
import type { Poller } from '../engine/monitor/poller.ts';
import type { Store } from '../engine/monitor/store.ts';
import type { Wakes } from '../engine/monitor/wakes.ts';
import type { SimulatedExchange } from '../engine/simulated/simulated-exchange.ts';

/** What the composition root built, handed to every part of the user interface. */
export interface App {
  readonly context: vscode.ExtensionContext;
  readonly log: vscode.LogOutputChannel;
  readonly clock: Clock;
  readonly exchanges: readonly Exchange[];
  readonly book: AccountBook;
  readonly vault: Vault;
  readonly connections: Connections;
  readonly store: Store;
  /** Tells when the machine has slept or moved. */
  readonly wakes: Wakes;
  readonly poller: Poller;
  readonly ledger: Ledger;
  /** Which accounts changes may be sent from. */
  readonly arming: Arming;
  readonly simulated: SimulatedExchange;
  /** The person's poll interval, clamped to its minimum. Milliseconds. */
  readonly intervalMs: () => number;
}
