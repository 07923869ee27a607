/** What saving the state needs to know of a world. */
export interface KeptWorld {
  /** Grows with everything worth saving. */
  readonly revision: number;
  /** When the next accepted adjustment becomes effective. Milliseconds since the Unix epoch. */
  nextDueAt(): number | undefined;
  /** Carries out everything due by now. */
  advance(): void;
}

/** Notifies when there is something new to save, also when a settlement falls due without a request. */
export class StateNotifier {
  readonly #world: KeptWorld;
  readonly #clock: { now(): number };
  readonly #save: () => string;
  readonly #onChange: ((state: string) => void) | undefined;
  #notified = -1;
  #stopped = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(world: KeptWorld, clock: { now(): number }, save: () => string, onChange: ((state: string) => void) | undefined) {
    this.#world = world;
    this.#clock = clock;
    this.#save = save;
    this.#onChange = onChange;
  }

  notify(): void {
    if (this.#onChange === undefined || this.#stopped) return;
    if (this.#notified !== this.#world.revision) {
      this.#notified = this.#world.revision;
      this.#onChange(this.#save());
    }
    clearTimeout(this.#timer);
    const dueAt = this.#world.nextDueAt();
    if (dueAt === undefined) return;
    this.#timer = setTimeout(
      () => {
        this.#world.advance();
        this.notify();
      },
      Math.max(1, dueAt - this.#clock.now()),
    );
    this.#timer.unref();
  }

  stop(): void {
    clearTimeout(this.#timer);
    this.#stopped = true;
  }
}
