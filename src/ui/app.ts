import type * as vscode from 'vscode';
import type { AccountBook } from '../accounts/account-book.ts';
import type { Vault } from '../accounts/vault.ts';
import type { Clock } from '../core/clock.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import type { Arming } from '../ledger/arming.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Connections } from '../monitor/connections.ts';
import type { Poller } from '../monitor/poller.ts';
import type { Store } from '../monitor/store.ts';
import type { Wakes } from '../monitor/wakes.ts';
import type { SimulatedExchange } from './simulated-exchange.ts';

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
