const twoDigits = (value: number): string => value.toString().padStart(2, '0');

/**
 * A moment by the clock of this machine, with its offset from UTC: "2026-11-21T15:04:05.123+01:00".
 * @param ms milliseconds since the Unix epoch
 * @param offset minutes that local time is ahead of UTC at that moment; whole ones, as all zones have today
 */
export function localIso(ms: number, offset = -new Date(ms).getTimezoneOffset()): string {
  const local = new Date(ms + offset * 60_000).toISOString().slice(0, -1);
  const away = Math.abs(offset);
  return `${local}${offset < 0 ? '-' : '+'}${twoDigits(Math.floor(away / 60))}:${twoDigits(away % 60)}`;
}

/** A moment in UTC, for machines. */
export const utcIso = (ms: number): string => new Date(ms).toISOString();

/** Makes the short form of a moment that stands in a line: the time alone when it is of today. Both in milliseconds since the Unix epoch. */
export function shortTimes(language: string): (ms: number, now: number) => string {
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short' });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const both = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' });
  return (ms, now) => (day.format(ms) === day.format(now) ? time : both).format(ms);
}
