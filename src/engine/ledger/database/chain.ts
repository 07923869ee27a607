import { createHash, randomBytes } from 'node:crypto';
import { Holders } from '../open-writes.ts';
import type { WriteRecord } from '../record.ts';
import type { Seen } from '../../storage/ledger-protocol.ts';
import { LedgerFault } from '../../storage/trouble.ts';

export interface StoredRow {
  readonly seq: number;
  /** Hash of the row before; of the first row, the ledger's id. */
  readonly prev: string;
  readonly hash: string;
  readonly line: string;
}

/** An id that no other ledger has, of the form of a hash. */
export const newId = (): string => randomBytes(32).toString('hex');

const hashOf = (prev: string, seq: number, line: string): string =>
  createHash('sha256').update(`${prev}\n${seq.toString()}\n${line}`, 'utf8').digest('hex');

/**
 * The rows of a ledger as far as they were followed: each has to carry the hash of the one before, so that none can be altered, taken out
 * or put in without all after it. Whoever can write the file and the anchor outside of it can forge both; that is not prevented here.
 */
export class Chain {
  readonly id: string;
  readonly holders = new Holders();
  #rows = 0;
  #head: string;

  constructor(id: string) {
    this.id = id;
    this.#head = id;
  }

  get at(): Seen {
    return { id: this.id, rows: this.#rows, head: this.#head };
  }

  /** @throws LedgerFault naming the row, when it is not the one that comes next */
  follow({ seq, prev, hash, line }: StoredRow): void {
    const row = this.#rows + 1;
    if (seq > row) throw new LedgerFault({ kind: 'missing', row });
    if (seq < row || prev !== this.#head) throw new LedgerFault({ kind: 'misplaced', row: seq });
    if (hash !== hashOf(prev, seq, line)) throw new LedgerFault({ kind: 'altered', row });
    try {
      // Only what was checked before is stored, and the hash says that it is that still.
      this.holders.add(JSON.parse(line) as WriteRecord);
    } catch {
      throw new LedgerFault({ kind: 'unreadable', row });
    }
    this.#rows = row;
    this.#head = hash;
  }

  /** The row that `line` would be. */
  next(line: string): StoredRow {
    const seq = this.#rows + 1;
    return { seq, prev: this.#head, hash: hashOf(this.#head, seq, line), line };
  }
}
