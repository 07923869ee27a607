import type { Disposable } from '../core/emitter.ts';
import type { WriteRecord } from '../engine/ledger/ledger.ts';

/**
 * Changes as they were last heard of, for a command that asks about them while they go on: what is found out while a question
 * stands there must not be asked again.
 */
export class LatestNews implements Disposable {
  readonly #heard = new Map<string, WriteRecord>();
  readonly #subscription: Disposable;

  constructor(ledger: { onDidChange(listener: (record: WriteRecord) => void): Disposable }) {
    this.#subscription = ledger.onDidChange((record) => this.#heard.set(record.id, record));
  }

  of(record: WriteRecord): WriteRecord {
    return this.#heard.get(record.id) ?? record;
  }

  dispose(): void {
    this.#subscription.dispose();
  }
}
