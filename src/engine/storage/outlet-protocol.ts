import type { Message } from '../../core/message.ts';
import type { Notice, OutsideAlert } from './warning-protocol.ts';

/** Stored. */
export const outletKinds = ['ntfy', 'telegram', 'webhook', 'alertmanager', 'ping'] as const;
export type OutletKindId = (typeof outletKinds)[number];

/** The person's settings of an outlet. Its address and other secrets are in the keyring. */
export interface OutletSettings {
  readonly id: string;
  readonly kind: OutletKindId;
  /** For display: the only part of the address stored here. */
  readonly host: string;
  readonly enabled: boolean;
  /** The mildest notices it gets. */
  readonly least: Notice['level'];
  /** Whether it also gets amounts of coins. */
  readonly amounts: boolean;
}

/** Times are milliseconds since the Unix epoch. */
export interface Outlet extends OutletSettings {
  /** When a message last arrived. */
  readonly success?: number;
  /** The last failure: when and why. */
  readonly failure?: { readonly at: number; readonly reason: Message };
  /** A message was given up since the last success, and the person was told. */
  readonly dead: boolean;
}

/** A message for one outlet that one window has taken for sending. */
export interface ClaimedMessage {
  readonly seq: number;
  /** Rises each time the message is handed out. */
  readonly fence: number;
  readonly outlet: Outlet;
  readonly level: Notice['level'];
  readonly sentence: Message;
  readonly alerts: readonly OutsideAlert[];
  /** When the notice was composed. */
  readonly at: number;
  /** Number of failures. */
  readonly attempts: number;
}

/** The result of sending. */
export type Delivered =
  | { readonly sent: true }
  | {
      readonly failed: Message;
      /** When to try again; absent if it was given up. */
      readonly retryAt?: number;
      /** The person must be told. */
      readonly dead?: true;
      /** Nothing else is sent to the outlet before `retryAt` either. */
      readonly holds?: true;
    };

export type OutletAsked =
  | { readonly do: 'outlets' }
  | { readonly do: 'putOutlet'; readonly outlet: OutletSettings; readonly at: number }
  | { readonly do: 'dropOutlet'; readonly id: string }
  /** Hands out at most one message per outlet. */
  | {
      readonly do: 'claimMessages';
      readonly window: string;
      readonly at: number;
      /** Warnings are turned off, so nothing is sent either. */
      readonly isOff?: boolean;
      /** Quiet hours: no reminders. */
      readonly isQuiet: boolean;
      /** Ids of outlets that this window can't send to now. */
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
  /** When to ask again, in milliseconds from now. Absent if nothing waits. */
  readonly againMs?: number;
}

/** Answers by request; undefined without a database. */
export interface OutletAnswers {
  readonly outlets: readonly Outlet[] | undefined;
  readonly putOutlet: undefined;
  readonly dropOutlet: undefined;
  readonly claimMessages: ClaimedMessages | undefined;
  readonly noteSent: undefined;
}
