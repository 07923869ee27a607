import { staleAfterMs } from '../../core/clock.ts';
import { measured, type Prices } from '../../core/risk/live-estimate.ts';
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

/** Adds what disappeared, which terms changed, of which loans our estimate was wrong, and when nothing was read. A lazy part, loaded before the first reading. */
export const newsOf: NewsOf = (held, read, now, intervalMs, writes): Snapshot => {
  const vanished = vanishedSince(held, read, now, writes);
  return {
    ...read,
    ...(vanished.length === 0 ? {} : { vanished }),
    ...changedTerms(held, read, now),
    ...doubted(held, read),
    ...unwatched(held, read, Math.max(longMsLeast, staleAfterMs(intervalMs))),
  };
};

function unwatched({ asOf: from, unwatched: before }: Snapshot, { asOf: to }: Snapshot, longMs: number): Pick<Snapshot, 'unwatched'> {
  const last = to - from >= longMs ? { from, to } : before;
  return last !== undefined && to - last.to < unwatchedForMs ? { unwatched: last } : {};
}

/** Loans that can't be compared stay as they were. */
function doubted(held: Snapshot, read: Snapshot): Pick<Snapshot, 'doubted'> {
  const pricesIn = ({ prices = {} }: Snapshot): Prices => new Map(Object.entries(prices));
  const [then, now] = [pricesIn(held), pricesIn(read)];
  const ids = read.loans
    .filter((loan) => {
      const before = held.loans.find(({ id }) => id === loan.id);
      const isComparable = before !== undefined && before.keptFrom === undefined && loan.keptFrom === undefined;
      const grade = isComparable ? measured(before, then, loan, now) : undefined;
      return grade?.differs ?? held.doubted?.includes(loan.id) === true;
    })
    .map(({ id }) => id);
  return ids.length === 0 ? {} : { doubted: ids };
}
