import type { Decimal } from '../core/decimal.ts';

/** What a venue tells over a socket. Never the truth about an account: that is read. */
export type StreamEvent =
  /** What one coin is worth in USD, from the source of `Snapshot.prices`. */
  | { readonly kind: 'price'; readonly coin: string; readonly price: Decimal }
  | { readonly kind: 'mark'; readonly instrument: string; readonly price: Decimal }
  /** Something of the account is not as it was. */
  | { readonly kind: 'account'; readonly what: 'position' | 'balance' | 'liquidation' }
  | { readonly kind: 'maintenance'; readonly id: string; readonly isOver: boolean; readonly begin: number; readonly end: number };

export type Maintenance = Extract<StreamEvent, { readonly kind: 'maintenance' }>;

/** What one message comes to. */
export type Heard =
  /** `topic` only when it is newer than what was told before: a repetition keeps nothing fresh. */
  | { readonly kind: 'data'; readonly topic?: string; readonly events: readonly StreamEvent[] }
  | { readonly kind: 'loggedIn' }
  /** One topic was subscribed. Proves nothing about data. */
  | { readonly kind: 'ack' }
  /** The venue is about to close this connection. */
  | { readonly kind: 'moving' }
  /** What was subscribed does not come any more; `refused` when asking again soon is no use. */
  | { readonly kind: 'lost'; readonly refused: boolean };

/** One connection of a venue: where to, what to say, how to read. */
export interface LineSpec {
  readonly url: string;
  /** How long each topic may be silent, in milliseconds; undefined for one that speaks only when something happens. */
  readonly topics: ReadonlyMap<string, number | undefined>;
  /** The message that logs in, made right before it leaves. Absent where nobody has to. */
  readonly login?: () => Promise<string>;
  /** The messages that subscribe. */
  readonly subscribe: readonly string[];
  readonly ping: { readonly text: string; readonly everyMs: number };
  /**
   * Reads the messages of one connection: what it remembers of them does not outlive it.
   * @throws anything at what is not understood
   */
  readonly reader: () => (text: string) => readonly Heard[];
}

/** What a venue offers over sockets. */
export interface StreamSource {
  /** As a person knows it. */
  readonly venue: string;
  /** What tells the prices of these coins, the mark prices of these positions, and about maintenance. */
  publicLines(
    coins: readonly string[],
    positions: readonly { readonly instrument: string; readonly market: string }[],
  ): readonly LineSpec[];
  /** What tells that something of the account has changed. Absent where the site has none. */
  privateLine?(): LineSpec;
}

/** As much of the platform's WebSocket as is used. */
export interface Socket {
  addEventListener(type: 'open' | 'message' | 'close' | 'error', listener: (event: { readonly data?: unknown }) => void): void;
  send(text: string): void;
  close(): void;
}

export type SocketMaker = new (url: string) => Socket;
