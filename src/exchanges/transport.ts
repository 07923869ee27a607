import { createFetch, type $Fetch } from 'ofetch';
import type { Effect, ErrorKind } from '../core/errors.ts';
import { ExchangeError } from '../core/errors.ts';
import { msg, type Message } from '../core/message.ts';

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

/** The system calls before the first byte leaves: finding the name and making the connection. */
const beforeLeaving: ReadonlySet<unknown> = new Set(['getaddrinfo', 'connect']);

export interface TransportOptions {
  readonly venue: string;
  readonly fetch?: typeof globalThis.fetch;
  /** Makes a signal that aborts after `ms`; injected by tests. */
  readonly deadline?: (ms: number) => AbortSignal;
}

/** Sends a request once and brings back status and text, whatever the status says. All failures are `ExchangeError`s that hold nothing of the request. */
export class Transport {
  readonly #venue: string;
  readonly #fetch: $Fetch;
  readonly #deadline: (ms: number) => AbortSignal;

  constructor(options: TransportOptions) {
    this.#venue = options.venue;
    // Asked for at each request, so that the editor's proxy-aware fetch is used even when it is put in place later.
    this.#fetch = createFetch({ fetch: options.fetch ?? ((...args) => globalThis.fetch(...args)) });
    this.#deadline = options.deadline ?? ((ms) => AbortSignal.timeout(ms));
  }

  async send(departure: Departure, signal?: AbortSignal): Promise<Answer> {
    if (isAborted(signal)) throw aborted('none');
    const deadline = this.#deadline(departure.deadlineMs);
    try {
      const response = await this.#fetch.raw(departure.origin + departure.target, {
        method: departure.method,
        headers: { ...departure.headers },
        // ofetch would send a failed GET again by itself; a retry is a new signature and our own decision.
        retry: 0,
        responseType: 'stream',
        // The venue's code decides, not the HTTP status.
        ignoreResponseError: true,
        redirect: 'error',
        // ofetch's own timeout is ignored as soon as a signal is given.
        signal: signal === undefined ? deadline : AbortSignal.any([signal, deadline]),
        ...(departure.body === undefined ? {} : { body: departure.body }),
      });
      const text = await this.#read(response.body, departure);
      return { status: response.status, text, headers: response.headers, ...patience(response.headers.get('retry-after')) };
    } catch (error) {
      if (error instanceof ExchangeError) throw error;
      const effect: Effect = departure.write ? 'unknown' : 'none';
      if (isAborted(signal)) throw aborted(effect);
      if (deadline.aborted) throw this.#failure('network', effect, this.#timedOut(departure.deadlineMs));
      // No cause is kept: the errors of the network layer hold headers and query strings.
      const { code, neverLeft } = systemFault(error);
      if (code !== undefined && neverLeft) throw this.#failure('network', 'none', this.#unreachable(departure.origin, code));
      throw this.#failure('network', effect, this.#broken(departure.origin, code));
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
      if (bytes > mostBytes) {
        void reader.cancel();
        throw this.#failure(
          'shape',
          departure.write ? 'unknown' : 'none',
          msg('The answer of {0} is far longer than it should be.', this.#venue),
        );
      }
      text += decoder.decode(value, { stream: true });
    }
  }

  #failure(kind: ErrorKind, effect: Effect, sentence: Message): ExchangeError {
    return new ExchangeError({ kind, effect, sentence });
  }

  #timedOut(ms: number): Message {
    return msg('{0} did not answer within {1} s. Check the network connection.', this.#venue, Math.round(ms / 1000).toString());
  }

  #unreachable(origin: string, code: string): Message {
    return msg('{0} cannot be reached at {1} ({2}). Check the address and the network connection.', this.#venue, origin, code);
  }

  #broken(origin: string, code: string | undefined): Message {
    return code === undefined
      ? msg('The connection to {0} at {1} broke. Check the network connection.', this.#venue, origin)
      : msg('The connection to {0} at {1} broke ({2}). Check the network connection.', this.#venue, origin, code);
  }
}

/** An hour: whoever wants more is asked again after it, and no timer overflows into asking at once. */
const mostPatienceSeconds = 3600;

/** How long the answer asks us to wait, when it says so in whole seconds. */
function patience(retryAfter: string | null): { readonly retryAfterMs?: number } {
  if (retryAfter === null || !/^\d{1,15}$/.test(retryAfter)) return {};
  const seconds = Math.min(Number(retryAfter), mostPatienceSeconds);
  return seconds > 0 ? { retryAfterMs: seconds * 1000 } : {};
}

/** Something stopped waiting: the person, a window that closes, or we. */
export function aborted(effect: Effect): ExchangeError {
  return new ExchangeError({
    kind: 'aborted',
    effect,
    sentence: effect === 'none' ? msg('Stopped before anything was sent.') : msg('Stopped while waiting for the answer.'),
  });
}

/**
 * The system's error code somewhere below `error`, such as `ECONNRESET`, and whether nothing can have reached the venue.
 * The code alone does not tell: "no route to host" also ends connections on which everything was sent.
 */
function systemFault(error: unknown): { readonly code?: string; readonly neverLeft: boolean } {
  let current: unknown = error;
  for (let depth = 0; depth < 5 && current instanceof Error; depth += 1) {
    // One for each address that was tried.
    if (current instanceof AggregateError && current.errors.length > 0) {
      const faults = current.errors.map(systemFault);
      const code = faults.find((fault) => fault.code !== undefined)?.code;
      return { ...(code === undefined ? {} : { code }), neverLeft: faults.every(({ neverLeft }) => neverLeft) };
    }
    const { code, syscall } = current as NodeJS.ErrnoException;
    if (typeof code === 'string' && /^[A-Z][A-Z_]{2,40}$/.test(code)) {
      return { code, neverLeft: code === 'UND_ERR_CONNECT_TIMEOUT' || beforeLeaving.has(syscall) };
    }
    current = current.cause;
  }
  return { neverLeft: false };
}

function isAborted(signal: AbortSignal | undefined): boolean {
  return signal?.aborted === true;
}
