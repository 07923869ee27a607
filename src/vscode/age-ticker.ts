import type { Disposable } from '../core/emitter.ts';

/** Starts a timer and returns what stops it. */
export type Timer = (ms: number, run: () => void) => Disposable;

export const realTimer: Timer = (ms, run) => {
  const handle = setTimeout(run, ms);
  return {
    dispose: () => {
      clearTimeout(handle);
    },
  };
};

export interface TickerOptions {
  /** How long until what is shown changes by age alone; undefined when it does not. Milliseconds. */
  readonly nextMs: () => number | undefined;
  readonly tick: () => void;
  /** Injected by tests. */
  readonly timer?: Timer;
}

/** Ticks exactly when a shown age changes its text, and not at all while nothing is seen. */
export class Ticker implements Disposable {
  readonly #options: TickerOptions;
  #running = false;
  #armed: Disposable | undefined;

  constructor(options: TickerOptions) {
    this.#options = options;
  }

  /** Call also when the ages themselves changed: it starts over. */
  start(): void {
    this.#running = true;
    this.#arm();
  }

  stop(): void {
    this.#running = false;
    this.#armed?.dispose();
    this.#armed = undefined;
  }

  dispose(): void {
    this.stop();
  }

  #arm(): void {
    this.#armed?.dispose();
    this.#armed = undefined;
    const ms = this.#options.nextMs();
    if (!this.#running || ms === undefined) return;
    this.#armed = (this.#options.timer ?? realTimer)(ms, () => {
      this.#options.tick();
      this.#arm();
    });
  }
}
