import { Arrivals } from './arrivals.ts';
import { Faults, type FaultVocabulary } from './faults.ts';
import { gatewayAnswer } from './gateway.ts';
import type { Bend } from './hostile.ts';
import { header, pathOf, type Answer, type Outcome, type RawRequest } from './request.ts';

/** How late a slow answer is when the fault does not say. */
const slowMs = 3000;
const afterActing = '-after-acting';
const badGateway: Answer = { status: 502, body: '<html><body><h1>502 Bad Gateway</h1></body></html>' };

/** Everything between the socket and a venue's world: counts requests, and makes go wrong what is to go wrong. */
export abstract class Door {
  readonly faults: Faults;
  /** Requests that arrived, whatever became of them. */
  readonly arrivals = new Arrivals();
  /** Added to the clock wherever a client can see or must meet the exchange's time. */
  clockOffsetMs = 0;

  readonly #clock: { now(): number };
  readonly #bend: Bend | undefined;

  /** @param bend says every answer in another way */
  constructor(vocabulary: FaultVocabulary, clock: { now(): number }, bend?: Bend) {
    this.faults = new Faults(vocabulary);
    this.#clock = clock;
    this.#bend = bend;
  }

  /** Whether answers are hostile but valid. */
  get hostile(): boolean {
    return this.#bend !== undefined;
  }

  /** The exchange's time, as a client sees it. Milliseconds since the Unix epoch. */
  protected serverTime(): number {
    return this.#clock.now() + this.clockOffsetMs;
  }

  /** Carries a request out; a deviation is the name of a fault about what an adjustment comes to, or about the rows of a list. */
  protected abstract answer(request: RawRequest, deviation?: string): Answer;
  /** The answer where only its code is known. */
  protected abstract refuse(code: string): Answer;
  /** The beginning of the venue's envelope, cut off inside. */
  protected abstract readonly malformed: string;
  /** Where in the venue's envelope the substance is. */
  protected abstract readonly substance: string;
  /** The header that says whose key signed a request. */
  protected abstract readonly keyHeader: string;
  /** What "too many requests" is called. */
  protected abstract readonly tooMany: string;

  /** Deals with one request. */
  handle(request: RawRequest): Outcome {
    const path = pathOf(request);
    this.arrivals.add({ path, key: header(request, this.keyHeader), at: this.#clock.now() });
    const fault = this.faults.take(path);
    if (fault === undefined) return answered(this.#told(request));
    const name = fault.fault;
    switch (name) {
      case 'timeout':
        return { kind: 'silence' };
      case 'reset':
      case 'lost-before-acting':
        return { kind: 'reset' };
      case 'lost-after-acting':
        this.#told(request);
        return { kind: 'reset' };
      case '5xx-after-acting':
        this.#told(request);
        return answered(badGateway, { contentType: 'text/html' });
      case '5xx':
        return answered(badGateway, { contentType: 'text/html' });
      case 'dropped-before-head':
      case 'dropped-after-head':
        return { kind: 'dropped', after: name === 'dropped-before-head' ? 'nothing' : 'head', answer: this.#told(request) };
      case 'retry-after-date':
        return answered(this.#later(request, fault.ms ?? slowMs));
      case 'slow':
        return answered(this.#told(request), { delayMs: fault.ms ?? slowMs });
      case 'truncated':
        return answered(this.#told(request), { cut: true });
      case 'malformed':
        return answered({ ...this.#told(request), body: this.malformed });
      case 'wrong-types':
        return answered(withWrongTypes(this.#told(request), this.substance));
      default:
        return this.#venueFault(request, name);
    }
  }

  #told(request: RawRequest, deviation?: string): Answer {
    return this.#bent(request, this.answer(request, deviation));
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
    if (!name.endsWith(afterActing)) return answered(this.#told(request, name));
    this.#told(request);
    const code = name.slice(0, -afterActing.length);
    const after = gatewayAnswer(code);
    return after === undefined ? answered(this.#refused(request, code)) : answered(after, fromGateway);
  }

  /** Turned away until a date, which HTTP only knows to the second; never before the time that was meant. */
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
  // What comes from below the API has no types.
  if (!body.startsWith('{')) return answer;
  const envelope = JSON.parse(body) as Record<string, unknown>;
  const bent = JSON.stringify(envelope[substance] ?? null, (_name, value: unknown) => {
    return typeof value === 'string' && /^-?\d+(\.\d+)?$/.test(value) ? Number(value) : value;
  });
  return { status, headers, body: JSON.stringify({ ...envelope, [substance]: bent === '[]' ? null : (JSON.parse(bent) as unknown) }) };
}
