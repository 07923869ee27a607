import { existsSync, statfsSync } from 'node:fs';
import path from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { staleAfterMs } from '../core/clock.ts';
import { jsonIn } from '../core/json.ts';
import type { Account, Snapshot } from '../core/model.ts';
import { accountOf } from '../engine/accounts/account-book.ts';
import { keyFailures } from '../engine/accounts/failures-here.ts';
import { figuresOf } from '../engine/history/figures.ts';
import { isSameOwner, ownerOf } from '../engine/ledger/owner.ts';
import { fold } from '../engine/ledger/write-states.ts';
import { intervalInForce } from '../engine/monitor/pace.ts';
import { newsOf } from '../engine/monitor/reading-news.ts';
import { isAsWhole, withKept } from '../engine/monitor/store.ts';
import { storedFailure } from '../engine/monitor/stored-failure.ts';
import { storedSnapshotText } from '../engine/monitor/stored-snapshot.ts';
import { sameThresholds } from '../engine/monitor/twins.ts';
import { carefully, inTransaction } from '../engine/storage/database-file.ts';
import { usualBoundBytes } from '../engine/storage/history-tables.ts';
import { endWatch, isNewer, keepWatched, mayWatch } from '../engine/storage/readings-tables.ts';
import { stateVersion } from '../engine/storage/state-schema.ts';
import type { OpenRows } from './metrics.ts';
import { openRowsAt, stepsAt } from './state-file.ts';

/** Longest wait for a window that is writing, in which nothing else is done. Milliseconds. */
const busyMs = 1_000;
/** How late another watcher may be before this one stores its readings. Milliseconds. */
const lateMs = 5_000;
/** NFS, SMB, CIFS and SMB 2: locks on these don't keep two computers apart. Source: statfs(2). */
const networks: readonly number[] = [0x6969, 0x517b, 0xff534d42, 0xfe534d42];

/** What a watcher read with a key of its own. */
export interface WatchedReading {
  /** As `ownerOf`. */
  readonly owner: string;
  readonly snapshot: Snapshot;
  /** The person's thresholds that it was read with. */
  readonly thresholds: Account['thresholds'];
}

interface Held {
  readonly snapshot: Snapshot | undefined;
  readonly asOf: unknown;
  readonly failure: string | undefined;
}

/**
 * The editor's database, for a watcher that stores its readings there as those of the editor's own account. It opens the database for each
 * of them, only if it exists and is exactly of this version; it never creates, migrates or restores one.
 */
export class EditorsReadings {
  readonly #file: string;
  readonly #watcher: string;
  readonly #intervalMs: number;

  /**
   * @param file path of `state.sqlite`
   * @param watcher unique among all watchers
   */
  constructor(file: string, watcher: string, intervalMs: number) {
    this.#file = file;
    this.#watcher = watcher;
    this.#intervalMs = intervalMs;
  }

  /** The first account of this owner in the editor. Throws if that can't be told. */
  accountOf(owner: string): Account | undefined {
    return this.#within('DEFERRED', (db) => accountsIn(db, owner)[0]);
  }

