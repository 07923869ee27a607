import type { Message } from '../../core/message.ts';
import type { Notice, OutsideAlert } from './warning-protocol.ts';

/** Stored. */
export const outletKinds = ['ntfy', 'telegram', 'webhook', 'alertmanager', 'ping'] as const;
export type OutletKindId = (typeof outletKinds)[number];

/** What a person decides about an outlet. Its address and everything else that is secret is in the keyring. */
export interface OutletSettings {
  readonly id: string;
  readonly kind: OutletKindId;
  /** To show: all that is known here of its address. */
  readonly host: string;
  readonly enabled: boolean;
  /** The mildest of what it gets. */
  readonly least: Notice['level'];
  /** Whether it gets amounts of coins too. */
  readonly amounts: boolean;
}

/** Times are milliseconds since the Unix epoch. */
export interface Outlet extends OutletSettings {
  /** When something last arrived. */
  readonly success?: number;
  /** When something last failed, and why. */
  readonly failure?: { readonly at: number; readonly reason: Message };
  /** Something was given up since the last success, and the person was told so. */
  readonly dead: boolean;
}

/** One message for one outlet, as one window has it to send. */
export interface ClaimedMessage {
  readonly seq: number;
  /** Rises each time it is handed out. */
  readonly fence: number;
  readonly outlet: Outlet;
  readonly level: Notice['level'];
  readonly sentence: Message;
  readonly alerts: readonly OutsideAlert[];
  /** When it was told. */
  readonly at: number;
  /** How often it failed. */
  readonly attempts: number;
}

/** What came of sending. */
export type Delivered =
  | { readonly sent: true }
  | {
      readonly failed: Message;
      /** When to try again; absent when it is given up. */
      readonly retryAt?: number;
      /** The person has to know. */
      readonly dead?: true;
      /** The outlet takes nothing else before `retryAt` either. */
      readonly holds?: true;
    };

export type OutletAsked =
  | { readonly do: 'outlets' }
  | { readonly do: 'putOutlet'; readonly outlet: OutletSettings; readonly at: number }
  | { readonly do: 'dropOutlet'; readonly id: string }
  /** Hands out at most one message for each outlet. */
  | {
      readonly do: 'claimMessages';
      readonly window: string;
      readonly at: number;
      /** The person is told nothing: nothing is sent either. */
      readonly isOff?: boolean;
      /** No time for a reminder. */
      readonly isQuiet: boolean;
      /** Ids of outlets this window can't send to now. */
      readonly without: readonly string[];
    }
  /** @param claim absent for a test or a ping */
  | {
      readonly do: 'noteSent';
      readonly outlet: string;
      readonly claim?: { readonly seq: number; readonly fence: number };
      readonly at: number;
      readonly result: Delivered;
      /** One of many pings. */
      readonly isRoutine?: boolean;
    };

export interface ClaimedMessages {
  readonly outlets: readonly Outlet[];
  readonly messages: readonly ClaimedMessage[];
  /** When to ask again. Milliseconds from now. Absent when nothing waits. */
  readonly againMs?: number;
}

/** What each request is answered with; undefined without a database. */
export interface OutletAnswers {
  readonly outlets: readonly Outlet[] | undefined;
  readonly putOutlet: undefined;
  readonly dropOutlet: undefined;
  readonly claimMessages: ClaimedMessages | undefined;
  readonly noteSent: undefined;
}
