import { createHmac } from 'node:crypto';
import { ExchangeError } from '../../core/errors.ts';
import type { Keys } from '../exchange.ts';
import type { Attempt } from '../http/call.ts';
import { invalidKey } from '../refusals.ts';

/** The characters allowed in a header. */
const sendable = /^[\x20-\x7e]+$/;

/**
 * The headers that sign one attempt: base64 HMAC-SHA256 of timestamp + method + path with query + body. Source:
 * https://www.okx.com/docs-v5/en/#overview-rest-authentication
 * @throws ExchangeError `auth` for an impossible key: the network layer's error would contain it.
 */
export function sign(attempt: Attempt, keys: Keys): Readonly<Record<string, string>> {
  const { apiKey, secret, passphrase } = sendableKeys(keys);
  const timestamp = new Date(attempt.timestamp).toISOString();
  const text = `${timestamp}${attempt.method}${attempt.target}${attempt.body}`;
  return {
    'OK-ACCESS-KEY': apiKey,
    'OK-ACCESS-SIGN': createHmac('sha256', secret).update(text).digest('base64'),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': passphrase,
  };
}

/**
 * The message that logs in to a private stream: the same over the time in seconds and a fixed path.
 * Source: https://www.okx.com/docs-v5/en/#overview-websocket-login
 * @param now by the venue's clock. Milliseconds
 * @throws ExchangeError `auth` for what cannot be a key
 */
export function loginMessage(keys: Keys, now: number): string {
  const { apiKey, secret, passphrase } = sendableKeys(keys);
  const timestamp = Math.floor(now / 1000).toString();
  const sign = createHmac('sha256', secret).update(`${timestamp}GET/users/self/verify`).digest('base64');
  return JSON.stringify({ op: 'login', args: [{ apiKey, passphrase, timestamp, sign }] });
}

function sendableKeys({ apiKey = '', secret = '', passphrase = '' }: Keys): Record<'apiKey' | 'secret' | 'passphrase', string> {
  if (![apiKey, secret, passphrase].every((part) => sendable.test(part))) throw unsendable();
  return { apiKey, secret, passphrase };
}

/** What `sign` adds, in its order. */
export const signedHeaders = {
  'OK-ACCESS-KEY': 'secret',
  'OK-ACCESS-SIGN': 'secret',
  'OK-ACCESS-TIMESTAMP': 'time',
  'OK-ACCESS-PASSPHRASE': 'secret',
} as const;

function unsendable(): ExchangeError {
  return new ExchangeError({
    kind: 'auth',
    effect: 'none',
    sentence: invalidKey,
  });
}
