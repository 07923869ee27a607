import { staleAfterMs } from '../../core/clock.ts';
import type { Snapshot } from '../../core/model.ts';
import { changedTerms } from './changed-terms.ts';
import type { NewsOf } from './store.ts';
// Needed with every reading, and not before.
export { intervalInForce } from './pace.ts';
import { vanishedSince } from './vanished.ts';

/** Shorter times without a reading aren't mentioned. Milliseconds. */
const longMsLeast = 30 * 60_000;
/** How long an unwatched time is mentioned. Milliseconds. */
const unwatchedForMs = 24 * 60 * 60_000;

/** Adds what disappeared, which terms changed, and when nothing was read. A lazy part, loaded before the first reading. */
export const newsOf: NewsOf = (held, read, now, intervalMs, writes): Snapshot => {
  const vanished = vanishedSince(held, read, now, writes);
  return {
    ...read,
    ...(vanished.length === 0 ? {} : { vanished }),
    ...changedTerms(held, read, now),
    ...unwatched(held, read, Math.max(longMsLeast, staleAfterMs(intervalMs))),
  };
};

function unwatched({ asOf: from, unwatched: before }: Snapshot, { asOf: to }: Snapshot, longMs: number): Pick<Snapshot, 'unwatched'> {
  const last = to - from >= longMs ? { from, to } : before;
  return last !== undefined && to - last.to < unwatchedForMs ? { unwatched: last } : {};
}
