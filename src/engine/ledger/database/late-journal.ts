import { disposed, type Journal, type Verification } from '../journal.ts';
import type { Followed } from '../../storage/worker-link.ts';
import type { WriteRecord } from '../record.ts';

/** A journal that is loaded when it is first used; a failed load is tried again by the next use. */
export class LateJournal implements Journal {
  readonly #bring: () => Promise<Journal>;
  #journal: Promise<Journal> | undefined;
  #isDisposed = false;

  constructor(bring: () => Promise<Journal>) {
    this.#bring = bring;
  }

  async load(): Promise<readonly WriteRecord[]> {
    return (await this.#brought()).load();
  }

  async append(record: WriteRecord): Promise<void> {
    return (await this.#brought()).append(record);
  }

  async verify(followed?: Followed): Promise<Verification> {
    return (await this.#brought()).verify(followed);
  }

  async setAside(): Promise<string> {
    return (await this.#brought()).setAside();
  }

  dispose(): void {
    this.#isDisposed = true;
    this.#journal?.then(
      (journal) => {
        journal.dispose();
      },
      () => undefined,
    );
  }

  #brought(): Promise<Journal> {
    if (this.#isDisposed) return Promise.reject(disposed());
    const there = this.#journal;
    if (there !== undefined) return there;
    const bringing = this.#bring();
    this.#journal = bringing;
    bringing.catch(() => {
      if (this.#journal === bringing) this.#journal = undefined;
    });
    return bringing;
  }
}
