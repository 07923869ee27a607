import type { WriteRecord } from './record.ts';
import { fold, isOpen, mayHaveMoved, sameTarget } from './write-machine.ts';

/**
 * The write on the same target because of which `mine` must not go: one that another window had put down as sent before it and
 * that is open, or that is closed by now but was not yet `known` when the figures for `mine` were read. Of two windows that
 * write `sent` at the same moment, exactly one is first in the journal and may go on.
 *
 * @param known ids of writes that were closed before the figures were read
 */
export function sentBefore(rows: readonly WriteRecord[], mine: WriteRecord, known: ReadonlySet<string>): WriteRecord | undefined {
  return sentEarlier(rows, mine.id).find(
    (record) => sameTarget(record, mine) && (isOpen(record) || (mayHaveMoved(record) && !known.has(record.id))),
  );
}

/** The writes, as they stand now, that the journal had as sent before it said so of the write `id`. */
export function sentEarlier(rows: readonly WriteRecord[], id: string): readonly WriteRecord[] {
  const limit = rows.findIndex((row) => row.id === id && row.state === 'sent');
  const before = new Set(
    rows
      .slice(0, Math.max(limit, 0))
      .filter(({ sentAt }) => sentAt !== undefined)
      .map((row) => row.id),
  );
  return [...fold(rows).values()].filter((record) => record.id !== id && before.has(record.id));
}

/**
 * Whether, by the journal, `mine` cannot have left, because a write on the same target had gone before it and was not closed
 * yet when `mine` was planned: its window died before it took its plan back. Without a history of the venue nothing else
 * tells the effect of the one from that of the other.
 */
export function neverLeft(rows: readonly WriteRecord[], mine: WriteRecord): boolean {
  const planned = rows.findIndex(({ id }) => id === mine.id);
  const closed = [...fold(rows.slice(0, Math.max(planned, 0))).values()].filter((record) => record.state !== 'planned' && !isOpen(record));
  return sentBefore(rows, mine, new Set(closed.map(({ id }) => id))) !== undefined;
}
