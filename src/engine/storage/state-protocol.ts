import type { Disposable } from '../../core/emitter.ts';
import { fieldsIn } from '../../core/json.ts';
import type { HistoryAnswers, HistoryAsked, HistoryMove, KeptPage, Recorded, VenuePage } from './history-protocol.ts';
import type { Seen } from './ledger-protocol.ts';
import type { OutletAnswers, OutletAsked } from './outlet-protocol.ts';
import type { WarningAnswers, WarningAsked } from './warning-protocol.ts';

/** State that versions before the shared database kept in the editor's storage, without ids that are known or were removed. */
export interface OldState {
  readonly accounts: readonly { readonly id: string; readonly record: unknown }[];
  /** The owner each account was always armed for. */
  readonly armed: Readonly<Record<string, string>>;
  readonly snapshots: Readonly<Record<string, unknown>>;
}

/** A copy of the accounts beside the database, for the time before it's open and in case it's lost. Holds no key. */
export interface LastCopy {
  readonly accounts: readonly unknown[];
  /** Ids of removed accounts, so that nothing brings them back. */
  readonly removed: readonly string[];
}

export type StateChange =
  | { readonly do: 'add'; readonly id: string; readonly record: unknown }
  | { readonly do: 'update'; readonly id: string; readonly fields: Readonly<Record<string, unknown>> }
  | { readonly do: 'remove'; readonly id: string }
  | { readonly do: 'arm'; readonly row: ArmedRow }
  | { readonly do: 'disarm'; readonly account: string; readonly keep?: ArmedRow }
  | { readonly do: 'takeBack'; readonly given: readonly string[] };

export type StateAsked =
  /** `known`: the version known to the caller. `old`: state to import if it's missing. `copy`: what to rebuild a lost file from. */
  | {
      readonly do: 'look';
      readonly known?: Version;
      readonly snapshots?: boolean;
      readonly old?: OldState;
      readonly copy?: LastCopy;
      /** The last news the caller knows; newer ones are returned. */
      readonly news?: number;
    }
  | { readonly do: 'change'; readonly change: StateChange }
  | Shared
  | { readonly do: 'anchor' }
  | { readonly do: 'noteAnchor'; readonly at: Seen }
  | WarningAsked
  | OutletAsked
  | HistoryAsked
  | HistoryMove;

/** Requests about what one window reads for all. `now` is the clock of the calling window. */
export type Shared =
  /** Deletes the figures of one account, in all windows. */
  | { readonly do: 'forget'; readonly account: string; readonly now: number }
  /** Makes `window` the holder, unless the lease has changed since `seen`. */
  | { readonly do: 'lead'; readonly window: string; readonly seen: Lease; readonly of?: LeaseName }
  | { readonly do: 'beat' | 'release'; readonly window: string; readonly fence: number; readonly of?: LeaseName }
  | { readonly do: 'keepReading'; readonly reading: NewReading; readonly now: number; readonly pass: Pass }
  /** Returns when a person last looked at a window, and notes whether one looks at this one. */
  | { readonly do: 'seen'; readonly isSeen: boolean; readonly now: number }
  | { readonly do: 'keepPrices'; readonly prices: PricesRow; readonly now: number; readonly pass: Pass }
  | { readonly do: 'keepVenuePage'; readonly page: VenuePage; readonly now: number; readonly pass: Pass };

/** A task that one window does for all. Empty: reading; `watchLease`; else the id of the account whose simulated exchange it serves. */
export type LeaseName = string;

/** The watcher that reads an account. The beat is when its last stored figures were read: milliseconds since the Unix epoch. */
export const watchLease = (account: string): LeaseName => `watch:${account}`;

/** Which window does a task for all. */
export interface Lease {
  /** Rises with each new holder. */
  readonly fence: number;
  /** Rises while the holder is active. */
  readonly beat: number;
  /** Empty if no window holds it. */
  readonly holder: string;
}

/** Before any window held it. */
export const freeLease: Lease = { fence: 0, beat: 0, holder: '' };

/** The right to store a reading. Without a fence: a person asked for it, or nothing can be shared. */
export type Pass = { readonly fence: number; readonly window: string } | { readonly fence?: undefined };

/** One reading of an account. Times in milliseconds since the Unix epoch. */
export type NewReading = { readonly account: string; /** When it ended. */ readonly at: number } & (
  | {
      readonly asOf: number;
      /** The figures as JSON. */
      readonly text: string;
      /** The figures to record in the history. */
      readonly recorded?: readonly Recorded[];
      /** Readings further apart than this have a gap between them. Milliseconds. */
      readonly staleMs?: number;
    }
  | { readonly failure: string }
);

/** `fence`: another window reads now. `older`: a newer reading is stored. */
export type Kept = 'kept' | 'older' | 'fence' | 'absent';

export interface ReadingRow {
  readonly account: string;
  readonly at: number;
  /** Absent if it was never read, or its figures were deleted. */
  readonly asOf?: number;
  readonly failure?: string;
  /** The figures as JSON if they are new; `null` if they were deleted. */
  readonly text?: string | null;
}

/** The latest public prices of one site. */
export interface PricesRow {
  readonly site: string;
  /** When they were requested. */
  readonly at: number;
  /** As JSON. */
  readonly prices: string;
}

