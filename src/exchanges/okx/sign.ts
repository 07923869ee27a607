import { createHmac } from 'node:crypto';
import type { Keys } from '../exchange.ts';
import type { Attempt } from '../http.ts';

/**
 * The headers that sign one attempt: base64 HMAC-SHA256 of timestamp + method + path with query + body.
 * Source: https://www.okx.com/docs-v5/en/#overview-rest-authentication
 */
export function sign(attempt: Attempt, keys: Keys): Readonly<Record<string, string>> {
  const timestamp = new Date(attempt.timestamp).toISOString();
  const text = `${timestamp}${attempt.method}${attempt.target}${attempt.body}`;
  return {
    'OK-ACCESS-KEY': keys['apiKey'] ?? '',
    'OK-ACCESS-SIGN': createHmac('sha256', keys['secret'] ?? '')
      .update(text)
      .digest('base64'),
    'OK-ACCESS-TIMESTAMP': timestamp,
    'OK-ACCESS-PASSPHRASE': keys['passphrase'] ?? '',
  };
}
