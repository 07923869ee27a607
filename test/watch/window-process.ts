import { OwnClock, type WorldTime } from './time.ts';

/** The process of one window, which can be stopped, sleep and die. */
export class WindowProcess {
  readonly name: string;
  /** Milliseconds since the world began, as below. */
  readonly openedAt: number;
  wokeAt = 0;
  readonly clock: OwnClock;
  isClosed = false;
  readonly #time: WorldTime;

  constructor(name: string, time: WorldTime) {
    this.name = name;
    this.openedAt = time.passed;
    this.#time = time;
    this.clock = new OwnClock(time);
  }

  /** Works, as far as others can see. */
  get isAwake(): boolean {
    return this.isOpen && !this.clock.isStopped;
  }

  get isOpen(): boolean {
    return !this.isClosed && !this.clock.isDead;
  }

  /** As by SIGCONT, or when the machine wakes. */
  wake(how: Parameters<OwnClock['wake']>[0]): void {
    this.wokeAt = this.#time.passed;
    this.clock.wake(how);
  }

  /** As by SIGKILL. */
  crash(): void {
    this.clock.die();
  }

  /** It is closed: an editor leaves its parts so long to end in. */
  protected ends(): void {
    this.#time.after(5_000, () => {
      this.clock.die();
    });
  }
}
