import { isCode, type Code } from './answers.ts';

/** What can be made to go wrong. Beside these, any code the exchange can answer with. */
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
  '50026-after-acting',
  'reversed-direction',
  'wrong-amount',
] as const;
export type FaultName = (typeof faultNames)[number] | Code;

/** These speak of acting: without an endpoint they wait for an adjustment instead of being used up by the next read. */
const aboutActing: readonly FaultName[] = [
  'lost-after-acting',
  'lost-before-acting',
  'never-settled',
  '50026-after-acting',
  'reversed-direction',
  'wrong-amount',
];

export interface Fault {
  readonly fault: FaultName;
  /** End of the path of the endpoint it is for; any endpoint when absent. */
  readonly endpoint?: string;
  /** How often it still happens; until it is taken back when absent. */
  readonly times?: number;
  /** How late a slow answer is. Default 3000. */
  readonly ms?: number;
}

/** Whether `text` names a fault. */
export function isFaultName(text: string): text is FaultName {
  return isCode(text) || faultNames.some((name) => name === text);
}

/** The faults that are switched on. The one switched on first strikes first. */
export class Faults {
  #on: Fault[] = [];

  add(fault: Fault): void {
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
      const suffix = endpoint ?? (aboutActing.includes(fault) ? 'adjust-collateral' : '');
      return path.endsWith(suffix);
    });
    if (found?.times !== undefined) {
      const times = found.times - 1;
      this.#on = this.#on.flatMap((one) => (one !== found ? [one] : times > 0 ? [{ ...found, times }] : []));
    }
    return found;
  }
}
