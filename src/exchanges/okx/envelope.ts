import * as v from 'valibot';
import { ExchangeError, type Effect, type ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Answer } from '../transport.ts';
import { waysFor, type Meaning } from '../meaning.ts';
import { spoken, type Hide } from '../redact.ts';
import { meaningOf } from './codes.ts';

/** Codes are numbers; whatever else stands there did not come from OKX, and must not reach a log. */
const code = v.pipe(v.string(), v.regex(/^\d{1,6}$/));
const envelope = v.object({ code, msg: v.optional(v.string(), ''), data: v.optional(v.unknown()) });
const details = v.array(v.object({ sCode: code, sMsg: v.optional(v.string(), '') }));

/**
 * The `data` of a successful answer.
 * @throws ExchangeError for any code but "0", decided by the code and only without one by the HTTP status.
 */
export function open(answer: Answer, write: boolean, hide: Hide): unknown {
  const parsed = v.safeParse(envelope, parseJson(answer.text));
  if (!parsed.success) throw withoutCode(answer, write);
  const { code, msg: text, data } = parsed.output;
  if (code === '0') return data;
  if (code === '1' || code === '2') {
    // Said per item: the first that failed tells why. With "2" the rest of it happened.
    const items = v.safeParse(details, data);
    const failed = items.success ? items.output.find(({ sCode }) => sCode !== '0') : undefined;
    if (failed !== undefined) throw refusal(failed.sCode, failed.sMsg, answer, write, code === '2', hide);
  }
  throw refusal(code, text, answer, write, code === '2', hide);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/**
 * A refusal of OKX's own. A change certainly had no effect only when the code is documented and says so: a code we do not know,
 * or any code that comes with the HTTP status of a server in trouble, leaves it open.
 */
function refusal(code: string, text: string, answer: Answer, write: boolean, partly: boolean, hide: Hide): ExchangeError {
  const { kind, sentence, ambiguous, instead } = meaningOf(code, write) ?? unknownCode(answer.status);
  const said = spoken(text, hide);
  return failure({
    kind,
    ...(instead === undefined ? {} : { instead }),
    code,
    effect: write && (partly || ambiguous === true || answer.status >= 500) ? 'unknown' : 'none',
    // The venue's own words follow: they may name a number, such as the most that can be redeemed.
    sentence: said === '' ? msg('{0} (OKX code {1})', sentence, code) : msg('{0} (OKX code {1}: "{2}")', sentence, code, said),
    answer,
  });
}

function unknownCode(status: number): Meaning {
  if (status >= 500) return { kind: 'unavailable', sentence: msg('OKX is busy or under maintenance. Try again later.'), ambiguous: true };
  // Where there is no such endpoint the status is repeated as the code.
  const { kind, sentence } = byStatus(status);
  return kind === 'shape'
    ? { kind: 'refused', sentence: msg('OKX refused the request.'), ambiguous: true }
    : { kind, sentence, ambiguous: true };
}

/**
 * The answer is not OKX's: a gateway's page, half an answer, or something else on that port.
 * Only a code of OKX can say that a change was refused, so without one the outcome is unknown, whatever the HTTP status.
 */
function withoutCode(answer: Answer, write: boolean): ExchangeError {
  return failure({ ...byStatus(answer.status), effect: write ? 'unknown' : 'none', answer });
}

function byStatus(status: number): { readonly kind: ErrorKind; readonly sentence: Message } {
  const http = status.toString();
  if (status >= 500) return { kind: 'unavailable', sentence: msg('OKX is busy or under maintenance (HTTP {0}). Try again later.', http) };
  switch (status) {
    case 401:
      return { kind: 'auth', sentence: msg('The address did not accept the key (HTTP {0}). Check site and key.', http) };
    case 403:
      return {
        kind: 'ip',
        sentence: msg('The address refused this machine (HTTP {0}). A firewall, or the region of the IP address, may be the reason.', http),
      };
    case 404:
      return {
        kind: 'unavailable',
        sentence: msg('OKX does not offer this at this address (HTTP {0}). Check the site of the account.', http),
      };
    case 429:
      return { kind: 'rate', sentence: msg('Too many requests to OKX (HTTP {0}). Wait a moment.', http) };
    default:
      return { kind: 'shape', sentence: msg('The answer is not what OKX documents. Check the address, or update LTV Gauge.') };
  }
}

interface Failure extends Pick<Meaning, 'kind' | 'sentence' | 'instead'> {
  readonly code?: string;
  readonly effect: Effect;
  readonly answer: Answer;
}

function failure(facts: Failure): ExchangeError {
  const { kind, code, effect, sentence, answer } = facts;
  return new ExchangeError({
    kind,
    effect,
    sentence,
    instead: waysFor(facts, effect),
    ...(code === undefined ? {} : { code }),
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
  });
}
