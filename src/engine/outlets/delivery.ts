import { uptimeOf } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { english, type Message } from '../../core/message.ts';
import { aborted } from '../../exchanges/http/transport.ts';
import { isCurrent } from '../monitor/pace.ts';
import { gapsOf, type Store } from '../monitor/store.ts';
import type { Log } from '../ports.ts';
import type { ClaimedMessage, Delivered, Outlet } from '../storage/outlet-protocol.ts';
import type { SharedState } from '../storage/shared-state.ts';
import { notFound, partsOf, type OutletPorts } from './outlet-book.ts';
import { send, type Sent } from './send.ts';

export interface DeliveryOptions extends OutletPorts {
  readonly store: Pick<Store, 'all' | 'onDidChange'>;
  readonly shared: Pick<SharedState, 'ask' | 'onDidChangeWarnings'>;
  readonly reader: { readonly isReader: boolean; readonly onDidChange: (listener: () => void) => Disposable };
  readonly window: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  readonly intervalMs: () => number;
  /** Whether warnings are turned off, and whether it's a quiet hour. */
  readonly silence: () => { readonly isOff: boolean; readonly isQuiet: boolean };
  /** Default: English. */
  readonly localize?: ((message: Message) => string) | undefined;
  /** At least 0, less than 1. */
  readonly random?: () => number;
}

/** The first pause after a failure, and the longest. Milliseconds. */
const [firstPauseMs, longestPauseMs] = [5_000, 5 * 60_000];
/** Messages taken longer ago aren't sent: another window may have taken them since. Milliseconds. */
const takenForMs = 10_000;
/** How long a window that doesn't find an outlet's address leaves it to others. Milliseconds. */
const leftForMs = 60_000;
/** Retry delay after the database failed. Milliseconds. */
const askAgainMs = 15_000;
/** Shortest time between pings. Milliseconds. */
const pingEveryMs = 60_000;
/** After failing for this long, pings are reported to the person. Milliseconds. */
const pingFailsForMs = 60 * 60_000;

/** Sends queued messages to outlets (any window can), and pings after complete readings (only the reading window does). */
export class Delivery implements Disposable {
  readonly #options: DeliveryOptions;
  readonly #changed = new Emitter<undefined>();
  readonly #end = new AbortController();
  readonly #busy = new Set<string>();
  /** Outlets whose address isn't found here, and until when they're left to other windows. By a clock that can't be set. */
  readonly #missing = new Map<string, number>();
  /** Times of the readings that the last ping was sent for, by account. */
  #pinged: ReadonlyMap<string, number> = new Map();
  #pingedAt = -Infinity;
  readonly #since: number;
  #outlets: readonly Outlet[] = [];
  #watches: readonly Disposable[] = [];
  #claims: Promise<void> = Promise.resolve();
  #isClaiming = false;
  #isIdle = false;
  #wake = new AbortController();

  /** Fires when the outlets or their state have changed. */
  readonly onDidChange = this.#changed.on;

  constructor(options: DeliveryOptions) {
    this.#options = options;
    this.#since = options.clock.now();
  }

  start(): void {
    const { shared, store, reader } = this.#options;
    const claim = (): void => {
      this.#claim();
    };
    this.#watches = [
      shared.onDidChangeWarnings(claim),
      // When the last ping was sent is not told each time.
      reader.onDidChange(claim),
      store.onDidChange(() => {
        // Without accounts there is no timer.
        const isIdle = store.all().length === 0;
        if (isIdle) this.#wake.abort();
        else if (this.#isIdle) this.#claim();
        this.#isIdle = isIdle;
        void this.#ping();
      }),
    ];
    this.#claim();
  }

  /** As last known here. */
  outlets(): readonly Outlet[] {
    return this.#outlets;
  }

