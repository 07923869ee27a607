import type { Change } from '../../exchanges/exchange.ts';
import type { WriteRecord } from '../../ledger/ledger.ts';
import { targetOf } from '../../ledger/write-machine.ts';

/**
 * Loans and positions whose change a command is speaking about right now, so that the background does not say the same again.
 * On each only one change can be open, so it is enough to know the change by.
 */
export class Attended {
  readonly #counts = new Map<string, number>();

  /** Until the returned function is called, changes of the loan or position of `change` are spoken about by the caller. */
  attend(accountId: string, change: Change): () => void {
    const key = keyOf(accountId, change);
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
    let left = false;
    return () => {
      if (left) return;
      left = true;
      const count = (this.#counts.get(key) ?? 1) - 1;
      if (count === 0) this.#counts.delete(key);
      else this.#counts.set(key, count);
    };
  }

  has(record: WriteRecord): boolean {
    return this.#counts.has(keyOf(record.accountId, record.change));
  }
}

function keyOf(accountId: string, change: Change): string {
  return JSON.stringify([accountId, targetOf(change)]);
}
