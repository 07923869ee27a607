import { Faults, gatewayAnswer, type FaultVocabulary } from './faults.ts';
import type { Bend } from './hostile.ts';
import { header, pathOf, type Answer, type Outcome, type RawRequest } from './request.ts';

/** The delay of a slow answer if the fault gives none. */
const slowMs = 3000;
const afterActing = '-after-acting';
const badGateway: Answer = { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };

/** Everything between the socket and a venue's world: counts requests, limits them, applies faults. */
export abstract class Api {
  readonly faults: Faults;
  /** Requests that arrived, whatever their outcome. */
  readonly arrivals = new Arrivals();
  /** Added to the clock wherever a client sees the exchange's time or must match it. */
  clockOffsetMs = 0;

  protected readonly limits = new Limits();
  protected readonly clock: { now(): number };
  readonly #bend: Bend | undefined;

  /**
   * @param bend rewrites every answer in an equivalent form
   */
  constructor(vocabulary: FaultVocabulary, clock: { now(): number }, bend?: Bend) {
    this.faults = new Faults(vocabulary);
    this.clock = clock;
    this.#bend = bend;
  }

  /** Whether answers are hostile but valid. */
  get hostile(): boolean {
    return this.#bend !== undefined;
  }

  /** The exchange's time, as a client sees it. Milliseconds since the Unix epoch. */
  protected serverTime(): number {
    return this.clock.now() + this.clockOffsetMs;
  }

  /** What the requests are about. */
  protected abstract readonly world: { advance(): void };
  /** Carries a request out; a deviation is the name of a fault in the effect of an adjustment, or in the rows of a list. */
  protected abstract serve(request: RawRequest, deviation: string | undefined): Answer;
  /** The answer to what `serve` threw; undefined if that is no refusal. */
  protected abstract refusalOf(error: unknown): Answer | undefined;
  /** The answer of a code alone. */
  protected abstract refuse(code: string): Answer;
  /** The start of the venue's envelope, truncated. */
  protected abstract readonly malformed: string;
  /** The field of the venue's envelope with the payload. */
  protected abstract readonly substance: string;
  /** The header that says whose key signed a request. */
  protected abstract readonly keyHeader: string;
  /** The code for "too many requests". */
  protected abstract readonly tooMany: string;

