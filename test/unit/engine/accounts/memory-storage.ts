import { Emitter } from '../../../../src/core/emitter.ts';
import type { Seen } from '../../../../src/engine/storage/ledger-protocol.ts';
import type { ArmedRow, ArmedRows, AccountRecords } from '../../../../src/engine/storage/state-protocol.ts';
import type { RecordStorage } from '../../../../src/engine/storage/old-state.ts';
import type { SecretStorage } from '../../../../src/engine/accounts/vault.ts';

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

/** Records of accounts as the shared database keeps them, without a disk. */
export class MemoryRecords implements AccountRecords {
  records: unknown[] = [];
  failing = false;
  readonly #changed = new Emitter<string>();
  readonly onDidChangeAccount = this.#changed.on;

  accounts(): readonly unknown[] {
    return this.records;
  }

  async addAccount(record: { readonly id: string }): Promise<void> {
    if (this.#at(record.id) >= 0) throw new RangeError('taken');
    this.#put([...this.records, copy(record)], record.id);
  }

  async updateAccount(id: string, change: Readonly<Record<string, unknown>>): Promise<void> {
    const at = this.#at(id);
    if (at < 0) throw new RangeError('absent');
    this.#put(this.records.with(at, copy({ ...(this.records[at] as object), ...change })), id);
  }

  async removeAccount(id: string): Promise<void> {
    if (this.#at(id) < 0) return;
    this.#put(
      this.records.filter((record) => (record as { id?: unknown } | null)?.id !== id),
      id,
    );
  }

  #at(id: string): number {
    return this.records.findIndex((record) => (record as { id?: unknown } | null)?.id === id);
  }

  #put(records: unknown[], id: string): void {
    if (this.failing) throw new Error('disk full');
    this.records = records;
    try {
      this.#changed.fire(id);
    } catch {
      // As the product does: a view that fails is no failed write.
    }
  }
}

const copy = (value: unknown): unknown => JSON.parse(JSON.stringify(value));

interface SharedRows {
  rows: readonly ArmedRow[];
  readonly changed: Emitter<string>;
  failing: boolean;
}

/** What was armed, as all windows share it, without a disk. Each window has one of its own on the same rows. */
export class MemoryArmedRows implements ArmedRows {
  readonly #shared: SharedRows;
  readonly #before: ReadonlySet<string>;
  readonly onDidChangeArming: ArmedRows['onDidChangeArming'];

  constructor(shared: SharedRows = { rows: [], changed: new Emitter<string>(), failing: false }) {
    this.#shared = shared;
    this.onDidChangeArming = shared.changed.on;
    this.#before = new Set(shared.rows.filter(({ term }) => term === 'quarter').map(({ given }) => given));
  }

  get shared(): SharedRows {
    return this.#shared;
  }

  armed(account: string): readonly ArmedRow[] {
    return this.#shared.rows.filter((row) => row.account === account && !this.#before.has(row.given));
  }

  async arm(row: ArmedRow): Promise<void> {
    const others = this.#shared.rows.filter(({ account, window }) => account !== row.account || (window !== '' && window !== row.window));
    this.#put([...others, row], row.account);
  }

  async disarm(account: string, keep?: ArmedRow): Promise<void> {
    const others = this.#shared.rows.filter((row) => row.account !== account);
    this.#put(keep === undefined ? others : [...others, keep], account);
  }

  async takeBack(given: readonly string[]): Promise<void> {
    const gone = this.#shared.rows.filter((row) => given.includes(row.given));
    this.#put(
      this.#shared.rows.filter((row) => !given.includes(row.given)),
      ...gone.map(({ account }) => account),
    );
  }

  #put(rows: readonly ArmedRow[], ...accounts: string[]): void {
    if (this.#shared.failing) throw new Error('disk full');
    this.#shared.rows = rows;
    for (const account of accounts) this.#shared.changed.fire(account);
  }
}

/** How far a ledger had come, as the shared database keeps it, without a disk. */
export class MemoryAnchor {
  at: unknown;
  failing = false;

  async get(): Promise<unknown> {
    if (this.failing) throw new Error('nobody can tell');
    return this.at;
  }

  async note(at: Seen): Promise<void> {
    if (this.failing) throw new Error('disk full');
    this.at = at;
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
