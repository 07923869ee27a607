import type { ErrorKind } from '../core/errors.ts';
import type { Failure } from './store.ts';

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
