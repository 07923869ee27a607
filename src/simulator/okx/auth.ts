import { createHmac, randomBytes, randomUUID } from 'node:crypto';
import { Refusal } from './answers.ts';
import { header, sameText, type RawRequest } from '../request.ts';

export type Permission = 'read_only' | 'trade' | 'withdraw';

/** One API key with everything a client needs to sign. */
export interface SimulatorKeys {
  readonly apiKey: string;
  readonly secret: string;
  readonly passphrase: string;
}

/** One API key as the exchange knows it. */
export interface Key extends SimulatorKeys {
  readonly permissions: readonly Permission[];
  /** Addresses it may be used from, separated by commas; empty means any. */
  readonly ip: string;
  readonly label: string;
}

/** How far a timestamp may be from the exchange's clock. */
const windowMs = 30_000;
/** Key ids look like this; anything else is another refusal than a key that merely does not exist. */
const keyPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const timestampPattern = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$/;

/** A new key id, secret and passphrase, in the usual form. */
export function generateKeys(): SimulatorKeys {
  return {
    apiKey: randomUUID(),
    secret: randomBytes(16).toString('hex').toUpperCase(),
    passphrase: `Sim-${randomBytes(6).toString('base64url')}`,
  };
}

/**
 * Finds out whose key signed a request, over the exact bytes that arrived.
 * @throws Refusal naming the first thing that is wrong.
 */
export function authenticate(request: RawRequest, keys: readonly Key[], now: number): Key {
  const apiKey = header(request, 'ok-access-key');
  const passphrase = header(request, 'ok-access-passphrase');
  const sign = header(request, 'ok-access-sign');
  const timestamp = header(request, 'ok-access-timestamp');
  if (apiKey === '') throw new Refusal('50103');
  if (passphrase === '') throw new Refusal('50104');
  if (sign === '') throw new Refusal('50106');
  if (timestamp === '') throw new Refusal('50107');
  const at = timestampPattern.test(timestamp) ? Date.parse(timestamp) : NaN;
  if (Number.isNaN(at)) throw new Refusal('50112');
  if (Math.abs(now - at) > windowMs) throw new Refusal('50102');
  const key = keys.find((one) => one.apiKey === apiKey);
  if (key === undefined) throw new Refusal(keyPattern.test(apiKey) ? '50119' : '50111');
  // Every key here is a production key: using one for demo trading is the wrong environment.
  if (header(request, 'x-simulated-trading') === '1') throw new Refusal('50101');
  if (key.passphrase !== passphrase) throw new Refusal('50105');
  if (!sameText(sign, signature(key.secret, timestamp, request))) throw new Refusal('50113');
  if (key.ip !== '' && !key.ip.split(',').includes(request.address)) throw new Refusal('50110', request.address);
  return key;
}

function signature(secret: string, timestamp: string, { method, target, body }: RawRequest): string {
  return createHmac('sha256', secret).update(timestamp).update(method).update(target).update(body).digest('base64');
}
