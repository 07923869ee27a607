import { networkInterfaces } from 'node:os';
import { uptimeOf, type Clock } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';

/** `slept` the machine did; `moved` it has other addresses than before, as on another network or with a tunnel. */
export type Wake = 'slept' | 'moved';

/** A wake is noticed within this time. Milliseconds. */
const checkEveryMs = 10_000;
/** On a busy machine a timer may be late by this much, without anybody having slept. Milliseconds. */
const lateMs = 5_000;

/** Where the machine can be reached, in a form to compare. */
function ownAddresses(): string {
  const all = Object.values(networkInterfaces()).flatMap((addresses) => addresses ?? []);
  return all
    .filter(({ internal }) => !internal)
    .map(({ address }) => address)
    .sort()
    .join(' ');
}

/**
 * Tells when the machine has slept or changed its network: what failed before may work now, and a wait that began before has lost its reason.
 * The platform tells neither, and its timers do not count sleep on every system. So one timer looks every ten seconds whether more time has
 * passed than it waited for, by a clock that counts sleep and that cannot be set, and whether the addresses are still the same. It runs only while
 * somebody listens.
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
