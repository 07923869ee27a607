import PQueue from 'p-queue';
import type { Clock } from '../../core/clock.ts';
import { aborted, type Answer } from './transport.ts';

/** At most `count` requests in any `intervalMs`. */
export interface RateLimit {
  readonly count: number;
  readonly intervalMs: number;
}

/**
 * Holds requests back so that we never exceed an endpoint's limit. One queue per endpoint.
 *
 * The venue counts arrivals, and a request arrives at some moment between its start and its answer. So there are as many slots as the limit
 * allows, each held until one interval after the answer: however long requests take, no window of the venue sees more. Only timers are used, so
 * setting the clock has no effect.
 */
export class Limiter {
  readonly #limitOf: (endpoint: string) => RateLimit;
  readonly #lines = new Map<string, { readonly queue: PQueue; readonly intervalMs: number }>();

  constructor(limitOf: (endpoint: string) => RateLimit) {
    this.#limitOf = limitOf;
  }

  /** Runs `task` when the endpoint has room. Rejects with the signal's reason when aborted while waiting; then `task` never starts. */
  run<T>(endpoint: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const { queue, intervalMs } = this.#line(endpoint);
    return new Promise<T>((resolve, reject) => {
      // The signal only takes a waiting task out of the queue; one that has started handles it itself, because the outcome of a
      // request must be known even when nothing waits for it any more.
      const waiting = new AbortController();
      const forward = (): void => {
        waiting.abort(signal?.reason);
      };
      if (signal?.aborted === true) forward();
      signal?.addEventListener('abort', forward, { once: true });
      const start = async (): Promise<void> => {
        signal?.removeEventListener('abort', forward);
        await task().then(resolve, reject);
        await interval(intervalMs);
      };
      queue.add(start, { signal: waiting.signal }).catch(reject);
    });
  }

  #line(endpoint: string): { readonly queue: PQueue; readonly intervalMs: number } {
    const there = this.#lines.get(endpoint);
    if (there !== undefined) return there;
    const { count, intervalMs } = this.#limitOf(endpoint);
    const line = { queue: new PQueue({ concurrency: count }), intervalMs };
    this.#lines.set(endpoint, line);
    return line;
  }
}

/** A slot that is only held must not keep the process alive. */
function interval(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms).unref();
  });
}

/** What a venue said about retrying. */
export interface Pace {
  /**
   * How long to wait before a request to this endpoint. Milliseconds, zero to go ahead.
   * @throws ExchangeError with the effect `none` when nothing may be sent there now.
   */
  before(path: string): number;
  after(path: string, answer: Answer): void;
}

/**
 * Waits as long as the venue requires. Done before signing: a timestamp must not age in a queue.
 * @throws ExchangeError what the pace throws, or `aborted`; nothing was sent then.
 */
export async function keepPace(pace: Pace | undefined, path: string, clock: Clock, signal: AbortSignal): Promise<void> {
  for (;;) {
    const ms = pace?.before(path) ?? 0;
    if (ms <= 0) return;
    try {
      await clock.sleep(ms, signal);
    } catch {
      throw aborted('none');
    }
  }
}
