import type { Line } from './line.ts';
import { intervalInForce } from './pace.ts';
import type { AccountState } from './store.ts';

/** How often an account's own keys are tried while it is read with others: its twin's, or a watcher's. Milliseconds. */
export const ownKeyEveryMs = 10 * 60_000;
/** How late a watcher that kept the pace may be once. Milliseconds. */
const lateWatcherMs = 5_000;

/** Notes when a watcher read it. @param state after a reading was taken over */
export function noteWatcher(line: Line, state: AccountState | undefined): void {
  const asOf = state?.watched === true ? state.snapshot?.asOf : undefined;
  if (asOf === undefined || asOf === line.watched?.asOf) return;
  line.watched = { asOf, everyMs: line.watched === undefined ? Infinity : asOf - line.watched.asOf };
}

/**
 * Whether the regular readings of an account may be left to the watcher that read it last: nothing has happened since, and this window's own
 * keys worked lately.
 * @param uptime by `uptimeOf`
 */
export function isLeftToWatcher({ isWanted, isRoutine, ownAt }: Line, { watched, failure }: AccountState, uptime: number): boolean {
  const isProven = ownAt !== undefined && uptime - ownAt < ownKeyEveryMs;
  return watched === true && failure === undefined && isWanted !== true && isRoutine === true && isProven;
}

/**
 * For how long yet: until the figures are as old as this window's own would be, and a little longer if the watcher keeps that pace.
 * @param intervalMs the person's setting
 * @returns milliseconds; zero if the reading is due
 */
export function leftToWatcherMs({ watched }: Line, state: AccountState, now: number, intervalMs: number): number {
  const { snapshot } = state;
  const age = now - (snapshot?.asOf ?? 0);
  // A time in the future comes from a wrong clock.
  if (age < 0) return 0;
  const everyMs = intervalInForce(snapshot, intervalMs, state);
  const keepsPace = watched !== undefined && watched.everyMs <= everyMs + lateWatcherMs;
  return Math.max(everyMs + (keepsPace ? lateWatcherMs : 0) - age, 0);
}
