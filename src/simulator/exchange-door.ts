import { accountEndpoints, uid } from './account-endpoints.ts';
import { Refusal, isCode, refusal, success, type Answer } from './answers.ts';
import { authenticate, type Key, type RawRequest } from './auth.ts';
import type { Endpoint } from './endpoints.ts';
import { Faults } from './faults.ts';
import { Limits } from './limits.ts';
import { loanEndpoints } from './loan-endpoints.ts';
import { fromBody, fromQuery } from './parameters.ts';
import type { Deviation, World } from './world.ts';

const endpoints: readonly Endpoint[] = [...loanEndpoints, ...accountEndpoints];

/** How late a slow answer is when the fault does not say. */
const slowMs = 3000;

/** What happens to a request: an answer, perhaps late or cut short, or none at all. */
export type Outcome =
  | { readonly kind: 'answer'; readonly answer: Answer; readonly delayMs: number; readonly cut: boolean; readonly contentType: string }
  | { readonly kind: 'reset' }
  | { readonly kind: 'silence' };

/** Everything between the socket and the world: who asks, whether they may, how often, and what is made to go wrong. */
export class ExchangeDoor {
  readonly faults = new Faults();
  /** Requests that arrived, by path, whatever became of them. */
  readonly counts = new Map<string, number>();
  /** Added to the clock wherever a client can see or must meet the exchange's time. */
  clockOffsetMs = 0;
  readonly #limits = new Limits();
  readonly #world: World;
  readonly #keys: readonly Key[];
  readonly #clock: { now(): number };

  constructor(world: World, keys: readonly Key[], clock: { now(): number }) {
    this.#world = world;
    this.#keys = keys;
    this.#clock = clock;
  }

  /** Deals with one request. */
  handle(request: RawRequest): Outcome {
    const path = pathOf(request);
    this.counts.set(path, (this.counts.get(path) ?? 0) + 1);
    const fault = this.faults.take(path);
    const name = fault?.fault;
    if (name !== undefined && isCode(name)) return answered(refusal(new Refusal(name, 'named by a fault')));
    switch (name) {
      case undefined:
        return answered(this.#answer(request));
      case 'timeout':
        return { kind: 'silence' };
      case 'reset':
      case 'lost-before-acting':
        return { kind: 'reset' };
      case 'lost-after-acting':
        this.#answer(request);
        return { kind: 'reset' };
      case '5xx':
        return answered({ status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' }, { contentType: 'text/html' });
      case '50026-after-acting':
        this.#answer(request);
        return answered(refusal(new Refusal('50026')));
      case 'never-settled':
      case 'reversed-direction':
      case 'wrong-amount':
        return answered(this.#answer(request, name));
      case 'slow':
        return answered(this.#answer(request), { delayMs: fault?.ms ?? slowMs });
      case 'truncated':
        return answered(this.#answer(request), { cut: true });
      case 'malformed':
        return answered({ ...this.#answer(request), body: '{"code":"0","data":[{"' });
      case 'wrong-types':
        return answered(withWrongTypes(this.#answer(request)));
    }
  }

  #answer(request: RawRequest, deviation?: Deviation): Answer {
    this.#world.advance();
    try {
      return this.#serve(request, deviation);
    } catch (error) {
      if (error instanceof Refusal) return refusal(error);
      throw error;
    } finally {
      // What takes no time to settle is effective at once.
      this.#world.advance();
    }
  }

  #serve(request: RawRequest, deviation: Deviation | undefined): Answer {
    const path = pathOf(request);
    const endpoint = endpoints.find((one) => one.path === path);
    if (endpoint === undefined) {
      return { status: 404, body: JSON.stringify({ code: '404', data: {}, msg: 'There is no such endpoint.' }) };
    }
    if (request.method !== endpoint.method) throw new Refusal('50115');
    const now = this.#clock.now() + this.clockOffsetMs;
    const { permission } = endpoint;
    const key = permission === undefined ? undefined : authenticate(request, this.#keys, now);
    if (permission !== undefined && key?.permissions.includes(permission) !== true) throw new Refusal('50120');
    // Private limits are per user whatever key is used, public ones per address.
    const caller = key === undefined ? request.address : uid;
    if (!this.#limits.take(caller, path, endpoint.limit, this.#clock.now())) throw new Refusal('50011');
    const parameters = endpoint.method === 'GET' ? fromQuery(request.target.slice(path.length + 1)) : fromBody(request);
    const more = { ...(key === undefined ? {} : { key }), ...(deviation === undefined ? {} : { deviation }) };
    return success(endpoint.answer({ world: this.#world, parameters, now, ...more }));
  }
}

function pathOf({ target }: RawRequest): string {
  const mark = target.indexOf('?');
  return mark < 0 ? target : target.slice(0, mark);
}

type More = Partial<Pick<Extract<Outcome, { kind: 'answer' }>, 'delayMs' | 'cut' | 'contentType'>>;

function answered(answer: Answer, more: More = {}): Outcome {
  return { kind: 'answer', answer, delayMs: 0, cut: false, contentType: 'application/json', ...more };
}

/** Texts that look like numbers become JSON numbers, and a list that is empty becomes nothing at all. */
function withWrongTypes({ status, body }: Answer): Answer {
  const envelope = JSON.parse(body) as { data?: unknown };
  const bent = JSON.stringify(envelope.data ?? null, (_name, value: unknown) => {
    return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  });
  return { status, body: JSON.stringify({ ...envelope, data: bent === '[]' ? null : (JSON.parse(bent) as unknown) }) };
}