  /**
   * Stores a reading of all accounts of its owner, unless a window or a watcher stored a newer one.
   * @returns why nothing was stored; undefined if it was, or a newer one is there
   */
  keep(reading: WatchedReading, now: number): string | undefined {
    return this.#within('IMMEDIATE', (db) => {
      const accounts = accountsIn(db, reading.owner);
      if (accounts.length === 0) return 'the editor has no account of this user.';
      const reasons = accounts.map((account) => this.#keep(db, account, reading, now));
      return reasons.includes(undefined) ? undefined : reasons[0];
    });
  }

  /** Of all accounts. Throws if that can't be told. */
  openRows = (): OpenRows => openRowsAt(this.#file);

  /** Another watcher can go on at once. */
  end(): void {
    this.#within('IMMEDIATE', (db) => {
      endWatch(db, this.#watcher);
    });
  }

  #keep(db: DatabaseSync, account: Account, { snapshot: read, thresholds }: WatchedReading, now: number): string | undefined {
    const held = heldIn(db, account.id);
    if (isNewer(held.asOf, read.asOf, now)) return undefined;
    if (!sameThresholds(account.thresholds, thresholds)) return 'the thresholds were just changed.';
    if (held.failure !== undefined && keyFailures.has(storedFailure(held.failure)?.error.kind ?? 'auth'))
      return "the exchange refuses the editor's own key.";
    if (!isAsWhole(read, held.snapshot)) return "this key reads less than the editor's.";
    const everyMs = intervalInForce(held.snapshot, this.#intervalMs, { account });
    const watching = { account: account.id, watcher: this.#watcher, goneMs: everyMs + lateMs, now };
    if (!mayWatch(db, watching)) return 'another watcher stores its readings.';
    const whole = held.snapshot === undefined ? read : this.#merged(account, held.snapshot, read, now);
    const kept = {
      ...{ account: account.id, at: now, asOf: read.asOf, text: JSON.stringify(whole), recorded: figuresOf(whole) },
      staleMs: staleAfterMs(intervalInForce(whole, this.#intervalMs, { account })),
    };
    keepWatched(db, watching, kept, usualBoundBytes);
    return undefined;
  }

  /** With what follows from comparing it with the stored figures, as if a window had read it. */
  #merged(account: Account, held: Snapshot, read: Snapshot, now: number): Snapshot {
    const merged = (writes: Parameters<typeof newsOf>[4]): Snapshot => newsOf(held, withKept(read, held), now, this.#intervalMs, writes);
    const alone = merged([]);
    if (alone.vanished === undefined) return alone;
    // Repayments made here explain what is gone.
    const owner = ownerOf(account);
    const holder = { accountId: account.id, ...(owner === undefined ? {} : { owner }) };
    return merged([...fold(stepsAt(this.#file)).values()].filter((write) => isSameOwner(write, holder)));
  }

  #within<T>(mode: 'DEFERRED' | 'IMMEDIATE', work: (db: DatabaseSync) => T): T {
    const folder = path.dirname(this.#file);
    if (!existsSync(this.#file)) throw new Error(`there is no ${this.#file}: open the editor once`);
    // Of Windows, and of all other systems.
    if (/^[\\/]{2}/.test(this.#file) || networks.includes(statfsSync(folder).type))
      throw new Error(`${folder} is on a network drive, which can't be shared safely`);
    const db = new DatabaseSync(this.#file, { timeout: busyMs });
    try {
      mustBeThis(db);
      if (db.prepare('PRAGMA journal_mode').get()?.['journal_mode'] !== 'wal') throw new Error(`${folder} can't be shared by programs`);
      db.exec(`PRAGMA synchronous = FULL; ${carefully}`);
      return inTransaction(db, mode, () => {
        // A window of another version may have just migrated it.
        mustBeThis(db);
        return work(db);
      });
    } finally {
      db.close();
    }
  }
}

function mustBeThis(db: DatabaseSync): void {
  const version = stateVersion(db);
  if (version !== 'same')
    throw new Error(
      `its data is of ${version === 'older' ? 'an older version. Update LTV Gauge there' : 'a newer version. Update this program'}`,
    );
}

const accountsIn = (db: DatabaseSync, owner: string): readonly Account[] =>
  db
    .prepare('SELECT record FROM accounts ORDER BY seq')
    .all()
    .map(({ record }) => accountOf(jsonIn(record)))
    .filter((account): account is Account => account !== undefined && ownerOf(account) === owner);

function heldIn(db: DatabaseSync, account: string): Held {
  const text = db.prepare('SELECT snapshot FROM snapshots WHERE account = ?').get(account)?.['snapshot'];
  const { as_of: asOf, failure } = db.prepare('SELECT as_of, failure FROM readings WHERE account = ?').get(account) ?? {};
  const stored = typeof text === 'string' ? storedSnapshotText(text) : undefined;
  return {
    // Figures that a later reading found unchanged are stored once.
    snapshot: stored === undefined || typeof asOf !== 'number' ? stored : { ...stored, asOf },
    asOf,
    failure: typeof failure === 'string' ? failure : undefined,
  };
}
