import type { Clock } from '../core/clock.ts';
import type { AccountBook } from '../engine/accounts/account-book.ts';
import type { Vault } from '../engine/accounts/vault.ts';
import type { Arming } from '../engine/ledger/arming.ts';
import type { Ledger } from '../engine/ledger/ledger.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import type { Connections } from '../engine/monitor/connections.ts';
import type { Poller } from '../engine/monitor/poller.ts';
import type { Store } from '../engine/monitor/store.ts';
import type { SimulatedExchange } from '../engine/simulated/simulated-exchange.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import type { Scene } from '../words/account.ts';
import type { Conversation } from './conversation.ts';

/** Where it is written what was done. */
export interface Log {
  info(line: string): void;
  warn(line: string): void;
  error(what: string | Error): void;
}

/** What a person acts with: the engine, a way to be asked, and what the front alone knows. */
export interface Acting {
  readonly talk: Conversation;
  readonly log: Log;
  readonly clock: Clock;
  readonly exchanges: readonly Exchange[];
  readonly book: Pick<AccountBook, 'list' | 'get' | 'add' | 'update' | 'remove'>;
  readonly vault: Pick<Vault, 'has' | 'store' | 'delete'>;
  readonly connections: Pick<Connections, 'get' | 'probe' | 'exchange'>;
  readonly store: Pick<Store, 'all' | 'get' | 'succeed' | 'forget'>;
  readonly poller: Pick<Poller, 'refresh'>;
  readonly ledger: Pick<
    Ledger,
    | 'preview'
    | 'rehearse'
    | 'commit'
    | 'everSent'
    | 'open'
    | 'frozen'
    | 'unsettled'
    | 'reconcile'
    | 'noteDown'
    | 'settle'
    | 'activity'
    | 'steps'
    | 'verify'
    | 'setAside'
    | 'onDidChange'
  >;
  readonly arming: Pick<Arming, 'state' | 'arm' | 'disarm'>;
  readonly simulated: Pick<SimulatedExchange, 'account' | 'coins' | 'movePrice'>;
  /** What the views go by at this moment, and how times are written. */
  readonly scene: () => Scene;
  /** What the person allows at most. */
  readonly readLimits: () => Promise<Limits | LimitsFault>;
  /** BCP 47. */
  readonly language: string;
  /** Each window remembers the keys by itself, and wipes those it does not know when it stores one; else all share a keyring. */
  readonly keepsOwnKeys: boolean;
}
