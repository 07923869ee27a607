/** Polls may slip by network time and jitter; beyond this many intervals a figure is no longer vouched for. */
const intervalsUntilStale = 2.5;

/** Whether figures read at `asOf` may still be shown as current at `now`. All in milliseconds. A time in the future is not fresh. */
export function isFresh(asOf: number, now: number, intervalMs: number): boolean {
  const age = now - asOf;
  return age >= -5_000 && age <= intervalMs * intervalsUntilStale;
}

/** The last moment at which figures read at `asOf` are vouched for. All in milliseconds. */
export function freshUntil(asOf: number, intervalMs: number): number {
  return asOf + intervalMs * intervalsUntilStale;
}
