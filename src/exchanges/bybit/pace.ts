import type { Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Pace } from '../http/limits.ts';
import type { Answer } from '../http/transport.ts';
import { isOverrun, quietMs, untilReset } from './envelope.ts';

/** Limits are per second; a header that asks for more than this is wrong. */
const longestHoldMs = 5_000;

/** Until when each address is left alone. All accounts of a window share it, because the venue counts what one machine sends. */
const quietUntil = new WeakMap<Clock, Map<string, number>>();

/** Obeys what Bybit says about limits: in its headers for an endpoint, and by HTTP 403 for the whole machine. */
export class BybitPace implements Pace {
  readonly #origin: string;
  readonly #clock: Clock;
  readonly #quiet: Map<string, number>;
  /** Until when an endpoint is spent, by our clock. */
  readonly #spent = new Map<string, number>();

  constructor(origin: string, clock: Clock) {
    this.#origin = origin;
    this.#clock = clock;
    this.#quiet = quietUntil.get(clock) ?? new Map<string, number>();
    quietUntil.set(clock, this.#quiet);
  }

  before(path: string): number {
    const now = this.#clock.now();
    // A clock that was set back must not lengthen anything.
    const quiet = Math.min((this.#quiet.get(this.#origin) ?? 0) - now, quietMs);
    if (quiet > 0) {
      this.#quiet.set(this.#origin, now + quiet);
      throw leftAlone(this.#origin, quiet);
    }
    const hold = Math.min((this.#spent.get(path) ?? 0) - now, longestHoldMs);
    if (hold <= 0) this.#spent.delete(path);
    return Math.max(hold, 0);
  }

  after(path: string, answer: Answer): void {
    const now = this.#clock.now();
    if (isOverrun(answer)) this.#quiet.set(this.#origin, now + quietMs);
    const ms = untilReset(answer);
    if (ms > 0) this.#spent.set(path, now + Math.min(ms, longestHoldMs));
  }
}

function leftAlone(origin: string, ms: number): ExchangeError {
  return new ExchangeError({
    kind: 'rate',
    effect: 'none',
    retryAfterMs: ms,
    sentence: msg(
      'Bybit refused this machine (HTTP 403), so nothing is sent to {0} for another {1} min. Nothing needs to be done; LTV Gauge asks again then.',
      origin,
      Math.ceil(ms / 60_000).toString(),
    ),
  });
}
