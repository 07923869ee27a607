import type { Outcome, RawRequest } from '../../src/simulator/request.ts';
import type { Random } from '../watch/random.ts';
import type { OwnClock, WorldTime } from '../watch/time.ts';
import type { SimulatedVenue, VenueId } from './exchange.ts';
import { isOutOfTime, type Judge } from './judge.ts';
import { oddAnswer } from './odd-answers.ts';

/**
 * How the way to a venue fails: `outage` no connection is made, `flaky` half of the requests are lost, before or after they were carried out,
 * `slow` everything takes its time, `hang` answers never come, `odd` what is read has values that none should have.
 */
export const networkFaults = ['outage', 'flaky', 'slow', 'hang', 'odd'] as const;

/** Times are milliseconds since the world began. */
export interface NetworkFault {
  readonly venue: VenueId;
  readonly kind: (typeof networkFaults)[number];
  readonly from: number;
  readonly to: number;
}

export interface NetworkOptions {
  readonly time: WorldTime;
  readonly random: Random;
  readonly venues: readonly SimulatedVenue[];
  readonly judge: Judge;
}

/** The way from all windows to all venues. */
export class Network {
  readonly #options: NetworkOptions;
  #faults: readonly NetworkFault[] = [];
  /** The next change is held up on its way for so long, and whoever sent it hears nothing. */
  readonly #held = new Map<VenueId, number>();

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  fail(fault: NetworkFault): void {
    this.#faults = [...this.#faults, fault];
  }

  hold(venue: VenueId, ms: number): void {
    this.#held.set(venue, ms);
  }

  heal(): void {
    this.#faults = [];
    this.#held.clear();
  }

  faultAt(venue: VenueId): NetworkFault['kind'] | undefined {
    const { passed } = this.#options.time;
    return this.#faults.find((one) => one.venue === venue && one.from <= passed && passed < one.to)?.kind;
  }

  /** As one window knows it. */
  fetchFor(window: string, clock: OwnClock): typeof fetch {
    const random = this.#options.random.for(window);
    return async (input, init = {}) => {
      const { origin, pathname, search } = new URL(input);
      const found = this.#options.venues.find(({ venue }) => venue.origin === origin);
      if (found === undefined) throw new Error(`nobody is at ${origin}`);
      const body = await bodyOf(init.body);
      const headers = Object.fromEntries(new Headers(init.headers));
      const method = init.method ?? 'GET';
      return this.#send(found, { method, target: pathname + search, headers, body, address: '127.0.0.1' }, { window, clock, random }, init);
    };
  }

  #send(
    venue: SimulatedVenue,
    request: RawRequest,
    { window, clock, random }: { readonly window: string; readonly clock: OwnClock; readonly random: Random },
    { signal }: RequestInit,
  ): Promise<Response> {
    const { time, judge } = this.#options;
    const fault = this.faultAt(venue.id);
    const ms = (): number => random.between(15, 150) * (fault === 'slow' ? 20 : 1);
    const [there, back, lost] = [ms(), ms(), random.next()];
    if (signal?.aborted === true) return Promise.reject(signal.reason as Error);
    if (fault === 'outage') {
      judge.failed(venue.id);
      return clock.sleep(there).then(() => {
        throw broken('ECONNREFUSED', 'connect');
      });
    }
    const sent = judge.left(venue, window, request);
    const isChange = request.method === 'POST';
    const held = isChange ? this.#held.get(venue.id) : undefined;
    if (held !== undefined) this.#held.delete(venue.id);
    const isLostThere = fault === 'flaky' && lost < 0.25;
    const isLostBack = held !== undefined || fault === 'hang' || (fault === 'flaky' && lost < 0.5);
    const slept = clock.slept;
    return new Promise((resolve, reject) => {
      const fails = (after: number): void => {
        judge.failed(venue.id);
        const breaks = (): void => {
          reject(broken('ECONNRESET'));
        };
        time.after(after, breaks, clock);
      };
      const stop = (): void => {
        reject(signal?.reason as Error);
      };
      signal?.addEventListener('abort', stop, { once: true });
      if (isLostThere) {
        sent.lost();
        fails(there);
        return;
      }
      // Once it has left nobody calls it back.
      time.after(there + (held ?? 0), () => {
        const { outcome: told, effects } = venue.handle(request);
        const outcome = fault === 'odd' && !isChange ? made(told, random) : told;
        sent.arrived(effects, outcome);
        // What is held up stays away longer than anyone waits.
        if (isLostBack) {
          if (fault !== 'hang') fails(held === undefined ? back : 0);
          else judge.failed(venue.id);
          return;
        }
        time.after(
          back + (outcome.kind === 'answer' ? outcome.delayMs : 0),
          () => {
            // No connection outlives the machine's sleep.
            if (clock.slept !== slept) {
              judge.failed(venue.id);
              reject(broken('ECONNRESET'));
              return;
            }
            const isAnswer = outcome.kind === 'answer' && outcome.answer.status === 200 && !outcome.cut && !isOutOfTime(outcome);
            if (fault === 'odd') judge.failed(venue.id);
            if (isAnswer) judge.answered(venue, request, outcome.answer.body);
            else if (!isOutOfTime(outcome)) judge.failed(venue.id);
            deliver(outcome, resolve, reject);
          },
          clock,
        );
      });
    });
  }
}

const made = (outcome: Outcome, random: Random): Outcome =>
  outcome.kind === 'answer' ? { ...outcome, answer: { ...outcome.answer, body: oddAnswer(outcome.answer.body, random) } } : outcome;

async function bodyOf(body: RequestInit['body']): Promise<Buffer> {
  if (body === undefined || body === null) return Buffer.alloc(0);
  if (!(body instanceof ReadableStream)) throw new Error('only streams are sent once');
  const parts: Uint8Array[] = [];
  const reader = (body as ReadableStream<Uint8Array>).getReader();
  for (let part = await reader.read(); !part.done; part = await reader.read()) parts.push(part.value);
  return Buffer.concat(parts);
}

/** What the platform's client throws. */
const broken = (code: string, syscall?: string): Error =>
  new TypeError('fetch failed', { cause: Object.assign(new Error(code), { code, ...(syscall === undefined ? {} : { syscall }) }) });

/** What the client makes of it. It waits for what is silent, until it gives up. */
function deliver(outcome: Outcome, resolve: (response: Response) => void, reject: (error: Error) => void): void {
  if (outcome.kind === 'silence') return;
  if (outcome.kind === 'reset') reject(broken('ECONNRESET'));
  else if (outcome.kind === 'dropped' && outcome.after === 'nothing') reject(broken('UND_ERR_SOCKET'));
  else {
    const { status, body, headers = {} } = outcome.answer;
    const isCut = outcome.kind === 'dropped' || outcome.cut;
    const part = outcome.kind === 'dropped' ? '' : body.slice(0, body.length / 2);
    resolve(new Response(isCut ? cutShort(part) : body, { status, headers: { 'content-type': 'application/json', ...headers } }));
  }
}

const cutShort = (text: string): ReadableStream<Uint8Array> =>
  new ReadableStream({
    start(controller) {
      if (text !== '') controller.enqueue(new TextEncoder().encode(text));
      controller.error(broken('UND_ERR_SOCKET'));
    },
  });
