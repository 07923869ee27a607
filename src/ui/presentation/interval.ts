const defaultSeconds = 30;
const minimumSeconds = 10;
/** A day: more than any timer's sensible wait, less than what overflows it. */
const maximumSeconds = 86_400;

/** Milliseconds between readings from what a settings file may hold. Anything that is no number counts as the default. */
export function intervalMsOf(setting: unknown): number {
  const seconds = typeof setting === 'number' && Number.isFinite(setting) ? setting : defaultSeconds;
  return Math.min(maximumSeconds, Math.max(minimumSeconds, seconds)) * 1_000;
}
