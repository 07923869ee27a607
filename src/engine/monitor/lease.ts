import { uptimeOf, type Clock } from '../../core/clock.ts';
import type { Lease, Pass } from '../storage/state-protocol.ts';

/** How often the holder renews the lease. Milliseconds. */
const beatMs = 2_000;
/** A holder silent for this long is considered gone. Milliseconds. */
const patienceMs = 6_000;
/** A window that hasn't looked for this long was suspended itself, so it can't judge how long the holder was silent. Milliseconds. */
const stoppedMs = 3_000;
/** How long the database must be unavailable before each window reads for itself: a short lock is normal. Milliseconds. */
const troubleMs = 4_000;

export interface LeaseOptions {
  /** Unique among all windows. */
  readonly window: string;
  readonly clock: Clock;
  /** Whether the lease is needed at all. */
  readonly isNeeded: () => boolean;
  /** Database calls. Each resolves to whether it was done, and rejects if the database can't be used. */
  readonly lead: (seen: Lease) => Promise<boolean | undefined>;
  readonly beat: (fence: number) => Promise<boolean | undefined>;
  readonly release: (fence: number) => Promise<boolean | undefined>;
  /** Looks at the database now; `see` is called before this resolves. */
  readonly look: () => Promise<void>;
  /** Called when this window starts or stops being the reader. */
  readonly onChange: () => void;
}

/** `alone`: reads for itself, because the database can't be used. */
type Role = 'none' | 'follower' | 'holder' | 'alone';

/**
 * Decides which window reads for all, or serves the simulated exchange for all. The holder renews the lease every two seconds. The others
 * measure its silence with their own clocks; when it stops, one of them takes over with a higher fence. Readings made with an outdated
 * fence aren't stored. If the database can't be used, each window reads for itself.
 */
export class ReaderLease {
  readonly #options: LeaseOptions;
  #role: Role = 'none';
  #fence = 0;
  #beatAt = 0;
  #seen: (Lease & { readonly since: number }) | undefined;
  #lookedAt = 0;
  #troubledAt: number | undefined;
  /** The fence being taken over now. */
  #taking: number | undefined;
  #isDisposed = false;

  constructor(options: LeaseOptions) {
    this.#options = options;
  }

  /** Whether it's known who reads. */
  get isDecided(): boolean {
    return this.#role !== 'none';
  }

  get isReader(): boolean {
    return this.#role === 'holder' || this.#role === 'alone';
  }

  /** The pass for a reading that starts now, after a fresh look at the database. Undefined if another window reads. */
  async pass(): Promise<Pass | undefined> {
    try {
      await this.#options.look();
    } catch {
      // That look decided whether this window reads for itself.
      return this.#role === 'alone' ? {} : undefined;
    }
    if (this.#role === 'holder') return { fence: this.#fence, window: this.#options.window };
    return this.#role === 'alone' ? {} : undefined;
  }

  /** Takes the result of a look; undefined if the database couldn't be read. */
  see(lease: Lease | undefined): void {
    if (this.#isDisposed) return;
    if (!this.#options.isNeeded()) void this.letGo();
    else if (lease === undefined) this.#meetTrouble();
    else this.#judge(lease);
  }

  /** Releases the lease: there is nothing to read, or this window closes. Another window can take over at once. */
  async letGo(): Promise<void> {
    const fence = this.#role === 'holder' ? this.#fence : this.#taking;
    this.#seen = undefined;
    this.#become('none');
    if (fence !== undefined) await this.#options.release(fence).catch(() => undefined);
  }

  /** Resolves when another window can take over. */
  end(): Promise<void> {
    this.#isDisposed = true;
    return this.letGo();
  }

  #meetTrouble(): void {
    const now = uptimeOf(this.#options.clock);
    const since = (this.#troubledAt ??= now);
    // A window that was just opened doesn't wait.
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
      // If it is refused, the next look tells.
      this.#options.beat(lease.fence).catch(() => undefined);
    }
  }

  async #lead(lease: Lease): Promise<void> {
    // A former holder stops reading as soon as it sees another holder.
    if (this.#role === 'holder') this.#become('follower');
    if (this.#taking !== undefined) return;
    this.#taking = lease.fence + 1;
    try {
      await this.#options.lead(lease);
      // The database decides who won.
      if (!this.#isDisposed) await this.#options.look();
    } catch {
      // Readable but not writable: no window can read for all.
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
