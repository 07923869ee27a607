import type { Disposable } from '../../core/emitter.ts';
import { failedInside } from '../accounts/failures-here.ts';
import type * as Part from './poller.ts';
import type { Poller, PollerOptions } from './poller.ts';

/** Retry delay after the poller's code failed to load. Milliseconds. */
const againMs = 60_000;

/** A poller whose code is loaded with the first account. */
export class LatePoller implements Disposable {
  readonly #options: PollerOptions;
  #loading: Promise<Poller | undefined> | undefined;
  #poller: Poller | undefined;
  #accounts: Disposable | undefined;
  #isWaiting = false;
  readonly #end = new AbortController();

  readonly #part: () => Promise<typeof Part>;

  constructor(options: PollerOptions, part = (): Promise<typeof Part> => import('./poller.ts')) {
    this.#options = { began: options.clock.now(), ...options };
    this.#part = part;
  }

  /** Like `Poller.start`; returns at once. */
  start(): void {
    const load = (): void => {
      if (this.#options.book.list().length > 0) void this.#load();
    };
    this.#accounts = this.#options.book.onDidChange(load);
    this.#poller?.start();
    load();
  }

  turn(): void {
    this.#poller?.turn();
  }

  follow(accountId: string): void {
    this.#poller?.follow(accountId);
  }

  /** Like `Poller.nudge`. */
  nudge(accountId: string): void {
    this.#poller?.nudge(accountId);
  }

  /** As `Poller.answered`. */
  answered(accountId: string): void {
    this.#poller?.answered(accountId);
  }

  /** As `Poller.refresh`. */
  async refresh(accountId?: string): Promise<void> {
    await (await this.#load())?.refresh(accountId);
  }

  dispose(): void {
    this.#end.abort();
    this.#accounts?.dispose();
    this.#poller?.dispose();
  }

  /** Never rejects. If loading fails, each account gets the failure. */
  #load(): Promise<Poller | undefined> {
    const { book, store } = this.#options;
    return (this.#loading ??= this.#part().then(
      (part) => {
        if (this.#end.signal.aborted) return undefined;
        this.#poller = new part.Poller(this.#options);
        if (this.#accounts !== undefined) this.#poller.start();
        return this.#poller;
      },
      () => {
        this.#loading = undefined;
        for (const { id } of book.list()) store.fail(id, failedInside());
        this.#tryAgain();
        return undefined;
      },
    ));
  }

  #tryAgain(): void {
    if (this.#isWaiting) return;
    this.#isWaiting = true;
    this.#options.clock.sleep(againMs, this.#end.signal).then(
      () => {
        this.#isWaiting = false;
        return this.#load();
      },
      () => undefined,
    );
  }
}
