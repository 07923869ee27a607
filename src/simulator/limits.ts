/** How many requests are allowed within a sliding window. */
export interface Limit {
  readonly requests: number;
  readonly windowMs: number;
}

/** What a request met. */
export interface Place {
  /** Whether there was a free place; it is taken now. */
  readonly free: boolean;
  /** How many places are still free. */
  readonly left: number;
  /** When a place is free again; now, when one is. Milliseconds since the Unix epoch. */
  readonly freeAt: number;
}

/** Counts requests per endpoint and caller in a sliding window. A request that was turned away does not count. */
export class Limits {
  readonly #taken = new Map<string, number[]>();

  /** Takes one place, if there is one. */
  take(caller: string, endpoint: string, { requests, windowMs }: Limit, now: number): Place {
    const name = `${caller} ${endpoint}`;
    const recent = (this.#taken.get(name) ?? []).filter((at) => now - at < windowMs);
    const free = recent.length < requests;
    if (free) recent.push(now);
    this.#taken.set(name, recent);
    const left = requests - recent.length;
    return { free, left, freeAt: free ? now : (recent[0] ?? now) + windowMs };
  }
}
