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

/** Short forms of a moment, for narrow lines: without the day when it is of today. All in milliseconds since the Unix epoch. */
export interface ShortTimes {
  /** To the minute. */
  readonly minute: (ms: number, now: number) => string;
  /** To the second. */
  readonly second: (ms: number, now: number) => string;
}

export function shortTimes(language: string): ShortTimes {
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' });
  const short = (timeStyle: 'short' | 'medium'): ShortTimes['minute'] => {
    const time = new Intl.DateTimeFormat(language, { timeStyle });
    const both = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle });
    return (ms, now) => (day.format(ms) === day.format(now) ? time : both).format(ms);
  };
  return { minute: short('short'), second: short('medium') };
}
