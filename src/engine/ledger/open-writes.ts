import { targetKey } from '../../core/model.ts';
import type { WriteRecord } from './record.ts';
import { Folded, isOpen, sameTarget, changeTarget } from './write-states.ts';

/**
 * A loan or position of an account here, as a key. The ledger's file holds what is open by this key, as it has from the first version on; that the same
 * account at the exchange may be here twice is seen to by `against`.
 */
const keyOf = ({ accountId, change }: Pick<WriteRecord, 'accountId' | 'change'>): string =>
  JSON.stringify([accountId, targetKey(changeTarget(change))]);

/** Which write holds which loan or position: by the rows so far, the one that has been open on it for longest. */
export class Holders {
  readonly #folded = new Folded();
  readonly #open = new Map<string, Set<string>>();
  /** The same of all accounts, the one that has been open for longest first. */
  readonly #openWrites = new Map<string, WriteRecord>();

  /** How many writes there are, open or not. */
  get writes(): number {
    return this.#folded.records.size;
  }

  /** The id of the write that holds what `record` is about, among those from the same account here. */
  of(record: Pick<WriteRecord, 'accountId' | 'change'>): string | undefined {
    return this.#open.get(keyOf(record))?.values().next().value;
  }

  /**
   * The id of the write because of which `row` must not be written: it says `sent` where another is not closed, be it from another account here
   * that stands for the same one at the exchange.
   */
  against(row: WriteRecord): string | undefined {
    if (row.state !== 'sent') return undefined;
    const holder = [...this.#openWrites.values()].find((open) => sameTarget(open, row))?.id;
    return holder === row.id ? undefined : holder;
  }

  add(row: WriteRecord): void {
    const record = this.#folded.add(row);
    if (record === undefined) return;
    const key = keyOf(record);
    const open = this.#open.get(key) ?? new Set<string>();
    if (isOpen(record)) {
      open.add(record.id);
      this.#openWrites.set(record.id, record);
    } else {
      open.delete(record.id);
      this.#openWrites.delete(record.id);
    }
    if (open.size === 0) this.#open.delete(key);
    else this.#open.set(key, open);
  }

  /** Account, target and id of the write for everything that is held. */
  *all(): Generator<readonly [account: string, target: string, write: string]> {
    for (const [key, ids] of this.#open) {
      const [account, target] = JSON.parse(key) as [string, string];
      for (const id of ids) {
        yield [account, target, id];
        break;
      }
    }
  }
}
