import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import type { RecordStorage } from '../../src/engine/storage/old-state.ts';

/** As the editor's memento: outlives its process, and belongs to all windows. */
export class KeptStorage implements RecordStorage {
  readonly #file: string;

  constructor(file: string) {
    this.#file = file;
  }

  get(key: string): unknown {
    return this.#all()[key];
  }

  async update(key: string, value: unknown): Promise<void> {
    const whole = `${this.#file}.${process.pid.toString()}`;
    writeFileSync(whole, JSON.stringify({ ...this.#all(), [key]: value }));
    renameSync(whole, this.#file);
  }

  #all(): Readonly<Record<string, unknown>> {
    try {
      return JSON.parse(readFileSync(this.#file, 'utf8')) as Readonly<Record<string, unknown>>;
    } catch {
      return {};
    }
  }
}
