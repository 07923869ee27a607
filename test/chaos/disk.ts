import type { Carrier } from '../unit/engine/storage/same-thread.ts';
import { inDatabase } from '../watch/banned.ts';
import type { WorldTime } from '../watch/time.ts';
import type { ChaosWindow } from './window.ts';

/** `full` nothing can be written, `broken` it is written and the answer says that it failed, `slow` everything takes its time. */
export const diskFaults = ['full', 'broken', 'slow'] as const;

/** Times are milliseconds since the world began. */
export interface DiskFault {
  readonly kind: (typeof diskFaults)[number];
  readonly from: number;
  readonly to: number;
}

interface Asked {
  readonly number: number;
  readonly request: { readonly do: string };
}

const writing = new Set(['append', 'change', 'keepReading', 'lead', 'beat', 'noteAnchor', 'putWarnings', 'claimNotices', 'noteShown']);

/** The disk that all windows share. */
export class Disk {
  readonly #time: WorldTime;
  #faults: readonly DiskFault[] = [];

  constructor(time: WorldTime) {
    this.#time = time;
  }

  fail(fault: DiskFault): void {
    this.#faults = [...this.#faults, fault];
  }

  heal(): void {
    this.#faults = [];
  }

  get fault(): DiskFault['kind'] | undefined {
    const { passed } = this.#time;
    return this.#faults.find(({ from, to }) => from <= passed && passed < to)?.kind;
  }

  /** One database's messages, in their order. */
  carrier(window: ChaosWindow): Carrier {
    const isBroken = new Set<number>();
    const [goes, comes] = [this.#line(window), this.#line(window)];
    return {
      there: (message, arrive, answer) => {
        const { number, request } = message as Asked;
        goes(() => {
          const fault = writing.has(request.do) ? this.fault : undefined;
          if (fault === 'broken') isBroken.add(number);
          if (fault === 'full') answer({ number, trouble: { kind: 'full' } });
          else inDatabase(arrive);
        });
      },
      back: (answer, arrive) => {
        const { number } = answer as Asked;
        const told = isBroken.delete(number) ? { number, trouble: { kind: 'failed', detail: 'an error of the disk' } } : answer;
        comes(() => {
          arrive(told);
        });
      },
    };
  }

  #line(window: ChaosWindow): (run: () => void) => void {
    let last = 0;
    return (run) => {
      const { passed } = this.#time;
      last = Math.max(last, passed + window.random.between(0, this.fault === 'slow' ? 600 : 3));
      this.#time.after(last - passed, run, window.clock);
    };
  }
}
