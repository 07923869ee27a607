/** An hour: whoever wants more is asked again after it, and no timer overflows into asking at once. */
const longestMs = 3_600_000;

/**
 * How long an answer asks us to wait, in seconds or as the time of day when to come back. That time is by the clock of whoever answered,
 * so it is compared with the date of the answer, and only without one with `now`. Nothing when it does not say, or says what is over.
 */
export function patience(headers: Headers, now: number): { readonly retryAfterMs?: number } {
  const said = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d{1,15}$/.test(said) ? Number(said) * 1000 : (timeOf(said) ?? 0) - (timeOf(headers.get('date') ?? '') ?? now);
  return ms > 0 ? { retryAfterMs: Math.min(ms, longestMs) } : {};
}

/** A date as HTTP writes it, in any of the three forms that have to be understood. Source: RFC 9110, 5.6.7. The third one names no zone. */
function timeOf(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? [\w :-]{12,30}$/.test(text)) return undefined;
  const time = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
