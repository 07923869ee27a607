export interface Disposable {
  dispose(): void;
}

/** A list of listeners, for folders that can't use the editor's. */
export class Emitter<T> implements Disposable {
  readonly #listeners = new Set<(event: T) => void>();

  /** Calls `listener` on every `fire` until the returned handle is disposed. */
  readonly on = (listener: (event: T) => void): Disposable => {
    this.#listeners.add(listener);
    return { dispose: () => this.#listeners.delete(listener) };
  };

  /**
   * Calls every listener, even after one throws: a broken view must not cut off the others.
   * @throws what the first failing listener threw, after all were called.
   */
  fire(event: T): void {
    const failures: unknown[] = [];
    for (const listener of [...this.#listeners]) {
      try {
        listener(event);
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  }

  /** The same, for news that must not be held up by a view that fails. */
  tell(event: T): void {
    try {
      this.fire(event);
    } catch {
      // The others have been told.
    }
  }

  dispose(): void {
    this.#listeners.clear();
  }
}
