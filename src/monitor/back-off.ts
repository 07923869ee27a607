import type { ErrorKind } from '../core/errors.ts';
import type { Failure } from './store.ts';
import type { Wake } from './wakes.ts';

const longestMs = 5 * 60_000;
/** Some things only a person can mend: asking often helps nobody and may get an address banned. */
const personsMatterMs = 60_000;
const personsMatter: ReadonlySet<ErrorKind> = new Set(['auth', 'permission', 'ip']);
/** Keeps many windows and accounts from asking in step after a common failure. */
const jitter = 0.2;

/**
 * How long to wait before the next read. After a failure the wait doubles with each further one, up to five minutes,
 * with up to 20 % more or less at random; it is never shorter than the interval, nor than what the venue asked for.
 * @param intervalMs the person's interval
 * @param random 0 up to but not including 1
 * @returns milliseconds
 */
export function nextReadInMs(intervalMs: number, failure: Failure | undefined, random: number): number {
  if (failure === undefined) return intervalMs;
  const { error, attempts } = failure;
  const doubled = Math.min(intervalMs * 2 ** Math.min(attempts - 1, 16), longestMs);
  const spread = Math.min(doubled * (1 - jitter + 2 * jitter * random), longestMs);
  const least = Math.max(intervalMs, personsMatter.has(error.kind) ? personsMatterMs : 0, error.retryAfterMs ?? 0);
  return Math.round(Math.max(spread, least));
}

/** On another network keys are no better, and asking with them is no use. */
const sameAnywhere: ReadonlySet<ErrorKind> = new Set(['auth', 'permission']);
/** All windows and accounts notice a wake at about the same moment. Milliseconds. */
const spreadMs = 1_000;

/**
 * How long to wait before the next read when the machine has woken or moved while a wait was running. What the back-off waited for may be
 * over; only what the venue asked for still holds, for it counts real time, as sleep is. After sleep figures are old, whether or not the last
 * read failed.
 * @param heldMs what is left of the time that the venue wants to be left alone for
 * @param random 0 up to but not including 1
 * @returns milliseconds; undefined when the wait goes on
 */
export function readAfterWakeInMs(wake: Wake, failure: Failure | undefined, heldMs: number, random: number): number | undefined {
  if (wake === 'moved' && (failure === undefined || sameAnywhere.has(failure.error.kind))) return undefined;
  return Math.round(Math.max(heldMs, spreadMs * random));
}
