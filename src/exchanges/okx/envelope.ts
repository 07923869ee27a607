import * as v from 'valibot';
import { ExchangeError, type Effect, type ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Answer } from '../transport.ts';
import { meaningOf } from './codes.ts';

/** Codes are numbers; whatever else stands there did not come from OKX, and must not reach a log. */
const code = v.pipe(v.string(), v.regex(/^\d{1,6}$/));
const envelope = v.object({ code, msg: v.optional(v.string(), ''), data: v.optional(v.unknown()) });
const details = v.array(v.object({ sCode: code, sMsg: v.optional(v.string(), '') }));

/**
 * The `data` of a successful answer.
 * @throws ExchangeError for any code but "0", decided by the code and only without one by the HTTP status.
 */
export function open(answer: Answer, write: boolean): unknown {
  const parsed = v.safeParse(envelope, parseJson(answer.text));
  if (!parsed.success) throw withoutCode(answer, write);
  const { code, msg: text, data } = parsed.output;
  if (code === '0') return data;
  if (code === '1' || code === '2') {
    // Said per item: the first that failed tells why. With "2" the rest of it happened.
    const items = v.safeParse(details, data);
    const failed = items.success ? items.output.find(({ sCode }) => sCode !== '0') : undefined;
    if (failed !== undefined) throw refusal(failed.sCode, failed.sMsg, answer, write, code === '2');
  }
  throw refusal(code, text, answer, write, code === '2');
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

function refusal(code: string, text: string, answer: Answer, write: boolean, partly: boolean): ExchangeError {
  const meaning = meaningOf(code);
  const ambiguous = partly || meaning?.ambiguous === true || answer.status >= 500;
  const said = spoken(text);
  const base =
    meaning?.sentence ??
    (answer.status >= 500 ? msg('OKX is busy or under maintenance. Try again later.') : msg('OKX refused the request.'));
  return failure({
    kind: meaning?.kind ?? (answer.status >= 500 ? 'unavailable' : 'refused'),
    code,
    effect: write && ambiguous ? 'unknown' : 'none',
    // The venue's own words follow: they may name a number, such as the most that can be redeemed.
    sentence: said === '' ? msg('{0} (OKX code {1})', base, code) : msg('{0} (OKX code {1}: "{2}")', base, code, said),
    answer,
  });
}

/**
 * The answer is not OKX's: a gateway's page, half an answer, or something else on that port.
 * Only a code of OKX can say that a change was refused, so without one the outcome is unknown, whatever the HTTP status.
 */
function withoutCode(answer: Answer, write: boolean): ExchangeError {
  const { status } = answer;
  const effect: Effect = write ? 'unknown' : 'none';
  const http = status.toString();
  if (status === 429)
    return failure({ kind: 'rate', effect, sentence: msg('Too many requests to OKX (HTTP {0}). Wait a moment.', http), answer });
  if (status >= 500)
    return failure({
      kind: 'unavailable',
      effect,
      sentence: msg('OKX is busy or under maintenance (HTTP {0}). Try again later.', http),
      answer,
    });
  if (status === 401)
    return failure({
      kind: 'auth',
      effect,
      sentence: msg('The address did not accept the key (HTTP {0}). Check site and key.', http),
      answer,
    });
  if (status === 403) {
    return failure({
      kind: 'ip',
      effect,
      sentence: msg('The address refused this machine (HTTP {0}). A firewall, or the region of the IP address, may be the reason.', http),
      answer,
    });
  }
  if (status === 404) {
    return failure({
      kind: 'unavailable',
      effect,
      sentence: msg('This address does not offer OKX loans (HTTP {0}). Check the site of the account.', http),
      answer,
    });
  }
  return failure({
    kind: 'shape',
    effect,
    sentence: msg('The answer is not what OKX documents. Check the address, or update LTV Gauge.'),
    answer,
  });
}

function failure(facts: { kind: ErrorKind; code?: string; effect: Effect; sentence: Message; answer: Answer }): ExchangeError {
  const { kind, code, effect, sentence, answer } = facts;
  return new ExchangeError({
    kind,
    effect,
    sentence,
    ...(code === undefined ? {} : { code }),
    ...(answer.retryAfterMs === undefined ? {} : { retryAfterMs: answer.retryAfterMs }),
  });
}

/** The venue's own words, short and without anything that could disturb a screen or a log. */
function spoken(text: string): string {
  return text
    .replace(/[\p{C}\s]+/gu, ' ')
    .trim()
    .slice(0, 200);
}
