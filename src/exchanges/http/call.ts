import { msg } from '../../core/message.ts';
import type { Keys, RequestHeader, RequestView } from '../exchange.ts';
import type { Pace, RateLimit } from './limits.ts';
import type { Hide } from './redact.ts';
import type { Answer } from './transport.ts';

/** One call of an endpoint, before it is signed. */
export interface Call {
  readonly method: 'GET' | 'POST';
  readonly path: string;
  /** Sent in this order; undefined ones are left out. */
  readonly query?: Readonly<Record<string, string | undefined>>;
  /** The exact text that is signed and sent. */
  readonly body?: string;
  readonly signed: boolean;
  /** Whether it changes something: then it is sent once, whatever happens. */
  readonly write?: boolean;
}

/** What is signed: exactly what is sent. */
export interface Attempt {
  readonly method: 'GET' | 'POST';
  readonly target: string;
  readonly body: string;
  /** By the venue's clock, as far as known. Milliseconds since the Unix epoch. */
  readonly timestamp: number;
}

/** How one venue speaks HTTP. */
export interface Dialect {
  readonly venue: string;
  readonly origin: string;
  /** Sent with every request, signed or not. */
  readonly headers: Readonly<Record<string, string>>;
  sign(attempt: Attempt, keys: Keys): Readonly<Record<string, string>>;
  /** The headers that `sign` makes, in its order: which are secret, and which is the time of sending. */
  readonly signedHeaders: Readonly<Record<string, 'secret' | 'time'>>;
  /**
   * The payload of an answer. `hide` removes secrets from the venue's words, and must run before they are shortened.
   * @throws ExchangeError for everything but success.
   */
  open(answer: Answer, write: boolean, hide: Hide): unknown;
  limitOf(path: string): RateLimit;
  /** What all requests of a machine count towards, whoever they are of. */
  readonly machineLimit?: RateLimit;
  /** For a venue that says how long to wait. */
  readonly pace?: Pace;
  readonly time: { readonly path: string; read(payload: unknown): number };
}

/** Stands for a part that is hidden or not known yet. */
const hidden: Readonly<Record<'secret' | 'time', Omit<RequestHeader, 'name'>>> = {
  secret: { value: '••••', masked: true },
  time: { value: 'time of sending', said: msg('http.time-sending', 'time of sending') },
};

/** The request as it would be sent, without key, signature and time. Reads no key and sends nothing. */
export function rehearsalOf(
  { origin, headers, signedHeaders }: Pick<Dialect, 'origin' | 'headers' | 'signedHeaders'>,
  { method, path, query, body, signed }: Call,
): RequestView {
  return {
    method,
    url: origin + path + queryText(query),
    headers: [
      ...Object.entries(headers).map(([name, value]) => ({ name, value })),
      ...(signed ? Object.entries(signedHeaders).map(([name, holds]) => ({ name, ...hidden[holds] })) : []),
    ],
    body: body ?? '',
  };
}

/** The query as signed and sent, with its question mark; empty without one. Undefined parameters are left out. */
export function queryText(query: Readonly<Record<string, string | undefined>> | undefined): string {
  const parts = Object.entries(query ?? {}).flatMap(([name, value]) =>
    value === undefined ? [] : [`${encodeURIComponent(name)}=${encodeURIComponent(value)}`],
  );
  return parts.length === 0 ? '' : `?${parts.join('&')}`;
}
