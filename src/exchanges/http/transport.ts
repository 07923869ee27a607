import { createFetch, type $Fetch } from 'ofetch';
import { ExchangeError, type Effect, type ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import * as why from '../refusals.ts';
import { asking, TooLong } from './ask.ts';
import { systemFault, type SystemFault } from './never-left.ts';

/** One request as it is sent, byte for byte. */
export interface Departure {
  readonly method: 'GET' | 'POST';
  readonly origin: string;
  /** Path with query, as signed. */
  readonly target: string;
  readonly body: string | undefined;
  readonly headers: Readonly<Record<string, string>>;
  /** Whether it changes something: then a lost answer is an unknown outcome. */
  readonly write: boolean;
  readonly deadlineMs: number;
  /** A question whose redirect is an answer like any other, as that of a change always is; else it is a failure. */
  readonly redirect?: 'manual';
}

export interface Answer {
  readonly status: number;
  readonly text: string;
  readonly retryAfterMs?: number;
  /** For venues that report their limits there. */
  readonly headers?: Pick<Headers, 'get'>;
}

/** Far above any documented answer; protects the extension host from an endless one. */
const mostBytes = 1_000_000;

export interface TransportOptions {
  readonly venue: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Makes a signal that aborts after `ms`; injected by tests. */
  readonly deadline?: (ms: number) => AbortSignal;
  /** The longest answer that is read. Bytes. */
  readonly mostBytes?: number;
  /** Our wall clock, for a venue that says until when to wait but not what time it is. Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

/** Sends a request once and returns status and text, whatever the status. All failures are `ExchangeError`s that hold nothing of the request. */
export class Transport {
  readonly #venue: string;
  readonly #fetch: $Fetch;
  /** For what changes nothing and sends no body. */
  readonly #ask: $Fetch;
  readonly #deadline: (ms: number) => AbortSignal;
  readonly #now: () => number;
  readonly #mostBytes: number;

  constructor(options: TransportOptions) {
    this.#venue = options.venue;
    // Looked up at each request, so that the editor's proxy-aware fetch is used even if installed later.
    const platform: typeof globalThis.fetch = (...args) => globalThis.fetch(...args);
    this.#fetch = createFetch({ fetch: options.fetch ?? platform });
    this.#deadline = options.deadline ?? ((ms) => AbortSignal.timeout(ms));
    this.#now = options.now ?? Date.now;
    this.#mostBytes = options.mostBytes ?? mostBytes;
    // As they are given: of what ofetch itself does with headers, a question needs nothing.
    const Headers = Object as unknown as typeof globalThis.Headers;
    this.#ask = options.fetch === undefined ? createFetch({ fetch: asking(platform, this.#mostBytes), Headers }) : this.#fetch;
  }

  async send(departure: Departure, signal?: AbortSignal): Promise<Answer> {
    if (isAborted(signal)) throw aborted('none');
    const deadline = this.#deadline(departure.deadlineMs);
    // By hand: to join signals takes as long as to send a request.
    const ended = new AbortController();
    const end = (): void => {
      ended.abort(isAborted(signal) ? signal?.reason : deadline.reason);
    };
    for (const one of [signal, deadline]) one?.addEventListener('abort', end);
    if (deadline.aborted) end();
    try {
      const { method, body, write, redirect } = departure;
      const isPlain = method === 'GET' && body === undefined && !write && redirect === undefined;
      const response = await (isPlain ? this.#ask : this.#fetch).raw(departure.origin + departure.target, {
        method,
        // ofetch would retry a failed GET itself; a retry needs a new signature and is our decision.
        retry: 0,
        responseType: 'stream',
        // The venue's code decides, not the HTTP status.
        ignoreResponseError: true,
        // ofetch ignores its own timeout when given a signal.
        signal: ended.signal,
        ...(write ? oneShot(departure) : repeatable(departure)),
      });
      const held: unknown = response._data;
      const text = held instanceof Uint8Array ? new TextDecoder().decode(held) : await this.#read(response.body);
      return { status: response.status, text, headers: response.headers, ...patience(response.headers, this.#now()) };
    } catch (error) {
      if (error instanceof ExchangeError) throw error;
      const effect: Effect = departure.write ? 'unknown' : 'none';
      if (error instanceof TooLong || (error as Error).cause instanceof TooLong) {
        throw this.#failure('shape', effect, why.oddAnswer(this.#venue));
      }
      if (isAborted(signal)) throw aborted(effect);
      if (deadline.aborted) throw this.#failure('network', effect, this.#timedOut(departure.deadlineMs));
      // No cause is kept: the errors of the network layer hold headers and query strings.
      const fault = systemFault(error);
      if (fault.neverLeft) throw this.#failure('network', 'none', this.#unreachable(departure.origin, fault));
      throw this.#failure('network', effect, this.#broken(fault.code));
    } finally {
      for (const one of [signal, deadline]) one?.removeEventListener('abort', end);
    }
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<string> {
    if (body === null) return '';
    const decoder = new TextDecoder();
    const reader = body.getReader();
    let text = '';
    let bytes = 0;
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return text + decoder.decode();
      bytes += value.byteLength;
      if (bytes > this.#mostBytes) {
        void reader.cancel();
        throw new TooLong();
      }
      text += decoder.decode(value, { stream: true });
    }
  }

  #failure(kind: ErrorKind, effect: Effect, sentence: Message): ExchangeError {
    return new ExchangeError({ kind, effect, sentence });
  }

  #timedOut(ms: number): Message {
    return msg('http.timed-out', "{0} didn't answer within {1} s. Check your network.", this.#venue, Math.round(ms / 1000).toString());
  }

  #unreachable(origin: string, { code = '', at, proxyStatus = '' }: SystemFault): Message {
    const venue = this.#venue;
    const detailed = (sentence: Message): Message => (code === '' ? sentence : why.withDetail(sentence, code));
    switch (at) {
      case 'certificate':
        return detailed(
          msg(
            'http.certificate',
            "{0}'s certificate at {1} wasn't accepted, so nothing was sent. Check this machine's clock, and any proxy or virus scanner.",
            venue,
            origin,
          ),
        );
      case 'encryption':
        return detailed(
          msg(
            'http.encryption',
            'No encrypted connection to {0} at {1}, so nothing was sent. Check address, proxy and firewall.',
            venue,
            origin,
          ),
        );
      case 'proxy':
        return why.withDetail(
          msg(
            'http.proxy',
            "The proxy didn't connect to {0}, so nothing was sent. Sign in to it, or check the editor's proxy settings.",
            venue,
          ),
          `HTTP ${proxyStatus}`,
        );
      case undefined:
        break;
    }
    return detailed(msg('http.unreachable', "Can't reach {0} at {1}. Check the address and your network.", venue, origin));
  }

  #broken(code: string | undefined): Message {
    const sentence = why.connectionFailed(this.#venue);
    return code === undefined ? sentence : why.withDetail(sentence, code);
  }
}

/**
 * What is sent for a change. Its body can be read only once, so that nothing below us can send it again: the platform's fetch repeats a request
 * answered with HTTP 421 unless its body is a stream. The length is given, because a stream without it is sent in chunks, which no venue
 * documents. A redirect is an answer like any other; with this setting the editor also uses the platform's client, not its browser's, which
 * repeats requests on broken connections.
 */
function oneShot({ headers, body = '' }: Departure) {
  const bytes = new TextEncoder().encode(body);
  return {
    headers: { ...headers, 'Content-Length': bytes.byteLength.toString() },
    redirect: 'manual' as const,
    duplex: 'half' as const,
    body: new ReadableStream<Uint8Array>({
      start(controller) {
        if (bytes.byteLength > 0) controller.enqueue(bytes);
        controller.close();
      },
    }),
  };
}

/** What is sent for a read; repeating it changes nothing. */
function repeatable({ headers, body, redirect }: Departure) {
  return { headers: { ...headers }, redirect: redirect ?? ('error' as const), ...(body === undefined ? {} : { body }) };
}

/** The wait was stopped: by the person, a closing window, or us. */
export function aborted(effect: Effect): ExchangeError {
  return new ExchangeError({
    kind: 'aborted',
    effect,
    sentence:
      effect === 'none'
        ? msg('refusal.stopped', 'Stopped before sending. Nothing was sent.')
        : msg('http.stopped-while-waiting', 'Stopped while waiting for the answer.'),
  });
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** An hour at most: after it we try again, and no timer overflows into retrying at once. */
const longestMs = 3_600_000;

/**
 * How long an answer asks us to wait, given in seconds or as a date. The date is by the server's clock, so it is compared with the answer's own
 * date, or with `now` without one. Undefined when absent or past.
 */
function patience(headers: Headers, now: number): { readonly retryAfterMs?: number } {
  const said = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d{1,15}$/.test(said) ? Number(said) * 1000 : (timeOf(said) ?? 0) - (timeOf(headers.get('date') ?? '') ?? now);
  return ms > 0 ? { retryAfterMs: Math.min(ms, longestMs) } : {};
}

/** An HTTP date in any of its three forms. Source: RFC 9110, 5.6.7. The third form has no time zone. */
function timeOf(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? [\w :-]{12,30}$/.test(text)) return undefined;
  const time = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
