import type { Disposable } from '../../core/emitter.ts';
import type { WriteRecord, WriteState } from '../../ledger/ledger.ts';
import { targetOf } from '../../ledger/write-machine.ts';
import type { App } from '../app.ts';
import type { Attended } from './attended.ts';

/** An open change is mostly found out by the very next look; only one that stays open is worth a word. Milliseconds. */
const graceMs = 15_000;

/**
 * Writes each step of each change into the log, and tells what became of one that nobody waits for any more: the person
 * stopped waiting, or it is from before a restart. Each outcome of each change is told once.
 */
export function watchWrites(app: App, attended: Attended): Disposable {
  const startedAt = app.clock.now();
  const told = new Set<string>();
  const end = new AbortController();
  const tell = async (record: WriteRecord): Promise<void> => {
    if (told.has(keyOf(record))) return;
    told.add(keyOf(record));
    if (isOpenState(record.state)) {
      await app.clock.sleep(graceMs, end.signal);
      const now = app.ledger.open(record.accountId).find(({ id }) => id === record.id);
      if (now?.state !== record.state || attended.has(record)) return;
    }
    const { sayOutcome } = await import('../dialogs.ts').catch((error: unknown) => {
      // Told by the next look at this change.
      told.delete(keyOf(record));
      throw error;
    });
    await sayOutcome(app, record, record.updatedAt >= startedAt);
  };
  const subscription = app.ledger.onDidChange((record) => {
    const { direction, amount, coin } = record.change;
    app.log.info(`change ${record.id}: ${direction} ${amount} ${coin}, ${targetOf(record.change)}: ${record.state}`);
    if (record.state === 'planned' || record.freezeLiftedAt !== undefined) return;
    if (attended.has(record)) {
      // Said by whoever attends; when the journal brings the same end again, that is no news.
      if (!isOpenState(record.state)) told.add(keyOf(record));
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

function keyOf({ id, state }: WriteRecord): string {
  return `${id} ${state}`;
}

function isOpenState(state: WriteState): boolean {
  return state === 'sent' || state === 'accepted' || state === 'unknown';
}