  dispose(): void {
    for (const watch of this.#watches) watch.dispose();
    this.#end.abort();
    this.#wake.abort();
    this.#changed.dispose();
  }

  #claim(): void {
    if (this.#isClaiming) return;
    this.#isClaiming = true;
    this.#claims = this.#claims
      .then(() => {
        this.#isClaiming = false;
        return this.#claimNow();
      })
      .catch((error: unknown) => {
        if (this.#isOver()) return;
        this.#options.log.warn(`outlets: ${plain(error)}`);
        this.#claimIn(askAgainMs);
      });
  }

  async #claimNow(): Promise<void> {
    const { shared, window, clock, silence, store } = this.#options;
    if (this.#isOver()) return;
    const [at, uptime] = [clock.now(), uptimeOf(clock)];
    for (const [id, until] of this.#missing) if (until <= uptime) this.#missing.delete(id);
    const without = [...this.#busy, ...this.#missing.keys()];
    const claimed = await shared.ask({ do: 'claimMessages', window, at, ...silence(), without }).catch(() => ({ againMs: askAgainMs }));
    if (claimed === undefined || this.#isOver()) return;
    if ('outlets' in claimed) {
      this.#take(claimed.outlets);
      for (const message of claimed.messages) void this.#deliver(message, uptime);
    }
    if (claimed.againMs !== undefined && store.all().length > 0) this.#claimIn(claimed.againMs);
  }

  #claimIn(ms: number): void {
    this.#wake.abort();
    this.#wake = new AbortController();
    this.#options.clock.sleep(Math.max(ms, 1), this.#wake.signal).then(
      () => {
        this.#claim();
      },
      () => undefined,
    );
  }

  #isOver(): boolean {
    return this.#end.signal.aborted;
  }

  #take(outlets: readonly Outlet[]): void {
    const isSame = JSON.stringify(outlets) === JSON.stringify(this.#outlets);
    this.#outlets = outlets;
    if (!isSame) this.#changed.tell(undefined);
  }

  async #deliver(message: ClaimedMessage, takenAt: number): Promise<void> {
    const { outlet, seq, fence } = message;
    this.#busy.add(outlet.id);
    try {
      const result = await this.#resultOf(message, takenAt);
      await this.#note(outlet, result, { seq, fence });
    } catch (error) {
      // Without a stored result, Danger is taken again and anything else never.
      if (!this.#isOver()) this.#options.log.warn(`outlet ${outlet.host}: ${plain(error)}`);
    } finally {
      this.#busy.delete(outlet.id);
      this.#claim();
    }
  }

  async #resultOf({ outlet, seq, level, sentence, alerts, attempts }: ClaimedMessage, takenAt: number): Promise<Delivered> {
    const { clock, localize = english } = this.#options;
    const parts = await partsOf(this.#options, outlet);
    if (parts === undefined) {
      this.#missing.set(outlet.id, uptimeOf(clock) + leftForMs);
      return { failed: notFound, retryAt: clock.now() };
    }
    // The process may have been suspended in between.
    if (uptimeOf(clock) - takenAt > takenForMs) return { failed: aborted('none').sentence, retryAt: clock.now() };
    const outgoing = { id: `${outlet.id}-${seq.toString()}`, at: clock.now(), level, text: localize(sentence), alerts };
    const sent = await send(outlet.kind, parts, outgoing, { ...this.#options, signal: this.#end.signal });
    return sent.ok ? { sent: true } : this.#afterFailure(sent, level === 'danger', attempts);
  }

  /** Danger is sent again after any failure; other messages only if they certainly didn't arrive. */
  #afterFailure({ why, effect, isFinal, retryAfterMs }: Sent & { readonly ok: false }, isDanger: boolean, attempts: number): Delivered {
    const { clock, random = Math.random } = this.#options;
    if (!isDanger && (effect !== 'none' || isFinal)) return { failed: why, dead: true };
    const pauseMs = Math.min(firstPauseMs * 2 ** attempts, longestPauseMs);
    const waitMs = Math.max(Math.round((pauseMs * (1 + random())) / 2), retryAfterMs ?? 0);
    return {
      ...{ failed: why, retryAt: clock.now() + waitMs },
      ...(isFinal ? { dead: true } : {}),
      ...(retryAfterMs === undefined ? {} : { holds: true }),
    };
  }

  /** A missing ping means that not all accounts could be read. */
  async #ping(): Promise<void> {
    const { store, clock, reader, intervalMs } = this.#options;
    const now = clock.now();
    // Another window may have sent one just before it ended.
    const isDue = ({ success = 0 }: Outlet): boolean => success > now || now - success >= pingEveryMs;
    const pings = this.#outlets.filter((outlet) => outlet.kind === 'ping' && outlet.enabled && isDue(outlet));
    const uptime = uptimeOf(clock);
    if (!reader.isReader || pings.length === 0 || uptime - this.#pingedAt < pingEveryMs || this.#isOver()) return;
    const read = new Map(
      store.all().map((state) => {
        const isWhole = isCurrent(state, now, intervalMs()) && gapsOf(state.snapshot).length === 0;
        return [state.account.id, isWhole ? state.snapshot?.asOf : undefined];
      }),
    );
    const isNew = [...read].every(([id, asOf]) => asOf !== undefined && asOf !== this.#pinged.get(id));
    if (read.size === 0 || !isNew) return;
    this.#pinged = read as ReadonlyMap<string, number>;
    this.#pingedAt = uptime;
    await Promise.all(pings.map((outlet) => this.#pingOne(outlet)));
  }

  async #pingOne(outlet: Outlet): Promise<void> {
    const { clock, log } = this.#options;
    try {
      const parts = await partsOf(this.#options, outlet);
      const outgoing = { id: '', at: clock.now(), level: 'note', text: '', alerts: [] } as const;
      const sent =
        parts === undefined
          ? { ok: false as const, why: notFound, isFinal: false }
          : await send(outlet.kind, parts, outgoing, { ...this.#options, signal: this.#end.signal });
      const isLong = clock.now() - Math.max(outlet.success ?? 0, this.#since) > pingFailsForMs;
      await this.#note(outlet, sent.ok ? { sent: true } : { failed: sent.why, ...(sent.isFinal || isLong ? { dead: true } : {}) });
    } catch (error) {
      if (!this.#isOver()) log.warn(`outlet ${outlet.host}: ${plain(error)}`);
    }
  }

  async #note({ id, host }: Outlet, result: Delivered, claim?: { readonly seq: number; readonly fence: number }): Promise<void> {
    const { shared, clock, log } = this.#options;
    if ('failed' in result) log.warn(`outlet ${host}: ${english(result.failed)}`);
    else if (claim !== undefined) log.info(`outlet ${host}: sent`);
    await shared.ask({ do: 'noteSent', outlet: id, at: clock.now(), result, ...(claim === undefined ? { isRoutine: true } : { claim }) });
  }
}

/** An error text without secrets: texts of the network or the keyring may contain an address. */
const plain = (error: unknown): string => (ExchangeError.is(error) ? error.message : error instanceof Error ? error.name : 'failed');
