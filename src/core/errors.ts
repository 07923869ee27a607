import { english, type Message } from './message.ts';

/**
 * What went wrong between us and a venue, as far as a person or the poller must react differently.
 *
 * - `auth` the key, its signature or its passphrase is not accepted
 * - `permission` the key is valid but lacks the permission
 * - `ip` the key is bound to other addresses, or the venue refuses this address
 * - `clock` our timestamp is outside the venue's window
 * - `rate` too many requests
 * - `network` no answer of the venue: name not found, refused, reset, timed out, or a proxy that did not pass the request on
 * - `unavailable` the venue answered that it cannot serve now
 * - `maintenance` the venue said beforehand that it does not serve now
 * - `shape` the answer is not what the documentation says
 * - `refused` the venue understood and declined: a business rule
 * - `aborted` we or the person stopped it
 */
export type ErrorKind =
  | 'auth'
  | 'permission'
  | 'ip'
  | 'clock'
  | 'rate'
  | 'network'
  | 'unavailable'
  | 'maintenance'
  | 'shape'
  | 'refused'
  | 'aborted';

/**
 * What is known about the effect of a request that failed.
 * - `none` it certainly had no effect: never sent, or refused by the venue
 * - `unknown` it may have had its effect: the answer was lost or does not say
 */
export type Effect = 'none' | 'unknown';

/**
 * What would work instead of what was refused.
 * - `otherCoin` the same with another coin
 * - `repay` pay back some of the debt
 * - `less` a smaller amount
 * - `more` a larger amount
 * - `addMargin` put margin or collateral in first
 * - `later` the same again, once what blocks it is over
 */
export type Instead = 'otherCoin' | 'repay' | 'less' | 'more' | 'addMargin' | 'later';

export interface ExchangeErrorFacts {
  readonly kind: ErrorKind;
  /** What happened and what to do, in one or two sentences. Never holds a key, a secret, a signature or a query string. */
  readonly sentence: Message;
  /** The venue's own code, when it gave one. */
  readonly code?: string;
  /** The field of the answer that could not be understood, for `shape`. */
  readonly field?: string;
  readonly effect: Effect;
  /** How long the venue asks us to wait, when it says. Milliseconds. */
  readonly retryAfterMs?: number;
  /** What would work, most promising first. Where a list of coins or an amount helps, the sentence names it. */
  readonly instead?: readonly Instead[];
}

/** The one error type of everything that talks to a venue. */
export class ExchangeError extends Error {
  override readonly name = 'ExchangeError';
  readonly kind: ErrorKind;
  readonly sentence: Message;
  readonly code: string | undefined;
  readonly field: string | undefined;
  readonly effect: Effect;
  readonly retryAfterMs: number | undefined;
  /** Empty when no way is known. */
  readonly instead: readonly Instead[];

  constructor(facts: ExchangeErrorFacts) {
    // No `cause`: the errors of the network layer hold headers and query strings.
    super(english(facts.sentence));
    this.kind = facts.kind;
    this.sentence = facts.sentence;
    this.code = facts.code;
    this.field = facts.field;
    this.effect = facts.effect;
    this.retryAfterMs = facts.retryAfterMs;
    this.instead = facts.instead ?? [];
  }

  static is(error: unknown, kind?: ErrorKind): error is ExchangeError {
    return error instanceof ExchangeError && (kind === undefined || error.kind === kind);
  }
}
