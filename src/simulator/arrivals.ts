/** One request as it arrived. */
export interface Arrival {
  readonly path: string;
  /** The API key it was signed with; `""` when it was not. */
  readonly key: string;
  /** By the machine's clock, whatever the exchange says the time is. Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Which arrivals are asked for. */
export interface ArrivalsAsked {
  /** Only those at or after this. Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** Only those that were signed with this key. */
  readonly key?: string;
  /** Only those at paths that end so. */
  readonly endpoint?: string;
}

/** How many requests arrived, and of those how many with each key and at each path. */
export interface ArrivalCounts {
  readonly total: number;
  readonly keys: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Arrivals beyond these lose their time, oldest first; the counts by path stay. */
const kept = 50_000;

/** Every request that arrived, whatever became of it. */
export class Arrivals {
  /** By path, since the start. */
  readonly counts = new Map<string, number>();
  #kept: Arrival[] = [];

  add(arrival: Arrival): void {
    this.counts.set(arrival.path, (this.counts.get(arrival.path) ?? 0) + 1);
    this.#kept.push(arrival);
    if (this.#kept.length > 2 * kept) this.#kept = this.#kept.slice(-kept);
  }

  count({ since = -Infinity, key, endpoint = '' }: ArrivalsAsked): ArrivalCounts {
    const asked = this.#kept.filter((one) => one.at >= since && (key ?? one.key) === one.key && one.path.endsWith(endpoint));
    const keys: Record<string, Record<string, number>> = {};
    for (const { key: signedWith, path } of asked) {
      const paths = (keys[signedWith] ??= {});
      paths[path] = (paths[path] ?? 0) + 1;
    }
    return { total: asked.length, keys };
  }
}
