import { createHmac, randomBytes } from 'node:crypto';
import { header, sameText, type RawRequest } from '../request.ts';
import { Refusal, TurnedAway } from './answers.ts';

/** One API key with everything a client needs to sign. */
export interface BybitKeys {
  readonly apiKey: string;
  readonly secret: string;
}

/** One API key as the exchange knows it. */
export interface Key extends BybitKeys {
  readonly readOnly: boolean;
  /** What it may do, as `user/query-api` lists it. */
  readonly permissions: Readonly<Record<string, readonly string[]>>;
  /** Addresses it may be used from. `*`, or none at all, means any. */
  readonly ips: readonly string[];
  readonly note: string;
}

/** How far ahead a timestamp may be. */
const aheadMs = 1000;
const usualWindowMs = '5000';

/** A new key id and secret, in the usual form. */
export function generateKeys(): BybitKeys {
  return { apiKey: randomBytes(14).toString('base64url').slice(0, 18), secret: randomBytes(27).toString('base64url').slice(0, 36) };
}

/**
 * Finds out whose key signed a request, over the exact bytes that arrived.
 * @throws TurnedAway 401 when a header is missing; Refusal naming the first thing that is wrong.
 */
export function authenticate(request: RawRequest, keys: readonly Key[], now: number): Key {
  const apiKey = header(request, 'x-bapi-api-key');
  const timestamp = header(request, 'x-bapi-timestamp');
  const sign = header(request, 'x-bapi-sign');
  const recvWindow = header(request, 'x-bapi-recv-window');
  if (apiKey === '' || timestamp === '' || sign === '') throw new TurnedAway('401');
  checkTime(timestamp, recvWindow, now);
  const key = keys.find((one) => one.apiKey === apiKey);
  if (key === undefined) throw new Refusal('10003');
  if (!sameText(sign, signature(key, timestamp, recvWindow, request))) throw new Refusal('10004');
  const anywhere = key.ips.length === 0 || key.ips.includes('*');
  if (!anywhere && !key.ips.includes(request.address)) throw new Refusal('10010', request.address);
  return key;
}

/** Accepted when server time − window ≤ timestamp < server time + 1 s. */
function checkTime(timestamp: string, recvWindow: string, now: number): void {
  const window = recvWindow === '' ? usualWindowMs : recvWindow;
  if (!/^\d{1,9}$/.test(window)) throw new Refusal('10001', 'X-BAPI-RECV-WINDOW');
  const at = /^\d{1,15}$/.test(timestamp) ? Number(timestamp) : NaN;
  if (now - Number(window) <= at && at < now + aheadMs) return;
  throw new Refusal('10002', `Sent ${timestamp}, received ${now.toString()}, window ${window}.`);
}

function signature(key: Key, timestamp: string, recvWindow: string, { method, target, body }: RawRequest): string {
  const question = target.indexOf('?');
  const query = question < 0 ? '' : target.slice(question + 1);
  const signed = createHmac('sha256', key.secret).update(timestamp).update(key.apiKey).update(recvWindow);
  return signed.update(method === 'GET' ? query : body).digest('hex');
}
