import type { Delay } from '../../../../src/engine/simulated/state-file.ts';

/** A delay that ends when a test says so. */
export class ManualDelay {
  readonly #waiting = new Set<() => void>();

  readonly start: Delay = (_ms, then) => {
    this.#waiting.add(then);
    return () => this.#waiting.delete(then);
  };

  get waiting(): number {
    return this.#waiting.size;
  }

  /** Lets everything that waits now come due. */
  elapse(): void {
    const due = [...this.#waiting];
    this.#waiting.clear();
    for (const then of due) then();
  }
}
