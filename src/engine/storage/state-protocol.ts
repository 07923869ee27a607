import type { Disposable } from '../../core/emitter.ts';
import type { HistoryAnswers, HistoryAsked, HistoryMove, KeptPage, Recorded, VenuePage } from './history-protocol.ts';
import type { Seen } from './ledger-protocol.ts';
import type { OutletAnswers, OutletAsked } from './outlet-protocol.ts';
import type { WarningAnswers, WarningAsked } from './warning-protocol.ts';

/** What a version before the shared database kept in the editor's storage. Ids that are known, or were removed, are left out of it again. */
export interface OldState {
  readonly accounts: readonly { readonly id: string; readonly record: unknown }[];
  /** For whom each account was armed for always. */
  readonly armed: Readonly<Record<string, string>>;
  readonly snapshots: Readonly<Record<string, unknown>>;
}

/** The accounts beside the database, for the moment before it is open and for the day when it is gone. Holds no key. */
export interface LastCopy {
  readonly accounts: readonly unknown[];
  /** Ids of accounts that were removed, so that nothing brings them back. */
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
  /** `known` is the version that is known already; `old` is what to take in, if it is not there; `copy` is what to rebuild a lost file from. */
  | {
      readonly do: 'look';
      readonly known?: Version;
      readonly snapshots?: boolean;
      readonly old?: OldState;
      readonly copy?: LastCopy;
      /** The last news known here; what is newer is answered. */
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

/** What one window reads for all. `now` is by the clock of the asking window. */
export type Shared =
  /** Lets go of the figures of one account, in all windows. */
  | { readonly do: 'forget'; readonly account: string; readonly now: number }
  /** Makes `window` the holder, unless the lease has changed since it was seen. */
  | { readonly do: 'lead'; readonly window: string; readonly seen: Lease; readonly of?: LeaseName }
  | { readonly do: 'beat' | 'release'; readonly window: string; readonly fence: number; readonly of?: LeaseName }
  | { readonly do: 'keepReading'; readonly reading: NewReading; readonly now: number; readonly pass: Pass }
  /** Asks when somebody last looked at a window, and says whether somebody looks at this one. */
  | { readonly do: 'seen'; readonly isSeen: boolean; readonly now: number }
  | { readonly do: 'keepPrices'; readonly prices: PricesRow; readonly now: number; readonly pass: Pass }
  | { readonly do: 'keepVenuePage'; readonly page: VenuePage; readonly now: number; readonly pass: Pass };

/** What one window does for all: without a name it reads, else it serves the simulated exchange of the account of this id. */
export type LeaseName = string;

/** Which window does something for all. */
export interface Lease {
  /** Rises with each new holder. */
  readonly fence: number;
  /** Rises while the holder is at work. */
  readonly beat: number;
  /** Empty when no window holds it. */
  readonly holder: string;
}

/** As long as no window ever held it. */
export const freeLease: Lease = { fence: 0, beat: 0, holder: '' };

/** By what right a window reads and writes. Without a fence a person asked for it, or nothing could be shared. */
export type Pass = { readonly fence: number; readonly window: string } | { readonly fence?: undefined };

/** One reading of an account. Times are milliseconds since the Unix epoch. */
export type NewReading = { readonly account: string; /** When it ended. */ readonly at: number } & (
  | {
      readonly asOf: number;
      /** The figures as JSON. */
      readonly text: string;
      /** What of it is kept for good. */
      readonly recorded?: readonly Recorded[];
      /** How far two readings may be apart without a gap between them. Milliseconds. */
      readonly staleMs?: number;
    }
  | { readonly failure: string }
);

/** `fence`: another window reads by now. `older`: what is there is newer. */
export type Kept = 'kept' | 'older' | 'fence' | 'absent';

export interface ReadingRow {
  readonly account: string;
  readonly at: number;
  /** Absent when it was never read, or forgotten. */
  readonly asOf?: number;
  readonly failure?: string;
  /** The figures, if they are new: as JSON, `null` when they were forgotten. */
  readonly text?: string | null;
}

/** The latest public prices of one site. */
export interface PricesRow {
  readonly site: string;
  /** When they were asked for. */
  readonly at: number;
  /** As JSON. */
  readonly prices: string;
}

export interface News {
  readonly upTo: number;
  readonly readings: readonly ReadingRow[];
  readonly prices: readonly PricesRow[];
}

/** A version of what is in the file: of one file it only rises, and a rebuilt one is another file. */
export interface Version {
  readonly file: number;
  /** Which file on the disk it was read from: one that is put back from a backup counts from where it was. */
  readonly place: string;
  readonly revision: number;
}

/** Everything that all windows have to agree on. */
export interface StateFacts {
  readonly version: Version;
  /** Records in the order they were added, as JSON. */
  readonly accounts: readonly { readonly id: string; readonly text: string }[];
  readonly removed: readonly string[];
  readonly armed: readonly ArmedRow[];
}

export interface Looked {
  /** Absent when it is as it was known, or when there is no file. */
  readonly facts?: StateFacts;
  /** Another one after each change of warnings. Absent when there is no file. */
  readonly warnings?: string;
  /** There is no file, and nothing to make one for. */
  readonly absent?: true;
  /** By account, as JSON; only if asked for. */
  readonly snapshots?: readonly { readonly account: string; readonly text: string }[];
  /** Absent when there is no file. */
  readonly lease?: Lease;
  /** All others, by name. */
  readonly leases?: ReadonlyMap<LeaseName, Lease>;
  /** Absent when there is nothing new. */
  readonly news?: News;
  /** How many accounts were taken in from an older version just now. */
  readonly takenIn: number;
  /** The database was gone, and was rebuilt from the last copy. */
  readonly remade: boolean;
}

/** `refused`: the id is taken, or there is no such account. */
export type Changed = { readonly facts: StateFacts } | { readonly refused: 'taken' | 'absent' };

/** What each request is answered with. */
export interface StateAnswers extends WarningAnswers, OutletAnswers, HistoryAnswers {
  readonly look: Looked;
  readonly change: Changed;
  readonly forget: undefined;
  /** Whether it was done. Undefined, as below, when there is no file. */
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

/** What a person said about writing from an account. */
export interface ArmedRow {
  readonly account: string;
  /** The window that a term ends with; empty for what acts in all windows. */
  readonly window: string;
  /** `disarmed` is kept of an account that would be armed without a person's word. */
  readonly term: 'quarter' | 'restart' | 'always' | 'disarmed';
  /** Whose keys it was said of, in the words of the one who wrote it. */
  readonly whose: string;
  /** Milliseconds since the Unix epoch, for `quarter` only. */
  readonly until?: number;
  /** An id of just this saying. */
  readonly given: string;
}

/** Where arming is kept, for all windows. */
export interface ArmedRows {
  /** Without terms of before this window. Undefined as long as that is unknown: then nothing is armed. */
  armed(account: string): readonly ArmedRow[] | undefined;
  /** In the place of what was said for all windows and for its own before. */
  arm(row: ArmedRow): Promise<void>;
  /** Takes away what was said, in all windows. @param keep what is said instead, if anything */
  disarm(account: string, keep?: ArmedRow): Promise<void>;
  /** Takes away just these sayings, by their `given`. */
  takeBack(given: readonly string[]): Promise<void>;
  /** Told the id of an account of which something else is said now, by this window or another. */
  readonly onDidChangeArming: (listener: (account: string) => void) => Disposable;
}

/**
 * Where the records of accounts are, for all windows. Each change names one account, so that no window can undo what another one did to
 * another account.
 */
export interface AccountRecords {
  /** As last known here, in the order they were added; may hold what cannot be understood. */
  accounts(): readonly unknown[];
  /** @throws RangeError when there is one with this id. */
  addAccount(record: { readonly id: string }): Promise<void>;
  /** Puts the given fields over those that are there; what is given as undefined is taken away. @throws RangeError when it is not there. */
  updateAccount(id: string, change: Readonly<Record<string, unknown>>): Promise<void>;
  /** With all that is kept of it. Nothing happens when it is not there. */
  removeAccount(id: string): Promise<void>;
  /** Told the id of an account whose record is another one now, by this window or another. */
  readonly onDidChangeAccount: (listener: (id: string) => void) => Disposable;
}

/** Undefined for what is no such copy. Odd records in it are passed on as they are. */
export function parseLastCopy(text: string | undefined): LastCopy | undefined {
  if (text === undefined) return undefined;
  try {
    const { accounts, removed } = JSON.parse(text) as Partial<Record<'accounts' | 'removed', unknown>>;
    if (!Array.isArray(accounts) || !Array.isArray(removed)) return undefined;
    const records = (accounts as readonly unknown[]).filter((record) => typeof record === 'object' && record !== null);
    return { accounts: records, removed: (removed as readonly unknown[]).filter((id) => typeof id === 'string') };
  } catch {
    return undefined;
  }
}
