import { freshUntil } from '../core/clock.ts';
import { msg, type Message } from '../core/message.ts';

const second = 1_000;
const minute = 60 * second;
const hour = 60 * minute;
const day = 24 * hour;

/**
 * Units for an age, oldest first: each counts from its age on. Coarse on purpose, so that nothing repaints every second.
 * The text changes once per `every`.
 */
const steps: readonly {
  readonly from: number;
  readonly every: number;
  readonly text: (count: string) => Message;
  readonly unit: number;
}[] = [
  { from: 2 * day, every: day, unit: day, text: (count) => msg('time.days-ago', '{0} days ago', count) },
  { from: hour, every: hour, unit: hour, text: (count) => msg('time.h-ago', '{0} h ago', count) },
  { from: minute, every: minute, unit: minute, text: (count) => msg('time.min-ago', '{0} min ago', count) },
  { from: 15 * second, every: 15 * second, unit: second, text: (count) => msg('time.s-ago', '{0} s ago', count) },
];

/** After a clock is set back, a reading seems to come from the future; this much is ignored. Milliseconds. */
const futureSlackMs = 5 * second;

/** How old a reading is, in coarse words. Both in milliseconds since the Unix epoch. */
export function ageText(asOf: number, now: number): Message {
  const whole = ageStep(asOf, now);
  if (whole < 0) return msg('time.unknown', 'at an unknown time');
  const step = steps.find((one) => whole >= one.from);
  return step === undefined ? msg('time.just-now', 'just now') : step.text((whole / step.unit).toString());
}

/** The age as far as its text goes: the text is the same while this is. Milliseconds; -1 for a time in the future. */
export function ageStep(asOf: number, now: number): number {
  const age = now - asOf;
  if (age < -futureSlackMs) return -1;
  const step = steps.find((one) => age >= one.from);
  return step === undefined ? 0 : Math.floor(age / step.every) * step.every;
}

/**
 * How long until the age text of a reading changes or the reading is out of date, whichever comes first.
 * All in milliseconds; at least 250, so that a timer can't spin.
 */
export function msUntilAgeChanges(asOf: number, now: number, intervalMs: number): number {
  const age = now - asOf;
  const step = steps.find((one) => age >= one.from);
  const boundary = step === undefined ? 15 * second : (Math.floor(age / step.every) + 1) * step.every;
  const next = asOf + boundary - now;
  // Figures are current for up to and including that moment, so look one millisecond after it.
  const staleIn = freshUntil(asOf, intervalMs) + 1 - now;
  return Math.max(250, staleIn > 0 ? Math.min(next, staleIn) : next);
}

const defaultSeconds = 30;
const minimumSeconds = 10;
/** What is read less often than that is not watched. */
const maximumSeconds = 300;

/** Milliseconds between readings, from whatever a settings file holds. Anything but a number counts as the default. */
export function intervalMsOf(setting: unknown): number {
  const seconds = typeof setting === 'number' && Number.isFinite(setting) ? setting : defaultSeconds;
  return Math.min(maximumSeconds, Math.max(minimumSeconds, seconds)) * 1_000;
}

/**
 * Writes times that matter, such as a due date: to the minute and with the short name of the zone, because when a clock is set back one hour
 * happens twice.
 * @param timeZone default: that of the machine
 */
export function zonedTimes(language: string, timeZone?: string): (ms: number) => string {
  const format = new Intl.DateTimeFormat(language, {
    year: 'numeric',
    month: 'short',
    day: 'numeric',
    hour: 'numeric',
    minute: '2-digit',
    timeZoneName: 'short',
    ...(timeZone === undefined ? {} : { timeZone }),
  });
  return (ms) => format.format(ms);
}
