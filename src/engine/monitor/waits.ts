import type { ErrorKind } from '../../core/errors.ts';
import { keyFailures } from '../accounts/failures-here.ts';
import type { Failure } from './store.ts';
import type { Wake } from './wakes.ts';

// How long the next reading waits, and how long one may take.

/** A regular reading has to be answered within this time. Milliseconds. */
export const longestReadingMs = 12_000;
/** The same of one that overtakes another, or only asks whether the venue answers. @param intervalMs the interval in force */
export const patienceMs = (intervalMs: number): number => Math.min(Math.max(intervalMs, 3_000), longestReadingMs);

/** Longest wait between two readings, whatever fails. Milliseconds. */
export const longestMs = 5 * 60_000;
/** Longest back-off at Warning or Danger, to notice sooner that the venue works again. Milliseconds. */
export const longestNearMs = 30_000;
/** Shortest wait after failures of the key. Milliseconds. */
const personsMatterMs = 60_000;
/** What passes when the venue can be reached and works again. */
export const outages: ReadonlySet<ErrorKind> = new Set(['network', 'unavailable', 'maintenance', 'rate', 'clock']);

/**
 * The wait before the next reading. After one failure it's the interval; after more, a random time between the interval and a maximum that
 * doubles with each failure, up to `mostMs`. The randomness keeps accounts from asking in step after a common failure. Never shorter than
 * what the venue asked for.
 * @param intervalMs the interval in force
 * @param random at least 0, less than 1
 * @param mostMs the longest wait; five minutes if only a person can fix the failure
 * @returns milliseconds
 */
export function nextReadInMs(intervalMs: number, failure: Failure | undefined, random: number, mostMs = longestMs): number {
  if (failure === undefined) return intervalMs;
  const { error, attempts } = failure;
  const isPersons = keyFailures.has(error.kind);
  const longest = isPersons ? longestMs : mostMs;
  const most = Math.max(intervalMs, Math.min(intervalMs * 2 ** Math.min(attempts - 1, 16), longest));
  const least = Math.max(isPersons ? personsMatterMs : 0, error.retryAfterMs ?? 0);
  return Math.round(Math.max(intervalMs + random * (most - intervalMs), least));
}

/** A new network doesn't fix these failures. */
const sameAnywhere: ReadonlySet<ErrorKind> = new Set(['auth', 'permission']);
/** Readings after a wake are spread over this time. Milliseconds. */
export const spreadMs = 1_000;

/**
 * The wait before the next reading after the machine woke or changed its network. The cause of the back-off may be gone; only a pause that
 * the venue asked for still counts. After sleep figures are old, even if the last reading worked.
 * @param heldMs what is left of the pause that the venue asked for
 * @param random at least 0, less than 1
 * @returns milliseconds; undefined if the present wait continues
 */
export function readAfterWakeInMs(wake: Wake, failure: Failure | undefined, heldMs: number, random: number): number | undefined {
  if (wake === 'moved' && (failure === undefined || sameAnywhere.has(failure.error.kind))) return undefined;
  return Math.round(Math.max(heldMs, spreadMs * random));
}
