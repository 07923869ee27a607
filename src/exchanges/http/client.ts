import { uptimeOf, type Clock } from '../../core/clock.ts';
import { ExchangeError } from '../../core/errors.ts';
import { msg } from '../../core/message.ts';
import type { Keys, RequestView } from '../exchange.ts';
import { queryText, rehearsalOf, type Call, type Dialect } from './call.ts';
import { keepPace, limiterOf, type Line } from './limits.ts';
import { hiding, withoutSecrets } from './redact.ts';
import { shareRead, type Asker } from './shared-reads.ts';
import { aborted, Transport } from './transport.ts';
import { purposeOf, untilOf, type Purpose } from '../purpose.ts';
import { clockOff } from '../refusals.ts';

export interface HttpOptions {
  readonly dialect: Dialect;
  /** Fetched for each signed attempt; rejects when it must no longer be sent. */
  readonly keys: (write?: boolean) => Promise<Keys>;
  readonly clock: Clock;
  /** As in `ConnectionOptions`. */
  readonly owner?: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly deadline?: (ms: number) => AbortSignal;
  /** Aborts when a request has waited so long, for its turn or its keys, before it was sent. */
  readonly patience?: (ms: number) => AbortSignal;
  /** 0 to 1; spreads retries. */
  readonly random?: () => number;
  readonly trace?: (line: string) => void;
}

const readDeadlineMs = 10_000;
/** Even late in a reading that has to end in time, a request gets so long. Milliseconds. */
const leastDeadlineMs = 1_000;
/** Longer: a late answer is better than an unknown outcome. */
const writeDeadlineMs = 20_000;
/** The wait for a keyring. */
const keysDeadlineMs = 10_000;
const mostAttempts = 3;
const firstPauseMs = 400;
/** The longest wait that a venue may request here; beyond it the caller decides when to retry. */
const longestPauseMs = 5_000;

/**
 * A change is based on figures of a moment ago: after waiting longer than this, e.g. for the keyring or on a machine that slept, it is not sent.
 */
const longestWriteWaitMs = 10_000;

/** After a limit error that we did not cause, the account is asked less often for so long. Milliseconds. */
const limitedMs = 60_000;
let lines = 0;

/** What stops a request while it waits, and what stops it once it is being sent. */
interface Stops {
  readonly waiting: AbortSignal;
  readonly underWay: AbortSignal | undefined;
  readonly purpose: () => Purpose;
  /** When a read has to be answered, by `uptimeOf`. */
  readonly until: () => number;
  /** When a change was requested; it is sent soon after or never. */
  readonly writeAskedAt?: number;
  /** Called when the request leaves. */
  readonly left?: () => void;
}

/** One account's connection to its venue. Signs each attempt, keeps the limits, retries reads, learns the venue's clock. */
export class Http {
  readonly #options: HttpOptions;
  readonly #transport: Transport;
  readonly #disposal = new AbortController();
  /** Whose limits signed requests count towards. */
  readonly #owner: string;
  /** By `uptimeOf`. */
  #limitedUntil = 0;
  /** The venue's clock minus ours, once known. */
  #offsetMs = 0;

