import type { Clock } from '../../core/clock.ts';
import { ExchangeError, type Effect } from '../../core/errors.ts';
import { fieldsIn } from '../../core/json.ts';
import { msg, type Message } from '../../core/message.ts';
import { hiding, spoken } from '../../exchanges/http/redact.ts';
import { Transport, type Answer } from '../../exchanges/http/transport.ts';
import { oddAnswer, withDetail } from '../../exchanges/refusals.ts';
import type { OutletKindId } from '../storage/outlet-protocol.ts';
import { kinds, type Outgoing, type OutletParts } from './kinds.ts';

/** Milliseconds. */
const deadlineMs = 10_000;
/** Longest answer that is read; real ones are far shorter. */
const mostBytes = 64_000;

/** The result of sending a message. */
export type Sent =
  | { readonly ok: true }
  | {
      readonly ok: false;
      /** Contains no address, token or other secret. */
      readonly why: Message;
      /** `unknown`: it may have arrived. */
      readonly effect: Effect;
      /** Trying again wouldn't help. */
      readonly isFinal: boolean;
      readonly retryAfterMs?: number;
    };

interface Ways {
  readonly clock: Clock;
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

/** Sends one message once. Rejects only when stopped by the signal. */
export async function send(kind: OutletKindId, parts: OutletParts, outgoing: Outgoing, { clock, fetch, signal }: Ways): Promise<Sent> {
  const { method, url, headers = {}, body } = kinds[kind].request(parts, outgoing);
  const done = new AbortController();
  const deadline = (ms: number): AbortSignal => {
    const over = new AbortController();
    clock.sleep(ms, done.signal).then(
      () => {
        over.abort();
      },
      () => undefined,
    );
    return over.signal;
  };
  const transport = new Transport({
    venue: url.host,
    deadline,
    mostBytes,
    now: () => clock.now(),
    ...(fetch === undefined ? {} : { fetch }),
  });
  try {
    const answer = await transport.send(
      {
        ...{ method, origin: url.origin, target: url.pathname + url.search, deadlineMs, redirect: 'manual' },
        write: method === 'POST',
        body: body === undefined || typeof body === 'string' ? body : JSON.stringify(body),
        headers: { ...(method === 'POST' ? { 'Content-Type': 'application/json' } : {}), ...headers },
      },
      signal,
    );
    return judge(kind, url, parts, answer);
  } catch (error) {
    if (!ExchangeError.is(error) || error.kind === 'aborted') throw error;
    return { ok: false, why: error.sentence, effect: error.effect, isFinal: false };
  } finally {
    done.abort();
  }
}

function judge(kind: OutletKindId, { host, pathname, search }: URL, parts: OutletParts, { status, text, retryAfterMs }: Answer): Sent {
  const json = fieldsIn(text);
  if (status >= 200 && status < 300) {
    if (kinds[kind].isTaken?.(json, text) !== false) return { ok: true };
    return { ok: false, why: oddAnswer(host), effect: 'unknown', isFinal: false };
  }
  if (status === 0 || (status >= 300 && status < 400)) {
    const why = msg('outlet.redirect', '{0} redirects to another address. Enter that one.', host);
    return { ok: false, why, effect: 'none', isFinal: true };
  }
  const said = json['description'] ?? json['error'];
  const words = typeof said === 'string' ? spoken(said, hiding([...Object.values(parts), ...pathname.split('/'), pathname, search])) : '';
  const code = `HTTP ${status.toString()}`;
  const why = withDetail(msg('outlet.refused', "{0} didn't accept the message.", host), words === '' ? code : `${code}: ${words}`);
  const wait = (json['parameters'] as { readonly retry_after?: unknown } | undefined)?.retry_after;
  const waitMs = typeof wait === 'number' && wait > 0 ? Math.min(wait * 1_000, 3_600_000) : retryAfterMs;
  const isBusy = status === 429 || status === 503;
  return {
    ...{ ok: false, why },
    effect: status < 500 || isBusy ? 'none' : 'unknown',
    isFinal: status < 500 && !isBusy && status !== 408,
    ...(waitMs === undefined ? {} : { retryAfterMs: waitMs }),
  };
}
