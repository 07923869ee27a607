import * as v from 'valibot';
import type { ExchangeError, ErrorKind } from '../../core/errors.ts';
import { spoken, type Hide } from '../http/redact.ts';
import type { Answer } from '../http/transport.ts';
import type { Meaning } from '../kit/error-codes.ts';
import { failure, readStatus, readStranger, type Reading } from '../kit/failure.ts';
import { blockedMachine, regionNotServed, rejected, withCode } from '../refusals.ts';
import { meaningOf, venue } from './codes.ts';
import { Numeral, parseExact } from './schema.ts';

/** Codes are numbers; anything else did not come from Bybit and must not reach a log. */
const code = v.pipe(
  v.instance(Numeral),
  v.transform(({ source }) => source),
  v.regex(/^-?\d{1,7}$/),
);
/** An unreadable message takes nothing else away. */
const envelope = v.object({ retCode: code, retMsg: v.fallback(v.optional(v.string(), ''), ''), result: v.optional(v.unknown()) });

/**
 * The `result` of a successful answer. Numbers in it are `Numeral`s.
 * @throws ExchangeError for any code but 0: by the code, or without one by the HTTP status.
 */
export function open(answer: Answer, write: boolean, hide: Hide): unknown {
  const parsed = v.safeParse(envelope, parseExact(answer.text));
  if (!parsed.success) throw withoutCode(answer, write);
  const { retCode, retMsg, result } = parsed.output;
  if (retCode === '0') return result;
  throw refusal(retCode, retMsg, answer, write, hide);
}

/**
 * A refusal of Bybit's own. A change certainly had no effect only when the code is documented and says so: a code we do not know,
 * or any code that comes with the HTTP status of a server in trouble, leaves it open.
 */
function refusal(code: string, text: string, answer: Answer, write: boolean, hide: Hide): ExchangeError {
  const { kind, sentence, ambiguous, instead } = meaningOf(code) ?? unknownCode(answer.status);
  return failure({
    kind,
    ...(instead === undefined ? {} : { instead }),
    code,
    effect: write && (ambiguous === true || answer.status >= 500) ? 'unknown' : 'none',
    sentence: withCode(sentence, venue, code, spoken(text, hide)),
    retryAfterMs: waitOf(answer, kind),
  });
}

function unknownCode(status: number): Meaning {
  const { kind, sentence } = statusOf(status) ?? { kind: 'refused', sentence: rejected(venue) };
  return { kind, sentence, ambiguous: true };
}

/**
 * The answer is not Bybit's: a gateway's page, half an answer, or something else on that port.
 * Only a code of Bybit can say that a change was refused, so without one the outcome is unknown, whatever the HTTP status.
 */
function withoutCode(answer: Answer, write: boolean): ExchangeError {
  const effect = write ? 'unknown' : 'none';
  const reading: Waiting = answer.status === 403 ? forbidden(answer.text) : (statusOf(answer.status) ?? readStranger(venue, answer));
  return failure({ ...reading, effect, retryAfterMs: Math.max(reading.retryAfterMs ?? 0, waitOf(answer, reading.kind)) });
}

/** Some Bybit sites lack some parts: that is an answer, and retrying won't change it. */
function statusOf(status: number): Reading | undefined {
  const reading = readStatus(venue, status);
  return reading?.code === undefined ? reading : { ...reading, kind: 'refused' };
}

/** A country block is worded by Bybit's gateway; a block of one machine need not be. */
const isCountry = (text: string): boolean => /country|region|territor|jurisdiction/i.test(text);

/** Whether Bybit blocks this machine for too many requests. Then nothing may be sent to that address for ten minutes. */
export function isOverrun({ status, text }: Answer): boolean {
  return status === 403 && !isCountry(text) && !v.is(envelope, parseExact(text));
}

/** With how long nothing may be sent. */
type Waiting = Reading & { readonly retryAfterMs?: number };

function forbidden(text: string): Waiting {
  return isCountry(text)
    ? { kind: 'ip', sentence: regionNotServed(venue) }
    : { kind: 'rate', retryAfterMs: quietMs, sentence: blockedMachine(venue, quietMs) };
}

/** How long to wait, by any of the venue's headers and what we know of its limits. */
const waitOf = (answer: Answer, kind: ErrorKind): number => Math.max(answer.retryAfterMs ?? 0, kind === 'rate' ? untilReset(answer) : 0);

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