  constructor(options: HttpOptions) {
    this.#options = options;
    const { dialect, fetch, deadline, clock } = options;
    this.#transport = new Transport({
      venue: dialect.venue,
      now: () => clock.now(),
      ...(fetch === undefined ? {} : { fetch }),
      ...(deadline === undefined ? {} : { deadline }),
    });
    this.#owner = options.owner ?? `line ${(lines += 1).toString()}`;
  }

  /**
   * Calls an endpoint and returns the payload of its answer. Reads are tried up to three times; a write is sent once.
   * @throws ExchangeError only. For a write its `effect` says whether it may have happened.
   */
  async call(call: Call, signal?: AbortSignal): Promise<unknown> {
    const either = signal === undefined ? this.#disposal.signal : AbortSignal.any([signal, this.#disposal.signal]);
    const common = { purpose: () => purposeOf(signal), until: () => untilOf(signal) };
    if (!call.signed) return this.#shared(call, { ...common, waiting: either });
    if (call.write !== true) return this.#persist(call, { ...common, waiting: either, underWay: either });
    const tooLate = this.#patience(longestWriteWaitMs);
    const stops: Stops = {
      ...common,
      waiting: AbortSignal.any([either, tooLate]),
      // A write being sent is not aborted when its connection is closed: that would only make its outcome unknown.
      underWay: signal,
      writeAskedAt: this.#options.clock.now(),
    };
    try {
      return await this.#persist(call, stops);
    } catch (error) {
      const isLate = tooLate.aborted && !either.aborted && ExchangeError.is(error, 'aborted') && error.effect === 'none';
      throw isLate ? late() : error;
    }
  }

  /** Demo trading may have its own figures at the same address: a header tells. */
  #shared(call: Call, asker: Asker): Promise<unknown> {
    const { clock, dialect } = this.#options;
    const key = JSON.stringify([dialect.origin, call.path, call.query, dialect.headers]);
    return shareRead(clock, key, asker, (all, left) =>
      this.#persist(call, { waiting: all.waiting, underWay: all.waiting, purpose: all.purpose, until: all.until, left }),
    );
  }

  async #persist(call: Call, stops: Stops): Promise<unknown> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await this.#inStep(call, stops);
      } catch (error) {
        if (!(error instanceof ExchangeError)) throw error;
        if (error.kind === 'rate') this.#limitedUntil = uptimeOf(this.#options.clock) + limitedMs;
        const isOver = attempt >= mostAttempts || this.#leftMs(stops) < leastDeadlineMs;
        if (call.write === true || isOver || !isPassing(error)) throw error;
        await this.#pause(attempt, error.retryAfterMs, stops.waiting);
      }
    }
  }

  /** The venue's clock offset, for display; empty while our own time is accepted. */
  clockFacts(): { readonly clockOffsetMs?: number } {
    return Math.abs(this.#offsetMs) < 1000 ? {} : { clockOffsetMs: this.#offsetMs };
  }

  /** Whether the venue said within the last minute that the account is asked too often: by others, for we keep the limits. */
  isLimited(): boolean {
    return uptimeOf(this.#options.clock) < this.#limitedUntil;
  }

  /** The request as `call` would send it, without key, signature and time. Reads no key and sends nothing. */
  rehearse(call: Call): RequestView {
    return rehearsalOf(this.#options.dialect, call);
  }

  dispose(): void {
    this.#disposal.abort();
  }

  /**
   * One attempt, and one more with the venue's time if it says ours is off. Even for a write that is no second send: a request rejected for its
   * timestamp was never processed.
   */
  async #inStep(call: Call, stops: Stops): Promise<unknown> {
    try {
      return await this.#attempt(call, stops);
    } catch (error) {
      // An unknown effect means that the rejection itself can't be trusted.
      if (!ExchangeError.is(error, 'clock') || error.effect !== 'none') throw error;
      // The machine may have slept while the rejection was on its way.
      if (this.#isLate(stops)) throw error;
      await this.#learnOffset(stops);
      try {
        return await this.#attempt(call, stops);
      } catch (again) {
        throw ExchangeError.is(again, 'clock') && again.effect === 'none' ? this.#clockOff(again) : again;
      }
    }
  }

  async #attempt(call: Call, stops: Stops): Promise<unknown> {
    const progress = { started: false };
    try {
      return await limiterOf(this.#options.clock).run(
        this.#lines(call),
        stops.purpose,
        () => {
          progress.started = true;
          return this.#send(call, stops);
        },
        stops.waiting,
      );
    } catch (error) {
      // What never started was removed from the queue by the signal; nothing was sent.
      throw progress.started ? error : aborted('none');
    }
  }

  /** Limits of signed requests are the user's, those of others the machine's. */
  #lines({ path, signed }: Call): readonly Line[] {
    const { dialect } = this.#options;
    const { origin, machineLimit } = dialect;
    return [
      { key: `${signed ? this.#owner : origin}\n${path}`, limit: dialect.limitOf(path) },
      ...(machineLimit === undefined ? [] : [{ key: origin, limit: machineLimit }]),
    ];
  }

  async #send(call: Call, stops: Stops): Promise<unknown> {
    const { dialect, clock, trace } = this.#options;
    const write = call.write === true;
    const target = call.path + queryText(call.query);
    await keepPace(dialect.pace, call.path, clock, stops.waiting);
    // Read now and dropped with this call: nothing stores them.
    const keys = call.signed ? await this.#keys(write, stops.waiting) : {};
    if (stops.waiting.aborted) throw aborted('none');
    if (this.#isLate(stops)) throw late();
    const signature = call.signed ? this.#signature(call, target, keys) : {};
    // The venue's own words are passed on, and may repeat what we sent.
    const hide = hiding([...Object.values(keys), ...secretsOf(signature, dialect)]);
    const startedAt = clock.now();
    stops.left?.();
    const tell = (outcome: string): void => {
      trace?.(`${dialect.venue} ${call.method} ${call.path}: ${outcome}, ${(clock.now() - startedAt).toString()} ms`);
    };
    try {
      const answer = await this.#transport.send(
        {
          method: call.method,
          origin: dialect.origin,
          target,
          body: call.body,
          headers: { ...dialect.headers, ...signature },
          write,
          deadlineMs: write ? writeDeadlineMs : Math.min(readDeadlineMs, Math.max(this.#leftMs(stops), leastDeadlineMs)),
        },
        stops.underWay,
      );
      dialect.pace?.after(call.path, answer);
      const payload = dialect.open(answer, write, hide);
      tell('ok');
      return payload;
    } catch (error) {
      tell(ExchangeError.is(error) ? `${error.kind}${error.code === undefined ? '' : ` ${error.code}`}` : 'failed');
      throw ExchangeError.is(error) ? withoutSecrets(error, hide) : error;
    }
  }

  readonly #leftMs = ({ until }: Stops): number => until() - uptimeOf(this.#options.clock);

  /** By the wall clock, which counts sleep. One that was set back is ignored. */
  #isLate({ writeAskedAt }: Stops): boolean {
    const waited = writeAskedAt === undefined ? 0 : this.#options.clock.now() - writeAskedAt;
    return !(Math.abs(waited) <= longestWriteWaitMs);
  }

  /** A keyring that never answers must not keep its place in the limits. */
  async #keys(write: boolean, waiting: AbortSignal): Promise<Keys> {
    const patience = this.#patience(keysDeadlineMs);
    let stop = (): void => undefined;
    try {
      if (waiting.aborted) throw aborted('none');
      const stopped = new Promise<never>((_resolve, reject) => {
        stop = () => {
          reject(new Error('not waited for any longer'));
        };
        for (const signal of [waiting, patience]) signal.addEventListener('abort', stop);
      });
      return await Promise.race([this.#options.keys(write), stopped]);
    } catch (error) {
      if (waiting.aborted) throw aborted('none');
      if (ExchangeError.is(error)) throw error;
      throw new ExchangeError({
        kind: 'auth',
        effect: 'none',
        sentence: msg('http.keys-unreadable', 'This account\'s keys can\'t be read. Try again, or run "Update Keys…".'),
      });
    } finally {
      for (const signal of [waiting, patience]) signal.removeEventListener('abort', stop);
    }
  }

  readonly #patience = (ms: number): AbortSignal => (this.#options.patience ?? AbortSignal.timeout.bind(AbortSignal))(ms);

  #signature(call: Call, target: string, keys: Keys): Readonly<Record<string, string>> {
    const { dialect, clock } = this.#options;
    return dialect.sign({ method: call.method, target, body: call.body ?? '', timestamp: clock.now() + this.#offsetMs }, keys);
  }

  async #learnOffset({ waiting, purpose, until }: Stops): Promise<void> {
    const { dialect, clock } = this.#options;
    const before = clock.now();
    const time: Call = { method: 'GET', path: dialect.time.path, signed: false };
    const payload = await this.#attempt(time, { waiting, underWay: waiting, purpose, until });
    this.#offsetMs = dialect.time.read(payload) - Math.round((before + clock.now()) / 2);
  }

  #clockOff(error: ExchangeError): ExchangeError {
    // By the venue's own time ours is right, so no offset is mentioned.
    if (Math.abs(this.#offsetMs) < 1000) return error;
    return new ExchangeError({
      kind: 'clock',
      effect: 'none',
      ...(error.code === undefined ? {} : { code: error.code }),
      sentence: clockOff(this.#offsetMs, this.#options.dialect.venue),
    });
  }

  async #pause(attempt: number, retryAfterMs: number | undefined, signal: AbortSignal): Promise<void> {
    const { clock, random = Math.random } = this.#options;
    const ms = Math.max(retryAfterMs ?? 0, firstPauseMs * 2 ** (attempt - 1)) * (1 + random() / 2);
    try {
      await clock.sleep(ms, signal);
    } catch {
      throw aborted('none');
    }
  }
}

/** The secret headers among the signed ones. The time of sending is not secret. */
const secretsOf = (signature: Readonly<Record<string, string>>, { signedHeaders }: Dialect): readonly string[] =>
  Object.entries(signature).flatMap(([name, value]) => (signedHeaders[name] === 'time' ? [] : [value]));

const late = (): ExchangeError =>
  new ExchangeError({
    kind: 'aborted',
    effect: 'none',
    sentence: msg('refusal.preview-outdated', 'The figures are out of date. Nothing was sent. Start again.'),
  });

/** Worth retrying in a moment. */
function isPassing({ kind, retryAfterMs = 0 }: ExchangeError): boolean {
  return retryAfterMs <= longestPauseMs && ['network', 'unavailable', 'rate'].includes(kind);
}
