import type { Answer } from './request.ts';

/**
 * What can be made to go wrong at every venue. Beside these there are any code the venue can answer with, such a code after acting (e.g.
 * `50026-after-acting`), and what a venue has of its own.
 * - `dropped-before-head`, `dropped-after-head` the request is executed, and the connection ends without a byte, or after status and headers
 * - `retry-after-date` the venue's "too many requests", with a `Retry-After` that is a date, `ms` from now
 * - `http-<status>` answered by a gateway in front of the venue: nothing was executed
 */
export const faultNames = [
  'timeout',
  'dropped-before-head',
  'dropped-after-head',
  'retry-after-date',
  'http-404',
  'http-405',
  'http-407',
  'http-410',
  'http-421',
  'http-451',
  'reset',
  '5xx',
  'malformed',
  'truncated',
  'wrong-types',
  'slow',
  'lost-after-acting',
  'lost-before-acting',
  '5xx-after-acting',
  'never-settled',
  'settled-late',
  'reversed-direction',
  'wrong-amount',
  'doubled-rows',
  'rows-out-of-order',
] as const;

/** How an accepted adjustment can differ from the request. */
export const deviations = ['never-settled', 'settled-late', 'reversed-direction', 'wrong-amount'] as const;

/** What can be wrong with the rows of a list: each twice, or the oldest first. */
const rowFaults = ['doubled-rows', 'rows-out-of-order'] as const;

/** The rows of a list as altered by a fault. */
export function bentRows(rows: readonly unknown[], fault: string | undefined): readonly unknown[] {
  if (fault === 'doubled-rows') return rows.flatMap((row) => [row, row]);
  return fault === 'rows-out-of-order' ? [...rows].reverse() : rows;
}

const afterActing = /^(.+)-after-acting$/;
/** A gateway that mistook the connection for another's: the platform may resend such a request itself, so this fault waits for a write. */
const misdirected = 'http-421';

/** What faults of one venue can be about. */
export interface FaultVocabulary {
  /** Ends of the paths that adjustments go to. */
  readonly adjustments: readonly string[];
  /** Ends of the paths that list adjustments. */
  readonly histories: readonly string[];
  /** What can go wrong with an adjustment at this venue alone. */
  readonly deviations?: readonly string[];
  /** Whether `text` is a code the venue can answer with. */
  isCode(text: string): boolean;
}

export interface Fault {
  readonly fault: string;
  /** End of the path of the endpoint it is for; any endpoint when absent. */
  readonly endpoint?: string;
  /** How often it still happens; absent: until switched off. */
  readonly times?: number;
  /** How late a slow answer is. Default 3000. */
  readonly ms?: number;
}

/** The active faults. The oldest applies first. */
export class Faults {
  readonly #vocabulary: FaultVocabulary;
  #on: Fault[] = [];

  constructor(vocabulary: FaultVocabulary) {
    this.#vocabulary = vocabulary;
  }

  /** Every fault that has a name of its own, for a person to choose from. */
  names(): readonly string[] {
    return [...faultNames, ...(this.#vocabulary.deviations ?? [])];
  }

  isCode(text: string): boolean {
    return this.#vocabulary.isCode(text);
  }

  /**
   * Switches a fault on.
   * @throws RangeError when there is none of that name.
   */
  add(fault: Fault): void {
    const code = afterActing.exec(fault.fault)?.[1] ?? fault.fault;
    if (!this.isCode(code) && gatewayAnswer(code) === undefined && !this.names().includes(fault.fault)) {
      throw new RangeError(
        `no such fault: ${fault.fault}; there are ${this.names().join(', ')}, any known error code, and <code>-after-acting or http-<status>-after-acting`,
      );
    }
    this.#on.push(fault);
  }

  clear(): void {
    this.#on = [];
  }

  list(): readonly Fault[] {
    return this.#on;
  }

  /** The fault that applies to a request to `path`, used up by one. */
  take(path: string): Fault | undefined {
    const found = this.#on.find(({ fault, endpoint }) => {
      const ends = endpoint === undefined ? this.#placesOf(fault) : [endpoint];
      return ends.some((end) => path.endsWith(end));
    });
    if (found?.times !== undefined) {
      const times = found.times - 1;
      this.#on = this.#on.flatMap((one) => (one !== found ? [one] : times > 0 ? [{ ...found, times }] : []));
    }
    return found;
  }

  /** Where a fault waits when no endpoint is named, instead of being used up by the next read. */
  #placesOf(fault: string): readonly string[] {
    if (rowFaults.some((one) => one === fault)) return this.#vocabulary.histories;
    return this.#isAboutActing(fault) ? this.#vocabulary.adjustments : [''];
  }

  #isAboutActing(fault: string): boolean {
    const own = this.#vocabulary.deviations ?? [];
    return fault === 'lost-before-acting' || fault === misdirected || afterActing.test(fault) || [...deviations, ...own].includes(fault);
  }
}

const page = (title: string): string => `<html><head><title>${title}</title></head><body><center><h1>${title}</h1></center></body></html>`;

/** Gateways between a client and a venue answer with bodies of their own: pages, a line of text, or nothing. */
const gateways: Readonly<Record<string, Omit<Answer, 'status'>>> = {
  '404': { body: page('404 Not Found') },
  '405': { body: page('405 Not Allowed'), headers: { allow: 'GET, HEAD' } },
  '407': { body: page('407 Proxy Authentication Required'), headers: { 'proxy-authenticate': 'Basic realm="proxy"' } },
  '410': { body: page('410 Gone') },
  '421': { body: '' },
  '451': { body: 'Unavailable For Legal Reasons\n' },
};

/** The answer of a gateway by the name of its fault, e.g. `http-405`; undefined when there is none of that name. */
export function gatewayAnswer(fault: string): Answer | undefined {
  const status = /^http-(\d{3})$/.exec(fault)?.[1] ?? '';
  const found = Object.hasOwn(gateways, status) ? gateways[status] : undefined;
  return found === undefined ? undefined : { status: Number(status), ...found };
}
