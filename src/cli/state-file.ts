import { existsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import type { Looking, PastAsked } from '../agent/looking.ts';
import { isTime } from '../core/clock.ts';
import { jsonIn } from '../core/json.ts';
import { liveEstimate, livePosition, type Prices } from '../core/risk/live-estimate.ts';
import type { Account } from '../core/model.ts';
import { accountOf } from '../engine/accounts/account-book.ts';
import type { AccountState, Live } from '../engine/monitor/store.ts';
import { isBlank } from '../engine/ledger/database/schema.ts';
import { seriesOf, targetsOf } from '../engine/storage/history-tables.ts';
import { isBlankState } from '../engine/storage/state-schema.ts';
import { venueSorted } from '../engine/storage/venue-rows.ts';
import type { WriteRecord } from '../engine/ledger/record.ts';
import { fold, isFreezing, isOpen } from '../engine/ledger/write-states.ts';
import { storedFailure } from '../engine/monitor/stored-failure.ts';
import { storedPrices, storedSnapshotText } from '../engine/monitor/stored-snapshot.ts';
import type { HistoryAnswers } from '../engine/storage/history-protocol.ts';
import { databaseName } from '../engine/storage/ledger-protocol.ts';
import { watchLease } from '../engine/storage/state-protocol.ts';
import { siteOf } from '../engine/prices/streams.ts';
import type { OpenRows } from './metrics.ts';

/** Longest wait for a window that is writing, in which nothing else is done: a watcher ends within two seconds. Milliseconds. */
const busyMs = 1_000;

/**
 * What the editor keeps of all accounts: their last figures, the last failure, estimates at the last prices, the history and the activity log.
 * Opens files for reading only, so that nothing here can change them. No key is in them. Throws LedgerFault if a file isn't ours or is newer;
 * SQLite's own errors.
 * @param file path of `state.sqlite`
 */
export const lookingAt = (file: string): Omit<Looking, 'options'> => ({
  states: () => reading(file, isBlankState, statesIn) ?? [],
  ask: (asked) => Promise.resolve(reading(file, isBlankState, (db) => pastIn(db, asked))),
  steps: (id) => Promise.resolve(stepsAt(file, id)),
});

/** The rows of the activity log. @param file path of `state.sqlite` */
export const stepsAt = (file: string, id?: string): readonly WriteRecord[] =>
  existsSync(logOf(file)) ? (reading(logOf(file), isBlank, (db) => stepsIn(db, id)) ?? []) : [];

/** How many writes are open or keep their account frozen, by their state: none where nothing was ever written. @param file path of `state.sqlite` */
export function openRowsAt(file: string): OpenRows {
  const writes = [...fold(stepsAt(file)).values()].filter((write) => isOpen(write) || isFreezing(write));
  const count = (of: keyof OpenRows): number => writes.filter(({ state }) => state === of).length;
  return { sent: count('sent'), accepted: count('accepted'), unknown: count('unknown'), mismatch: count('mismatch') };
}

const logOf = (file: string): string => path.join(path.dirname(file), '..', 'journal', databaseName);

function reading<T>(file: string, isEmpty: (db: DatabaseSync) => boolean, read: (db: DatabaseSync) => T): T | undefined {
  if (!existsSync(file))
    throw new Error(`there is no ${file}. --data needs the storage folder of the extension, which "Install Command Line" names`);
  const db = new DatabaseSync(file, { readOnly: true, timeout: busyMs });
  try {
    if (isEmpty(db)) return undefined;
    // All of one moment.
    db.exec('BEGIN');
    return read(db);
  } finally {
    db.close();
  }
}

function statesIn(db: DatabaseSync): readonly AccountState[] {
  const rows = (sql: string): Record<string, unknown>[] => db.prepare(sql).all();
  const snapshots = new Map(rows('SELECT account, snapshot FROM snapshots').map((row) => [row['account'], String(row['snapshot'])]));
  const readings = new Map(rows('SELECT account, as_of, failure FROM readings').map((row) => [row['account'], row]));
  const watched = new Map(rows("SELECT name, beat FROM leases WHERE name LIKE 'watch:%'").map(({ name, beat }) => [name, beat]));
  const prices = new Map(rows('SELECT site, at, prices FROM prices').map((row) => [row['site'], row] as const));
  return rows('SELECT id, record FROM accounts ORDER BY seq').map(({ id, record }) => {
    const account = accountOf(jsonIn(record));
    if (account === undefined || account.id !== id) return { account: unreadable(String(id)), reading: false };
    const { as_of: asOf, failure: failed } = readings.get(account.id) ?? {};
    const stored = storedSnapshotText(snapshots.get(account.id) ?? '');
    // Figures that a later reading found unchanged are stored once.
    const snapshot = stored === undefined || !isTime(asOf) ? stored : { ...stored, asOf };
    const failure = typeof failed === 'string' ? storedFailure(failed) : undefined;
    const live = liveOf(snapshot, prices.get(siteOf(account)));
    return {
      account,
      reading: false,
      ...(snapshot === undefined ? {} : { snapshot }),
      ...(failure === undefined ? {} : { failure }),
      ...(live === undefined ? {} : { live }),
      ...(snapshot !== undefined && watched.get(watchLease(account.id)) === snapshot.asOf ? { watched: true } : {}),
    };
  });
}

/** An account whose record can't be read is there all the same, and unknown: the person's own levels of it are lost. */
const unreadable = (id: string): Account => ({ id, venue: 'unreadable', site: '', name: 'unreadable', simulated: false, readOnly: true });

function pastIn<A extends PastAsked>(db: DatabaseSync, asked: A): HistoryAnswers[A['do']];
function pastIn(db: DatabaseSync, asked: PastAsked): HistoryAnswers[PastAsked['do']] {
  if (asked.do === 'historyTargets') return targetsOf(db, asked.account);
  return asked.do === 'historySeries' ? seriesOf(db, asked) : venueSorted(db, asked);
}

/** Rows as the journal has them; that the chain of their hashes holds is the editor's to check. */
const stepsIn = (db: DatabaseSync, id: string | undefined): readonly WriteRecord[] =>
  db
    .prepare("SELECT line FROM rows WHERE ? IS NULL OR json_extract(line, '$.id') = ? ORDER BY seq")
    .all(id ?? null, id ?? null)
    .map(({ line }) => recordFrom(JSON.parse(String(line)) as StoredRecord));

/** As every format has it; the first knew collateral only. */
type StoredRecord = Omit<WriteRecord, 'change'> & { readonly change: object; readonly historyId?: string };

function recordFrom({ historyId, ...record }: StoredRecord): WriteRecord {
  const change = { kind: 'collateral', ...record.change } as WriteRecord['change'];
  return { ...record, change, ...(historyId === undefined ? {} : { evidence: { kind: 'history', id: historyId } }) };
}

/** Estimates at the prices that were read since, and of which loans there are none. */
function liveOf(snapshot: AccountState['snapshot'], row: Record<string, unknown> | undefined): Live | undefined {
  if (snapshot === undefined) return undefined;
  const { doubted = [], asOf, prices = {} } = snapshot;
  const at = Number(row?.['at']);
  const known = row === undefined ? undefined : storedPrices(String(row['prices']));
  if (known === undefined || !(at > asOf)) return doubted.length === 0 ? undefined : { loans: {}, positions: {}, off: {}, doubted };
  const [then, now]: readonly [Prices, Prices] = [new Map(Object.entries(prices)), new Map(Object.entries(known))];
  return {
    at,
    loans: Object.fromEntries(
      snapshot.loans
        .filter(({ keptFrom }) => keptFrom === undefined)
        .map((loan) => [loan.id, doubted.includes(loan.id) ? 'definitions' : liveEstimate(loan, then, now)]),
    ),
    positions: Object.fromEntries(
      snapshot.positions
        .filter(({ keptFrom }) => keptFrom === undefined)
        .map((position) => [position.positionId, livePosition(position, then, now)]),
    ),
    off: {},
    doubted,
  };
}
