import { ExchangeError, type Effect, type ErrorKind, type Instead } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Answer } from '../http/transport.ts';
import type { Meaning } from './error-codes.ts';
import * as why from '../refusals.ts';

/** A refusal of our own, before anything is sent. @param instead what would work, most promising first */
export function refused(sentence: Message, instead: readonly Instead[] = []): ExchangeError {
  return new ExchangeError({ kind: 'refused', effect: 'none', sentence, instead });
}

/** What is known of a failed request. */
export interface Failure extends Pick<Meaning, 'kind' | 'sentence' | 'instead'> {
  readonly code?: string;
  readonly effect: Effect;
  /** How long the venue asks us to wait. Milliseconds; undefined and zero are the same. */
  readonly retryAfterMs?: number | undefined;
}

/** The error of a request that the venue did not do, with what would work instead. */
export function failure(facts: Failure): ExchangeError {
  const { kind, code, effect, sentence, retryAfterMs = 0 } = facts;
  return new ExchangeError({
    kind,
    effect,
    sentence,
    instead: waysFor(facts),
    ...(code === undefined ? {} : { code }),
    ...(retryAfterMs > 0 ? { retryAfterMs } : {}),
  });
}

/** Nothing is suggested after an unknown outcome: repeating could do it twice. What passes may be tried again later. */
function waysFor({ kind, instead, effect }: Failure): readonly Instead[] {
  if (effect === 'unknown') return [];
  return instead ?? (kind === 'rate' || kind === 'unavailable' ? ['later'] : []);
}

/** The meaning of an answer without a documented code of the venue. */
export interface Reading {
  readonly kind: ErrorKind;
  readonly sentence: Message;
  /** The HTTP status, where it means that the venue lacks a part, which isn't always an error. */
  readonly code?: string;
}

/**
 * What the HTTP status alone means; undefined for nothing. It never decides the outcome of a change: any server on the way may send it, before
 * passing the request on or instead of the answer.
 */
export function readStatus(venue: string, status: number): Reading | undefined {
  const http = status.toString();
  const reading = (kind: ErrorKind, sentence: Message): Reading => ({ kind, sentence: why.withDetail(sentence, `HTTP ${http}`) });
  if (status >= 500) return reading('unavailable', why.busy(venue));
  if (status >= 300 && status < 400) {
    return reading(
      'shape',
      msg(
        'http.redirected',
        "Requests to {0} are redirected, and LTV Gauge doesn't follow. Sign in to your network, or check the address.",
        venue,
      ),
    );
  }
  switch (status) {
    case 401:
      return reading('auth', why.wrongKey);
    case 403:
      return reading('ip', msg('http.blocked', 'This machine was blocked. Check for a firewall, and that your region is served.'));
    case 404:
    case 405:
    case 410:
      return { ...reading('unavailable', why.notOffered(venue)), code: http };
    case 407:
      return reading(
        'network',
        msg('http.proxy-sign-in', "A proxy requires you to sign in. Sign in, or check the editor's proxy settings."),
      );
    case 408:
    case 421:
    case 425:
      return reading('network', why.connectionFailed(venue));
    case 429:
      return reading('rate', why.tooManyRequests(venue));
    case 451:
      return reading('ip', why.regionNotServed(venue));
    default:
      return undefined;
  }
}

/** What an answer without a code of the venue means: by its status, else by its content. */
export function readStranger(venue: string, { status, text }: Pick<Answer, 'status' | 'text'>): Reading {
  return readStatus(venue, status) ?? { kind: 'shape', sentence: sentenceOf(venue, `HTTP ${status.toString()}`, text) };
}

function sentenceOf(venue: string, http: string, text: string): Message {
  if (text.trim() === '') {
    return why.withDetail(why.connectionFailed(venue), http);
  }
  if (/^[\s\ufeff]*<(?:!|\?xml|html|head|body)/i.test(text)) {
    return why.withDetail(
      msg(
        'http.web-page',
        'A web page came instead of {0}. Open any page in a browser to sign in to your network, or check proxy and firewall.',
        venue,
      ),
      http,
    );
  }
  return why.oddAnswer(venue);
}
