import type { OldState } from './state-protocol.ts';

/** What `vscode.Memento` offers, as far as we need it. */
export interface RecordStorage {
  get(key: string): unknown;
  update(key: string, value: unknown): PromiseLike<void>;
}

// What versions before the shared database kept in the editor's storage, which every window rewrites whole. It is read, never written, so that
// such a version beside this one loses nothing by it.

const accountsKey = 'ltvGauge.accounts';
/** How far the ledger had come, by such a version. */
export const oldAnchorKey = 'ltvGauge.ledgerAnchor';
/** Says in the old place that what is there was taken over. */
export const markKey = 'ltvGauge.takenOver';

type Reader = Pick<RecordStorage, 'get'>;

interface OldRecord {
  readonly id: string;
  readonly record: unknown;
}

/** The accounts that it lists, each once. */
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
 * All of it that is not known. What was armed is only taken over the first time: later, it may have been disarmed since.
 * @param known whether the account of this id need not be taken in
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
