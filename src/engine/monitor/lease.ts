import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Lease, Pass } from '../storage/state-protocol.ts';

/** How often the holder says that it is at work. Milliseconds. */
const beatMs = 2_000;
/** A holder that has said nothing for so long is gone. Milliseconds. */
const patienceMs = 6_000;
/** Who has not looked for so long was stopped itself, and cannot say how long the holder was silent. Milliseconds. */
const stoppedMs = 3_000;
/** The database may be locked for a moment: only then does each window read for itself. Milliseconds. */
const troubleMs = 4_000;

export interface LeaseOptions {
  /** A name for this window that no other one has. */
  readonly window: string;
  readonly clock: Clock;
  /** Whether there is anything to read. */
  readonly isNeeded: () => boolean;
  /** The database: each resolves to whether it was done, and rejects when it cannot be used. */
  readonly lead: (seen: Lease) => Promise<boolean | undefined>;
  readonly beat: (fence: number) => Promise<boolean | undefined>;
  readonly release: (fence: number) => Promise<boolean | undefined>;
  /** Looks at the database now; the lease is told what was seen before this resolves. */
  readonly look: () => Promise<void>;
  /** Told when this window begins or ends to read. */
  readonly onChange: () => void;
}

/** `alone` reads for itself. */
type Role = 'none' | 'follower' | 'holder' | 'alone';

/**
 * Which window reads for all of them, or serves the simulated exchange for all. The one that holds the lease says every two seconds that it
 * is at work. The others watch that with their own clocks, and when it stops one of them takes over, with a higher fence. What a window reads
 * with a fence that is not the present one is not written down. When the database cannot be used, each window reads for itself.
 */
export class ReaderLease {
  readonly #options: LeaseOptions;
  #role: Role = 'none';
  #fence = 0;
  #beatAt = 0;
  #seen: (Lease & { readonly since: number }) | undefined;
  #lookedAt = 0;
  #troubledAt: number | undefined;
  /** The fence that is just being taken. */
  #taking: number | undefined;
  #isDisposed = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether it is known who reads. */
  get isDecided(): boolean {
    return this.#role !== 'none';
  }

  get isReader(): boolean {
    return this.#role === 'holder' || this.#role === 'alone';
  }

  /** By what right this window reads now, by a look that begins after this call. Undefined when it must not. */
  async pass(): Promise<Pass | undefined> {
    try {
      await this.#options.look();
    } catch {
      // Whether it reads for itself was decided by that.
      return this.#role === 'alone' ? {} : undefined;
    }
    if (this.#role === 'holder') return { fence: this.#fence, window: this.#options.window };
    return this.#role === 'alone' ? {} : undefined;
  }

  /** Takes what a look found; undefined when the database could not be read. */
  see(lease: Lease | undefined): void {
    if (this.#isDisposed) return;
    if (!this.#options.isNeeded()) void this.letGo();
    else if (lease === undefined) this.#meetTrouble();
    else this.#judge(lease);
  }

  /** There is nothing to read, or this window closes: another one may take over at once. */
  async letGo(): Promise<void> {
    const fence = this.#role === 'holder' ? this.#fence : this.#taking;
    this.#seen = undefined;
    this.#become('none');
    if (fence !== undefined) await this.#options.release(fence).catch(() => undefined);
  }

  /** Resolves when another window may take over. */
  end(): Promise<void> {
    this.#isDisposed = true;
    return this.letGo();
  }

  #meetTrouble(): void {
    const now = uptimeOf(this.#options.clock);
    const since = (this.#troubledAt ??= now);
    // A window that has just opened waits for nobody.
    if (this.#role === 'none' || now - since >= troubleMs) this.#become('alone');
  }

  #judge(lease: Lease): void {
    const { clock, window } = this.#options;
    const now = uptimeOf(clock);
    const wasStopped = this.#troubledAt !== undefined || now - this.#lookedAt > stoppedMs;
    this.#troubledAt = undefined;
    this.#lookedAt = now;
    if (lease.holder === window) {
      this.#hold(lease, now);
      return;
    }
    const isSame = this.#seen?.fence === lease.fence && this.#seen.beat === lease.beat && this.#seen.holder === lease.holder;
    const since = isSame && !wasStopped && this.#seen !== undefined ? this.#seen.since : now;
    this.#seen = { ...lease, since };
    const isFree = lease.holder === '' || now - since >= patienceMs;
    if (!isFree) this.#become('follower');
    else void this.#lead(lease);
  }

  #hold(lease: Lease, now: number): void {
    this.#seen = undefined;
    if (this.#role !== 'holder' || this.#fence !== lease.fence) {
      this.#fence = lease.fence;
      this.#beatAt = now;
      this.#become('holder');
    } else if (now - this.#beatAt >= beatMs) {
      this.#beatAt = now;
      // Should it be refused, the next look says so.
      this.#options.beat(lease.fence).catch(() => undefined);
    }
  }

  async #lead(lease: Lease): Promise<void> {
    // Who held it, and finds that another did since, does not read on meanwhile.
    if (this.#role === 'holder') this.#become('follower');
    if (this.#taking !== undefined) return;
    this.#taking = lease.fence + 1;
    try {
      await this.#options.lead(lease);
      // What counts is what the database says then.
      if (!this.#isDisposed) await this.#options.look();
    } catch {
      // It can be read but not written: then no window can read for all.
      if (!this.#isDisposed && this.#options.isNeeded()) this.#become('alone');
    } finally {
      this.#taking = undefined;
    }
  }

  #become(role: Role): void {
    const before = this.isReader;
    this.#role = role;
    if (this.isReader !== before) this.#options.onChange();
  }
}
