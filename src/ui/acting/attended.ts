import type { WriteRecord } from '../../ledger/ledger.ts';

/**
 * Loans whose change a command is speaking about right now, so that the background does not say the same again.
 * On one loan only one change can be open, so the loan is enough to know it by.
 */
export class Attended {
  readonly #counts = new Map<string, number>();

  /** Until the returned function is called, this loan's changes are spoken about by the caller. */
  attend(accountId: string, loanId: string): () => void {
    const key = keyOf(accountId, loanId);
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
    return this.#counts.has(keyOf(record.accountId, record.change.loan.loanId));
  }
}

function keyOf(accountId: string, loanId: string): string {
  return JSON.stringify([accountId, loanId]);
}
