import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import path from 'node:path';

/** Calls `then` once after `ms` unless cancelled by the returned function. Injected by tests. */
export type Delay = (ms: number, then: () => void) => () => void;

/** The platform's timer. It keeps no process alive. */
export const realDelay: Delay = (ms, then) => {
  const timer = setTimeout(then, ms);
  timer.unref();
  return () => {
    clearTimeout(timer);
  };
};

/** A burst of changes is one write. Milliseconds. */
const settleMs = 500;

/**
 * Where a simulated exchange keeps its state between two lives. Written to a neighbour and renamed, so that a torn
 * write never replaces a whole one; synchronously, because the editor does not wait when it goes away.
 */
export class StateFile {
  readonly #file: string;
  readonly #delay: Delay;
  readonly #onError: (error: unknown) => void;
  #pending: string | undefined;
  #deleted = false;
  #cancel: (() => void) | undefined;

  constructor(file: string, onError: (error: unknown) => void, delay: Delay = realDelay) {
    this.#file = file;
    this.#onError = onError;
    this.#delay = delay;
  }

  /** The state as last saved, or undefined when there is none. */
  async read(): Promise<string | undefined> {
    try {
      return await readFile(this.#file, 'utf8');
    } catch {
      return undefined;
    }
  }

  /** Saves `state` soon; of several within half a second the last one wins. */
  schedule(state: string): void {
    if (this.#deleted) return;
    this.#pending = state;
    this.#cancel ??= this.#delay(settleMs, () => {
      this.flush();
    });
  }

  /** Saves what is scheduled, now. */
  flush(): void {
    this.#cancel?.();
    this.#cancel = undefined;
    const state = this.#pending;
    this.#pending = undefined;
    if (state === undefined) return;
    try {
      mkdirSync(path.dirname(this.#file), { recursive: true });
      const draft = `${this.#file}.new`;
      writeFileSync(draft, state, { mode: 0o600 });
      renameSync(draft, this.#file);
    } catch (error) {
      this.#onError(error);
    }
  }

  /** Removes what was saved; nothing is saved any more. */
  delete(): void {
    this.#deleted = true;
    this.#cancel?.();
    this.#cancel = undefined;
    this.#pending = undefined;
    try {
      rmSync(this.#file, { force: true });
    } catch (error) {
      this.#onError(error);
    }
  }
}
