import type { RecordStorage, SecretStorage } from '../../../src/accounts/storage.ts';

/** As the editor's memento: what was stored can be read at once, and comes back as a copy. */
export class MemoryStorage implements RecordStorage {
  readonly values = new Map<string, string>();
  failing = false;

  get(key: string): unknown {
    const text = this.values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async update(key: string, value: unknown): Promise<void> {
    if (this.failing) throw new Error('disk full');
    if (value === undefined) this.values.delete(key);
    else this.values.set(key, JSON.stringify(value));
  }
}

export class MemorySecrets implements SecretStorage {
  readonly values = new Map<string, string>();
  /** What the keyring does instead of its work. */
  fault: 'none' | 'throws' | 'forgets' | 'garbles' = 'none';
  reads = 0;

  async get(key: string): Promise<string | undefined> {
    this.reads += 1;
    if (this.fault === 'throws') throw new Error(`keyring failure about ${this.values.get(key) ?? ''}`);
    return this.values.get(key);
  }

  async store(key: string, value: string): Promise<void> {
    if (this.fault === 'throws') throw new Error(`keyring failure about ${value}`);
    if (this.fault === 'forgets') return;
    this.values.set(key, this.fault === 'garbles' ? value.slice(1) : value);
  }

  async delete(key: string): Promise<void> {
    if (this.fault === 'throws') throw new Error('keyring failure');
    this.values.delete(key);
  }
}
