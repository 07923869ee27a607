import * as v from 'valibot';
import type { Answer } from '../transport.ts';
import { Numeral, parseExact } from './json.ts';

/** How long nothing may be sent after a machine sent too much. Source: https://bybit-exchange.github.io/docs/v5/rate-limit */
export const quietMs = 10 * 60_000;

const stamped = v.object({ time: v.instance(Numeral) });

/**
 * How long until an endpoint that is used up has room again, by Bybit's own clock on both sides. Milliseconds, zero when it
 * has room or does not say. Source: the headers of https://bybit-exchange.github.io/docs/v5/rate-limit
 */
export function untilReset({ headers, text }: Answer): number {
  if (headers?.get('x-bapi-limit-status') !== '0') return 0;
  const reset = headers.get('x-bapi-limit-reset-timestamp') ?? '';
  const envelope = v.safeParse(stamped, parseExact(text));
  const now = envelope.success ? envelope.output.time.source : '';
  const milliseconds = /^\d{13}$/;
  return milliseconds.test(reset) && milliseconds.test(now) ? Math.max(Number(reset) - Number(now), 0) : 0;
}
