import { uptime } from 'node:os';

/** The time, handed to everything that waits or stamps, so that tests control it. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Resolves after `ms` (after 24 days at the latest); rejects with the signal's reason when it is aborted first. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /**
   * Milliseconds since some moment. It counts sleep, and setting `now` does not change it. A clock without it uses `now`.
   * Timers do not count sleep on every system, and `now` may be set: to know how much time has really passed, ask this.
   */
  uptime?(): number;
  /** The same to the millisecond, for short spans; it may leave out sleep. A clock without it uses `uptime`. */
  ticks?(): number;
}

export const uptimeOf = (clock: Clock): number => clock.uptime?.() ?? clock.now();

/**
 * The wall clock, except that setting it forward from now on has no effect; setting it back does.
 * @returns a function that gives milliseconds since the Unix epoch
 */
export function steadyNow(clock: Clock): () => number {
  const [began, since] = [clock.now(), uptimeOf(clock)];
  return () => Math.min(clock.now(), began + uptimeOf(clock) - since);
}

/** The last moment that a calendar knows. Milliseconds since the Unix epoch. */
export const latestTime = 8.64e15;

/** Whether it can be a time in milliseconds since the Unix epoch, and be written as a date. */
export const isTime = (value: unknown): value is number =>
  typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= latestTime;

/** A timer with more than this would fire at once. */
const longestTimerMs = 2 ** 31 - 1;

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  uptime: () => Math.round(uptime() * 1000),
  ticks: () => performance.now(),
  sleep: (ms, signal) =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const stop = (): void => {
        clearTimeout(timer);
        reject(signal?.reason as Error);
      };
      const timer = setTimeout(
        () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
        Math.min(ms, longestTimerMs),
      );
      signal?.addEventListener('abort', stop, { once: true });
    }),
};

/** Readings can be late by network time and jitter; after this many intervals a figure is no longer current. */
const intervalsUntilStale = 3;
/** With short intervals too, one slow answer makes nothing stale. Milliseconds. */
const leastUntilStaleMs = 30_000;

/** How old figures may be and still be shown as current. Milliseconds. */
export const staleAfterMs = (intervalMs: number): number => Math.max(intervalMs * intervalsUntilStale, leastUntilStaleMs);

/** Whether figures read at `asOf` may still be shown as current at `now`. All in milliseconds. A time in the future is not fresh. */
export function isFresh(asOf: number, now: number, intervalMs: number): boolean {
  const age = now - asOf;
  return age >= -5_000 && age <= staleAfterMs(intervalMs);
}

/** The last moment at which figures read at `asOf` are current. All in milliseconds. */
export function freshUntil(asOf: number, intervalMs: number): number {
  return asOf + staleAfterMs(intervalMs);
}
