import PQueue from 'p-queue';

/** At most `count` requests in any `intervalMs`. */
export interface RateLimit {
  readonly count: number;
  readonly intervalMs: number;
}

/**
 * The venue counts arrivals, we count departures: on the way they can move closer together. This is how much longer than
 * the venue's interval ours is.
 */
const margin = 1.15;

/** Holds requests back so that an endpoint's limit is never exceeded by our own doing. One queue per endpoint. */
export class Limiter {
  readonly #limitOf: (endpoint: string) => RateLimit;
  readonly #queues = new Map<string, PQueue>();

  constructor(limitOf: (endpoint: string) => RateLimit) {
    this.#limitOf = limitOf;
  }

  /** Runs `task` when the endpoint has room. Rejects with the signal's reason when aborted while waiting; then `task` never starts. */
  run<T>(endpoint: string, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    // The signal only takes a waiting task out of the queue; one that has started handles it itself, because what became of a
    // request must be known even when nobody waits for it any more.
    let queue = this.#queues.get(endpoint);
    if (queue === undefined) {
      const { count, intervalMs } = this.#limitOf(endpoint);
      // Strict: a sliding window. Fixed windows would let twice the limit through around their border.
      queue = new PQueue({ intervalCap: count, interval: Math.ceil(intervalMs * margin), strict: true });
      this.#queues.set(endpoint, queue);
    }
    const waiting = new AbortController();
    const forward = (): void => {
      waiting.abort(signal?.reason);
    };
    if (signal?.aborted === true) forward();
    signal?.addEventListener('abort', forward, { once: true });
    return queue.add(
      () => {
        signal?.removeEventListener('abort', forward);
        return task();
      },
      { signal: waiting.signal },
    );
  }
}
