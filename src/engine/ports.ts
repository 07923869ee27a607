import type { Clock } from '../core/clock.ts';
import type { Disposable } from '../core/emitter.ts';
import type { Exchange } from '../exchanges/exchange.ts';
import type { SocketMaker } from '../exchanges/streams.ts';
import type { SecretStorage } from './accounts/vault.ts';
import type { Limits, LimitsFault } from './ledger/limits.ts';
import type { RecordStorage } from './storage/old-state.ts';

/** All that a front brings to `createEngine`. */
export interface EnginePorts {
  /** Absolute path of the folder that all windows of the person share. It need not exist yet. */
  readonly folder: string;
  /** Absolute path of the bundle of src/engine/database-worker.ts, which both databases are opened by. */
  readonly worker: string;
  /** Where versions before the shared database kept everything; a front without such a past answers nothing. Only read, but for one mark. */
  readonly old: RecordStorage;
  readonly secrets: SecretStorage;
  /** Whether each window finds at once what another one stored in `secrets`. In a browser it does not, and may wipe it by storing. */
  readonly windowsShareSecrets: boolean;
  readonly settings: Settings;
  readonly log: Log;
  /** A name for this window that no other one has, also none before it. */
  readonly window: string;
  /** Whether somebody looks at this window. Default: always. */
  readonly isSeen?: () => boolean;
  /** An id that nothing else has. */
  readonly newId: () => string;
  /** Default: the machine's clock. */
  readonly clock?: Clock;
  /** Default: that of the process, which in an editor knows about proxies. */
  readonly fetch?: typeof globalThis.fetch;
  /** The platform's. Without it venues are asked, and not listened to. */
  readonly WebSocket?: SocketMaker | undefined;
  /** Default: all venues there are. */
  readonly exchanges?: readonly Exchange[];
}

/** What the person decides, asked for each time it counts. No workspace decides it. */
interface Settings {
  /** The time between two readings of an account. Milliseconds. */
  readonly intervalMs: () => number;
  /** Told when that is another one. Default: it counts from the next reading on. */
  readonly onDidChangeInterval?: (listener: () => void) => Disposable;
  /** What a change may move at most. */
  readonly limits: () => Limits | LimitsFault | Promise<Limits | LimitsFault>;
}

/** Where what happened is written down for a person to read: the channel of the front. Never a key. */
export interface Log {
  debug(line: string): void;
  info(line: string): void;
  warn(line: string): void;
  error(line: string | Error): void;
}
