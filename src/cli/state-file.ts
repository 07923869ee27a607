import { DatabaseSync } from 'node:sqlite';
import { liveEstimate, livePosition, type Prices } from '../core/risk/live-estimate.ts';
import { accountOf } from '../engine/accounts/account-book.ts';
import type { AccountState, Live } from '../engine/monitor/store.ts';
import { storedFailure } from '../engine/monitor/stored-failure.ts';
import { storedPrices, storedSnapshotText } from '../engine/monitor/stored-snapshot.ts';
import { isBlankState } from '../engine/storage/state-schema.ts';
import { siteOf } from '../engine/prices/streams.ts';

/**
 * What the editor keeps of all accounts: their last figures, the last failure, and estimates at the last prices. Opens the file for reading
 * only, so that nothing here can change it. No key is in it.
 * @param file path of `state.sqlite`
 * @param busyMs longest wait for a window that is writing, in which nothing else is done
 * @throws LedgerFault if the file isn't ours or is newer; SQLite's own errors
 */
export function readStates(file: string, busyMs: number): readonly AccountState[] {
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyMs });
  try {
    if (isBlankState(db)) return [];
    // All of one moment.
    db.exec('BEGIN');
    const rows = (sql: string): Record<string, unknown>[] => db.prepare(sql).all();
    const snapshots = new Map(rows('SELECT account, snapshot FROM snapshots').map((row) => [row['account'], String(row['snapshot'])]));
    const readings = new Map(rows('SELECT account, as_of, failure FROM readings').map((row) => [row['account'], row]));
    const prices = new Map(rows('SELECT site, at, prices FROM prices').map((row) => [row['site'], row] as const));
    return rows('SELECT record FROM accounts ORDER BY seq').flatMap(({ record }) => {
      const account = accountOf(parsed(String(record)));
      if (account === undefined) return [];
      const { as_of: asOf, failure: failed } = readings.get(account.id) ?? {};
      const stored = storedSnapshotText(snapshots.get(account.id) ?? '');
      // Figures that a later reading found unchanged are stored once.
      const snapshot = stored === undefined || typeof asOf !== 'number' ? stored : { ...stored, asOf };
      const failure = typeof failed === 'string' ? storedFailure(failed) : undefined;
      const live = liveOf(snapshot, prices.get(siteOf(account)));
      return [
        {
          account,
          reading: false,
          ...(snapshot === undefined ? {} : { snapshot }),
          ...(failure === undefined ? {} : { failure }),
          ...(live === undefined ? {} : { live }),
        },
      ];
    });
  } finally {
    db.close();
  }
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Estimates at the prices that were read since. */
function liveOf(snapshot: AccountState['snapshot'], row: Record<string, unknown> | undefined): Live | undefined {
  const at = Number(row?.['at']);
  const known = row === undefined ? undefined : storedPrices(String(row['prices']));
  if (snapshot === undefined || known === undefined || !(at > snapshot.asOf)) return undefined;
  const [then, now]: readonly Prices[] = [new Map(Object.entries(snapshot.prices ?? {})), new Map(Object.entries(known))];
  if (then === undefined || now === undefined) return undefined;
  return {
    at,
    loans: Object.fromEntries(
      snapshot.loans.filter(({ keptFrom }) => keptFrom === undefined).map((loan) => [loan.id, liveEstimate(loan, then, now)]),
    ),
    positions: Object.fromEntries(
      snapshot.positions
        .filter(({ keptFrom }) => keptFrom === undefined)
        .map((position) => [position.positionId, livePosition(position, then, now)]),
    ),
    off: {},
    doubted: [],
  };
}
