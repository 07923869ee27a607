import type { Clock } from '../../../src/core/clock.ts';

interface Sleeper {
  at: number;
  readonly wake: () => void;
}

/** A clock that moves only on command. */
export class FakeClock implements Clock {
  #now = 1_700_000_000_000;
  readonly #sleepers = new Set<Sleeper>();
  /** How far the wall clock was set. */
  #set = 0;

  readonly uptime = (): number => this.#now - this.#set;

  readonly now = (): number => this.#now;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const stop = (): void => {
        this.#sleepers.delete(sleeper);
        reject(signal?.reason as Error);
      };
      const sleeper: Sleeper = {
        at: this.#now + ms,
        wake: () => {
          signal?.removeEventListener('abort', stop);
          resolve();
        },
      };
      this.#sleepers.add(sleeper);
      signal?.addEventListener('abort', stop, { once: true });
    });

  /** How many wait for the clock. */
  get sleeping(): number {
    return this.#sleepers.size;
  }

  /** Milliseconds until the next one wakes. */
  get nextIn(): number | undefined {
    const times = [...this.#sleepers].map(({ at }) => at - this.#now);
    return times.length === 0 ? undefined : Math.min(...times);
  }

  /** Moves on, waking everyone in order and letting each do its work before the next. */
  async advance(ms: number): Promise<void> {
    const until = this.#now + ms;
    await settled();
    for (;;) {
      const due = [...this.#sleepers].filter(({ at }) => at <= until).sort((a, b) => a.at - b.at)[0];
      if (due === undefined) break;
      this.#sleepers.delete(due);
      this.#now = Math.max(this.#now, due.at);
      due.wake();
      await settled();
    }
    this.#now = until;
  }

  /** The machine sleeps: time passes, but timers don't count it and don't fire. */
  suspend(ms: number): void {
    this.#now += ms;
    for (const sleeper of this.#sleepers) sleeper.at += ms;
  }

  /** The wall clock is set, forward or back: no time passes. */
  setWall(ms: number): void {
    this.suspend(ms);
    this.#set += ms;
  }

  /** Jumps without waking anyone, as a machine does that was suspended or whose time was corrected. */
  jump(ms: number): void {
    this.#now += ms;
  }
}

/** Lets everything run that waits for nothing but its turn. */
export async function settled(): Promise<void> {
  for (let round = 0; round < 10; round += 1) await new Promise((resolve) => setImmediate(resolve));
}
