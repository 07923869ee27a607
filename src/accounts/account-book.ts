import { Emitter, type Disposable } from '../core/emitter.ts';
import type { Account } from '../core/model.ts';
import type { RecordStorage } from './storage.ts';

/** The accounts a person added, without their keys. */
export class AccountBook implements Disposable {
  readonly #storage: RecordStorage;
  readonly #changed = new Emitter<string>();

  /** Told the id of an account that was added, changed or removed. */
  readonly onDidChange = this.#changed.on;

  constructor(storage: RecordStorage) {
    this.#storage = storage;
  }

  list(): readonly Account[] {
    void this.#storage;
    return [];
  }

  get(id: string): Account | undefined {
    return this.list().find((account) => account.id === id);
  }

  add(account: Account): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${account.id}`));
  }

  update(id: string, change: Partial<Omit<Account, 'id' | 'venue'>>): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${id} ${String(change.name)}`));
  }

  remove(id: string): Promise<void> {
    return Promise.reject(new Error(`not there yet: ${id}`));
  }

  dispose(): void {
    this.#changed.dispose();
  }
}
