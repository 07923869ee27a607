import type { Disposable } from '../core/emitter.ts';
import { targetKey } from '../core/model.ts';
import type { WriteRecord, WriteState } from '../engine/ledger/ledger.ts';
import { changeTarget } from '../engine/ledger/write-states.ts';
import type { Change } from '../exchanges/exchange.ts';
import type { Acting } from './acting.ts';

/**
 * Loans and positions whose change a command is speaking about right now, so that the background does not say the same again.
 * On each only one change can be open, so it is enough to know the change by.
 */
export class Attended {
  readonly #counts = new Map<string, number>();

  /** Until the returned function is called, changes of the loan or position of `change` are spoken about by the caller. */
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

/** The next look mostly settles an open change; only one that stays open is worth a notice. Milliseconds. */
const graceMs = 15_000;

/** Shows the outcome of a change; `isNews` is false for one found at the start that was shown before. */
type SayOutcome = (record: WriteRecord, isNews: boolean) => Promise<void>;

/**
 * Logs each step of each change, and shows the outcome of one that no flow waits for any more: the person stopped waiting, or it is from before a
 * restart. Each outcome is shown once.
 * @param load what says it, read when there is something to say
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
      // Told by the next look at this change.
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
      // Shown by the flow that waits; when the journal brings the same outcome again, it is no news.
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
