import type { Line } from './line.ts';
import { intervalInForce } from './pace.ts';
import type { AccountState } from './store.ts';

/** How often an account's own keys are tried while it is read with others: its twin's, or a watcher's. Milliseconds. */
export const ownKeyEveryMs = 10 * 60_000;
/** How late a watcher that kept the pace may be once. Milliseconds. */
export const lateWatcherMs = 5_000;

/** Notes when the watcher read it. @param state after a reading was taken over */
export function noteWatcher(line: Line, state: AccountState | undefined): void {
  const asOf = state?.watched === true ? state.snapshot?.asOf : undefined;
  if (asOf === undefined || asOf === line.watched?.asOf) return;
  line.watched = { asOf, everyMs: line.watched === undefined ? Infinity : asOf - line.watched.asOf };
}

/**
 * How long the regular reading of an account that a watcher read last may wait: until its figures are as old as this window's own would be,
 * and a little longer if the watcher keeps that pace. Never if anything has happened since, or if this window's own keys weren't tried lately.
 * @returns milliseconds; zero to read now
 */
export function leftToWatcherMs(
  { isWanted, isRoutine, ownAt, watched }: Line,
  state: AccountState,
  { now, uptime, intervalMs }: { readonly now: number; readonly uptime: number; readonly intervalMs: number },
): number {
  const { snapshot, failure } = state;
  if (snapshot === undefined || failure !== undefined || isWanted === true || isRoutine !== true) return 0;
  if (ownAt === undefined || uptime - ownAt >= ownKeyEveryMs) return 0;
  const everyMs = intervalInForce(snapshot, intervalMs, state);
  const keepsPace = watched !== undefined && watched.everyMs <= everyMs + lateWatcherMs;
  const age = now - snapshot.asOf;
  // A time in the future comes from a wrong clock.
  return age < 0 ? 0 : Math.max(everyMs + (keepsPace ? lateWatcherMs : 0) - age, 0);
}
