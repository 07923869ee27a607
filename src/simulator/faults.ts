/**
 * What can be made to go wrong at every venue. Beside these there are any code the venue can answer with, such a code after acting
 * (e.g. `50026-after-acting`), and what a venue has of its own.
 */
export const faultNames = [
  'timeout',
  'reset',
  '5xx',
  'malformed',
  'truncated',
  'wrong-types',
  'slow',
  'lost-after-acting',
  'lost-before-acting',
  'never-settled',
  'reversed-direction',
  'wrong-amount',
] as const;

/** How an accepted adjustment comes to something else than was asked for. */
export const deviations = ['never-settled', 'reversed-direction', 'wrong-amount'] as const;

const afterActing = /^(.+)-after-acting$/;

/** What faults of one venue can be about. */
export interface FaultVocabulary {
  /** Ends of the paths that adjustments go to. */
  readonly adjustments: readonly string[];
  /** What can go wrong with an adjustment at this venue alone. */
  readonly deviations?: readonly string[];
  /** Whether `text` is a code the venue can answer with. */
  isCode(text: string): boolean;
}

export interface Fault {
  readonly fault: string;
  /** End of the path of the endpoint it is for; any endpoint when absent. */
  readonly endpoint?: string;
  /** How often it still happens; until it is taken back when absent. */
  readonly times?: number;
  /** How late a slow answer is. Default 3000. */
  readonly ms?: number;
}

/** The faults that are switched on. The one switched on first strikes first. */
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
    if (!this.isCode(code) && !this.names().includes(fault.fault)) {
      throw new RangeError(
        `no such fault: ${fault.fault}; there are ${this.names().join(', ')}, any known error code, and <code>-after-acting`,
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

  /** The fault that strikes a request to `path`, used up by one. */
  take(path: string): Fault | undefined {
    const found = this.#on.find(({ fault, endpoint }) => {
      const ends = endpoint === undefined ? (this.#isAboutActing(fault) ? this.#vocabulary.adjustments : ['']) : [endpoint];
      return ends.some((end) => path.endsWith(end));
    });
    if (found?.times !== undefined) {
      const times = found.times - 1;
      this.#on = this.#on.flatMap((one) => (one !== found ? [one] : times > 0 ? [{ ...found, times }] : []));
    }
    return found;
  }

  /** These wait for an adjustment where no endpoint is named, instead of being used up by the next read. */
  #isAboutActing(fault: string): boolean {
    const own = this.#vocabulary.deviations ?? [];
    return fault === 'lost-before-acting' || afterActing.test(fault) || [...deviations, ...own].includes(fault);
  }
}
