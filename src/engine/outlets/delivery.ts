import { uptimeOf } from '../../core/clock.ts';
import { Emitter, type Disposable } from '../../core/emitter.ts';
import { ExchangeError } from '../../core/errors.ts';
import { english, type Message } from '../../core/message.ts';
import { aborted } from '../../exchanges/http/transport.ts';
import { gapsOf, isCurrent, type Store } from '../monitor/store.ts';
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
  /** Whether the person is told nothing, and whether no reminder now. */
  readonly silence: () => { readonly isOff: boolean; readonly isQuiet: boolean };
  /** Default: English. */
  readonly localize?: ((message: Message) => string) | undefined;
  /** 0 up to but not including 1. */
  readonly random?: () => number;
}

/** The first pause after a failure, and the longest. Milliseconds. */
const [firstPauseMs, longestPauseMs] = [5_000, 5 * 60_000];
/** What was taken longer ago is not sent: another window may have it by then. Milliseconds. */
const takenForMs = 10_000;
/** A window that doesn't find the address of an outlet leaves it to the others for so long. Milliseconds. */
const leftForMs = 60_000;
/** The database is asked again so long after it failed. Milliseconds. */
const askAgainMs = 15_000;
/** Pings come no closer. Milliseconds. */
const pingEveryMs = 60_000;
/** The person is told of pings that fail for so long. Milliseconds. */
const pingFailsForMs = 60 * 60_000;

/** Sends what is queued for the outlets, as any window may, and pings after complete readings, as the one that reads does. */
export class Delivery implements Disposable {
  readonly #options: DeliveryOptions;
  readonly #changed = new Emitter<undefined>();
  readonly #end = new AbortController();
  readonly #busy = new Set<string>();
  /** Outlets whose address isn't found here, and until when they are left to others. By a clock that nobody sets. */
  readonly #missing = new Map<string, number>();
  /** When the figures of each account were read that the last ping was sent for. */
  #pinged: ReadonlyMap<string, number> = new Map();
  #pingedAt = -Infinity;
  readonly #since: number;
  #outlets: readonly Outlet[] = [];
  #watches: readonly Disposable[] = [];
  #claims: Promise<void> = Promise.resolve();
  #isClaiming = false;
  #isIdle = false;
  #wake = new AbortController();

  /** Told when the outlets, or how they fare, have changed. */
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
        // No account, no timer.
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
      // Whatever was not noted is taken again if it is danger, and never if it isn't.
      if (!this.#isOver()) this.#options.log.warn(`outlet ${outlet.host}: ${plain(error)}`);
    } finally {
      this.#busy.delete(outlet.id);
      this.#claim();
    }
  }

  async #resultOf({ outlet, seq, level, sentence, alerts, attempts }: ClaimedMessage, takenAt: number): Promise<Delivered> {
    const { clock, localize = english } = this.#options;
    const parts = await partsOf(this.#options, outlet.id);
    if (parts === undefined) {
      this.#missing.set(outlet.id, uptimeOf(clock) + leftForMs);
      return { failed: notFound, retryAt: clock.now() };
    }
    // As when the process was stopped in between.
    if (uptimeOf(clock) - takenAt > takenForMs) return { failed: aborted('none').sentence, retryAt: clock.now() };
    const outgoing = { id: `${outlet.id}-${seq.toString()}`, at: clock.now(), level, text: localize(sentence), alerts };
    const sent = await send(outlet.kind, parts, outgoing, { ...this.#options, signal: this.#end.signal });
    return sent.ok ? { sent: true } : this.#afterFailure(sent, level === 'danger', attempts);
  }

  /** Danger is sent again whatever happened; anything else only where it certainly didn't arrive. */
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

  /** Silence there means: not all accounts could be read. */
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
      const parts = await partsOf(this.#options, outlet.id);
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

/** What the network or the keyring says of its own accord may hold an address. */
const plain = (error: unknown): string => (ExchangeError.is(error) ? error.message : error instanceof Error ? error.name : 'failed');
