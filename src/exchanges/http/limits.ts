import { uptimeOf, type Clock } from '../../core/clock.ts';
import { isReadElsewhere, urgency, type Purpose } from '../purpose.ts';
import { aborted, type Answer } from './transport.ts';

/** At most `count` requests in any `intervalMs`. */
export interface RateLimit {
  readonly count: number;
  readonly intervalMs: number;
}

/** A limit that a request counts towards, and whose: requests with the same key are counted together. */
export interface Line {
  readonly key: string;
  readonly limit: RateLimit;
}

/** The part of a documented limit that requests of a kind may use, in tenths: the limits are the person's, shared with their other programs. */
const tenths = { command: 9, standing: 3 } as const;
/** Overtaking doesn't count as one: what hangs may hold the only place that standing readings have. */
const isPoll = (purpose: Purpose): boolean => purpose === 'near' || purpose === 'standing';

/** A request that was let go. Its places are kept until one interval after its answer. */
interface Place {
  readonly isStanding: boolean;
  readonly intervalMs: number;
  /** By the limiter's clock; absent while it is under way. */
  until?: number;
}

interface Waiting {
  readonly lines: readonly Line[];
  readonly purpose: () => Purpose;
  readonly start: () => Promise<unknown>;
}

/**
 * Holds requests back so that no limit is exceeded by our own doing. What a person waits for goes first, then standing readings of what is
 * near its line.
 *
 * The venue counts arrivals, and a request arrives at some moment between its start and its answer. So there are as many
 * places as our share of the limit allows, and each is kept until one interval after the answer: however long requests are under way, no
 * window of the venue can see more. A clock is used that nobody sets, so that its being corrected neither stops nor hastens anything.
 */
export class Limiter {
  readonly #clock: Clock;
  readonly #places = new Map<string, Place[]>();
  #waiting: Waiting[] = [];
  #timer: AbortController | undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs `task` when all its lines have room. Rejects with the signal's reason when aborted while waiting; then `task` never starts.
   * @param purpose asked for again while it waits
   */
  run<T>(lines: readonly Line[], purpose: () => Purpose, task: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const stop = (): void => {
        this.#waiting = this.#waiting.filter((one) => one !== waiting);
        reject(signal?.reason as Error);
      };
      const waiting: Waiting = {
        lines,
        purpose,
        // Once started it handles the signal itself: its outcome must be known even when nothing waits for it any more.
        start: () => {
          signal?.removeEventListener('abort', stop);
          return task().then(resolve, reject);
        },
      };
      if (signal?.aborted === true) {
        stop();
        return;
      }
      signal?.addEventListener('abort', stop, { once: true });
      this.#waiting.push(waiting);
      this.#serve();
    });
  }

  #serve(): void {
    this.#timer?.abort();
    for (const purpose of urgency) {
      for (const one of this.#waiting.filter((waiting) => waiting.purpose() === purpose)) {
        // One that is started may ask for more.
        if (this.#waiting.includes(one) && this.#hasRoom(one)) this.#start(one);
      }
    }
    const free = this.#waiting.flatMap(({ lines }) => lines.flatMap(({ key }) => this.#held(key).flatMap(({ until }) => until ?? [])));
    if (free.length === 0) return;
    const timer = new AbortController();
    this.#timer = timer;
    this.#clock.sleep(Math.ceil(Math.min(...free) - this.#now()), timer.signal).then(
      () => {
        this.#serve();
      },
      () => undefined,
    );
  }

  #hasRoom({ lines, purpose }: Waiting): boolean {
    const isStanding = isPoll(purpose());
    return lines.every(({ key, limit: { count } }) => {
      const held = this.#held(key);
      const standing = held.filter((place) => place.isStanding);
      return held.length < this.#most(count) && !(isStanding && standing.length >= shareOf(count, tenths.standing));
    });
  }

  #start(waiting: Waiting): void {
    this.#waiting = this.#waiting.filter((one) => one !== waiting);
    const isStanding = isPoll(waiting.purpose());
    const places = waiting.lines.map(({ key, limit: { intervalMs } }) => {
      const place: Place = { isStanding, intervalMs };
      this.#places.set(key, [...this.#held(key), place]);
      return place;
    });
    void waiting.start().finally(() => {
      for (const place of places) place.until = this.#now() + place.intervalMs;
      this.#serve();
    });
  }

  #held(key: string): readonly Place[] {
    const now = this.#now();
    const held = (this.#places.get(key) ?? []).filter(({ until }) => until === undefined || until > now);
    // A clock that can be set back must not make anything wait longer.
    for (const place of held) if (place.until !== undefined) place.until = Math.min(place.until, now + place.intervalMs);
    if (held.length === 0) this.#places.delete(key);
    else this.#places.set(key, held);
    return held;
  }

  /** Of all requests of this window at once. */
  readonly #most = (count: number): number => shareOf(count, tenths.command - (isReadElsewhere(this.#clock) ? tenths.standing : 0));

  readonly #now = (): number => this.#clock.ticks?.() ?? uptimeOf(this.#clock);
}

/** One at the least: else nothing could ever be asked. */
const shareOf = (count: number, part: number): number => Math.max(1, Math.floor((count * part) / 10));

const limiters = new WeakMap<Clock, Limiter>();

/** The limiter of a window: accounts share what their venue counts together. */
export function limiterOf(clock: Clock): Limiter {
  const limiter = limiters.get(clock) ?? new Limiter(clock);
  limiters.set(clock, limiter);
  return limiter;
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
