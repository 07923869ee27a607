import * as v from 'valibot';
import type { Seen } from './protocol.ts';

/** What `vscode.Memento` offers, as far as it is needed here. */
export interface AnchorStorage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

const key = 'ltvGauge.ledgerAnchor';
const stored = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  rows: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  head: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * How far the ledger had come, kept outside of its file: so it shows when the file is gone, was cut off, or is an older copy of itself.
 * Several windows write it without order, and it may fall behind, but it never says more than was durable when it was written.
 */
export class Anchor {
  readonly #storage: AnchorStorage;

  constructor(storage: AnchorStorage) {
    this.#storage = storage;
  }

  get(): Seen | undefined {
    const parsed = v.safeParse(stored, this.#storage.get(key));
    return parsed.success ? parsed.output : undefined;
  }

  /** Notes that the ledger had come as far. Waits for nothing: what is not noted is only found out about later. */
  note(at: Seen): void {
    const now = this.get();
    if (now?.id === at.id && now.rows >= at.rows) return;
    this.#storage.update(key, at).then(undefined, () => undefined);
  }
}