  /** Deals with one request. */
  handle(request: RawRequest): Outcome {
    const path = pathOf(request);
    this.arrivals.add({ path, key: header(request, this.keyHeader), at: this.clock.now() });
    const fault = this.faults.take(path);
    if (fault === undefined) return answered(this.#answer(request));
    const name = fault.fault;
    switch (name) {
      case 'timeout':
        return { kind: 'silence' };
      case 'reset':
      case 'lost-before-acting':
        return { kind: 'reset' };
      case 'lost-after-acting':
        this.#answer(request);
        return { kind: 'reset' };
      case '5xx-after-acting':
        this.#answer(request);
        return answered(badGateway, fromGateway);
      case '5xx':
        return answered(badGateway, fromGateway);
      case 'dropped-before-head':
      case 'dropped-after-head':
        return { kind: 'dropped', after: name === 'dropped-before-head' ? 'nothing' : 'head', answer: this.#answer(request) };
      case 'retry-after-date':
        return answered(this.#later(request, fault.ms ?? slowMs));
      case 'slow':
        return answered(this.#answer(request), { delayMs: fault.ms ?? slowMs });
      case 'truncated':
        return answered(this.#answer(request), { cut: true });
      case 'malformed':
        return answered({ ...this.#answer(request), body: this.malformed });
      case 'wrong-types':
        return answered(withWrongTypes(this.#answer(request), this.substance));
      default:
        return this.#venueFault(request, name);
    }
  }

  #answer(request: RawRequest, deviation?: string): Answer {
    this.world.advance();
    let answer: Answer | undefined;
    try {
      answer = this.serve(request, deviation);
    } catch (error) {
      answer = this.refusalOf(error);
      if (answer === undefined) throw error;
    } finally {
      // Without a settlement time it is effective at once.
      this.world.advance();
    }
    return this.#bent(request, answer);
  }

  #refused(request: RawRequest, code: string): Answer {
    return this.#bent(request, this.refuse(code));
  }

  #bent({ target }: RawRequest, answer: Answer): Answer {
    return this.#bend === undefined ? answer : { ...answer, body: this.#bend(target, answer.body) };
  }

  #venueFault(request: RawRequest, name: string): Outcome {
    if (this.faults.isCode(name)) return answered(this.#refused(request, name));
    const gateway = gatewayAnswer(name);
    if (gateway !== undefined) return answered(gateway, fromGateway);
    if (!name.endsWith(afterActing)) return answered(this.#answer(request, name));
    this.#answer(request);
    const code = name.slice(0, -afterActing.length);
    const after = gatewayAnswer(code);
    return after === undefined ? answered(this.#refused(request, code)) : answered(after, fromGateway);
  }

  /** Rejected until a date, which HTTP gives only to the second; never earlier than intended. */
  #later(request: RawRequest, ms: number): Answer {
    const { status, body, headers } = this.#refused(request, this.tooMany);
    const at = new Date(Math.ceil((this.serverTime() + ms) / 1000) * 1000);
    return { status, body, headers: { ...headers, 'retry-after': at.toUTCString() } };
  }
}

const fromGateway = { contentType: 'text/html' };

type More = Partial<Pick<Extract<Outcome, { kind: 'answer' }>, 'delayMs' | 'cut' | 'contentType'>>;

function answered(answer: Answer, more: More = {}): Outcome {
  return { kind: 'answer', answer, delayMs: 0, cut: false, contentType: 'application/json', ...more };
}

/** Texts that look like numbers become JSON numbers, and a list that is empty becomes nothing at all. */
function withWrongTypes(answer: Answer, substance: string): Answer {
  const { status, body, headers = {} } = answer;
  // Answers from below the API have no types.
  if (!body.startsWith('{')) return answer;
  const envelope = JSON.parse(body) as Record<string, unknown>;
  const bent = JSON.stringify(envelope[substance] ?? null, (_name, value: unknown) => {
    return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  });
  return { status, headers, body: JSON.stringify({ ...envelope, [substance]: bent === '[]' ? null : (JSON.parse(bent) as unknown) }) };
}

/** How many requests are allowed within a sliding window. */
export interface Limit {
  readonly requests: number;
  readonly windowMs: number;
}

/** What a request found. */
export interface Place {
  /** Whether there was a free slot; it is taken now. */
  readonly free: boolean;
  /** How many slots are still free. */
  readonly left: number;
  /** When a slot is free again; now, if one is. Milliseconds since the Unix epoch. */
  readonly freeAt: number;
}

/** Counts requests per endpoint and caller in a sliding window. A rejected request doesn't count. */
export class Limits {
  readonly #taken = new Map<string, number[]>();

  /** Takes one slot, if free. */
  take(caller: string, endpoint: string, { requests, windowMs }: Limit, now: number): Place {
    const name = `${caller} ${endpoint}`;
    const recent = (this.#taken.get(name) ?? []).filter((at) => now - at < windowMs);
    const free = recent.length < requests;
    if (free) recent.push(now);
    this.#taken.set(name, recent);
    const left = requests - recent.length;
    return { free, left, freeAt: free ? now : (recent[0] ?? now) + windowMs };
  }
}

/** One request as it arrived. */
export interface Arrival {
  readonly path: string;
  /** The API key it was signed with; `""` when it was not. */
  readonly key: string;
  /** By the machine's clock, whatever the exchange's. Milliseconds since the Unix epoch. */
  readonly at: number;
}

/** Filters of arrivals. */
export interface ArrivalsAsked {
  /** Only those at or after this. Milliseconds since the Unix epoch. */
  readonly since?: number;
  /** Only those that were signed with this key. */
  readonly key?: string;
  /** Only those at paths with this end. */
  readonly endpoint?: string;
}

/** How many requests arrived, and of those how many with each key and at each path. */
export interface ArrivalCounts {
  readonly total: number;
  readonly keys: Readonly<Record<string, Readonly<Record<string, number>>>>;
}

/** Arrivals beyond these lose their time, oldest first; the counts by path stay. */
const kept = 50_000;

/** Every request that arrived, whatever became of it. */
export class Arrivals {
  /** By path, since the start. */
  readonly counts = new Map<string, number>();
  #kept: Arrival[] = [];

  add(arrival: Arrival): void {
    this.counts.set(arrival.path, (this.counts.get(arrival.path) ?? 0) + 1);
    this.#kept.push(arrival);
    if (this.#kept.length > 2 * kept) this.#kept = this.#kept.slice(-kept);
  }

  count({ since = -Infinity, key, endpoint = '' }: ArrivalsAsked): ArrivalCounts {
    const asked = this.#kept.filter((one) => one.at >= since && (key ?? one.key) === one.key && one.path.endsWith(endpoint));
    const keys: Record<string, Record<string, number>> = {};
    for (const { key: signedWith, path } of asked) {
      const paths = (keys[signedWith] ??= {});
      paths[path] = (paths[path] ?? 0) + 1;
    }
    return { total: asked.length, keys };
  }
}
