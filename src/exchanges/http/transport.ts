import { createFetch, type $Fetch } from 'ofetch';
import { ExchangeError, type Effect, type ErrorKind } from '../../core/errors.ts';
import { msg, type Message } from '../../core/message.ts';
import * as why from '../refusals.ts';
import { systemFault, type SystemFault } from './never-left.ts';

/** One request as it leaves: every byte of it is decided. */
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
  /** For venues that tell their limits there. */
  readonly headers?: Headers;
}

/** No documented answer comes near; guards the extension host against an endless one. */
const mostBytes = 1_000_000;

export interface TransportOptions {
  readonly venue: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Makes a signal that aborts after `ms`; injected by tests. */
  readonly deadline?: (ms: number) => AbortSignal;
  /** The longest answer that is read. Bytes. */
  readonly mostBytes?: number;
  /** The time of day here, for a venue that says until when to wait and not what time it is. Milliseconds since the Unix epoch. */
  readonly now?: () => number;
}

/** Sends a request once and brings back status and text, whatever the status says. All failures are `ExchangeError`s that hold nothing of the request. */
export class Transport {
  readonly #venue: string;
  readonly #fetch: $Fetch;
  readonly #deadline: (ms: number) => AbortSignal;
  readonly #now: () => number;
  readonly #mostBytes: number;

  constructor(options: TransportOptions) {
    this.#venue = options.venue;
    // Asked for at each request, so that the editor's proxy-aware fetch is used even when it is put in place later.
    this.#fetch = createFetch({ fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)) });
    this.#deadline = options.deadline ?? ((ms) => AbortSignal.timeout(ms));
    this.#now = options.now ?? Date.now;
    this.#mostBytes = options.mostBytes ?? mostBytes;
  }

  async send(departure: Departure, signal?: AbortSignal): Promise<Answer> {
    if (isAborted(signal)) throw aborted('none');
    const deadline = this.#deadline(departure.deadlineMs);
    try {
      const response = await this.#fetch.raw(departure.origin + departure.target, {
        method: departure.method,
        // ofetch would repeat a failed GET on its own; a retry is a new signature and our own decision.
        retry: 0,
        responseType: 'stream',
        // The venue's code decides, not the HTTP status.
        ignoreResponseError: true,
        // ofetch's own timeout is ignored as soon as a signal is given.
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        ...(departure.write ? oneShot(departure) : repeatable(departure)),
      });
      const text = await this.#read(response.body, departure);
      return { status: response.status, text, headers: response.headers, ...patience(response.headers, this.#now()) };
    } catch (error) {
      if (error instanceof ExchangeError) throw error;
      const effect: Effect = departure.write ? 'unknown' : 'none';
      if (isAborted(signal)) throw aborted(effect);
      if (deadline.aborted) throw this.#failure('network', effect, this.#timedOut(departure.deadlineMs));
      // No cause is kept: the errors of the network layer hold headers and query strings.
      const fault = systemFault(error);
      if (fault.neverLeft) throw this.#failure('network', 'none', this.#unreachable(departure.origin, fault));
      throw this.#failure('network', effect, this.#broken(fault.code));
    }
  }

  async #read(body: ReadableStream<Uint8Array> | null, departure: Departure): Promise<string> {
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
        throw this.#failure('shape', departure.write ? 'unknown' : 'none', why.oddAnswer(this.#venue));
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
 * What is sent for a change. Its body can be read once, so that nothing on the way to the wire can send it again: the platform's fetch
 * repeats a request on its own when it is answered with HTTP 421, unless its body is a stream. The length is named, because without it a
 * stream goes out in chunks, which no venue documents. A redirect is an answer like any other; asked for in this way the editor also uses
 * the platform's client throughout, and not the one of its browser, which repeats requests on connections that broke.
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

/** What is sent for a question; to hear it twice changes nothing. */
function repeatable({ headers, body, redirect }: Departure) {
  return { headers: { ...headers }, redirect: redirect ?? ('error' as const), ...(body === undefined ? {} : { body }) };
}

/** Something stopped waiting: the person, a window that closes, or we. */
export function aborted(effect: Effect): ExchangeError {
  return new ExchangeError({
    kind: 'aborted',
    effect,
    sentence:
      effect === 'none'
        ? msg('http.stopped-before-anything', 'Stopped before anything was sent.')
        : msg('http.stopped-while-waiting', 'Stopped while waiting for the answer.'),
  });
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}

/** An hour: a venue that wants more is asked again after it, and no timer overflows into asking at once. */
const longestMs = 3_600_000;

/**
 * How long an answer asks us to wait, in seconds or as the time of day when to come back. That time is by the clock of the server that answered,
 * so it is compared with the date of the answer, and only without one with `now`. Nothing when it does not say, or says what is over.
 */
function patience(headers: Headers, now: number): { readonly retryAfterMs?: number } {
  const said = headers.get('retry-after')?.trim() ?? '';
  const ms = /^\d{1,15}$/.test(said) ? Number(said) * 1000 : (timeOf(said) ?? 0) - (timeOf(headers.get('date') ?? '') ?? now);
  return ms > 0 ? { retryAfterMs: Math.min(ms, longestMs) } : {};
}

/** A date as HTTP writes it, in any of the three forms that have to be understood. Source: RFC 9110, 5.6.7. The third one names no zone. */
function timeOf(text: string): number | undefined {
  if (!/^[A-Z][a-z]{2,8},? [\w :-]{12,30}$/.test(text)) return undefined;
  const time = Date.parse(text.endsWith(' GMT') ? text : `${text} GMT`);
  return Number.isNaN(time) ? undefined : time;
}
