import type { Clock } from '../core/clock.ts';
import { Emitter, type Disposable } from '../core/emitter.ts';
import type { Account } from '../core/model.ts';
import type { CollateralChange, Connection } from '../exchanges/exchange.ts';
import type { Journal } from './journal.ts';
import type { Preview } from './preview.ts';
import type { WriteRecord } from './record.ts';

export { Refusal, type Preview } from './preview.ts';
export type { WriteRecord, WriteState } from './record.ts';

export type Verdict = 'effective' | 'not-effective' | 'lift-freeze';

export interface LedgerOptions {
  readonly journal: Journal;
  /** The account book. */
  readonly book: { get(accountId: string): Account | undefined };
  readonly connections: { get(accountId: string): Promise<Connection> };
  readonly clock: Clock;
  readonly newId: () => string;
  readonly maxPreviewAgeMs: number;
  /** How long `commit` waits for proof. */
  readonly proofPatienceMs: number;
}

/** Changes collateral: preview, then send once, then prove. */
export class Ledger implements Disposable {
  readonly #options: LedgerOptions;
  readonly #changed = new Emitter<WriteRecord>();
  readonly onDidChange = this.#changed.on;

  constructor(options: LedgerOptions) {
    this.#options = options;
  }

  preview(accountId: string, change: CollateralChange, signal?: AbortSignal): Promise<Preview> {
    void [this.#options, change, signal];
    return Promise.reject(new Error(`not there yet: ${accountId}`));
  }

  commit(preview: Preview, onProgress: (record: WriteRecord) => void, signal?: AbortSignal): Promise<WriteRecord> {
    void [onProgress, signal];
    return Promise.reject(new Error(`not there yet: ${preview.account.id}`));
  }

  open(accountId?: string): readonly WriteRecord[] {
    void accountId;
    return [];
  }

  frozen(accountId: string): WriteRecord | undefined {
    void accountId;
    return undefined;
  }

  reconcile(accountId: string): Promise<void> {
    void accountId;
    return Promise.resolve();
  }

  settle(recordId: string, verdict: Verdict): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${recordId} ${verdict}`));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