export interface News {
  readonly upTo: number;
  readonly readings: readonly ReadingRow[];
  readonly prices: readonly PricesRow[];
}

/** A version of the file's content: it only rises within one file, and a rebuilt file is another one. */
export interface Version {
  readonly file: number;
  /** Which file on the disk it was read from: one restored from a backup continues its old count. */
  readonly place: string;
  readonly revision: number;
}

/** Everything that all windows must agree on. */
export interface StateFacts {
  readonly version: Version;
  /** Records as JSON, in the order they were added. */
  readonly accounts: readonly { readonly id: string; readonly text: string }[];
  readonly removed: readonly string[];
  readonly armed: readonly ArmedRow[];
}

export interface Looked {
  /** Absent if unchanged, or if there is no file. */
  readonly facts?: StateFacts;
  /** Changes with each change of warnings. Absent if there is no file. */
  readonly warnings?: string;
  /** There is no file, and no reason to create one. */
  readonly absent?: true;
  /** By account, as JSON; only if requested. */
  readonly snapshots?: readonly { readonly account: string; readonly text: string }[];
  /** Absent when there is no file. */
  readonly lease?: Lease;
  /** All others, by name. */
  readonly leases?: ReadonlyMap<LeaseName, Lease>;
  /** Absent if nothing is new. */
  readonly news?: News;
  /** How many accounts were just imported from an older version. */
  readonly takenIn: number;
  /** The database was missing and was rebuilt from the last copy. */
  readonly remade: boolean;
}

/** `refused`: the id is taken, or there is no such account. */
export type Changed = { readonly facts: StateFacts } | { readonly refused: 'taken' | 'absent' };

/** What each request is answered with. */
export interface StateAnswers extends WarningAnswers, OutletAnswers, HistoryAnswers {
  readonly look: Looked;
  readonly change: Changed;
  readonly forget: undefined;
  /** Whether it was done. Undefined, as below, if there is no file. */
  readonly lead: boolean | undefined;
  readonly beat: boolean | undefined;
  readonly release: boolean | undefined;
  readonly keepReading: Kept | undefined;
  readonly keepPrices: Kept | undefined;
  /** Milliseconds since the Unix epoch; zero for never. */
  readonly seen: number | undefined;
  readonly keepVenuePage: KeptPage;
  readonly anchor: Seen | undefined;
  readonly noteAnchor: undefined;
}

export const stateName = 'state.sqlite';
export const lastCopyName = 'accounts.json';

/** The person's choice to arm or disarm an account. */
export interface ArmedRow {
  readonly account: string;
  /** The window whose end ends the term; empty if it applies to all windows. */
  readonly window: string;
  /** `disarmed` is stored for accounts that would otherwise be armed by default. */
  readonly term: 'quarter' | 'restart' | 'always' | 'disarmed';
  /** The owner it applies to, in the writer's own format. */
  readonly whose: string;
  /** Milliseconds since the Unix epoch, for `quarter` only. */
  readonly until?: number;
  /** Id of this row. */
  readonly given: string;
}

/** Where arming is stored, for all windows. */
export interface ArmedRows {
  /** Without terms from before this window. Undefined while unknown: then nothing is armed. */
  armed(account: string): readonly ArmedRow[] | undefined;
  /** Replaces the earlier rows for all windows and for the row's own window. */
  arm(row: ArmedRow): Promise<void>;
  /** Deletes an account's rows, in all windows. @param keep a row to store instead, if any */
  disarm(account: string, keep?: ArmedRow): Promise<void>;
  /** Deletes only these rows, by their `given`. */
  takeBack(given: readonly string[]): Promise<void>;
  /** Fires with the id of an account whose arming was changed, by any window. */
  readonly onDidChangeArming: (listener: (account: string) => void) => Disposable;
}

/**
 * Where account records are stored, for all windows. Each change names one account, so that no window can undo another's change to a
 * different account.
 */
export interface AccountRecords {
  /** As last known here, in the order they were added; may contain invalid records. */
  accounts(): readonly unknown[];
  /** @throws RangeError if the id is taken */
  addAccount(record: { readonly id: string }): Promise<void>;
  /** Overwrites the given fields; fields given as undefined are removed. @throws RangeError if there is no such account */
  updateAccount(id: string, change: Readonly<Record<string, unknown>>): Promise<void>;
  /** Deletes the account and everything stored about it. Does nothing if it isn't there. */
  removeAccount(id: string): Promise<void>;
  /** Fires with the id of an account whose record was changed, by any window. */
  readonly onDidChangeAccount: (listener: (id: string) => void) => Disposable;
}

/** Undefined if it isn't such a copy. Invalid records in it are passed on unchanged. */
export function parseLastCopy(text: string | undefined): LastCopy | undefined {
  const { accounts, removed } = fieldsIn(text);
  if (!Array.isArray(accounts) || !Array.isArray(removed)) return undefined;
  const records = (accounts as readonly unknown[]).filter((record) => typeof record === 'object' && record !== null);
  return { accounts: records, removed: (removed as readonly unknown[]).filter((id) => typeof id === 'string') };
}
