import { networkInterfaces } from 'node:os';
import { uptimeOf, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';

/** `slept`: the machine slept. `moved`: its network addresses changed, as on another network or with a VPN. */
export type Wake = 'slept' | 'moved';

/** A wake is noticed within this time. Milliseconds. */
const checkEveryMs = 10_000;
/** How late a timer may be on a busy machine without counting as sleep. Milliseconds. */
const lateMs = 5_000;

/** The machine's addresses, as text to compare. */
function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}

/**
 * Reports that the machine slept or changed its network: what failed before may work now, and waits may be obsolete. The platform reports
 * neither, and timers don't count sleep on every system. So a timer checks every ten seconds whether more time passed than it waited for,
 * by a clock that counts sleep and can't be set, and whether the addresses changed. It runs only while there are listeners.
 */
export class Wakes {
  readonly #clock: Clock;
  readonly #addresses: () => string;
  readonly #emitter = new Emitter<Wake>();
  #listeners = 0;
  #end: AbortController | undefined;

  constructor(clock: Clock, addresses = ownAddresses) {
    this.#clock = clock;
    this.#addresses = addresses;
  }

  readonly on = (listener: (wake: Wake) => void): Disposable => {
    const subscription = this.#emitter.on(listener);
    this.#listeners += 1;
    if (this.#end === undefined) {
      this.#end = new AbortController();
      void this.#look(this.#end.signal);
    }
    let disposed = false;
    return {
      dispose: () => {
        if (disposed) return;
        disposed = true;
        subscription.dispose();
        this.#listeners -= 1;
        if (this.#listeners > 0) return;
        this.#end?.abort();
        this.#end = undefined;
      },
    };
  };

  async #look(end: AbortSignal): Promise<void> {
    for (let before = this.#addresses(); ;) {
      const began = uptimeOf(this.#clock);
      try {
        await this.#clock.sleep(checkEveryMs, end);
      } catch {
        return;
      }
      const now = this.#addresses();
      if (uptimeOf(this.#clock) - began > checkEveryMs + lateMs) this.#emitter.tell('slept');
      else if (now !== before) this.#emitter.tell('moved');
      before = now;
    }
  }
}
