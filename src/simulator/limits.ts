/** How many requests are allowed within a sliding window. */
export interface Limit {
  readonly requests: number;
  readonly windowMs: number;
}

/** Counts requests per endpoint and caller in a sliding window. A request that was turned away does not count. */
export class Limits {
  readonly #taken = new Map<string, number[]>();

  /** Takes one request; false when the window is full. */
  take(caller: string, endpoint: string, { requests, windowMs }: Limit, now: number): boolean {
    const name = `${caller} ${endpoint}`;
    const recent = (this.#taken.get(name) ?? []).filter((at) => now - at < windowMs);
    const free = recent.length < requests;
    if (free) recent.push(now);
    this.#taken.set(name, recent);
    return free;
  }
}
