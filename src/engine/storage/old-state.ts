import type { OldState } from './state-protocol.ts';

/** The part of `vscode.Memento` that is used here. */
export interface RecordStorage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

// State of versions before the shared database, in the editor's storage, which each window rewrites as a whole. It's read but never
// written, so that such a version running at the same time loses nothing.

const accountsKey = 'ltvGauge.accounts';
/** The last known ledger position, as such a version stored it. */
export const oldAnchorKey = 'ltvGauge.ledgerAnchor';
/** Marks the old state as taken over. */
export const markKey = 'ltvGauge.takenOver';

type Reader = Pick<RecordStorage, 'get'>;

interface OldRecord {
  readonly id: string;
  readonly record: unknown;
}

/** Its accounts, each once. */
export function oldRecords(old: Reader): readonly OldRecord[] {
  const stored = old.get(accountsKey);
  const records = new Map<string, OldRecord>();
  for (const record of Array.isArray(stored) ? (stored as readonly unknown[]) : []) {
    if (typeof record !== 'object' || record === null) continue;
    const { id } = record as { readonly id?: unknown };
    if (typeof id === 'string' && id.trim() !== '' && !records.has(id)) records.set(id, { id, record });
  }
  return [...records.values()];
}

export const isMarked = (old: Reader): boolean => old.get(markKey) !== undefined;

/**
 * Everything in it that isn't known yet. Arming is only taken over the first time: later, the account may have been disarmed.
 * @param known whether the account with this id needs no import
 */
export function oldState(old: Reader, known: (id: string) => boolean): OldState {
  const accounts = oldRecords(old).filter(({ id }) => !known(id));
  const marked = isMarked(old);
  const armed = accounts.flatMap(({ id }): [string, string][] => {
    const whose = marked ? undefined : old.get(`ltvGauge.armed.${id}`);
    return typeof whose === 'string' ? [[id, whose]] : [];
  });
  const snapshots = accounts.flatMap(({ id }): [string, unknown][] => {
    const snapshot = old.get(`ltvGauge.snapshot.${id}`);
    return snapshot === undefined ? [] : [[id, snapshot]];
  });
  return { accounts, armed: Object.fromEntries(armed), snapshots: Object.fromEntries(snapshots) };
}
