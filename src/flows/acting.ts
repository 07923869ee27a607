import type { Emitter } from '../core/emitter.ts';
import type { Engine } from '../engine/engine.ts';
import type { Limits, LimitsFault } from '../engine/ledger/limits.ts';
import type { ViewContext } from '../words/account.ts';
import type { Conversation } from './conversation.ts';

/** What flows need: parts of the engine, a conversation, and what only the front knows. */
export interface Acting extends Pick<Engine, 'clock' | 'exchanges' | 'newId' | 'outlets'> {
  readonly talk: Conversation;
  readonly log: Pick<Engine['log'], 'info' | 'warn' | 'error'>;
  readonly book: Pick<Engine['book'], 'list' | 'get' | 'add' | 'update' | 'allowBorrowing' | 'remove'>;
  readonly vault: Pick<Engine['vault'], 'has' | 'store' | 'delete'>;
  readonly connections: Pick<Engine['connections'], 'get' | 'probe' | 'exchange'>;
  readonly store: Pick<Engine['store'], 'all' | 'get' | 'succeed' | 'forget'>;
  readonly poller: Pick<Engine['poller'], 'refresh'>;
  readonly ledger: Pick<
    Engine['ledger'],
    | 'preview'
    | 'rehearse'
    | 'commit'
    | 'open'
    | 'frozen'
    | 'unsettled'
    | 'reconcile'
    | 'noteDown'
    | 'settle'
    | 'askAgain'
    | 'canAskAgain'
    | 'activity'
    | 'steps'
    | 'verify'
    | 'setAside'
    | 'onDidChange'
  >;
  readonly arming: Pick<Engine['arming'], 'state' | 'arm' | 'disarm'>;
  readonly warnings: Pick<Engine['warnings'], 'all' | 'acknowledge' | 'snooze'>;
  /** The warnings, shared by all windows. */
  readonly shared: Pick<Engine['shared'], 'ask'>;
  readonly simulated: Pick<Engine['simulated'], 'account' | 'create' | 'coins' | 'movePrice'>;
  /** What views depend on at this moment, and how times are written. */
  readonly viewContext: () => ViewContext;
  /** The sound of danger, for who wants it. */
  readonly alarm: Pick<Emitter<undefined>, 'tell'>;
  /** The person's limits. */
  readonly readLimits: () => Promise<Limits | LimitsFault>;
  /** The person's own settings, by name without `ltvGauge.`; those of a workspace don't count. */
  readonly ownSettings: { read(name: string): unknown; write(name: string, value: unknown): Promise<void> };
  /** BCP 47. */
  readonly language: string;
  /** Each window keeps its own copy of the keys, and storing one erases those it doesn't know; otherwise all windows share a keyring. */
  readonly keepsOwnKeys: boolean;
}
