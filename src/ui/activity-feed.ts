import { msg, type Message } from '../core/message.ts';
import { Refusal } from '../ledger/refusal.ts';
import type { WriteRecord } from '../ledger/record.ts';
import type { ActivityView } from './presentation/activity-outline.ts';

/** The part of the ledger that tells what was done. */
export interface WriteHistory {
  /** Newest first. @throws Refusal when the journal cannot be read. */
  activity(accountId?: string): Promise<readonly WriteRecord[]>;
  /** The rows of the journal, oldest first; the very same array as long as nothing was added. @throws as above. */
  steps(): Promise<readonly WriteRecord[]>;
}

/** Changes of an account that are listed at a time. */
export const activityPage = 50;
/** The ledger may tell of news while it is read; should that never end, the next news begins anew. */
const mostRounds = 20;

/** What the Activity view shows of the journal, as it was last read. */
export class ActivityFeed {
  readonly #ledger: WriteHistory;
  readonly #report: (error: unknown) => void;
  #writes: readonly WriteRecord[] = [];
  #trouble: Message | undefined;
  #rows: readonly WriteRecord[] = [];
  #steps: ReadonlyMap<string, readonly WriteRecord[]> = new Map();
  readonly #shown = new Map<string, number>();
  #reading: Promise<void> | undefined;
  #again = false;

  /** @param report told of errors that have no sentence for a person */
  constructor(ledger: WriteHistory, report: (error: unknown) => void) {
    this.#ledger = ledger;
    this.#report = report;
  }

  view(): ActivityView {
    if (this.#trouble !== undefined) return { trouble: this.#trouble };
    return {
      writes: this.#writes,
      steps: (writeId) => this.#steps.get(writeId) ?? [],
      shown: (accountId) => this.#shownOf(accountId),
    };
  }

  /** Reads the journal anew; what came while it was read is read too. Never rejects: what goes wrong is shown. */
  read(): Promise<void> {
    this.#again = true;
    // Begun a moment later: what calls back at once finds that it is under way.
    this.#reading ??= Promise.resolve()
      .then(() => this.#rounds())
      .finally(() => {
        this.#reading = undefined;
      });
    return this.#reading;
  }

  /** From now on one page more of this account is listed. */
  more(accountId: string): void {
    this.#shown.set(accountId, this.#shownOf(accountId) + activityPage);
  }

  #shownOf(accountId: string): number {
    return this.#shown.get(accountId) ?? activityPage;
  }

  async #rounds(): Promise<void> {
    for (let round = 0; this.#again && round < mostRounds; round += 1) {
      this.#again = false;
      try {
        await this.#once();
        this.#trouble = undefined;
      } catch (error) {
        this.#trouble = this.#sentenceOf(error);
      }
    }
  }

  async #once(): Promise<void> {
    const writes = await this.#ledger.activity();
    const rows = await this.#ledger.steps();
    if (rows !== this.#rows) this.#steps = byWrite(rows);
    this.#rows = rows;
    this.#writes = writes;
  }

  #sentenceOf(error: unknown): Message {
    if (error instanceof Refusal) return error.sentence;
    this.#report(error);
    return msg('The journal of changes could not be read.');
  }
}

/** The rows of each write, in their order. */
export function byWrite(rows: readonly WriteRecord[]): ReadonlyMap<string, readonly WriteRecord[]> {
  const found = new Map<string, WriteRecord[]>();
  for (const row of rows) {
    const known = found.get(row.id);
    if (known === undefined) found.set(row.id, [row]);
    else known.push(row);
  }
  return found;
}
