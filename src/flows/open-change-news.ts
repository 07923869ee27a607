import type { Disposable } from '../core/emitter.ts';
import { targetKey } from '../core/model.ts';
import type { WriteRecord, WriteState } from '../engine/ledger/ledger.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { Acting } from './acting.ts';

/**
 * Loans and positions whose change a command is reporting right now, so that the background doesn't report it too. Each can have only one
 * open change, so the target identifies it.
 */
export class Attended {
  readonly #counts = new Map<string, number>();

  /** Marks the change as reported by the caller, until the returned function is called. */
  attend(accountId: string, change: Change): () => void {
    const key = keyOf(accountId, change);
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
    return this.#counts.has(keyOf(record.accountId, record.change));
  }
}

function keyOf(accountId: string, change: Change): string {
  return JSON.stringify([accountId, targetKey(changeTarget(change))]);
}

/** The next look usually settles an open change; only one that stays open needs a notice. Milliseconds. */
const graceMs = 15_000;

/** Shows the outcome of a change; `isNews` is false for one found at startup that was shown before. */
type SayOutcome = (record: WriteRecord, isNews: boolean) => Promise<void>;

/**
 * Logs each step of each change, and shows outcomes that no flow waits for any more: the person stopped waiting, or the change is from
 * before a restart. Each outcome is shown once.
 * @param load loads what shows it, when needed
 */
export function watchWrites(
  app: Pick<Acting, 'clock' | 'ledger' | 'log'>,
  attended: Attended,
  load: () => Promise<SayOutcome>,
): Disposable {
  const startedAt = app.clock.now();
  const told = new Set<string>();
  const end = new AbortController();
  const tell = async (record: WriteRecord): Promise<void> => {
    if (told.has(keyOfWrite(record))) return;
    told.add(keyOfWrite(record));
    if (isOpenState(record.state)) {
      await app.clock.sleep(graceMs, end.signal);
      const now = app.ledger.open(record.accountId).find(({ id }) => id === record.id);
      if (now?.state !== record.state || attended.has(record)) return;
    }
    const say = await load().catch((error: unknown) => {
      // The next look at this change tells.
      told.delete(keyOfWrite(record));
      throw error;
    });
    await say(record, record.updatedAt >= startedAt);
  };
  const subscription = app.ledger.onDidChange((record) => {
    const { direction, amount, coin } = record.change;
    app.log.info(`change ${record.id}: ${direction} ${amount} ${coin}, ${targetKey(changeTarget(record.change))}: ${record.state}`);
    if (record.state === 'planned' || record.freezeLiftedAt !== undefined) return;
    if (attended.has(record)) {
      // Shown by the waiting flow; the same outcome from the journal is no news.
      if (!isOpenState(record.state)) told.add(keyOfWrite(record));
      return;
    }
    tell(record).catch((error: unknown) => {
      if (!end.signal.aborted) app.log.error(error instanceof Error ? error : new Error(String(error)));
    });
  });
  return {
    dispose: () => {
      end.abort();
      subscription.dispose();
    },
  };
}

function keyOfWrite({ id, state }: WriteRecord): string {
  return `${id} ${state}`;
}

function isOpenState(state: WriteState): boolean {
  return state === 'sent' || state === 'accepted' || state === 'unknown';
}
