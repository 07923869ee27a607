import type { Clock } from '../../src/core/clock.ts';

/** What happens at a moment. */
interface Event {
  at: number;
  readonly order: number;
  readonly run: () => void;
  /** Whose timer it is; the world's own have none. */
  readonly owner: OwnClock | undefined;
  isOff: boolean;
}

/** The world begins at this moment. Milliseconds since the Unix epoch. */
const epoch = 1_700_000_000_000;

// Real time is banned while a simulation runs; what is used to let promises settle is kept from before.
const immediately = setImmediate;
const settled = (): Promise<void> => new Promise((resolve) => immediately(resolve));

/** The time of a simulated world: it jumps from one event to the next. */
export class WorldTime {
  #uptime = epoch;
  #order = 0;
  /** A binary heap, the earliest first. */
  #heap: Event[] = [];

  /** It goes on by itself, also while a machine sleeps. */
  get now(): number {
    return this.#uptime;
  }

  /** Since the world began. Milliseconds. */
  get passed(): number {
    return this.#uptime - epoch;
  }

  /** @returns takes it back */
  after(ms: number, run: () => void, owner?: OwnClock): () => void {
    const event: Event = { at: this.#uptime + Math.max(Math.round(ms), 0), order: (this.#order += 1), run, owner, isOff: false };
    this.#push(event);
    return () => {
      event.isOff = true;
    };
  }

  /** Timers that do not count the time for which the machine slept. */
  delay(owner: OwnClock, ms: number): void {
    const all = this.#heap;
    this.#heap = [];
    for (const event of all) {
      if (event.owner === owner) event.at += ms;
      this.#push(event);
    }
  }

  /** Lets everything happen for so long, each thing to its end. */
  async run(ms: number): Promise<void> {
    const until = this.#uptime + ms;
    await settled();
    for (;;) {
      const next = this.#heap[0];
      if (next === undefined || next.at > until) break;
      this.#pop();
      if (next.isOff) continue;
      this.#uptime = Math.max(this.#uptime, next.at);
      if (next.owner === undefined) next.run();
      else next.owner.meet(next.run, next.at);
      await settled();
    }
    this.#uptime = until;
  }

  /** The world is over: what would have happened later is let go of, with all that it holds. */
  end(): void {
    this.#heap = [];
  }

  #push(event: Event): void {
    const heap = this.#heap;
    heap.push(event);
    for (let at = heap.length - 1; at > 0;) {
      const above = (at - 1) >> 1;
      if (isBefore(heap[above]!, heap[at]!)) break;
      [heap[at], heap[above]] = [heap[above]!, heap[at]!];
      at = above;
    }
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop()!;
    if (heap.length === 0) return;
    heap[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < heap.length && isBefore(heap[below]!, heap[least]!)) least = below;
      }
      if (least === at) return;
      [heap[at], heap[least]] = [heap[least]!, heap[at]!];
      at = least;
    }
  }
}

const isBefore = (a: Event, b: Event): boolean => a.at < b.at || (a.at === b.at && a.order < b.order);

/** The clock of one process, which can be stopped and can die: then nothing of it goes on. */
export class OwnClock implements Clock {
  readonly #time: WorldTime;
  /** What came while it was stopped. */
  #held: { readonly run: () => void; readonly timerAt: number | undefined }[] | undefined;
  #isDead = false;
  /** When it was last stopped. */
  stoppedAt = 0;
  /** How often the machine slept. */
  slept = 0;

  constructor(time: WorldTime) {
    this.#time = time;
  }

  readonly now = (): number => this.#time.now;

  readonly uptime = (): number => this.#time.now;

  readonly sleep = (ms: number, signal?: AbortSignal): Promise<void> =>
    new Promise((resolve, reject) => {
      if (signal?.aborted === true) {
        reject(signal.reason as Error);
        return;
      }
      const stop = (): void => {
        takeBack();
        reject(signal?.reason as Error);
      };
      const takeBack = this.#time.after(
        ms,
        () => {
          signal?.removeEventListener('abort', stop);
          if (signal?.aborted !== true) resolve();
        },
        this,
      );
      signal?.addEventListener('abort', stop, { once: true });
    });

  get isStopped(): boolean {
    return this.#held !== undefined;
  }

  get isDead(): boolean {
    return this.#isDead;
  }

  stop(): void {
    if (this.#held !== undefined) return;
    this.#held = [];
    this.stoppedAt = this.#time.now;
  }

  wake(how: 'slept' | 'slept, timers count it' | 'stopped'): void {
    if (how !== 'stopped') this.slept += 1;
    const held = this.#held ?? [];
    this.#held = undefined;
    if (how === 'slept') this.#time.delay(this, this.#time.now - this.stoppedAt);
    for (const { run, timerAt } of held)
      this.#time.after(how === 'slept' && timerAt !== undefined ? timerAt - this.stoppedAt : 0, run, this);
  }

  die(): void {
    this.#isDead = true;
    this.#held = undefined;
  }

  /** Something reaches the process: at once, or when it goes on. */
  meet(run: () => void, timerAt?: number): void {
    if (this.#isDead) return;
    if (this.#held === undefined) run();
    else this.#held.push({ run, timerAt });
  }

  /** Resolves as soon as something from outside can reach the process: never, once it is dead. */
  reached(): Promise<void> | undefined {
    if (!this.#isDead && this.#held === undefined) return undefined;
    return new Promise((resolve) => {
      this.meet(resolve);
    });
  }
}
