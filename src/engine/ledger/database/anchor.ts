import * as v from 'valibot';
import type { Seen } from '../../storage/ledger-protocol.ts';

/** Where the anchor is kept: outside of the ledger's file and its folder. */
export interface AnchorStorage {
  /** Rejects when that is unknown. */
  get(): unknown;
  /** Of one ledger only the furthest place is kept. */
  note(at: Seen): PromiseLike<void>;
}

const stored = v.object({
  id: v.pipe(v.string(), v.nonEmpty()),
  rows: v.pipe(v.number(), v.safeInteger(), v.minValue(0)),
  head: v.pipe(v.string(), v.nonEmpty()),
});

/**
 * How far the ledger had come, kept outside of its file: so it shows when the file is gone, was cut off, or is an older copy of itself.
 * It may fall behind, but it never says more than was durable when it was written.
 */
export class Anchor {
  readonly #storage: AnchorStorage;
  /** What was there when it was last asked for; `undefined` as long as that is unknown: what is there then must not be written over. */
  #known: { readonly at: Seen | undefined } | undefined;

  constructor(storage: AnchorStorage) {
    this.#storage = storage;
  }

  async get(): Promise<Seen | undefined> {
    try {
      const parsed = v.safeParse(stored, await this.#storage.get());
      this.#known = { at: parsed.success ? parsed.output : undefined };
    } catch {
      // The shared database says itself what is wrong with it, and nothing is armed meanwhile.
      this.#known = undefined;
    }
    return this.#known?.at;
  }

  /** Notes that the ledger had come as far. Waits for nothing: what is not noted is only found out about later. */
  note(at: Seen): void {
    const known = this.#known;
    if (known === undefined || (known.at?.id === at.id && known.at.rows >= at.rows)) return;
    this.#known = { at };
    this.#storage.note(at).then(undefined, () => undefined);
  }
}
