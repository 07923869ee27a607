import { fork, type ChildProcess } from 'node:child_process';
import path from 'node:path';
import type { Change } from '../../src/exchanges/exchange.ts';
import type { Settlement, Verification, WriteRecord } from '../../src/engine/ledger/ledger.ts';
import type { Call, Failure, News, Order, Setup } from './protocol.ts';

type Without<T, K extends PropertyKey> = T extends unknown ? Omit<T, K> : never;

/** The time of everything in one run. Passes only while something waits. */
export class RunClock {
  time = Date.UTC(2026, 10, 20, 12);
  readonly now = (): number => this.time;
}

/** A call of a window that failed. */
export class Failed extends Error {
  override readonly name = 'Failed';
  readonly failure: Failure;

  constructor(failure: Failure) {
    super(`${failure.name}: ${failure.sentence}`);
    this.failure = failure;
  }
}

const program = path.join(process.cwd(), 'out/test/crash/window-process.js');

/** One window: a process of its own, seen from its parent. */
export class Window {
  readonly #process: ChildProcess;
  readonly #calls = new Map<number, { readonly resolve: (value: unknown) => void; readonly reject: (error: Error) => void }>();
  readonly #exited: Promise<void>;
  readonly ready: Promise<void>;
  #clock = new RunClock();
  #count = 0;
  #at: string | undefined;
  #waiting: ((step: string) => void) | undefined;
  #killed = false;

  constructor() {
    this.#process = fork(program, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'], execArgv: ['--enable-source-maps', '--no-warnings'] });
    let isReady: () => void = () => undefined;
    this.ready = new Promise((resolve, reject) => {
      isReady = resolve;
      this.#process.once('error', reject);
      this.#process.once('exit', () => {
        reject(new Error('the window did not start'));
      });
    });
    this.ready.catch(() => undefined);
    this.#process.on('message', (news: News) => {
      if (news.kind === 'ready') isReady();
      else this.#hear(news);
    });
    this.#exited = new Promise((resolve) => {
      this.#process.once('exit', (code, signal) => {
        for (const { reject } of this.#calls.values()) reject(new Error(`the window ended: ${String(signal ?? code)}`));
        this.#calls.clear();
        resolve();
      });
    });
  }

  get pid(): number {
    return this.#process.pid ?? 0;
  }

  /** Where it has stopped. */
  get at(): string | undefined {
    return this.#at;
  }

  async open(setup: Setup, clock: RunClock): Promise<void> {
    this.#clock = clock;
    await this.ready;
    await this.call({ name: 'open', setup });
  }

  arm(...steps: readonly string[]): void {
    this.#send({ kind: 'arm', steps });
  }

  go(): void {
    this.#at = undefined;
    this.#send({ kind: 'go' });
  }

  /** Resolves with the name of the step where it stops, now or next. */
  stops(): Promise<string> {
    if (this.#at !== undefined) return Promise.resolve(this.#at);
    return new Promise((resolve) => (this.#waiting = resolve));
  }

  call(call: Call): Promise<unknown> {
    this.#count += 1;
    const id = this.#count;
    return new Promise((resolve, reject) => {
      this.#calls.set(id, { resolve, reject });
      this.#send({ kind: 'call', id, call });
    });
  }

  async preview(as: string, change: Change): Promise<void> {
    await this.call({ name: 'preview', as, change });
  }
  commit(as: string): Promise<WriteRecord> {
    return this.call({ name: 'commit', as }) as Promise<WriteRecord>;
  }
  async reconcile(): Promise<void> {
    await this.call({ name: 'reconcile' });
  }
  unsettled(): Promise<WriteRecord | undefined> {
    return this.call({ name: 'unsettled' }) as Promise<WriteRecord | undefined>;
  }
  async settle(id: string, settlement: Settlement): Promise<void> {
    await this.call({ name: 'settle', id, settlement });
  }
  verify(): Promise<Verification> {
    return this.call({ name: 'verify' }) as Promise<Verification>;
  }
  /** How many loans and positions there are to be shown. */
  read(): Promise<number> {
    return this.call({ name: 'read' }) as Promise<number>;
  }
  rows(): Promise<readonly WriteRecord[]> {
    return this.call({ name: 'rows' }) as Promise<readonly WriteRecord[]>;
  }

  /** Kills the process as a power cut would, and waits until it is gone. */
  async kill(): Promise<void> {
    this.#killed = true;
    this.#process.kill('SIGKILL');
    await this.#exited;
  }

  #send(order: Without<Order, 'now'>): void {
    if (!this.#killed && this.#process.connected) this.#process.send({ ...order, now: this.#clock.time });
  }

  #hear(news: Exclude<News, { readonly kind: 'ready' }>): void {
    switch (news.kind) {
      case 'at':
        this.#at = news.step;
        this.#waiting?.(news.step);
        this.#waiting = undefined;
        break;
      case 'sleep':
        this.#clock.time += Math.ceil(news.ms);
        this.#send({ kind: 'slept', id: news.id });
        break;
      case 'done':
        this.#calls.get(news.id)?.resolve(news.value);
        this.#calls.delete(news.id);
        break;
      case 'failed':
        this.#calls.get(news.id)?.reject(new Failed(news.failure));
        this.#calls.delete(news.id);
    }
  }
}

/** Windows that are started before they are needed, and used again when they survive. */
export class Windows {
  readonly #spare: Window[] = [];
  readonly #count: number;

  constructor(count: number) {
    this.#count = count;
    this.#fill();
  }

  async take(setup: Setup, clock: RunClock): Promise<Window> {
    const window = this.#spare.shift() ?? new Window();
    this.#fill();
    await window.open(setup, clock);
    return window;
  }

  async giveBack(window: Window): Promise<void> {
    await window.call({ name: 'close' });
    this.#spare.unshift(window);
  }

  async end(): Promise<void> {
    await Promise.all(this.#spare.splice(0).map((window) => window.kill()));
  }

  #fill(): void {
    while (this.#spare.length < this.#count) this.#spare.push(new Window());
  }
}
