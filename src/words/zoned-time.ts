/**
 * How moments are written that something hangs on, such as a due date: to the minute and with the short name of the zone, since the hour that
 * a clock is set back happens twice.
 * @param timeZone that of the machine where absent
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
