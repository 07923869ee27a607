import { ExchangeError, type Effect, type ErrorKind, type Instead } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import type { Answer } from '../http/transport.ts';
import type { Meaning } from './error-codes.ts';

/** A refusal of our own, before anything is sent. @param instead what would work, most promising first */
export function refused(sentence: Message, instead: readonly Instead[] = []): ExchangeError {
  return new ExchangeError({ kind: 'refused', effect: 'none', sentence, instead });
}

/** What is known of a request that failed. */
export interface Failure extends Pick<Meaning, 'kind' | 'sentence' | 'instead'> {
  readonly code?: string;
  readonly effect: Effect;
  /** For how long the venue wants to be left alone. Milliseconds; nothing and zero are the same. */
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

/** Nothing is advised after an outcome that is not known: repeating it could do it twice. What only passes may be tried again later. */
function waysFor({ kind, instead, effect }: Failure): readonly Instead[] {
  if (effect === 'unknown') return [];
  return instead ?? (kind === 'rate' || kind === 'unavailable' ? ['later'] : []);
}

/** What an answer means that has no code of the venue's, or none that is documented. */
export interface Reading {
  readonly kind: ErrorKind;
  readonly sentence: Message;
  /** The HTTP status, where it tells that a part of the venue is not there: that is not always trouble. */
  readonly code?: string;
}

/**
 * What the HTTP status alone tells; undefined when it tells nothing. It never tells what became of a change: any server on the way may say
 * it, before it passed the request on or instead of the answer that came back.
 */
export function readStatus(venue: string, status: number): Reading | undefined {
  const http = status.toString();
  if (status >= 500)
    return {
      kind: 'unavailable',
      sentence: msg('http.busy-under-maintenance', '{0} is busy or under maintenance (HTTP {1}). Try again later.', venue, http),
    };
  if (status >= 300 && status < 400) {
    return {
      kind: 'shape',
      sentence: msg(
        'http.address-sends-requests',
        'The address sends requests for {0} elsewhere (HTTP {1}), and LTV Gauge does not follow. Check the address; a network that wants you to sign in first does this too.',
        venue,
        http,
      ),
    };
  }
  switch (status) {
    case 401:
      return {
        kind: 'auth',
        sentence: msg('http.address-not-accept', 'The address did not accept the key (HTTP {0}). Check site and key.', http),
      };
    case 403:
      return {
        kind: 'ip',
        sentence: msg(
          'http.address-refused-machine',
          'The address refused this machine (HTTP {0}). A firewall, or the region of the IP address, may be the reason.',
          http,
        ),
      };
    case 404:
    case 405:
    case 410:
      return {
        kind: 'unavailable',
        code: http,
        sentence: msg(
          'http.not-offer-address',
          '{0} does not offer this at this address (HTTP {1}). Check the site of the account.',
          venue,
          http,
        ),
      };
    case 407:
      return {
        kind: 'network',
        sentence: msg(
          'http.proxy-way-wants',
          'A proxy on the way to {0} wants you to sign in (HTTP {1}). Sign in to it, or check the proxy settings of the editor.',
          venue,
          http,
        ),
      };
    case 408:
    case 421:
    case 425:
      return {
        kind: 'network',
        sentence: msg(
          'http.request-not-get',
          'The request did not get through to {0} (HTTP {1}). Check the network connection.',
          venue,
          http,
        ),
      };
    case 429:
      return { kind: 'rate', sentence: msg('http.too-many-requests', 'Too many requests to {0} (HTTP {1}). Wait a moment.', venue, http) };
    case 451:
      return {
        kind: 'ip',
        sentence: msg(
          'http.blocked-legal-reasons',
          '{0} is blocked for legal reasons in the region of this IP address (HTTP {1}). Check that the account is on the site of your region.',
          venue,
          http,
        ),
      };
    default:
      return undefined;
  }
}

/** What an answer without a code of the venue's is: by its status, and where that tells nothing by what it looks like. */
export function readStranger(venue: string, { status, text }: Pick<Answer, 'status' | 'text'>): Reading {
  return readStatus(venue, status) ?? { kind: 'shape', sentence: sentenceOf(venue, status.toString(), text) };
}

function sentenceOf(venue: string, http: string, text: string): Message {
  if (text.trim() === '') {
    return msg(
      'http.answer-empty-proxy',
      'The answer of {0} is empty (HTTP {1}). A proxy or firewall on the way may have kept it. Check the network connection.',
      venue,
      http,
    );
  }
  if (/^[\s\ufeff]*<(?:!|\?xml|html|head|body)/i.test(text)) {
    return msg(
      'http.web-page-came',
      'A web page came instead of an answer of {0} (HTTP {1}). A network that wants you to sign in first, a proxy or a firewall may be the reason. Open any page in a browser, then try again.',
      venue,
      http,
    );
  }
  return msg('http.answer-not-documents', 'The answer is not what {0} documents. Check the address, or update LTV Gauge.', venue);
}
