import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ExchangeError } from '../../../src/core/errors.ts';
import type { Clock } from '../../../src/core/clock.ts';
import { decimal } from '../../../src/core/decimal.ts';
import type { CollateralChange, Connection, Keys } from '../../../src/exchanges/exchange.ts';
import { connectOkx } from '../../../src/exchanges/okx/connect.ts';

/** Words that must never turn up anywhere but in a header. */
export const canary: Keys = { apiKey: 'canary-key-1f0e', secret: 'CANARY-SECRET-2B', passphrase: 'Canary.Phrase.3c' };

/** The body of a sample answer in test/fixtures/okx. */
export function fixture(name: string): string {
  return readFileSync(path.join(process.cwd(), 'test/fixtures/okx', `${name}.json`), 'utf8');
}

/** An envelope of success around `data`. */
export const success = (data: readonly unknown[]): string => JSON.stringify({ code: '0', data, msg: '' });
export const refusal = (code: string, words = ''): string => JSON.stringify({ code, data: [], msg: words });

/** A request as `fetch` was given it. */
export interface Seen {
  readonly method: string;
  readonly url: URL;
  /** Path and query, byte for byte. */
  readonly target: string;
  readonly headers: Headers;
  readonly body: string | undefined;
  readonly init: RequestInit;
}

/** What to answer: a body, a whole response, or whatever `fetch` should do. */
export type Reply = string | Response | (() => Response | Promise<Response>);

/** A `fetch` that answers by the end of the path and remembers what it was asked. */
export class FakeFetch {
  readonly seen: Seen[] = [];
  readonly #replies = new Map<string, Reply[]>();

  /** Answers of an endpoint, in turn; the last one stays. */
  on(suffix: string, ...replies: Reply[]): this {
    this.#replies.set(suffix, replies);
    return this;
  }

  to(suffix: string): Seen[] {
    return this.seen.filter(({ url }) => url.pathname.endsWith(suffix));
  }

  readonly fetch: typeof globalThis.fetch = async (input, init = {}) => {
    const address = input instanceof Request ? input.url : input.toString();
    const url = new URL(address);
    const headers = new Headers(init.headers);
    let body: unknown = init.body;
    if (init.body instanceof ReadableStream) {
      body = await new Response(init.body).text();
      // Of the wire, not of the request: for any other body the platform adds the length.
      assert.equal(headers.get('content-length'), Buffer.byteLength(body as string).toString());
      headers.delete('content-length');
    }
    this.seen.push({
      method: init.method ?? 'GET',
      url,
      target: address.slice(url.origin.length),
      headers,
      body: typeof body === 'string' ? body : undefined,
      init,
    });
    const replies = [...this.#replies].find(([suffix]) => url.pathname.endsWith(suffix))?.[1];
    if (replies === undefined) return new Response(refusal('51000', `the test answers nothing at ${url.pathname}`));
    const reply = replies.length > 1 ? replies.shift()! : replies[0]!;
    if (typeof reply === 'string') return new Response(reply);
    return reply instanceof Response ? reply.clone() : reply();
  };
}

/** Time that passes only by waiting, and then at once. Remembers how long was waited. */
export class HastyClock implements Clock {
  time = 1_607_418_537_715;
  readonly pauses: number[] = [];

  readonly now = (): number => this.time;

  readonly sleep = async (ms: number, signal?: AbortSignal): Promise<void> => {
    signal?.throwIfAborted();
    this.pauses.push(ms);
    this.time += ms;
  };
}

/** A connection to a faked OKX, and everything around it. */
export function bench(site = 'global', baseUrl?: string) {
  const venue = new FakeFetch();
  const clock = new HastyClock();
  const trace: string[] = [];
  const connection: Connection = connectOkx({
    account: { site, ...(baseUrl === undefined ? {} : { baseUrl }) },
    keys: async () => canary,
    clock,
    fetch: venue.fetch,
    trace: (line) => trace.push(line),
  });
  return { venue, clock, trace, connection };
}

/** The error a call ends with. */
export async function failureOf(call: Promise<unknown>): Promise<ExchangeError> {
  try {
    await call;
  } catch (error) {
    if (error instanceof ExchangeError) return error;
    throw new Error('not an ExchangeError', { cause: error });
  }
  throw new Error('the call did not fail');
}

export const change = (more: Partial<CollateralChange> = {}): CollateralChange => ({
  kind: 'collateral',
  loan: { loanId: '12345', orderId: '12345' },
  direction: 'add',
  coin: 'BTC',
  amount: decimal('0.1'),
  ...more,
});
