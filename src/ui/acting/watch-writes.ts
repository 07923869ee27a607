import type { Disposable } from '../../core/emitter.ts';
import type { WriteRecord } from '../../ledger/ledger.ts';
import type { App } from '../app.ts';
import type { Attended } from './attended.ts';
import { sayOutcome } from './say-outcome.ts';

/**
 * Tells what became of a change that nobody waits for any more: the person stopped waiting, or it is from before a
 * restart. Each outcome of each change is told once.
 */
export function watchWrites(app: App, attended: Attended): Disposable {
  const told = new Set<string>();
  return app.ledger.onDidChange((record) => {
    if (!isNews(record) || attended.has(record)) return;
    const key = `${record.id} ${record.state}`;
    if (told.has(key)) return;
    told.add(key);
    sayOutcome(app, record).then(undefined, (error: unknown) => {
      app.log.error(error instanceof Error ? error : new Error(String(error)));
    });
  });
}

/** Whether a state is worth telling unasked. On the way to an outcome nothing is said. */
function isNews({ state }: WriteRecord): boolean {
  switch (state) {
    case 'effective':
    case 'rejected':
    case 'not-effective':
    case 'mismatch':
    case 'unknown':
      return true;
    case 'planned':
    case 'sent':
    case 'accepted':
      return false;
  }
}
