import { createHmac } from 'node:crypto';
import { ExchangeError } from '../../core/errors.ts';
import type { Keys } from '../exchange.ts';
import type { Attempt } from '../http/call.ts';
import { invalidKey } from '../refusals.ts';

/**
 * How long a request may take to arrive. Milliseconds. Bybit accepts a timestamp from that much before its own time until one second after it.
 * Source: https://bybit-exchange.github.io/docs/v5/guide
 */
export const receiveWindow = '5000';

/** The characters allowed in a header. */
const sendable = /^[\x20-\x7e]+$/;

/**
 * The headers that sign one attempt: lower-case hex HMAC-SHA256 of timestamp + key + window + query (GET) or body (POST), all as sent and without
 * path or question mark. Source: https://bybit-exchange.github.io/docs/v5/guide#authentication
 * @throws ExchangeError `auth` for an impossible key: the network layer's error would contain it.
 */
export function sign(attempt: Attempt, keys: Keys): Readonly<Record<string, string>> {
  const { apiKey, secret } = sendableKeys(keys);
  const timestamp = attempt.timestamp.toString();
  const question = attempt.target.indexOf('?');
  const query = question < 0 ? '' : attempt.target.slice(question + 1);
  const text = timestamp + apiKey + receiveWindow + (attempt.method === 'GET' ? query : attempt.body);
  return {
    'X-BAPI-API-KEY': apiKey,
    'X-BAPI-TIMESTAMP': timestamp,
    'X-BAPI-SIGN': createHmac('sha256', secret).update(text).digest('hex'),
  };
}

/** Until when a login may arrive. Milliseconds from now. */
const loginMs = 10_000;

/**
 * The message that logs in to a private stream: hex HMAC of a fixed path and the time it expires at.
 * Source: https://bybit-exchange.github.io/docs/v5/ws/connect#authentication
 * @param now by the venue's clock. Milliseconds
 * @throws ExchangeError `auth` for what cannot be a key
 */
export function loginMessage(keys: Keys, now: number): string {
  const { apiKey, secret } = sendableKeys(keys);
  const expires = now + loginMs;
  const signature = createHmac('sha256', secret).update(`GET/realtime${expires.toString()}`).digest('hex');
  return JSON.stringify({ op: 'auth', args: [apiKey, expires, signature] });
}

function sendableKeys({ apiKey = '', secret = '' }: Keys): Record<'apiKey' | 'secret', string> {
  if (![apiKey, secret].every((part) => sendable.test(part))) throw unsendable();
  return { apiKey, secret };
}

/** What `sign` adds, in its order. */
export const signedHeaders = {
  'X-BAPI-API-KEY': 'secret',
  'X-BAPI-TIMESTAMP': 'time',
  'X-BAPI-SIGN': 'secret',
} as const;

function unsendable(): ExchangeError {
  return new ExchangeError({
    kind: 'auth',
    effect: 'none',
    sentence: invalidKey,
  });
}
