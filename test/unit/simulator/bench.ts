// A simulated exchange without sockets, with a clock that only moves on command, and a client that signs.
import { createHmac } from 'node:crypto';
import { decimal, type Decimal } from '../../../src/core/decimal.ts';
import type { Key } from '../../../src/simulator/okx/auth.ts';
import { Control } from '../../../src/simulator/control.ts';
import { OkxApi } from '../../../src/simulator/okx/api.ts';
import type { Bend } from '../../../src/simulator/hostile.ts';
import type { Holding } from '../../../src/simulator/holdings.ts';
import type { Outcome, RawRequest } from '../../../src/simulator/request.ts';
import { World, type WorldOptions } from '../../../src/simulator/okx/world.ts';

export const noon = Date.UTC(2026, 10, 20, 12, 0, 0, 0);
export const settleMs = 1500;
export const loanPath = '/api/v5/finance/flexible-loan/';

export class HandClock {
  #now = noon;
  now(): number {
    return this.#now;
  }
  pass(ms: number): void {
    this.#now += ms;
  }
}

export const mainKey: Key = {
  apiKey: '11111111-2222-3333-4444-555555555555',
  secret: 'main secret',
  passphrase: 'main passphrase',
  permissions: ['read_only', 'trade'],
  ip: '127.0.0.1',
  label: 'main',
};
export const readKey: Key = { ...mainKey, apiKey: 'aaaaaaaa-2222-3333-4444-555555555555', permissions: ['read_only'], ip: '' };
export const boundKey: Key = { ...mainKey, apiKey: 'bbbbbbbb-2222-3333-4444-555555555555', ip: '203.0.113.7,203.0.113.8' };

export interface Reply {
  readonly status: number;
  readonly code: string;
  readonly msg: string;
  readonly data: readonly Record<string, unknown>[];
  readonly raw: string;
}

export function holdings(...pairs: readonly (readonly [ccy: string, amt: string])[]): Holding[] {
  return pairs.map(([ccy, amt]) => ({ ccy, amt: decimal(amt) }));
}

/** What one request changes from the usual. */
export interface Twist {
  readonly key?: Key;
  /** Leave headers out (undefined) or put others in, after signing. */
  readonly headers?: Record<string, string | undefined>;
  readonly timestamp?: string;
  readonly address?: string;
  /** Sent instead of what was signed. */
  readonly sentBody?: string;
  readonly sentTarget?: string;
}

export class Bench {
  readonly clock = new HandClock();
  readonly world: World;
  readonly api: OkxApi;
  readonly control: Control;

  /** @param bend says every answer in another way */
  constructor(options: Partial<WorldOptions> = {}, bend?: Bend) {
    this.world = new World({ clock: this.clock, seed: 'bench', settleMs, walking: false, ...options });
    this.api = new OkxApi(this.world, [mainKey, readKey, boundKey], this.clock, bend);
    this.control = new Control(this.world, this.api, this.clock);
  }

  /** Sends one signed request. Time passes first, so that the rate limit is met only where it is meant. */
  ask(method: string, target: string, body = '', twist: Twist = {}): Reply {
    this.clock.pass(500);
    const outcome = this.send(method, target, body, twist);
    if (outcome.kind !== 'answer') throw new Error(`no answer but ${outcome.kind}`);
    return read(outcome.answer);
  }

  send(method: string, target: string, body = '', twist: Twist = {}): Outcome {
    const { key = mainKey, timestamp = new Date(this.clock.now()).toISOString() } = twist;
    const headers: Record<string, string | undefined> = {
      'content-type': 'application/json',
      'ok-access-key': key.apiKey,
      'ok-access-passphrase': key.passphrase,
      'ok-access-timestamp': timestamp,
      'ok-access-sign': createHmac('sha256', key.secret).update(`${timestamp}${method}${target}${body}`).digest('base64'),
      ...twist.headers,
    };
    const request: RawRequest = {
      method,
      target: twist.sentTarget ?? target,
      headers,
      body: Buffer.from(twist.sentBody ?? body),
      address: twist.address ?? '127.0.0.1',
    };
    return this.api.handle(request);
  }

  loan(name: string): Reply {
    return this.ask('GET', `${loanPath}${name}`);
  }

  post(name: string, body: unknown): Reply {
    return this.ask('POST', `${loanPath}${name}`, JSON.stringify(body));
  }

  adjust(type: string, collateralCcy: string, collateralAmt: string, ordId?: string): Reply {
    return this.post('adjust-collateral', { type, collateralCcy, collateralAmt, ...(ordId === undefined ? {} : { ordId }) });
  }

  /** One order as loan-info has it. */
  order(ordId: string): Record<string, unknown> {
    const found = this.loan('loan-info').data.find((one) => one['ordId'] === ordId);
    if (found === undefined) throw new Error(`no order ${ordId}`);
    return found;
  }

  wallet(ccy: string): Decimal {
    return this.world.wallet.find((one) => one.ccy === ccy)?.amt ?? decimal('0');
  }
}

function read({ status, body }: { status: number; body: string }): Reply {
  const envelope = JSON.parse(body) as { code: string; msg: string; data?: Record<string, unknown>[] };
  return { status, code: envelope.code, msg: envelope.msg, data: envelope.data ?? [], raw: body };
}
